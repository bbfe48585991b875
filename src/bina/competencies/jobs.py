"""Long and repeated work on levels."""

from django_tasks import task

from bina.competencies import actions


@task()
def refresh_unit_gaps() -> None:
    """Sum the units whose levels changed."""
    actions.refresh_stale_units()


@task()
def recompute_agency(agency_id: int | None) -> None:
    """Compute the levels of an agency (or of everyone) anew after its standards or its people changed."""
    actions.recompute_everyone(agency_id=agency_id)
