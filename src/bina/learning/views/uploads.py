"""Uploads in portions: the tus 1.0.0 protocol for senders, and pages for the people they belong to.

Protocol: https://tus.io/protocols/resumable-upload (core, creation, expiration, checksum, termination).
"""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Denied, Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.uploads import MEGABYTE
from bina.learning import actions, queries
from bina.learning.forms import UploadImportForm
from bina.learning.rules import (
    CHECKSUMS,
    KEPT_DAYS,
    ChecksumMismatch,
    NoRoom,
    OffsetMismatch,
    TooLarge,
    UploadGone,
    UploadState,
    WrongContent,
    read_checksum,
)

if TYPE_CHECKING:
    from bina.learning.models import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
STATUS: dict[type[Refused], int] = {
    OffsetMismatch: 409, ChecksumMismatch: 460, TooLarge: 413, NoRoom: 507, WrongContent: 415, UploadGone: 410,
}  # fmt: skip
LONGEST_NUMBER = 15


def _answer(status: int, sentence: str = "", **headers: str) -> HttpResponse:
    response = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    if status == 204:
        del response.headers["Content-Type"]
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _protocol(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What holds for every request of the protocol: its method, its version, who sends it, and refusals as sentences."""

    @wraps(view)
    def answer(request: HttpRequest, **place: str) -> HttpResponse:
        # Some gateways let only GET and POST through.
        method = request.headers.get("X-HTTP-Method-Override", request.method or "").upper()
        if method == "OPTIONS":
            return _answer(
                204, Tus_Version=VERSION, Tus_Extension=EXTENSIONS, Tus_Checksum_Algorithm=",".join(CHECKSUMS),
                Tus_Max_Size=str(settings.LARGE_UPLOAD_LIMIT_MB * MEGABYTE),
            )  # fmt: skip
        if request.headers.get("Tus-Resumable") != VERSION:
            return _answer(412, _("Pengirim memakai versi protokol yang tidak dikenal."), Tus_Version=VERSION)
        if not request.user.is_authenticated:
            return _answer(401, _("Anda sudah keluar. Masuk lagi, lalu lanjutkan; yang sudah terunggah tersimpan."))
        try:
            return view(request, method, **place)
        except Denied as denial:
            return _answer(403, str(denial))
        except Refused as refusal:
            return _answer(STATUS.get(type(refusal), 400), str(refusal))

    return answer


def _number(header: str | None) -> int | None:
    """A whole number as the protocol writes it; None for anything else."""
    is_number = header is not None and header.isascii() and header.isdigit() and len(header) <= LONGEST_NUMBER
    return int(header) if header is not None and is_number else None


def _expires(upload: "Upload") -> str:
    return http_date((upload.touched_at + dt.timedelta(days=KEPT_DAYS)).timestamp())


@_protocol
def uploads(request: SignedInRequest, method: str) -> HttpResponse:
    """Creation: a sender announces a file and hears the address to which its portions go."""
    if method != "POST":
        return _answer(405, Allow="POST, OPTIONS")
    size = _number(request.headers.get("Upload-Length"))
    if size is None:
        return _answer(400, _("Ukuran berkas harus disebutkan sejak awal."))
    upload = actions.begin_upload(by=request.user, size=size, metadata=request.headers.get("Upload-Metadata", ""))
    place = reverse("learning:portions", args=[queries.token_of_upload(upload)])
    return _answer(201, Location=place, Upload_Offset="0", Upload_Expires=_expires(upload))


@_protocol
def portions(request: SignedInRequest, method: str, token: str) -> HttpResponse:
    """An upload under its signed address: how far it is (HEAD), one more portion (PATCH), thrown away (DELETE)."""
    upload = queries.upload_of(request.user, token)
    if upload is None:
        return _answer(404, _("Unggahan ini tidak ada lagi."))
    if method == "HEAD":
        return _head(upload)
    if method == "PATCH":
        return _patch(request, upload)
    if method == "DELETE":
        actions.discard_upload(by=request.user, upload=upload)
        return _answer(204)
    return _answer(405, Allow="HEAD, PATCH, DELETE, OPTIONS")


def _head(upload: "Upload") -> HttpResponse:
    if upload.state == UploadState.REFUSED:
        return _answer(410)
    is_over = upload.state != UploadState.RECEIVING
    offset = upload.size if is_over else queries.received_bytes(upload)
    told = {"Upload_Metadata": upload.metadata} if upload.metadata else {}
    return _answer(
        200, Upload_Offset=str(offset), Upload_Length=str(upload.size), Upload_Expires=_expires(upload), **told
    )


def _patch(request: SignedInRequest, upload: "Upload") -> HttpResponse:
    if request.headers.get("Content-Type", "").partition(";")[0].strip() != "application/offset+octet-stream":
        return _answer(415, _("Bagian berkas harus dikirim sebagai application/offset+octet-stream."))
    offset, length = _number(request.headers.get("Upload-Offset")), _number(request.headers.get("Content-Length"))
    if offset is None:
        return _answer(400, _("Letak bagian ini di dalam berkas tidak disebutkan."))
    if length is None:
        return _answer(411, _("Panjang bagian ini tidak disebutkan."))
    checksum = read_checksum(request.headers.get("Upload-Checksum", ""))
    held = actions.receive_portion(
        by=request.user, upload=upload, offset=offset, source=request, length=length, checksum=checksum
    )
    return _answer(204, Upload_Offset=str(held.received), Upload_Expires=_expires(held))


def _own(request: SignedInRequest, token: str) -> "Upload":
    upload = queries.upload_of(request.user, token)
    if upload is None:
        raise Http404
    return upload


@login_required
def upload(request: SignedInRequest, token: str) -> HttpResponse:
    """A finished upload: what it is, what came of looking at it, and what can be made of it."""
    found = _own(request, token)
    form = UploadImportForm(request.POST or None, user=request.user, initial={"agency": request.GET.get("agency", "")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_upload_import(
                by=request.user, upload=found, agency=form.chosen_agency,
                check_only=request.POST.get("intent") == "check",
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('learning:upload', args=[token])}?agency={form.cleaned_data['agency']}")
    return render(request, "learning/upload.html", _context(found, token, form), status=422 if form.errors else 200)


def _context(found: "Upload", token: str, form: UploadImportForm) -> dict[str, Any]:
    progress = found.progress
    return {
        "upload": found,
        "token": token,
        "form": form,
        "progress": progress,
        "is_running": progress is not None and not progress.is_over,
        "report": found.report if progress is None or progress.is_over else {},
        "is_finished": found.state == UploadState.FINISHED,
        "kept_until": found.touched_at + dt.timedelta(days=KEPT_DAYS),
    }


@login_required
@require_safe
def upload_progress(request: SignedInRequest, token: str) -> HttpResponse:
    """How far the import is; when it is over, the page itself says what came of it."""
    found = _own(request, token)
    if found.progress is None or found.progress.is_over:
        response = HttpResponse(status=204)
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "learning/_upload_progress.html", {"progress": found.progress, "token": token})


@login_required
@require_POST
def discard_upload(request: SignedInRequest, token: str) -> HttpResponse:
    """Throw an upload away."""
    found = queries.upload_of(request.user, token)
    if found is not None:
        actions.discard_upload(by=request.user, upload=found)
        messages.success(request, _("Unggahan “%(name)s” dibuang.") % {"name": found.name})
    return redirect("learning:import")
