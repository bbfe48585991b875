"""What tests of the reports need on stage: measured people, hours, plans. All of it invented."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django.test import Client

from bina.competencies.actions import recompute_everyone, record_evidence_in_bulk
from bina.competencies.models import Competency
from bina.competencies.rules import Source
from bina.credentials.actions import load_reference_data as load_credentials
from bina.credentials.actions import record_hours
from bina.foundation import clock
from bina.people.models import Employee
from bina.planning.models import IndividualPlan, PlanItem


def competency(code: str) -> Competency:
    """A national digital competency by its code."""
    return Competency.objects.get(framework__code="digcomp-3.0", code=code, agency=None)


def measure(people: Iterable[Employee], codes: Iterable[str], *, value: float = 1.0, spread: float = 0.3) -> None:
    """Everyone is tested on these competencies with the same result."""
    competencies = [competency(code) for code in codes]
    record_evidence_in_bulk(
        (
            person.pk,
            each.pk,
            Source.TEST,
            value,
            spread,
            clock.today(),
            "",
            "session",
            f"{person.pk}-{each.code}-{value}",
        )
        for person in people
        for each in competencies
    )
    recompute_everyone()


def earn(person: Employee, hours: int, *, title: str = "Seminar layanan") -> None:
    """Hours in the ledger of this year."""
    load_credentials()
    record_hours(
        by=None, employee=person, form_code="NK_ELEARNING", title=title, quantity=Decimal(hours),
        completed_on=clock.today(), origin_kind="uji", origin_id=f"{person.pk}-{title}",
    )  # fmt: skip


def plan(person: Employee, state: str, *, items: int = 0, done: int = 0) -> IndividualPlan:
    """A plan of this year in a state."""
    moment = clock.now()
    made = IndividualPlan.objects.create(
        employee=person, year=clock.today().year, state=state,
        submitted_at=None if state == "draft" else moment, approved_at=moment if state == "approved" else None,
    )  # fmt: skip
    for number in range(items):
        PlanItem.objects.create(
            plan=made, form_code="NK_ELEARNING", title=f"Kegiatan {number}", quarter=1, hours=4,
            state="done" if number < done else "planned",
        )  # fmt: skip
    return made


def words_of(page: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def open_page(client: Client, path: str) -> str:
    """The words of a page that opens; none may show a broken number."""
    response = client.get(path)
    assert response.status_code == 200, f"{path} answered {response.status_code}"
    words = words_of(response.content.decode())
    assert not re.search(r"\b(NaN|None|nan|inf|Undefined)\b", words), path
    return words
