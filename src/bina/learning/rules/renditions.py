"""Light versions of videos: what is made of which video, within which limits, and what a person wants to be played."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE
from bina.foundation.verdict import ALLOWED, Verdict, refused

# A video beyond these is played as it is; making it smaller would take a district's server for days.
MOST_SECONDS = 6 * 3_600
MOST_PIXELS = 8_847_360  # 4096 × 2160
LOW_HEIGHT = 360
SEGMENT_SECONDS = 4
MOST_TRIES = 3
SMALLEST_IN_PIECES = 2 * MEGABYTE  # the program that plays pieces weighs about 120 kB


class LightState(StrEnum):
    """Where the light versions of a video stand."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


LIGHT_STATE_NAMES = {
    LightState.WAITING: _("Menunggu giliran"),
    LightState.RUNNING: _("Sedang dibuat"),
    LightState.READY: _("Siap"),
    LightState.FAILED: _("Tidak dapat dibuat"),
}
LIGHT_NEXT_STATES: dict[LightState, frozenset[LightState]] = {
    LightState.WAITING: frozenset({LightState.RUNNING}),
    LightState.RUNNING: frozenset({LightState.READY, LightState.FAILED, LightState.WAITING}),
    LightState.READY: frozenset(),
    LightState.FAILED: frozenset({LightState.WAITING}),
}


class Playing(StrEnum):
    """What a person wants to be played."""

    ORIGINAL = "original"
    LOW = "low"
    AUDIO = "audio"


PLAYING_NAMES = {
    Playing.ORIGINAL: _("Mutu asli"),
    Playing.LOW: _("Hemat data (360p)"),
    Playing.AUDIO: _("Suara saja"),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What a video says about itself."""

    seconds: float
    width: int
    height: int
    has_audio: bool


def can_move_light(state: str, target: LightState) -> Verdict:
    """Whether the light versions in ``state`` may take the state ``target``."""
    if target in LIGHT_NEXT_STATES[LightState(state)]:
        return ALLOWED
    return refused(_("Versi hemat video ini sudah ada, atau sedang dibuat."))


def read_probe(found: Mapping[str, Any]) -> Probe:
    """What ``ffprobe`` found, within our limits; raises Refused with a sentence for what is no such video."""
    streams = [row for row in found.get("streams", []) if isinstance(row, Mapping)]
    video = next((row for row in streams if row.get("codec_type") == "video"), None)
    if video is None:
        raise Refused(_t("Berkas ini tidak memuat gambar bergerak."))
    width, height = int(video.get("width") or 0), int(video.get("height") or 0)
    try:
        seconds = float(found.get("format", {}).get("duration") or video.get("duration") or 0)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise Refused(
            _t("Panjang video ini tidak diketahui, atau lebih dari %(n)s jam.") % {"n": MOST_SECONDS // 3_600}
        )
    if not 0 < width * height <= MOST_PIXELS:
        raise Refused(_t("Ukuran gambarnya (%(w)s × %(h)s) di luar batas.") % {"w": width, "h": height})
    return Probe(round(seconds, 1), width, height, any(row.get("codec_type") == "audio" for row in streams))


def input_options(name: str) -> list[str]:
    """How a stranger's video is opened: as the kind its ending says, from this disk, and nothing that it refers to."""
    demuxer = "matroska" if name.lower().endswith(".webm") else "mov"
    return ["-protocol_whitelist", "file", "-f", demuxer]


def low_options(probe: Probe) -> list[str]:
    """360 lines, H.264 and AAC: what every phone of the last ten years plays, about 500 kbit/s at most."""
    scale = f"scale=-2:{min(LOW_HEIGHT, probe.height - probe.height % 2 or 2)}"
    return [
        "-map", "0:v:0", *(["-map", "0:a:0"] if probe.has_audio else []), "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-vf", f"{scale},fps=fps='min(30,source_fps)',format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main",
        "-crf", "27", "-maxrate", "450k", "-bufsize", "900k", "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})",
        "-c:a", "aac", "-b:a", "64k", "-ac", "2", "-movflags", "+faststart", "-f", "mp4",
    ]  # fmt: skip


def audio_options() -> list[str]:
    """The words alone, about 48 kbit/s."""
    return [
        "-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-c:a", "aac", "-b:a", "48k", "-ac", "1",
        "-movflags", "+faststart", "-f", "ipod",
    ]  # fmt: skip


def poster_options(probe: Probe) -> list[str]:
    """One picture from the first tenth; a phone loads it with the page, so it is small."""
    return [
        "-ss", f"{min(probe.seconds / 10, 60):.1f}", "-map", "0:v:0", "-frames:v", "1",
        "-vf", "scale=w=480:h=480:force_original_aspect_ratio=decrease", "-q:v", "6", "-f", "mjpeg",
    ]  # fmt: skip


def stream_options() -> list[str]:
    """The 360-line video as HLS: one file, read piece by piece of four seconds."""
    return [
        "-c", "copy", "-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
        "-hls_flags", "single_file",
    ]  # fmt: skip
