"""Handing out the files of a package and taking in its reports. No account is looked at here: the signed address is the
right to load one package and to report to one run, so that a frame without cookies can do its work and nothing else."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.integrations.packages import actions, queries
from bina.integrations.packages.rules import LARGEST_STATE, RUNTIMES, Archive, TooLarge
from bina.integrations.packages.rules.content_types import content_type_of
from bina.learning.rules import RangeNotSatisfiableError, read_range

PORTION = 262_144
LARGEST_PAGE = 5_000_000
LOOKS = ("style-src", "font-src", "img-src")
SANDBOX = "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads"


def _place(token: str) -> queries.Place:
    place = queries.place_of(token)
    if place is None:
        raise Http404
    return place


def _play(place: queries.Place) -> queries.Play:
    if place.play is None:
        raise Http404
    return place.play


def _policy(request: HttpRequest, token: str, assets: str, speaks_with: tuple[str, ...]) -> str:
    """A frame of its own, with scripts and styles as strangers write them, and no way to load or send anything elsewhere.

    ``assets`` names the folder of our built files from which a player of ours takes its looks; ``speaks_with`` the addresses
    of ours with which the standard of the package speaks.
    """
    own = request.build_absolute_uri(reverse("packages:member", args=[token, "x"]).removesuffix("x"))
    ours = request.build_absolute_uri(static("bina/mark.svg")).rpartition("/")[0] + "/"
    others = [request.build_absolute_uri(address) for address in speaks_with]
    speaking = f"connect-src {' '.join((own, *others))} data: blob:; " if others else ""
    return (
        f"{SANDBOX}; {speaking}default-src {own} data: blob: 'unsafe-inline' 'unsafe-eval'; "
        f"script-src {own} {ours} data: blob: 'unsafe-inline' 'unsafe-eval'; form-action {own}; base-uri {own}"
    ) + "".join(f"; {what} {own} {ours}{assets} data: blob: 'unsafe-inline'" for what in LOOKS if assets)


def _guarded(
    request: HttpRequest, response: HttpResponseBase, token: str, assets: str = "", speaks_with: tuple[str, ...] = ()
) -> HttpResponseBase:
    response.headers["Content-Security-Policy"] = _policy(request, token, assets, speaks_with)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The frame has an origin of its own that nobody shares; it may read what it is allowed to load.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Referrer-Policy"] = "no-referrer"
    # A window that a closed frame opens is closed too, and browsers refuse such windows every page that asks to be alone.
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@require_safe
@xframe_options_exempt
def member(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One file of a package, whole or one range of it; its pages get the script of the standard put before their own."""
    place = _place(token)
    stream: IO[bytes] = place.content.open("rb")
    archive = Archive(stream, marks=place.marks)
    is_open = place.play is None or RUNTIMES[place.play.activity.kind].hands_out(name)
    found = archive.member(name) if is_open else None
    if found is None:
        stream.close()
        raise Http404
    kind = content_type_of(name)
    if PurePosixPath(name).suffix.lower() in {".html", ".htm", ".xhtml"} and found.file_size <= LARGEST_PAGE:
        with stream:
            content = with_scripts(archive.read(name, LARGEST_PAGE), _scripts(place, token))
        page = HttpResponse(content, content_type=kind)
        page.headers["Cache-Control"] = "no-store"
        return _guarded(request, page, token, speaks_with=place.speaks_with)
    try:
        wanted = read_range(request.headers.get("Range", ""), found.file_size)
    except RangeNotSatisfiableError:
        stream.close()
        refusal = HttpResponse(status=416)
        refusal.headers["Content-Range"] = f"bytes */{found.file_size}"
        return _guarded(request, refusal, token)
    first, length = (wanted.first, wanted.length) if wanted else (0, found.file_size)
    response = StreamingHttpResponse(_portions(stream, archive.zip.open(found), first, length), content_type=kind)
    response.headers["Content-Length"] = str(length)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=43200"
    if wanted:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{found.file_size}"
    return _guarded(request, response, token)


