"""A plain crowd for measurements that need a known number of people and pieces of evidence and nothing else."""

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

BRANCHES, TEAMS = 40, 10
CLASSES = ("PELAKSANA", "PELAKSANA", "JF_AHLI_PERTAMA", "JF_AHLI_MUDA", "JF_TERAMPIL", "JF_PENYELIA")


def build(employees: int, *, evidence_per_competency: int = 0) -> dict[str, Any]:
    """One agency with 400 teams and ``employees`` people; each gets so many test results on every digital competency."""
    from django.db import transaction

    from bina.people.models import Agency, Employee, OrgUnit, Position

    draw = random.Random(7)
    with transaction.atomic():
        agency = Agency.objects.create(code="UKUR", name="Instansi Pengukuran", short_name="Pengukuran", kind="city")
        root = OrgUnit.objects.add_root({"agency": agency, "code": "U", "name": agency.name})
        teams = []
        for number in range(BRANCHES):
            branch = _unit_below(root, f"U{number}", f"Dinas {number}")
            teams += [_unit_below(branch, f"U{number}.{place}", f"Seksi {number}.{place}") for place in range(TEAMS)]
        positions = Position.objects.bulk_create(
            Position(unit=team, job_class_id=code, title=f"Jabatan {code}") for team in teams for code in set(CLASSES)
        )
        Employee.objects.bulk_create(
            (
                Employee(
                    agency=agency, employee_number=f"{19800101200001000 + index:018d}", full_name=f"Pegawai {index}",
                    sex="F" if index % 2 else "M", birth_date=dt.date(1980, 1, 1), employment_type="PNS",
                    unit_id=position.unit_id, position=position,
                )
                for index in range(employees)
                for position in (draw.choice(positions),)
            ),
            batch_size=2_000,
        )  # fmt: skip
    pieces = _add_evidence(evidence_per_competency, draw) if evidence_per_competency else 0
    return {"employees": Employee.objects.count(), "evidence": pieces}


def _unit_below(parent: "OrgUnit", code: str, name: str) -> "OrgUnit":
    from bina.people.models import OrgUnit

    return OrgUnit.objects.add_child(parent, {"agency": parent.agency, "code": code, "name": name})


def _add_evidence(count: int, draw: random.Random) -> int:
    from django.db import transaction

    from bina.competencies.actions import record_evidence_in_bulk
    from bina.competencies.models import Competency
    from bina.competencies.rules import Source
    from bina.foundation import clock
    from bina.people.models import Employee

    today = clock.today()
    competencies = list(
        Competency.objects.filter(framework__code="digcomp-3.0", parent__isnull=False).values_list("pk", flat=True)
    )
    people = list(Employee.objects.order_by("pk").values_list("pk", flat=True))
    written = 0
    for start in range(0, len(people), 2_000):
        rows = [
            (
                person, competency, Source.TEST, min(4.9, max(0.1, draw.gauss(2.0, 0.8))), 0.5,
                today - dt.timedelta(days=draw.randrange(5, 700)), f"form-{piece}", "session", f"{person}-{piece}",
            )
            for person in people[start : start + 2_000]
            for competency in competencies
            for piece in range(count)
        ]  # fmt: skip
        with transaction.atomic():
            record_evidence_in_bulk(rows)
        written += len(rows)
    return written
