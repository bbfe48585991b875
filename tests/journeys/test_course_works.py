"""A course with an assignment and a workplace task, from the author's folder to the evidence in a profile, through the pages."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings

from bina.competencies.models import Evidence
from bina.learning.models import Course, Enrolment, HandedWork
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import zipped
from tests.learning.test_works import folder

pytestmark = pytest.mark.django_db


def test_from_the_folder_to_the_profile(cast: Cast, client_for: ClientFor, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    trainer, siti, budi = client_for(cast.trainer), client_for(cast.siti), client_for(cast.budi)
    # The author brings the folder in and publishes it.
    upload = SimpleUploadedFile("kursus.zip", zipped(folder({"needs": ["halaman"]}, "tugas")))
    trainer.post(reverse("learning:import"), {"file": upload, "agency": str(cast.agency.public_id)})
    course = Course.objects.get(slug="kursus-mini")
    trainer.post(reverse("learning:publish", args=[course.versions.get().public_id]))
    # Siti joins; the assignment waits for the page.
    siti.post(reverse("learning:enrol", args=[course.slug]))
    enrolment = Enrolment.objects.get(employee=cast.siti)
    base = f"/learning/{enrolment.public_id}/"
    assert "Terbuka setelah" in siti.get(f"{base}tugas/").content.decode()
    siti.get(f"{base}halaman/")
    siti.post(f"{base}halaman/done/")
    assert "Cara dinilai" in siti.get(f"{base}tugas/").content.decode()
    file = SimpleUploadedFile("catatan.pdf", b"%PDF-1.4\n" + b"x" * 200)
    siti.post(f"{base}tugas/work/", {"text": "Catatan saya", "files": [file], "go": "hand_in"})
    # The trainer finds it, gives it back with words, and accepts the better one.
    assert "Susun catatan" in trainer.get(reverse("learning:works")).content.decode()
    work = HandedWork.objects.get(activity__key="tugas")
    url = reverse("learning:judge_work", args=[work.public_id])
    refused = trainer.post(url, {"m-1": "1", "m-2": "1", "go": "score"})
    assert refused.status_code == 409
    assert 'value="1" checked' in refused.content.decode()
    trainer.post(url, {"m-1": "1", "m-2": "1", "go": "score", "comment": "Sebutkan langkahnya."})
    assert "Sebutkan langkahnya." in siti.get(f"{base}tugas/").content.decode()
    siti.post(f"{base}tugas/work/", {"text": "Langkahnya: lapor, catat, tutup.", "go": "hand_in"})
    trainer.post(url, {"m-1": "3", "m-2": "3", "go": "score"})
    assert "Diterima oleh" in siti.get(f"{base}tugas/").content.decode()
    assert Evidence.objects.get(employee=cast.siti).source == "practical_task"
    # At her desk she applies it; her superior saw it.
    siti.get(f"{base}terapkan/")
    siti.post(f"{base}terapkan/work/", {"text": "Kini kami melapor lebih awal.", "go": "hand_in"})
    task = HandedWork.objects.get(activity__key="terapkan")
    budi.post(reverse("learning:judge_work", args=[task.public_id]), {"go": "confirm"})
    enrolment.refresh_from_db()
    assert {key for key, mark in enrolment.progress_marks.items() if mark == "c"} == {"halaman", "tugas", "terapkan"}
