"""Media of a working copy: sent in one go or in portions, shown, removed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from bina.foundation.errors import Denied, Refused
from bina.foundation.uploads import MEGABYTE
from bina.learning import actions, queries
from bina.learning.models import Upload
from bina.learning.rules import UploadGone, UploadState
from bina.people.rules import Role
from tests.cast import Cast, grant
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, opened, outline_of, part_form
from tests.learning.folders import files, import_mini
from tests.learning.folders import outline as mini_outline
from tests.learning.uploads.sending import account, begin, send, token, uploaded

pytestmark = pytest.mark.django_db


def test_media_come_in_are_shown_and_leave(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    pdf = b"%PDF-1.4\n" + b"x" * 100
    for _twice in range(2):
        answer = client.post(f"{BASE}files/", {"file": SimpleUploadedFile("Lembar Kerja.PDF", pdf), "answer": "json"})
        assert answer.json() == {"name": "media/lembar-kerja.pdf"}
    other = client.post(f"{BASE}files/", {"file": SimpleUploadedFile("lembar-kerja.pdf", pdf + b"y"), "answer": "json"})
    assert other.json() == {"name": "media/lembar-kerja-2.pdf"}
    shown = client.get(f"{BASE}media/lembar-kerja.pdf")
    assert b"".join(shown.streaming_content) == pdf  # type: ignore[attr-defined]
    assert client_for(cast.siti).get(f"{BASE}media/lembar-kerja.pdf").status_code == 404
    for name, content in (("jahat.exe", b"MZ"), ("palsu.png", b"bukan gambar"), ("kosong.pdf", b"")):
        refused = client.post(f"{BASE}files/", {"file": SimpleUploadedFile(name, content), "answer": "json"})
        assert refused.status_code == 422
        assert refused.json()["problem"]
    assert client.post(f"{BASE}files/", {}).status_code == 422
    client.post(f"{BASE}files/remove/", {"name": "media/lembar-kerja.pdf"})
    client.post(f"{BASE}files/remove/", {"name": "course.yaml"})
    assert "media/lembar-kerja.pdf" not in folder_of(course)
    assert "course.yaml" in folder_of(course)
    assert "lembar-kerja-2.pdf" in client.get(f"{BASE}files/").content.decode()


def test_a_file_sent_with_the_form_becomes_the_file_of_its_field(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    sent = {**part_form(client, "berkas"), "file-upload": SimpleUploadedFile("daftar.csv", b"a;b\n1;2\n")}
    client.post(f"{BASE}parts/berkas/", sent)
    entry = outline_of(course).find("berkas")
    assert entry is not None
    assert entry[2].value["file"] == "media/daftar.csv"


PDF = b"%PDF-1.4\n" + b"x" * 9_000


def test_a_file_that_came_in_portions_becomes_media_once(
    cast: Cast, client_for: ClientFor, django_capture_on_commit_callbacks: Any
) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    held = token(uploaded(client, PDF, "Lembar Besar.PDF"))
    place = queries.place_of_upload(Upload.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        for _click in range(2):
            answer = client.post(f"{BASE}files/", {"upload": held, "answer": "json"})
            assert answer.json() == {"name": "media/lembar-besar.pdf"}
    assert folder_of(course)["media/lembar-besar.pdf"] == PDF
    assert sum(name.startswith("media/lembar-besar") for name in folder_of(course)) == 1
    assert Upload.objects.get().state == UploadState.USED
    assert not place.exists()
    shown = client.get(f"/learning/managed/uploads/{held}/").content.decode()
    assert "Tersimpan sebagai media/lembar-besar.pdf" in shown
    client.post(f"{BASE}files/remove/", {"name": "media/lembar-besar.pdf"})
    again = client.post(f"{BASE}files/", {"upload": held, "answer": "json"})
    assert again.status_code == 422
    assert "sudah dipakai" in again.json()["problem"]


def test_a_part_takes_what_came_in_portions_with_its_form(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    held = token(uploaded(client, b"a;b\n" + b"1;2\n" * 2_000, "daftar.csv"))
    page = client.get(f"{BASE}parts/berkas/").content.decode()
    assert "daftar.csv" in page
    assert "sudah terkirim seluruhnya" in page
    assert f'data-known="/learning/uploads/{held}/"' in page
    form = {**part_form(client, "berkas"), "file-portions": held}
    # A form that saves itself takes nothing along: the browser may be handing the upload over at this moment.
    client.post(f"{BASE}parts/berkas/", {**form, "do": "stay"})
    assert Upload.objects.get().state == UploadState.FINISHED
    for _tab in range(2):
        assert client.post(f"{BASE}parts/berkas/", {**form, "seen": ""}).status_code == 302
        entry = outline_of(course).find("berkas")
        assert entry is not None
        assert entry[2].value["file"] == "media/daftar.csv"
    assert Upload.objects.get().state == UploadState.USED


def test_an_upload_of_somebody_else_or_unfinished_is_refused(cast: Cast, client_for: ClientFor) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    url = begin(client, len(PDF), "lembar.pdf")["Location"]
    early = client.post(f"{BASE}files/", {"upload": token(url), "answer": "json"})
    assert early.status_code == 422
    assert "belum selesai" in early.json()["problem"]
    assert send(client, url, PDF, 0).status_code == 204
    page = client.get(f"{BASE}files/").content.decode()
    assert "lembar.pdf" in page
    foreign = client_for(cast.hr)
    grant(cast.hr, Role.TRAINER, cast.root)
    refused = foreign.post(f"{BASE}files/", {"upload": token(url), "answer": "json"})
    assert refused.status_code == 422
    assert "tidak ada lagi" in refused.json()["problem"]
    assert "lembar.pdf" not in foreign.get(f"{BASE}files/").content.decode()
    with pytest.raises(Denied):
        actions.add_uploaded_media(by=account(cast.hr), course=course, upload=Upload.objects.get())
    outsider = client_for(cast.siti).post(f"{BASE}files/", {"upload": token(url), "answer": "json"})
    assert outsider.status_code == 404
    assert Upload.objects.get().state == UploadState.FINISHED
    assert "media/lembar.pdf" not in folder_of(course)


def test_an_upload_is_used_for_one_course_only(cast: Cast, client_for: ClientFor) -> None:
    first, client = opened(cast), client_for(cast.trainer)
    outline = mini_outline()
    outline.update(slug="kursus-kedua", title="Kursus kedua")
    other = import_mini(files(outline), by=account(cast.trainer), agency=cast.agency).course
    actions.open_workspace(by=account(cast.trainer), course=other)
    uploaded(client, PDF, "lembar.pdf")
    upload = Upload.objects.get()
    assert actions.add_uploaded_media(by=account(cast.trainer), course=first, upload=upload) == "media/lembar.pdf"
    with pytest.raises(Refused, match="sudah dipakai"):
        actions.add_uploaded_media(by=account(cast.trainer), course=other, upload=upload)
    discarded = token(uploaded(client, PDF + b"y", "lain.pdf"))
    gone = Upload.objects.get(name="lain.pdf")
    client.post(f"/learning/managed/uploads/{discarded}/discard/")
    with pytest.raises(UploadGone):
        actions.add_uploaded_media(by=account(cast.trainer), course=first, upload=gone)


def test_portions_pass_the_same_door_as_files_sent_with_the_form(
    cast: Cast, client_for: ClientFor, settings: Settings
) -> None:
    course, client = opened(cast), client_for(cast.trainer)
    form = part_form(client, "video")
    # A recording is a fine file of a course, but nothing to watch.
    held = token(uploaded(client, b"ID3" + b"x" * 3_000, "suara.mp3"))
    refused = client.post(f"{BASE}parts/video/", {**form, "file-portions": held})
    assert refused.status_code == 409
    assert "Jenis yang diterima" in refused.content.decode()
    # A folder of texts may be uploaded, but it is no media.
    words = token(uploaded(client, b"# Halaman\n" * 300, "halaman.md"))
    assert client.post(f"{BASE}files/", {"upload": words, "answer": "json"}).status_code == 422
    # A drawing has its own limit, however it comes.
    drawing = token(uploaded(client, b"<svg>" + b" " * (2 * MEGABYTE), "peta.svg", step=MEGABYTE))
    large = client.post(f"{BASE}files/", {"upload": drawing, "answer": "json"})
    assert large.status_code == 422
    assert "batasnya 2 MB" in large.json()["problem"]
    # What is sent in one go ends at the limit of forms; portions do not.
    settings.UPLOAD_LIMIT_MB = 1
    film = b"\x1a\x45\xdf\xa3" + b"x" * MEGABYTE
    once = client.post(f"{BASE}files/", {"file": SimpleUploadedFile("film.webm", film), "answer": "json"})
    assert once.status_code == 422
    assert "batasnya 1 MB" in once.json()["problem"]
    portions = token(uploaded(client, film, "film.webm", step=MEGABYTE))
    assert client.post(f"{BASE}files/", {"upload": portions, "answer": "json"}).json() == {"name": "media/film.webm"}
    assert folder_of(course)["media/film.webm"] == film
    assert set(Upload.objects.exclude(name="film.webm").values_list("state", flat=True)) == {UploadState.FINISHED}
