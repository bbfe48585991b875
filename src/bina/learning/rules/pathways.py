"""The way of a person through a pathway: what is done, open, locked, optional, and what may be skipped. No database."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.gates import DONE, NOT_MEANT, lock_of
from bina.learning.rules.handed_works import WorkState
from bina.learning.rules.states import EnrolmentState
from bina.learning.rules.steps import Confirmer

if TYPE_CHECKING:
    from bina.people.models import Employee

# Beside the marks of courses (done, not meant): skipped by proof, and taken back by an authorised person.
SKIPPED, TAKEN_BACK = "p", "u"
FINISHED = (DONE, SKIPPED)
Stages = Sequence[Mapping[str, Any]]

# A work for a step goes the way of works in courses, without appeals; an accepted one goes back when its step is taken back.
STEP_WORK_NEXT_STATES: dict[WorkState, frozenset[WorkState]] = {
    WorkState.DRAFT: frozenset({WorkState.HANDED_IN}),
    WorkState.HANDED_IN: frozenset({WorkState.RETURNED, WorkState.ACCEPTED}),
    WorkState.RETURNED: frozenset({WorkState.HANDED_IN}),
    WorkState.ACCEPTED: frozenset({WorkState.RETURNED}),
}
CONFIRMER_NAMES = {
    Confirmer.SUPERIOR: _("Dikuatkan atasan Anda"),
    Confirmer.ORGANISER: _("Dikuatkan penyelenggara jalur"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted about one step: its state, when, by whom, and how it came about (a sentence for the page)."""

    state: str
    on: str = ""
    by: str = ""
    reason: str = ""
    score: float | None = None

    @property
    def day(self) -> dt.date | None:
        """The day it was noted on."""
        return dt.date.fromisoformat(self.on[:10]) if self.on else None

    def as_json(self) -> dict[str, Any]:
        """Plain data, as the journey keeps it."""
        rows = {"s": self.state, "on": self.on, "by": self.by, "why": self.reason, "score": self.score}
        return {name: value for name, value in rows.items() if value not in ("", None)}


def step_mark_of(marks: Mapping[str, Any], key: str) -> Mark:
    """The mark of a step; an empty one when nothing is noted."""
    row = marks.get(key, {})
    return Mark(row.get("s", ""), row.get("on", ""), row.get("by", ""), row.get("why", ""), row.get("score"))


@dataclass(slots=True)
class StepOnWay:
    """One step as a person meets it. ``state``: done, skipped, waiting (handed in), returned, locked, spare (enough others of
    its stage are done), open."""

    step: Mapping[str, Any]
    number: int
    state: str
    mark: Mark
    lock: str = ""
    proof: str = ""

    @property
    def key(self) -> str:
        """Its key in the file."""
        return str(self.step["key"])

    @property
    def is_required(self) -> bool:
        """Whether it counts for its stage."""
        return bool(self.step.get("required", True))

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do in it."""
        return self.state in {"done", "skipped"}


@dataclass(slots=True)
class StageOnWay:
    """One stage as a person meets it; ``needed`` of its ``required`` steps are asked for."""

    title: str
    number: int
    needed: int
    required: int
    done: int
    steps: list[StepOnWay] = field(default_factory=list)
    lock: str = ""

    @property
    def is_done(self) -> bool:
        """Whether enough of its steps are finished."""
        return self.done >= self.needed

    @property
    def is_choice(self) -> bool:
        """Whether some of its steps may be chosen among several."""
        return self.needed < self.required


@dataclass(slots=True)
class Way:
    """The whole way: stages in order, what comes next, how many required steps are done."""

    stages: list[StageOnWay]
    next: StepOnWay | None = None

    @property
    def total(self) -> int:
        """How many steps must be finished."""
        return sum(stage.needed for stage in self.stages)

    @property
    def done(self) -> int:
        """How many of these are."""
        return sum(min(stage.done, stage.needed) for stage in self.stages)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that is required is left."""
        return all(stage.is_done for stage in self.stages)

    def find(self, key: str) -> StepOnWay | None:
        """The step with a key, where it is meant for the person."""
        return next((step for stage in self.stages for step in stage.steps if step.key == key), None)


