"""What people do in a round: suggest other peers, rate, or say that they cannot judge."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.rounds import ask_rater
from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.rounds import round_competencies
from bina.assessment.rules import RaterState, RoundState, View, can_rate_in, clean_answers
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied, refused
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import Employee, User

LONGEST_COMMENT = 1_000


def _locked(by: "User", row: RoundRater) -> RoundRater:
    """The rating with its round, held until the end; raises Denied for anybody but the rater, Refused when it is over."""
    if by.employee_id != row.rater_id:
        denied(_("Penilaian ini bukan milik Anda.")).require()
    round_ = RatingRound.objects.select_for_update(of=("self",)).get(subjects__raters=row)
    can_rate_in(round_.state).require()
    if round_.closes_on < clock.today():
        can_rate_in(RoundState.CLOSED).require()
    found = (
        RoundRater.objects.select_for_update(of=("self",)).select_related("subject__round").filter(pk=row.pk).first()
    )
    if found is None or found.state == RaterState.SUGGESTED:
        raise Refused(_("Anda tidak lagi diminta menilai orang ini."))
    return found


def _note(verb: "Verb", row: RoundRater) -> None:
    """Nobody is named: the entry says that something came in, not from whom or about whom."""
    round_ = row.subject.round
    record(verb, by=None, kind="round", object_id=round_.public_id, name=round_.title, agency_id=round_.agency_id)


def _take(row: RoundRater, answers: Mapping[Any, Any], comments: Mapping[str, str]) -> None:
    known = {
        competency.pk: {line.number for line in competency.descriptors.all() if line.indicator}
        for competency in round_competencies(row.subject.round)
    }
    kept = clean_answers(answers, known)
    row.answers = {
        **row.answers,
        **{pk: dict(sorted({**row.answers.get(pk, {}), **marks}.items())) for pk, marks in kept.items()},
    }
    for name in ("keep", "grow"):
        if name in comments:
            setattr(row, name, comments[name].strip()[:LONGEST_COMMENT])
    row.saved_at = clock.now()


@transaction.atomic
def save_round_draft(
    *, by: "User", row: RoundRater, answers: Mapping[Any, Any], comments: Mapping[str, str] | None = None
) -> RoundRater:
    """Keep marks and comments as they stand; nothing counts before it is sent. Raises Denied, Refused."""
    found = _locked(by, row)
    if found.state == RaterState.DONE:
        raise Refused(_("Penilaian ini sudah dikirim dan tidak dapat diubah lagi."))
    _take(found, answers, comments or {})
    found.save()
    return found


@transaction.atomic
def send_round_rating(
    *, by: "User", row: RoundRater, answers: Mapping[Any, Any] | None = None, comments: Mapping[str, str] | None = None
) -> RoundRater:
    """Send a rating: it stays as it is and counts when the round closes. Sending it twice changes nothing.

    Raises Denied for anybody but the rater, Refused when the round is over or nothing was judged.
    """
    found = _locked(by, row)
    if found.state == RaterState.DONE:
        return found
    _take(found, answers or {}, comments or {})
    if not any(mark is not None for marks in found.answers.values() for mark in marks.values()):
        refused(
            _("Belum ada perilaku yang dinilai. Isi sedikitnya satu, atau pilih “Saya tidak dapat menilai”.")
        ).require()
    found.state, found.reason = RaterState.DONE.value, ""
    found.save()
    _note(entries.ROUND_ANSWERED, found)
    return found


@transaction.atomic
def decline_round_rating(*, by: "User", row: RoundRater, reason: str) -> None:
    """Say that one cannot judge somebody, with a reason for the organiser; twice changes nothing, and rating is still open.

    Raises Denied for anybody but the rater, Refused for oneself, without a reason, or after sending.
    """
    found = _locked(by, row)
    if found.state == RaterState.DECLINED:
        return
    if found.view == View.SELF:
        raise Refused(_("Penilaian atas diri sendiri tidak dapat ditolak; yang belum dapat dinilai boleh dikosongkan."))
    if found.state == RaterState.DONE:
        raise Refused(_("Penilaian ini sudah dikirim dan tidak dapat diubah lagi."))
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya dalam satu kalimat; hanya penyelenggara yang membacanya."))
    found.state, found.reason = RaterState.DECLINED.value, reason.strip()[:300]
    found.save()
    _note(entries.ROUND_DECLINED, found)


@transaction.atomic
def take_up_again(*, by: "User", row: RoundRater) -> None:
    """Rate somebody after all, while the round is open; marks kept before are still there."""
    found = _locked(by, row)
    if found.state == RaterState.DECLINED:
        found.state, found.reason = RaterState.INVITED.value, ""
        found.save()


def _under_review(subject: RoundSubject) -> RatingRound:
    round_ = RatingRound.objects.select_for_update().get(pk=subject.round_id)
    if round_.state != RoundState.REVIEW or not round_.allows_suggestions:
        raise Refused(_("Usul penilai tidak sedang ditinjau untuk putaran ini."))
    return round_


@transaction.atomic
def suggest_peer(*, by: "User", subject: RoundSubject, rater: "Employee") -> RoundRater:
    """The rated person suggests one more peer; the superior decides. Suggesting twice changes nothing. Raises Denied, Refused."""
    if by.employee_id != subject.employee_id:
        denied(_("Hanya yang dinilai yang dapat mengusulkan rekan.")).require()
    round_ = _under_review(subject)
    row = ask_rater(round_, subject, rater, View.PEER, RaterState.SUGGESTED)
    _tell_superior(by, subject, round_)
    return row


def _tell_superior(by: "User", subject: RoundSubject, round_: RatingRound) -> None:
    record(
        entries.ROUND_SUGGESTED, by=by, kind="round", object_id=round_.public_id, name=round_.title,
        agency_id=round_.agency_id, data={"subject": str(subject.public_id)},
    )  # fmt: skip


@transaction.atomic
def ask_removal(*, by: "User", subject: RoundSubject, rater: RoundRater, wanted: bool) -> None:
    """The rated person would rather not be rated by a peer, or takes that back; the superior decides."""
    if by.employee_id != subject.employee_id:
        denied(_("Hanya yang dinilai yang dapat mengusulkan rekan.")).require()
    round_ = _under_review(subject)
    row = RoundRater.objects.select_for_update().filter(pk=rater.pk, subject=subject, view=View.PEER).first()
    if row is None:
        return
    if row.state == RaterState.SUGGESTED:
        # One's own suggestion, taken back.
        row.delete()
    elif row.removal_asked != wanted:
        row.removal_asked = wanted
        row.save(update_fields=["removal_asked"])
        if wanted:
            _tell_superior(by, subject, round_)


@transaction.atomic
def decide_suggestion(*, by: "User", subject: RoundSubject, rater: RoundRater, agree: bool) -> None:
    """The superior who rates in the round confirms or turns down one suggestion; deciding twice changes nothing."""
    mine = RoundRater.objects.filter(subject=subject, rater_id=by.employee_id, view=View.SUPERIOR)
    if by.employee_id is None or not mine.exists():
        denied(_("Hanya atasan yang menilai dalam putaran ini yang dapat memutuskan usul.")).require()
    round_ = _under_review(subject)
    row = RoundRater.objects.select_for_update().filter(pk=rater.pk, subject=subject, view=View.PEER).first()
    if row is None or not (row.removal_asked or row.state == RaterState.SUGGESTED):
        return
    if row.state == RaterState.SUGGESTED and agree:
        row.state = RaterState.INVITED.value
        row.save(update_fields=["state"])
    elif row.removal_asked and not agree:
        row.removal_asked = False
        row.save(update_fields=["removal_asked"])
    else:
        row.delete()
    record(
        entries.ROUND_SUGGESTION_DECIDED, by=by, kind="round", object_id=round_.public_id, name=round_.title,
        agency_id=round_.agency_id,
    )  # fmt: skip
