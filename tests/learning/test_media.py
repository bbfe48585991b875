"""Files of courses: who may load them, how they are typed, and in which parts."""

import pytest
from django.test import Client

from bina.learning import actions
from bina.learning.models import CourseFile, CourseVersion
from bina.learning.rules import RangeNotSatisfiableError, read_range
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, import_mini, publish_mini
from tests.learning.walking import enrolled

pytestmark = pytest.mark.django_db


def address(version: CourseVersion, name: str) -> str:
    row = CourseFile.objects.select_related("stored").get(version=version, name=name)
    return f"/learning/media/{row.stored.digest}/{name.rsplit('/', 1)[-1]}"


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def published(cast: Cast) -> CourseVersion:
    course = publish_mini()
    assert course.current_version is not None
    return course.current_version


@pytest.fixture
def siti(cast: Cast, client_for: ClientFor) -> Client:
    return client_for(cast.siti)


def test_whole_file(siti: Client, published: CourseVersion) -> None:
    video = files()["media/v.mp4"]
    response = siti.get(address(published, "media/v.mp4"))
    assert response.status_code == 200
    assert body(response) == video
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(len(video))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-199", 100, 199), ("bytes=3900-", 3900, 3999), ("bytes=-100", 3900, 3999),
     ("bytes=3990-9999", 3990, 3999), ("bytes=0-0", 0, 0), ("bytes=-99999", 0, 3999)],
)  # fmt: skip
def test_one_range(siti: Client, published: CourseVersion, header: str, first: int, last: int) -> None:
    response = siti.get(address(published, "media/v.mp4"), headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/4000"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == files()["media/v.mp4"][first : last + 1]


@pytest.mark.parametrize("header", ["bytes=4000-", "bytes=9000-9999", "bytes=-0"])
def test_range_behind_the_end(siti: Client, published: CourseVersion, header: str) -> None:
    response = siti.get(address(published, "media/v.mp4"), headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */4000"


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=0-1,5-6", "items=0-5", "bytes=", "bytes=-", "x", "bytes=a-b"])
def test_what_is_no_single_range_gives_the_whole(siti: Client, published: CourseVersion, header: str) -> None:
    response = siti.get(address(published, "media/v.mp4"), headers={"Range": header})
    assert response.status_code == 200
    assert len(body(response)) == 4000


def test_if_range_with_another_tag_gives_the_whole(siti: Client, published: CourseVersion) -> None:
    url = address(published, "media/v.mp4")
    tag = siti.get(url)["ETag"]
    assert siti.get(url, headers={"Range": "bytes=0-9", "If-Range": tag}).status_code == 206
    assert siti.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200


def test_known_content_is_not_sent_again(siti: Client, published: CourseVersion) -> None:
    url = address(published, "media/a.svg")
    response = siti.get(url, headers={"If-None-Match": siti.get(url)["ETag"]})
    assert response.status_code == 304
    assert response.content == b""


def test_head_sends_no_body(siti: Client, published: CourseVersion) -> None:
    response = siti.head(address(published, "media/v.mp4"))
    assert response["Content-Length"] == "4000"
    assert response.content == b""
    assert siti.post(address(published, "media/v.mp4")).status_code == 405


def test_pictures_are_shown_and_other_files_saved(siti: Client, published: CourseVersion) -> None:
    picture = siti.get(address(published, "media/a.svg"))
    assert picture["Content-Type"] == "image/svg+xml"
    assert "attachment" not in picture.get("Content-Disposition", "")
    assert "script-src" not in picture["Content-Security-Policy"]
    table = siti.get(address(published, "media/latihan.csv"))
    assert table["Content-Disposition"] == 'attachment; filename="latihan.csv"'
    assert table["Content-Type"].startswith("text/csv")


def test_a_file_cannot_be_asked_for_under_another_name(siti: Client, published: CourseVersion) -> None:
    assert siti.get(address(published, "media/latihan.csv").replace(".csv", ".svg")).status_code == 404


@pytest.mark.parametrize("name", ["course.yaml", "kuis.yaml", "akhir.yaml", "01.md"])
def test_keys_and_sources_are_never_handed_out(
    cast: Cast, client_for: ClientFor, published: CourseVersion, name: str
) -> None:
    for person in (cast.siti, cast.trainer):
        assert client_for(person).get(address(published, name)).status_code == 404


def test_drafts_are_for_their_authors(cast: Cast, client_for: ClientFor) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    url = address(version, "media/a.svg")
    assert client_for(cast.trainer).get(url).status_code == 200
    assert client_for(cast.siti).get(url).status_code == 404
    assert client_for(None).get(url).status_code == 302


def test_the_platform_sees_the_media_of_drafts_and_archived_courses(cast: Cast, client_for: ClientFor) -> None:
    draft = address(import_mini(by=cast.trainer.user, agency=cast.agency), "media/a.svg")
    course = publish_mini(agency=cast.agency)
    actions.archive_course(by=cast.trainer.user, course=course, reason="Isinya usang.")
    assert course.current_version is not None
    for url in (draft, address(course.current_version, "media/a.svg")):
        assert client_for(cast.admin).get(url).status_code == 200


def test_archived_courses_stay_open_to_their_learners(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(agency=cast.agency)
    assert course.current_version is not None
    url = address(course.current_version, "media/a.svg")
    enrolled(cast.siti, course)
    actions.archive_course(by=cast.trainer.user, course=course, reason="Isinya usang.")
    assert client_for(cast.siti).get(url).status_code == 200
    assert client_for(cast.dewi).get(url).status_code == 404


def test_ranges_of_an_empty_file() -> None:
    with pytest.raises(RangeNotSatisfiableError):
        read_range("bytes=0-", 0)
    with pytest.raises(RangeNotSatisfiableError):
        read_range("bytes=-5", 0)
    assert read_range("", 0) is None
