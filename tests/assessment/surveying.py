"""What tests of surveys share: an instrument with a branch and a scale, a crowd, and surveys of it."""

import datetime as dt
import uuid
from typing import Any

from bina.assessment import actions
from bina.assessment.models import Instrument, Survey
from bina.assessment.rules import Receipt
from bina.assessment.rules.instruments import content_of
from bina.foundation import clock
from bina.people.models import Employee, OrgUnit
from tests.cast import Cast, add_person

AGREE = {"lowest": "Tidak setuju", "highest": "Setuju"}
CONTENT: dict[str, Any] = {
    "sections": [{"key": "pakai", "title": "Pemakaian"}, {"key": "akhir", "title": "Penutup"}],
    "questions": [
        {"key": "memakai", "kind": "choice", "section": "pakai", "text": "Apakah Anda memakainya?", "required": True,
         "options": [{"key": "ya", "text": "Ya"}, {"key": "tidak", "text": "Tidak"}]},
        {"key": "mudah", "kind": "likert5", "section": "pakai", "text": "Mudah dipakai.", "anchors": AGREE,
         "required": True, "show_if": {"question": "memakai", "is": "in", "values": ["ya"]}},
        {"key": "lambat", "kind": "likert5", "section": "pakai", "text": "Sering lambat.", "anchors": AGREE,
         "required": True, "show_if": {"question": "memakai", "is": "in", "values": ["ya"]}},
        {"key": "masa", "kind": "number", "section": "akhir", "text": "Masa kerja?", "min": 0, "max": 45, "profile": True},
        {"key": "saran", "kind": "text", "section": "akhir", "text": "Saran Anda?"},
    ],
    "scales": [{"code": "kemudahan", "name": "Kemudahan", "items": ["mudah", "lambat"], "reversed": ["lambat"]}],
}  # fmt: skip


def make_instrument(cast: Cast, content: dict[str, Any] | None = None, title: str = "Pemakaian aplikasi") -> Instrument:
    """A published instrument of the agency."""
    made = actions.create_instrument(
        by=cast.evaluator.user, agency=cast.agency, facts={"title": title}, content=content_of(content or CONTENT)
    )
    return actions.publish_instrument(by=cast.evaluator.user, instrument=made)


def crowd(unit: OrgUnit, count: int, first: int) -> list[Employee]:
    """Colleagues in a unit."""
    return [
        add_person(unit, f"Warga {first + n}", "PELAKSANA", "Pengelola Layanan", serial=first + n) for n in range(count)
    ]


def make_survey(
    cast: Cast, unit: OrgUnit, instrument: Instrument, mode: str = "anonymous", *, is_open: bool = True
) -> Survey:
    """A survey of a unit, open from today for two weeks."""
    survey = actions.create_survey(
        by=cast.evaluator.user, unit=unit, instrument=instrument, title="Survei aplikasi", mode=mode
    )
    return opened(cast, survey) if is_open else survey


def opened(cast: Cast, survey: Survey) -> Survey:
    """The survey, open from today for two weeks."""
    today = clock.today()
    return actions.open_survey(
        by=cast.evaluator.user, survey=survey, opens_on=today, closes_on=today + dt.timedelta(days=14)
    )


def send(survey: Survey, person: Employee, **answers: Any) -> Receipt:
    """One sheet; by default of somebody who uses the application and likes it."""
    given = answers or {"memakai": "ya", "mudah": 4, "lambat": 2}
    return actions.send_survey(by=person.user, survey=survey, response_id=uuid.uuid4(), answers=given)


def close(cast: Cast, survey: Survey) -> Survey:
    """The survey, closed by the evaluator."""
    return actions.close_survey(by=cast.evaluator.user, survey=survey)
