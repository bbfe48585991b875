"""How a package runs, what its reports may hold, and what follows from them for the activity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from bina.foundation.errors import Refused
from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules import Doing, merge_seconds

Payload = Mapping[str, Any]
State = dict[str, str]

# The bytes of one report; and the letters that reports of changes may add up to.
LARGEST_STATE = 400_000
LARGEST_SUM = 2_000_000


class TooLarge(Refused):
    """A report that is larger than what is kept. The frame tells the rest without the long values, so this closes nothing."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Paket ini mengirim catatan yang terlalu besar (paling banyak %(most)s kB), sehingga bagian yang besar itu tidak "
                "tersimpan. Yang tersimpan sebelumnya tetap ada, dan catatan yang lebih kecil tetap diterima. Beri tahu "
                "widyaiswara Anda."
            )
            % {"most": LARGEST_STATE // 1000}
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report of a package means. ``score`` is 0 to 1, ``seconds`` those of this run, as the package counts them."""

    is_done: bool = False
    is_passed: bool | None = None
    score: float | None = None
    seconds: int = 0
    location: str = ""
    is_suspended: bool = False
    # What follows from the rules of the package: no other attempt is left, and what comes next by itself.
    is_closed: bool = False
    follows: str = ""
    objectives: tuple[dict[str, Any], ...] = ()
    interactions: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is told to a package when it starts: who learns, the state of its last report, the seconds so far."""

    learner_id: str
    learner_name: str
    state: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 0
    is_new: bool = True
    is_review: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """Where an attempt stands when the rules of a package are asked: which one it is, what its latest report means, and
    whether the package has said goodbye."""

    number: int
    outcome: Outcome
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that a package said the learner did, checked, in the words of xAPI. ``code`` is unique within the attempt;
    ``part`` names a piece inside the package (empty: the whole). Who did it, and in what, is never the package's to say."""

    code: str
    verb: str
    part: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intake:
    """What is kept of a report: the state from now on, and what happened since the last report."""

    state: State
    happenings: tuple[Happening, ...] = ()


def taken_as_it_is(payload: Payload, before: Mapping[str, str], reported: State) -> Intake:
    """Packages that report their whole state each time: the newest one stands."""
    return Intake(reported)


def never_closed(payload: Payload, trial: Trial) -> Verdict:
    """Packages that may be begun again as often as one likes."""
    return ALLOWED


def nothing_follows(payload: Payload, trial: Trial) -> str:
    """Packages after which the learner chooses the way."""
    return ""


def everything(name: str) -> bool:
    """Packages of which each file may be asked for."""
    return True


@dataclass(frozen=True, slots=True)
class Runtime:
    """How activities of one kind run: ``script`` names the closed script that goes before the package's own, ``begin``
    makes its starting values, ``outcome`` reads a report (the state, and whether the package said goodbye),
    ``is_silent`` tells of contents that are done when they are opened.

    ``take_in`` joins what was kept with what is reported; ``tells`` says that reports hold happenings. Packages without pages
    of their own have ``page``, ours, which may also load from the folder ``assets`` of our built files. ``hands_out`` says
    which files of the archive are answered.

    ``may_go_on`` refuses (with a sentence) what a package allows no more: another attempt, or reports to this one. ``follows``
    says what comes by itself after a goodbye: retry, continue, previous, exit, or nothing.
    """

    kind: str
    script: Callable[[Payload], str]
    begin: Callable[[Payload, Known], State]
    outcome: Callable[[Payload, Mapping[str, str], bool], Outcome]
    is_silent: Callable[[Payload], bool]
    take_in: Callable[[Payload, Mapping[str, str], State], Intake] = taken_as_it_is
    page: Callable[[Payload], str] | None = None
    assets: str = ""
    tells: bool = False
    hands_out: Callable[[str], bool] = everything
    may_go_on: Callable[[Payload, Trial], Verdict] = never_closed
    follows: Callable[[Payload, Trial], str] = nothing_follows


RUNTIMES: dict[str, Runtime] = {}


def register_runtime(runtime: Runtime) -> Runtime:
    """Add the way a kind of activity runs; called once when its room starts. Raises ValueError when its kind is taken."""
    if runtime.kind in RUNTIMES:
        raise ValueError(f"runtime {runtime.kind} is registered twice")
    RUNTIMES[runtime.kind] = runtime
    return runtime


def clean_state(reported: Mapping[str, object]) -> State:
    """The values of a report that can be kept: short names with texts; what is none of them is left out.

    Raises TooLarge where it is too much: to cut it off would put half of a state in the place of a whole one.
    """
    kept = {name: value for name, value in reported.items() if len(name) <= 250 and isinstance(value, str) and value}
    if sum(len(name) + len(value) for name, value in kept.items()) > LARGEST_SUM:
        raise TooLarge
    return kept


def can_save(*, run: int, current_run: int) -> Verdict:
    """Only the frame that was opened last may report: two tabs cannot write over each other."""
    if run == current_run:
        return ALLOWED
    return refused(_("Kegiatan ini sudah dibuka di tab atau perangkat lain; kemajuan dicatat dari sana."))


def merge_outcome(payload: Payload, evidence: dict[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """Take in an outcome. It is an object of this house, so a form sent by hand can report seconds and nothing else."""
    outcome = report.get("outcome")
    if not isinstance(outcome, Outcome):
        return merge_seconds(payload, evidence, report)
    return evidence_of(outcome, evidence)


def evidence_of(outcome: Outcome, evidence: dict[str, Any]) -> dict[str, Any]:
    """The evidence of an activity with an outcome added: what was reached once stays, the latest word stands beside it."""
    merged = {**evidence, "verdict": "" if outcome.is_passed is None else "passed" if outcome.is_passed else "failed"}
    if outcome.is_passed is True or (outcome.is_done and outcome.is_passed is not False):
        merged["done"] = True
    # Whether another attempt is left is the latest word's to say: somebody may have opened the part again.
    merged.pop("closed", None)
    if outcome.is_closed:
        merged["closed"] = True
    if outcome.score is not None:
        merged["score"] = max(outcome.score, merged.get("score", 0.0))
    return merged


def is_evidence_enough(payload: Payload, doing: Doing) -> Verdict:
    """An activity is done when its package says completed or passed, and never with a failure alone."""
    if doing.evidence.get("done"):
        return ALLOWED
    if doing.evidence.get("verdict") == "failed":
        return refused(_("Paket menyatakan Anda belum lulus. Ulangi bagian yang diminta, sesuka Anda."))
    return refused(_("Paket belum menyatakan bagian ini selesai. Lanjutkan dari tempat Anda berhenti."))
