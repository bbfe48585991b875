"""Scoring works by their rubric: drafts, sending, a third person where two lie apart, and the evidence at the end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.handing import note_work
from bina.assessment.actions.scoring import Estimate, prior_for, without_prior
from bina.assessment.actions.turns import give_missing_turns
from bina.assessment.models import RubricCriterion, RubricScore, TaskAssignment
from bina.assessment.queries.agreement import MOST_WORKS, items_of, pool_of_scores
from bina.assessment.queries.scoring import deciding_scores, may_score_work
from bina.assessment.queries.tasks import rubric_of
from bina.assessment.rules import (
    FEWEST_PAIRS,
    OPEN_TO_ASSESSORS,
    HandingState,
    can_move_handing,
    can_send_marks,
    clean_marks,
    need_a_third,
)
from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.science.psychometrics import GradedItems, graded_expected_a_posteriori

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import User

LONGEST_COMMENT = 3_000


def _locked(by: "User", score: RubricScore) -> tuple[RubricScore, TaskAssignment]:
    """The turn and its work, locked (the work first, as everywhere). Raises Denied unless it is the account's own turn."""
    if by.employee_id != score.assessor_id:
        denied(_("Giliran menilai ini milik penilai lain.")).require()
    work = (
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("version__task", "employee__unit", "employee__agency")
        .get(pk=score.assignment_id)
    )
    locked = RubricScore.objects.select_for_update(of=("self",)).filter(pk=score.pk).select_related("assessor").first()
    if locked is None:
        raise Refused(
            _("Giliran ini sudah tidak ada, karena kiriman dikembalikan atau dialihkan. Buka daftar Anda lagi.")
        )
    return locked, work


def _criteria_of(work: TaskAssignment) -> tuple[list[RubricCriterion], dict[str, int]]:
    criteria = rubric_of(work.version)
    return criteria, {row.key: row.order for row in criteria}


def _keep(score: RubricScore, marks: Mapping[str, object], comment: str, keys: Mapping[str, int]) -> None:
    score.marks = {**score.marks, **clean_marks(marks, keys)}
    score.comment, score.saved_at = comment.strip()[:LONGEST_COMMENT], clock.now()


@transaction.atomic
def save_score_draft(*, by: "User", score: RubricScore, marks: Mapping[str, object], comment: str) -> RubricScore:
    """Keep marks as one goes; nothing counts before it is sent. Raises Denied for others' turns, Refused when the work is no
    longer scored or the marks were sent."""
    locked, work = _locked(by, score)
    if locked.sent_at or work.state not in OPEN_TO_ASSESSORS:
        raise Refused(_("Penilaian ini sudah terkirim dan tetap seperti adanya."))
    _criteria, keys = _criteria_of(work)
    _keep(locked, marks, comment, keys)
    locked.save(update_fields=["marks", "comment", "saved_at"])
    return locked


@transaction.atomic
def send_score(*, by: "User", score: RubricScore, marks: Mapping[str, object], comment: str) -> RubricScore:
    """Send one's marks. The last one needed ends the scoring: evidence, or a third person where two lie too far apart.

    Sending the same marks again changes nothing. Raises Denied for others' turns or a conflict of interest that has come up,
    Refused when a criterion has no mark or the work is no longer scored.
    """
    locked, work = _locked(by, score)
    _criteria, keys = _criteria_of(work)
    if locked.sent_at:
        if clean_marks(marks, keys) in ({}, locked.marks):
            return locked
        raise Refused(_("Penilaian ini sudah terkirim dan tetap seperti adanya."))
    if work.state not in OPEN_TO_ASSESSORS:
        can_move_handing(work.state, HandingState.SCORED).require()
    may_score_work(work, locked.assessor).require()
    _keep(locked, marks, comment, keys)
    can_send_marks(locked.marks, keys).require()
    locked.sent_at = locked.saved_at
    locked.save(update_fields=["marks", "comment", "saved_at", "sent_at"])
    note_work(entries.SCORE_SENT, by, work)
    _go_on(work)
    return locked


def _go_on(work: TaskAssignment) -> None:
    """What follows from the scorings sent so far."""
    sent = list(RubricScore.objects.filter(assignment=work, sent_at__isnull=False).order_by("id"))
    first = [score for score in sent if not score.is_third]
    third = any(score.is_third for score in sent)
    if not third and len(first) < work.version.scorers:
        work.state = HandingState.SCORING.value
        work.save(update_fields=["state"])
        return
    if not third and len(first) > 1 and need_a_third(first[0].marks, first[1].marks, work.version.largest_difference):
        work.state, work.needs_third = HandingState.SCORING.value, True
        work.save(update_fields=["state", "needs_third"])
        note_work(entries.WORK_DISPUTED, None, work)
        give_missing_turns(work)
        return
    _finish(work, sent)


