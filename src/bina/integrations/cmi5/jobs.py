"""Repeated work of this room."""

from django_tasks import task

from bina.integrations.cmi5 import actions


@task()
def abandon_forgotten() -> None:
    """Abandon the sessions whose units never said goodbye."""
    actions.abandon_forgotten()
