"""Practice with questions: tries without end, feedback at once, the best try counts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.rules import grade
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.learning.actions.progress import OPENED, finish, locked, note_score, progress_row, require_entry
from bina.learning.models import Activity, Enrolment, QuizAttempt
from bina.learning.queries.hot import attempt_of_form
from bina.learning.rules import KINDS, Doing, can_learn, may_learn_in

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def submit_quiz(
    *, by: "User", enrolment: Enrolment, activity: Activity, answers: Mapping[str, Any], token: str
) -> QuizAttempt:
    """Grade a try and keep it with its answers; the quiz is done when the best try reaches its passing grade.

    ``answers`` by item code; what is left out counts as not right. ``token`` names the form that was sent: sending it
    again returns the first result. Raises Refused when nothing was answered.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    known = attempt_of_form.first(held.pk, activity.pk, token)
    if known is not None:
        return known
    items = activity.payload["items"]
    given = {item["code"]: answers.get(item["code"]) for item in items if answers.get(item["code"]) is not None}
    if not given:
        raise Refused(_("Belum ada soal yang dijawab. Pilih jawaban Anda, lalu kirim lagi."))
    scores = {item["code"]: round(grade(item["kind"], item, given.get(item["code"])), 6) for item in items}
    row = progress_row(held, activity)
    row.attempts += 1
    score = round(sum(scores.values()) / len(items), 6)
    attempt = QuizAttempt.objects.create(
        enrolment=held, activity=activity, number=row.attempts, token=token, answers=given, scores=scores,
        score=score, submitted_at=clock.now(),
    )  # fmt: skip
    row.best_score = max(score, row.best_score or 0.0)
    row.save(update_fields=["attempts", "best_score"])
    held.progress_marks.setdefault(activity.key, OPENED)
    held.active_at = clock.now()
    held.save(update_fields=["active_at", "progress_marks"])
    if KINDS[activity.kind].can_complete(activity.payload, Doing(row.evidence, row.best_score)):
        finish(by=by, enrolment=held, activity=activity, row=row)
    note_score(by=by, enrolment=held, activity=activity, score=row.best_score)
    return attempt