def _finish(work: TaskAssignment, sent: list[RubricScore]) -> None:
    can_move_handing(work.state, HandingState.SCORED).require()
    work.state, work.scored_at, work.needs_third = HandingState.SCORED.value, clock.now(), False
    work.save(update_fields=["state", "scored_at", "needs_third"])
    criteria = rubric_of(work.version)
    deciding = deciding_scores(sent)
    note = _("%(task)s, %(n)s kriteria, %(p)s penilai") % {
        "task": work.version.title, "n": len(criteria), "p": len(sent),
    }  # fmt: skip
    pieces = []
    competencies = {row.competency_id: row.competency for row in criteria}
    for pk, found in levels_of_work(work, deciding, criteria).items():
        own = without_prior(found, competencies[pk].framework.level_count)
        pieces.append(NewEvidence(competencies[pk], own.value, own.standard_deviation, note))
    # Without an actor: the profile must not tell who scored.
    record_evidence(
        by=None, employee=work.employee, source=Source.PRACTICAL_TASK, pieces=pieces,
        observed_on=clock.day_of(work.submitted_at or clock.now()), origin_kind="practical_work",
        origin_id=work.public_id, line=f"task:{work.version.task_id}",
    )  # fmt: skip
    note_work(entries.WORK_SCORED, None, work)


def levels_of_work(
    work: TaskAssignment, deciding: list[RubricScore], criteria: list[RubricCriterion]
) -> dict[int, Estimate]:
    """The level that the deciding marks speak for, by competency id.

    Where enough works of this version were scored twice, and the two first scorings decide, levels and severities of the
    assessors are estimated together; else every mark counts as it stands (graded response model).
    """
    pooled = _pooled(work, criteria) if len(deciding) > 1 else None
    return pooled if pooled is not None else levels_of_marks(criteria, [score.marks for score in deciding])


def levels_of_marks(criteria: Sequence[RubricCriterion], scorings: Sequence[Mapping[str, int]]) -> dict[int, Estimate]:
    """The level that several scorings of one work speak for, by competency id, every mark counted as it stands."""
    found = {}
    for pk in dict.fromkeys(row.competency_id for row in criteria):
        rows = [row for row in criteria if row.competency_id == pk]
        items = items_of(rows)
        repeated = GradedItems(
            np.tile(items.discrimination, len(scorings)), np.tile(items.thresholds, (len(scorings), 1))
        )
        marks = np.array([[float(marks[row.key]) for marks in scorings for row in rows]])
        level = graded_expected_a_posteriori(marks, repeated, prior_for(rows[0].competency.framework.level_count))
        found[pk] = Estimate(float(level.estimate[0]), float(level.standard_error[0]))
    return found


def pieces_of_marks(rows: Sequence[tuple["Competency", int, int]], *, note: str) -> list[NewEvidence]:
    """What one scoring of one work says about each competency, as evidence; for works that other rooms collect.

    ``rows``: competency, level of the criterion, mark 0 to 4. Every mark counts as it stands (graded response model).
    """
    criteria = [
        RubricCriterion(order=place, competency=competency, level=level)
        for place, (competency, level, _mark) in enumerate(rows, start=1)
    ]
    marks = {row.key: mark for row, (_competency, _level, mark) in zip(criteria, rows, strict=True)}
    competencies = {row.competency_id: row.competency for row in criteria}
    pieces = []
    for pk, found in levels_of_marks(criteria, [marks]).items():
        own = without_prior(found, competencies[pk].framework.level_count)
        pieces.append(NewEvidence(competencies[pk], own.value, own.standard_deviation, note))
    return pieces


def _pooled(work: TaskAssignment, criteria: list[RubricCriterion]) -> dict[int, Estimate] | None:
    works = TaskAssignment.objects.filter(
        version=work.version, employee__agency_id=work.employee.agency_id, scores__sent_at__isnull=False
    )
    newest = list(works.order_by("-id").distinct().values_list("id", flat=True)[:MOST_WORKS])
    scores = list(
        RubricScore.objects.filter(
            assignment_id__in={*newest, work.pk}, is_third=False, sent_at__isnull=False
        ).order_by("assignment_id", "assessor_id")
    )
    pool = pool_of_scores(scores, criteria)
    if pool.pairs < FEWEST_PAIRS:
        return None
    levels = pool.levels().persons
    return {
        competency: Estimate(float(levels.estimate[place]), float(levels.standard_error[place]))
        for place, (assignment, competency) in enumerate(pool.subjects)
        if assignment == work.pk
    }
