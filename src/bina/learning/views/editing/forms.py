"""Forms that save themselves: the course as a whole, and each of its parts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies.queries import competencies_by_code
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.rich_text import render_markdown
from bina.learning import actions, queries
from bina.learning.forms import CourseStartForm
from bina.learning.rules import (
    BLANK_CRITERION,
    LEVEL_NAMES,
    SECTOR_NAMES,
    TESTED_FRAMEWORK,
    VARIANT_SECTORS,
    ActivityKind,
    OutlineText,
    PartForm,
    Problem,
    Promise,
    Sector,
    Writing,
    form_of_part,
    promises_of,
    shown,
    typed_part,
)
from bina.people.queries import job_classes, provinces

if TYPE_CHECKING:
    from bina.learning.models import Course, Workspace
from bina.learning.views.editing.desk import Desk, course_at, desk_of, part_at, questions_of
from bina.learning.views.editing.media import media_from, portions_context

TAB_LENGTH = 12


def _seen(request: SignedInRequest, topic: str) -> actions.Seen:
    tab = "".join(sign for sign in request.POST.get("tab", "")[:TAB_LENGTH] if sign.isalnum())
    return actions.Seen(request.POST.get("seen", "")[:16], f"{topic}:{tab}" if tab else "")


def _saved(request: SignedInRequest, workspace: "Workspace", problems: list[Problem]) -> HttpResponse:
    """What a form says after it saved itself, and what is wrong with what it holds now."""
    context = {"workspace": workspace, "problems": problems, "is_answer": True}
    return render(request, "learning/editing/_saved.html", context)


def _not_saved(request: SignedInRequest, words: str) -> HttpResponse:
    return render(request, "learning/editing/_not_saved.html", {"words": words})


@login_required
def about(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is said about the course as a whole: words of the catalogue, hours, competencies."""
    desk = desk_of(request, slug)
    outline, overtaken = desk.outline(), ""
    sent = request.POST if request.method == "POST" else None
    if sent is not None:
        is_quiet = sent.get("do") == "stay"
        try:
            workspace = actions.save_about(by=request.user, course=desk.course, sent=sent, seen=_seen(request, "about"))
        except actions.Overtaken as refusal:
            if is_quiet:
                return _not_saved(request, str(refusal))
            overtaken = str(refusal)
        else:
            if is_quiet:
                problems = queries.checked_course(queries.WorkspaceSource(workspace)).by_part.get("", [])
                return _saved(request, workspace, problems)
            if sent.get("do") == "save":
                messages.success(request, _("Keterangan kursus tersimpan."))
                return redirect("learning:edit", slug)
            return redirect("learning:edit_about", slug)
    stored = outline.fields
    names = ("title", "summary", "description", "audience", "author", "licence", "language", "form", "learning_hours", "level",
             "passing_grade")  # fmt: skip
    values = {name: (sent.get(name, "") if sent is not None else shown(stored.get(name))) for name in names}
    promises = promises_of(outline)
    if sent is not None:
        rows = zip(
            sent.getlist("promise-competency"),
            sent.getlist("promise-target"),
            sent.getlist("promise-gain"),
            strict=False,
        )
        promises = [Promise(*row) for row in rows if row[0]]
    known = competencies_by_code(TESTED_FRAMEWORK)
    choices = [(f"{TESTED_FRAMEWORK}|{code}", f"{code} {row}") for code, row in sorted(known.items())]
    listed = {value for value, _words in choices}
    choices += [(row.competency, row.competency.replace("|", " ")) for row in promises if row.competency not in listed]
    context = {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "values": values, "promises": promises,
        "choices": choices, "levels": LEVEL_NAMES, "forms": CourseStartForm.FORMS, "overtaken": overtaken,
        "seen": actions.about_mark(outline), "tab": get_random_string(TAB_LENGTH), "minutes_per_hour": 45,
        "problems": queries.checked_course(desk.source).by_part.get("", []), "stored": stored if overtaken else None,
    }  # fmt: skip
    return render(request, "learning/editing/about.html", context, status=409 if overtaken else 200)


