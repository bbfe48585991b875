"""Long work of this room."""

from django_tasks import task

from bina.foundation.models import Progress
from bina.learning import actions, queries
from bina.people.queries import units


@task()
def enrol_unit(course_public_id: str, unit_id: int, progress_public_id: str) -> None:
    """Enrol everyone under a unit, in the name of the person who asked for it."""
    progress = Progress.objects.select_related("owner").get(public_id=progress_public_id)
    course = queries.course_by_public_id(course_public_id)
    unit = units().filter(pk=unit_id).first()
    if course is not None and progress.owner is not None and unit is not None:
        actions.enrol_unit(by=progress.owner, course=course, unit=unit, progress=progress)
