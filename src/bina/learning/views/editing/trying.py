"""A part of a working copy as a learner will see it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bina.assessment.rules import read_answer
from bina.foundation.requests import SignedInRequest
from bina.learning import queries
from bina.learning.rules import KINDS, rubric_lines
from bina.learning.views.activities import PLAYED, quiz_questions, show_variant
from bina.learning.views.editing.desk import desk_of
from bina.learning.views.videos import playing_context


@login_required
@xframe_options_sameorigin
def try_part(request: SignedInRequest, slug: str, key: str = "") -> HttpResponse:
    """A part of the working copy as a learner will see it; quizzes can be tried, nothing is kept."""
    desk = desk_of(request, slug)
    checked = queries.checked_course(desk.source)
    base = reverse("learning:edit_media", args=[slug, "x"])[:-1]
    shown_course = queries.previewed_course(desk.workspace, checked, base)
    if shown_course is None:
        return render(request, "learning/editing/no_preview.html", {"desk": desk, "course": desk.course})
    key = key or next(iter(shown_course.activities))
    found = shown_course.activities.get(key)
    if found is None:
        raise Http404
    outline = queries.outline_of(shown_course.version, {}, key)
    context: dict[str, Any] = {
        "variant": show_variant(found, None, request.GET.get("variant", ""), shown_course.variants[key]),
        "version": shown_course.version, "enrolment": None, "activity": found, "kind": KINDS[found.kind], "kinds": KINDS,
        "outline": outline, "here": outline.here, "base": reverse("learning:try", args=[slug]),
        "course_url": reverse("learning:edit", args=[slug]), "is_preview": True, "is_working_copy": True, "zone": "WIB",
        "error": "", "progress": None, "evidence": {}, "watched": 0.0, "attempt": None, "session": None, "latest": None,
        "token": "", "work": None, "languages": [], "language": shown_course.version.language, "fell_back": "",
        "text_language": shown_course.version.language, "rubric": rubric_lines(found.payload.get("rubric", []), {}),
        "edit_url": reverse("learning:edit_part", args=[slug, key]),
        # What runs in a frame of its own, or misses something it cannot be shown without, is told instead.
        "is_showable": KINDS[found.kind].template.startswith("learning/")
        and not any(problem.is_error for problem in checked.by_part.get(key, [])),
        "faults": [problem for problem in checked.by_part.get(key, []) if problem.is_error],
    }  # fmt: skip
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
        context["questions"] = quiz_questions(items, f"preview:{key}", answers, is_graded=is_graded)
        context["is_graded"] = is_graded
    return render(request, "learning/activity.html", context)
