"""A happening inside of a package as a statement: the learner, our activity, and what the package may say about it."""

import datetime as dt
import uuid

from django.conf import settings

from bina.integrations.packages.models import PackageAttempt
from bina.integrations.packages.rules import Happening
from bina.learning.queries import activity_iri, course_iri
from bina.records.queries import account_of
from bina.records.registry import ADL
from bina.records.rules import Json, written_moment

NAMESPACE = uuid.UUID("7c1d52a4-9a0b-4f2e-8f5e-2b6f0e4d9a37")


def statement_of(attempt: PackageAttempt, happening: Happening, moment: dt.datetime) -> Json:
    """The statement about a happening; its id follows from the attempt and the happening, so it is told once."""
    whole = activity_iri(attempt.enrolment.course, attempt.activity)
    definition: Json = {"type": f"{ADL}activities/module", **happening.definition}
    if not happening.part:
        definition.setdefault("name", {"id": attempt.activity.title})
    around: Json = {"grouping": [{"id": course_iri(attempt.enrolment.course)}]}
    if happening.part:
        around["parent"] = [{"id": whole}]
    statement: Json = {
        "id": str(uuid.uuid5(NAMESPACE, f"{attempt.public_id}/{happening.code}")),
        "actor": account_of(str(attempt.enrolment.employee.public_id)),
        "verb": {"id": happening.verb, "display": {"en": happening.verb.rpartition("/")[2]}},
        "object": {
            "objectType": "Activity",
            "id": f"{whole}?part={happening.part}" if happening.part else whole,
            "definition": definition,
        },
        "context": {
            "registration": str(attempt.public_id), "platform": settings.SITE_NAME, "contextActivities": around,
        },
        "timestamp": written_moment(moment),
    }  # fmt: skip
    if happening.result:
        statement["result"] = dict(happening.result)
    return statement
