"""Writing the questions of quizzes and tests in the browser, with the forms of the item bank."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment.actions import store_pictures
from bina.assessment.rules import KIND_NAMES, Kind, StoredPicture, item_faults, read_picture
from bina.assessment.rules.drafting import (
    SHAPES,
    Typed,
    blank,
    entry_of_typed,
    plain_words,
    read_typed,
    typed_of,
    with_change,
)
from bina.assessment.rules.writing import writing_hints
from bina.competencies.queries import competencies_by_code
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions
from bina.learning.rules import IMAGES, TESTED_FRAMEWORK, mark_of
from bina.learning.views.editing.desk import Desk, desk_of, part_at, questions_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ICONS: dict[str, str] = {
    Kind.SINGLE: "circle-dot", Kind.MULTIPLE: "list-checks", Kind.ORDERING: "arrow-down-up", Kind.MATCHING: "waypoints",
    Kind.CLOZE: "text-cursor-input", Kind.NUMERIC: "hash", Kind.HOTSPOT: "scan-search", Kind.INBASKET: "inbox",
    Kind.SPREADSHEET: "table", Kind.SITUATIONAL: "messages-square",
}  # fmt: skip


def _picture(desk: Desk, name: object) -> StoredPicture | None:
    """A picture in the media of the folder, read as questions use it; None when it is none."""
    if not isinstance(name, str) or name not in desk.source.rows or not name.lower().endswith(tuple(IMAGES)):
        return None
    with desk.source.open(name) as stream:
        try:
            return read_picture(name, stream.read())
        except Refused:
            return None


def _name_of_picture(desk: Desk, digest: str) -> str | None:
    """The file in the media that holds a picture."""
    for name, _size in desk.source.media:
        found = _picture(desk, name) if digest else None
        if found is not None and found.digest == digest:
            return name
    return None


@login_required
def question(request: SignedInRequest, slug: str, key: str, number: int = 0) -> HttpResponse:
    """The form of a question; 0 is a new one, whose kind is chosen first."""
    desk = desk_of(request, slug)
    outline, entry, kind = part_at(desk, key)
    actions.questions_file(outline, key)
    values, problem = questions_of(desk, kind, entry)
    old = values[number - 1] if 0 < number <= len(values) else None
    if problem or (number and not isinstance(old, dict)):
        raise Http404
    if old is not None and old.get("kind") in KIND_NAMES:
        try:
            form = typed_of({**old, "level": old.get("level") or ""})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(
                _(
                    "Soal ini ditulis dengan susunan yang tidak dapat dibuka di formulir. Perbaiki berkasnya lewat ekspor."
                )
            ) from error
        picture = _picture(desk, old.get("image"))
        if picture is not None:
            store_pictures([picture])
        form = form.with_values(image=picture.digest if picture else "")
    elif request.GET.get("kind", request.POST.get("kind", "")) in KIND_NAMES:
        form = blank(request.GET.get("kind", request.POST.get("kind", "")))
        last = next((row for row in reversed(values) if isinstance(row, dict)), {})
        form = form.with_values(competency=str(last.get("competency") or ""), level=str(last.get("level") or "2"))
    else:
        context = {"desk": desk, "course": desk.course, "key": key, "entry": entry, "kinds": KIND_NAMES, "icons": ICONS}
        return render(request, "learning/editing/new_question.html", context)
    return _form(request, desk, key, entry, number, old, form)


def _form(
    request: SignedInRequest, desk: Desk, key: str, entry: Mapping[str, Any], number: int, old: Any, form: Typed
) -> HttpResponse:
    needs_competency = entry.get("kind") == "test"
    looked, refusal, picture_problem = None, "", ""
    if request.method == "POST":
        form = read_typed(form.kind, request.POST)
        do = request.POST.get("do", "")
        form, picture_problem = _with_sent_picture(request, desk, form)
        desk = desk_of(request, desk.course.slug)
        form = form.with_values(image="", alt="", alt_en="") if do == "drop-picture" else with_change(form, do)
        form = form.with_values(code=str(old.get("code") or "") if old else "")
        image = _name_of_picture(desk, form.value("image"))
        looked = _look_over(form, image, needs_competency=needs_competency)
        if do == "save" and not looked["count"] and not picture_problem:
            try:
                place = actions.save_question(
                    by=request.user, course=desk.course, key=key, place=number - 1 if number else None, typed=form,
                    image=image, seen=request.POST.get("seen", "")[:16],
                )  # fmt: skip
            except actions.Overtaken as overtaken:
                refusal = str(overtaken)
            else:
                messages.success(request, _("Soal %(n)s tersimpan.") % {"n": place + 1})
                return redirect(reverse("learning:edit_part", args=[desk.course.slug, key]) + f"#soal-{place + 1}")
    competencies = [(code, str(row)) for code, row in sorted(competencies_by_code(TESTED_FRAMEWORK).items())]
    context = {
        "desk": desk, "course": desk.course, "key": key, "entry": entry, "number": number, "form": form, "looked": looked,
        "refusal": refusal, "picture_problem": picture_problem, "kind_name": KIND_NAMES[Kind(form.kind)], "shapes": SHAPES,
        "levels": range(1, 6), "competencies": competencies, "needs_competency": needs_competency,
        "seen": mark_of(old) if old is not None else "",
    }  # fmt: skip
    return render(request, "learning/editing/question.html", context, status=409 if refusal else 200)


def _look_over(form: Typed, image: str | None, *, needs_competency: bool) -> dict[str, Any]:
    """What is wrong with a question, by place, in words for people who never see a file; hints once nothing is."""
    entry = {"code": "-", **entry_of_typed(form)}
    entry.pop("image", None)
    if image:
        entry["image"] = image
    known = set(competencies_by_code(TESTED_FRAMEWORK))
    faults = item_faults(entry, competencies=known, needs_competency=needs_competency, images={image} if image else ())
    if faults:
        found = _by_place((fault.place, plain_words(fault.words)) for fault in faults)
        return {"count": len(faults), "faults": found, "hints": {}}
    return {"count": 0, "faults": {}, "hints": _by_place((hint.place, hint.words) for hint in writing_hints(entry))}


def _by_place(rows: "Iterable[tuple[str, str]]") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, words in rows:
        found.setdefault(place, []).append(words)
    return found


def _with_sent_picture(request: SignedInRequest, desk: Desk, form: Typed) -> tuple[Typed, str]:
    """The form with a picture that came along, kept in the media at once so that no later button loses it."""
    upload = request.FILES.get("picture")
    if upload is None:
        return form, ""
    try:
        picture = read_picture(upload.name or "", upload.read())
        upload.seek(0)
        actions.add_media(by=request.user, course=desk.course, upload=upload)
    except Refused as refusal:
        return form, str(refusal)
    store_pictures([picture])
    return form.with_values(image=picture.digest), ""


@login_required
@require_POST
def arrange_questions(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """Move or remove a question."""
    desk = desk_of(request, slug)
    words = actions.arrange_questions(by=request.user, course=desk.course, key=key, do=request.POST.get("do", "")[:40])
    if words:
        messages.success(request, words)
    return redirect(reverse("learning:edit_part", args=[slug, key]) + "#soal")
