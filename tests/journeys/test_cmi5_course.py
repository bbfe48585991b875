"""A cmi5 package from its import to the completed course: trainer, learner on two devices, and what the store knows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.learning.models import CourseVersion, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.units import Speaker, bent, cmi5_package
from tests.integrations.walking import part
from tests.records.programs import program


@pytest.mark.django_db
def test_a_cmi5_course_from_import_to_completion(cast: Cast, client_for: ClientFor) -> None:
    trainer = client_for(cast.trainer)
    form = {
        "agency": str(cast.agency.public_id), "title": "Surat yang dibalas", "summary": "Membalas dengan jelas.",
        "learning_hours": "1", "level": "1", "competency": "4.2", "target_level": "2", "intent": "keep",
    }  # fmt: skip
    broken = cmi5_package({"cmi5.xml": bent("isi/menulis.html", "isi/hilang.html")})
    page = trainer.post("/packages/import/", form | {"file": SimpleUploadedFile("surat.zip", broken)})
    assert page.status_code == 422
    assert "baris 20" in page.content.decode()
    assert "Membalas dengan jelas." in page.content.decode()
    trainer.post("/packages/import/", form | {"file": SimpleUploadedFile("surat.zip", cmi5_package())})
    version = CourseVersion.objects.get()
    trainer.post(f"/learning/managed/versions/{version.public_id}/publish/")
    phone = client_for(cast.siti)
    phone.post(f"/learning/courses/{version.course.slug}/enrol/")
    enrolment = Enrolment.objects.get()
    first, second = part(enrolment), part(enrolment, 1)
    shown = phone.get(f"/learning/{enrolment.public_id}/{first.key}/").content.decode()
    start = f"/cmi5/{enrolment.public_id}/{first.key}/start/"
    assert f'src="{start}"' in shown

    reading = Speaker(phone.get(start)["Location"]).read()
    reading.say("initialized")
    assert reading.state("PUT", "halaman", b'{"halaman": 2}').status_code == 204

    office = client_for(cast.siti)
    resumed = Speaker(office.get(start)["Location"]).read()
    assert resumed.told["registration"] == reading.told["registration"]
    assert resumed.state("GET", "halaman").json() == {"halaman": 2}
    assert reading.send(reading.statement("completed")).status_code == 403
    resumed.say("initialized", "completed", "terminated")
    assert "Bagian ini selesai." in office.get(start.replace("/start/", "/state/")).content.decode()

    writing = Speaker(office.get(f"/cmi5/{enrolment.public_id}/{second.key}/start/")["Location"]).read()
    writing.say("initialized", "completed")
    assert writing.send(writing.scored("failed", 0.5)).status_code == 200
    writing.say("terminated")
    enrolment.refresh_from_db()
    assert enrolment.state == "started"
    once_more = Speaker(office.get(f"/cmi5/{enrolment.public_id}/{second.key}/start/")["Location"]).read()
    once_more.say("initialized")
    assert once_more.send(once_more.scored("passed", 0.9)).status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"

    reader = program(cast.agency, version=1)
    rows = reader.found(registration=reading.told["registration"], ascending="true")
    assert [row["verb"]["id"].rpartition("/")[2] for row in rows].count("satisfied") == 2
    record = trainer.get(f"/cmi5/{enrolment.public_id}/{second.key}/record/").content.decode()
    assert "terpenuhi" in record
    assert ">90<" in record

    # Practising once more begins anew and takes nothing away.
    phone.post(f"/cmi5/{enrolment.public_id}/{second.key}/again/")
    assert once_more.send(once_more.statement("experienced", is_defined=False)).status_code == 403
    practice = Speaker(phone.get(f"/cmi5/{enrolment.public_id}/{second.key}/start/")["Location"]).read()
    assert practice.told["registration"] != writing.told["registration"]
    practice.say("initialized", "completed")
    assert practice.send(practice.scored("failed", 0.3)).status_code == 200
    practice.say("terminated")
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    record = trainer.get(f"/cmi5/{enrolment.public_id}/{second.key}/record/").content.decode()
    assert record.index("Percobaan ke-2") < record.index("belum lulus") < record.index("Percobaan ke-1")
    assert record.index("Percobaan ke-1") < record.index("terpenuhi") < record.index(">90<")
