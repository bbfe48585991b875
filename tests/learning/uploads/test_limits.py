"""Uploads in portions: whose they are, how much, and of what."""

import datetime as dt
import os
import shutil
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from bina.foundation import clock
from bina.foundation.errors import Denied
from bina.learning import actions, queries
from bina.learning.models import Upload
from bina.learning.rules import (
    MOST_UPLOADS,
    UploadState,
    clean_name,
)
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, tiny_mp4, zipped
from tests.learning.uploads.sending import (
    START,
    VERSION,
    account,
    begin,
    offset_of,
    send,
    token,
    uploaded,
)

pytestmark = pytest.mark.django_db


def test_only_authors_upload(cast: Cast, client_for: ClientFor) -> None:
    assert begin(client_for(cast.siti), 100).status_code == 403
    answer = begin(client_for(None), 100)
    assert answer.status_code == 401
    assert "Masuk lagi" in answer.content.decode()


def test_an_address_opens_nothing_for_others(author: Client, cast: Cast, client_for: ClientFor) -> None:
    url = uploaded(author, zipped(files()))
    admin = client_for(cast.admin)
    assert admin.head(url, headers=VERSION).status_code == 404
    assert send(admin, url, b"x", 0).status_code == 404
    assert admin.delete(url, headers=VERSION).status_code == 404
    assert admin.get(f"/learning/managed/uploads/{token(url)}/").status_code == 404
    assert admin.post(f"/learning/managed/uploads/{token(url)}/discard/").status_code == 302
    assert Upload.objects.count() == 1
    upload = Upload.objects.get()
    for action in (actions.discard_upload, actions.open_upload, actions.use_up_upload):
        with pytest.raises(Denied):
            action(by=cast.admin, upload=upload)


def test_a_forged_address_opens_nothing(author: Client) -> None:
    url = begin(author, 100)["Location"]
    public_id, _dot, signature = token(url).partition(".")
    for forged in (
        public_id,
        f"{public_id}.{signature[:-1]}x",
        f"{uuid.uuid4().hex}.{signature}",
        f".{signature}",
        "x.y",
    ):
        assert author.head(f"{START}{forged}/", headers=VERSION).status_code == 404


def test_a_form_of_another_site_cannot_begin_one(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account(cast.trainer), backend="bina.people.backends.NumberOrEmailBackend")
    assert begin(client, 100).status_code == 403
    assert not Upload.objects.exists()


def test_limits_in_words(author: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.LARGE_UPLOAD_LIMIT_MB, settings.UPLOAD_QUOTA_MB = 10, 15
    megabyte = 1024**2
    too_large = begin(author, 11 * megabyte)
    assert (too_large.status_code, "batasnya 10,5 MB" in too_large.content.decode()) == (413, True)
    assert begin(author, 10 * megabyte).status_code == 201
    over_quota = begin(author, 6 * megabyte)
    assert (over_quota.status_code, "Jatah unggahan Anda tinggal 5,2 MB" in over_quota.content.decode()) == (400, True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_030 * megabyte))
    no_room = begin(author, 4 * megabyte)
    assert (no_room.status_code, "Beri tahu pengelola server" in no_room.content.decode()) == (507, True)
    assert begin(author, 0).status_code == 400


def test_no_more_than_twenty(author: Client) -> None:
    for _ in range(MOST_UPLOADS):
        assert begin(author, 10).status_code == 201
    answer = begin(author, 10)
    assert (answer.status_code, "20 unggahan" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd.zip", "passwd.zip"), ("C:\\Users\\a\\k.zip", "k.zip"), ("a\x00\r\nb.zip", "ab.zip"),
     ("\u202epiz.exe.zip", "piz.exe.zip"),
     ("..zip", "zip"), ("", "berkas"), ("/", "berkas"), ("x" * 400 + ".zip", "x" * 146 + ".zip"), (".bina.mp4", "bina.mp4")],
)  # fmt: skip
def test_hostile_names_are_only_words(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@pytest.mark.parametrize("name", ["x.exe", "x", "x.zip.php", "x.html", "x.m3u8"])
def test_other_kinds_of_files_are_refused_at_once(author: Client, name: str) -> None:
    answer = begin(author, 100, name)
    assert answer.status_code == 415
    assert ".mp4" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [("k.zip", b"MZ\x90\x00" * 30), ("v.mp4", zipped(files())), ("v.webm", tiny_mp4()), ("t.vtt", b"<script>")],
)
def test_content_must_be_what_the_name_says(author: Client, name: str, content: bytes) -> None:
    url = begin(author, len(content), name)["Location"]
    answer = send(author, url, content, 0)
    assert (answer.status_code, "tidak sesuai dengan akhiran namanya" in answer.content.decode()) == (415, True)
    upload = Upload.objects.get()
    assert upload.state == UploadState.REFUSED
    assert not queries.place_of_upload(upload).exists()
    assert author.head(url, headers=VERSION).status_code == 410
    assert send(author, url, b"", len(content)).status_code != 204


def test_what_nobody_touches_for_a_week_is_forgotten(author: Client) -> None:
    old, young = (begin(author, 100)["Location"] for _ in range(2))
    send(author, old, b"PK\x03\x04", 0)
    rows = {token(url).partition(".")[0]: url for url in (old, young)}
    stale = Upload.objects.get(public_id=next(key for key, url in rows.items() if url == old))
    Upload.objects.filter(pk=stale.pk).update(touched_at=clock.now() - dt.timedelta(days=8))
    orphan = queries.uploads_folder() / f"{uuid.uuid4().hex}.part"
    fresh = queries.uploads_folder() / f"{uuid.uuid4().hex}.part"
    for path in (orphan, fresh):
        path.write_bytes(b"x")
    yesterday = (clock.now() - dt.timedelta(days=2)).timestamp()
    os.utime(orphan, (yesterday, yesterday))
    assert actions.forget_old_uploads() == 1
    assert not queries.place_of_upload(stale).exists()
    assert author.head(old, headers=VERSION).status_code == 404
    assert offset_of(author, young) == 0
    assert (orphan.exists(), fresh.exists()) == (False, True)
    fresh.unlink()
