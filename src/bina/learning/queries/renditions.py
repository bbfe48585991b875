"""Light versions of videos: which exist, which are missing, and what a person gets to play."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from bina.learning.models import Activity, CourseFile, CourseVersion, LightVideo, PlayChoice, StoredFile
from bina.learning.rules import PLAYING_NAMES, SMALLEST_IN_PIECES, LightState, Playing

if TYPE_CHECKING:
    from bina.people.models import User

# Under which name each light version is loaded, below the address of the video itself.
PARTS = {"360p.mp4": "low", "aliran.mp4": "stream", "suara.m4a": "audio", "sampul.jpg": "poster"}
PLAYLIST = "aliran.m3u8"


@dataclass(frozen=True, slots=True)
class PlayOption:
    """One way to play a video: what it is called, where it is, and how many bytes it loads."""

    code: str
    name: str
    url: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Playback:
    """What the page of a video offers, and which of it the person gets; ``stream`` is the playlist of the light version."""

    options: tuple[PlayOption, ...]
    chosen: PlayOption
    stream: str
    poster: str


def light_of(stored: StoredFile) -> LightVideo | None:
    """The light versions of a video when they are ready."""
    rows = LightVideo.objects.filter(source=stored, state=LightState.READY)
    return rows.select_related("low", "stream", "audio", "poster").first()


def light_part(light: LightVideo, part: str) -> StoredFile | None:
    """The file that is loaded under the name ``part``; None for other names, and for what this video does not have."""
    made: dict[str, StoredFile | None] = {
        "low": light.low,
        "stream": light.stream,
        "audio": light.audio,
        "poster": light.poster,
    }
    return made.get(PARTS.get(part, ""))


def can_be_pieces(light: LightVideo) -> bool:
    """Whether the light version is played in pieces: for a small one the program that does it would weigh more than it saves."""
    return light.stream_id is not None and light.low is not None and light.low.size >= SMALLEST_IN_PIECES


def playback_of(user: "User", activity: Activity, *, saves_data: bool) -> Playback:
    """How a video may be played (two questions): the original first, then what was made of it.

    Whoever has chosen nothing gets the light version where the browser says that it saves data.
    """
    payload = activity.payload
    url: str = payload.get("file_url", "")
    original = PlayOption(
        Playing.ORIGINAL.value, str(PLAYING_NAMES[Playing.ORIGINAL]), url, payload.get("file_size", 0),
        "video/webm" if payload.get("file", "").endswith(".webm") else "video/mp4",
    )  # fmt: skip
    parts = url.strip("/").split("/")
    digest = parts[-2] if len(parts) > 1 else ""
    light = (
        LightVideo.objects.filter(source__digest=digest, state=LightState.READY)
        .select_related("low", "audio", "poster")
        .first()
    )
    if light is None:
        return Playback((original,), original, "", payload.get("poster_url", ""))

    def address(part: str) -> str:
        return reverse("learning:rendition", args=[digest, parts[-1], part])

    made = [
        PlayOption(code.value, str(PLAYING_NAMES[code]), address(part), stored.size, content_type)
        for code, part, stored, content_type in (
            (Playing.LOW, "360p.mp4", light.low, "video/mp4"), (Playing.AUDIO, "suara.m4a", light.audio, "audio/mp4"),
        )
        if stored is not None
    ]  # fmt: skip
    options = (original, *made)
    choice = PlayChoice.objects.filter(user=user).values_list("playing", flat=True).first()
    wanted = choice or (Playing.LOW.value if saves_data else Playing.ORIGINAL.value)
    chosen = next((option for option in options if option.code == wanted), original)
    return Playback(
        options, chosen, address(PLAYLIST) if can_be_pieces(light) else "",
        payload.get("poster_url", "") or (address("sampul.jpg") if light.poster_id else ""),
    )  # fmt: skip


def videos_of(version: CourseVersion) -> QuerySet[CourseFile]:
    """The videos in the folder of a version, with what was made of each."""
    is_video = Q(name__iendswith=".mp4") | Q(name__iendswith=".webm")
    return version.files.filter(is_video).select_related("stored__light__low", "stored__light__audio").order_by("name")


def videos_without_light() -> QuerySet[CourseFile]:
    """Videos of published courses of which nothing was made yet, each content once or more."""
    is_video = Q(name__iendswith=".mp4") | Q(name__iendswith=".webm")
    return CourseFile.objects.filter(
        is_video, version__course__current_version=F("version"), stored__light=None
    ).select_related("stored")


def lights_waiting() -> QuerySet[LightVideo]:
    """What waits for its turn, or was left by a process that is gone, oldest first."""
    return LightVideo.objects.filter(state__in=[LightState.WAITING, LightState.RUNNING]).order_by("id")


def light_counts() -> dict[str, int]:
    """How many videos stand where."""
    counts = {state.value: 0 for state in LightState}
    for state in LightVideo.objects.values_list("state", flat=True):
        counts[state] += 1
    return counts
