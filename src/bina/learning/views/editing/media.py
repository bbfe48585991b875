"""The media of a working copy: looked at, added, removed."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import MEDIA
from bina.learning.views.media import handed_out

if TYPE_CHECKING:
    from bina.learning.models import Course
from bina.learning.views.editing.desk import course_at, desk_of


def portions_context(request: SignedInRequest) -> dict[str, Any]:
    """What a field for media needs to know: what has been begun, and how large a file may be."""
    return {
        "uploads": queries.open_uploads(request.user),
        "limits": queries.media_limits(),
        "plain_limit_mb": settings.UPLOAD_LIMIT_MB,
    }


def media_from(
    request: SignedInRequest, course: "Course", file: str, upload: str, endings: AbstractSet[str] = MEDIA
) -> str:
    """The name in the media of what a form brings: uploaded in portions before (field ``upload``), or sent along (field
    ``file``); empty when it brings nothing. Raises Refused for what cannot be used."""
    token = request.POST.get(upload, "")[:200]
    if token:
        found = queries.upload_of(request.user, token)
        if found is None:
            raise Refused(_("Unggahan itu tidak ada lagi, atau belum selesai. Unggah berkasnya lagi."))
        return actions.add_uploaded_media(by=request.user, course=course, upload=found, endings=endings)
    sent = request.FILES.get(file)
    return actions.add_media(by=request.user, course=course, upload=sent, endings=endings) if sent is not None else ""


@login_required
@require_safe
def edit_media(request: SignedInRequest, slug: str, name: str) -> HttpResponseBase:
    """A media file of a working copy, for those who write it."""
    desk = desk_of(request, slug)
    row = desk.source.rows.get(f"media/{name}")
    if row is None or row.stored is None:
        raise Http404
    response = handed_out(request, row.stored, name)
    # The same name may hold another file tomorrow.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@login_required
def files(request: SignedInRequest, slug: str) -> HttpResponse:
    """The media of a working copy: what there is, what uses it, and new ones."""
    desk = desk_of(request, slug)
    problem = ""
    if request.method == "POST":
        wants_json = request.POST.get("answer") == "json"
        try:
            name = media_from(request, desk.course, "file", "upload")
            if not name:
                raise Refused(_("Pilih berkasnya terlebih dahulu."))
        except Refused as refusal:
            if wants_json:
                return JsonResponse({"problem": str(refusal)}, status=422)
            problem = str(refusal)
        else:
            if wants_json:
                return JsonResponse({"name": name})
            messages.success(request, _("%(name)s tersimpan.") % {"name": name})
            return redirect("learning:edit_files", slug)
    texts = "\n".join(desk.source.texts.values())
    rows = [{"name": name, "size": size, "is_used": name in texts} for name, size in desk.source.media]
    context = {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "rows": rows, "problem": problem,
        **portions_context(request),
    }  # fmt: skip
    return render(request, "learning/editing/files.html", context, status=422 if problem else 200)


@login_required
@require_POST
def remove_file(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a file out of the media."""
    name = request.POST.get("name", "")[:200]
    if actions.remove_media(by=request.user, course=course_at(request, slug), name=name):
        messages.success(request, _("%(name)s dihapus. Riwayat dapat mengembalikannya.") % {"name": name})
    return redirect("learning:edit_files", slug)
