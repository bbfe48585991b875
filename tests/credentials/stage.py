"""What tests of hours and certificates need on stage; everything here is invented."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection

from bina.credentials.actions import issue_certificate, record_hours
from bina.credentials.models import Certificate, LearningHours
from bina.people.models import Employee

DAY = dt.date(2026, 3, 12)


def earn(employee: Employee, quantity: Decimal | int = 4, **changes: Any) -> LearningHours:
    """Four programme hours of e-learning in March 2026, unless told otherwise."""
    given: dict[str, Any] = {
        "by": None, "employee": employee, "form_code": "NK_ELEARNING", "title": "Kursus mini", "quantity": quantity,
        "completed_on": DAY, "origin_kind": "claim", "origin_id": "1",
    }  # fmt: skip
    return record_hours(**given | changes)


def certify(employee: Employee, **changes: Any) -> Certificate:
    """A certificate for a small course."""
    given: dict[str, Any] = {
        "by": None, "employee": employee, "title": "Keamanan digital untuk ASN", "program": "keamanan-digital-asn",
        "hours": 4, "started_on": DAY - dt.timedelta(days=7), "completed_on": DAY, "origin_kind": "enrolment",
        "origin_id": f"e{employee.pk}", "level": "2", "competencies": ["Melindungi perangkat"],
    }  # fmt: skip
    return issue_certificate(**given | changes)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works in threads that start together, each on its own connection; returns results, or what was raised."""
    barrier = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            results[place] = work()
        except Exception as error:  # the test looks at what came of it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
