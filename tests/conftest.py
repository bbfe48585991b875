"""What every test may ask for: the cast, signed-in clients, the reference data."""

import datetime as dt
import time
from collections.abc import Callable, Generator

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import settings

from bina.foundation import clock
from bina.people.models import Employee, User
from tests.cast import Cast, build_cast

# An example that takes long on a busy machine is no failure; time is measured in benchmarks/.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# A test that stands on both sides of midnight in Jakarta compares two days; it waits until the new day has begun.
LAST_SECONDS = 40

ClientFor = Callable[[Employee | User | None], Client]


def pytest_runtest_setup() -> None:
    """Let midnight pass before a test begins that would run across it."""
    local = dt.datetime.now(clock.ZONES["WIB"])
    left = 86_400 - (local.hour * 3600 + local.minute * 60 + local.second)
    if left <= LAST_SECONDS:
        time.sleep(left + 1)


@pytest.fixture(autouse=True)
def house_language() -> Generator[None]:
    """Every test begins in the house's own language, whatever the one before it read."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The reference data that every installation has, loaded once."""
    from bina.competencies.actions import load_reference_data as load_competencies
    from bina.people.actions import load_reference_data as load_people

    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's own object
        load_people()
        load_competencies()


@pytest.fixture
def reference_data(db: None) -> None:
    """The reference data again, for tests after which the tables were emptied."""
    from bina.competencies.actions import load_reference_data as load_competencies
    from bina.people.actions import load_reference_data as load_people
    from bina.people.models import JobClass

    if not JobClass.objects.exists():
        load_people()
        load_competencies()


@pytest.fixture
def cast(reference_data: None) -> Cast:
    """One small agency with named people."""
    return build_cast()


@pytest.fixture
def client_for() -> ClientFor:
    """A browser without JavaScript, signed in as somebody (or nobody)."""

    def make(person: Employee | User | None) -> Client:
        client = Client()
        if person is not None:
            user = person if isinstance(person, User) else person.user
            client.force_login(user, backend="bina.people.backends.NumberOrEmailBackend")
        return client

    return make


@pytest.fixture(autouse=True)
def fresh_cache() -> Generator[None]:
    """Counters of one test never reach the next."""
    from django.core.cache import cache

    cache.clear()
    yield
    cache.clear()
