"""Media of a working copy: added, shown, removed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.editing.workshop import BASE, folder_of, opened, outline_of, part_form

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