def way_of(
    stages: Stages,
    marks: Mapping[str, Any],
    *,
    works: Mapping[str, str] | None = None,
    proofs: Mapping[str, str] | None = None,
) -> Way:
    """The way through compiled ``stages`` with a person's ``marks``; ``works``: state of what was handed in, by key;
    ``proofs``: by key, the sentence that says why a step may be skipped. Steps not meant for the person are left out."""
    states = {key: DONE if row.get("s") in FINISHED else row.get("s", "") for key, row in marks.items()}
    titles = {step["key"]: step["title"] for stage in stages for step in stage["steps"]}
    way = Way([])
    number, before = 0, ""
    for place, stage in enumerate(stages, start=1):
        meant = [step for step in stage["steps"] if states.get(step["key"]) != NOT_MEANT]
        required = [step for step in meant if step.get("required", True)]
        found = StageOnWay(
            stage["title"], place, min(stage.get("needed") or len(required), len(required)), len(required),
            sum(states.get(step["key"]) == DONE for step in required),
        )  # fmt: skip
        if stage.get("waits") and before:
            found.lock = _t("Terbuka setelah tahap “%(title)s” selesai.") % {"title": before}
        for step in meant:
            number += 1
            mark = step_mark_of(marks, step["key"])
            on_way = StepOnWay(step, number, "", mark, proof=(proofs or {}).get(step["key"], ""))
            needs = [{"key": key, "score": 0} for key in step.get("needs", ())]
            on_way.lock = found.lock or lock_of({"key": step["key"], "needs": needs}, states, {}, titles)
            on_way.state = _state(on_way, found, (works or {}).get(step["key"], ""))
            found.steps.append(on_way)
        way.stages.append(found)
        if not found.is_done:
            before = found.title
    open_steps = [step for stage in way.stages for step in stage.steps if step.state in {"open", "returned"}]
    way.next = next((step for step in open_steps if step.is_required), None)
    return way


def _state(step: StepOnWay, stage: StageOnWay, work: str) -> str:
    if step.mark.state in FINISHED:
        return "done" if step.mark.state == DONE else "skipped"
    if work == WorkState.HANDED_IN:
        return "waiting"
    if step.lock:
        return "locked"
    if work == WorkState.RETURNED:
        return "returned"
    return "spare" if step.is_required and stage.is_done else "open"


def steps_not_meant(stages: Stages, groups: Mapping[str, Collection[str]]) -> list[str]:
    """The keys of the steps that are not for a person of these groups (codes by audience)."""
    return [
        step["key"]
        for stage in stages
        for step in stage["steps"]
        if any(not set(codes) & set(groups.get(name, ())) for name, codes in step.get("only_for", {}).items())
    ]


def can_join(employee: "Employee", agency_id: int | None) -> Verdict:
    """Whether a pathway of an agency (none: of all) is offered to this person at all."""
    if not employee.is_active:
        return refused(_t("Pegawai ini tidak lagi tercatat aktif, sehingga tidak dapat mengikuti jalur."))
    if agency_id is not None and agency_id != employee.agency_id:
        return refused(_t("Jalur ini hanya untuk pegawai instansi penyelenggaranya."))
    return ALLOWED


def can_walk(state: str) -> Verdict:
    """Whether steps may still be written by the person."""
    if state == EnrolmentState.WITHDRAWN:
        return refused(
            _t("Anda sudah berhenti dari jalur ini. Ikuti lagi untuk melanjutkan; kemajuan Anda masih tersimpan.")
        )
    return ALLOWED


def can_do(step: StepOnWay | None) -> Verdict:
    """Whether a step of the way may be worked on now; the sentence says what comes first."""
    if step is None:
        return refused(_t("Langkah ini tidak ada di jalur Anda."))
    return refused(step.lock) if step.state == "locked" else ALLOWED


def can_skip(step: StepOnWay | None) -> Verdict:
    """A step may be skipped when the level it leads to is proven."""
    if step is None or step.is_finished:
        return refused(_t("Langkah ini sudah selesai atau tidak ada di jalur Anda."))
    if not step.proof:
        return refused(_t("Langkah ini dapat dilewati setelah tingkat kompetensinya terbukti di profil Anda."))
    return ALLOWED


def can_move_step_work(state: str, to: WorkState) -> Verdict:
    """Whether a work for a step may take another state; the sentence says where it stands."""
    if to in STEP_WORK_NEXT_STATES[WorkState(state)]:
        return ALLOWED
    sentences = {
        WorkState.DRAFT: _t("Kiriman ini masih draf; pemiliknya belum menyerahkannya."),
        WorkState.HANDED_IN: _t("Kiriman ini sudah diserahkan dan menunggu diperiksa; isinya tidak dapat diubah."),
        WorkState.RETURNED: _t("Kiriman ini sudah dikembalikan dan menunggu diserahkan lagi oleh pemiliknya."),
        WorkState.ACCEPTED: _t("Kiriman ini sudah diterima dan tetap seperti adanya."),
    }
    return refused(sentences[WorkState(state)])
