"""Packages from outside, from the author's upload to the finished course on a second device, through the pages alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.learning.models import Course, Enrolment
from bina.records.models import Statement
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import h5p, scorm_12, scorm_2004
from tests.integrations.test_h5p_runs import event
from tests.integrations.walking import open_frame, part, send, told

pytestmark = pytest.mark.django_db


def brought_in(cast: Cast, client_for: ClientFor, name: str, content: bytes, title: str) -> Enrolment:
    """The author uploads, looks, keeps and publishes; Siti finds the course and joins."""
    author, siti = client_for(cast.trainer), client_for(cast.siti)
    typed = {"agency": str(cast.agency.public_id), "title": title, "summary": "Contoh.", "learning_hours": "1", "level": "1",
             "competency": "4.2", "target_level": "2"}  # fmt: skip
    looked = author.post(
        reverse("packages:import"), {**typed, "intent": "check", "file": SimpleUploadedFile(name, content)}
    )
    assert "Paket ini siap diimpor" in looked.content.decode()
    assert not Course.objects.exists()
    author.post(reverse("packages:import"), {**typed, "intent": "keep", "file": SimpleUploadedFile(name, content)})
    course = Course.objects.get()
    preview = author.get(reverse("learning:manage", args=[course.slug]))
    assert preview.status_code == 200
    author.post(reverse("learning:publish", args=[course.versions.get().public_id]))
    assert title in siti.get("/learning/").content.decode()
    siti.post(reverse("learning:enrol", args=[course.slug]))
    return Enrolment.objects.get(employee=cast.siti)


def shown_to(cast: Cast, client_for: ClientFor, enrolment: Enrolment, place: int = 0) -> str:
    """What the trainer reads about a part."""
    page = client_for(cast.trainer).get(f"/packages/{enrolment.public_id}/{part(enrolment, place).key}/attempts/")
    return str(page.content.decode())


def test_scorm_1_2_begun_on_a_phone_and_finished_in_the_office(cast: Cast, client_for: ClientFor) -> None:
    enrolment = brought_in(cast, client_for, "surat.zip", scorm_12(), "Membalas surat")
    phone = open_frame(client_for(cast.siti), enrolment)
    assert told(phone)["values"]["cmi.core.entry"] == "ab-initio"
    send(
        phone,
        1,
        {"cmi.core.lesson_location": "2", "cmi.suspend_data": "dibaca=2", "cmi.core.lesson_status": "incomplete"},
    )
    office = open_frame(client_for(cast.siti), enrolment)
    values = told(office)["values"]
    assert (values["cmi.core.entry"], values["cmi.core.lesson_location"], values["cmi.suspend_data"]) == (
        "resume",
        "2",
        "dibaca=2",
    )
    assert send(phone, 2, {"cmi.core.lesson_location": "1"}).status_code == 409
    send(office, 1, {"cmi.core.lesson_status": "completed"}, ended=True)
    exercise = open_frame(client_for(cast.siti), enrolment, 1)
    send(exercise, 1, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "40"}, ended=True)
    assert "Belum lulus" in shown_to(cast, client_for, enrolment, 1)
    assert Enrolment.objects.get().state == "started"
    again = open_frame(client_for(cast.siti), enrolment, 1)
    send(again, 1, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "90"}, ended=True)
    assert Enrolment.objects.get().state == "completed"
    assert "Lulus" in shown_to(cast, client_for, enrolment, 1)


def test_scorm_2004_begun_on_a_phone_and_finished_in_the_office(cast: Cast, client_for: ClientFor) -> None:
    enrolment = brought_in(cast, client_for, "arsip.zip", scorm_2004(), "Menata arsip")
    phone = open_frame(client_for(cast.siti), enrolment)
    assert told(phone)["values"]["cmi.entry"] == "ab-initio"
    send(phone, 1, {"cmi.location": "2", "cmi.completion_status": "incomplete", "cmi.suspend_data": "{}"})
    assert "Sedang berjalan" in shown_to(cast, client_for, enrolment)
    office = open_frame(client_for(cast.siti), enrolment)
    values = told(office)["values"]
    assert (values["cmi.entry"], values["cmi.location"]) == ("resume", "2")
    assert send(phone, 2, {"cmi.location": "1"}).status_code == 409
    done = send(office, 1, {"cmi.completion_status": "completed", "cmi.score.scaled": "0.85"}, ended=True)
    assert done.json()["status"] == "passed"
    assert Enrolment.objects.get().state == "completed"
    assert "85" in shown_to(cast, client_for, enrolment)


def test_h5p_begun_on_a_phone_and_finished_in_the_office(cast: Cast, client_for: ClientFor) -> None:
    enrolment = brought_in(cast, client_for, "kartu.h5p", h5p(), "Kartu arsip")
    phone = open_frame(client_for(cast.siti), enrolment)
    send(phone, 1, {"state/0/state": '{"at":3}', **event("answered", part="map-sendiri")})
    office = open_frame(client_for(cast.siti), enrolment)
    assert told(office)["values"] == {"state/0/state": '{"at":3}'}
    assert send(phone, 2, {"state/0/state": '{"at":1}'}).status_code == 409
    assert (
        send(office, 1, {"state/0/state": '{"at":6}', **event("completed", raw=5, most=6)}).json()["status"] == "done"
    )
    assert Enrolment.objects.get().state == "completed"
    assert "83" in shown_to(cast, client_for, enrolment)
    assert Statement.objects.count() == 2
