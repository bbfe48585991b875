"""Building the demo: the same for the same seed, all or nothing, never into a house where somebody lives."""

import datetime as dt
import hashlib

import pytest
from django.conf import settings
from django.db import models, transaction

from bina.assessment.models import RatingRound, RoundRater
from bina.competencies.models import Evidence
from bina.credentials.models import Certificate, LearningHours
from bina.demo.build import build
from bina.foundation.errors import Refused
from bina.journal.models import Notification
from bina.learning.models import Enrolment
from bina.people.models import Agency, Assignment, Employee, OrgUnit
from bina.planning.models import IndividualPlan, PlanItem

ON = dt.date(2026, 3, 2)
COMPARED: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (OrgUnit, ("path", "name", "public_id")),
    (Employee, ("employee_number", "full_name", "title_suffix", "email", "grade", "public_id", "unit__path")),
    (Assignment, ("employee__employee_number", "kind", "valid_from", "valid_to")),
    (
        Evidence,
        ("employee__employee_number", "competency__code", "source", "value", "observed_on", "origin_id", "public_id"),
    ),
    (RatingRound, ("title", "state", "public_id", "closes_on", "summary")),
    (RoundRater, ("rater__employee_number", "view", "state", "answers", "keep", "public_id")),
    (Enrolment, ("employee__employee_number", "course__slug", "state", "started_at", "public_id", "grade")),
    (IndividualPlan, ("employee__employee_number", "state", "submitted_at", "public_id", "comment")),
    (PlanItem, ("plan__public_id", "title", "state", "quarter", "hours", "public_id")),
    (LearningHours, ("employee__employee_number", "form_code", "hours", "completed_on", "origin_id")),
    (Certificate, ("number", "code", "public_id", "completed_on")),
    (Notification, ("recipient__username", "title", "created_at", "read_at")),
)
# The staff file is really taken in, panels begin, items and a draft are reviewed: their notices bear the moment of the build.
OF_THE_MOMENT = ("berkas pegawai", "butir", "menelaah kursus", "di draf “", "'draf “")


class UndoneError(Exception):
    """Raised to roll a build back."""


def fingerprints(employees: int, seed: int) -> dict[str, str]:
    """A checksum per table of what a build writes; the build is undone."""
    found: dict[str, str] = {}
    said: list[tuple[int, int]] = []
    try:
        with transaction.atomic():
            build(employees=employees, seed=seed, on=ON, report=lambda done, total, message: said.append((done, total)))
            assert said == sorted(said)
            assert said[0][0] == 0
            assert said[-1][0] == said[-1][1]
            for model, columns in COMPARED:
                rows = sorted(str(row) for row in model._default_manager.values_list(*columns))
                rows = [row for row in rows if not any(words in row.casefold() for words in OF_THE_MOMENT)]
                assert rows, model
                found[model.__name__] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
            raise UndoneError
    except UndoneError:
        (settings.DATA_DIR / "demo.flag").unlink(missing_ok=True)
    return found


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rows_and_another_seed_others(db: None) -> None:
    first = fingerprints(420, 3)
    assert fingerprints(420, 3) == first
    other = fingerprints(420, 4)
    assert all(other[name] != first[name] for name in first if name != "OrgUnit")


def test_a_house_with_agencies_is_left_alone(reference_data: None) -> None:
    Agency.objects.create(code="1234", name="Kabupaten Nyata", short_name="Nyata", kind="regency")
    with pytest.raises(Refused, match="sudah berisi instansi"):
        build(employees=420)
    assert Agency.objects.count() == 1
    assert not (settings.DATA_DIR / "demo.flag").exists()


@pytest.mark.parametrize("employees", [0, 12, 5_000_000])
def test_a_size_that_makes_no_sense_is_refused(db: None, employees: int) -> None:
    with pytest.raises(Refused, match="Jumlah pegawai contoh"):
        build(employees=employees)


def test_a_build_that_breaks_leaves_nothing(reference_data: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*arguments: object, **more: object) -> None:
        raise RuntimeError("listrik padam")

    monkeypatch.setattr("bina.demo.build.rate_behaviour", break_down)
    with pytest.raises(RuntimeError):
        build(employees=420)
    assert not Employee.objects.exists()
    assert not Agency.objects.exists()
    assert not (settings.DATA_DIR / "demo.flag").exists()
