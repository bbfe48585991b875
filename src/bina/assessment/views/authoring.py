"""Writing an item in the browser: its form, a preview of what people will see, its versions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.rules import (
    KIND_NAMES,
    REGION_NAMES,
    SECTOR_NAMES,
    Kind,
    differences,
    feedback_on,
    payload_of,
    public_view,
    read_answer,
    read_picture,
)
from bina.assessment.rules.drafting import SHAPES, Typed, blank, entry_of_typed, read_typed, typed_of, with_change
from bina.assessment.views.banks import bank_for
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.uploads import require_upload

if TYPE_CHECKING:
    from bina.assessment.models import Item, ItemBank

_SEAL = "bina.assessment.preview"
_SEALED_FOR = 12 * 60 * 60  # seconds; a page that stood open longer asks for a new preview
_KINDS_IN_WORDS: dict[str, str] = {
    Kind.SINGLE: "circle-dot", Kind.MULTIPLE: "list-checks", Kind.ORDERING: "arrow-down-up", Kind.MATCHING: "waypoints",
    Kind.CLOZE: "text-cursor-input", Kind.NUMERIC: "hash", Kind.HOTSPOT: "scan-search", Kind.INBASKET: "inbox",
    Kind.SPREADSHEET: "table", Kind.SITUATIONAL: "messages-square",
}  # fmt: skip


@login_required
def new_item(request: SignedInRequest) -> HttpResponse:
    """A new item: bank and kind are chosen first, then its form stands there."""
    choices = queries.bank_choices(request.user)
    if not choices:
        raise Http404
    code, kind = request.GET.get("bank", ""), request.GET.get("kind", "")
    if kind not in KIND_NAMES or code not in dict(choices):
        context = {"banks": choices, "kinds": KIND_NAMES, "icons": _KINDS_IN_WORDS, "chosen": request.GET}
        return render(request, "assessment/new_item.html", context)
    bank = bank_for(request.user, code)
    given = {name: request.GET.get(name, "")[:20] for name in ("competency", "level")}
    return _editor(request, bank, None, blank(kind).with_values(**given))


@login_required
def edit_item(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Other words for an item that the account may change."""
    item = _item_to_change(request, public_id)
    if item.working is None:
        raise Http404
    return _editor(request, item.bank, item, typed_of(queries.entry_of(item, item.working)))


def _item_to_change(request: SignedInRequest, public_id: UUID) -> "Item":
    item = queries.item_visible_to(request.user, public_id)
    if item is None or not queries.may_manage_bank(request.user, item.bank):
        raise Http404
    return item


def _editor(request: SignedInRequest, bank: "ItemBank", item: "Item | None", form: Typed) -> HttpResponse:
    """The form of an item as it stands, after a button, or saved."""
    context: dict[str, Any] = {"bank": bank, "item": item, "seen": _mark(item), "correction": "", "looked": None, "refusal": "",
                               "overtaken": [], "picture_problem": ""}  # fmt: skip
    if request.method == "POST":
        form = read_typed(form.kind, request.POST)
        form = _with_fixed_facts(item, form)
        do = request.POST.get("do", "")
        context |= {"seen": request.POST.get("seen", "")[:60], "correction": request.POST.get("correction", "")[:300]}
        if form.value("image") and not queries.is_kept_picture(form.value("image")):
            form = form.with_values(image="")
        form, context["picture_problem"] = _with_sent_picture(request, form)
        form = form.with_values(image="", alt="", alt_en="") if do == "drop-picture" else with_change(form, do)
        entry = entry_of_typed(form)
        looked = context["looked"] = queries.look_over(bank, entry, without=item.code if item else "")
        if do == "save" and not looked.count and not context["picture_problem"]:
            answer = _save(request, bank, item, entry, context)
            if answer is not None:
                return answer
    competencies = [(code, str(row)) for code, row in queries.competencies_for(bank).items()]
    context |= {
        "form": form, "kind_name": KIND_NAMES[Kind(form.kind)], "competencies": competencies, "shapes": SHAPES,
        "levels": range(1, 6), "sectors": SECTOR_NAMES, "regions": REGION_NAMES,
        "is_fixed": item is not None and not _is_free(item),
        "is_version": item is not None and item.working is not None and not queries.is_open_draft(item.working),
    }  # fmt: skip
    return render(request, "assessment/item_form.html", context)


def _mark(item: "Item | None") -> str:
    return actions.mark_of(item.working) if item and item.working else ""


def _is_free(item: "Item") -> bool:
    """Whether competency and level may still be chosen."""
    return item.state == "draft"


def _with_fixed_facts(item: "Item | None", form: Typed) -> Typed:
    """What the form may not change stays as the item has it."""
    if item is None:
        return form
    fixed = {"code": item.code}
    if not _is_free(item):
        fixed |= {"competency": item.competency.code if item.competency else "", "level": str(item.level)}
    return form.with_values(**fixed)


def _with_sent_picture(request: SignedInRequest, form: Typed) -> tuple[Typed, str]:
    """The form with a picture that came along, kept at once so that no later button loses it; or why it was not taken."""
    upload = request.FILES.get("picture")
    if upload is None:
        return form, ""
    try:
        require_upload(upload, endings={".png", ".jpg", ".jpeg", ".svg"}, limit_mb=1)
        picture = read_picture(upload.name or "", upload.read())
    except Refused as refusal:
        return form, str(refusal)
    actions.store_pictures([picture])
    return form.with_values(image=picture.digest), ""


