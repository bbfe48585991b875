"""A trainer builds a course from nothing in the browser and publishes it; somebody takes it to its end."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from bina.assessment.rules import part_key
from bina.learning.models import Course, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import SVG
from tests.learning.page_forms import form_on
from tests.learning.walking import take_test

pytestmark = pytest.mark.django_db


def fill(client: Client, url: str, **changes: Any) -> str:
    """Open a form as a person would, type into it, press Save; where one comes to then."""
    page = client.get(url).content.decode()
    response = client.post(url, {**form_on(page, "seen"), "do": "save", **changes})
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"]


def ask(client: Client, url: str, stem: str) -> None:
    """Write a single-choice question whose first option is right."""
    options = {
        f"options-{n}-text": text for n, text in enumerate(("Lapor ke pengelola", "Menunggu", "Menghapus jejak"))
    }
    fill(
        client,
        f"{url}questions/new/?kind=single",
        stem=stem,
        **options,
        **{"options-correct": "0", "competency": "4.2"},
    )


def test_from_an_empty_form_to_a_completed_course(
    cast: Cast, client_for: ClientFor, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    trainer, siti = client_for(cast.trainer), client_for(cast.siti)
    # The trainer begins with the essentials and gets an outline.
    begun = trainer.post(
        "/learning/managed/new/",
        {"title": "Lapor lebih awal", "summary": "Kejadian kecil dilaporkan sebelum besar.", "agency": str(cast.agency.public_id),
         "competency": "4.2", "target_level": "2", "learning_hours": "1", "level": "1", "form": "NK_ELEARNING"},
    )  # fmt: skip
    base = begun.headers["Location"]
    assert base == "/learning/managed/lapor-lebih-awal/edit/"
    # Pages, with a picture that was uploaded; the page that is not needed goes, its minutes to another.
    trainer.post(f"{base}files/", {"file": SimpleUploadedFile("Alur Lapor.svg", SVG)})
    fill(trainer, f"{base}parts/mengapa-ini-penting/", file="## Satu pagi\n\n![Alur melapor](media/alur-lapor.svg)")
    fill(
        trainer, f"{base}parts/pokok-bahasan-pertama/", title="Tiga langkah", file="Lihat, catat, lapor.", minutes="14"
    )
    trainer.post(f"{base}arrange/", {"do": "delete:pokok-bahasan-kedua"})
    fill(trainer, f"{base}parts/terapkan-di-meja-kerja-anda/", file="Lapor satu hal hari ini.")
    for key in ("uji-awal", "kuis", "uji-akhir"):
        for number in (1, 2):
            ask(trainer, f"{base}parts/{key}/", f"Langkah pertama, {key} nomor {number}?")
    # The quiz opens after the page, and comes last in its section.
    form = form_on(trainer.get(f"{base}parts/kuis/").content.decode(), "seen")
    form["needs-key"][0] = "pokok-bahasan-pertama"
    trainer.post(f"{base}parts/kuis/", {**form, "do": "save"})
    page = trainer.get(base).content.decode()
    assert "Siap dijadikan draf." in page
    # As a learner it can be looked at before anybody else sees it.
    assert "Satu pagi" in trainer.get(f"{base}try/mengapa-ini-penting/").content.decode()
    assert siti.get("/learning/courses/lapor-lebih-awal/").status_code == 404
    trainer.post(f"{base}draft/")
    course = Course.objects.get(slug="lapor-lebih-awal")
    trainer.post(f"/learning/managed/versions/{course.versions.get().public_id}/publish/")
    course.refresh_from_db()
    assert course.state == "published"
    # Siti takes it.
    siti.post("/learning/courses/lapor-lebih-awal/enrol/")
    enrolment = Enrolment.objects.select_related("version").get(employee=cast.siti)
    place = f"/learning/{enrolment.public_id}/"
    assert "Terbuka setelah" in siti.get(f"{place}kuis/").content.decode()
    take_test(cast.siti.user, enrolment, "uji-awal", right=1)
    for key in ("mengapa-ini-penting", "pokok-bahasan-pertama"):
        assert siti.get(f"{place}{key}/").status_code == 200
        siti.post(f"{place}{key}/done/")
    # While she learns, the trainer goes on writing; her version stays as it is.
    fill(trainer, f"{base}parts/pokok-bahasan-pertama/", file="Empat langkah.")
    trainer.post(f"{base}draft/")
    assert "Lihat, catat, lapor." in siti.get(f"{place}pokok-bahasan-pertama/").content.decode()
    quiz = siti.get(f"{place}kuis/").content.decode()
    answers = form_on(quiz, "token")
    right = part_key("Lapor ke pengelola")
    siti.post(f"{place}kuis/quiz/", {**answers, "q1": right, "q2": right})
    siti.get(f"{place}terapkan-di-meja-kerja-anda/")
    siti.post(f"{place}terapkan-di-meja-kerja-anda/done/")
    take_test(cast.siti.user, enrolment, "uji-akhir", right=2)
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    assert enrolment.version.number == 1
