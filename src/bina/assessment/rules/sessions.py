"""The life of an attempt: its states, its clock, who may begin it again and when."""

import datetime as dt
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.design.formats import date, moment
from bina.foundation.errors import Refused
from bina.foundation.verdict import ALLOWED, Verdict, refused

# A request that was on its way when the time ran out still counts; a slow line is nobody's fault.
GRACE = dt.timedelta(seconds=90)


class SessionState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    FINISHED = "finished"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


NEXT_STATES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.OPEN: frozenset({SessionState.FINISHED, SessionState.EXPIRED, SessionState.CANCELLED}),
    SessionState.FINISHED: frozenset({SessionState.CANCELLED}),
    SessionState.EXPIRED: frozenset({SessionState.CANCELLED}),
    SessionState.CANCELLED: frozenset(),
}
STATE_NAMES: dict[SessionState, str | Promise] = {
    SessionState.OPEN: _("Sedang dikerjakan"),
    SessionState.FINISHED: _("Selesai"),
    SessionState.EXPIRED: _("Waktu habis"),
    SessionState.CANCELLED: _("Dibatalkan"),
}


class Purpose(StrEnum):
    """Why a person is measured."""

    DIAGNOSTIC = "diagnostic"
    PRE = "pre"
    POST = "post"
    FORMAL = "formal"


PURPOSE_NAMES: dict[Purpose, str | Promise] = {
    Purpose.DIAGNOSTIC: _("Uji kompetensi"),
    Purpose.PRE: _("Uji awal"),
    Purpose.POST: _("Uji akhir"),
    Purpose.FORMAL: _("Asesmen formal"),
}


class OtherDeviceError(Refused):
    """A formal attempt was carried on from another device; what was sent here was not kept yet."""


def require_device(*, holder: str, device: str) -> None:
    """Raises OtherDeviceError unless the attempt belongs to this device; attempts without a holder belong to any."""
    if holder and holder != device:
        raise OtherDeviceError(
            _t("Uji ini sedang dilanjutkan di perangkat lain, jadi perangkat ini tidak menyimpan jawaban.")
        )


def can_start_again(*, available_on: dt.date | None, today: dt.date) -> Verdict:
    """Whether the waiting time since the last measurement is over, so that memory of the questions has faded."""
    if available_on is None or available_on <= today:
        return ALLOWED
    return refused(
        _t("Anda sudah diukur dengan soal ini. Uji dapat diulang mulai %(date)s; hasil terakhir tetap berlaku.")
        % {"date": date(available_on)}
    )


def can_answer(*, state: str, deadline: dt.datetime, now: dt.datetime, zone: str = "WIB") -> Verdict:
    """Whether an attempt still takes answers by the server's clock."""
    if state == SessionState.OPEN:
        if now <= deadline + GRACE:
            return ALLOWED
        return refused(
            _t("Waktu uji berakhir pada %(moment)s. Jawaban ini tidak disimpan; yang tersimpan sebelumnya dihitung.")
            % {"moment": moment(deadline, zone)}
        )
    if state == SessionState.CANCELLED:
        return refused(
            _t("Uji ini dibatalkan, jadi jawabannya tidak dihitung. Anda dapat memulainya lagi dari halaman Ukur.")
        )
    return refused(_t("Uji ini sudah selesai; jawaban yang tersimpan sudah dihitung dan tidak dapat diubah lagi."))


def can_cancel(state: str) -> Verdict:
    """Whether an attempt can be set aside so that the person may begin anew."""
    if SessionState.CANCELLED in NEXT_STATES[SessionState(state)]:
        return ALLOWED
    return refused(_t("Uji ini sudah dibatalkan."))


def passed(score: float, passing: int | None) -> bool | None:
    """Whether a share of right answers reaches the passing grade (percent); None when the test has none."""
    return None if passing is None else 100 * score + 1e-6 >= passing
