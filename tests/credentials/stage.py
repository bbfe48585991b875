"""What tests of hours and certificates need on stage; everything here is invented."""

import datetime as dt
from decimal import Decimal
from typing import Any

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