def _save(
    request: SignedInRequest, bank: "ItemBank", item: "Item | None", entry: Mapping[str, Any], context: dict[str, Any]
) -> HttpResponse | None:
    """Write the item and show it; None, with what to say in the context, where it was not written."""
    try:
        if item is None:
            item = actions.write_item(by=request.user, bank=bank, entry=entry)
        else:
            correction = context["correction"] if request.POST.get("is_correction") else ""
            if request.POST.get("is_correction") and not correction.strip():
                raise Refused(_("Tuliskan alasan pembetulan ejaan."))
            actions.rewrite_item(
                by=request.user, item=item, entry=entry, seen=context["seen"], correction=correction
            )  # fmt: skip
    except actions.Overtaken:
        stored = queries.item_visible_to(request.user, item.public_id) if item else None
        if item is None or stored is None or stored.working is None:
            raise
        context |= {
            "overtaken": differences(queries.entry_of(stored, stored.working), entry), "item": stored,
            "seen": _mark(stored),
        }  # fmt: skip
        return None
    except Refused as refusal:
        context["refusal"] = str(refusal)
        return None
    messages.success(request, _("Tersimpan. Belum dipakai untuk mengukur siapa pun sebelum ditelaah orang lain."))
    return redirect("assessment:item", public_id=item.public_id)


# --- Preview ---------------------------------------------------------------------------------------------------------


@login_required
@xframe_options_sameorigin
@require_POST
def preview(request: SignedInRequest) -> HttpResponse:
    """What is being typed, as a test-taker would see it; answered, shuffled and in both languages. Nothing is kept."""
    if not queries.may_read_items(request.user):
        raise Http404
    if "sealed" in request.POST:
        try:
            sealed = signing.loads(request.POST["sealed"], salt=_SEAL, max_age=_SEALED_FOR)
        except signing.BadSignature:
            raise Http404 from None
        return _shown(request, sealed["entry"], sealed["back"])
    kind = request.POST.get("kind", "")
    bank = next((row for row in queries.banks_managed_by(request.user) if row.code == request.POST.get("bank")), None)
    if kind not in KIND_NAMES or bank is None:
        raise Http404
    entry = entry_of_typed(read_typed(kind, request.POST))
    looked = queries.look_over(bank, entry, without=request.POST.get("code", ""))
    if looked.count:
        return render(request, "assessment/preview.html", {"looked": looked, "back": ""})
    return _shown(request, entry, "")


@login_required
@xframe_options_sameorigin
def preview_item(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The words of an item as a test-taker sees them, any version of it."""
    item = queries.item_visible_to(request.user, public_id)
    if item is None:
        raise Http404
    number = request.GET.get("version", "")
    version = queries.version_with(item, int(number)) if number.isascii() and number.isdigit() else item.working
    if version is None:
        raise Http404
    back = "" if "framed" in request.GET else str(public_id)
    return _shown(request, queries.entry_of(item, version), back)


def _shown(request: SignedInRequest, entry: Mapping[str, Any], back: str) -> HttpResponse:
    sent = request.POST
    seed = int(sent["seed"]) if sent.get("seed", "").isascii() and sent.get("seed", "").isdigit() else 1
    seed = seed % 1_000_000 + (sent.get("do") == "shuffle")
    language = "en" if sent.get("language") == "en" and entry.get("en") else "id"
    kind, payload, english = entry["kind"], payload_of(entry), entry.get("en") or {}
    answer = read_answer(kind, payload, sent, "answer") if sent.get("do") == "answer" else None
    with translation.override(language):
        context = {
            "view": public_view(kind, payload, seed, entry["stem"], english),
            "answer": answer,
            "feedback": feedback_on(kind, payload, answer, entry.get("explanation", ""), english)
            if sent.get("do") == "answer" else None,
            "looked": None, "seed": seed, "language": language, "has_english": bool(english), "back": back,
            "sealed": signing.dumps({"entry": entry, "back": back}, salt=_SEAL, compress=True),
        }  # fmt: skip
        return render(request, "assessment/preview.html", context)


# --- Versions --------------------------------------------------------------------------------------------------------


@login_required
def item_version(request: SignedInRequest, public_id: UUID, number: int) -> HttpResponse:
    """One version of an item beside the one before it, word by word."""
    item = queries.item_visible_to(request.user, public_id)
    version = queries.version_with(item, number) if item else None
    if item is None or version is None:
        raise Http404
    entry = queries.entry_of(item, version)
    other = queries.version_before(version)
    context = {
        "item": item, "version": version, "other": other,
        "differences": differences(queries.entry_of(item, other), entry) if other else [],
        "may_manage": queries.may_manage_bank(request.user, item.bank),
        "is_working": item.working is not None and item.working.pk == version.pk,
        "authors": queries.authors_of(version), "review": queries.latest_review_of(version),
    }  # fmt: skip
    return render(request, "assessment/item_version.html", context)


@login_required
@require_POST
def restore_version(request: SignedInRequest, public_id: UUID, number: int) -> HttpResponse:
    """The words of an older version again, as a new one."""
    item = _item_to_change(request, public_id)
    version = actions.restore_version(by=request.user, item=item, number=number)
    messages.success(request, _("Isi versi %(old)s kembali sebagai versi %(new)s, menunggu telaah.")
                     % {"old": number, "new": version.number})  # fmt: skip
    return redirect("assessment:item", public_id=public_id)


@login_required
@require_POST
def drop_proposal(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give up proposed words."""
    actions.drop_proposal(by=request.user, item=_item_to_change(request, public_id))
    messages.success(request, _("Usulan dibuang; versi yang dipakai tidak berubah."))
    return redirect("assessment:item", public_id=public_id)
