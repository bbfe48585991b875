"""What tests of rounds share: two sections with people around their heads, and rounds in every state."""

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from bina.assessment import actions
from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.rounds import round_competencies
from bina.competencies.models import Competency
from bina.foundation import clock
from bina.people.models import Employee
from tests.cast import Cast, add_person


@contextmanager
def later(days: int, start: dt.datetime | None = None) -> Generator[None]:
    """So many days after now (or after a start)."""
    moment = (start or clock.now()) + dt.timedelta(days=days)
    with (
        mock.patch.object(clock, "now", return_value=moment),
        mock.patch.object(clock, "today", return_value=moment.astimezone(clock.ZONES["WIB"]).date()),
    ):
        yield


@dataclass
class Office:
    """The cast's section of identity, grown: Budi's section has four clerks beside Siti and Dewi."""

    cast: Cast
    clerks: list[Employee]  # Siti, Dewi and four more, all answering to Budi

    @property
    def hr(self) -> Employee:
        """Who holds the rounds."""
        return self.cast.hr


def build_office(cast: Cast) -> Office:
    """Four more clerks in Siti's section."""
    more = [
        add_person(cast.seksi, f"{name} Pratama", "PELAKSANA", "Pengelola Layanan Kependudukan", sex="M", serial=40 + n)
        for n, name in enumerate(("Agus", "Bayu", "Candra", "Dimas"))
    ]
    return Office(cast, [cast.siti, cast.dewi, *more])


def soft_skills(count: int = 2) -> list[Competency]:
    """The first soft skills of the shipped frameworks."""
    return list(Competency.objects.filter(framework__kind="soft", parent__isnull=False).order_by("order")[:count])


def prepared_round(office: Office, people: list[Employee], kind: str = "360", **facts: Any) -> RatingRound:
    """A round with two soft skills about some people, raters proposed."""
    round_ = actions.create_round(
        by=office.hr.user,
        unit=office.cast.root,
        title="Putaran contoh",
        kind=kind,
        closes_on=clock.today() + dt.timedelta(days=14),
        **facts,
    )  # fmt: skip
    actions.choose_competencies(by=office.hr.user, round_=round_, competencies=soft_skills())
    actions.choose_subjects(by=office.hr.user, round_=round_, employees=people)
    return round_


def open_round(office: Office, people: list[Employee], kind: str = "360", **facts: Any) -> RatingRound:
    """The same, opened."""
    round_ = prepared_round(office, people, kind, **facts)
    actions.open_round(by=office.hr.user, round_=round_)
    return round_


def subject_of(round_: RatingRound, person: Employee) -> RoundSubject:
    """A person in a round."""
    return RoundSubject.objects.get(round=round_, employee=person)


def row_of(round_: RatingRound, person: Employee, rater: Employee) -> RoundRater:
    """The rating of a person by a rater."""
    return RoundRater.objects.get(subject__round=round_, subject__employee=person, rater=rater)


def marks(round_: RatingRound, mark: int | None = 2, only: int | None = None) -> dict[str, dict[str, int | None]]:
    """The same mark on every behaviour of a round (or of its first competencies)."""
    return {
        str(row.pk): {str(line.number): mark for line in row.descriptors.all() if line.indicator}
        for row in round_competencies(round_)[:only]
    }


def answer(
    round_: RatingRound, person: Employee, rater: Employee, mark: int | None = 2, *, only: int | None = None,
    keep: str = "", grow: str = "",
) -> RoundRater:  # fmt: skip
    """A rater sends the same mark for everything."""
    return actions.send_round_rating(
        by=rater.user, row=row_of(round_, person, rater), answers=marks(round_, mark, only),
        comments={"keep": keep, "grow": grow},
    )  # fmt: skip


def report(round_: RatingRound, person: Employee) -> dict[str, object]:
    """What is kept to be shown of a person."""
    return dict(subject_of(round_, person).report)
