"""Large files in portions: the protocol, and what survives a broken line or a power cut."""

import base64
import hashlib
import io
import os
from collections.abc import Callable

import pytest
from django.test import Client

from bina.journal.models import Entry
from bina.learning import actions, queries
from bina.learning.models import Upload
from bina.learning.rules import (
    LARGEST_PORTION,
    OffsetMismatch,
    UploadGone,
    UploadState,
    read_metadata,
)
from tests.cast import Cast
from tests.learning.folders import files, tiny_mp4, zipped
from tests.learning.uploads.sending import (
    OCTETS,
    START,
    VERSION,
    account,
    begin,
    described,
    offset_of,
    send,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db


def test_a_server_says_what_it_can(author: Client) -> None:
    answer = author.options(START)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}
    assert "sha1" in answer["Tus-Checksum-Algorithm"].split(",")
    assert int(answer["Tus-Max-Size"]) == 5 * 1024**3


def test_a_file_arrives_in_portions(author: Client, cast: Cast) -> None:
    content = zipped(files())
    answer = begin(author, len(content), fingerprint="abc")
    assert answer.status_code == 201
    url = answer["Location"]
    assert offset_of(author, url) == 0
    half = len(content) // 2
    first = send(author, url, content[:half], 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, str(half))
    assert "Upload-Expires" in first
    told = author.head(url, headers=VERSION)
    assert (told["Upload-Offset"], told["Upload-Length"], told["Cache-Control"]) == (
        str(half),
        str(len(content)),
        "no-store",
    )
    assert told["Upload-Metadata"] == described("kursus.zip", fingerprint="abc")
    assert send(author, url, content[half:], half).status_code == 204
    upload = Upload.objects.get()
    assert (upload.state, upload.received, upload.content_type) == ("finished", len(content), "application/zip")
    with actions.open_upload(by=account(cast.trainer), upload=upload) as stream:
        assert stream.read() == content
    assert Entry.objects.filter(verb="upload.finished").count() == 1


def test_any_request_names_its_version(author: Client) -> None:
    for headers in ({}, {"Tus-Resumable": "0.2.2"}):
        answer = author.post(START, headers={**headers, "Upload-Length": "9"})
        assert answer.status_code == 412
        assert answer["Tus-Version"] == "1.0.0"
    assert not Upload.objects.exists()


@pytest.mark.parametrize("length", [None, "-1", "x", "1.5", "", "9" * 16, "٣"])
def test_the_length_must_be_said_at_the_beginning(author: Client, length: str | None) -> None:
    headers = {
        **VERSION,
        "Upload-Metadata": described("a.zip"),
        **({} if length is None else {"Upload-Length": length}),
    }
    assert author.post(START, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "metadata", ["filename !!!", "filename a b c", "filename /w==", "x" * 2_001, "filename YQ==,filename YQ=="]
)
def test_unreadable_descriptions_are_refused(author: Client, metadata: str) -> None:
    answer = author.post(START, headers={**VERSION, "Upload-Length": "9", "Upload-Metadata": metadata})
    assert answer.status_code == 400
    assert answer.content.decode().endswith(".")


def test_a_key_without_a_value_is_allowed() -> None:
    assert read_metadata("filename YS56aXA=, is_confidential") == {"filename": "a.zip", "is_confidential": ""}


def test_a_portion_must_follow_on_what_is_there(author: Client) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    send(author, url, content[:100], 0)
    for offset in (0, 99, 101, len(content)):
        answer = send(author, url, b"PK", offset)
        assert answer.status_code == 409
        assert "Lanjutkan dari yang tersimpan" in answer.content.decode()
    assert offset_of(author, url) == 100


def test_a_portion_is_bytes_with_a_place_and_a_length(author: Client) -> None:
    url = begin(author, 1_000)["Location"]
    assert (
        author.generic(
            "PATCH", url, b"x", content_type="text/plain", headers={**VERSION, "Upload-Offset": "0"}
        ).status_code
        == 415
    )
    assert author.generic("PATCH", url, b"x", content_type=OCTETS, headers=VERSION).status_code == 400
    assert (
        author.generic(
            "PATCH",
            url,
            b"",
            content_type=OCTETS,
            headers={**VERSION, "Upload-Offset": "0", "Content-Length": "", "Content-Type": OCTETS},
        ).status_code
        == 411
    )
    assert send(author, url, b"x" * 1_001, 0).status_code == 413
    assert send(author, url, b"x" * (LARGEST_PORTION + 1), 0).status_code == 413
    assert offset_of(author, url) == 0
    assert author.put(url, headers=VERSION).status_code == 405


