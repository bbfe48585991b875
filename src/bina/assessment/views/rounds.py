"""The organiser's rounds: prepared step by step, opened, watched by numbers, closed, and read in sums."""

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.rounds import ExtendRoundForm, RoundForm
from bina.assessment.models import RatingRound
from bina.assessment.rules import (
    MOST_COMPETENCIES,
    MOST_SUBJECTS,
    VIEW_NAMES,
    VIEWS_OF,
    RoundKind,
    RoundState,
    View,
)
from bina.assessment.views.organising import may_of
from bina.assessment.views.steps import Step, take_step
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet

if TYPE_CHECKING:
    from bina.people.models import User


def _round(request: SignedInRequest, public_id: UUID) -> RatingRound:
    found = queries.round_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def rounds(request: SignedInRequest) -> HttpResponse:
    """Every round that the account organises."""
    if not queries.may_organise(request.user):
        raise Http404
    page = Paginator(queries.rounds_visible_to(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "assessment/rounds.html", {"page": page, "may": may_of(request)})


@login_required
def new_round(request: SignedInRequest) -> HttpResponse:
    """Begin a round: first its frame; competencies and people follow."""
    if not queries.may_organise(request.user):
        raise Http404
    start = {"kind": RoundKind.FULL.value, "closes_on": clock.today() + dt.timedelta(days=14)}
    form = RoundForm(request.POST or None, units=queries.unit_choices(request.user), initial=start)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        unit = queries.unit_to_hold_in(request.user, facts.pop("unit"))
        if unit is None:
            raise Http404
        try:
            made = actions.create_round(by=request.user, unit=unit, **facts)
        except Refused as refusal:
            form.add_error("closes_on", str(refusal))
        else:
            return redirect("assessment:round_competencies", public_id=made.public_id)
    return render(request, "assessment/round_form.html", {"form": form, "round": None})


@login_required
def edit_round(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change the frame of a round that is not open yet."""
    found = _round(request, public_id)
    names = ("title", "kind", "closes_on", "peer_count", "subordinate_count", "most_per_rater", "allows_suggestions")
    form = RoundForm(request.POST or None, units=[], initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            actions.revise_round(by=request.user, round_=found, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:round", public_id=public_id)
    return render(request, "assessment/round_form.html", {"form": form, "round": found})


@login_required
def round_competencies(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Choose what the round rates."""
    found = _round(request, public_id)
    offered = queries.competencies_to_rate(request.user, found.agency_id)
    chosen = {str(row.public_id) for row in queries.round_competencies(found)}
    refusal_text = ""
    if request.method == "POST":
        chosen = set(request.POST.getlist("competency"))
        rows = [row for _framework, rows in offered for row in rows if str(row.public_id) in chosen]
        try:
            actions.choose_competencies(by=request.user, round_=found, competencies=rows)
        except Refused as refusal:
            refusal_text = str(refusal)
        else:
            has_people = found.subjects.exists()
            return redirect("assessment:round" if has_people else "assessment:round_people", public_id=public_id)
    context = {"round": found, "offered": offered, "chosen": chosen, "refusal": refusal_text, "most": MOST_COMPETENCIES}
    return render(request, "assessment/round_competencies.html", context)


@login_required
def round_people(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Choose who is rated; raters are proposed for those who are new."""
    found = _round(request, public_id)
    who, text = request.GET.get("who", "heads"), request.GET.get("q", "").strip()[:60]
    candidates = queries.subject_candidates(found, who=who, text=text)
    refusal_text = ""
    if request.method == "POST":
        picked = set(request.POST.getlist("person"))
        listed = {str(row.employee.public_id): row.employee for row in candidates}
        # Those who are not on this list stay as they are.
        others = queries.chosen_beside(found, candidates)
        try:
            actions.choose_subjects(
                by=request.user, round_=found, employees=[*others, *(listed[key] for key in picked if key in listed)]
            )
        except Refused as refusal:
            refusal_text = str(refusal)
            candidates = [
                queries.Candidate(row.employee, str(row.employee.public_id) in picked, row.is_busy)
                for row in candidates
            ]
        else:
            return redirect("assessment:round", public_id=public_id)
    context = {
        "round": found, "candidates": candidates, "who": who, "text": text, "refusal": refusal_text, "most": MOST_SUBJECTS,
    }  # fmt: skip
    return render(request, "assessment/round_people.html", context)


@login_required
def round(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One round as it stands: its steps while it is prepared, response while it is open, sums when it is reported."""
    found = _round(request, public_id)
    context: dict[str, Any] = {
        "round": found,
        "competencies": queries.round_competencies(found),
        "views": [(view, VIEW_NAMES[view]) for view in VIEWS_OF[RoundKind(found.kind)]],
        "today": clock.today(),
    }
    if found.is_preparing or found.state == RoundState.OPEN:
        context["rows"] = queries.subject_rows(found)
    if not found.is_preparing:
        context["counts"] = queries.round_counts(found)
    if found.state == RoundState.OPEN:
        context |= {
            "outstanding": queries.outstanding_in(found), "declined": queries.declined_in(found),
            "extend": ExtendRoundForm(initial={"closes_on": found.closes_on}),
        }  # fmt: skip
    context["summary"] = queries.summary_of(found)
    return render(request, "assessment/round.html", context)


@login_required
def round_subject(request: SignedInRequest, public_id: UUID, subject_id: UUID) -> HttpResponse:
    """Who rates one person: take out, ask somebody else."""
    found = _round(request, public_id)
    row = queries.subject_row(found, subject_id)
    if row is None or not (found.is_preparing or found.state == RoundState.OPEN):
        raise Http404
    text = request.GET.get("q", "").strip()[:60]
    if request.method == "POST":
        _change_rater(request, found, row)
        return redirect("assessment:round_subject", public_id=public_id, subject_id=subject_id)
    context = {
        "round": found, "row": row, "text": text, "candidates": queries.rater_candidates(found, row, text),
        "views": [
            (view.value, VIEW_NAMES[view])
            for view in VIEWS_OF[RoundKind(found.kind)]
            if view is not View.SELF and not (view is View.SUPERIOR and row.of(View.SUPERIOR))
        ],
        "has_self": bool(row.of(View.SELF)),
    }  # fmt: skip
    return render(request, "assessment/round_subject.html", context)


def _change_rater(request: SignedInRequest, found: RatingRound, row: "queries.SubjectRow") -> None:
    try:
        if "remove" in request.POST:
            rater = next((rater for rater in row.raters if str(rater.public_id) == request.POST["remove"]), None)
            if rater is not None:
                actions.remove_rater(by=request.user, round_=found, rater=rater)
            return
        person, _separator, view = request.POST.get("add", "").partition(":")
        rater_person = queries.person_in_agency(found, person)
        if rater_person is None or view not in VIEW_NAMES:
            raise Http404
        actions.add_rater(by=request.user, round_=found, subject=row.subject, rater=rater_person, view=view)
        messages.success(request, _("%(name)s diminta menilai.") % {"name": rater_person.display_name})
    except Refused as refusal:
        messages.warning(request, str(refusal))


@login_required
@require_POST
def move_round(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Propose anew, ask for suggestions, open, remind, extend, close, call off."""
    found = _round(request, public_id)

    def extend(by: "User") -> None:
        form = ExtendRoundForm(request.POST)
        if not form.is_valid():
            raise Refused(_("Isi tanggal penutupan baru dan alasannya."))
        actions.extend_round(by=by, round_=found, **form.cleaned_data)

    cancel = partial(actions.cancel_round, round_=found, reason=request.POST.get("reason", ""))
    steps = {
        "propose": Step(
            partial(actions.propose_again, round_=found), _("Penilai disusun ulang dari struktur hari ini.")
        ),
        "review": Step(
            partial(actions.review_round, round_=found),
            _("Yang dinilai diberi tahu dan dapat mengusulkan rekan penilai."),
        ),
        "open": Step(partial(actions.open_round, round_=found), _("Putaran dibuka. Semua penilai diberi tahu.")),
        "close": Step(partial(actions.close_round, round_=found), _("Putaran ditutup. Laporan sedang disusun.")),
        "remind": Step(partial(actions.remind_round, round_=found), _("Semua yang belum selesai diingatkan.")),
        "score": Step(partial(actions.score_again, round_=found), _("Laporan disusun lagi.")),
        "cancel": Step(cancel, _("Putaran dibatalkan. Tidak ada yang dihitung.")),
        "extend": Step(extend, _("Putaran diperpanjang. Yang belum selesai diberi tahu.")),
    }
    return take_step(request, steps, reverse("assessment:round", args=[public_id]))


@login_required
def round_progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far the reports are; the page asks every second and is sent on when they are done."""
    found = _round(request, public_id)
    if found.progress is None:
        raise Http404
    response = render(request, "assessment/_round_progress.html", {"round": found})
    if found.state == RoundState.REPORTED or found.progress.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
def round_summary_file(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The sums of a reported round as a workbook; nothing about single people is in it."""
    found = _round(request, public_id)
    summary = queries.summary_of(found)
    if summary is None:
        raise Http404
    header = [_("Kompetensi"), _("Diri sendiri"), _("Atasan"), _("Rekan dan bawahan"), _("Banyaknya orang")]
    rows = [(str(row.competency), row.own, row.superior, row.others, row.people) for row in summary.lines]
    notes = [
        _("Rata-rata tingkat; sel kosong berarti kurang dari tiga orang di baliknya."),
        _("Hanya hasil yang boleh ditampilkan dalam laporan perorangan yang ikut dirata-ratakan."),
        *(
            _("%(view)s: %(done)s dari %(asked)s menjawab.") % {"view": row.name, "done": row.done, "asked": row.asked}
            for row in queries.round_counts(found)
        ),
    ]
    return workbook_reply(f"putaran-{found.title}", Sheet(_("Ringkasan putaran"), header, rows, notes))
