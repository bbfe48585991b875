"""Pages of authors: choosing a tool, picking content inside it, and putting what was picked into a course."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.integrations.lti import actions, queries
from bina.integrations.lti.forms import AddToCourseForm
from bina.integrations.lti.rules import DEFAULT_MINUTES, fragment
from bina.learning.queries import managed_course

if TYPE_CHECKING:
    from bina.learning.models import Course


def _course(request: SignedInRequest, slug: str) -> "Course":
    found = managed_course(request.user, slug)
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def choose_tool(request: SignedInRequest, slug: str) -> HttpResponse:
    """The tools from which something can be picked for a course, and what was picked and still waits."""
    course = _course(request, slug)
    target = queries.target_in(request.user, course)
    context = {
        "course": course,
        "title": target.title if target else course.slug,
        "tools": list(queries.tools_to_pick_from(course)),
        "waiting": list(queries.picked_for(course)[:20]),
    }
    return render(request, "lti/choose_tool.html", context)


@login_required
@never_cache
@require_safe
def pick(request: SignedInRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Go to a tool to pick content."""
    course = _course(request, slug)
    tool = get_object_or_404(queries.tools_to_pick_from(course), public_id=public_id)
    return redirect(actions.pick_content(by=request.user, tool=tool, course=course))


@login_required
def picked(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What was picked: shown as the course folder would say it, and put into the course with one button."""
    found = queries.picked_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    target = queries.target_in(request.user, found.course)
    if target is None:
        messages.error(
            request, _("Susunan kursus ini tidak dapat dibaca. Perbaiki dahulu lewat Riwayat, lalu coba lagi.")
        )
        return redirect("learning:manage", found.course.slug)
    if request.method == "POST" and found.added_at is not None:
        messages.info(request, _("Isi ini sudah dimasukkan ke kursus."))
        return redirect("learning:manage", found.course.slug)
    form = AddToCourseForm(request.POST or None, sections=target.sections or [_("Bagian 1")], items=found.items)
    addition = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            addition = actions.add_to_course(
                by=request.user, picked=found, section=data["section"], minutes=data["minutes"], passing=data["passing"],
                learning_hours=data["learning_hours"], custom=data["custom"],
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if addition.in_working_copy:
                messages.success(request, _("Isi dari alat masuk ke ruang kerja kursus. Periksa, lalu jadikan draf."))
                return redirect("learning:edit", found.course.slug)
            if addition.is_done:
                messages.success(request, _("Isi dari alat masuk ke draf kursus. Lihat pratinjaunya, lalu terbitkan."))
                return redirect("learning:manage", found.course.slug)
    entries = actions.entries_of(found, taken=target.keys, minutes=DEFAULT_MINUTES)
    context = {
        "picked": found,
        "course": found.course,
        "target": target,
        "form": form,
        "problems": addition.problems if addition else (),
        "fragment": fragment(entries) if entries else "",
    }
    return render(
        request, "lti/picked.html", context, status=422 if form.errors or (addition and addition.problems) else 200
    )
