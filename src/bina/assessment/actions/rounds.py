"""Holding a 180/360 round: prepared, perhaps looked at by those who are rated, opened, extended, closed or called off."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.rounds import busy_in_rounds, competencies_to_rate, may_hold_round, proposal_for
from bina.assessment.rules import (
    LONGEST_DAYS,
    MOST_COMPETENCIES,
    MOST_SUBJECTS,
    SHORTEST_DAYS,
    VIEWS_OF,
    RaterState,
    RoundKind,
    RoundState,
    View,
    can_change_rater,
    can_move_round,
    can_prepare,
)
from bina.design.formats import date
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.models import Progress
from bina.foundation.verdict import refused
from bina.journal.actions import record
from bina.people.queries import active_employees, under

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.journal.registry import Verb
    from bina.people.models import Employee, OrgUnit, User


def _note(verb: "Verb", by: "User | None", round_: RatingRound, reason: str = "", **data: Any) -> None:
    record(
        verb, by=by, kind="round", object_id=round_.public_id, name=round_.title, agency_id=round_.agency_id,
        reason=reason, data=data,
    )  # fmt: skip


def _locked(by: "User", round_: RatingRound) -> RatingRound:
    """The round, held until the end of the transaction; raises Denied for anybody who may not hold it."""
    may_hold_round(by, round_.unit, _("Hanya penyelenggara putaran ini yang dapat mengubahnya.")).require()
    return RatingRound.objects.select_for_update(of=("self",)).select_related("unit", "agency").get(pk=round_.pk)


def _check_closing(closes_on: dt.date) -> None:
    today = clock.today()
    earliest, latest = today + dt.timedelta(days=SHORTEST_DAYS), today + dt.timedelta(days=LONGEST_DAYS)
    if not earliest <= closes_on <= latest:
        raise Refused(
            _("Pilih tanggal penutupan antara %(first)s dan %(last)s, supaya penilai punya waktu dan ingatannya segar.")
            % {"first": date(earliest), "last": date(latest)}
        )


@transaction.atomic
def create_round(
    *, by: "User", unit: "OrgUnit", title: str, kind: str, closes_on: dt.date, allows_suggestions: bool = False,
    peer_count: int = 5, subordinate_count: int = 8, most_per_rater: int = 6,
) -> RatingRound:  # fmt: skip
    """Begin a round on a unit and everything below it. Raises Denied without the right there, Refused for a closing date
    that is too near or too far."""
    may_hold_round(by, unit, _("Anda tidak dapat menyelenggarakan putaran penilaian di unit ini.")).require()
    _check_closing(closes_on)
    round_ = RatingRound.objects.create(
        agency=unit.agency, unit=unit, title=title.strip()[:160], kind=RoundKind(kind).value, closes_on=closes_on,
        allows_suggestions=allows_suggestions and RoundKind(kind) is RoundKind.FULL, peer_count=peer_count,
        subordinate_count=subordinate_count, most_per_rater=most_per_rater, created_by=by, created_at=clock.now(),
    )  # fmt: skip
    _note(entries.ROUND_CREATED, by, round_, kind=round_.kind)
    return round_


@transaction.atomic
def revise_round(*, by: "User", round_: RatingRound, **facts: Any) -> RatingRound:
    """Change title, closing date or the numbers of raters of a round that is not open yet.

    Raises Denied, or Refused once it is open or for a closing date that is too near or too far.
    """
    locked = _locked(by, round_)
    can_prepare(locked.state).require()
    _check_closing(facts["closes_on"])
    facts["allows_suggestions"] = facts["allows_suggestions"] and RoundKind(facts["kind"]) is RoundKind.FULL
    for name in (
        "title", "kind", "closes_on", "allows_suggestions", "peer_count", "subordinate_count", "most_per_rater"
    ):  # fmt: skip
        setattr(locked, name, facts[name])
    locked.save()
    # Raters whom the new kind does not know are no longer asked.
    RoundRater.objects.filter(subject__round=locked).exclude(view__in=VIEWS_OF[RoundKind(locked.kind)]).delete()
    _note(entries.ROUND_ARRANGED, by, locked)
    return locked


@transaction.atomic
def choose_competencies(*, by: "User", round_: RatingRound, competencies: "Sequence[Competency]") -> None:
    """Say what a round rates. Raises Refused once it is open, for none or too many, or for what others cannot see."""
    locked = _locked(by, round_)
    can_prepare(locked.state).require()
    offered = {row.pk for _framework, rows in competencies_to_rate(by, locked.agency_id) for row in rows}
    chosen = {row.pk for row in competencies} & offered
    if not chosen:
        raise Refused(_("Pilih sedikitnya satu kompetensi."))
    if len(chosen) > MOST_COMPETENCIES:
        raise Refused(
            _(
                "Paling banyak %(most)s kompetensi, supaya satu penilaian selesai dalam sekitar 15 menit; sekarang %(n)s."
            )
            % {"most": MOST_COMPETENCIES, "n": len(chosen)}
        )
    locked.competencies.set(chosen)
    _note(entries.ROUND_ARRANGED, by, locked)


@transaction.atomic
def choose_subjects(*, by: "User", round_: RatingRound, employees: "Collection[Employee]") -> int:
    """Say who is rated, and propose raters for those who are new; returns how many people are rated.

    Raises Refused once the round is open, for more than 150 people, for people outside the round's subtree, and for
    people who are rated in another round or were less than 90 days ago.
    """
    # All that are being prepared, so that nobody is chosen for two at once.
    hold(RatingRound.objects.filter(agency_id=round_.agency_id, state__in=[RoundState.DRAFT, RoundState.REVIEW]))
    locked = _locked(by, round_)
    can_prepare(locked.state).require()
    ids = {row.pk for row in employees}
    if len(ids) > MOST_SUBJECTS:
        raise Refused(_("Paling banyak %(most)s orang dalam satu putaran.") % {"most": MOST_SUBJECTS})
    here = active_employees().filter(under((locked.unit.path,)), pk__in=ids)
    if here.count() != len(ids):
        raise Refused(_("Ada yang bukan pegawai aktif di unit putaran ini. Muat ulang halaman, lalu pilih lagi."))
    busy = busy_in_rounds(list(ids), locked)
    if busy:
        names = ", ".join(active_employees().filter(pk__in=busy).values_list("full_name", flat=True)[:5])
        raise Refused(
            _("%(names)s sedang atau belum 90 hari yang lalu dinilai dalam putaran lain. Dua putaran yang berdekatan dapat "
              "dibandingkan sehingga penilai dikenali.") % {"names": names}
        )  # fmt: skip
    locked.subjects.exclude(employee_id__in=ids).delete()
    known = set(locked.subjects.values_list("employee_id", flat=True))
    RoundSubject.objects.bulk_create(RoundSubject(round=locked, employee_id=pk) for pk in sorted(ids - known))
    _propose(locked, only_new=True)
    _note(entries.ROUND_ARRANGED, by, locked)
    return len(ids)


def _propose(round_: RatingRound, *, only_new: bool) -> None:
    subjects = {row.employee_id: row for row in round_.subjects.all()}
    arranged = set(RoundRater.objects.filter(subject__round=round_).values_list("subject_id", flat=True))
    RoundRater.objects.bulk_create(
        RoundRater(subject=subjects[person], rater_id=rater, view=view.value)
        for person, raters in proposal_for(round_).items()
        if not only_new or subjects[person].pk not in arranged
        for rater, view in raters.items()
    )


@transaction.atomic
def propose_again(*, by: "User", round_: RatingRound) -> None:
    """Throw away the raters arranged so far and propose anew from the tree of today. Raises Refused once it is open."""
    locked = _locked(by, round_)
    can_prepare(locked.state).require()
    RoundRater.objects.filter(subject__round=locked).delete()
    _propose(locked, only_new=False)
    _note(entries.ROUND_ARRANGED, by, locked)


@transaction.atomic
def add_rater(*, by: "User", round_: RatingRound, subject: RoundSubject, rater: "Employee", view: str) -> RoundRater:
    """Ask one more person about somebody, while the round is prepared or open; asking twice changes nothing.

    Raises Refused for a view that this kind of round does not know, a second superior, or somebody of another agency.
    """
    locked = _locked(by, round_)
    can_change_rater(locked.state, RaterState.INVITED).require()
    row = ask_rater(locked, subject, rater, View(view), RaterState.INVITED)
    _note(entries.ROUND_ARRANGED, by, locked)
    return row


def ask_rater(
    round_: RatingRound, subject: RoundSubject, rater: "Employee", view: View, state: RaterState
) -> RoundRater:
    """Put a rater in place, the same rules for the organiser's choice and for suggestions; the caller has checked the right."""
    if view not in VIEWS_OF[RoundKind(round_.kind)] or (view is View.SELF) != (rater.pk == subject.employee_id):
        raise Refused(_("Hubungan ini tidak dikenal dalam jenis putaran ini."))
    if rater.agency_id != round_.agency_id or not rater.is_active:
        raise Refused(_("Penilai harus pegawai aktif di instansi yang sama."))
    known = RoundRater.objects.filter(subject=subject, rater=rater).first()
    if known is not None:
        return known
    if view is View.SUPERIOR and RoundRater.objects.filter(subject=subject, view=view).exists():
        raise Refused(_("Atasan yang menilai sudah ada. Keluarkan dulu yang lama, lalu pilih penggantinya."))
    return RoundRater.objects.create(subject=subject, rater=rater, view=view.value, state=state.value)


