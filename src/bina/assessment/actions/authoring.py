"""Writing items: a new one, other words for one that exists, and an old version again; nothing answered is rewritten."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.items import facts_of, put_words, set_facts, version_of
from bina.assessment.models import Item, ItemBank, ItemImage
from bina.assessment.queries.authoring import free_code
from bina.assessment.queries.items import competencies_for, entry_of, fixed_facts, may_manage_bank
from bina.assessment.rules import ItemState, digest_of, item_problems
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.assessment.models import ItemVersion
    from bina.journal.registry import Verb
    from bina.people.models import User


class Overtaken(Refused):
    """Somebody else, or another tab, saved other words meanwhile; nothing was written."""


@transaction.atomic
def write_item(*, by: "User", bank: ItemBank, entry: Mapping[str, Any]) -> Item:
    """A new item as a draft; without a code it gets the next free one. The same item sent again is the one that exists.

    Raises Denied without the right, Refused with every fault, or when another item has the code.
    """
    _require_keeper(by, bank)
    ItemBank.objects.select_for_update().get(pk=bank.pk)
    if not str(entry.get("code") or "").strip():
        twin = _just_written(by, bank, entry)
        if twin is not None:
            return twin
        entry = {**entry, "code": free_code(bank, str(entry.get("competency") or ""))}
    _require_whole(bank, entry)
    code = str(entry["code"]).strip()
    known = Item.objects.filter(bank=bank, code=code).select_related("current", "bank").first()
    if known is not None:
        if known.current is not None and known.current.digest == digest_of(entry) and known.state == ItemState.DRAFT:
            return known
        raise Refused(_("Kode “%(code)s” sudah dipakai butir lain di bank ini. Pakai kode lain.") % {"code": code})
    competencies = {name: row.pk for name, row in competencies_for(bank).items()}
    item = Item.objects.create(bank=bank, code=code, state=ItemState.DRAFT.value, **facts_of(entry, competencies))
    version = version_of(item, entry, 1)
    version.save()
    version.authors.add(by)
    item.current = version
    item.save(update_fields=["current"])
    note_item(entries.ITEM_WRITTEN, by, item)
    return item


def _just_written(by: "User", bank: ItemBank, entry: Mapping[str, Any]) -> Item | None:
    """The draft that a second click on the same form would write again."""
    if item_problems({**entry, "code": "-"}, images=_Pictures()):
        return None
    rows = Item.objects.filter(
        bank=bank, state=ItemState.DRAFT, current__digest=digest_of(entry), current__authors=by
    ).select_related("current", "bank", "competency")
    return next(
        (row for row in rows if (row.competency.code if row.competency else None) == entry.get("competency")), None
    )


@transaction.atomic
def rewrite_item(*, by: "User", item: Item, entry: Mapping[str, Any], seen: str, correction: str = "") -> "ItemVersion":
    """Other words for an item: over a draft, else as a version that waits for its review. The same words change nothing.

    ``seen`` is the mark (``mark_of``) of the words that the author had before them. ``correction`` is the reason why only
    the spelling changed, so that the parameters stay. Raises Overtaken when somebody saved other words meanwhile, Refused
    with every fault, Denied without the right.
    """
    _require_keeper(by, item.bank)
    item = _locked(item)
    _require_whole(item.bank, entry)
    faults = fixed_facts(item, entry)
    if faults:
        raise Refused(faults[0])
    working = item.working
    if working is None:
        raise Refused(_("Butir ini belum memiliki isi."))
    competencies = {name: row.pk for name, row in competencies_for(item.bank).items()}
    facts = facts_of(entry, competencies)
    is_same = working.digest == digest_of(entry) and all(getattr(item, name) == value for name, value in facts.items())
    if is_same:
        return working
    if mark_of(working) != seen:
        raise Overtaken(_("Butir ini sudah disimpan dengan isi lain sejak Anda membukanya."))
    set_facts(item, facts)
    if working.digest == digest_of(entry):
        note_item(entries.ITEM_WRITTEN, by, item)
        return working
    version = put_words(by, item, entry, correction=correction)
    verb = entries.ITEM_PROPOSED if item.proposal_id == version.pk else entries.ITEM_WRITTEN
    note_item(verb, by, item, reason=correction, version=version.number)
    return version


@transaction.atomic
def restore_version(*, by: "User", item: Item, number: int) -> "ItemVersion":
    """The words of an older version again, as a new one that waits for its review like any other.

    Raises Refused when there is no such version, when it already holds, or when its kind is no longer the item's.
    """
    _require_keeper(by, item.bank)
    item = _locked(item)
    old = item.versions.filter(number=number).first()
    working = item.working
    if old is None or working is None:
        raise Refused(_("Versi %(n)s tidak ada.") % {"n": number})
    if old.digest == working.digest:
        raise Refused(_("Isi versi %(n)s sama dengan yang sekarang; tidak ada yang diubah.") % {"n": number})
    entry = entry_of(item, old)
    _require_whole(item.bank, entry)
    version = put_words(by, item, entry)
    note_item(entries.ITEM_RESTORED, by, item, version=version.number, restored=number)
    return version


@transaction.atomic
def drop_proposal(*, by: "User", item: Item) -> None:
    """Give up proposed words of an item; the current ones go on. Without a proposal nothing changes."""
    _require_keeper(by, item.bank)
    item = _locked(item)
    if item.proposal is None:
        return
    proposal, item.proposal = item.proposal, None
    item.save(update_fields=["proposal"])
    note_item(entries.REVIEW_WITHDRAWN, by, item, version=proposal.number)
    proposal.delete()


def mark_of(version: "ItemVersion") -> str:
    """What names the words that somebody has before them: number and digest."""
    return f"{version.number}:{version.digest}"


def note_item(verb: "Verb", by: "User", item: Item, *, reason: str = "", **data: Any) -> None:
    """Write in the journal what happened to an item."""
    record(
        verb, by=by, kind="item", object_id=item.public_id, name=item.code, agency_id=item.bank.agency_id,
        reason=reason, data=data,
    )  # fmt: skip


def _locked(item: Item) -> Item:
    hold(Item.objects.filter(pk=item.pk))
    return Item.objects.select_related("bank", "competency", "current", "proposal").get(pk=item.pk)


def _require_keeper(by: "User", bank: ItemBank) -> None:
    if not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat menulis butirnya.")).require()


class _Pictures:
    """The pictures that are kept, asked one by one."""

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and ItemImage.objects.filter(digest=digest).exists()


def _require_whole(bank: ItemBank, entry: Mapping[str, Any]) -> None:
    problems = item_problems(entry, competencies=set(competencies_for(bank)), images=_Pictures())
    if problems:
        raise Refused(" ".join(problems))
