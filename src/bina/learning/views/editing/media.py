"""The media of a working copy: looked at, added, removed."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions
from bina.learning.views.media import handed_out

if TYPE_CHECKING:
    pass
from bina.learning.views.editing.desk import course_at, desk_of


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
        upload = request.FILES.get("file")
        wants_json = request.POST.get("answer") == "json"
        try:
            if upload is None:
                raise Refused(_("Pilih berkasnya terlebih dahulu."))
            name = actions.add_media(by=request.user, course=desk.course, upload=upload)
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
    context = {"desk": desk, "course": desk.course, "workspace": desk.workspace, "rows": rows, "problem": problem}
    return render(request, "learning/editing/files.html", context, status=422 if problem else 200)


@login_required
@require_POST
def remove_file(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a file out of the media."""
    name = request.POST.get("name", "")[:200]
    if actions.remove_media(by=request.user, course=course_at(request, slug), name=name):
        messages.success(request, _("%(name)s dihapus. Riwayat dapat mengembalikannya.") % {"name": name})
    return redirect("learning:edit_files", slug)
