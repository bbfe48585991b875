"""The questions that every page of the player asks, compiled once; their answers are ordinary model instances."""

from bina.foundation.prepared import PreparedRows, as_identity
from bina.learning.models import Activity, ActivityProgress, Course, Enrolment, QuizAttempt

# The long words of a version are only wanted on its course page.
PROSE = ("description", "description_html", "search_text", "summary", "audience", "warnings")


own_enrolment: PreparedRows[Enrolment] = PreparedRows(
    Enrolment,
    lambda public_id, employee_id: Enrolment.objects.filter(public_id=as_identity(public_id), employee_id=employee_id).order_by(),
    str, int,
    related={"course": (), "version": PROSE},
)  # fmt: skip
enrolments_in_course: PreparedRows[Enrolment] = PreparedRows(
    Enrolment,
    lambda employee_id, course_id: Enrolment.objects.filter(employee_id=employee_id, course_id=course_id).order_by("-id"),
    int, int,
    related={"version": ()},
)  # fmt: skip
course_by_address: PreparedRows[Course] = PreparedRows(
    Course,
    lambda slug: Course.objects.filter(slug=slug).order_by(),
    str,
    related={"current_version": ()},
)
# Held until the transaction ends; without joins, so that nobody else's rows are held as well.
held_enrolment: PreparedRows[Enrolment] = PreparedRows(
    Enrolment, lambda pk: Enrolment.objects.select_for_update().filter(pk=pk).order_by(), int
)
attempt_of_form: PreparedRows[QuizAttempt] = PreparedRows(
    QuizAttempt,
    lambda enrolment_id, activity_id, token: QuizAttempt.objects.filter(
        enrolment_id=enrolment_id, activity_id=activity_id, token=token
    ).order_by(),
    int, int, str,
)  # fmt: skip
activity_by_key: PreparedRows[Activity] = PreparedRows(
    Activity, lambda version_id, key: Activity.objects.filter(version_id=version_id, key=key).order_by(), int, str
)
progress_in_activity: PreparedRows[ActivityProgress] = PreparedRows(
    ActivityProgress,
    lambda enrolment_id, activity_id: ActivityProgress.objects.filter(
        enrolment_id=enrolment_id, activity_id=activity_id
    ).order_by(),
    int, int,
)  # fmt: skip
