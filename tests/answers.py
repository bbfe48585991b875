"""Answers for tests that live through a whole measurement: right and wrong ones to any item, and those of a crowd."""

from collections.abc import Sequence

import numpy as np

from bina.assessment.models import Blueprint, ItemVersion, Response, Session
from bina.assessment.rules import right_answer, wrong_answer
from bina.foundation import clock
from bina.people.models import Employee
from bina.science.psychometrics import ScoredItems, probability

__all__ = ["answer_as_modelled", "crowd", "finished_attempts", "right_answer", "wrong_answer"]


def crowd(model: Employee, sexes: str) -> list[Employee]:
    """One person for each letter of ``sexes`` (F or M), at work beside the model; only their answers matter."""
    return Employee.objects.bulk_create(
        Employee(
            agency=model.agency, employee_number=f"{number:018d}", full_name=f"Peserta {number}", sex=sex,
            birth_date=model.birth_date, employment_type="PNS", unit=model.unit, position=model.position,
        )
        for number, sex in enumerate(sexes)
    )  # fmt: skip


def finished_attempts(
    people: Sequence[Employee], blueprint: Blueprint, versions: Sequence[ItemVersion]
) -> list[Session]:
    """A finished attempt of everybody at these items, its answers still to be written."""
    now = clock.now()
    return Session.objects.bulk_create(
        Session(
            employee=person, blueprint=blueprint, purpose="diagnostic", state="finished", seed=1, started_at=now,
            deadline_at=now, finished_at=now, form=[row.pk for row in versions],
        )
        for person in people
    )  # fmt: skip


def answer_as_modelled(
    people: Sequence[Employee], blueprint: Blueprint, versions: Sequence[ItemVersion], truth: ScoredItems, seed: int
) -> None:
    """Everybody answers these items once as the two-parameter model says; abilities are spread around level 2 by one."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(2.0, 1.0, len(people))
    right = rng.random((len(people), len(versions))) < probability(theta, truth)
    now = clock.now()
    Response.objects.bulk_create(
        Response(
            session=session, position=place + 1, item_version=version, answer=["x"], saved_at=now,
            score=float(right[number, place]),
        )
        for number, session in enumerate(finished_attempts(people, blueprint, versions))
        for place, version in enumerate(versions)
    )  # fmt: skip
