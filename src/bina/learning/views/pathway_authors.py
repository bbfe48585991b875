"""The workshop of those who make pathways: drafting, steps, order, preview, publishing, files in and out."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.forms import AboutPathwayForm, PathwayForm, PathwayImportForm, StepForm
from bina.learning.rules import (
    COURSE_STATE_NAMES,
    PATHWAY_AUDIENCES,
    STEP_KINDS,
    CourseState,
    way_of,
    with_about,
    with_stage,
    with_stage_moved,
    with_stage_words,
    with_step,
    with_step_moved,
    without_stage,
    without_step,
    write_pathway,
)
from bina.learning.views.pathways import addresses

if TYPE_CHECKING:
    from bina.learning.models import Pathway, PathwayVersion

ABOUT = ("title", "summary", "description", "audience")


def _managed(request: SignedInRequest, slug: str) -> "Pathway":
    found = queries.managed_pathway(request.user, slug)
    if found is None:
        raise Http404
    return found


def _version(request: SignedInRequest, public_id: UUID) -> "PathwayVersion":
    version = queries.managed_pathway_version(request.user, public_id)
    if version is None:
        raise Http404
    return version


def _draft_content(pathway: "Pathway") -> tuple[dict[str, Any], int, "PathwayVersion | None"]:
    """What a change is made on: the draft with its revision, else the published content as revision 0."""
    draft = queries.pathway_draft_of(pathway)
    base = draft or pathway.current_version
    return (base.content if base else {}), (draft.revision if draft else 0), draft


@login_required
def managed_pathways(request: SignedInRequest) -> HttpResponse:
    """The pathways one looks after."""
    if not queries.may_make_pathways(request.user):
        raise Http404
    page = Paginator(queries.managed_pathways(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "learning/pathways/managed.html", {"page": page, "state_names": COURSE_STATE_NAMES})


@login_required
def new_pathway(request: SignedInRequest) -> HttpResponse:
    """The first words about a pathway; then its stages and steps."""
    if not queries.may_make_pathways(request.user):
        raise Http404
    form = PathwayForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        pathway = actions.create_pathway(
            by=request.user, agency=form.chosen_agency, title=form.cleaned_data["title"],
            summary=form.cleaned_data["summary"],
        )  # fmt: skip
        return redirect("learning:edit_pathway", pathway.slug)
    return render(request, "learning/pathways/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def import_pathway(request: SignedInRequest) -> HttpResponse:
    """Bring the file of a pathway in as a draft."""
    if not queries.may_make_pathways(request.user):
        raise Http404
    form = PathwayImportForm(request.POST or None, request.FILES or None, user=request.user)
    problems: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            pathway, problems = actions.import_pathway_file(
                by=request.user, agency=form.chosen_agency, text=form.cleaned_data["file"]
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            if pathway is not None:
                messages.success(request, _("Isi berkas tersimpan sebagai draf. Lihat pratinjaunya, lalu terbitkan."))
                return redirect("learning:manage_pathway", pathway.slug)
    status = 422 if form.errors or problems else 200
    return render(request, "learning/pathways/import.html", {"form": form, "problems": problems}, status=status)


@login_required
def manage_pathway(request: SignedInRequest, slug: str) -> HttpResponse:
    """One pathway from its author's side: draft, versions, people; and what the pressed button asks."""
    pathway = _managed(request, slug)
    if request.method == "POST":
        return _tend(request, pathway)
    draft = queries.pathway_draft_of(pathway)
    context = {
        "pathway": pathway,
        "title": (pathway.current_version or draft or pathway),
        "draft": draft,
        "problems": queries.problems_of_draft(draft) if draft else [],
        "versions": queries.pathway_versions(pathway),
        "counts": queries.pathway_counts(request.user, pathway),
        "state_name": COURSE_STATE_NAMES[CourseState(pathway.state)],
        "is_published": pathway.state == CourseState.PUBLISHED,
        "is_archived": pathway.state == CourseState.ARCHIVED,
    }
    return render(request, "learning/pathways/manage.html", context)


