"""A small demo, built once for each file that asks for it and rolled back at its end."""

import datetime as dt
from collections.abc import Generator

import pytest
from django.conf import settings
from django.db import transaction

from bina.demo.build import BuildResult, build

ON = dt.date(2026, 11, 20)
EMPLOYEES = 800
SEED = 7


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Generator[BuildResult]:
    """The demo with 800 people, ending on 20 November 2026."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield build(employees=EMPLOYEES, seed=SEED, on=ON)
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            (settings.DATA_DIR / "demo.flag").unlink(missing_ok=True)


@pytest.fixture
def demo(built: BuildResult, db: None) -> BuildResult:
    """The demo, with whatever this test writes undone afterwards."""
    return built
