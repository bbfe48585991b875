"""Making the reports of a closed round, once: levels, evidence for the profiles, and the organiser's sums."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.round_scoring import (
    ScoredRound,
    behaviours_of,
    comments_of,
    marks_of,
    score_marks,
    summary_over,
)
from bina.assessment.actions.scoring import Estimate, without_prior
from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.round_reports import readers_of
from bina.assessment.queries.rounds import round_competencies
from bina.assessment.rules import Layout, RaterState, RoundState, View
from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.progress import ProgressReporter
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.competencies.models import Competency

SOURCES = {"self": Source.SELF_RATING, "superior": Source.SUPERIOR_RATING, "others": Source.PEER_RATING}


def report_round(public_id: str) -> RatingRound:
    """Score a closed round and publish its reports; a round that is not waiting for this is left as it is.

    Broken off half-way it can be run again: evidence of the same person and round replaces itself, and nobody reads a
    report before all are made.
    """
    round_ = RatingRound.objects.select_related("progress", "agency").get(public_id=public_id)
    if round_.state != RoundState.CLOSED or round_.progress is None:
        return round_
    with ProgressReporter(round_.progress) as reporter:
        competencies = round_competencies(round_)
        subjects = list(round_.subjects.select_related("employee__unit").order_by("id"))
        reporter.advance(0, total=len(subjects) + 1, message=_("Menghitung tingkat"))
        rows: dict[int, list[RoundRater]] = {subject.pk: [] for subject in subjects}
        for row in RoundRater.objects.filter(subject__round=round_, state=RaterState.DONE).order_by("id"):
            rows[row.subject_id].append(row)
        marks = marks_of([row for found in rows.values() for row in found], [row.pk for row in competencies])
        readers = {subject.pk: readers_of(subject.employee) for subject in subjects}
        scored = score_marks(marks, {row.pk: row.framework.level_count for row in competencies}, readers)
        for place, subject in enumerate(subjects, start=1):
            _write(round_, subject, rows[subject.pk], competencies, scored)
            reporter.advance(place, message=_("Menyusun laporan"))
        _publish(round_, summary_over(scored, [row.pk for row in subjects], [row.pk for row in competencies]))
        reporter.advance(len(subjects) + 1, message="")
    return round_


@transaction.atomic
def _publish(round_: RatingRound, summary: dict[str, Any]) -> None:
    locked = RatingRound.objects.select_for_update().get(pk=round_.pk)
    if locked.state != RoundState.CLOSED:
        return
    locked.state, locked.reported_at, locked.summary = RoundState.REPORTED.value, clock.now(), summary
    locked.save()
    round_.state = locked.state
    record(
        entries.ROUND_REPORTED, by=None, kind="round", object_id=locked.public_id, name=locked.title,
        agency_id=locked.agency_id,
    )  # fmt: skip


def report_data(
    subject_id: int, rows: list[RoundRater], competencies: "list[Competency]", scored: ScoredRound
) -> dict[str, Any]:
    """What a report keeps of one person: only what may be shown."""
    lines = []
    for competency in competencies:
        cell = scored.cells.get((subject_id, competency.pk), {})
        layout = scored.layouts.get((subject_id, competency.pk), Layout.HIDDEN)
        lines.append(
            {
                "competency": competency.pk, "layout": layout.value,
                "cells": {
                    key: [round(level.value, 2), round(level.standard_deviation, 2)] for key, level in cell.items()
                },
            }
        )  # fmt: skip
    often, rarely = behaviours_of(subject_id, scored)
    return {"lines": lines, "often": often, "rarely": rarely, "comments": comments_of(rows)}


@transaction.atomic
def _write(
    round_: RatingRound,
    subject: RoundSubject,
    rows: list[RoundRater],
    competencies: "list[Competency]",
    scored: ScoredRound,
) -> None:
    subject.report = report_data(subject.pk, rows, competencies, scored)
    subject.save(update_fields=["report"])
    superior = next((row.rater_id for row in rows if row.view == View.SUPERIOR), None)
    lines = {"self": "self", "superior": str(superior), "others": "round-group"}
    notes = {
        "self": _("%(round)s, penilaian mandiri"), "superior": _("%(round)s, penilaian atasan"),
        "others": _("%(round)s, rekan dan bawahan bersama"),
    }  # fmt: skip
    for key, source in SOURCES.items():
        pieces = [
            _piece(
                competency,
                scored.cells[subject.pk, competency.pk][key],
                notes[key] % {"round": round_.title},
                digits=1 if key == "others" else 3,
            )
            for competency in competencies
            if key in scored.cells.get((subject.pk, competency.pk), {})
        ]
        if pieces:
            record_evidence(
                by=None, employee=subject.employee, source=source, pieces=pieces,
                observed_on=clock.day_of(round_.closed_at) if round_.closed_at else clock.today(), origin_kind="round",
                origin_id=subject.public_id, line=lines[key],
            )  # fmt: skip


def _piece(competency: "Competency", level: Estimate, note: str, *, digits: int) -> NewEvidence:
    """Evidence of a group is kept as coarse as the report shows it."""
    own = without_prior(level, competency.framework.level_count)
    return NewEvidence(competency, round(own.value, digits), max(0.1, round(own.standard_deviation, digits)), note)
