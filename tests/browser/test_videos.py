"""Videos in a real browser: the choice that saves data, pieces of HLS, words that follow, what was seen on another device, and what a
lost line leaves to be told."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, VisitorFor
from tests.learning.folders import files, outline, zipped

AUTHOR, LEARNER = "mardiana@contoh.go.id.test", "siti@contoh.go.id.test"
VTT = (
    b"WEBVTT\n\n00:00.000 --> 00:03.000\nSelamat pagi.\n\n00:03.000 --> 00:06.000\nLapor lebih awal.\n\n"
    b"00:06.000 --> 00:11.000\nTerima kasih.\n"
)
pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg on this machine")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three quarters of a minute, so restless that its light version is worth pieces: VP9 and Opus in WebM, which every Chromium plays."""
    place: Path = tmp_path_factory.mktemp("film") / "v.webm"
    picture = "testsrc2=size=640x360:rate=10:duration=45,noise=alls=40:allf=t"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "sine=frequency=330:duration=45",
         "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k", "-c:a", "libopus", str(place)],
        check=True, capture_output=True,
    )  # fmt: skip
    return place.read_bytes()


def publish(visitor: VisitorFor, film: bytes) -> Visitor:
    """A course with one video, its light versions made."""
    course = outline()
    course.update(slug="film-contoh", title="Film contoh")
    entry = {
        "key": "video", "kind": "video", "title": "Lapor lebih awal", "minutes": 45, "file": "media/v.webm",
        "captions": "media/v.vtt", "transcript": "transkrip.md",
    }  # fmt: skip
    course["sections"] = [{"title": "Menonton", "activities": [entry]}]
    kept = files(course, {"media/v.webm": film, "media/v.vtt": VTT})
    folder = {name: kept[name] for name in ("course.yaml", "transkrip.md", "media/v.webm", "media/v.vtt")}
    author = visitor(AUTHOR, desktop=True)
    page = author.page
    author.open("/learning/managed/import/")
    page.set_input_files(
        "input[type=file]", {"name": "film.zip", "mimeType": "application/zip", "buffer": zipped(folder)}
    )
    expect(page.locator("[data-said]")).to_contain_text("Unggahan selesai")
    page.click("button[value=keep]")
    page.get_by_role("link", name="Lihat drafnya").click()
    page.click("form[action*='/publish/'] button")
    subprocess.run(
        [sys.executable, "-m", "bina.config.command", "renditions"],
        env=author.server.environment,
        check=True,
        capture_output=True,
    )
    # The worker may have been faster: then its process makes them, and the command had nothing to do.
    for _step in range(60):
        author.open("/learning/managed/film-contoh/")
        if page.get_by_text("Siap", exact=True).count():
            break
        page.wait_for_timeout(1_000)
    expect(page.get_by_text("Siap", exact=True)).to_be_visible()
    author.look()
    return author


def watch(person: Visitor) -> Page:
    """In front of the video."""
    page = person.page
    person.open("/learning/courses/film-contoh/")
    form = page.locator("form[action='/learning/courses/film-contoh/enrol/'] button")
    if form.count():
        form.first.click()
    else:
        page.locator("main a[href^='/learning/']").filter(has_text=re.compile("anjut|ulai")).first.click()
    page.wait_for_selector("video")
    return page


def play_until(page: Page, second: float) -> None:
    """Play and stop behind a second; the content policy lets no waiting function be made on the page, so it is asked again."""
    page.evaluate(
        "() => { const film = document.querySelector('video'); film.muted = true; film.play().catch(() => {}); }"
    )
    for _step in range(150):
        if page.evaluate("() => document.querySelector('video').currentTime") > second:
            break
        page.wait_for_timeout(200)
    else:
        pytest.fail("the film does not play")
    page.evaluate("() => document.querySelector('video').pause()")


def waiting_on_the_device(page: Page) -> int:
    """How many reports wait on the device to be told."""
    script = "() => Object.keys(localStorage).filter((name) => name.startsWith('bina-playing:')).length"
    return int(page.evaluate(script))