@transaction.atomic
def remove_rater(*, by: "User", round_: RatingRound, rater: RoundRater) -> None:
    """Take out a rater who has not answered; doing it twice changes nothing.

    Raises Refused once the answer is in: what is shown must not depend on who is taken out afterwards.
    """
    locked = _locked(by, round_)
    row = RoundRater.objects.select_for_update().filter(pk=rater.pk, subject__round=locked).first()
    if row is None:
        return
    can_change_rater(locked.state, row.state).require()
    row.delete()
    _note(entries.ROUND_ARRANGED, by, locked)


def _ready(round_: RatingRound) -> None:
    if not round_.competencies.exists():
        refused(_("Pilih dulu kompetensi yang dinilai.")).require()
    subjects = list(round_.subjects.select_related("employee").prefetch_related("raters"))
    if not subjects:
        refused(_("Pilih dulu siapa yang dinilai.")).require()
    alone = [row.employee.full_name for row in subjects if all(rater.view == View.SELF for rater in row.raters.all())]
    if alone:
        raise Refused(
            _("Belum ada yang diminta menilai %(names)s. Tambahkan penilai atau keluarkan dari putaran.")
            % {"names": ", ".join(alone[:5])}
        )


@transaction.atomic
def review_round(*, by: "User", round_: RatingRound) -> None:
    """Let those who are rated look at the proposed peers and suggest others. A second call changes nothing."""
    locked = _locked(by, round_)
    if locked.state == RoundState.REVIEW:
        return
    can_move_round(locked.state, RoundState.REVIEW).require()
    if not locked.allows_suggestions:
        raise Refused(_("Putaran ini tidak memakai usul dari yang dinilai; langsung buka saja."))
    _ready(locked)
    _move(locked, RoundState.REVIEW)
    _note(entries.ROUND_REVIEWED, by, locked)
    round_.state = locked.state


