"""Long and repeated work on people."""

from django_tasks import task

from bina.people import actions


@task()
def refresh_placements() -> None:
    """Daily: planned moves whose day has come become true."""
    actions.refresh_placements()
