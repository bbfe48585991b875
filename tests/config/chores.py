"""Jobs that tests put into the queue."""

from django.db import OperationalError
from django_tasks import task

DONE: list[int] = []


@task()
def note(number: int) -> int:
    """Succeeds, and says that it ran."""
    DONE.append(number)
    return number


@task()
def stumble() -> None:
    """Fails for a reason that may pass."""
    raise OperationalError("database is locked")


@task()
def break_down() -> None:
    """Fails for good."""
    raise ValueError("no such thing")
