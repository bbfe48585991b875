"""The item bank, for those who keep it: list, card, import with a look before, export, retire; and items' pictures."""

import base64
import binascii
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from bina.assessment import actions, queries
from bina.assessment.forms.items import ItemFileForm
from bina.assessment.forms.reasons import ReasonForm
from bina.assessment.queries import ItemCurve
from bina.assessment.rules import (
    ITEM_STATE_NAMES,
    KIND_NAMES,
    LARGEST_ARCHIVE_MB,
    MOST_EXPOSURE,
    REGION_NAMES,
    SECTOR_NAMES,
    ItemFile,
    read_item_archive,
    read_item_file,
    right_answer,
)
from bina.assessment.rules.exchange import (
    FORMATS,
    READ_ENDINGS,
    ExchangeReport,
    is_package,
    read_foreign,
    template,
)
from bina.assessment.views.banks import bank_for
from bina.design.formats import number, percent
from bina.design.pictures import curve_picture, curve_table
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.uploads import require_upload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.assessment.models import ItemBank

FILTERS = ("bank", "competency", "level", "kind", "state", "sector", "region", "text")


def _chosen(request: SignedInRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:80] for name in FILTERS}


def _require_keeper(request: SignedInRequest) -> None:
    if not queries.may_read_items(request.user):
        raise Http404


