"""Evidence of every origin enters here, and can be withdrawn with a reason; levels follow at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from bina.competencies import entries
from bina.competencies.actions.levels import recompute_levels
from bina.competencies.models import Competency, Evidence
from bina.competencies.rules import Source, can_be_evidence
from bina.foundation import clock
from bina.foundation.bulk import insert_rows
from bina.foundation.ids import new_public_id
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import Employee, User


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """What an origin knows: level value and spread (both in level units) on one competency."""

    competency: Competency
    value: float
    standard_deviation: float
    note: str = ""


@transaction.atomic
def record_evidence(
    *,
    by: "User | None",
    employee: "Employee",
    source: Source,
    pieces: Sequence[NewEvidence],
    observed_on: dt.date,
    origin_kind: str,
    origin_id: object,
    line: str = "",
) -> None:
    """Record what one origin (a test session, a rating, …) says about a person, and recompute the levels it touches.

    Repeating the call for the same origin replaces its values, so a job may run twice. ``line`` names the rater or
    instrument: within one source only the newest of each line counts. Raises Refused when a value is off the scale.
    """
    for piece in pieces:
        can_be_evidence(
            value=piece.value,
            standard_deviation=piece.standard_deviation,
            level_count=piece.competency.framework.level_count,
        ).require()
        Evidence.objects.update_or_create(
            employee=employee,
            competency=piece.competency,
            source=source.value,
            origin_kind=origin_kind,
            origin_id=str(origin_id),
            defaults={
                "value": round(piece.value, 6),
                "standard_deviation": round(piece.standard_deviation, 6),
                "observed_on": observed_on,
                "line": line,
                "note": piece.note[:300],
                "recorded_at": clock.now(),
            },
        )
    recompute_levels([employee.pk], competency_ids=[piece.competency.pk for piece in pieces])
    record(
        entries.EVIDENCE_RECORDED,
        by=by,
        kind="employee",
        object_id=employee.public_id,
        name=employee.full_name,
        agency_id=employee.agency_id,
        data={"source": source.value, "origin_kind": origin_kind, "competencies": [p.competency.code for p in pieces]},
    )


EvidenceRow = tuple[int, int, Source, float, float, dt.date, str, str, str]


def record_evidence_in_bulk(rows: Iterable[EvidenceRow]) -> None:
    """Take over many pieces at once (migration from another system, demo): rows of (employee id, competency id, source,
    value, standard deviation, observed on, line, origin kind, origin id). Levels must be recomputed afterwards."""
    moment = clock.now()
    if not isinstance(rows, list):
        rows = list(rows)
    from django.db import connection

    stamp: object = moment if connection.vendor == "postgresql" else moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    insert_rows(
        Evidence,
        ("public_id", "employee_id", "competency_id", "source", "value", "standard_deviation", "observed_on", "line",
         "origin_kind", "origin_id", "note", "recorded_at", "withdrawn_reason"),
        (
            (_database_uuid(connection.vendor), employee, competency, source.value, round(value, 6), round(spread, 6),
             day if connection.vendor == "postgresql" else day.isoformat(), line, kind, origin, "", stamp, "")
            for employee, competency, source, value, spread, day, line, kind, origin in rows
        ),
    )  # fmt: skip


def _database_uuid(vendor: str) -> object:
    fresh = new_public_id()
    return fresh if vendor == "postgresql" else fresh.hex


@transaction.atomic
def withdraw_evidence(*, by: "User | None", evidence: Evidence, reason: str) -> None:
    """Take a piece of evidence out of the count, with a reason that stays visible; doing it twice changes nothing."""
    if evidence.withdrawn_at:
        return
    evidence.withdrawn_at = clock.now()
    evidence.withdrawn_reason = reason[:300]
    evidence.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    recompute_levels([evidence.employee_id], competency_ids=[evidence.competency_id])
    record(
        entries.EVIDENCE_WITHDRAWN,
        by=by,
        kind="employee",
        object_id=evidence.employee.public_id,
        name=evidence.employee.full_name,
        agency_id=evidence.employee.agency_id,
        reason=reason,
        data={"source": evidence.source, "competency": evidence.competency.code},
    )
