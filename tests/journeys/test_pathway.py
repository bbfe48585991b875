"""A pathway from nothing to its end, through the pages: a trainer makes it, an employee walks it, the superior confirms, HR sees."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from bina.learning.models import Journey, Pathway, StepWork
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import publish_mini
from tests.learning.pathways import complete_course, prove

pytestmark = pytest.mark.django_db
EDIT = "/learning/managed/pathways/petugas-loket-digital/edit/"


def revision(client: Client) -> str:
    page = client.get(EDIT).content.decode()
    return page.split('name="revision" value="')[1].split('"')[0]


def change(client: Client, go: str, **more: str) -> str:
    """Press a button of the workshop; what the page shows then."""
    answer = client.post(EDIT, {"go": go, "revision": revision(client), **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def add_step(client: Client, code: str, place: int, **words: object) -> None:
    url = f"/learning/managed/pathways/petugas-loket-digital/steps/new/{code}/{place}/"
    assert client.get(url).status_code == 200
    data = {"stage": str(place), "required": "on", "revision": revision(client), **words}
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()


def test_from_an_empty_page_to_the_end_of_the_way(
    cast: Cast, client_for: ClientFor, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    publish_mini()
    trainer, siti, budi, hr = (client_for(who) for who in (cast.trainer, cast.siti, cast.budi, cast.hr))

    # The trainer begins with a title; a sentence says what is missing before it can be published.
    assert trainer.post("/learning/managed/pathways/new/", {"title": ""}).status_code == 422
    trainer.post(
        "/learning/managed/pathways/new/",
        {"title": "Petugas loket digital", "summary": "Dari dasar ke praktik.", "agency": str(cast.agency.public_id)},
    )
    assert "belum punya langkah" in trainer.get(EDIT).content.decode()
    add_step(trainer, "course", 0, title="Kursus dasar", own_course="kursus-mini")
    add_step(
        trainer, "course", 0, title="Pengantar", own_course="kursus-mini", proven_competency="digcomp-3.0/4.2",
        proven_level="2",
    )  # fmt: skip
    change(trainer, "add-stage", title="Praktik")
    add_step(
        trainer, "task", 1, title="Perbaiki satu formulir", own_brief="Pilih satu formulir.", needs=["kursus-dasar"]
    )
    add_step(trainer, "level", 1, title="Bukti tambahan", own_competency="digcomp-3.0/4.1", own_level="2", required="")
    wrong = trainer.post(
        "/learning/managed/pathways/petugas-loket-digital/steps/new/course/0/",
        {"title": "Tanpa kursus", "stage": "0", "revision": revision(trainer)},
    )
    assert wrong.status_code == 422
    assert "Tanpa kursus" in wrong.content.decode(), "what was typed stays"
    # Order by buttons: the introduction comes first; a stage goes up and down again.
    page = change(trainer, "up:pengantar")
    assert page.index("Pengantar") < page.index("Kursus dasar")
    change(trainer, "stage-down:0")
    change(trainer, "stage-up:1")
    change(trainer, "stage:1", title="Praktik di loket", waits="1")
    change(
        trainer, "about", title="Petugas loket digital", summary="Dari dasar sampai praktik.", description="**Ringkas**"
    )
    stale = trainer.post(EDIT, {"go": "remove:pengantar", "revision": "1"}, follow=True).content.decode()
    assert "tab lain" in stale
    assert "Pengantar" in stale
    add_step(trainer, "outside", 1, title="Kunjungan", own_brief="Kunjungi loket lain.")
    change(trainer, "remove:kunjungan")
    pathway = Pathway.objects.get()
    draft = pathway.versions.get()
    assert siti.get("/learning/pathways/petugas-loket-digital/").status_code == 404, "a draft is nobody's yet"
    assert "Pratinjau" in trainer.get(reverse("learning:preview_pathway", args=[draft.public_id])).content.decode()
    manage = "/learning/managed/pathways/petugas-loket-digital/"
    trainer.post(manage, {"go": "publish"})
    file = trainer.get(reverse("learning:export_pathway", args=[draft.public_id]))
    assert b"slug: petugas-loket-digital" in file.content
    assert "Versi 1" in trainer.get(manage).content.decode()

    # Siti finds it beside the courses and joins.
    assert "Petugas loket digital" in siti.get("/learning/").content.decode()
    place = "/learning/pathways/petugas-loket-digital/"
    siti.post(f"{place}join/")
    journey = Journey.objects.get(employee=cast.siti)
    prove(cast.siti, "4.2")
    page = siti.get(place).content.decode()
    assert "Anda boleh melewati langkah ini." in page
    assert "Terbuka setelah tahap “Bekal”" not in page
    siti.post(reverse("learning:skip_step", args=[journey.public_id, "pengantar"]))
    assert "Dilewati" in siti.get(place).content.decode()
    complete_course(cast.siti)
    step = reverse("learning:step", args=[journey.public_id, "perbaiki-satu-formulir"])
    empty = siti.post(step, {"text": "", "go": "hand_in"})
    assert empty.status_code == 409
    siti.post(step, {"text": "Formulir pindah datang kini satu halaman.", "go": "hand_in"})
    assert "Diserahkan" in siti.get(step).content.decode()

    # Budi finds it on his desk and confirms.
    assert "Perbaiki satu formulir" in budi.get("/learning/works/").content.decode()
    work = StepWork.objects.get()
    judge = reverse("learning:judge_step", args=[work.public_id])
    assert "satu halaman" in budi.get(judge).content.decode()
    assert budi.post(judge, {"go": "return", "comment": ""}).status_code == 409
    budi.post(judge, {"go": "confirm"})
    done = siti.get(place).content.decode()
    assert "Selesai" in done
    assert "Dikuatkan" in done

    # HR sees it, and opens a step again with a reason; the trainer's new version disturbs nobody.
    people = hr.get(f"{place}people/").content.decode()
    assert "Siti Rahmawati" in people
    one = reverse("learning:journey", args=[journey.public_id])
    assert "Perbaiki langkah" in hr.get(one).content.decode()
    assert "Perbaiki langkah" not in budi.get(one).content.decode()
    repair = reverse("learning:repair_step", args=[journey.public_id])
    assert hr.post(repair, {"go": "back", "step": "pengantar", "reason": ""}).status_code == 409
    hr.post(repair, {"go": "back", "step": "pengantar", "reason": "Bukti berasal dari uji yang batal."})
    journey.refresh_from_db()
    assert journey.state == "started"
    change(trainer, "remove:pengantar")
    trainer.post(manage, {"go": "publish"})
    assert "Anda menempuh versi 1" in siti.get(place).content.decode()
    hr.post(repair, {"go": "done", "step": "pengantar", "reason": "Sudah dibuktikan lagi."})
    journey.refresh_from_db()
    assert journey.state == "completed"
    siti.post(f"{place}join/")
    assert Journey.objects.filter(employee=cast.siti, version__number=2, state="completed").exists(), (
        "everything counts"
    )


def test_a_file_comes_in_through_the_page(cast: Cast, client_for: ClientFor) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.learning.pathways import pathway_content, written

    publish_mini()
    trainer = client_for(cast.trainer)
    url = "/learning/managed/pathways/import/"
    agency = str(cast.agency.public_id)
    content = pathway_content()
    content["stages"][0]["steps"][0]["course"] = "tidak-ada"
    wrong = trainer.post(url, {"agency": agency, "file": SimpleUploadedFile("jalur.yaml", written(content).encode())})
    assert wrong.status_code == 422
    assert "tidak ada atau belum terbit" in wrong.content.decode()
    for broken in (b"\xff\xfe\x00", b""):
        assert (
            trainer.post(url, {"agency": agency, "file": SimpleUploadedFile("jalur.yaml", broken)}).status_code == 422
        )
    good = SimpleUploadedFile("jalur.yaml", written(pathway_content()).encode())
    assert trainer.post(url, {"agency": agency, "file": good}).status_code == 302
    assert Pathway.objects.get().agency == cast.agency
