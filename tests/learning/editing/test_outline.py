"""A course is begun in the browser and its outline arranged."""

import pytest
from pytest_django import DjangoAssertNumQueries

from bina.journal.models import Entry
from bina.learning import actions
from bina.learning.models import Course, WorkspaceSave
from bina.learning.rules import KINDS, ListText
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, keys, opened, outline_of, part_form
from tests.learning.folders import dumped, files, outline

pytestmark = pytest.mark.django_db


START = {
    "title": "Arsip digital di kecamatan", "summary": "Menata arsip.", "competency": "4.2", "target_level": "2",
    "learning_hours": "2", "level": "1", "form": "NK_ELEARNING",
}  # fmt: skip


def test_a_course_begins_with_an_outline_that_adds_up(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    assert client.get("/learning/managed/new/").status_code == 200
    response = client.post("/learning/managed/new/", {**START, "agency": str(cast.agency.public_id)})
    assert response.headers["Location"] == "/learning/managed/arsip-digital-di-kecamatan/edit/"
    course = Course.objects.get(slug="arsip-digital-di-kecamatan")
    assert (course.agency, course.owner) == (cast.agency, cast.trainer.user)
    parts = [piece.value for _section, _place, piece in outline_of(course).parts()]
    assert sum(part["minutes"] for part in parts) == 90
    page = client.get(response.headers["Location"]).content.decode()
    assert "Mengapa ini penting" in page
    assert "hal lagi sebelum dapat dijadikan draf" in page
    assert "Arsip digital di kecamatan" in client.get("/learning/managed/").content.decode()
    assert client_for(cast.siti).get("/learning/courses/arsip-digital-di-kecamatan/").status_code == 404
    assert Entry.objects.filter(verb="course.begun").count() == 1
    again = client.post("/learning/managed/new/", {**START, "agency": str(cast.agency.public_id)})
    assert again.headers["Location"] == "/learning/managed/arsip-digital-di-kecamatan-2/edit/"


def test_wrong_words_come_back_as_typed(cast: Cast, client_for: ClientFor) -> None:
    response = client_for(cast.trainer).post("/learning/managed/new/", {**START, "target_level": "99", "agency": "x"})
    assert response.status_code == 422
    assert "Arsip digital di kecamatan" in response.content.decode()
    assert not Course.objects.exists()


def test_parts_move_up_down_across_sections_and_to_places(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)

    def do(step: str, **more: str) -> list[list[str]]:
        assert client.post(f"{BASE}arrange/", {"do": step, **more}).status_code == 302
        return [[piece.value["key"] for piece in section.parts] for section in outline_of(course).sections]

    assert do("up:uji-awal") == [["uji-awal", "halaman", "kuis"], ["berkas", "video", "uji-akhir"]]
    assert do("down:kuis") == [["uji-awal", "halaman"], ["kuis", "berkas", "video", "uji-akhir"]]
    assert do("up:kuis") == [["uji-awal", "halaman", "kuis"], ["berkas", "video", "uji-akhir"]]
    assert do("place:video:0:1") == [["uji-awal", "video", "halaman", "kuis"], ["berkas", "uji-akhir"]]
    assert do("to:video", **{"to-video": "1"}) == [["uji-awal", "halaman", "kuis"], ["berkas", "uji-akhir", "video"]]
    assert do("section-up:1") == [["berkas", "uji-akhir", "video"], ["uji-awal", "halaman", "kuis"]]
    assert do("section-add", **{"new-section": "Baru"})[2] == []
    for nonsense in (
        "",
        "up:",
        "up:tidak-ada",
        "place:kuis:9:9",
        "place:kuis:x",
        "section-up:0",
        "section-delete:7",
        "xx",
    ):
        assert len(do(nonsense)) == 3
    assert len(do("section-delete:1")) == 2


def test_a_deleted_part_comes_back_with_its_text(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    before = folder_of(course)
    client.post(f"{BASE}arrange/", {"do": "delete:halaman"})
    assert "halaman" not in keys(course)
    assert "01.md" not in folder_of(course)
    page = client.get(BASE).content.decode()
    assert "Urungkan: “Lapor lebih awal” dihapus." in page
    client.post(f"{BASE}history/1/restore/")
    assert folder_of(course) == before
    # Twice is once.
    client.post(f"{BASE}history/1/restore/")
    assert WorkspaceSave.objects.count() == 3
    assert client.post(f"{BASE}history/99/restore/").status_code == 409


def test_a_copy_has_files_and_codes_of_its_own(cast: Cast) -> None:
    course, user = opened(cast), cast.trainer.user
    actions.arrange_course(by=user, course=course, do="copy:kuis")
    actions.arrange_course(by=user, course=course, do="copy:halaman")
    found = folder_of(course)
    assert keys(course) == ["uji-awal", "halaman", "lapor-lebih-awal-salinan", "kuis", "kuis-salinan", "berkas", "video",
                            "uji-akhir"]  # fmt: skip
    assert found["lapor-lebih-awal-salinan.md"] == found["01.md"]
    codes = [
        row["code"] for name in ("kuis.yaml", "kuis-salinan.yaml") for row in ListText(found[name].decode()).values
    ]
    assert len(set(codes)) == 4


def test_every_kind_can_be_added_edited_and_looked_at(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    assert all(str(kind.name) in client.get(f"{BASE}add/").content.decode() for kind in KINDS.values())
    for code, kind in KINDS.items():
        added = client.post(f"{BASE}add/", {"kind": code, "section": "1", "title": f"Baru {code}"})
        key = f"baru-{code}"
        assert added.headers["Location"] == f"{BASE}parts/{key}/"
        page = client.get(f"{BASE}parts/{key}/").content.decode()
        assert all(str(one.label) in page for one in kind.form_fields)
        assert client.post(f"{BASE}parts/{key}/", part_form(client, key, minutes="7")).status_code == 302
        assert client.get(f"{BASE}try/{key}/").status_code == 200
        entry = outline_of(course).find(key)
        assert entry is not None
        assert entry[2].value["minutes"] == 7
        assert set(entry[2].value) <= kind.fields
    assert client.post(f"{BASE}add/", {"kind": "tidak-ada"}).status_code == 409


def test_pages_of_a_long_course_ask_few_questions(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(cast.trainer)
    big = outline()
    big["learning_hours"] = 5
    big["sections"] += [
        {"title": f"Babak {n}", "activities": [
            {"key": f"h-{n}-{m}", "kind": "page", "title": f"Halaman {n}.{m}", "minutes": 3, "file": f"h-{n}-{m}.md"}
            for m in range(8)
        ]}
        for n in range(8)
    ]  # fmt: skip
    texts = {f"h-{n}-{m}.md": b"Teks\n" for n in range(8) for m in range(8)}
    opened(cast, {**files(big), **texts} | {"course.yaml": dumped(big)})
    with django_assert_max_num_queries(16):
        assert client.get(BASE).content.decode().count('data-part="') == 70
    with django_assert_max_num_queries(16):
        client.get(f"{BASE}parts/h-3-3/")
    with django_assert_max_num_queries(14):
        client.get(f"{BASE}try/h-3-3/")
    with django_assert_max_num_queries(26):
        client.post(f"{BASE}arrange/", {"do": "up:h-3-3"}, headers={"HX-Request": "true"})
