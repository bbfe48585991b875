"""Handing out pictures, videos and files of courses: checked, typed by our own table, in parts where asked."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from bina.foundation.requests import SignedInRequest
from bina.learning import queries
from bina.learning.rules import RangeNotSatisfiableError, media_type_of, read_range

if TYPE_CHECKING:
    from bina.learning.models import StoredFile

PORTION = 262_144
# A file under its digest never changes; a light version may be made anew.
FOREVER = "private, max-age=31536000, immutable"
A_DAY = "private, max-age=86400"
# Whatever a file contains, it runs nothing and loads nothing, even when it is opened by its own address.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A browser's own viewer refuses to work in a sandbox; a PDF may be shown in pages of this house and loads nothing.
DOCUMENT = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


@login_required
@require_safe
def media(request: SignedInRequest, digest: str, name: str) -> HttpResponseBase:
    """A media file by the hash of its content, whole or one range of it (206), never changing under its address."""
    stored = queries.media_visible_to(request.user, digest, name)
    if stored is None:
        raise Http404
    return handed_out(request, stored, name, FOREVER)


@login_required
@require_safe
def rendition(request: SignedInRequest, digest: str, name: str, part: str) -> HttpResponseBase:
    """A light version of a video, for whoever may load the video itself: a file, one range of it, or the playlist of its pieces."""
    stored = queries.media_visible_to(request.user, digest, name)
    light = queries.light_of(stored) if stored else None
    if light is None:
        raise Http404
    if part == queries.PLAYLIST and light.playlist:
        playlist = HttpResponse(light.playlist)
        return _with_headers(playlist, part, f'"{light.public_id}"', A_DAY)
    made = queries.light_part(light, part)
    if made is None:
        raise Http404
    return handed_out(request, made, part, A_DAY)


def handed_out(request: SignedInRequest, stored: "StoredFile", name: str, kept: str = FOREVER) -> HttpResponseBase:
    """A stored file under a name, whole or one range of it; who may have it was decided before."""
    tag = f'"{stored.digest}"'
    if tag in request.headers.get("If-None-Match", ""):
        return _with_headers(HttpResponse(status=304), name, tag, kept)
    wanted = None
    # If-Range with another tag: the browser holds parts of another file and needs this one whole.
    if request.headers.get("If-Range", tag) == tag:
        try:
            wanted = read_range(request.headers.get("Range", ""), stored.size)
        except RangeNotSatisfiableError:
            refusal = HttpResponse(status=416)
            refusal["Content-Range"] = f"bytes */{stored.size}"
            return _with_headers(refusal, name, tag, kept)
    first, length = (wanted.first, wanted.length) if wanted else (0, stored.size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        stream: IO[bytes] = stored.content.open("rb")
        response = StreamingHttpResponse(_portions(stream, first, length))
    response.headers["Content-Length"] = str(length)
    if wanted:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{stored.size}"
    return _with_headers(response, name, tag, kept)


def _portions(stream: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        while length > 0:
            portion = stream.read(min(PORTION, length))
            if not portion:
                return
            length -= len(portion)
            yield portion


def _with_headers(response: HttpResponseBase, name: str, tag: str, kept: str) -> HttpResponseBase:
    kind = media_type_of(name)
    response.headers["Content-Type"] = kind.content_type
    disposition = content_disposition_header(not kind.is_shown, name)
    if disposition:
        response.headers["Content-Disposition"] = disposition
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = kept
    response.headers["Content-Security-Policy"] = DOCUMENT if kind.content_type == "application/pdf" else SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
