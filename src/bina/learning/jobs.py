"""Long work of this room."""

from django_tasks import task

from bina.foundation.models import Progress
from bina.learning import actions, queries
from bina.people.queries import agencies, units


@task()
def enrol_unit(course_public_id: str, unit_id: int, progress_public_id: str) -> None:
    """Enrol everyone under a unit, in the name of the person who asked for it."""
    progress = Progress.objects.select_related("owner").get(public_id=progress_public_id)
    course = queries.course_by_public_id(course_public_id)
    unit = units().filter(pk=unit_id).first()
    if course is not None and progress.owner is not None and unit is not None:
        actions.enrol_unit(by=progress.owner, course=course, unit=unit, progress=progress)


@task()
def remind_of_course_works() -> None:
    """Tell people of works in courses that are due soon, and of those that wait for a week."""
    actions.remind_of_course_works()


@task()
def remind_of_course_reviews() -> None:
    """Tell owners of courses that are to be looked at again, and reviewers of drafts that wait for a week."""
    actions.remind_of_course_reviews()


@task()
def import_upload(upload_public_id: str, agency_id: int | None, check_only: bool) -> None:
    """Bring an uploaded course folder in, in the name of the person who asked for it."""
    upload = queries.upload_by_public_id(upload_public_id)
    if upload is not None:
        agency = agencies().filter(pk=agency_id).first() if agency_id else None
        if agency is not None or agency_id is None:
            actions.import_upload(by=upload.owner, upload=upload, agency=agency, check_only=check_only)


@task()
def forget_old_uploads() -> None:
    """Remove what was begun or left unused a week ago."""
    actions.forget_old_uploads()


@task()
def tend_light_videos() -> None:
    """Start making light versions of videos when some wait and nobody makes them."""
    actions.start_making_light_videos()


@task()
def request_missing_light_videos() -> None:
    """Ask for light versions of what was published before this machine could make them."""
    actions.request_missing_light_videos()