def test_a_damaged_portion_leaves_nothing(author: Client) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    for algorithm in ("sha1", "sha256", "md5"):
        wrong = base64.b64encode(hashlib.new(algorithm, b"other").digest()).decode()
        answer = send(author, url, content[:500], 0, Upload_Checksum=f"{algorithm} {wrong}")
        assert answer.status_code == 460
        assert offset_of(author, url) == 0
    for nonsense in ("crc32 AAAA", "sha1 !!", "sha1"):
        assert send(author, url, content[:500], 0, Upload_Checksum=nonsense).status_code in {400, 460}
    right = base64.b64encode(hashlib.sha1(content[:500]).digest()).decode()
    assert send(author, url, content[:500], 0, Upload_Checksum=f"sha1 {right}").status_code == 204


def test_gateways_that_know_only_post_are_no_obstacle(author: Client) -> None:
    content = tiny_mp4()
    url = begin(author, len(content), "v.mp4")["Location"]
    headers = {**VERSION, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert author.generic("POST", url, content, content_type=OCTETS, headers=headers).status_code == 204
    assert author.post(url, headers={**VERSION, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert not Upload.objects.exists()


def test_thrown_away_is_gone(author: Client) -> None:
    url = begin(author, 1_000)["Location"]
    send(author, url, b"PK\x03\x04", 0)
    place = queries.place_of_upload(Upload.objects.get())
    assert place.exists()
    # Within a test the end of the transaction never comes by itself.
    assert author.delete(url, headers=VERSION).status_code == 204
    assert author.head(url, headers=VERSION).status_code == 404
    assert "Upload-Offset" not in author.head(url, headers=VERSION)
    assert send(author, url, b"x", 4).status_code == 404


class BrokenLine(io.BytesIO):
    """A sender who is gone after some bytes."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(min(10, size or 10))
        if not piece:
            raise OSError("connection reset")
        return piece


def test_what_arrived_before_the_line_broke_is_kept(author: Client, cast: Cast) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    upload = Upload.objects.get()
    held = actions.receive_portion(
        by=account(cast.trainer), upload=upload, offset=0, source=BrokenLine(content[:40]), length=1_000
    )
    assert held.received == 40
    assert offset_of(author, url) == 40
    assert send(author, url, content[40:], 40).status_code == 204
    assert Upload.objects.get().state == UploadState.FINISHED


def test_a_power_cut_between_disk_and_row_costs_one_portion(author: Client, cast: Cast) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    send(author, url, content[:300], 0)
    with queries.place_of_upload(Upload.objects.get()).open("ab") as file:
        file.write(b"never confirmed")
    assert offset_of(author, url) == 300
    assert send(author, url, content[300:], 300).status_code == 204
    with actions.open_upload(by=account(cast.trainer), upload=Upload.objects.get()) as stream:
        assert stream.read() == content


@pytest.mark.parametrize("left", [0, 120, None])
def test_bytes_that_are_missing_are_sent_again(author: Client, cast: Cast, left: int | None) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    send(author, url, content[:300], 0)
    place = queries.place_of_upload(Upload.objects.get())
    if left is None:
        place.unlink()
    else:
        os.truncate(place, left)
    offset = offset_of(author, url)
    assert offset == (left or 0)
    assert send(author, url, content[offset:], offset).status_code == 204
    with actions.open_upload(by=account(cast.trainer), upload=Upload.objects.get()) as stream:
        assert stream.read() == content


def test_a_full_disk_keeps_what_is_there(author: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped(files())
    url = begin(author, len(content))["Location"]
    send(author, url, content[:300], 0)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bina.learning.actions.uploads.os.fsync", full)
    answer = send(author, url, content[300:], 300)
    assert answer.status_code == 507
    assert "Yang sudah terunggah tersimpan" in answer.content.decode()
    monkeypatch.undo()
    assert offset_of(author, url) == 300
    assert send(author, url, content[300:], 300).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins(cast: Cast) -> None:
    content = zipped(files())
    user = account(cast.trainer)
    upload = actions.begin_upload(by=user, size=len(content), metadata=described("k.zip"))

    def sends(piece: bytes) -> Callable[[], object]:
        return lambda: actions.receive_portion(
            by=user, upload=Upload.objects.select_related("owner").get(pk=upload.pk), offset=0, source=io.BytesIO(piece),
            length=len(piece),
        )  # fmt: skip

    first, second = content[:1_500], content[:700]
    came = at_once(sends(first), sends(second))
    assert sum(isinstance(one, OffsetMismatch) for one in came) == 1, came
    upload.refresh_from_db()
    won = first if isinstance(came[1], OffsetMismatch) else second
    assert upload.received == len(won)
    assert queries.place_of_upload(upload).read_bytes() == won


def test_thrown_away_while_a_portion_is_on_its_way(cast: Cast) -> None:
    user = account(cast.trainer)
    upload = actions.begin_upload(by=user, size=50, metadata=described("k.zip"))

    class Discarding(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            Upload.objects.filter(pk=upload.pk).delete()
            return super().read(size)

    with pytest.raises(UploadGone):
        actions.receive_portion(by=user, upload=upload, offset=0, source=Discarding(b"PK" * 25), length=50)
    assert not queries.place_of_upload(upload).exists()
