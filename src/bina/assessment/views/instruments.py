"""Instruments for their authors: the list, one of them with its ways through, editing, importing."""

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment import actions, queries
from bina.assessment.forms.instruments import (
    InstrumentFileForm,
    InstrumentForm,
    NewInstrumentForm,
    QuestionForm,
    ScaleForm,
    SectionForm,
)
from bina.assessment.models import Instrument
from bina.assessment.rules.instruments import (
    INSTRUMENT_ENDINGS,
    QUESTION_KIND_NAMES,
    Content,
    InstrumentFile,
    condition_words,
    content_problems,
    findings_of,
    instrument_as_yaml,
    instrument_template,
    moved_question,
    moved_section,
    paths_of,
    read_instrument_file,
    with_question,
    with_scale,
    with_section,
    without_question,
    without_scale,
    without_section,
)
from bina.assessment.views.organising import may_of
from bina.assessment.views.steps import Step, take_step
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.spreadsheets import XLSX
from bina.foundation.uploads import require_upload

if TYPE_CHECKING:
    from bina.people.models import Agency

LARGEST_MB = 1
PIECES = ("question", "section", "scale")


def _require_author(request: SignedInRequest) -> None:
    if not queries.may_survey(request.user):
        raise Http404


def _instrument(request: SignedInRequest, public_id: UUID) -> Instrument:
    found = queries.instrument_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _own_draft(request: SignedInRequest, public_id: UUID) -> Instrument:
    found = _instrument(request, public_id)
    if not queries.may_manage_instrument(request.user, found):
        raise Http404
    return found


def _agencies(request: SignedInRequest) -> "dict[str, Agency]":
    return {str(agency.public_id): agency for agency in queries.agencies_that_survey(request.user)}


@login_required
@require_safe
def instruments(request: SignedInRequest) -> HttpResponse:
    """The newest version of every instrument that the account may read."""
    _require_author(request)
    context = {"instruments": queries.newest_instruments(request.user), "may": may_of(request)}
    return render(request, "assessment/instruments.html", context)