@login_required
def edit_part(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """One part: its words, its media, its questions, its gates. It saves itself while one writes."""
    desk = desk_of(request, slug)
    if request.method == "POST" and desk.outline().find(key) is None:
        # Nothing typed is lost: the browser keeps it until this part is there again.
        words = _("Bagian ini sudah dihapus. Kembalikan lewat Riwayat, lalu simpan lagi.")
        if request.POST.get("do") == "stay":
            return _not_saved(request, words)
        raise Refused(words)
    outline, entry, kind = part_at(desk, key)
    form, overtaken = form_of_part(kind, entry, desk.source.texts), ""
    if request.method == "POST":
        is_quiet = request.POST.get("do") == "stay"
        form = typed_part(kind, request.POST)
        try:
            if not is_quiet:
                _take_uploads(request, desk.course, kind, form)
            workspace = actions.save_part(
                by=request.user, course=desk.course, key=key, form=form, seen=_seen(request, f"part:{key}")
            )
        except Refused as refusal:
            if is_quiet:
                return _not_saved(request, str(refusal))
            overtaken = str(refusal)
            desk = desk_of(request, slug)
        else:
            source = queries.WorkspaceSource(workspace)
            if is_quiet:
                return _saved(request, workspace, queries.checked_part(source, key))
            if request.POST.get("do") == "save":
                messages.success(request, _("“%(title)s” tersimpan.") % {"title": form.values["title"] or key})
                return redirect(reverse("learning:edit", args=[slug]) + f"#part-{key}")
            return redirect(reverse("learning:edit_part", args=[slug, key]) + _place_of_variant(request, form))
    context = _part_context(desk, outline, entry, kind, form, key)
    context |= {"overtaken": overtaken, "tab": get_random_string(TAB_LENGTH), **portions_context(request)}
    if overtaken:
        context["stored"] = form_of_part(kind, entry, desk.source.texts)
    return render(request, "learning/editing/part.html", context, status=409 if overtaken else 200)


def _place_of_variant(request: SignedInRequest, form: PartForm) -> str:
    """Where on the page of a part one goes on after a variant came or went; a word about one that went."""
    if form.dropped_variant in VARIANT_SECTORS:
        name = SECTOR_NAMES[Sector(form.dropped_variant)]
        messages.success(request, _("Varian “%(name)s” dihapus. Riwayat dapat mengembalikannya.") % {"name": name})
        return "#variants"
    return f"#variant-{form.new_variant}" if form.new_variant else ""


def _take_uploads(request: SignedInRequest, course: "Course", kind: ActivityKind, form: PartForm) -> None:
    """Files that came with the form or in portions before it, kept in the media and named in their fields."""
    for one in kind.form_fields:
        if one.writing is Writing.MEDIA:
            name = media_from(request, course, f"{one.name}-upload", f"{one.name}-portions", one.endings)
            form.values[one.name] = name or form.values[one.name]


def _part_context(
    desk: Desk, outline: OutlineText, entry: Mapping[str, Any], kind: ActivityKind, form: PartForm, key: str
) -> dict[str, Any]:
    others = [
        (
            str(piece.value.get("key")),
            str(piece.value.get("title") or piece.value.get("key")),
            str(piece.value.get("kind")),
        )
        for _section, _place, piece in outline.parts()
        if piece.value.get("key") != key
    ]
    keys = outline.keys()
    place = keys.index(key)
    questions, questions_problem = questions_of(desk, kind, entry)
    return {
        "desk": desk, "course": desk.course, "workspace": desk.workspace, "key": key, "kind": kind, "form": form,
        "entry": entry, "others": others, "media": desk.source.media, "seen": actions.part_mark(entry, desk.source.texts),
        "problems": queries.checked_part(desk.source, key), "questions": questions, "questions_problem": questions_problem,
        "can_cover": "test_out" in kind.fields, "job_classes": job_classes(), "provinces": provinces(),
        "blank_criterion": BLANK_CRITERION, "competencies": sorted(competencies_by_code(TESTED_FRAMEWORK).items()),
        "previous": keys[place - 1] if place else "", "next": keys[place + 1] if place + 1 < len(keys) else "",
        "sectors": {code: SECTOR_NAMES[Sector(code)] for code in VARIANT_SECTORS},
        "section": next(section.title for section, _n, piece in outline.parts() if piece.value.get("key") == key),
    }  # fmt: skip


@login_required
@require_POST
def preview_text(request: SignedInRequest, slug: str) -> HttpResponse:
    """A text as it will be shown, without keeping it."""
    course_at(request, slug)
    text = request.POST.get(request.POST.get("field", "")[:40], "")[:400_000]
    base = reverse("learning:edit_media", args=[slug, "x"])[:-1]
    return render(request, "learning/editing/_text.html", {"html": render_markdown(text.replace("\r\n", "\n"), base)})
