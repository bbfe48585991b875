"""Repeated work of this room."""

from django_tasks import task

from bina.assessment import actions


@task()
def expire_sessions() -> None:
    """End the attempts whose time is over, so that what was saved counts even if nobody comes back."""
    actions.expire_sessions()


@task()
def tend_rounds() -> None:
    """Close the rating rounds whose date has passed, and remind those who still owe a rating."""
    actions.tend_rounds()


@task()
def tend_panels() -> None:
    """Remind the panelists who owe a judgement in a running round."""
    actions.tend_panels()


@task()
def remind_of_tasks_and_products() -> None:
    """Tell people of practical tasks that are due soon, and of turns and work products that wait for a week."""
    actions.remind_of_tasks_and_products()


@task()
def tend_surveys() -> None:
    """Begin, remind of and close surveys as their days come."""
    actions.tend_surveys()


@task()
def close_due_windows() -> None:
    """End the formal assessments whose closing moment has passed; who did not come is noted as absent."""
    actions.close_due_windows()


@task()
def remind_participants() -> None:
    """Remind those who have not begun a formal assessment before it closes."""
    actions.remind_participants()


@task()
def prepare_due_hints() -> None:
    """Calculate the hints of formal assessments that are over."""
    actions.prepare_due_hints()
