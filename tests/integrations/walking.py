"""Steps with packages, as the doors offer them."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any

from django.test import Client

from bina.integrations.packages import actions
from bina.integrations.packages.rules import Choices
from bina.learning.actions import enrol, publish_version
from bina.learning.models import Activity, Course, CourseVersion, Enrolment
from bina.people.models import Agency, User
from tests.cast import Cast

CHOICES = Choices("Membalas surat", "membalas-surat", "Membalas dengan jelas.", 1, 1, "4.2", 2)


def imported(content: bytes, *, by: User, agency: Agency | None, choices: Choices = CHOICES) -> CourseVersion:
    """A package kept as the draft of a course."""
    found = actions.import_package(io.BytesIO(content), by=by, agency=agency, choices=choices, check_only=False)
    assert found.course is not None, [problem.sentence for problem in found.package.problems]
    assert found.course.version is not None, [problem.sentence for problem in found.course.errors]
    return found.course.version


def started(cast: Cast, content: bytes) -> Enrolment:
    """Siti in the published course made of a package."""
    version = imported(content, by=cast.trainer.user, agency=cast.agency)
    course: Course = publish_version(by=cast.trainer.user, version=version)
    return enrol(by=cast.siti.user, employee=cast.siti, course=course)


def part(enrolment: Enrolment, place: int = 0) -> Activity:
    """An activity of the course by its place."""
    return Activity.objects.filter(version=enrolment.version).order_by("order")[place]


def open_frame(client: Client, enrolment: Enrolment, place: int = 0) -> str:
    """Open the package; the address under which the frame works, ending with a slash."""
    response = client.get(f"/packages/{enrolment.public_id}/{part(enrolment, place).key}/start/")
    assert response.status_code == 302, response.content[:400]
    found = re.match(r"/packages/run/[^/]+/", response["Location"])
    assert found, response["Location"]
    return found[0]


def told(frame: str) -> dict[str, Any]:
    """What the package is told, asked without any cookie."""
    text = Client().get(f"{frame}~state.js").content.decode()
    values: dict[str, Any] = json.loads(text.removeprefix("window.bina=").removesuffix(";"))
    return values


def send(frame: str, sequence: int, values: Mapping[str, Any], *, ended: bool = False, changes: bool = False) -> Any:
    """A report as the frame sends it: no cookie, plain text; ``changes`` as its last word, where the whole is too long."""
    body = json.dumps(
        {"sequence": sequence, "values": values, "ended": ended, **({"changes": True} if changes else {})}
    )
    return Client(enforce_csrf_checks=True).post(f"{frame}~save", body, content_type="text/plain")
