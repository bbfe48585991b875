"""Formal assessments for tests: one of the dinas, its people, and how somebody sits it."""

import datetime as dt
from typing import Any

from bina.assessment import actions, queries
from bina.assessment.actions import WindowTerms
from bina.assessment.models import AssessmentWindow, Blueprint, Participant, Session
from bina.assessment.rules import right_answer, wrong_answer
from bina.foundation import clock
from bina.people.models import Employee
from tests.cast import Cast

DEVICE = "ponsel"


def terms(code: str = "digital-area-4", **changed: Any) -> WindowTerms:
    """What a formal assessment says, from now for five days."""
    plain: dict[str, Any] = {
        "blueprint": Blueprint.objects.get(code=code), "title": "Asesmen digital Dinas Dukcapil",
        "purpose": "Dasar rencana pengembangan 2027; tidak dipakai untuk kenaikan pangkat.", "mode": "remote",
        "opens_at": clock.now(), "closes_at": clock.now() + dt.timedelta(days=5),
    }  # fmt: skip
    return WindowTerms(**{**plain, **changed})


def draft(cast: Cast, **changed: Any) -> AssessmentWindow:
    """A formal assessment of the dinas that nobody has heard of."""
    return actions.create_window(by=cast.hr.user, unit=cast.dinas, terms=terms(**changed))


def announced(cast: Cast, **changed: Any) -> AssessmentWindow:
    """The same with everybody of the dinas invited, announced."""
    window = draft(cast, **changed)
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    if window.is_in_rooms:
        actions.add_room(
            by=cast.hr.user, window=window, name="Aula", place="Lantai 2", capacity=30, starts_at=window.opens_at
        )
    actions.announce_window(by=cast.hr.user, window=window)
    window.refresh_from_db()
    return window


def part_of(window: AssessmentWindow, person: Employee) -> Participant:
    """A person's part."""
    return Participant.objects.get(window=window, employee=person)


def begin(window: AssessmentWindow, person: Employee, device: str = DEVICE, code: str = "") -> Session:
    """A person reads what is said, agrees and begins (or goes on)."""
    return actions.begin_formal_attempt(
        by=person.user, participant=part_of(window, person), device=device, agreed=True, code=code
    )


def sit(window: AssessmentWindow, person: Employee, *, rightly: bool = True) -> Session:
    """A person takes the whole of a fixed test."""
    session = begin(window, person)
    for position, version in enumerate(queries.form_versions(session), start=1):
        answer = (right_answer if rightly else wrong_answer)(version.item.kind, version.payload)
        actions.answer_item(by=person.user, session=session, position=position, answer=answer, device=session.device)
    actions.finish_session(by=person.user, session=session)
    return Session.objects.get(pk=session.pk)
