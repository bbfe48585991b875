"""The life of a calibration, and the bounds by which its figures are judged."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused

FEWEST_ANSWERS = 50  # to an item, before its parameters are estimated
WORST_MISFIT = 0.1  # root mean squared distance of curve and answers: the bound of PISA
MOST_EXPOSURE = 0.25  # share of the adaptive tests in which an item may be asked


class CalibrationState(StrEnum):
    """Where a calibration stands; at most one of a bank is waiting."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    PUBLISHED = "published"
    ROLLED_BACK = "rolled_back"


CALIBRATION_STATE_NAMES: dict[CalibrationState, str | Promise] = {
    CalibrationState.WAITING: _("Menunggu giliran"),
    CalibrationState.DONE: _("Selesai, belum dipakai"),
    CalibrationState.FAILED: _("Tidak dapat dihitung"),
    CalibrationState.PUBLISHED: _("Dipakai"),
    CalibrationState.ROLLED_BACK: _("Dibatalkan"),
}
NEXT_CALIBRATION_STATES: dict[CalibrationState, tuple[CalibrationState, ...]] = {
    CalibrationState.WAITING: (CalibrationState.DONE, CalibrationState.FAILED),
    CalibrationState.DONE: (CalibrationState.PUBLISHED,),
    CalibrationState.FAILED: (),
    CalibrationState.PUBLISHED: (CalibrationState.ROLLED_BACK,),
    CalibrationState.ROLLED_BACK: (),
}


def can_publish_calibration(state: str) -> Verdict:
    """Whether the parameters of a calibration may be put to use."""
    if CalibrationState.PUBLISHED in NEXT_CALIBRATION_STATES[CalibrationState(state)]:
        return ALLOWED
    return refused(_t("Kalibrasi ini belum selesai atau sudah dibatalkan, jadi tidak dapat dipakai."))


def can_roll_back_calibration(state: str, *, later_in_use: bool) -> Verdict:
    """Whether the parameters that were in use before a calibration may come back; the last one put to use goes first."""
    if CalibrationState.ROLLED_BACK not in NEXT_CALIBRATION_STATES[CalibrationState(state)]:
        return refused(_t("Hanya kalibrasi yang sedang dipakai yang dapat dibatalkan."))
    if later_in_use:
        return refused(_t("Kalibrasi yang dipakai lebih akhir masih berlaku; batalkan yang itu dahulu."))
    return ALLOWED
