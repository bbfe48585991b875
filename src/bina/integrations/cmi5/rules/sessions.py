"""Where a session stands, which way it may go, and in which mode a unit is opened."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.integrations.cmi5.rules.words import LaunchMode


class SessionState(StrEnum):
    """From the launch of a unit to its end."""

    LAUNCHED = "launched"
    INITIALIZED = "initialized"
    TERMINATED = "terminated"
    ABANDONED = "abandoned"


SESSION_STATE_NAMES = {
    SessionState.LAUNCHED: _("Diluncurkan"),
    SessionState.INITIALIZED: _("Sedang berjalan"),
    SessionState.TERMINATED: _("Ditutup"),
    SessionState.ABANDONED: _("Ditinggalkan"),
}
NEXT_STATES: dict[SessionState, frozenset[SessionState]] = {
    SessionState.LAUNCHED: frozenset({SessionState.INITIALIZED, SessionState.ABANDONED}),
    SessionState.INITIALIZED: frozenset({SessionState.TERMINATED, SessionState.ABANDONED}),
    SessionState.TERMINATED: frozenset(),
    SessionState.ABANDONED: frozenset(),
}
RUNNING = frozenset({SessionState.LAUNCHED.value, SessionState.INITIALIZED.value})
LONGEST_REASON = 300


def can_end(state: str) -> Verdict:
    """Whether a session still runs, so that it can be abandoned."""
    if state in RUNNING:
        return ALLOWED
    return refused(_("Sesi ini sudah berakhir. Tidak ada yang diubah."))


def can_waive(*, is_waived: bool, is_satisfied: bool) -> Verdict:
    """A unit is waived once, and only while something is still asked of the person."""
    if is_waived:
        return refused(_("Bagian ini sudah dibebaskan. Tidak ada yang diubah."))
    if is_satisfied:
        return refused(_("Bagian ini sudah terpenuhi, jadi tidak perlu dibebaskan."))
    return ALLOWED


def can_restart(*, has_spoken: bool) -> Verdict:
    """A registration that no unit has spoken in is still at its beginning."""
    if has_spoken:
        return ALLOWED
    return refused(_("Belum ada yang perlu diulang: paket ini belum mencatat apa pun."))


def is_reason(text: str) -> bool:
    """Whether a text can stand as the reason of a waiver."""
    return 3 <= len(text.strip()) <= LONGEST_REASON


def mode_for(*, is_satisfied: bool, by_own_doing: bool) -> LaunchMode:
    """The mode in which a learner opens a unit: what was reached by learning (or waived) is read again, never done twice.

    A unit that asks nothing is satisfied from the start; its first opening still counts as learning.
    """
    return LaunchMode.REVIEW if is_satisfied and by_own_doing else LaunchMode.NORMAL
