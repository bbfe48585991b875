"""Forms of the workshop: two tabs, hostile input, gates, rubric, the course as a whole, and how a part will look."""

import pytest

from bina.learning import actions
from bina.learning.models import CourseVersion, Workspace, WorkspaceSave
from bina.learning.rules import ListText
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, opened, outline_of, part_form, typed
from tests.learning.page_forms import form_on

pytestmark = pytest.mark.django_db


def test_a_second_tab_is_told_and_nothing_is_lost(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    first, second = (
        part_form(client, "halaman", file="Dari tab pertama.\n"),
        part_form(client, "halaman", file="Dari tab kedua.\n"),
    )
    quiet = {**first, "do": "stay"}
    answer = client.post(f"{BASE}parts/halaman/", quiet).content.decode()
    assert "Tersimpan" in answer
    assert 'id="checks"' in answer
    # The same tab goes on from its own save.
    assert "Tersimpan" in client.post(f"{BASE}parts/halaman/", {**quiet, "file": "Lanjut.\n"}).content.decode()
    told = client.post(f"{BASE}parts/halaman/", {**second, "do": "stay"})
    assert "sudah disimpan dengan isi lain" in told.content.decode()
    assert folder_of(course)["01.md"] == b"Lanjut.\n"
    page = client.post(f"{BASE}parts/halaman/", second)
    assert page.status_code == 409
    assert "Dari tab kedua." in page.content.decode()
    assert "Lanjut." in page.content.decode()
    # Saving again chooses the own words; the others are in the history.
    client.post(f"{BASE}parts/halaman/", {**form_on(page.content.decode(), "seen"), "do": "save"})
    assert folder_of(course)["01.md"] == b"Dari tab kedua.\n"
    assert [save.number for save in WorkspaceSave.objects.order_by("number")] == [1, 2, 3]
    actions.restore_save(by=cast.trainer.user, course=course, number=2)
    assert folder_of(course)["01.md"] == b"Lanjut.\n"


def test_somebody_elses_return_to_an_earlier_state_is_noticed_by_the_same_tab(
    cast: Cast, client_for: ClientFor
) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    form = {**part_form(client, "halaman", file="Baru.\n"), "do": "stay"}
    client.post(f"{BASE}parts/halaman/", form)
    actions.restore_save(by=cast.trainer.user, course=course, number=1)
    assert (
        "sudah disimpan dengan isi lain"
        in client.post(f"{BASE}parts/halaman/", {**form, "file": "Lagi.\n"}).content.decode()
    )


def test_two_forms_of_two_parts_do_not_disturb_each_other(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    one, other = part_form(client, "halaman", title="Satu"), part_form(client, "video", title="Dua")
    client.post(f"{BASE}parts/halaman/", one)
    assert client.post(f"{BASE}parts/video/", other).status_code == 302
    titles = [piece.value["title"] for _section, _place, piece in outline_of(course).parts()]
    assert {"Satu", "Dua"} <= set(titles)


def test_a_form_of_a_part_that_is_gone_is_kept_on_the_screen(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    sent = part_form(client, "halaman", file="Kata-kata panjang.\n")
    actions.arrange_course(by=cast.trainer.user, course=course, do="delete:halaman")
    assert client.post(f"{BASE}parts/halaman/", sent).status_code == 409
    assert "sudah dihapus" in client.post(f"{BASE}parts/halaman/", {**sent, "do": "stay"}).content.decode()


def test_what_cannot_be_used_is_kept_and_told_beside_the_part(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    answer = client.post(
        f"{BASE}parts/halaman/",
        part_form(
            client, "halaman", minutes="lima", title="", file="<script>x</script>\n\n![](media/a.svg)", do="stay"
        ),
    ).content.decode()
    assert "“Menit” harus bilangan bulat" in answer
    assert "“Judul” belum ada" in answer
    assert "teks alternatif" in answer
    assert "Skrip" in answer
    entry = outline_of(course).find("halaman")
    assert entry is not None
    assert entry[2].value["minutes"] == "lima"
    assert client.post(f"{BASE}draft/").headers["Location"] == BASE
    assert CourseVersion.objects.count() == 1
    page = client.get(BASE).content.decode()
    assert "hal lagi sebelum dapat dijadikan draf" in page


def test_a_text_is_shown_without_anything_active(cast: Cast, client_for: ClientFor) -> None:
    opened(cast)
    text = "## Judul\r\n\r\n![Alur](media/a.svg) <script>x</script>"
    page = client_for(cast.trainer).post(f"{BASE}text/", {"field": "file", "file": text}).content.decode()
    assert f'src="{BASE}media/a.svg"' in page
    assert "<h2>Judul</h2>" in page
    assert "<script>" not in page


def test_an_outline_that_cannot_be_read_leads_back(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    workspace = Workspace.objects.get(course=course)
    workspace.files.filter(name="course.yaml").update(text="slug: [rusak\n")
    page = client.get(BASE).content.decode()
    assert "Susunan tidak dapat dibaca" in page
    assert client.get(f"{BASE}about/").status_code == 404
    assert client.post(f"{BASE}arrange/", {"do": "up:kuis"}).status_code == 409
    assert client.get(f"{BASE}history/").status_code == 200


def test_gates_are_written_as_in_the_folder(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    sent = part_form(client, "uji-akhir")
    more = {"needs-key": ["halaman", "kuis", ""], "needs-score": ["", "70", ""], "only-job_classes": ["PELAKSANA"],
            "covers": ["berkas"], "covers-score": "90"}  # fmt: skip
    client.post(f"{BASE}parts/uji-akhir/", {**sent, **more})
    entry = outline_of(course).find("uji-akhir")
    assert entry is not None
    value = entry[2].value
    assert value["needs"] == ["halaman", {"key": "kuis", "score": 70}]
    assert value["only_for"] == {"job_classes": ["PELAKSANA"]}
    assert value["test_out"] == {"score": 90, "covers": ["berkas"]}
    again = part_form(client, "uji-akhir")
    assert (again["covers"], again["covers-score"]) == (["berkas"], ["90"])
    assert again["needs-key"] == ["halaman", "kuis", "", ""]
    for name in ("covers", "covers-score", "needs-key", "needs-score", "only-job_classes"):
        again.pop(name)
    client.post(f"{BASE}parts/uji-akhir/", again)
    entry = outline_of(course).find("uji-akhir")
    assert entry is not None
    assert not {"needs", "only_for", "test_out"} & set(entry[2].value)


def test_a_rubric_is_written_row_by_row(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    client.post(f"{BASE}add/", {"kind": "assignment", "section": "1", "title": "Catatan"})
    row = {"criterion-0-name": "Isi", "criterion-0-competency": "4.2", "criterion-0-level": "2", "criteria-count": "2"}
    row |= {f"criterion-0-{mark}": f"tampak {mark}" for mark in range(5)}
    client.post(f"{BASE}parts/catatan/", {**part_form(client, "catatan", file="Susun catatan."), **row})
    assert ListText(folder_of(course)["catatan-rubrik.yaml"].decode()).values == [
        {"name": "Isi", "competency": "4.2", "level": 2, "descriptors": [f"tampak {mark}" for mark in range(5)]}
    ]
    assert "Tidak ada yang perlu diperbaiki." in client.get(f"{BASE}parts/catatan/").content.decode()


def test_the_course_as_a_whole(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    sent = {**typed(client, f"{BASE}about/"), "title": "Judul lain", "slug": "dibajak",
            "promise-competency": ["digcomp-3.0|4.2", "digcomp-3.0|2.1", ""], "promise-target": ["3", "2", ""],
            "promise-gain": ["0,5", "", ""], "do": "save"}  # fmt: skip
    assert client.post(f"{BASE}about/", sent).headers["Location"] == BASE
    fields = outline_of(course).fields
    assert (fields["title"], fields["slug"]) == ("Judul lain", "kursus-mini")
    assert fields["competencies"] == [
        {"framework": "digcomp-3.0", "code": "4.2", "target_level": 3, "expected_gain": 0.5},
        {"framework": "digcomp-3.0", "code": "2.1", "target_level": 2},
    ]
    assert Workspace.objects.get().title == "Judul lain"
    assert client.post(f"{BASE}about/", {**sent, "title": "Ketinggalan", "tab": "lain"}).status_code == 409


def test_the_preview_is_what_a_learner_sees_and_keeps_nothing(cast: Cast, client_for: ClientFor) -> None:
    opened(cast)
    client = client_for(cast.trainer)
    page = client.get(f"{BASE}try/")
    assert "tidak ada yang dicatat" in page.content.decode()
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    tried = client.post(f"{BASE}try/kuis/", {"q1": "x"}).content.decode()
    assert "umpan balik yang dilihat peserta" in tried
    assert f'{BASE}media/a.svg"' in client.get(f"{BASE}try/halaman/").content.decode()
    film = client.get(f"{BASE}try/video/").content.decode()
    assert f'{BASE}media/v.mp4"' in film
    assert "data-report-url" not in film
    assert client.get(f"{BASE}try/tidak-ada/").status_code == 404
