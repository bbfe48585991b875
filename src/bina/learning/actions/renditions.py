"""Light versions of videos: asked for, made one after the other by a process of its own, kept beside the videos they are made of.

Making them takes as long as a film; the worker that sends notices and certificates must not wait for it. So a job only starts the
process, and a lock on a file, which the system lets go of when a process dies, sees to it that there is one.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.learning import queries
from bina.learning.actions.ffmpeg import convert, missing, probe
from bina.learning.actions.sources import FolderSource
from bina.learning.actions.stored import digest_of, forget_unused, store_file
from bina.learning.models import CourseVersion, LightVideo, PlayChoice, StoredFile
from bina.learning.rules import (
    MOST_TRIES,
    LightState,
    Playing,
    Probe,
    audio_options,
    can_move_light,
    low_options,
    may_manage_course,
    poster_options,
    stream_options,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User

POSTER = "sampul.jpg"
LOW = "360p.mp4"
AUDIO = "suara.m4a"
STREAM = "aliran.m4s"
LIST = "aliran.m3u8"


def request_light_videos(*, by: "User | None", version: CourseVersion, again: bool = False) -> int:
    """Ask for light versions of the videos of a version; returns how many now wait. Doing it twice changes nothing.

    ``again``: also those that could not be made. ``by`` None: the house itself, when a course is published. Raises Denied without
    the right to the course.
    """
    if by is not None:
        may_manage_course(standing_of(by), version.course.agency_id).require()
    waiting = 0
    for file in queries.videos_of(version):
        waiting += _ask(file.stored, file.name.removeprefix("media/"), again=again)
    return waiting


def request_missing_light_videos() -> int:
    """Ask for those of every published course, e.g. after ffmpeg was installed; returns how many now wait."""
    return sum(
        _ask(file.stored, file.name.removeprefix("media/"), again=False) for file in queries.videos_without_light()
    )


def _ask(stored: StoredFile, name: str, *, again: bool) -> int:
    with transaction.atomic():
        light, is_new = LightVideo.objects.get_or_create(source=stored, defaults={"name": name})
        if is_new:
            return 1
        held = LightVideo.objects.select_for_update(of=("self",)).get(pk=light.pk)
        if not again or held.state != LightState.FAILED:
            return 0
        can_move_light(held.state, LightState.WAITING).require()
        held.state, held.sentence, held.tries = LightState.WAITING.value, "", 0
        held.save(update_fields=["state", "sentence", "tries"])
        return 1


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only process of the installation that makes light versions; the lock dies with the process."""
    folder: Path = settings.DATA_DIR
    descriptor = os.open(folder / "renditions.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def start_making_light_videos() -> bool:
    """Start the process that makes what waits; False when nothing waits, or it runs already, or this machine cannot."""
    if not queries.lights_waiting().exists() or missing():
        return False
    with _alone() as is_alone:
        if not is_alone:
            return False
    environment = {**os.environ, "BINA_DATA_DIR": str(settings.DATA_DIR)}
    subprocess.Popen(
        [sys.executable, "-m", "bina.config.command", "renditions"], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    return True


def make_light_videos(report: Callable[[LightVideo], None] | None = None) -> int | None:
    """Make everything that waits, one video after the other; returns how many are ready, None when another process is at it."""
    with _alone() as is_alone:
        if not is_alone:
            return None
        ready = 0
        # Asked anew each time: what was requested meanwhile is made too.
        while (light := queries.lights_waiting().first()) is not None:
            ready += _make(light)
            if report is not None:
                light.refresh_from_db()
                report(light)
        return ready


def _make(light: LightVideo) -> bool:
    """Make the light versions of one video, and write how it ended. What a process left behind is begun anew, a few times."""
    if light.tries >= MOST_TRIES:
        _end(light, _("Pengolahan video ini berulang kali terputus."))
        return False
    progress = light.progress or Progress.objects.create(
        kind="light_video", title=_("Membuat versi hemat “%(name)s”") % {"name": light.name[:120]}
    )
    light.progress, light.state = progress, LightState.RUNNING.value
    light.tries += 1
    light.save(update_fields=["progress", "state", "tries"])
    try:
        with (
            ProgressReporter(progress, interval_seconds=2) as reporter,
            tempfile.TemporaryDirectory(prefix="video-", dir=settings.DATA_DIR) as folder,
        ):
            _convert(light, Path(folder), reporter)
    except Refused as refusal:
        _end(light, str(refusal))
        return False
    light.state, light.sentence = LightState.READY.value, ""
    light.save()
    return True


def _end(light: LightVideo, sentence: str) -> None:
    light.state, light.sentence = LightState.FAILED.value, sentence
    light.save(update_fields=["state", "sentence"])


def _convert(light: LightVideo, folder: Path, reporter: ProgressReporter) -> None:
    source = Path(light.source.content.path)
    known = probe(source, light.name)
    reporter.advance(0, total=100)

    def advance(done: float) -> None:
        reporter.advance(min(95, round(95 * done / known.seconds)))

    convert(source, light.name, low_options(known), folder / LOW, known=known, advance=advance)
    low = FolderSource(folder)
    if known.has_audio:
        convert(source, light.name, audio_options(), folder / AUDIO, known=known, advance=lambda _done: None)
    _convert_kindly(source, light.name, poster_options(known), folder / POSTER, known)
    convert(folder / LOW, LOW, stream_options(), folder / LIST, known=known, advance=lambda _done: None)
    light.playlist = (folder / LIST).read_text(encoding="utf-8").replace(STREAM, "aliran.mp4")
    light.seconds = known.seconds
    kept = {name: store_file(low, name, digest_of(low, name)) for name in low.names()}
    light.low, light.stream = kept[LOW], kept[STREAM]
    light.audio, light.poster = kept.get(AUDIO), kept.get(POSTER)
    reporter.advance(100, message=_("Selesai"))


def _convert_kindly(source: Path, name: str, options: list[str], target: Path, known: Probe) -> None:
    """A picture is nice to have: without one the video is still played."""
    try:
        convert(source, name, options, target, known=known, advance=lambda _done: None)
    except Refused:
        target.unlink(missing_ok=True)


def choose_playing(*, by: "User", playing: str) -> None:
    """Remember what a person wants to be played. Raises Refused for what is no choice."""
    if playing not in {one.value for one in Playing}:
        raise Refused(_("Pilihan pemutaran ini tidak dikenal."))
    PlayChoice.objects.update_or_create(user=by, defaults={"playing": playing})


def forget_light_video(light: LightVideo) -> None:
    """Throw the light versions of a video away, e.g. to have them made anew."""
    made = [pk for pk in (light.low_id, light.stream_id, light.audio_id, light.poster_id) if pk]
    light.delete()
    forget_unused(made)
