"""Light versions of videos: made within bounds, kept once, loaded by whoever may load the video; what people choose and have seen."""

import os
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bina.config.commands import doctor, videos
from bina.config.commands.terminal import CommandFailedError
from bina.foundation.errors import Denied, Refused
from bina.learning import actions, queries
from bina.learning.actions import ffmpeg, renditions
from bina.learning.actions.stored import forget_unused
from bina.learning.models import Course, CourseFile, CourseVersion, LightVideo, PlayChoice, StoredFile
from bina.learning.rules import SMALLEST_IN_PIECES, LightState, played_parts, read_probe
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, import_mini, outline, publish_mini, tiny_mp4
from tests.learning.page_forms import form_on
from tests.learning.walking import enrolled, open_part, part

pytestmark = pytest.mark.django_db
NEEDS_FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")


def film(
    folder: Path, name: str = "v.mp4", *options: str, seconds: int = 9, size: str = "640x480", sound: bool = True
) -> bytes:
    """A real little film: a test picture and a tone."""
    place = folder / name
    codecs = (
        ["-c:v", "libvpx-vp9", "-cpu-used", "8"]
        if name.endswith(".webm")
        else ["-c:v", "libx264", "-preset", "ultrafast"]
    )
    audio = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={seconds}"] if sound else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10:duration={seconds}", *audio, *codecs,
         *options, "-shortest", str(place)],
        check=True, capture_output=True,
    )  # fmt: skip
    return place.read_bytes()


def published(content: bytes, name: str = "v.mp4") -> CourseVersion:
    course = outline()
    course["sections"][1]["activities"][1]["file"] = f"media/{name}"
    changes = files(course, {f"media/{name}": content})
    if name != "v.mp4":
        changes.pop("media/v.mp4")
    version = publish_mini(changes).current_version
    assert version is not None
    return version


def the_light() -> LightVideo:
    return LightVideo.objects.select_related("source", "low", "stream", "audio", "poster").get()


def address(version: CourseVersion, part_name: str, name: str = "v.mp4") -> str:
    row = CourseFile.objects.select_related("stored").get(version=version, name=f"media/{name}")
    return f"/learning/media/{row.stored.digest}/{name}/{part_name}"


