"""Light versions of videos, from the command line: what would be made, and making it."""

from bina.config.commands.terminal import CommandFailedError, number, say, size
from bina.learning import actions, queries
from bina.learning.models import LightVideo


def tell() -> int:
    """Say whether this machine can, and what waits; makes nothing."""
    say(
        actions.missing_for_light_videos() or "ffmpeg siap: 360p (H.264/AAC, juga sebagai HLS), suara saja, dan sampul."
    )
    for light in queries.lights_waiting().select_related("source"):
        say(f"  menunggu  {light.name} ({size(light.source.size)})")
    fresh = {file.stored_id: file for file in queries.videos_without_light()}
    for file in fresh.values():
        say(f"  baru      {file.name} ({size(file.stored.size)})")
    counts = queries.light_counts()
    say(f"Siap {number(counts['ready'])}, gagal {number(counts['failed'])}.")
    return 0


def make() -> int:
    """Make everything that is missing or waits. Raises CommandFailedError where ffmpeg is missing."""
    fault = actions.missing_for_light_videos()
    if fault:
        raise CommandFailedError(fault)
    actions.request_missing_light_videos()
    ready = actions.make_light_videos(report=_say)
    if ready is None:
        say("Versi hemat sedang dibuat oleh proses lain.")
    else:
        say(f"{number(ready)} video siap.")
    return 0


def _say(light: LightVideo) -> None:
    say(f"  {light.state_name}: {light.name}{f' ({light.sentence})' if light.sentence else ''}")