@login_required
def items(request: SignedInRequest) -> HttpResponse:
    """Every item that the account may read, narrowed by filters, with how it is answered."""
    _require_keeper(request)
    chosen = _chosen(request)
    work = request.GET.get("work", "")
    found = queries.narrowed_by_work(
        queries.filtered_items(queries.items_visible_to(request.user), **chosen), request.user, work
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    parameters = request.GET.copy()
    parameters.pop("page", None)
    banks = list(queries.banks_visible_to(request.user))
    context: dict[str, Any] = {
        "page": page,
        "counts": queries.answer_counts([item.pk for item in page]),
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "query": parameters.urlencode(),
        "banks": banks,
        "competencies": queries.competencies_with_items(request.user),
        "kinds": KIND_NAMES,
        "states": ITEM_STATE_NAMES,
        "sectors": SECTOR_NAMES,
        "regions": REGION_NAMES,
        "work": work,
        "waiting": queries.waiting_items([item.pk for item in page]),
        "desk": queries.author_desk_of(request.user),
        "may_import": bool(queries.bank_choices(request.user)),
        "may_calibrate": any(queries.may_manage_bank(request.user, bank) for bank in banks),
    }
    return render(request, "assessment/items.html", context)


@login_required
def item(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One item as a person sees it, with its key, explanation, parameters, answers and history."""
    found = queries.item_visible_to(request.user, public_id)
    if found is None or found.current is None:
        raise Http404
    version = found.current
    answer = right_answer(found.kind, version.payload)
    level_count = found.level_count
    curve = queries.curve_of(version, level_count) if level_count else None
    tests = queries.adaptive_tests_of(found.bank)
    context = {
        "item": found,
        "version": version,
        "curve": curve,
        "curve_picture": _picture_of(curve, level_count) if curve else "",
        "told": _information_of(curve, level_count) if curve else "",
        "card": queries.item_card(version),
        "small": queries.small_count,
        "most_exposure": MOST_EXPOSURE,
        "adaptive_tests": tests,
        "is_overexposed": queries.is_overexposed(found, tests),
        "view": version.shown(str(found.public_id)),
        "answer": answer,
        "key": version.explained(answer),
        "count": queries.answer_counts([found.pk])[found.pk],
        "versions": list(queries.versions_of(found)),
        "history": list(queries.item_history(found)),
        "authors": queries.authors_of(found.working) if found.working else [],
        "open_review": queries.open_review_of(found.working),
        "latest_review": queries.latest_review_of(found.working),
        "may_review": found.working is not None and queries.may_review_version(request.user, found.working, None),
        "may_manage": queries.may_manage_bank(request.user, found.bank),
        "enemies": queries.enemies_of(found),
        "form": ReasonForm(),
    }
    return render(request, "assessment/item.html", context)


@login_required
def item_table(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The card of an item as a workbook, a sheet for each of its tables."""
    found = queries.item_visible_to(request.user, public_id)
    if found is None or found.current is None:
        raise Http404
    return workbook_reply(f"butir-{found.code}", *queries.item_sheets(found, found.current))


@login_required
@require_POST
def change_enemies(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Declare that two items never meet in a test, or let them meet again."""
    found = queries.item_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    code = request.POST.get("other", "").strip()[:60]
    other = queries.items_visible_to(request.user).filter(bank=found.bank, code=code).first()
    if other is None:
        messages.warning(
            request, _("Butir “%(code)s” tidak ada di %(bank)s.") % {"code": code, "bank": found.bank.name}
        )
    elif request.POST.get("do") == "part":
        actions.part_enemies(by=request.user, item=found, other=other)
        messages.success(request, _("%(code)s boleh bersama butir ini lagi.") % {"code": code})
    else:
        try:
            actions.declare_enemies(by=request.user, item=found, other=other, reason=request.POST.get("reason", ""))
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(
                request, _("%(code)s tidak akan muncul di uji yang sama dengan butir ini.") % {"code": code}
            )
    return redirect(f"{reverse('assessment:item', args=[public_id])}#enemies")


def _picture_of(curve: ItemCurve, level_count: int) -> Markup:
    return curve_picture(
        curve.levels.tolist(),
        curve.chance.tolist(),
        label=_("Peluang menjawab benar per tingkat"),
        ticks=range(level_count + 1),
        points=[(point.level, point.share) for point in curve.observed if point.share is not None],
        top=1.0,
        heights=[(share, percent(share)) for share in (0.5, 1.0)],
    ) + curve_table(curve.levels.tolist(), curve.chance.tolist(), column=_("Peluang benar"), written=percent)


def _information_of(curve: ItemCurve, level_count: int) -> Markup:
    best = float(curve.levels[curve.information.argmax()])
    return curve_picture(
        curve.levels.tolist(),
        curve.information.tolist(),
        label=_("Informasi butir per tingkat, tertinggi di sekitar %(n)s") % {"n": number(best, 1)},
        ticks=range(level_count + 1),
    ) + curve_table(curve.levels.tolist(), curve.information.tolist(), column=_("Informasi"))


@login_required
@require_POST
def change_item_state(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take an item to the next state of its life, with a reason."""
    found = queries.item_visible_to(request.user, public_id)
    state = request.POST.get("state", "")
    if found is None or state not in ITEM_STATE_NAMES:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Tuliskan alasannya agar pengelola lain mengerti."))
    else:
        actions.move_item(by=request.user, item=found, state=state, reason=form.cleaned_data["reason"])
        messages.success(
            request,
            _("Keadaan butir: %(state)s. Uji yang sedang berjalan tidak terganggu.") % {"state": found.state_name},
        )
    return redirect("assessment:item", public_id=public_id)


@login_required
def import_items(request: SignedInRequest) -> HttpResponse:
    """A file of items: looked at item by item first, written only when the person says so."""
    _require_keeper(request)
    choices = queries.bank_choices(request.user)
    if not choices:
        raise Http404
    offered = {"banks": choices, "competencies": queries.default_competencies(request.user)}
    form = ItemFileForm(**offered, initial={"bank": request.GET.get("bank", "")})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and ("text" in request.POST or "archive" in request.POST):
        return _take(request, bank_for(request.user, request.POST.get("bank", "")))
    if request.method == "POST":
        form = context["form"] = ItemFileForm(request.POST, request.FILES, **offered)
        if form.is_valid():
            try:
                found, sent = _looked_at(form.cleaned_data["file"])
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                bank = bank_for(request.user, form.cleaned_data["bank"])
                defaults = {name: form.cleaned_data[name] for name in ("competency", "level")}
                context |= {"bank": bank, "defaults": defaults, **sent, **_looked_through(bank, found, **defaults)}
    return render(request, "assessment/import.html", context)


def _looked_through(
    bank: "ItemBank", found: ItemFile | ExchangeReport, *, competency: str, level: int | None
) -> dict[str, Any]:
    """What a file would do, line by line, for the page."""
    if isinstance(found, ItemFile):
        lines = queries.check_items(bank, found.entries, found.pictures, for_review=True)
    else:
        lines = queries.check_foreign(bank, found.with_defaults(competency=competency, level=level), for_review=True)
    counts = {name: sum(line.outcome == name for line in lines) for name in _OUTCOMES}
    return {"lines": lines, "notes": getattr(found, "notes", ()), "counts": counts}


def _take(request: SignedInRequest, bank: "ItemBank") -> HttpResponse:
    """Write what was looked at: the page sent the file back, a list as text or anything else in base 64."""
    found: ItemFile | ExchangeReport
    if "archive" in request.POST:
        try:
            content = base64.b64decode(request.POST["archive"], validate=True)
        except (binascii.Error, ValueError):
            raise Http404 from None
        ending = request.POST.get("ending", ".zip")
        if ending not in READ_ENDINGS:
            raise Http404
        found = _read(ending, content)
    else:
        found = ItemFile(read_item_file(request.POST["text"]))
    if isinstance(found, ItemFile):
        report = actions.import_items(by=request.user, bank=bank, items=found.entries, pictures=found.pictures)
    else:
        level = request.POST.get("level", "")
        found = found.with_defaults(
            competency=request.POST.get("competency", "")[:20], level=int(level) if level in {*"12345"} else None
        )
        report = actions.import_foreign_items(by=request.user, bank=bank, report=found)
    counts = {name: report.count(name) for name in _OUTCOMES}
    messages.success(
        request,
        _("%(new)s butir baru, %(changed)s versi baru, %(same)s tetap, %(error)s tidak diambil. Semuanya draf.")
        % {**counts, "error": counts["error"] + counts["unsupported"]},
    )
    return redirect(f"{request.path.removesuffix('import/')}?bank={bank.code}&work=mine")


def _looked_at(upload: "UploadedFile[Any]") -> tuple[ItemFile | ExchangeReport, dict[str, str]]:
    """What a sent file holds, and what the page keeps so that the file can be taken with one more click."""
    ending = require_upload(upload, endings={".yaml", *READ_ENDINGS}, limit_mb=LARGEST_ARCHIVE_MB)
    content = upload.read()
    if ending == ".yaml":
        return ItemFile(read_item_file(content)), {"text": content.decode("utf-8-sig")}
    return _read(ending, content), {"archive": base64.b64encode(content).decode(), "ending": ending}


def _read(ending: str, content: bytes) -> ItemFile | ExchangeReport:
    """A file by its ending; a ZIP is ours unless it says that it is a content package."""
    if ending == ".zip" and not is_package(content):
        return read_item_archive(content)
    return read_foreign(ending, content)


_OUTCOMES = ("new", "changed", "same", "error", "unsupported")


@login_required
def export_items(request: SignedInRequest) -> HttpResponse:
    """The filtered items as a file that can be imported again without loss, or as one that another system reads."""
    _require_keeper(request)
    found = queries.filtered_items(queries.items_visible_to(request.user), **_chosen(request))
    name = request.GET.get("format", "")
    file = queries.export_foreign(found, name).file if name in FORMATS else queries.export_items(found)
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f'attachment; filename="butir-soal{file.ending}"'
    return response


@login_required
@require_safe
def export_formats(request: SignedInRequest) -> HttpResponse:
    """The formats in which the filtered items may leave; of a chosen one, what it cannot hold."""
    _require_keeper(request)
    found = queries.filtered_items(queries.items_visible_to(request.user), **_chosen(request))
    name = request.GET.get("format", "")
    parameters = request.GET.copy()
    parameters.pop("format", None)
    parameters.pop("page", None)
    context: dict[str, Any] = {
        "formats": FORMATS, "format": name, "query": parameters.urlencode(), "count": found.count(),
        "export": queries.export_foreign(found, name) if name in FORMATS else None,
    }  # fmt: skip
    return render(request, "assessment/export.html", context)


@login_required
@require_safe
def table_template(request: SignedInRequest, ending: str) -> HttpResponse:
    """A table to fill in with questions (``csv`` or ``xlsx``)."""
    _require_keeper(request)
    if ending not in {"csv", "xlsx"}:
        raise Http404
    response = HttpResponse(template(f".{ending}"), content_type=FORMATS[ending].content_type)
    response["Content-Disposition"] = f'attachment; filename="templat-soal.{ending}"'
    return response


@login_required
@require_safe
def image(request: SignedInRequest, digest: str) -> HttpResponse:
    """A picture of an item, never changing under its address; whatever it holds, nothing in it may act."""
    found = queries.image_with(digest)
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
