"""The report of one programme: who took part, what they said, what changed."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from bina.assessment.queries import TestScore, pre_post_scores
from bina.competencies.queries import competencies_by_id
from bina.evaluation.models import Programme
from bina.evaluation.queries.gains import GainLine, gain_line, paired_scores
from bina.evaluation.queries.surveys import Reaction, reaction_to
from bina.foundation import clock
from bina.learning.rules import EnrolmentState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bina.competencies.models import Competency
    from bina.learning.models import Enrolment

CONTEXT = "enrolment"
# Both databases take this many values in one question.
PORTION = 5_000


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people took part: everyone who enrolled in the period, and where they stand."""

    enrolled: int
    completed: int
    running: int
    withdrawn: int

    @property
    def completed_share(self) -> float | None:
        """Share of the enrolled who finished."""
        return self.completed / self.enrolled if self.enrolled else None


@dataclass(frozen=True, slots=True)
class Gains:
    """What changed between the two tests: overall, and by competency in the order of the dictionary."""

    overall: GainLine
    lines: tuple[GainLine, ...]
    competencies: "dict[int, Competency]"

    @property
    def told_lines(self) -> list[GainLine]:
        """Competencies with enough pairs for a picture."""
        return [line for line in self.lines if line.is_told]

    @property
    def axis(self) -> float:
        """Half the width of the picture's axis in levels: whole steps of a half."""
        ends = [abs(end) for line in (self.overall, *self.lines) for end in (line.low, line.high) if end is not None]
        return max(0.5, -(-max(ends, default=0.0) // 0.5) * 0.5)


@dataclass(frozen=True, slots=True)
class ProgrammeReport:
    """Everything the page of a programme tells."""

    programme: Programme
    reach: Reach
    gains: Gains
    reaction: Reaction
    made_at: dt.datetime


def enrolments_in(programme: Programme) -> "QuerySet[Enrolment]":
    """The enrolments a programme looks at: of its course, its agency's people, begun within its period."""
    rows = programme.course.enrolments.all()
    if programme.agency_id is not None:
        rows = rows.filter(employee__agency_id=programme.agency_id)
    if programme.period_from:
        rows = rows.filter(started_at__date__gte=programme.period_from)
    if programme.period_to:
        rows = rows.filter(started_at__date__lte=programme.period_to)
    return rows.order_by()


def reach_of(programme: Programme) -> Reach:
    """Participants and completions (one query)."""
    found = dict(enrolments_in(programme).values_list("state").annotate(n=Count("id")))
    completed = found.get(EnrolmentState.COMPLETED.value, 0)
    running, withdrawn = found.get(EnrolmentState.STARTED.value, 0), found.get(EnrolmentState.WITHDRAWN.value, 0)
    return Reach(completed + running + withdrawn, completed, running, withdrawn)


def gains_of(programme: Programme) -> Gains:
    """Paired gains between first and final test, per competency and overall."""
    contexts = [str(public_id) for public_id in enrolments_in(programme).values_list("public_id", flat=True)]
    rows: list[TestScore] = []
    for start in range(0, len(contexts), PORTION):
        rows += pre_post_scores(CONTEXT, contexts[start : start + PORTION])
    rows.sort(key=lambda row: row.finished_at)
    pairs = paired_scores(rows)
    overall = gain_line(None, "", pairs.pop(0))
    found = competencies_by_id(pairs) if pairs else {}
    # Retired ones too: what was gained in them stays told.
    known = dict(sorted(found.items(), key=lambda pair: (pair[1].framework_id, pair[1].order)))
    lines = tuple(
        gain_line(competency_id, str(competency), pairs[competency_id])
        for competency_id, competency in known.items()
        if competency_id in pairs
    )
    return Gains(overall, lines, known)


def programme_report(programme: Programme) -> ProgrammeReport:
    """The report as of now; a constant number of queries per 5,000 participants. The caller has checked visibility."""
    return ProgrammeReport(
        programme=programme,
        reach=reach_of(programme),
        gains=gains_of(programme),
        reaction=reaction_to(programme),
        made_at=clock.now(),
    )
