"""A course is begun, its outline arranged, and a draft made of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.forms import CourseStartForm
from bina.learning.rules import (
    KINDS,
    Problem,
    variant_files,
)

if TYPE_CHECKING:
    pass
from bina.learning.views.editing.desk import Desk, course_at, desk_of


@login_required
def new_course(request: SignedInRequest) -> HttpResponse:
    """A course from nothing: what one has to know, then an outline that waits to be filled."""
    if not queries.may_author(request.user):
        raise Http404
    form = CourseStartForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        course = actions.begin_course(
            by=request.user, agency=form.chosen_agency, start=form.start(request.user.display_name)
        )
        messages.success(request, _("Kerangka kursus siap. Ubah, tambah, atau hapus bagian sesuai kebutuhan Anda."))
        return redirect("learning:edit", course.slug)
    return render(request, "learning/editing/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def begin_editing(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open the working copy of a course that came in as a folder."""
    course = queries.managed_course(request.user, slug)
    if course is None:
        raise Http404
    actions.open_workspace(by=request.user, course=course)
    return redirect("learning:edit", slug)


def _part_row(
    value: Mapping[str, Any], by_part: Mapping[str, list[Problem]], section: int, place: int
) -> dict[str, Any]:
    key = str(value.get("key") or "")
    minutes = value.get("minutes")
    return {
        "key": key, "title": str(value.get("title") or key or "–"), "kind": KINDS.get(str(value.get("kind"))),
        "kind_code": str(value.get("kind") or ""), "section": section, "place": place,
        "minutes": minutes if isinstance(minutes, int) and not isinstance(minutes, bool) else None,
        "is_required": value.get("required", True) is not False, "role": value.get("role"),
        "variants": len(variant_files(value)),
        "has_gates": any(value.get(name) for name in ("needs", "only_for", "test_out")),
        "problems": by_part.get(key, []) if key else [],
        "errors": sum(problem.is_error for problem in by_part.get(key, [])) if key else 0,
    }  # fmt: skip


def _outline_context(desk: Desk) -> dict[str, Any]:
    checked = queries.checked_course(desk.source)
    sections = [
        {
            "title": section.title,
            "parts": [
                _part_row(piece.value, checked.by_part, number, place) for place, piece in enumerate(section.parts)
            ],
        }
        for number, section in enumerate(checked.outline.sections if checked.outline else ())
    ]
    hours = checked.outline.fields.get("learning_hours") if checked.outline else None
    return {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "checked": checked, "sections": sections,
        "part_count": sum(len(section["parts"]) for section in sections), "minutes": checked.minutes,
        "hours": hours if isinstance(hours, int) else 0, "about": checked.by_part.get("", []),
        "about_errors": sum(problem.is_error for problem in checked.by_part.get("", [])), "errors": checked.errors,
        "newer": queries.newer_version(desk.workspace, desk.source),
        "latest": queries.latest_save(desk.workspace), "kinds": KINDS,
    }  # fmt: skip


@login_required
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """The outline of a working copy: sections and parts, and what is wrong with each."""
    workspace = queries.workspace_of(request.user, slug)
    if workspace is None:
        if queries.managed_course(request.user, slug) is None:
            raise Http404
        return redirect("learning:manage", slug)
    desk = Desk(workspace.course, workspace, queries.WorkspaceSource(workspace))
    return render(request, "learning/editing/outline.html", _outline_context(desk))


@login_required
@require_POST
def arrange(request: SignedInRequest, slug: str) -> HttpResponse:
    """One step in the outline; with JavaScript only the outline is exchanged."""
    course = course_at(request, slug)
    do = request.POST.get("do", "")[:200]
    verb, _colon, rest = do.partition(":")
    title = request.POST.get("new-section" if verb == "section-add" else f"section-title-{rest}", "")
    if verb == "to":
        # Without a pointer a part is moved by choosing where to.
        do = f"place:{rest}:{request.POST.get(f'to-{rest}', '')[:4]}:1000"
    words = actions.arrange_course(by=request.user, course=course, do=do, title=title)
    if request.htmx:
        context = _outline_context(desk_of(request, slug))
        return render(request, "learning/editing/_outline.html", {**context, "step_said": words})
    if words:
        messages.success(request, words)
    place = f"#part-{rest.partition(':')[0]}" if verb in {"up", "down", "to", "place"} else ""
    return redirect(reverse("learning:edit", args=[slug]) + place)


@login_required
def add(request: SignedInRequest, slug: str) -> HttpResponse:
    """A new part: which kind, and where."""
    desk = desk_of(request, slug)
    sections = [section.title for section in desk.outline().sections]
    if request.method == "POST":
        number = request.POST.get("section", "")
        key = actions.add_part(
            by=request.user, course=desk.course, kind=request.POST.get("kind", "")[:30],
            section=int(number) if number.isascii() and number.isdigit() and len(number) < 5 else len(sections),
            title=request.POST.get("title", ""),
        )  # fmt: skip
        return redirect("learning:edit_part", slug, key)
    context = {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "kinds": KINDS.values(), "sections": sections,
        "chosen": request.GET.get("section", ""),
    }  # fmt: skip
    return render(request, "learning/editing/add.html", context)


@login_required
@require_POST
def draft(request: SignedInRequest, slug: str) -> HttpResponse:
    """Compile the working copy into a draft version."""
    course = course_at(request, slug)
    report = actions.make_draft(by=request.user, course=course)
    if report.version is None:
        messages.error(
            request, _("Belum dapat dijadikan draf: %(n)s hal perlu diperbaiki. Semuanya ditandai di bawah.")
            % {"n": len(report.errors)},
        )  # fmt: skip
        return redirect("learning:edit", slug)
    if report.is_known:
        said = _("Isi ini sama dengan versi %(number)s yang sudah ada; tidak ada yang diubah.")
    else:
        said = _("Versi %(number)s tersimpan sebagai draf. Peserta yang sedang belajar tidak terganggu.")
    messages.success(request, said % {"number": report.version.number})
    return redirect("learning:manage", slug)
