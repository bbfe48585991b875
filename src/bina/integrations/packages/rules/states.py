"""Where an attempt at a package stands, and which way it may go."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class AttemptState(StrEnum):
    """What the package has said so far."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    PASSED = "passed"


STATE_NAMES = {
    AttemptState.STARTED: _("Sedang berjalan"),
    AttemptState.DONE: _("Selesai"),
    AttemptState.FAILED: _("Belum lulus"),
    AttemptState.PASSED: _("Lulus"),
}
# A package that is looked at again may forget what it said; what was reached in an attempt stays reached.
NEXT_STATES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.STARTED: frozenset({AttemptState.DONE, AttemptState.FAILED, AttemptState.PASSED}),
    AttemptState.FAILED: frozenset({AttemptState.DONE, AttemptState.PASSED}),
    AttemptState.DONE: frozenset({AttemptState.FAILED, AttemptState.PASSED}),
    AttemptState.PASSED: frozenset(),
}


def state_after(state: str, *, is_done: bool, is_passed: bool | None) -> AttemptState:
    """The state that follows from what the package says now; a step that is not in the table leaves it as it is."""
    now = AttemptState(state)
    if is_passed is not None:
        wanted = AttemptState.PASSED if is_passed else AttemptState.FAILED
    else:
        wanted = AttemptState.DONE if is_done else AttemptState.STARTED
    return wanted if wanted in NEXT_STATES[now] else now
