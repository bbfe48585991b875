"""Running ffmpeg on videos of strangers: without network, with bounds on time, memory, size and threads, and never longer than us."""

import contextlib
import ctypes
import json
import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE
from bina.learning.rules import Probe, input_options, read_probe

PROBE_SECONDS = 30
SHORTEST_WAIT = 300
SLOWEST = 8  # a machine that needs longer than eight times the length of a video is left in peace
MOST_MEMORY = 3_072 * MEGABYTE
MOST_BYTES = 4_096 * MEGABYTE
LONGEST_ANSWER = 200_000
_PR_SET_PDEATHSIG = 1


def tools() -> tuple[str, str] | None:
    """The programs of this machine, ffmpeg and ffprobe; None when one is missing."""
    found = shutil.which("ffmpeg"), shutil.which("ffprobe")
    return (found[0], found[1]) if found[0] and found[1] else None


def missing() -> str:
    """What keeps light versions from being made on this machine, in a sentence; empty when nothing does."""
    found = tools()
    if found is None:
        return _("ffmpeg tidak terpasang di server; video diputar dengan mutu aslinya.")
    listed = subprocess.run(
        [found[0], "-hide_banner", "-encoders"], capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
    )
    known = {line.split()[1] for line in listed.stdout.splitlines() if len(line.split()) > 1}
    if not {"libx264", "aac"} <= known:
        return _("ffmpeg di server ini tidak dapat menulis H.264 dan AAC; video diputar dengan mutu aslinya.")
    return ""


def probe(path: Path, name: str) -> Probe:
    """What a video says about itself; raises Refused with a sentence for what cannot be read or is out of bounds."""
    found = tools()
    if found is None:
        raise Refused(missing())
    command = [
        found[1], "-v", "error", *input_options(name), "-of", "json", "-show_entries",
        "format=duration:stream=codec_type,width,height,duration", "-i", f"file:{path}",
    ]  # fmt: skip
    try:
        told = subprocess.run(
            command, capture_output=True, timeout=PROBE_SECONDS, check=False, preexec_fn=_bounded, env=_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(_("Video ini tidak dapat dibaca dalam waktu yang wajar.")) from error
    try:
        return read_probe(json.loads(told.stdout[:LONGEST_ANSWER] or b"{}"))
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused(_("Video ini tidak dapat dibaca.")) from error


def convert(
    source: Path, name: str, options: list[str], target: Path, *, known: Probe, advance: Callable[[float], None]
) -> None:
    """Make one file of a video; ``advance`` hears the seconds done. Raises Refused when it fails, takes too long or grows too large.

    The result is never longer than the video claims to be, so a stream without an end comes to one.
    """
    found = tools()
    if found is None:
        raise Refused(missing())
    command = [
        found[0], "-hide_banner", "-nostdin", "-v", "error", "-nostats", "-progress", "pipe:1", "-y", "-threads", "1",
        *input_options(name), "-i", f"file:{source}", "-t", f"{known.seconds + 2:.1f}", "-threads", "1", *options, f"file:{target}",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=target.parent, preexec_fn=_bounded,
        start_new_session=True, env=_environment(),
    )  # fmt: skip
    try:
        _follow(process, time.monotonic() + max(SHORTEST_WAIT, SLOWEST * known.seconds), advance)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if process.returncode != 0 or not target.is_file() or not target.stat().st_size:
        raise Refused(_("ffmpeg tidak dapat mengolah video ini."))


def _follow(process: "subprocess.Popen[bytes]", deadline: float, advance: Callable[[float], None]) -> None:
    """Hear how far it is until it has ended; raises Refused at the deadline."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        rest = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Refused(_("Video ini terlalu lama diolah; mutu aslinya yang diputar."))
            if not waiting.select(min(left, 5.0)):
                continue
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                process.wait(timeout=max(1.0, left))
                return
            *lines, rest = (rest + piece)[-65_536:].split(b"\n")
            for line in lines:
                key, _sign, value = line.partition(b"=")
                if key == b"out_time_us" and value.strip().isdigit():
                    advance(int(value) / 1_000_000)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}


def _bounded() -> None:
    """In the new process: little memory, no endless file, least urgent, and dead when we are."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(15)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
