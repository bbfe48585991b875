"""What comes of an upload in portions."""

import io
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from bina.foundation.errors import Denied, Refused
from bina.foundation.models import Progress
from bina.foundation.uploads import ArchiveLimits, open_archive, table_of_contents_size
from bina.learning import actions, queries
from bina.learning.models import Course, Upload
from bina.learning.rules import (
    UploadState,
)
from tests.cast import Cast
from tests.integrations.samples import scorm_12
from tests.learning.folders import files, zipped
from tests.learning.uploads.sending import account, begin, token, uploaded

pytestmark = pytest.mark.django_db


def everyone(client: Client) -> str:
    page = client.get("/learning/managed/import/").content.decode()
    return page.split('<option value="')[1].split('"')[0]


def test_an_upload_becomes_a_course(author: Client, cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    url = uploaded(author, zipped(files()))
    page = author.get("/learning/managed/import/").content.decode()
    assert "Unggahan Anda" in page
    assert "Siap dipakai" in page
    form = {"upload": token(url), "agency": everyone(author)}
    answer = author.post("/learning/managed/import/", {**form, "intent": "check"})
    assert answer.status_code == 302
    shown = author.get(answer["Location"]).content.decode()
    assert "Folder ini siap diimpor" in shown
    assert not Course.objects.exists()
    place = queries.place_of_upload(Upload.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        answer = author.post(answer["Location"], {"agency": form["agency"], "intent": "keep"})
    course = Course.objects.get()
    assert course.agency == cast.agency
    shown = author.get(answer["Location"]).content.decode()
    assert f"/learning/managed/{course.slug}/" in shown
    assert Upload.objects.get().state == UploadState.USED
    assert not place.exists()
    again = author.post("/learning/managed/import/", {**form, "intent": "keep"})
    assert again.status_code == 422
    assert "tidak ada lagi, atau belum selesai" in again.content.decode()
    assert Course.objects.count() == 1


def test_faults_are_shown_and_the_upload_stays(author: Client) -> None:
    url = uploaded(author, zipped(files(changes={"media/v.vtt": b"WEBVTT\n\nno times\n", "kuis.yaml": b"- [\n"})))
    answer = author.post(f"/learning/managed/uploads/{token(url)}/", {"agency": everyone(author), "intent": "keep"})
    shown = author.get(answer["Location"]).content.decode()
    assert "perlu diperbaiki" in shown
    assert "kuis.yaml" in shown
    assert Upload.objects.get().state == UploadState.FINISHED
    assert not Course.objects.exists()


def test_a_broken_archive_is_a_sentence(author: Client) -> None:
    url = uploaded(author, b"PK\x03\x04" + b"x" * 400)
    answer = author.post(f"/learning/managed/uploads/{token(url)}/", {"agency": everyone(author), "intent": "keep"})
    assert "Berkas ZIP rusak" in author.get(answer["Location"]).content.decode()


def test_an_unfinished_upload_becomes_nothing(author: Client) -> None:
    url = begin(author, 500)["Location"]
    answer = author.post(f"/learning/managed/uploads/{token(url)}/", {"agency": everyone(author), "intent": "keep"})
    assert answer.status_code == 422
    assert "belum selesai" in answer.content.decode()
    assert "Pilih berkas yang sama" in author.get("/learning/managed/import/").content.decode()


def test_asking_twice_imports_once(author: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    uploaded(author, zipped(files()))
    upload, user = Upload.objects.select_related("owner").get(), account(cast.trainer)
    monkeypatch.setattr("bina.learning.jobs.import_upload", SimpleNamespace(enqueue=lambda *_: None))
    first = actions.request_upload_import(by=user, upload=upload, agency=cast.agency, check_only=False)
    second = actions.request_upload_import(by=user, upload=upload, agency=cast.agency, check_only=False)
    assert first == second
    assert Progress.objects.count() == 1
    held = queries.upload_by_public_id(str(upload.public_id))
    assert held is not None
    actions.import_upload(by=user, upload=held, agency=cast.agency, check_only=False)
    actions.import_upload(by=user, upload=held, agency=cast.agency, check_only=False)
    assert Course.objects.get().versions.count() == 1
    first.refresh_from_db()
    assert (first.state, first.result_url) == ("done", "/learning/managed/kursus-mini/")


def test_no_course_where_one_has_no_right(author: Client, cast: Cast) -> None:
    uploaded(author, zipped(files()))
    with pytest.raises(Denied):
        actions.request_upload_import(
            by=account(cast.trainer), upload=Upload.objects.get(), agency=None, check_only=False
        )


def test_a_package_may_be_uploaded_too(author: Client) -> None:
    url = uploaded(author, scorm_12(), "surat.zip")
    shown = author.get(f"/packages/import/?upload={token(url)}").content.decode()
    assert "surat.zip" in shown
    form = {
        "upload": token(url), "agency": everyone(author), "title": "Surat", "summary": "Satu kalimat.", "learning_hours": "1",
        "level": "2", "competency": "4.2", "target_level": "2",
    }  # fmt: skip
    answer = author.post("/packages/import/", {**form, "intent": "keep"})
    assert answer.status_code == 302, answer.content.decode()
    assert Course.objects.get().versions.count() == 1
    assert Upload.objects.get().state == UploadState.USED


def test_the_plain_form_says_its_limit(author: Client) -> None:
    page = author.get("/learning/managed/import/").content.decode()
    assert "Tanpa JavaScript berkas dikirim sekaligus, paling besar 200 MB" in page
    answer = author.post("/learning/managed/import/", {"agency": everyone(author), "intent": "keep"})
    assert answer.status_code == 422
    assert "Pilih berkasnya terlebih dahulu" in answer.content.decode()


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", b"a")
    sound = stream.getvalue()
    assert 0 < table_of_contents_size(io.BytesIO(sound)) < 200
    place = sound.rfind(b"PK\x05\x06")
    claimed = sound[: place + 12] + (900_000_000).to_bytes(4, "little") + sound[place + 16 :]
    with pytest.raises(Refused, match="terlalu panjang"):
        open_archive(io.BytesIO(claimed), ArchiveLimits())
