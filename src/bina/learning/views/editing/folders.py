"""Earlier states of a working copy, and exchanging its whole folder."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.uploads import require_upload
from bina.learning import actions, queries
from bina.learning.views.folders import zip_response

if TYPE_CHECKING:
    pass
from bina.learning.views.editing.desk import course_at, desk_of


@login_required
def history(request: SignedInRequest, slug: str) -> HttpResponse:
    """Earlier states, and exchanging the whole folder."""
    desk = desk_of(request, slug)
    context = {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "saves": queries.saves_of(desk.workspace),
        "versions": queries.versions_of(desk.course)[:20],
    }  # fmt: skip
    return render(request, "learning/editing/history.html", context)


@login_required
@require_POST
def restore_save(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Back to an earlier state, as a new save."""
    course = course_at(request, slug)
    if actions.restore_save(by=request.user, course=course, number=number):
        messages.success(
            request, _("Isi kembali seperti simpanan %(n)s. Bila keliru, kembalilah lewat Riwayat.") % {"n": number}
        )
    else:
        messages.success(request, _("Isinya sudah sama dengan simpanan %(n)s.") % {"n": number})
    return redirect("learning:edit", slug)


@login_required
@require_POST
def exchange(request: SignedInRequest, slug: str) -> HttpResponse:
    """Exchange the whole folder for a zip that came from outside, or for a version of the course."""
    course = course_at(request, slug)
    replace = partial(actions.replace_workspace, by=request.user, course=course)
    number = request.POST.get("version", "")
    if number:
        try:
            version = queries.versions_of(course).filter(public_id=UUID(number)).first()
        except ValueError:
            version = None
        if version is None:
            raise Http404
        is_changed = replace(origin=version)
    else:
        upload = request.FILES.get("file")
        if upload is None:
            raise Refused(_("Pilih berkas ZIP-nya terlebih dahulu."))
        require_upload(upload, endings={".zip"})
        is_changed = replace(origin=upload)
    said = (
        _("Isi ruang kerja diganti. Yang lama ada di Riwayat.")
        if is_changed
        else _("Isinya sama; tidak ada yang diubah.")
    )
    messages.success(request, said)
    return redirect("learning:edit", slug)


@login_required
@require_safe
def export_workspace(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The folder of a working copy as a zip."""
    desk = desk_of(request, slug)
    return zip_response(partial(actions.write_workspace, desk.workspace), f"{slug}.zip")