@login_required
@require_safe
def instrument(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One version of an instrument: its questions with their conditions, its scales, every way through."""
    found = _instrument(request, public_id)
    content = found.content
    problems = content_problems(content) if found.is_draft else []
    context = {
        "instrument": found,
        "pages": content.pages,
        "content": content,
        "words": lambda condition: condition_words(content, condition),
        "kinds": QUESTION_KIND_NAMES,
        "scales": queries.scale_names(content),
        "problems": problems,
        "paths": None if problems else paths_of(content),
        "versions": queries.versions_of_instrument(found),
        "may_manage": queries.may_manage_instrument(request.user, found),
        "may": may_of(request),
    }
    return render(request, "assessment/instrument.html", context)


@login_required
@require_safe
def preview_instrument(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """All pages as a person sees them, one after another; nothing is kept."""
    found = _instrument(request, public_id)
    pages = [(page, queries.sheet_questions(page.questions)) for page in found.content.pages]
    return render(request, "assessment/instrument_preview.html", {"instrument": found, "pages": pages})


@login_required
def new_instrument(request: SignedInRequest) -> HttpResponse:
    """An instrument from the start."""
    _require_author(request)
    agencies = _agencies(request)
    form = NewInstrumentForm(request.POST or None, agencies=[(key, row.name) for key, row in agencies.items()])
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_instrument(
                by=request.user, agency=agencies[form.cleaned_data["agency"]], facts=form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:instrument", public_id=made.public_id)
    context = {"form": form, "heading": _("Instrumen baru"), "back": "", "may": may_of(request)}
    return render(request, "assessment/instrument_form.html", context, status=409 if form.errors else 200)


@login_required
@require_POST
def step_instrument(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Publish, retire, make a new version, take a draft away; move or remove a question, section or scale."""
    found = _own_draft(request, public_id)
    content, key = found.content, request.POST.get("key", "")

    def rearranged(how: Callable[..., Content], **options: bool) -> Step:
        # Worked out when it is taken: the key may be that of another kind of piece.
        return Step(lambda by: _save(request, found, how(content, key, **options)))

    steps = {
        "publish": Step(
            partial(actions.publish_instrument, instrument=found),
            _("Instrumen terbit dan tidak berubah lagi. Survei dapat memakainya."),
        ),
        "retire": Step(
            partial(actions.retire_instrument, instrument=found),
            _("Instrumen tidak lagi ditawarkan untuk survei baru."),
        ),
        "version": Step(
            partial(actions.new_version_of, instrument=found),
            leads_to=lambda draft: reverse("assessment:instrument", args=[draft.public_id]),
        ),
        "remove": Step(
            partial(actions.remove_draft_instrument, instrument=found),
            _("Draf dihapus."),
            lambda _removed: reverse("assessment:instruments"),
        ),
        "question-up": rearranged(moved_question, up=True),
        "question-down": rearranged(moved_question, up=False),
        "question-remove": rearranged(without_question),
        "section-up": rearranged(moved_section, up=True),
        "section-down": rearranged(moved_section, up=False),
        "section-remove": rearranged(without_section),
        "scale-remove": rearranged(without_scale),
    }
    return take_step(request, steps, reverse("assessment:instrument", args=[public_id]))


def _save(
    request: SignedInRequest, instrument: Instrument, content: Content | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    revision = request.POST.get("revision", "")
    actions.change_instrument(
        by=request.user, instrument=instrument, revision=int(revision) if revision.isdecimal() else -1, content=content,
        facts=facts,
    )  # fmt: skip


@login_required
def edit_instrument(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Title and introduction of a draft."""
    found = _own_draft(request, public_id)
    initial = {name: getattr(found, name) for name in ("title", "title_en", "intro", "intro_en")}
    form = InstrumentForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, found, facts=form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:instrument", public_id=public_id)
    return _form_page(request, found, form, _("Judul dan pengantar"))


def _form_page(request: SignedInRequest, instrument: Instrument, form: Any, heading: str) -> HttpResponse:
    context = {
        "form": form, "heading": heading, "instrument": instrument, "may": may_of(request),
        "revision": request.POST.get("revision", instrument.revision),
    }  # fmt: skip
    return render(request, "assessment/instrument_form.html", context, status=409 if form.errors else 200)


@login_required
def edit_piece(request: SignedInRequest, public_id: UUID, piece: str, key: str = "") -> HttpResponse:
    """Add a question, a section or a scale, or change the one with a key."""
    found = _own_draft(request, public_id)
    content = found.content
    if piece not in PIECES or not found.is_draft:
        raise Http404
    old: Any = {"question": content.question, "section": content.section, "scale": content.scale}[piece](key)
    if key and old is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form: QuestionForm | SectionForm | ScaleForm
    if piece == "question":
        form = QuestionForm(data, content=content, question=old, initial=None)
    elif piece == "section":
        form = SectionForm(data, content=content, section=old, initial=None)
    else:
        form = ScaleForm(data, content=content, scale=old, initial=None)
    if data is not None and form.is_valid():
        if isinstance(form, QuestionForm):
            changed = with_question(content, form.question(), old=key)
        elif isinstance(form, SectionForm):
            changed = with_section(content, form.section(), old=key)
        else:
            changed = with_scale(content, form.scale(), old=key)
        try:
            _save(request, found, changed)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment:instrument", public_id=public_id)
    words = {
        "question": (_("Pertanyaan baru"), _("Ubah pertanyaan")), "section": (_("Bagian baru"), _("Ubah bagian")),
        "scale": (_("Skala baru"), _("Ubah skala")),
    }  # fmt: skip
    return _form_page(request, found, form, words[piece][bool(key)])


@login_required
def import_instrument(request: SignedInRequest) -> HttpResponse:
    """A file with an instrument: looked at question by question first, taken as a draft when the person says so."""
    _require_author(request)
    agencies = _agencies(request)
    choices = [(key, row.name) for key, row in agencies.items()]
    form = InstrumentFileForm(agencies=choices)
    context: dict[str, Any] = {"form": form, "may": may_of(request)}
    if request.method == "POST" and "content" in request.POST:
        return _take(request, agencies)
    if request.method == "POST":
        form = context["form"] = InstrumentFileForm(request.POST, request.FILES, agencies=choices)
        if form.is_valid():
            try:
                ending = require_upload(form.cleaned_data["file"], endings=set(INSTRUMENT_ENDINGS), limit_mb=LARGEST_MB)
                sent = form.cleaned_data["file"].read()
                found = read_instrument_file(ending, sent)
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                title = form.cleaned_data["title"].strip() or found.facts.get("title", "")
                lines, general = findings_of(found.content)
                if not title:
                    form.add_error("title", _("Instrumen memerlukan judul."))
                else:
                    context |= {
                        "lines": lines, "general": general, "kinds": QUESTION_KIND_NAMES, "found": found, "title": title,
                        "agency": form.cleaned_data["agency"], "ending": ending, "kept": base64.b64encode(sent).decode(),
                        "faulty": sum(bool(line.problems) for line in lines),
                    }  # fmt: skip
    return render(request, "assessment/instrument_import.html", context, status=409 if form.errors else 200)


def _take(request: SignedInRequest, agencies: "dict[str, Agency]") -> HttpResponse:
    """Take what was looked at as a draft; faults stay to be mended in the browser."""
    ending = request.POST.get("ending", "")
    agency = agencies.get(request.POST.get("agency", ""))
    try:
        sent = base64.b64decode(request.POST["content"], validate=True)
    except (binascii.Error, ValueError):
        raise Http404 from None
    if agency is None or ending not in INSTRUMENT_ENDINGS:
        raise Http404
    try:
        found: InstrumentFile = read_instrument_file(ending, sent)
        facts = {**found.facts, "title": request.POST.get("title", "")}
        made = actions.create_instrument(
            by=request.user, agency=agency, facts=facts, content=found.content, code=found.facts.get("code", "")
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("assessment:import_instrument")
    messages.success(request, _("%(n)s pertanyaan diambil sebagai draf.") % {"n": len(found.content.questions)})
    return redirect("assessment:instrument", public_id=made.public_id)


@login_required
@require_safe
def download_instrument(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """An instrument as a file that can be imported again without loss."""
    found = _instrument(request, public_id)
    facts = {"code": found.code.rpartition(":")[2]} | {
        name: getattr(found, name) for name in ("title", "title_en", "intro", "intro_en")
    }
    response = HttpResponse(instrument_as_yaml(facts, found.content), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="instrumen.yaml"'
    return response


@login_required
@require_safe
def template_of_instruments(request: SignedInRequest, ending: str) -> HttpResponse:
    """A table to fill in (``csv`` or ``xlsx``)."""
    _require_author(request)
    if ending not in {"csv", "xlsx"}:
        raise Http404
    kind = XLSX if ending == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(instrument_template(f".{ending}"), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="templat-instrumen.{ending}"'
    return response