@require_safe
@xframe_options_exempt
def player(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of ours that plays a package without pages of its own."""
    place = _place(token)
    play = _play(place)
    runtime = RUNTIMES[play.activity.kind]
    if runtime.page is None:
        raise Http404
    content = with_scripts(runtime.page(play.activity.payload).encode(), _scripts(place, token))
    page = HttpResponse(content, content_type="text/html; charset=utf-8")
    page.headers["Cache-Control"] = "no-store"
    return _guarded(request, page, token, runtime.assets)


def _portions(archive: IO[bytes], content: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with archive, content:
        content.seek(first)
        while length > 0:
            portion = content.read(min(PORTION, length))
            if not portion:
                return
            length -= len(portion)
            yield portion


def _scripts(place: queries.Place, token: str) -> bytes:
    told = (reverse("packages:state", args=[token]),) if place.play else ()
    sources = (*told, static(f"bina/{place.script}"))
    return "".join(f'<script src="{source}"></script>' for source in sources).encode()


def with_scripts(page: bytes, scripts: bytes) -> bytes:
    """A page with scripts before everything of its own; pages in UTF-16 come out in UTF-8."""
    if page[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        page = b"\xef\xbb\xbf" + page.decode("utf-16", "replace").encode()
    found = re.search(rb"<head(?:\s[^>]*)?>", page[:200_000], re.I) or re.search(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<!doctype[^>]*>", page[:4_000], re.I
    )
    place = found.end() if found else 3 if page.startswith(b"\xef\xbb\xbf") else 0
    return page[:place] + scripts + page[place:]


@require_safe
@xframe_options_exempt
def state(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a package is told when one of its pages loads, read anew each time."""
    play = _play(_place(token))
    attempt = queries.stored_attempt(play.attempt_id) if play.attempt_id else None
    if attempt is not None and attempt.run != play.run:
        attempt = None  # another frame took over; its first report will be told so
    values = RUNTIMES[play.activity.kind].begin(play.activity.payload, queries.known_of(attempt))
    told = {
        "save": reverse("packages:save", args=[token]),
        "sequence": attempt.sequence if attempt else 0,
        "values": values,
        "home": request.build_absolute_uri("/").rstrip("/"),
        "folder": request.build_absolute_uri(reverse("packages:member", args=[token, "x"]).removesuffix("/x")),
    }
    response = HttpResponse(f"window.bina={json.dumps(told)};", content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return _guarded(request, response, token)


@csrf_exempt
@require_POST
def save(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take in a report. No cookie is read, so nobody can be made to send one in another's name."""
    place = queries.place_of(token)
    if place is None:
        return _guarded(request, JsonResponse({"outcome": "expired"}, status=403), token)
    play = _play(place)
    if play.attempt_id is None:
        return _guarded(request, JsonResponse({"outcome": "preview"}), token)
    try:
        report = _report(request)
        if report is None:
            return _guarded(request, JsonResponse({"outcome": "refused"}, status=400), token)
        attempt, outcome = actions.save_run(
            attempt_id=play.attempt_id, run=play.run, sequence=report.sequence, state=report.values,
            is_ended=report.is_ended, is_change=report.is_change,
        )  # fmt: skip
    except TooLarge as refusal:
        # Its own code: the frame stops at the other refusals, and goes on with less here.
        return _guarded(request, JsonResponse({"outcome": "refused", "sentence": str(refusal)}, status=413), token)
    except Refused as refusal:
        return _guarded(request, JsonResponse({"outcome": "refused", "sentence": str(refusal)}, status=409), token)
    score = None if attempt.score is None else round(100 * attempt.score)
    answer = {"outcome": "saved", "status": attempt.status, "state": attempt.state_name, "score": score}
    if outcome is not None and outcome.follows:
        answer["follows"] = outcome.follows
    return _guarded(request, JsonResponse(answer), token)


@dataclass(frozen=True, slots=True)
class _Report:
    """One report of a frame: its number, its values, whether the package said goodbye, whether only changes are told."""

    sequence: int
    values: dict[str, object]
    is_ended: bool
    is_change: bool


def _report(request: HttpRequest) -> _Report | None:
    """What a frame reports; None for what is no report. Raises TooLarge."""
    try:
        # Read to its end also where it is too large: a browser that is cut off while it sends never reads the refusal.
        body = request.body
    except RequestDataTooBig as error:
        raise TooLarge from error
    if len(body) > LARGEST_STATE:
        raise TooLarge
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or isinstance(data.get("sequence"), bool):
        return None
    number = data.get("sequence")
    if not isinstance(number, int) or not 0 < number < 2_147_483_000 or not isinstance(data.get("values"), dict):
        return None
    return _Report(number, data["values"], data.get("ended") is True, data.get("changes") is True)