@pytest.fixture
def fake_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands for ffmpeg and ffprobe: shell scripts that a test writes."""

    def make(ffprobe: str, ffmpeg_script: str = "exit 1") -> None:
        for name, script in (("ffprobe", ffprobe), ("ffmpeg", ffmpeg_script)):
            place = tmp_path / name
            place.write_text(f"#!/bin/sh\n{script}\n")
            place.chmod(place.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(ffmpeg, "tools", lambda: (str(tmp_path / "ffmpeg"), str(tmp_path / "ffprobe")))

    return make


SOUND_PROBE = """echo '{"streams":[{"codec_type":"video","width":640,"height":480}],"format":{"duration":"60"}}'"""


# Asked for


def test_publishing_asks_once_for_each_content(cast: Cast) -> None:
    publish_mini()
    light = the_light()
    assert (light.state, light.name) == (LightState.WAITING, "v.mp4")
    course = outline()
    course.update(slug="kursus-lain", title="Kursus lain")
    publish_mini(files(course))
    assert LightVideo.objects.count() == 1
    assert Course.objects.count() == 2
    assert actions.request_missing_light_videos() == 0


def test_a_video_of_the_browser_editor_is_asked_for_when_its_course_is_published(
    cast: Cast, client_for: ClientFor
) -> None:
    course = import_mini(by=cast.trainer.user, agency=cast.agency).course
    author = client_for(cast.trainer)
    base = "/learning/managed/kursus-mini/edit/"
    author.post(f"{base}begin/")
    form = form_on(author.get(f"{base}parts/video/").content.decode(), "seen")
    upload = SimpleUploadedFile("Rekaman Apel.mp4", tiny_mp4(size=5_000))
    author.post(f"{base}parts/video/", {**form, "do": "save", "file-upload": upload})
    made = actions.make_draft(by=cast.trainer.user, course=course)
    assert not LightVideo.objects.exists(), "drafts are not worth the machine's time"
    assert made.version is not None
    actions.publish_version(by=cast.trainer.user, version=made.version)
    # The film that it replaced is still a file of the folder.
    assert [light.name for light in queries.lights_waiting()] == ["rekaman-apel.mp4", "v.mp4"]


def test_an_author_asks_for_a_draft(cast: Cast, client_for: ClientFor) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    assert not LightVideo.objects.exists()
    author = client_for(cast.trainer)
    page = author.get("/learning/managed/kursus-mini/").content.decode()
    assert "media/v.mp4" in page
    assert "Belum dibuat" in page
    for words in ("1 video menunggu giliran", "sudah ada, atau sedang dibuat"):
        answer = author.post(f"/learning/managed/versions/{version.public_id}/videos/", follow=True)
        assert words in answer.content.decode()
    assert client_for(cast.siti).post(f"/learning/managed/versions/{version.public_id}/videos/").status_code == 404
    with pytest.raises(Denied):
        actions.request_light_videos(by=cast.siti.user, version=version)


# Made


@NEEDS_FFMPEG
@pytest.mark.parametrize("name", ["v.mp4", "v.webm"])
def test_a_video_gets_light_versions(cast: Cast, tmp_path: Path, client_for: ClientFor, name: str) -> None:
    version = published(film(tmp_path, name), name)
    assert actions.make_light_videos() == 1
    light = the_light()
    assert (light.state, light.sentence) == (LightState.READY, "")
    assert abs(light.seconds - 9) < 0.5
    assert light.progress is not None
    assert light.progress.state == "done"
    client = client_for(cast.siti)
    low = b"".join(client.get(address(version, "360p.mp4", name)).streaming_content)  # type: ignore[attr-defined]
    (tmp_path / "low.mp4").write_bytes(low)
    made = ffmpeg.probe(tmp_path / "low.mp4", "low.mp4")
    assert (made.height, made.has_audio) == (360, True)
    assert abs(made.seconds - 9) < 0.5
    assert client.get(address(version, "suara.m4a", name))["Content-Type"] == "audio/mp4"
    assert client.get(address(version, "sampul.jpg", name))["Content-Type"] == "image/jpeg"
    playlist = client.get(address(version, "aliran.m3u8", name))
    assert playlist["Content-Type"] == "application/vnd.apple.mpegurl"
    words = playlist.content.decode()
    assert words.startswith("#EXTM3U")
    assert words.rstrip().endswith("#EXT-X-ENDLIST")
    assert 'URI="aliran.mp4"' in words
    lengths = [float(line[8:].rstrip(",")) for line in words.splitlines() if line.startswith("#EXTINF:")]
    assert max(lengths) <= 6
    assert abs(sum(lengths) - 9) < 0.6
    # Every piece that the playlist names can be loaded.
    for line in words.splitlines():
        if line.startswith("#EXT-X-BYTERANGE:"):
            length, _at, first = line.removeprefix("#EXT-X-BYTERANGE:").partition("@")
            last = int(first) + int(length) - 1
            answer = client.get(address(version, "aliran.mp4", name), headers={"Range": f"bytes={first}-{last}"})
            assert answer.status_code == 206
            assert len(b"".join(answer.streaming_content)) == int(length)  # type: ignore[attr-defined]
    assert actions.make_light_videos() == 0
    assert not list(settings.DATA_DIR.glob("video-*"))


@NEEDS_FFMPEG
def test_a_silent_small_video(cast: Cast, tmp_path: Path) -> None:
    published(film(tmp_path, sound=False, size="322x242", seconds=3))
    assert actions.make_light_videos() == 1
    light = the_light()
    assert light.audio is None
    assert light.low is not None
    made = ffmpeg.probe(Path(light.low.content.path), "a.mp4")
    assert made.height == 242, "nothing is blown up"


@NEEDS_FFMPEG
def test_light_versions_are_no_part_of_the_folder(cast: Cast, tmp_path: Path) -> None:
    version = published(film(tmp_path, seconds=2))
    before = actions.export_course(version)
    actions.make_light_videos()
    assert actions.export_course(version) == before


@NEEDS_FFMPEG
def test_what_goes_takes_its_light_versions_along(
    cast: Cast, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    version = import_mini(
        files(changes={"media/v.mp4": film(tmp_path, seconds=2)}), by=cast.trainer.user, agency=cast.agency
    )
    actions.request_light_videos(by=cast.trainer.user, version=version)
    actions.make_light_videos()
    made = [row for row in (the_light().low, the_light().stream, the_light().audio, the_light().poster) if row]
    places = [Path(row.content.path) for row in made]
    assert len(places) == 4
    forget_unused([row.pk for row in made])
    assert all(place.exists() for place in places), "they are used by the video"
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(by=cast.trainer.user, version=version)
    assert not LightVideo.objects.exists()
    assert not StoredFile.objects.filter(pk__in=[row.pk for row in made]).exists()
    assert not any(place.exists() for place in places)


# Bad videos, bad programs


def test_what_is_no_video_is_played_as_it_is(cast: Cast, client_for: ClientFor) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("no ffmpeg on this machine")
    publish_mini()  # bytes that only begin like an MP4
    assert actions.make_light_videos() == 0
    light = the_light()
    assert light.state == LightState.FAILED
    assert light.sentence.endswith(".")
    assert light.sentence in client_for(cast.admin).get("/learning/managed/kursus-mini/").content.decode()
    course = Course.objects.get()
    assert course.current_version is not None
    actions.request_light_videos(by=cast.admin, version=course.current_version)
    assert the_light().state == LightState.FAILED
    assert actions.request_light_videos(by=cast.admin, version=course.current_version, again=True) == 1
    assert the_light().state == LightState.WAITING


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"streams": [{"codec_type": "audio"}], "format": {"duration": "9"}}, "gambar bergerak"),
        ({"streams": [{"codec_type": "video", "width": 65_000, "height": 65_000}], "format": {"duration": "9"}}, "di luar batas"),
        ({"streams": [{"codec_type": "video", "width": 0, "height": 0}], "format": {"duration": "9"}}, "di luar batas"),
        ({"streams": [{"codec_type": "video", "width": 640, "height": 480}], "format": {"duration": "99999999"}}, "6 jam"),
        ({"streams": [{"codec_type": "video", "width": 640, "height": 480}], "format": {}}, "tidak diketahui"),
        ({"streams": [{"codec_type": "video", "width": 640, "height": 480}], "format": {"duration": "nan"}}, "tidak diketahui"),
        ({"streams": [{"codec_type": "video", "width": 640, "height": 480}], "format": {"duration": "N/A"}}, "tidak diketahui"),
        ({}, "gambar bergerak"),
    ],
)  # fmt: skip
def test_videos_out_of_bounds(found: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_probe(found)


@NEEDS_FFMPEG
def test_a_playlist_in_disguise_opens_nothing(cast: Cast, tmp_path: Path) -> None:
    secret = film(tmp_path, seconds=2)
    assert secret
    for name, content in (
        ("daftar.mp4", f"#EXTM3U\n#EXTINF:2,\nfile://{tmp_path}/v.mp4\n#EXT-X-ENDLIST\n"),
        ("sambung.webm", f"ffconcat version 1.0\nfile {tmp_path}/v.mp4\n"),
        ("jauh.mp4", "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/v.ts\n#EXT-X-ENDLIST\n"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(Refused):
            ffmpeg.probe(tmp_path / name, name)


def test_a_program_that_fails_leaves_the_original(cast: Cast, fake_tools: Any) -> None:
    publish_mini()
    fake_tools(SOUND_PROBE, "echo kaput >&2; exit 3")
    assert actions.make_light_videos() == 0
    assert "tidak dapat mengolah" in the_light().sentence
    assert not list(settings.DATA_DIR.glob("video-*"))


def test_a_program_that_never_ends_is_ended(
    cast: Cast, fake_tools: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish_mini()
    monkeypatch.setattr(ffmpeg, "SHORTEST_WAIT", 1)
    monkeypatch.setattr(ffmpeg, "SLOWEST", 0)
    fake_tools(SOUND_PROBE, f"echo $$ > {tmp_path}/pid; sleep 600 & wait")
    assert actions.make_light_videos() == 0
    assert "terlalu lama" in the_light().sentence
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_nonsense_from_the_program_is_a_sentence(cast: Cast, fake_tools: Any) -> None:
    for answer in ("not json", "[]", '{"streams": 7}', '{"streams":[{"codec_type":"video","width":"x"}]}'):
        fake_tools(f"echo '{answer}'")
        with pytest.raises(Refused):
            ffmpeg.probe(Path("/nirwana.mp4"), "nirwana.mp4")


def test_a_killed_process_is_taken_up_again_but_not_for_ever(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_mini()

    def killed(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(renditions, "_convert", killed)
    for tries in range(1, 4):
        with pytest.raises(MemoryError):
            actions.make_light_videos()
        assert (the_light().state, the_light().tries) == (LightState.RUNNING, tries)
    assert actions.make_light_videos() == 0
    assert "berulang kali terputus" in the_light().sentence


def test_only_one_process_makes_them(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_mini()
    monkeypatch.setattr(renditions, "missing", lambda: "")
    monkeypatch.setattr("bina.learning.actions.missing_for_light_videos", lambda: "")
    started: list[object] = []
    monkeypatch.setattr(renditions, "subprocess", SimpleNamespace(Popen=lambda *a, **_: started.append(a), DEVNULL=-3))
    with renditions._alone() as is_alone:
        assert is_alone
        assert actions.make_light_videos() is None
        assert actions.start_making_light_videos() is False
        assert videos.make() == 0
    assert "proses lain" in capsys.readouterr().out
    assert the_light().state == LightState.WAITING
    assert actions.start_making_light_videos() is True
    assert len(started) == 1


def test_without_ffmpeg_it_says_so_and_plays_the_original(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bina.learning.actions.ffmpeg.shutil.which", lambda _name: None)
    course = publish_mini()
    assert actions.start_making_light_videos() is False
    found = list(doctor.check_videos())
    assert [finding.level for finding in found] == [doctor.Level.WARN]
    assert "tidak terpasang" in found[0].sentence
    with pytest.raises(CommandFailedError, match="tidak terpasang"):
        videos.make()
    assert videos.tell() == 0
    assert "tidak terpasang" in capsys.readouterr().out
    assert "ffmpeg tidak terpasang" in client_for(cast.admin).get("/learning/managed/kursus-mini/").content.decode()
    enrolment = enrolled(cast.siti, course)
    page = client_for(cast.siti).get(f"/learning/{enrolment.public_id}/video/").content.decode()
    assert "Hemat data" not in page
    assert "v.mp4" in page


# Loaded and played


@pytest.fixture
def light(cast: Cast) -> LightVideo:
    """A video whose light versions are there; their bytes are stand-ins."""
    publish_mini()
    made = the_light()
    rows = {}
    for number, name in enumerate(("low", "stream", "audio", "poster")):
        content = tiny_mp4(size=SMALLEST_IN_PIECES if name == "low" else 1_000 + number)
        place = Path(settings.MEDIA_ROOT) / "courses" / f"made-{name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        rows[name] = StoredFile.objects.create(
            digest=f"{number}" * 64, content=f"courses/made-{name}", size=len(content)
        )
    made.low, made.stream, made.audio, made.poster = rows["low"], rows["stream"], rows["audio"], rows["poster"]
    made.state, made.playlist, made.seconds = LightState.READY.value, "#EXTM3U\n#EXT-X-ENDLIST\n", 60.0
    made.save()
    return made


def test_who_may_load_the_video_may_load_its_light_versions(
    cast: Cast, client_for: ClientFor, light: LightVideo
) -> None:
    version = Course.objects.get().current_version
    assert version is not None
    parts = ("360p.mp4", "aliran.mp4", "suara.m4a", "sampul.jpg", "aliran.m3u8")
    for name in parts:
        answer = client_for(cast.siti).get(address(version, name))
        assert answer.status_code == 200, name
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert client_for(None).get(address(version, name)).status_code == 302
    for name in ("v.mp4", "course.yaml", "..", "aliran.m4s", "low"):
        assert client_for(cast.siti).get(address(version, name)).status_code == 404
    Course.objects.update(state="archived")
    for name in parts:
        assert client_for(cast.siti).get(address(version, name)).status_code == 404


def test_a_choice_is_remembered_with_its_size(cast: Cast, client_for: ClientFor, light: LightVideo) -> None:
    enrolment = enrolled(cast.siti, Course.objects.get())
    url = f"/learning/{enrolment.public_id}/video/"
    client = client_for(cast.siti)
    page = client.get(url).content.decode()
    assert "Mutu asli <span" in page
    assert "Hemat data (360p) <span" in page
    assert "· 2,1 MB" in page
    assert 'src="/learning/media/' in page
    assert "360p.mp4" not in page
    answer = client.post("/learning/playing/", {"playing": "low", "back": url})
    assert answer["Location"] == f"{url}#putar"
    page = client.get(url).content.decode()
    assert "360p.mp4" in page
    assert "aliran.m3u8" in page
    assert client_for(cast.siti).get(url).content.decode().count('aria-pressed="true"') == 1
    client.post("/learning/playing/", {"playing": "audio", "back": url})
    page = client.get(url).content.decode()
    assert "suara.m4a" in page
    assert "data-stream" not in page
    assert client.post("/learning/playing/", {"playing": "8k", "back": url}).status_code == 409
    for hostile in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", ""):
        assert (
            client.post("/learning/playing/", {"playing": "low", "back": hostile})["Location"]
            == "/learning/mine/#putar"
        )
    assert PlayChoice.objects.count() == 1
    assert client.get("/learning/playing/").status_code == 405


def test_a_small_light_version_is_one_file(cast: Cast, client_for: ClientFor, light: LightVideo) -> None:
    assert light.low is not None
    StoredFile.objects.filter(pk=light.low.pk).update(size=SMALLEST_IN_PIECES - 1)
    enrolment = enrolled(cast.siti, Course.objects.get())
    actions.choose_playing(by=cast.siti.user, playing="low")
    page = client_for(cast.siti).get(f"/learning/{enrolment.public_id}/video/").content.decode()
    assert "360p.mp4" in page
    assert "data-stream" not in page


def test_a_browser_that_saves_data_gets_the_light_version(cast: Cast, client_for: ClientFor, light: LightVideo) -> None:
    enrolment = enrolled(cast.siti, Course.objects.get())
    url = f"/learning/{enrolment.public_id}/video/"
    assert "360p.mp4" in client_for(cast.siti).get(url, headers={"Save-Data": "on"}).content.decode()
    actions.choose_playing(by=cast.siti.user, playing="original")
    assert "360p.mp4" not in client_for(cast.siti).get(url, headers={"Save-Data": "on"}).content.decode()


def test_a_preview_offers_the_same_choice(cast: Cast, client_for: ClientFor, light: LightVideo) -> None:
    version = Course.objects.get().current_version
    assert version is not None
    page = client_for(cast.admin).get(f"/learning/managed/versions/{version.public_id}/preview/video/").content.decode()
    assert "Hemat data (360p)" in page
    assert "data-report-url" not in page


def test_the_page_of_a_video_asks_few_questions(
    cast: Cast, client_for: ClientFor, light: LightVideo, django_assert_max_num_queries: Any
) -> None:
    enrolment = enrolled(cast.siti, Course.objects.get())
    url = f"/learning/{enrolment.public_id}/video/"
    client: Client = client_for(cast.siti)
    client.get(url)
    with django_assert_max_num_queries(14):
        client.get(url)


# Seen and unseen


def test_what_was_not_played_is_named(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrolled(cast.siti, publish_mini())
    open_part(cast.siti.user, enrolment, "video")
    url = f"/learning/{enrolment.public_id}/video/"
    assert "Belum diputar" not in client_for(cast.siti).get(url).content.decode()
    # A minute's film; the second stretch was heard in the words-alone version, whose length differs a little.
    for report in ({"intervals": [[0, 10]], "length": 60}, {"intervals": [[30, 45]], "length": 60.4}):
        actions.record_activity_progress(
            by=cast.siti.user, enrolment=enrolment, activity=part(enrolment, "video"), report=report
        )
    page = client_for(cast.siti).get(url).content.decode()
    assert "Belum diputar:" in page
    assert "00:10–00:30" in page
    assert "00:45–01:00" in page
    actions.record_activity_progress(
        by=cast.siti.user, enrolment=enrolment, activity=part(enrolment, "video"), report={"intervals": [[9, 60]]}
    )
    assert "Semua bagian sudah diputar" in client_for(cast.siti).get(url).content.decode()


def test_small_gaps_are_not_worth_a_word() -> None:
    found = played_parts({"seconds": 60.0}, {"intervals": [[0.5, 20.0], [21.5, 58.4]]})
    assert found.unseen == ()
    assert played_parts({"seconds": 0}, {"intervals": [[0, 5]]}).seen == ()
    assert played_parts({"seconds": 60.0}, {}).seen == ()
    beyond = played_parts({"seconds": 10.0}, {"intervals": [[0, 4], [8, 99]]})
    assert [(gap.start, gap.end) for gap in beyond.unseen] == [(4, 8)]


def test_counts_for_operators(cast: Cast) -> None:
    publish_mini()
    assert queries.light_counts() == {"waiting": 1, "running": 0, "ready": 0, "failed": 0}
