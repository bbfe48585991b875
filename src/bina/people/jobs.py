"""Long and repeated work on people."""

from django_tasks import task

from bina.people import actions


@task()
def refresh_placements() -> None:
    """Daily: planned moves whose day has come become true."""
    actions.refresh_placements()


@task()
def forget_old_failures() -> None:
    """Daily: counters of wrong sign-ins that no longer matter go."""
    actions.forget_old_failures()
