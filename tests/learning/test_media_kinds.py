"""Links, recordings and documents: read from a folder, shown, and done only by evidence of what was opened or played."""

import io
import json
import zipfile
from typing import Any

import pytest

from bina.foundation.errors import Refused
from bina.foundation.rich_text import render_markdown
from bina.learning import actions
from bina.learning.models import Activity, ActivityProgress, Course, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, import_mini, outline, publish_mini, zipped
from tests.learning.walking import enrolled, fresh, open_part, part

pytestmark = pytest.mark.django_db

MP3 = b"ID3\x04" + bytes(400)
PDF = b"%PDF-1.4\n" + b"x" * 200
NEW: list[dict[str, Any]] = [
    {"key": "tautan", "kind": "link", "title": "Kanal nasional", "minutes": 1, "url": "https://www.contoh.go.id/panduan?a=1",
     "description": "Bacalah **bagian pertama**."},
    {"key": "rekaman", "kind": "audio", "title": "Percakapan di loket", "minutes": 1, "file": "media/r.mp3",
     "transcript": "kata.md", "share": 60},
    {"key": "dokumen", "kind": "document", "title": "Surat edaran", "minutes": 1, "file": "media/d.pdf", "pages": 4,
     "text": "kata.md"},
]  # fmt: skip


def folder(change: dict[str, Any] | None = None, key: str = "") -> dict[str, bytes]:
    """The small course with the three kinds; ``change`` bends the one named ``key`` (None takes a field out)."""
    course = outline()
    course["sections"][1]["activities"][2]["minutes"] = 7
    for entry in NEW:
        bent = {**entry, **(change or {} if entry["key"] == key else {})}
        course["sections"][0]["activities"].append({name: value for name, value in bent.items() if value is not None})
    extra = {"media/r.mp3": MP3, "media/d.pdf": PDF, "kata.md": b"Isi dalam kata.\n"}
    return files(course, extra)


@pytest.fixture
def course(cast: Cast) -> Course:
    return publish_mini(folder())


@pytest.fixture
def siti(cast: Cast, course: Course) -> Enrolment:
    return enrolled(cast.siti, course)


def done(enrolment: Enrolment, key: str) -> bool:
    return bool(fresh(enrolment).progress_marks.get(key) == "c")


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("tautan", {"url": None}, "url", "harus berisi satu alamat"),
    ("tautan", {"url": "javascript:alert(1)"}, "url", "https://"),
    ("tautan", {"url": "https://siti:rahasia@contoh.go.id"}, "url", "kata sandi"),
    ("tautan", {"url": "https://[x"}, "url", "tidak dapat dibaca"),
    ("tautan", {"file": "01.md"}, "file", "tidak dikenal"),
    ("rekaman", {"file": "media/v.mp4"}, "file", "tidak dapat dipakai"),
    ("rekaman", {"transcript": None}, "transcript", "transkrip"),
    ("rekaman", {"share": 0}, "share", "10 sampai 100"),
    ("rekaman", {"share": "banyak"}, "share", "10 sampai 100"),
    ("dokumen", {"pages": 0}, "pages", "bilangan bulat"),
    ("dokumen", {"pages": None}, "pages", "bilangan bulat"),
    ("dokumen", {"text": None}, "text", "versi teks"),
]


@pytest.mark.parametrize(("key", "change", "field", "words"), FAULTS)
def test_what_is_wrong_is_named_with_its_line(
    reference_data: None, key: str, change: dict[str, Any], field: str, words: str
) -> None:
    report = actions.import_course_folder(zipped(folder(change, key)), by=None)
    problems = [p for p in report.errors if p.field == field and words in p.sentence]
    assert problems
    assert all(p.line and p.file == "course.yaml" for p in problems)
    assert not Course.objects.exists()


def test_a_recording_that_is_none_is_refused(reference_data: None) -> None:
    content = folder()
    content["media/r.mp3"] = b"<html>bukan suara</html>"
    report = actions.import_course_folder(zipped(content), by=None)
    assert any("tidak sesuai dengan akhiran" in p.sentence and p.file == "media/r.mp3" for p in report.errors)


def test_the_export_is_what_came_in(reference_data: None) -> None:
    content = folder()
    with zipfile.ZipFile(io.BytesIO(actions.export_course(import_mini(content)))) as archive:
        found = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    assert found == content


