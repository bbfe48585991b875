"""What people do in activities, as statements for the record store: whose it is, and what it is about."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings

from bina.learning.rules import OPENING, Said
from bina.records.queries import account_of, thing_iri
from bina.records.rules import Json, written_moment

if TYPE_CHECKING:
    from bina.learning.models import Activity, Course, Enrolment

A_MOMENT = dt.timedelta(milliseconds=1)


def activity_iri(course: "Course", activity: "Activity") -> str:
    """The address of a course's part in statements: the same in every version of the course."""
    return thing_iri("activity", f"{course.slug}/{activity.key}")


def course_iri(course: "Course") -> str:
    """The address of a course in statements."""
    return thing_iri("course", str(course.public_id))


def statements_of_activity(
    enrolment: "Enrolment", activity: "Activity", said: Iterable[Said], moment: dt.datetime
) -> list[Json]:
    """The statements that follow from a report that came at ``moment``; their ids follow from what is said, so each is told once.

    The enrolment is the registration. Whoever sends reports chooses no id: two people with the same words get different ones.
    """
    rows = list(said)
    # What happened in the same instant keeps its order where others sort by time.
    moments = [moment - dt.timedelta(seconds=one.ago) for one in rows]
    for place in range(len(moments) - 2, -1, -1):
        moments[place] = min(moments[place], moments[place + 1] - A_MOMENT)
    return [_statement_of(enrolment, activity, one, when) for one, when in zip(rows, moments, strict=True)]


def _id_of(enrolment: "Enrolment", activity: "Activity", one: Said, code: str) -> str:
    seed = f"{enrolment.public_id}/{activity.key}/{one.session}/{code}"
    # A name of a session must look like a random UUID (version 4), so a hash in that shape stands for the usual version 5.
    return str(uuid.UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4))


def _statement_of(enrolment: "Enrolment", activity: "Activity", one: Said, moment: dt.datetime) -> Json:
    language = enrolment.version.language
    statement: Json = {
        "id": _id_of(enrolment, activity, one, one.code),
        "actor": account_of(str(enrolment.employee.public_id)),
        "verb": {"id": one.verb, "display": {"en": one.verb.rpartition("/")[2]}},
        "object": {
            "objectType": "Activity",
            "id": activity_iri(enrolment.course, activity),
            "definition": {"type": one.activity_type, "name": {language: activity.title}},
        },
        "context": {
            "registration": str(enrolment.public_id),
            "platform": settings.SITE_NAME,
            "language": language,
            "contextActivities": {
                "category": [{"id": one.category}],
                "grouping": [{"id": course_iri(enrolment.course)}],
            },
            "extensions": {one.session_term: _id_of(enrolment, activity, one, OPENING), **one.extensions},
        },
        "timestamp": written_moment(moment),
    }
    if one.result:
        statement["result"] = dict(one.result)
    return statement