@transaction.atomic
def open_round(*, by: "User", round_: RatingRound) -> None:
    """Ask everybody for their ratings. Suggestions that nobody confirmed and people who have left lapse. A second call
    changes nothing.

    Raises Refused when competencies, people or raters are missing or the closing date has come too near.
    """
    locked = _locked(by, round_)
    if locked.state == RoundState.OPEN:
        return
    can_move_round(locked.state, RoundState.OPEN).require()
    _check_closing(locked.closes_on)
    raters = RoundRater.objects.filter(subject__round=locked)
    raters.filter(state=RaterState.SUGGESTED).delete()
    raters.filter(removal_asked=True).update(removal_asked=False)
    # Who left while the round was prepared neither rates nor is rated.
    active = active_employees().order_by().values("pk")
    raters.exclude(rater__in=active).delete()
    locked.subjects.exclude(employee__in=active).delete()
    _ready(locked)
    locked.opened_at = clock.now()
    _move(locked, RoundState.OPEN)
    _note(entries.ROUND_OPENED, by, locked, people=locked.subjects.count())
    round_.state = locked.state


def _move(round_: RatingRound, to: RoundState) -> None:
    round_.state = to.value
    round_.save()


@transaction.atomic
def extend_round(*, by: "User", round_: RatingRound, closes_on: dt.date, reason: str) -> None:
    """Give an open round more time, with a reason that the raters read. Raises Refused for an earlier date or no reason."""
    locked = _locked(by, round_)
    if locked.state != RoundState.OPEN:
        raise Refused(_("Hanya putaran yang sedang dinilai yang dapat diperpanjang."))
    if locked.closes_on == closes_on:
        return
    if not reason.strip():
        raise Refused(_("Tuliskan alasan perpanjangan; penilai membacanya."))
    if closes_on < locked.closes_on:
        raise Refused(
            _("Tanggal penutupan hanya dapat dimundurkan, supaya tidak ada penilai yang tiba-tiba terlambat.")
        )
    _check_closing(closes_on)
    locked.closes_on = closes_on
    locked.save(update_fields=["closes_on"])
    _note(entries.ROUND_EXTENDED, by, locked, reason.strip()[:300], closes_on=closes_on.isoformat())
    round_.closes_on = closes_on


