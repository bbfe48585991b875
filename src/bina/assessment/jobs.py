"""Repeated work of this room."""

from django_tasks import task

from bina.assessment import actions


@task()
def expire_sessions() -> None:
    """End the attempts whose time is over, so that what was saved counts even if nobody comes back."""
    actions.expire_sessions()