def lose_the_line_and_find_it_again(phone: Visitor) -> None:
    """What was loaded plays on without a line, and what was played is told when the line is back."""
    page = phone.page
    heard = len(phone.errors)
    page.context.set_offline(True)
    play_until(page, 9)
    page.wait_for_timeout(500)
    assert waiting_on_the_device(page) == 1
    page.context.set_offline(False)
    for _step in range(100):
        if not waiting_on_the_device(page):
            break
        page.wait_for_timeout(200)
    else:
        pytest.fail("what was played without a line is not told")
    # The browser itself complains about a lost line.
    assert all("ERR_INTERNET_DISCONNECTED" in words for words in phone.errors[heard:]), phone.errors
    del phone.errors[heard:]


def expect_told(person: Visitor, verbs: list[str], since: str) -> None:
    """The verbs of the videos' statements in the record store since a moment (ISO, UTC), in the order of their time."""
    script = (
        "import json; from bina.records.models import Statement; "
        "rows = [json.loads(bytes(row.body)) for row in Statement.objects.all()]; "
        "rows = [row for row in rows if 'xapi/video' in json.dumps(row.get('context', {}))]; "
        f"rows = [row for row in rows if row['timestamp'][:19] >= '{since[:19]}']; "
        "rows.sort(key=lambda row: row['timestamp']); "
        "print(json.dumps([row['verb']['id'].rpartition('/')[2] for row in rows]))"
    )
    told: list[str] = []
    for _step in range(20):
        told = json.loads(person.server.manage("shell", "-c", script).strip().splitlines()[-1])
        if told == verbs:
            return
        person.page.wait_for_timeout(500)
    assert told == verbs


def test_the_choice_that_saves_data_goes_along_to_another_device(visitor: VisitorFor, film: bytes) -> None:
    publish(visitor, film)
    began = dt.datetime.now(dt.UTC).isoformat()
    phone = visitor(LEARNER)
    page = watch(phone)
    expect(page.get_by_role("button", name="Mutu asli")).to_have_attribute("aria-pressed", "true")
    phone.look()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.get_by_role("button", name="Hemat data").click()
    expect(page.get_by_role("button", name="Hemat data")).to_have_attribute("aria-pressed", "true")
    assert not [url for url in loaded if "hls-player" in url or "aliran" in url], (
        "nothing is loaded before somebody plays"
    )
    play_until(page, 2)
    assert [url for url in loaded if "hls-player" in url]
    assert [url for url in loaded if url.endswith("aliran.m3u8")]
    assert [url for url in loaded if url.endswith("aliran.mp4")]
    phone.look()
    words = page.locator("[data-cues] button")
    expect(words).to_have_count(3)
    words.nth(2).click()
    expect(words.nth(2)).to_have_attribute("aria-current", "true")
    with page.expect_response(lambda answer: answer.url.endswith("/report/")):
        play_until(page, 7)
    lose_the_line_and_find_it_again(phone)
    phone.open("/learning/mine/")
    expect_told(
        phone,
        ["initialized", "played", "paused", "seeked", "played", "paused", "played", "paused", "terminated"],
        began,
    )
    office = visitor(LEARNER, desktop=True)
    page = watch(office)
    expect(page.get_by_role("button", name="Hemat data")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main")).to_contain_text("Belum diputar")
    expect(page.locator("[data-seek] button").first).to_be_visible()
    office.look()
    page.get_by_role("button", name="Suara saja").click()
    play_until(page, 0.5)
    office.look()


def test_without_script_the_light_version_is_one_file(visitor: VisitorFor) -> None:
    phone = visitor(LEARNER, script=False)
    page = watch(phone)
    page.get_by_role("button", name="Hemat data").click()
    expect(page.locator("video source")).to_have_attribute("src", re.compile(r"360p\.mp4$"))
    expect(page.locator("[data-follow]")).to_be_hidden()
