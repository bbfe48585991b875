"""The workshop of authors: bringing courses in, looking at them as a learner, publishing, archiving, taking them out."""

import tempfile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment.rules import read_answer
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.forms import CourseImportForm
from bina.learning.rules import COURSE_STATE_NAMES, KINDS, LEVEL_NAMES, CourseState
from bina.learning.views.player import quiz_questions

if TYPE_CHECKING:
    from bina.learning.models import Course, CourseVersion


def _managed(request: SignedInRequest, slug: str) -> "Course":
    course = queries.managed_course(request.user, slug)
    if course is None:
        raise Http404
    return course


def _version(request: SignedInRequest, public_id: UUID) -> "CourseVersion":
    version = queries.managed_version(request.user, public_id)
    if version is None:
        raise Http404
    return version


@login_required
def managed(request: SignedInRequest) -> HttpResponse:
    """The courses one looks after."""
    if not queries.may_author(request.user):
        raise Http404
    page = Paginator(queries.managed_list(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "learning/managed.html", {"page": page, "state_names": COURSE_STATE_NAMES})


@login_required
def import_course(request: SignedInRequest) -> HttpResponse:
    """Bring a course folder in: first looked at, and kept as a draft when nothing is wrong with it."""
    if not queries.may_author(request.user):
        raise Http404
    form = CourseImportForm(request.POST or None, request.FILES or None, user=request.user)
    report = None
    if request.method == "POST" and form.is_valid():
        check_only = request.POST.get("intent") == "check"
        try:
            report = actions.import_course_folder(
                form.cleaned_data["file"], by=request.user, agency=form.chosen_agency, check_only=check_only
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            if report.version is not None:
                sentence = (
                    _("Isi folder ini sama dengan versi %(number)s yang sudah ada; tidak ada yang diubah.")
                    if report.is_known
                    else _("Versi %(number)s tersimpan sebagai draf. Lihat pratinjaunya, lalu terbitkan.")
                )
                messages.success(request, sentence % {"number": report.version.number})
                return redirect("learning:manage", report.version.course.slug)
    status = 422 if form.errors or (report and report.errors) else 200
    return render(request, "learning/import.html", {"form": form, "report": report}, status=status)


@login_required
def manage_course(request: SignedInRequest, slug: str) -> HttpResponse:
    """One course from its author's side: versions, drafts, learners."""
    course = _managed(request, slug)
    versions = list(queries.versions_of(course))
    context = {
        "course": course,
        "versions": versions,
        "draft": next((version for version in versions if version.published_at is None), None),
        "counts": queries.enrolment_counts(course),
        "state_name": COURSE_STATE_NAMES[CourseState(course.state)],
        "is_published": course.state == CourseState.PUBLISHED,
        "is_archived": course.state == CourseState.ARCHIVED,
        "levels": LEVEL_NAMES,
    }
    return render(request, "learning/manage.html", context)


@login_required
@require_POST
def publish(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Make a version the one that new learners get."""
    version = _version(request, public_id)
    course = actions.publish_version(by=request.user, version=version)
    messages.success(
        request,
        _("Versi %(number)s terbit. Peserta yang sedang belajar tetap pada versi mereka.") % {"number": version.number},
    )
    return redirect("learning:manage", course.slug)


@login_required
@require_POST
def discard(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    version = _version(request, public_id)
    slug = version.course.slug
    actions.discard_draft(by=request.user, version=version)
    messages.success(request, _("Draf dibuang."))
    if queries.managed_course(request.user, slug) is None:
        return redirect("learning:managed")
    return redirect("learning:manage", slug)


@login_required
@require_safe
def export(request: SignedInRequest, public_id: UUID) -> HttpResponseBase:
    """The folder of a version as a zip."""
    version = _version(request, public_id)
    stream = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response when it is sent
    actions.write_export(version, stream)
    stream.seek(0)
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"{version.course.slug}-v{version.number}.zip",
        content_type="application/zip",
    )


@login_required
@require_POST
def archive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a course out of the catalogue."""
    course = _managed(request, slug)
    actions.archive_course(by=request.user, course=course)
    messages.success(request, _("Kursus diarsipkan. Peserta yang sedang belajar dapat menyelesaikannya."))
    return redirect("learning:manage", slug)


@login_required
@require_POST
def restore(request: SignedInRequest, slug: str) -> HttpResponse:
    """Bring an archived course back."""
    course = _managed(request, slug)
    actions.restore_course(by=request.user, course=course)
    messages.success(request, _("Kursus kembali ada di katalog."))
    return redirect("learning:manage", slug)


@login_required
@require_safe
def preview(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A version as a learner will see it; begins with its first part."""
    version = _version(request, public_id)
    return redirect("learning:preview_activity", public_id, version.outline[0]["parts"][0]["key"])


@login_required
def preview_activity(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """One activity as a learner will see it; quizzes can be tried, nothing is kept."""
    version = _version(request, public_id)
    found = queries.activity_of(version.pk, key)
    if found is None or found.kind not in KINDS:
        raise Http404
    outline = queries.outline_of(version, {}, key)
    context: dict[str, Any] = {
        "version": version,
        "enrolment": None,
        "activity": found,
        "kind": KINDS[found.kind],
        "kinds": KINDS,
        "outline": outline,
        "here": outline.here,
        "base": reverse("learning:preview", args=[version.public_id]),
        "course_url": reverse("learning:manage", args=[version.course.slug]),
        "is_preview": True,
        "zone": "WIB",
        "error": "",
        "progress": None,
        "evidence": {},
        "watched": 0.0,
        "attempt": None,
        "session": None,
        "latest": None,
        "token": "",
    }
    if found.kind in {"quiz", "test"}:
        items = found.payload["items"]
        is_graded = request.method == "POST"
        answers = {
            item["code"]: read_answer(item["kind"], item, request.POST, f"q{number}")
            for number, item in enumerate(items, start=1)
            if is_graded
        }
        context["questions"] = quiz_questions(items, f"preview:{key}", answers, is_graded=is_graded)
        context["is_graded"] = is_graded
    return render(request, "learning/activity.html", context)
