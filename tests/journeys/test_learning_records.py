"""The store of learning records in one story: an agency opens it, another system writes to it, what happens in Bina stands beside
it, an auditor's program reads both, and a key that leaked is closed.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from bina.foundation import clock
from bina.journal.models import Entry
from bina.learning.models import Course, Enrolment
from bina.people.models import Agency
from bina.records import jobs
from bina.records.models import Client
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import zipped
from tests.learning.test_works import folder
from tests.records.programs import Program, program, statement

pytestmark = pytest.mark.django_db


def register(hr: Browser, agency: str, name: str, scopes: list[str]) -> Program:
    """HR registers a program through the page and takes the secret that is shown once."""
    page = reverse("records:add_client")
    born = re.search(r'name="born" value="([^"]+)"', hr.get(page, {"agency": agency}).content.decode())
    assert born
    shown = hr.post(page, {"agency": agency, "name": name, "scopes": scopes, "born": born[1]}).content.decode()
    secret = re.search(r"font-semibold\"><code>([^<]+)<", shown)
    assert secret
    return Program(Client.objects.get(name=name), secret[1])


def learn_a_page(cast: Cast, client_for: ClientFor) -> Enrolment:
    """A trainer's course is published; Siti reads its first page."""
    trainer, siti = client_for(cast.trainer), client_for(cast.siti)
    upload = SimpleUploadedFile("kursus.zip", zipped(folder({"needs": ["halaman"]}, "tugas")))
    trainer.post(reverse("learning:import"), {"file": upload, "agency": str(cast.agency.public_id)})
    course = Course.objects.get(slug="kursus-mini")
    trainer.post(reverse("learning:publish", args=[course.versions.get().public_id]))
    siti.post(reverse("learning:enrol", args=[course.slug]))
    enrolment = Enrolment.objects.get(employee=cast.siti)
    siti.get(f"/learning/{enrolment.public_id}/halaman/")
    siti.post(f"/learning/{enrolment.public_id}/halaman/done/")
    return enrolment


def test_two_systems_one_record(cast: Cast, client_for: ClientFor, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    hr = client_for(cast.hr)
    hr.post(reverse("records:home"), {"agency": cast.agency.code})
    lms = register(hr, cast.agency.code, "LMS diklat", ["statements/write", "statements/read/mine", "state", "define"])
    auditor = register(hr, cast.agency.code, "Audit", ["statements/read"])
    # The learning system writes what its learner did; a lost answer is sent again and stands once.
    siti: dict[str, Any] = {
        "objectType": "Agent",
        "account": {"homePage": settings.BASE_URL, "name": str(cast.siti.public_id)},
    }
    outside = statement(actor=siti)
    assert lms.send(outside) == lms.send(outside) == [outside["id"]]
    # She goes on with another device: the place where she stopped is kept between them, and a late device does not win.
    place = {
        "activityId": outside["object"]["id"],
        "agent": '{"mbox":"mailto:siti@contoh.example"}',
        "stateId": "halaman",
    }
    assert lms.ask("PUT", "activities/state", {"halaman": 7}, HTTP_IF_NONE_MATCH="*", **place).status_code == 204
    kept = lms.ask("GET", "activities/state", **place)
    assert kept.json() == {"halaman": 7}
    assert lms.ask("PUT", "activities/state", {"halaman": 9}, HTTP_IF_MATCH=kept["ETag"], **place).status_code == 204
    assert lms.ask("PUT", "activities/state", {"halaman": 3}, HTTP_IF_MATCH=kept["ETag"], **place).status_code == 412
    # What she does in Bina is told to the same store.
    enrolment = learn_a_page(cast, client_for)
    Entry.objects.update(occurred_at=clock.now() - dt.timedelta(minutes=5))
    jobs.tell_journals.enqueue()
    hers = auditor.found(agent=str(siti).replace("'", '"'))
    verbs = {one["verb"]["id"].rpartition("/")[2] for one in hers}
    assert {"completed", "registered"} <= verbs or "enrolment.started" in verbs, verbs
    assert outside["id"] in {one["id"] for one in hers}
    assert any(str(enrolment.public_id) in str(one["object"]) or "kursus-mini" in str(one["object"]) for one in hers)
    # Each sees what its key is for: the system only its own words, the auditor everything and may write nothing.
    assert [one["id"] for one in lms.found()] == [outside["id"]]
    assert len(auditor.found()) > 1
    assert auditor.ask("POST", "statements", statement()).status_code == 403
    # People read it too: HR in words, a neighbour's program not at all.
    assert "Kursus satu" in hr.get(reverse("records:browse"), {"agency": cast.agency.code}).content.decode()
    neighbour = program(Agency.objects.create(code="tetangga", name="Tetangga", kind="city"))
    assert neighbour.found() == []
    # What was wrong is taken back by a statement, and stays readable for whoever asks for what was taken back.
    lms.send(
        statement(
            actor=siti,
            verb={"id": "http://adlnet.gov/expapi/verbs/voided", "display": {"en": "voided"}},
            object={"objectType": "StatementRef", "id": outside["id"]},
        )
    )
    assert outside["id"] not in {one["id"] for one in auditor.found()}
    assert auditor.ask("GET", "statements", voidedStatementId=outside["id"]).json()["id"] == outside["id"]
    # The key leaked: it is closed, what it wrote stays.
    hr.post(reverse("records:revoke_client", args=[lms.client.public_id]), {"reason": "kunci bocor"})
    assert lms.ask("GET", "statements").status_code == 401
    assert len(auditor.found()) > 1
