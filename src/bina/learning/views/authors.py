"""The workshop of authors: bringing courses in, looking at them as a learner, publishing, archiving, taking them out."""

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment.rules import read_answer
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.forms import ArchiveForm, CourseImportForm
from bina.learning.rules import (
    COURSE_STATE_NAMES,
    KINDS,
    LEVEL_NAMES,
    REVIEW_STATE_NAMES,
    CourseState,
    can_publish,
    looked_at_again,
    rubric_lines,
)
from bina.learning.views.activities import PLAYED, quiz_questions, show_variant
from bina.learning.views.folders import zip_response
from bina.learning.views.player import language_context
from bina.learning.views.sheets import whole_sheet
from bina.learning.views.videos import playing_context, videos_context

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


def _readable(request: SignedInRequest, public_id: UUID) -> "CourseVersion":
    """A version of a course that one looks after or reviews."""
    version = queries.readable_version(request.user, public_id)
    if version is None:
        raise Http404
    return version


@login_required
def managed(request: SignedInRequest) -> HttpResponse:
    """The courses one looks after."""
    if not queries.may_author(request.user):
        raise Http404
    only_due = request.GET.get("due") == "1"
    page = Paginator(queries.managed_list(request.user, only_due=only_due), 30).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "page": page,
        "state_names": COURSE_STATE_NAMES,
        "review_names": REVIEW_STATE_NAMES,
        "looks": {course.pk: looked_at_again(course.review_by, today) for course in page},
        "only_due": only_due,
        "due_count": queries.due_count(request.user),
    }
    return render(request, "learning/managed.html", context)


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
            if form.finished is not None:
                actions.request_upload_import(
                    by=request.user, upload=form.finished, agency=form.chosen_agency, check_only=check_only
                )
                address = reverse("learning:upload", args=[queries.token_of_upload(form.finished)])
                return redirect(f"{address}?agency={form.cleaned_data['agency']}")
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
    context = {
        "form": form,
        "report": report,
        "uploads": queries.open_uploads(request.user),
        "plain_limit_mb": settings.UPLOAD_LIMIT_MB,
        "largest_mb": settings.LARGE_UPLOAD_LIMIT_MB,
    }
    return render(request, "learning/import.html", context, status=status)


@login_required
def manage_course(request: SignedInRequest, slug: str) -> HttpResponse:
    """One course from its author's side: versions, drafts, learners."""
    return _manage_page(request, _managed(request, slug))


def _manage_page(
    request: SignedInRequest, course: "Course", archive_form: ArchiveForm | None = None, refusal: str = ""
) -> HttpResponse:
    versions = list(queries.versions_of(course))
    draft = next((version for version in versions if version.published_at is None), None)
    demands = queries.demands_review(course.agency_id)
    title = queries.working_title(course)
    context = {
        "course": course,
        "versions": versions,
        "draft": draft,
        "demands": demands,
        "may_publish": draft is not None
        and bool(
            can_publish(
                draft.review_state, demands_review=demands, has_approval=demands and queries.has_approval(draft)
            )
        ),
        "open_threads": queries.open_thread_count(draft) if draft else 0,
        "look": looked_at_again(course.review_by, clock.today()),
        "owner_in_charge": queries.owner_in_charge(course),
        "archive_form": archive_form or ArchiveForm(course=course),
        "refusal": refusal,
        "counts": queries.enrolment_counts(course),
        "state_name": COURSE_STATE_NAMES[CourseState(course.state)],
        "is_published": course.state == CourseState.PUBLISHED,
        "is_archived": course.state == CourseState.ARCHIVED,
        "levels": LEVEL_NAMES,
        "working_title": title,
        "has_workspace": title is not None,
        **videos_context(draft or course.current_version),
    }
    status = 409 if refusal else 422 if archive_form is not None else 200
    return render(request, "learning/manage.html", context, status=status)


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
    return zip_response(partial(actions.write_export, version), f"{version.course.slug}-v{version.number}.zip")


@login_required
@require_POST
def archive(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a course out of the catalogue, with a reason and, if there is one, the course that takes its place."""
    course = _managed(request, slug)
    form = ArchiveForm(request.POST, course=course)
    if not form.is_valid():
        return _manage_page(request, course, form)
    try:
        actions.archive_course(
            by=request.user, course=course, reason=form.cleaned_data["reason"], successor=form.chosen_successor
        )
    except Refused as problem:
        return _manage_page(request, course, form, str(problem))
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
    version = _readable(request, public_id)
    return redirect("learning:preview_activity", public_id, version.outline[0]["parts"][0]["key"])


def _preview_language(request: SignedInRequest) -> str:
    """The language in which one looks at drafts: chosen on the page, kept while signed in."""
    if "language" in request.GET:
        request.session["preview_language"] = request.GET["language"][:12]
    return str(request.session.get("preview_language", ""))


@login_required
def preview_activity(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """One activity as a learner will see it; quizzes can be tried, nothing is kept."""
    version = _readable(request, public_id)
    found = queries.activity_of(version.pk, key)
    if found is None or found.kind not in KINDS:
        raise Http404
    language = queries.language_for(version, _preview_language(request))
    shown = queries.activity_in(version, found, language)
    outline = queries.outline_of(queries.version_in(version, language), {}, key)
    context: dict[str, Any] = {
        "variant": show_variant(shown.activity, None, request.GET.get("variant", "")),
        **language_context(version, language, shown),
        "enrolment": None,
        "activity": shown.activity,
        "kind": KINDS[found.kind],
        "kinds": KINDS,
        "outline": outline,
        "here": outline.here,
        "base": reverse("learning:preview", args=[version.public_id]),
        "course_url": reverse("learning:review", args=[version.public_id])
        if version.published_at is None
        else reverse("learning:manage", args=[version.course.slug]),
        "review_url": reverse("learning:review", args=[version.public_id]),
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
        "work": None,
        "rubric": rubric_lines(shown.activity.payload.get("rubric", []), {}),
    }
    if found.kind == "survey":
        context |= whole_sheet(found)
    if found.kind in PLAYED:
        context |= playing_context(request, found, None)
    if found.kind in {"quiz", "test"}:
        items = found.payload["items"]
        is_graded = request.method == "POST"
        answers = {
            item["code"]: read_answer(item["kind"], item, request.POST, f"q{number}")
            for number, item in enumerate(items, start=1)
            if is_graded
        }
        context["questions"] = quiz_questions(
            items, f"preview:{key}", answers, is_graded=is_graded, words=shown.item_words
        )
        context["is_graded"] = is_graded
    return render(request, "learning/activity.html", context)
