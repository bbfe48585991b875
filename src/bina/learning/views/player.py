"""Walking through a course, one activity per page; everything works without JavaScript."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.wording import second_wording
from bina.learning import actions, queries
from bina.learning.rules import (
    KINDS,
    EnrolmentState,
)

if TYPE_CHECKING:
    from bina.learning.models import Activity, CourseVersion, Enrolment
from bina.learning.views.activities import kind_context, language_of, own_place, place_url, show_variant, zone_of

LARGEST_REPORT = 20_000


def _outline(enrolment: "Enrolment", key: str) -> queries.Outline:
    version = queries.version_in(enrolment.version, language_of(enrolment))
    return queries.outline_of(version, enrolment.progress_marks, key, scores=enrolment.facts.get("scores", {}))


@login_required
def resume(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Go on where one stopped: the latest part that is not done, else the first that is left."""
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return redirect("learning:course", enrolment.course.slug)
    outline = _outline(enrolment, enrolment.latest_activity_key)
    here = outline.here if outline.here and outline.here.state != "done" else outline.first_open
    target = here or next(
        (part for section in outline.sections for part in section.parts if not part.lock), outline.sections[0].parts[0]
    )
    return redirect(place_url(enrolment, target.key))


@login_required
def activity(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """One activity, with what comes before and after."""
    enrolment, found = own_place(request, public_id, key)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return redirect("learning:course", enrolment.course.slug)
    try:
        actions.open_activity(by=request.user, enrolment=enrolment, activity=found)
    except Refused:
        return _locked_page(request, enrolment, found)
    return activity_page(request, enrolment, found)


def _locked_page(request: SignedInRequest, enrolment: "Enrolment", found: "Activity") -> HttpResponse:
    """What comes before a part that is not open yet, with the way there."""
    outline = _outline(enrolment, found.key)
    language = language_of(enrolment)
    context = {
        "enrolment": enrolment,
        "version": queries.version_in(enrolment.version, language),
        "activity": queries.activity_in(enrolment.version, found, language).activity,
        "kind": KINDS[found.kind],
        "outline": outline,
        "here": outline.here,
        "base": reverse("learning:resume", args=[enrolment.public_id]),
    }
    return render(request, "learning/locked.html", context)


def activity_page(
    request: SignedInRequest,
    enrolment: "Enrolment",
    found: "Activity",
    *,
    error: str = "",
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of one activity; with what was refused, and what was typed, after a refusal."""
    outline = _outline(enrolment, found.key)
    kind = KINDS[found.kind]
    language = language_of(enrolment)
    shown = queries.activity_in(enrolment.version, found, language)
    with second_wording(queries.questions_in_english(enrolment.version, language)):
        of_kind = kind_context(request, enrolment, found, typed, shown)
    wanted = request.GET.get("variant", "" if language == enrolment.version.language else "general")
    context = {
        "variant": show_variant(shown.activity, request.user.employee, wanted),
        **language_context(enrolment.version, language, shown),
        "enrolment": enrolment,
        "activity": shown.activity,
        "kind": kind,
        "kinds": KINDS,
        "outline": outline,
        "here": outline.here,
        "base": reverse("learning:resume", args=[enrolment.public_id]),
        "course_url": reverse("learning:course", args=[enrolment.course.slug]),
        "is_preview": False,
        "zone": zone_of(request),
        "error": error,
        "hasty": _hasty(enrolment),
        **of_kind,
    }
    return render(request, "learning/activity.html", context, status=409 if error else 200)


def _hasty(enrolment: "Enrolment") -> tuple[str, dict[str, Any]] | None:
    """The first part that went faster than anybody reads and about which nothing was said yet: key and figures."""
    rows: dict[str, dict[str, Any]] = enrolment.facts.get("hasty", {})
    return next(((key, row) for key, row in rows.items() if "words" not in row), None)


@login_required
@require_POST
def explain_haste(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """A sentence about a part that went very fast; then back to where one was."""
    enrolment, _found = own_place(request, public_id, key)
    try:
        actions.explain_haste(by=request.user, enrolment=enrolment, key=key, words=request.POST.get("words", ""))
        messages.success(request, _("Terima kasih, catatan Anda tersimpan."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    back = request.POST.get("back", "")[:60]
    there = queries.activity_of(enrolment.version_id, back)
    return redirect(place_url(enrolment, there.key if there else key))


def language_context(version: "CourseVersion", language: str, shown: queries.ShownPart) -> dict[str, Any]:
    """What the page of an activity says about its language, with the version in it."""
    return {
        "version": queries.version_in(version, language),
        "languages": queries.languages_of(version, language),
        "language": language,
        "fell_back": shown.fell_back,
        "text_language": version.language if shown.fell_back else language,
    }


@login_required
@require_POST
def choose_language(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Go on in another language; back to where one was. What was done and every score stay."""
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    actions.choose_language(by=request.user, enrolment=enrolment, language=request.POST.get("language", "")[:12])
    there = queries.activity_of(enrolment.version_id, request.POST.get("back", "")[:60])
    if there is None:
        return redirect("learning:course", enrolment.course.slug)
    return redirect(place_url(enrolment, there.key))


@login_required
@require_POST
def complete(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """“Selesai dan lanjut”: close a part and go to the next; when the evidence is missing, say what is."""
    enrolment, found = own_place(request, public_id, key)
    seconds = request.POST.get("seconds", "")
    noticed: dict[str, object] = {"seconds": int(seconds)} if seconds.isdigit() and len(seconds) < 6 else {}
    if request.POST.get("transcript"):
        # The button stands at the end of the transcript, inside what has to be opened first.
        noticed["transcript"] = True
    page = request.POST.get("page", "")
    if page.isascii() and page.isdigit() and len(page) < 6:
        noticed["page"] = int(page)
    try:
        if noticed:
            actions.record_activity_progress(by=request.user, enrolment=enrolment, activity=found, report=noticed)
        if request.POST.get("save") and int(str(noticed.get("page", 0))) < found.payload.get("pages", 1):
            messages.success(request, _("Tempat Anda tersimpan. Lanjutkan dari perangkat mana pun."))
            return redirect(place_url(enrolment, key))
        held = actions.complete_activity(by=request.user, enrolment=enrolment, activity=found)
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal))
    return redirect(after_part(request, enrolment, held, key))


def after_part(request: SignedInRequest, before: "Enrolment", held: "Enrolment", key: str) -> str:
    """Where to go when a part is done: the next part; after the last one, or on completion, the course."""
    course_url = reverse("learning:course", args=[held.course.slug])
    if before.state == EnrolmentState.STARTED and held.state == EnrolmentState.COMPLETED:
        messages.success(request, _("Kursus selesai. Jam pelajaran dan sertifikat Anda sedang dicatat."))
        return course_url
    outline = _outline(held, key)
    return place_url(held, outline.next.key) if outline.next else course_url


@login_required
@require_POST
def report(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """What the player noticed: seconds in view, watched stretches, an opened transcript. Answers nothing (204)."""
    enrolment, found = own_place(request, public_id, key)
    data: object = {}
    raw = request.POST.get("report", "")
    if raw and len(raw) <= LARGEST_REPORT:
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            data = {}
    reported = dict(data) if isinstance(data, dict) else {}
    if enrolment.state != EnrolmentState.WITHDRAWN:
        try:
            actions.record_activity_progress(by=request.user, enrolment=enrolment, activity=found, report=reported)
        except Refused:
            return HttpResponse(status=409)  # a part that is not open keeps no traces
    return HttpResponse(status=204)


@login_required
def download(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Hand out the file of an activity, or lead to the page elsewhere, and remember that it was fetched."""
    enrolment, found = own_place(request, public_id, key)
    url = found.payload.get("file_url") or found.payload.get("url")
    if not url:
        raise Http404
    if enrolment.state != EnrolmentState.WITHDRAWN:
        try:
            actions.record_activity_progress(
                by=request.user, enrolment=enrolment, activity=found, report={"downloaded": True}
            )
        except Refused:
            return redirect(place_url(enrolment, key))
    return redirect(url)