def _tend(request: SignedInRequest, pathway: "Pathway") -> HttpResponse:
    go = request.POST.get("go", "")
    try:
        if go == "publish":
            version = actions.publish_pathway(by=request.user, pathway=pathway)
            messages.success(
                request,
                _("Versi %(number)s terbit. Peserta yang sedang berjalan tetap pada versi mereka.")
                % {"number": version.number},
            )
        elif go == "discard":
            stays = actions.discard_pathway_draft(by=request.user, pathway=pathway)
            messages.success(request, _("Draf dibuang."))
            if not stays:
                return redirect("learning:managed_pathways")
        elif go == "archive":
            actions.archive_pathway(by=request.user, pathway=pathway)
            messages.success(request, _("Jalur diarsipkan. Peserta yang sedang berjalan dapat menyelesaikannya."))
        elif go == "restore":
            actions.restore_pathway(by=request.user, pathway=pathway)
            messages.success(request, _("Jalur kembali ada di katalog."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("learning:manage_pathway", pathway.slug)


@login_required
def edit_pathway(request: SignedInRequest, slug: str) -> HttpResponse:
    """The draft with its stages and steps: words, order, removal; steps have pages of their own."""
    pathway = _managed(request, slug)
    content, revision, draft = _draft_content(pathway)
    about = AboutPathwayForm(
        request.POST if request.POST.get("go") == "about" else None,
        initial={name: content.get(name, "") for name in ABOUT},
    )
    if request.method == "POST":
        changed, anchor = _changed(request, content, about)
        if changed is not None:
            try:
                actions.save_pathway_draft(
                    by=request.user, pathway=pathway, content=changed, revision=_revision(request)
                )
            except Refused as refusal:
                messages.warning(request, str(refusal))
            return redirect(f"{reverse('learning:edit_pathway', args=[slug])}{anchor}")
    context = {
        "pathway": pathway,
        "content": content,
        "revision": revision,
        "draft": draft,
        "about": about,
        "problems": queries.problems_of_draft(draft) if draft else [],
        **addresses(),
    }
    return render(request, "learning/pathways/edit.html", context, status=422 if about.errors else 200)


def _revision(request: SignedInRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _changed(
    request: SignedInRequest, content: dict[str, Any], about: AboutPathwayForm
) -> tuple[dict[str, Any] | None, str]:
    """The content after the change that a button asks for, and the place on the page to come back to."""
    go, _colon, what = request.POST.get("go", "").partition(":")
    place = int(what) if what.isascii() and what.isdigit() and len(what) < 4 else -1
    title = request.POST.get("title", "").strip()[:160]
    if go == "about":
        return (with_about(content, **about.cleaned_data), "") if about.is_valid() else (None, "")
    if go == "add-stage":
        count = len(content.get("stages", ()))
        words = title or _("Tahap %(n)s") % {"n": count + 1}
        return with_stage(content, words), f"#tahap-{count}"
    if go == "stage":
        needed = request.POST.get("needed", "")
        least = int(needed) if needed.isascii() and needed.isdigit() and len(needed) < 4 else None
        changed = with_stage_words(
            content, place, title=title or _("Tahap %(n)s") % {"n": place + 1}, waits=bool(request.POST.get("waits")),
            needed=least or None,
        )  # fmt: skip
        return changed, f"#tahap-{place}"
    stages = {"stage-up": -1, "stage-down": 1}
    if go in stages:
        return with_stage_moved(content, place, stages[go]), f"#tahap-{max(0, place + stages[go])}"
    if go == "stage-remove":
        return without_stage(content, place), "#tahap-0"
    steps = {"up": -1, "down": 1}
    if go in steps:
        return with_step_moved(content, what, steps[go]), f"#langkah-{what}"
    if go == "remove":
        return without_step(content, what), "#tahap-0"
    raise Http404


@login_required
def new_step(request: SignedInRequest, slug: str, code: str, place: int) -> HttpResponse:
    """A further step of a kind in a stage."""
    pathway = _managed(request, slug)
    content, revision, _draft = _draft_content(pathway)
    if code not in STEP_KINDS or place >= len(content.get("stages", ())):
        raise Http404
    return _step(request, pathway, content, revision, code, {}, place)


@login_required
def edit_step(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """A step of the draft, to be written anew."""
    pathway = _managed(request, slug)
    content, revision, _draft = _draft_content(pathway)
    for place, stage in enumerate(content.get("stages", ())):
        for known in stage["steps"]:
            if known["key"] == key and known["kind"] in STEP_KINDS:
                return _step(request, pathway, content, revision, known["kind"], known, place)
    raise Http404


def _step(
    request: SignedInRequest, pathway: "Pathway", content: dict[str, Any], revision: int, code: str,
    known: dict[str, Any], place: int,
) -> HttpResponse:  # fmt: skip
    kind = STEP_KINDS[code]
    form = StepForm(request.POST or None, kind=kind, content=content, user=request.user, known=known, place=place)
    problem = ""
    if request.method == "POST" and form.is_valid():
        step = form.step
        try:
            actions.save_pathway_draft(
                by=request.user, pathway=pathway, content=with_step(content, step, form.place),
                revision=_revision(request),
            )  # fmt: skip
        except Refused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("Langkah “%(title)s” tersimpan di draf.") % {"title": step["title"]})
            return redirect(f"{reverse('learning:edit_pathway', args=[pathway.slug])}#langkah-{step['key']}")
    context = {
        "pathway": pathway, "kind": kind, "form": form, "known": known, "problem": problem, "revision": revision,
        "audience_names": PATHWAY_AUDIENCES,
    }  # fmt: skip
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "learning/pathways/edit_step.html", context, status=status)


@login_required
@require_safe
def preview_pathway(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A version as somebody will see it who opens it; nothing can be joined here."""
    version = _version(request, public_id)
    context = {
        "pathway": version.pathway, "version": version, "journey": None, "way": way_of(version.stages, {}),
        "is_running": False, "is_completed": False, "is_withdrawn": False, "has_newer": False, "may_join": False,
        "sees_people": False, "is_preview": True, **addresses(),
    }  # fmt: skip
    return render(request, "learning/pathways/pathway.html", context)


@login_required
@require_safe
def export_pathway(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The file of a version."""
    version = _version(request, public_id)
    response = HttpResponse(write_pathway(version.content), content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{version.pathway.slug}-v{version.number}.yaml"'
    return response
