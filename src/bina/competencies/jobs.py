"""Long and repeated work on levels."""

from django_tasks import task

from bina.competencies import actions
from bina.foundation import clock


@task()
def refresh_unit_gaps() -> None:
    """Sum the units whose levels changed."""
    actions.refresh_stale_units()


@task()
def recompute_agency(agency_id: int | None) -> None:
    """Compute the levels of an agency (or of everyone) anew after its standards or its people changed."""
    actions.recompute_everyone(agency_id=agency_id)


@task()
def remind_of_appeals() -> None:
    """Remind those who judge and decide on requests of their day."""
    actions.remind_of_appeals()


@task()
def remind_of_expiry() -> None:
    """Tell people, on the first day of a month, which proven requirements will lapse within 60 days."""
    if clock.today().day == 1:
        actions.remind_of_expiry()


@task()
def recompute_after_change(progress_public_id: str) -> None:
    """Compute everybody's levels anew after the trust in a source changed, with a visible progress."""
    actions.recompute_after_change(progress_public_id)


@task()
def recompute_after_cuts(public_id: str, progress_public_id: str) -> None:
    """Compute the levels anew that adopted or withdrawn cuts concern, with a visible progress."""
    actions.recompute_after_cuts(public_id, progress_public_id)


@task()
def calculate_source_estimate(public_id: str) -> None:
    """Estimate the trust in sources from overlapping evidence."""
    actions.calculate_source_estimate(public_id)
