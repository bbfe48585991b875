"""Pages of evaluation: the learner's short survey, the list of programmes, the report of one and its tables."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bina.evaluation import actions, queries
from bina.evaluation.forms import ProgrammeForm
from bina.evaluation.rules import caveat
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.learning.queries import enrolment_visible_to


@login_required
def programmes(request: SignedInRequest) -> HttpResponse:
    """Every programme the account may read, with what was found."""
    text = request.GET.get("q", "")[:100].strip()
    rows = queries.programmes_visible_to(request.user)
    if text:
        rows = rows.filter(title__icontains=text)
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "evaluation/programmes.html", {"page": page, "text": text, "caveat": caveat()})


def _programme(request: SignedInRequest, public_id: UUID) -> "queries.Visible":
    found = queries.programme_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def programme(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The report: who took part, what changed, what learners said."""
    found = _programme(request, public_id)
    context = {
        "programme": found,
        "report": queries.programme_report(found),
        "may_change": queries.evaluates(request.user, found),
        "may_read_words": queries.may_read_words(request.user, found),
        "caveat": caveat(),
    }
    return render(request, "evaluation/programme.html", context)


@login_required
def programme_table(request: SignedInRequest, public_id: UUID, table: str) -> HttpResponse:
    """One table of the report as a workbook, for the same readers."""
    found = _programme(request, public_id)
    sheet = queries.report_table(found, table)
    if sheet is None:
        raise Http404
    return workbook_reply(f"{found.course.slug}-{table}", sheet)


@login_required
def change_programme(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Title, period and owner of a programme."""
    found = _programme(request, public_id)
    if not queries.evaluates(request.user, found):
        raise Http404
    form = ProgrammeForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_programme(by=request.user, programme=found, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Perubahan program disimpan."))
            return redirect("evaluation:programme", public_id=found.public_id)
    status = 200 if request.method == "GET" else 409
    return render(request, "evaluation/programme_form.html", {"programme": found, "form": form}, status=status)


@login_required
def survey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A learner's reaction to one finished course: once, by the learner, kept without a name."""
    enrolment = enrolment_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    sheet = queries.survey_for(request.user, enrolment)
    context = {"enrolment": enrolment, "survey": sheet, "typed": {}, "missing": [], "problem": ""}
    if request.method != "POST" or sheet.is_answered:
        return render(request, "evaluation/survey.html", context)
    typed = sheet.read(request.POST)
    missing = sheet.missing(typed)
    status = 409
    if not missing:
        try:
            actions.answer_survey(by=request.user, enrolment=enrolment, answers=typed)
        except Refused as refusal:
            context["problem"] = str(refusal)
        else:
            return redirect("evaluation:survey", public_id=public_id)
    context |= {"typed": typed, "missing": missing}
    return render(request, "evaluation/survey.html", context, status=status)
