"""Pages around a request to look at a level again: asking, naming an assessor, giving an opinion, deciding."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies import actions, queries
from bina.competencies.forms import DecisionForm, DeclineForm, OpinionForm, StatementForm
from bina.competencies.views.profiles import own_employee
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.competencies.models import Appeal


@login_required
def request_review(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Ask for one's own level to be looked at again; what was typed stays when it says too little."""
    employee = own_employee(request)
    competency = queries.competency_by_public_id(competency_id, employee.agency_id)
    if competency is None:
        raise Http404
    form = StatementForm(request.POST or None)
    verdict = queries.may_ask_for_review(employee, competency)
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_review(
                by=request.user, employee=employee, competency=competency, statement=form.cleaned_data["statement"]
            )
        except Refused as refusal:
            form.add_error("statement", str(refusal))
        else:
            messages.success(request, _("Permintaan terkirim. Anda diberi tahu begitu diputuskan."))
            return redirect("competencies:reason", competency_id=competency_id)
    return render(
        request, "competencies/request_review.html", {"form": form, "competency": competency, "verdict": verdict}
    )


@login_required
@require_POST
def withdraw_review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take one's own request back."""
    appeal = queries.own_appeal(request.user, public_id)
    if appeal is None:
        raise Http404
    try:
        actions.withdraw_review(by=request.user, appeal=appeal)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("competencies:reason", competency_id=appeal.competency.public_id)


@login_required
def reviews(request: SignedInRequest) -> HttpResponse:
    """Requests to look at a level again, for those who decide; the open ones first."""
    if not queries.may_review_levels(request.user):
        raise Http404
    page = Paginator(queries.appeals_to_decide(request.user), 25).get_page(request.GET.get("page"))
    return render(request, "competencies/reviews.html", {"page": page})


@login_required
def decide_review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One request with the evidence behind the level; pieces that do not hold can be taken out, with a reason."""
    appeal = queries.appeal_to_decide(request.user, public_id)
    if appeal is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    chosen = request.POST.getlist("withdrawn")
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_review(by=request.user, appeal=appeal, reason=form.cleaned_data["reason"], withdrawn=chosen)
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Keputusan tersimpan dan pegawai diberi tahu."))
            return redirect("competencies:reviews")
    context = {
        "appeal": appeal,
        "form": form,
        "chosen": chosen,
        "evidence": queries.read_pieces(queries.evidence_in_question(appeal), appeal.competency),
        "line": queries.level_of(appeal.employee, appeal.competency),
        "source_names": queries.source_names(),
        "assessors": queries.assessors_for(appeal, request.user) if appeal.is_open and not appeal.opinion else [],
        "earlier": list(queries.earlier_decisions(appeal)),
        "decided_the_first": queries.decided_the_first(request.user, appeal),
    }
    return render(request, "competencies/decide_review.html", context)


@login_required
@require_POST
def name_assessor(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask a colleague who knows the matter for an opinion before the decision."""
    appeal = queries.appeal_to_decide(request.user, public_id)
    if appeal is None:
        raise Http404
    try:
        actions.name_assessor(by=request.user, appeal=appeal, assessor_id=request.POST.get("assessor", ""))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Penelaah diminta memberi pendapat. Anda diberi tahu begitu pendapatnya ada."))
    return redirect("competencies:decide_review", public_id=public_id)


@login_required
def give_opinion(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The assessor's page: what the person says, the evidence, what each level means, and the opinion."""
    appeal = queries.appeal_to_assess(request.user, public_id)
    if appeal is None:
        raise Http404
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_opinion(by=request.user, appeal=appeal, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Terima kasih. Pendapat Anda diteruskan kepada pengelola kepegawaian."))
            return redirect("competencies:give_opinion", public_id=public_id)
    return _opinion_page(request, appeal, form, DeclineForm())


@login_required
@require_POST
def decline_opinion(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give a request back; what was typed stays when it says too little."""
    appeal = queries.appeal_to_assess(request.user, public_id)
    if appeal is None:
        raise Http404
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            actions.decline_opinion(by=request.user, appeal=appeal, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Permintaan dikembalikan; orang lain akan ditunjuk."))
            return redirect("assessment:home")
    return _opinion_page(request, appeal, OpinionForm(), form)


def _opinion_page(
    request: SignedInRequest, appeal: "Appeal", form: OpinionForm, decline_form: DeclineForm
) -> HttpResponse:
    context = {
        "appeal": appeal,
        "form": form,
        "decline_form": decline_form,
        "evidence": queries.read_pieces(queries.evidence_in_question(appeal), appeal.competency),
        "line": queries.level_of(appeal.employee, appeal.competency),
        "descriptors": list(queries.descriptors_of(appeal.competency)),
        "source_names": queries.source_names(),
    }
    return render(request, "competencies/give_opinion.html", context)
