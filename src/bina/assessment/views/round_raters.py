"""What a person does in rounds: see what waits, rate one person at a time, decline, suggest peers, read reports."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.rounds import DeclineForm
from bina.assessment.models import RoundRater, RoundSubject
from bina.assessment.rules import SCALE, RaterState, RoundState, View
from bina.assessment.views.home import employee_of
from bina.assessment.views.ratings import marks_in
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest


@login_required
def my_rounds(request: SignedInRequest) -> HttpResponse:
    """Whom the person is asked to rate, what waits to be decided, and the reports the person may read."""
    employee_of(request)
    asked = queries.ratings_asked_of(request.user)
    context = {
        "waiting": [row for row in asked if row.state == RaterState.INVITED],
        "others": [row for row in asked if row.state != RaterState.INVITED],
        "own": queries.own_subjects(request.user),
        "team": queries.team_reports(request.user),
        "suggestable": queries.suggestions_open_to(request.user),
        "to_confirm": queries.suggestions_to_confirm(request.user),
        "organises": queries.may_organise(request.user),
    }
    return render(request, "assessment/my_rounds.html", context)


def _row(request: SignedInRequest, public_id: UUID) -> RoundRater:
    found = queries.rating_asked_of(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def round_rating(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Rate one person: a page of three competencies at a time, then comments and sending."""
    row = _row(request, public_id)
    sheet = queries.round_sheet(row)
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() else 0
    if request.method == "POST":
        return _save(request, row, sheet, number)
    context = {
        "row": row, "round": row.subject.round, "person": row.subject.employee, "sheet": sheet, "scale": SCALE,
        "number": number, "address": reverse("assessment:round_rating", args=[public_id]), "form": DeclineForm(),
        "is_self": row.view == View.SELF, "is_group": row.view in (View.PEER, View.SUBORDINATE),
        "is_open": row.subject.round.state == RoundState.OPEN,
    }  # fmt: skip
    if row.state != RaterState.INVITED or not context["is_open"] or not 1 <= number <= len(sheet.pages) + 1:
        return render(request, "assessment/round_rating_start.html", context)
    template = "round_rating_send.html" if number > len(sheet.pages) else "round_rating.html"
    return render(request, f"assessment/{template}", context)


def _save(request: SignedInRequest, row: RoundRater, sheet: "queries.RoundSheet", number: int) -> HttpResponse:
    url, go = reverse("assessment:round_rating", args=[row.public_id]), request.POST.get("go", "")
    comments = {name: request.POST[name] for name in ("keep", "grow") if name in request.POST}
    try:
        if go == "again":
            actions.take_up_again(by=request.user, row=row)
            return redirect(f"{url}?page={sheet.first_open_page}")
        if go == "send":
            actions.send_round_rating(by=request.user, row=row, answers=marks_in(request.POST), comments=comments)
            messages.success(request, _("Penilaian terkirim. Terima kasih, jawaban Anda hanya dihitung bersama yang lain.")
                             if row.view in (View.PEER, View.SUBORDINATE) else _("Penilaian terkirim."))  # fmt: skip
            return redirect("assessment:my_rounds")
        actions.save_round_draft(by=request.user, row=row, answers=marks_in(request.POST), comments=comments)
    except Refused as refusal:
        if go == "stay":
            return HttpResponse(str(refusal), status=409)
        messages.warning(request, str(refusal))
        return redirect(f"{url}?page={number}")
    if go == "stay":
        return render(request, "assessment/_saved.html", {})
    return redirect(f"{url}?page={number - 1 if go == 'previous' else number + 1}")


@login_required
@require_POST
def decline_round_rating(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Say that one cannot judge this person."""
    row = _row(request, public_id)
    try:
        actions.decline_round_rating(by=request.user, row=row, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("assessment:round_rating", public_id=public_id)
    messages.success(request, _("Dicatat. Penyelenggara dapat meminta orang lain."))
    return redirect("assessment:my_rounds")


@login_required
def suggest_peers(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Peers of one person before a round opens: the person suggests, the superior decides."""
    subject = queries.subject_to_arrange(request.user, public_id)
    if subject is None:
        raise Http404
    row = queries.subject_row(subject.round, public_id)
    if row is None:
        raise Http404
    if request.method == "POST":
        _arrange(request, subject, row)
        return redirect("assessment:suggest_peers", public_id=public_id)
    text = request.GET.get("q", "").strip()[:60]
    is_own = subject.employee_id == request.user.employee_id
    context = {
        "subject": subject, "round": subject.round, "peers": row.of(View.PEER), "is_own": is_own, "text": text,
        "candidates": queries.rater_candidates(subject.round, row, text) if is_own else [],
    }  # fmt: skip
    return render(request, "assessment/round_peers.html", context)


def _arrange(request: SignedInRequest, subject: RoundSubject, row: "queries.SubjectRow") -> None:
    sent = request.POST
    rater = next((one for one in row.of(View.PEER) if str(one.public_id) == sent.get("rater")), None)
    try:
        if "add" in sent:
            person = queries.person_in_agency(subject.round, sent["add"])
            if person is None:
                raise Http404
            actions.suggest_peer(by=request.user, subject=subject, rater=person)
        elif rater is not None and sent.get("step") in ("remove", "keep"):
            actions.ask_removal(by=request.user, subject=subject, rater=rater, wanted=sent["step"] == "remove")
        elif rater is not None and sent.get("step") in ("agree", "refuse"):
            actions.decide_suggestion(by=request.user, subject=subject, rater=rater, agree=sent["step"] == "agree")
    except Refused as refusal:
        messages.warning(request, str(refusal))


@login_required
def round_report(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What a round found about a person: for the person and the superior, never with a rater's name."""
    subject = queries.report_visible_to(request.user, public_id)
    if subject is None:
        raise Http404
    context = {
        "subject": subject, "round": subject.round, "report": queries.report_of(subject),
        "is_own": subject.employee_id == request.user.employee_id,
        "zone": subject.employee.agency.time_zone,
    }  # fmt: skip
    return render(request, "assessment/round_report.html", context)
