"""Telling people once of courses that are to be looked at again, and of drafts that wait for their reviewers."""

import datetime as dt
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.design.formats import date
from bina.foundation import clock
from bina.journal.actions import notify
from bina.learning.models import Course, CourseReview
from bina.learning.queries.reviews import courses_to_look_at, owner_in_charge, people_who_manage, reviewers_in_post
from bina.learning.rules import WAITING_DAYS, looked_at_again

if TYPE_CHECKING:
    from bina.people.models import User


def remind_of_course_reviews() -> int:
    """Remind of every course and draft that waits; each thing once. Returns how many were reminded."""
    return _of_days() + _of_rounds()


def _of_days() -> int:
    today, told = clock.today(), 0
    for course in courses_to_look_at(today).iterator(200):
        for recipient in _responsible_for(course):
            is_over = looked_at_again(course.review_by, today) == "over"
            title = _("Batas tinjau ulang “%(course)s” sudah lewat") if is_over else _("Tinjau ulang “%(course)s”")
            told += notify(
                recipient=recipient, title=title % {"course": course.title},
                body=_("Batasnya %(date)s. Periksa apakah isinya masih benar; kursus tetap berjalan sementara itu.")
                % {"date": date(course.review_by)},
                url=reverse("learning:care", args=[course.slug]),
                dedup_key=f"course-look-again:{course.public_id}:{course.review_by}:{is_over}",
            )  # fmt: skip
    return told


def _responsible_for(course: Course) -> "list[User]":
    """The owner, as long as in charge; else everybody who looks after the agency's courses."""
    owner = owner_in_charge(course)
    return [owner] if owner is not None else people_who_manage(course)


def _of_rounds() -> int:
    before, told = clock.now() - dt.timedelta(days=WAITING_DAYS), 0
    waiting = CourseReview.objects.filter(outcome="", asked_at__lte=before, version__isnull=False)
    for review in waiting.select_related("course__owner", "course__agency", "version").order_by("id").iterator(200):
        version = review.version
        if version is None:
            continue
        url = reverse("learning:review", args=[version.public_id])
        reviewers = [user for user in reviewers_in_post(review.course) if user.pk != review.asked_by_id]
        for reviewer in reviewers:
            told += notify(
                recipient=reviewer, title=_("Draf “%(course)s” menunggu telaah Anda") % {"course": version.title},
                body=_("Draf ini sudah menunggu lebih dari %(n)s hari.") % {"n": WAITING_DAYS}, url=url,
                dedup_key=f"course-review-waits:{review.public_id}",
            )  # fmt: skip
        for keeper in [] if reviewers else _responsible_for(review.course):
            told += notify(
                recipient=keeper, title=_("Draf “%(course)s” tidak punya penelaah lagi") % {"course": version.title},
                body=_("Penelaahnya tidak lagi bertugas. Tunjuk penelaah lain agar telaah dapat dilanjutkan."),
                url=reverse("learning:care", args=[review.course.slug]),
                dedup_key=f"course-review-orphan:{review.public_id}",
            )  # fmt: skip
    return told
