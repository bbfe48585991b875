"""The assessor's desk: works without names, one page each, drafts kept, sent once."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bina.assessment import actions, queries
from bina.assessment.models import RubricScore
from bina.assessment.rules import HandingState
from bina.assessment.views.home import employee_of
from bina.foundation.errors import DomainError
from bina.foundation.requests import SignedInRequest
from bina.foundation.rich_text import render_markdown


@login_required
def scoring(request: SignedInRequest) -> HttpResponse:
    """What waits for one's marks, and what one has sent."""
    employee_of(request)
    sent = queries.scores_on_desk(request.user).filter(sent_at__isnull=False)
    context = {
        "waiting": list(queries.waiting_scores(request.user)),
        "page": Paginator(sent, 20).get_page(request.GET.get("page")),
        "zone": employee_of(request).agency.time_zone,
    }
    return render(request, "assessment/scoring.html", context)


def marks_in(sent: QueryDict) -> dict[str, int]:
    """The marks in a sent form: fields are named ``m-<key of the criterion>``."""
    return {
        name.removeprefix("m-"): int(str(value))
        for name, value in sent.items()
        if name.startswith("m-") and value in {"0", "1", "2", "3", "4"}
    }


@login_required
def score(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One work beside its rubric; marks are kept as one goes, and count once they are sent."""
    found = queries.score_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    problem, marks, comment = "", found.marks, found.comment
    if request.method == "POST":
        marks, comment = {**found.marks, **marks_in(request.POST)}, request.POST.get("comment", "")
        try:
            return _change(request, found, marks, comment)
        except DomainError as refusal:
            problem = str(refusal)
    work = found.assignment
    rubric = queries.rubric_of(work.version)
    context = {
        "score": found,
        "work": work,
        "version": work.version,
        "brief": render_markdown(work.version.brief),
        "rubric": rubric,
        "marks": marks,
        "comment": comment,
        "problem": problem,
        "files": list(work.files.all()),
        "earlier": queries.earlier_scores(found),
        "may_return": not found.sent_at and work.state == HandingState.SUBMITTED,
        "zone": employee_of(request).agency.time_zone,
    }
    return render(request, "assessment/score.html", context, status=409 if problem else 200)


def _change(request: SignedInRequest, found: RubricScore, marks: dict[str, int], comment: str) -> HttpResponse:
    go = request.POST.get("go", "save")
    if go == "return":
        reason = request.POST.get("reason", "")
        actions.return_work(by=request.user, assignment=found.assignment, reason=reason)
        messages.success(request, _("Kiriman dikembalikan dengan alasan Anda."))
        return redirect("assessment:scoring")
    if go != "send":
        actions.save_score_draft(by=request.user, score=found, marks=marks, comment=comment)
        if go == "stay":
            return render(request, "assessment/_saved.html")
        messages.success(request, _("Draf penilaian tersimpan."))
        return redirect("assessment:score", public_id=found.public_id)
    if not found.sent_at:
        # What was filled in outlives a refusal.
        actions.save_score_draft(by=request.user, score=found, marks=marks, comment=comment)
    actions.send_score(by=request.user, score=found, marks=marks, comment=comment)
    following = queries.next_waiting_score(request.user, found)
    messages.success(request, _("Penilaian terkirim. Terima kasih."))
    if following is None:
        return redirect("assessment:scoring")
    return redirect("assessment:score", public_id=following.public_id)
