"""Repeated work with tools."""

from django_tasks import task

from bina.integrations.lti import actions


@task()
def tidy_tools() -> None:
    """Daily: used-up tokens, old launches and notes go, and keys that nobody needs any more."""
    actions.tidy()