def test_a_link_is_done_after_it_was_opened(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client, base = client_for(cast.siti), f"/learning/{siti.public_id}/tautan/"
    page = client.get(base).content.decode()
    assert "www.contoh.go.id" in page
    assert 'target="_blank" rel="noopener noreferrer"' in page
    refused = client.post(f"{base}done/")
    assert refused.status_code == 409
    assert "Buka tautannya terlebih dahulu" in refused.content.decode()
    led = client.get(f"{base}download/")
    assert led["Location"] == "https://www.contoh.go.id/panduan?a=1"
    assert client.post(f"{base}done/").status_code == 302
    assert done(siti, "tautan")


def test_a_recording_needs_its_share_however_one_jumps(siti: Enrolment, cast: Cast) -> None:
    user, rekaman = cast.siti.user, part(siti, "rekaman")
    open_part(user, siti, "rekaman")

    def play(*stretches: list[float]) -> None:
        actions.record_activity_progress(
            by=user, enrolment=siti, activity=rekaman,
            report={"intervals": list(stretches), "length": 100, "at": stretches[-1][1]},
        )  # fmt: skip

    play([0, 5], [95, 100])
    with pytest.raises(Refused, match="60%"):
        actions.complete_activity(by=user, enrolment=siti, activity=rekaman)
    play([5, 40], [0, 40])  # heard twice counts once
    with pytest.raises(Refused):
        actions.complete_activity(by=user, enrolment=siti, activity=rekaman)
    play([40, 56])
    actions.complete_activity(by=user, enrolment=siti, activity=rekaman)
    assert ActivityProgress.objects.get(activity=rekaman).evidence["at"] == 56


def test_a_document_opens_again_at_its_page_and_is_done_at_the_last(
    siti: Enrolment, cast: Cast, client_for: ClientFor
) -> None:
    client, base = client_for(cast.siti), f"/learning/{siti.public_id}/dokumen/"
    address = Activity.objects.get(key="dokumen").payload["file_url"]
    shown = client.get(address)
    assert "sandbox" not in shown["Content-Security-Policy"]
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.post(f"{base}done/", {"page": "3", "save": "1"}).status_code == 302
    assert "#page=3" in client_for(cast.siti).get(base).content.decode()  # on a second device
    refused = client.post(f"{base}done/")
    assert "baru sampai halaman 3 dari 4" in refused.content.decode()
    assert client.post(f"{base}done/", {"page": "99999"}).status_code == 302
    assert done(siti, "dokumen")


def test_text_instead_of_sound_and_paper(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    for key in ("rekaman", "dokumen"):
        assert "Isi dalam kata." in client.get(f"/learning/{siti.public_id}/{key}/").content.decode()
        client.post(f"/learning/{siti.public_id}/{key}/done/", {"transcript": "1"})
        assert done(siti, key)


def test_nonsense_reports_change_nothing(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    for report in ({"page": "tiga"}, {"page": -4}, {"page": True}, {"intervals": "x"}, {"at": None}):
        for key in ("dokumen", "rekaman"):
            url = f"/learning/{siti.public_id}/{key}/report/"
            assert client.post(url, {"report": json.dumps(report)}).status_code == 204
    assert not any("page" in row.evidence for row in ActivityProgress.objects.all())


def test_call_outs_and_tabs_become_marked_sections() -> None:
    html = render_markdown(
        "> [!PENTING]\n> Jangan dibagikan.\n\n::: tab Di ponsel <b>\n- satu\n:::\n\n::: tab Di komputer\nDua.\n:::\n"
    )
    assert '<blockquote class="call-out-penting"><p><strong>Penting</strong></p>' in html
    assert html.count('<section class="tab-part">') == 2
    assert "<h3>Di ponsel &lt;b&gt;</h3>" in html
    assert "call-out" not in render_markdown("> [!RAHASIA] x\n\n> biasa")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Halo\n\n> [!RAHASIA]\n> x\n", 3, "RAHASIA"),
        ("::: tab Satu\nx\n", 1, "belum ditutup"),
        ("Halo\n::: tab\nx\n:::\n", 2, "memerlukan judul"),
    ],
)
def test_faults_of_blocks_are_named_by_line(reference_data: None, text: str, line: int, words: str) -> None:
    report = actions.import_course_folder(
        zipped(files(None, {"01.md": text.encode() + b"\n![Alur](media/a.svg)\n"})), by=None
    )
    assert [(p.line, p.file) for p in report.errors if words in p.sentence] == [(line, "01.md")]


def test_marks_inside_code_are_no_blocks(reference_data: None) -> None:
    text = b"```\n::: tab\n> [!RAHASIA]\n```\n\n![Alur](media/a.svg)\n"
    assert not actions.import_course_folder(zipped(files(None, {"01.md": text})), by=None).errors