@transaction.atomic
def cancel_round(*, by: "User", round_: RatingRound, reason: str) -> None:
    """Call a round off: nothing of it is shown or counts. A second call changes nothing. Raises Refused without a reason."""
    locked = _locked(by, round_)
    if locked.state == RoundState.CANCELLED:
        return
    can_move_round(locked.state, RoundState.CANCELLED).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasan pembatalan."))
    _move(locked, RoundState.CANCELLED)
    _note(entries.ROUND_CANCELLED, by, locked, reason.strip()[:300])
    round_.state = locked.state


@transaction.atomic
def close_round(*, by: "User | None", round_: RatingRound) -> None:
    """Take no more ratings; a reaction makes the reports. ``by`` is None when the date came. A second call changes nothing."""
    if by is not None:
        may_hold_round(by, round_.unit, _("Hanya penyelenggara putaran ini yang dapat mengubahnya.")).require()
    locked = RatingRound.objects.select_for_update().get(pk=round_.pk)
    if locked.state in (RoundState.CLOSED, RoundState.REPORTED):
        return
    can_move_round(locked.state, RoundState.CLOSED).require()
    locked.closed_at = clock.now()
    locked.progress = Progress.objects.create(
        kind="rating_round", title=_("Laporan %(round)s") % {"round": locked.title}, owner=by,
        result_url=reverse("assessment:round", args=[locked.public_id]),
    )  # fmt: skip
    _move(locked, RoundState.CLOSED)
    _note(entries.ROUND_CLOSED, by, locked)
    round_.state, round_.progress = locked.state, locked.progress


@transaction.atomic
def score_again(*, by: "User", round_: RatingRound) -> None:
    """Ask once more for the reports of a closed round whose calculation broke off."""
    locked = _locked(by, round_)
    if locked.state == RoundState.CLOSED:
        _note(entries.ROUND_CLOSED, by, locked)


def remind_round(*, by: "User", round_: RatingRound) -> None:
    """Remind everybody who still owes a rating, at most once a day. Raises Refused the second time, or when not open."""
    with transaction.atomic():
        locked = _locked(by, round_)
        if locked.state != RoundState.OPEN:
            raise Refused(_("Hanya penilai putaran yang sedang terbuka yang dapat diingatkan."))
        if locked.reminded_on == clock.today():
            raise Refused(
                _("Penilai putaran ini sudah diingatkan hari ini. Pengingat dikirim paling banyak sekali sehari.")
            )
        _remind(by, locked)


def _remind(by: "User | None", round_: RatingRound) -> None:
    round_.reminded_on = clock.today()
    round_.save(update_fields=["reminded_on"])
    _note(entries.ROUND_REMINDED, by, round_)


def tend_rounds() -> None:
    """Daily: close what is past its date, and remind midway and two days before closing. Repeating it changes nothing."""
    today = clock.today()
    for round_ in RatingRound.objects.filter(state=RoundState.OPEN, closes_on__lt=today).order_by("id"):
        close_round(by=None, round_=round_)
    for pk in RatingRound.objects.filter(state=RoundState.OPEN).order_by("id").values_list("pk", flat=True):
        with transaction.atomic():
            round_ = RatingRound.objects.select_for_update().get(pk=pk)
            if round_.state == RoundState.OPEN and reminder_due(round_, today):
                _remind(None, round_)


def reminder_due(round_: RatingRound, today: dt.date) -> bool:
    """Whether a moment to remind has come since raters were last reminded (or asked)."""
    opened = clock.day_of(round_.opened_at) if round_.opened_at else today
    latest = max(opened, round_.reminded_on or opened)
    moments = (opened + (round_.closes_on - opened) / 2, round_.closes_on - dt.timedelta(days=2))
    return any(latest < moment <= today for moment in moments)
