"""Items come from files: each is checked, new words become a draft or a new version, nothing answered is ever rewritten."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.enemies import store_enemies
from bina.assessment.actions.forms_of_tests import count_change, refresh_forms
from bina.assessment.models import Item, ItemBank, ItemImage, ItemReview, ItemVersion
from bina.assessment.queries.authoring import is_open_draft
from bina.assessment.queries.items import (
    ImportLine,
    check_items,
    competencies_for,
    entry_of,
    may_manage_bank,
    own_bank_code,
)
from bina.assessment.rules import (
    ItemState,
    StoredPicture,
    can_keep_parameters,
    can_move_item,
    digest_of,
    english_of,
    measured_part,
    parameters_of,
    payload_of,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User


SHOWN_EXACTLY = 0.0051  # forms show parameters with two decimals


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, item by item."""

    lines: tuple[ImportLine, ...]

    def count(self, outcome: str) -> int:
        """How many items had an outcome: new, changed, same or error."""
        return sum(line.outcome == outcome for line in self.lines)


@transaction.atomic
def import_items(
    *,
    by: "User | None",
    bank: ItemBank,
    items: Sequence[object],
    pictures: Mapping[str, StoredPicture] | None = None,
) -> ImportReport:
    """Take the good items of a file into a bank; faulty ones are left out and say why. A second call changes nothing.

    What somebody imports arrives as a draft, or as proposed new words of an item that was reviewed before, whatever state
    the file names: nobody is measured with it before another person has reviewed it. What the installation brings along
    (``by`` None) is used at once, save words that the item has left behind. ``pictures`` came beside the file, by the names
    that the items use. Raises Denied when the account may not manage the bank.
    """
    if by is not None and not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat mengimpor butir.")).require()
    pictures = pictures or {}
    report = ImportReport(tuple(check_items(bank, items, pictures, for_review=by is not None)))
    good = [line.item for line in report.lines if line.outcome != "error" and line.item is not None]
    shown = {item.get("image") for item in good}
    store_pictures([picture for picture in pictures.values() if picture.digest in shown])
    if by is None:
        store_items(bank, _without_former_words(bank, good))
        refresh_forms(bank)
    else:
        store_drafts(by, bank, good)
    store_enemies(by, bank, good)
    if report.count("new") or report.count("changed"):
        counts = {outcome: report.count(outcome) for outcome in ("new", "changed", "same", "error")}
        record(entries.ITEMS_IMPORTED, by=by, kind="item_bank", object_id=bank.public_id, name=bank.name,
               agency_id=bank.agency_id, data=counts)  # fmt: skip
    return report


def _without_former_words(bank: ItemBank, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items whose words are news: what somebody has corrected since is not put back by the next start."""
    rows = ItemVersion.objects.filter(item__bank=bank).exclude(pk=F("item__current_id"))
    former = set(rows.values_list("item__code", "digest"))
    return [item for item in items if (str(item["code"]).strip(), digest_of(item)) not in former]


def store_drafts(by: "User", bank: ItemBank, items: Iterable[Mapping[str, Any]]) -> None:
    """Write (already checked) items of an author: new ones as drafts, different words of known ones as ``put_words`` does."""
    competencies = {code: row.pk for code, row in competencies_for(bank).items()}
    known = {
        row.code: row
        for row in Item.objects.filter(bank=bank).select_related("bank", "current", "proposal", "competency")
    }
    new: list[tuple[Item, Mapping[str, Any]]] = []
    for data in items:
        item = known.get(str(data["code"]).strip())
        if item is None:
            facts = facts_of(data, competencies)
            new.append((Item(bank=bank, code=str(data["code"]).strip(), state=ItemState.DRAFT.value, **facts), data))
            continue
        # What a file is silent about stays as it was.
        facts = facts_of(data, competencies)
        set_facts(item, {name: value for name, value in facts.items() if value != ""})
        if item.working is None or item.working.digest != digest_of(data):
            put_words(by, item, data)
    Item.objects.bulk_create([item for item, _data in new])
    versions = ItemVersion.objects.bulk_create([version_of(item, data, 1) for item, data in new])
    for version in versions:
        version.item.current = version
    Item.objects.bulk_update([version.item for version in versions], ["current"])
    authorship = ItemVersion.authors.through
    authorship.objects.bulk_create([authorship(itemversion_id=version.pk, user_id=by.pk) for version in versions])


def store_pictures(pictures: Collection[StoredPicture]) -> None:
    """Keep pictures that are not kept yet; the same content is kept once."""
    known = set(ItemImage.objects.filter(digest__in=[one.digest for one in pictures]).values_list("digest", flat=True))
    ItemImage.objects.bulk_create(
        (
            ItemImage(digest=one.digest, content_type=one.content_type, content=one.content)
            for one in {one.digest: one for one in pictures}.values()
            if one.digest not in known
        ),
        ignore_conflicts=True,
    )


def store_items(bank: ItemBank, items: Iterable[Mapping[str, Any]]) -> list[ItemVersion]:
    """The current version of each (already checked) item, written where it is new or different; in the given order.

    An item that stays as it was costs no question to the database.
    """
    competencies = {code: row.pk for code, row in competencies_for(bank).items()}
    known = {row.code: row for row in Item.objects.filter(bank=bank).select_related("current")}
    rows: list[tuple[Item, Mapping[str, Any]]] = []
    new: list[Item] = []
    changed: list[Item] = []
    for data in items:
        code, facts = str(data["code"]).strip(), facts_of(data, competencies)
        item = known.get(code)
        if item is None:
            item = known[code] = Item(bank=bank, code=code, state=data.get("state") or ItemState.IN_USE.value, **facts)
            new.append(item)
        elif any(getattr(item, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(item, name, value)
            changed.append(item)
        rows.append((item, data))
    Item.objects.bulk_create(new)
    Item.objects.bulk_update(changed, ["competency", "level", "kind", "context", "sector", "region"])
    versions = [_version(item, data) for item, data in rows]
    written = [version for version in versions if version.pk is None]
    ItemVersion.objects.bulk_create(written)
    for version in written:
        version.item.current = version
    Item.objects.bulk_update([version.item for version in written], ["current"])
    if changed or written:
        count_change(bank)
    return versions


def facts_of(data: Mapping[str, Any], competencies: Mapping[str, int]) -> dict[str, Any]:
    """What an entry says about the item itself, beside its words."""
    return {
        "competency_id": competencies.get(str(data.get("competency") or "")),
        "level": data["level"],
        "kind": data["kind"],
        "context": str(data.get("context") or "")[:80],
        "sector": str(data.get("sector") or ""),
        "region": str(data.get("region") or ""),
    }


def _version(item: Item, data: Mapping[str, Any]) -> ItemVersion:
    """The current version of an item where it holds just this content; else a new one, not yet written."""
    if item.current and item.current.digest == digest_of(data):
        return item.current
    latest = ItemVersion.objects.filter(item=item).aggregate(latest=Max("number"))["latest"] if item.current else 0
    version = version_of(item, data, (latest or 0) + 1)
    version.approved_at = version.created_at
    return version


def version_of(item: Item, data: Mapping[str, Any], number: int) -> ItemVersion:
    """A version of an item as an entry holds it, not yet written and reviewed by nobody."""
    slope, level = parameters_of(data)
    return ItemVersion(
        item=item, number=number, stem=str(data["stem"]).strip(), payload=payload_of(data),
        explanation=str(data.get("explanation") or "").strip(), english=english_of(data), a=slope,
        b=ItemVersion.even_chance_level(slope, level), digest=digest_of(data), created_at=clock.now(),
    )  # fmt: skip


def set_facts(item: Item, facts: Mapping[str, Any]) -> None:
    """Note what is known of an item beside its words, where it differs."""
    changed = [name for name, value in facts.items() if getattr(item, name) != value]
    for name in changed:
        setattr(item, name, facts[name])
    if changed:
        item.save(update_fields=changed)


def put_words(by: "User", item: Item, data: Mapping[str, Any], *, correction: str = "") -> ItemVersion:
    """Write new words of an item (locked or owned by the caller, and checked): over a draft, else as a version of their own.

    A draft nobody has answered or approved is overwritten. Other words of a draft item become its current ones; of any
    other item a proposal, while the current words stay in tests. Parameters stay where nothing that is measured changed,
    or where ``correction`` says why only the spelling did; raises Refused when more than that changed.
    """
    working = item.working
    version = version_of(item, data, (working.number if working else 0) + 1)
    before = item.current if working is not None and (item.proposal or not is_open_draft(working)) else None
    if before is not None:
        old = entry_of(item, before)
        if correction:
            can_keep_parameters(old, data).require()
        if correction or (_has_same_numbers(before, data) and measured_part(old) == measured_part(data)):
            version.a, version.b, version.is_provisional = before.a, before.b, before.is_provisional
        version.correction = correction.strip()[:300]
    if working is not None and is_open_draft(working):
        version.pk, version.number = working.pk, working.number
        version.save()
        withdraw_open_review(working)
    else:
        version.number = (item.versions.aggregate(latest=Max("number"))["latest"] or 0) + 1
        version.save()
        if item.state == ItemState.DRAFT or item.current is None:
            item.current = version
        else:
            item.proposal = version
        item.save(update_fields=["current", "proposal"])
    version.authors.add(by)
    if item.proposal_id == version.pk:
        item.proposal = version
    else:
        item.current = version
    return version


def _has_same_numbers(before: ItemVersion, data: Mapping[str, Any]) -> bool:
    """Whether an entry leaves the parameters of a version as they are: it is silent, or means them as a form shows them."""
    known = before.file_parameters
    given = [(data[name], known[name]) for name in ("a", "b") if data.get(name) is not None]
    return all(abs(float(value) - own) < SHOWN_EXACTLY for value, own in given)


def withdraw_open_review(version: ItemVersion) -> bool:
    """Take back the open request for a review of words that change; whether there was one."""
    return bool(
        version.reviews.filter(outcome=ItemReview.Outcome.OPEN).update(
            outcome=ItemReview.Outcome.WITHDRAWN, decided_at=clock.now()
        )
    )


@transaction.atomic
def move_item(*, by: "User", item: Item, state: str, reason: str) -> None:
    """Take an item to another state of its life, with a reason; attempts that hold it go on undisturbed.

    The same state again changes nothing. Raises Denied without the right, Refused without a reason or for a step that the
    life of an item does not have.
    """
    if not may_manage_bank(by, item.bank):
        denied(_("Hanya pengelola bank soal ini yang dapat mengubah butirnya.")).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))
    # Two keepers may decide about one item at the same time; the second one meets what the first has done.
    before = Item.objects.select_for_update().values_list("state", flat=True).get(pk=item.pk)
    if before == state:
        item.state = before
        return
    can_move_item(before, state, is_approved=item.is_approved).require()
    _move(by, item, before, state, reason)
    count_change(item.bank)
    refresh_forms(item.bank)


def _move(by: "User", item: Item, before: str, state: str, reason: str) -> None:
    item.state = state
    item.state_reason = reason.strip()[:300]
    item.save(update_fields=["state", "state_reason"])
    record(
        entries.ITEM_MOVED, by=by, kind="item", object_id=item.public_id, name=item.code, agency_id=item.bank.agency_id,
        reason=reason, data={"from": before, "to": state},
    )  # fmt: skip


@transaction.atomic
def move_items(*, by: "User", items: Sequence[Item], state: str, reason: str) -> int:
    """Take many items to another state in one go; how many went. Those for which it is no step stay as they are.

    Raises Denied without the right to the bank of one of them, Refused without a reason.
    """
    rows = Item.objects.filter(pk__in=[item.pk for item in items])
    hold(rows)
    locked = list(rows.select_related("bank", "current"))
    banks = {item.bank_id: item.bank for item in locked}
    if not all(may_manage_bank(by, bank) for bank in banks.values()):
        denied(_("Hanya pengelola bank soal ini yang dapat mengubah butirnya.")).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))
    moving = [item for item in locked if can_move_item(item.state, state, is_approved=item.is_approved)]
    for item in moving:
        _move(by, item, item.state, state, reason)
    for bank_id in {item.bank_id for item in moving}:
        count_change(banks[bank_id])
        refresh_forms(banks[bank_id])
    return len(moving)


@transaction.atomic
def own_bank(*, by: "User", agency: "Agency") -> ItemBank:
    """The bank of an agency's own items, made when it is first needed. Raises Denied without the right there."""
    agencies = standing_of(by).agencies_with(Permission.MANAGE_ITEMS)
    if agencies is not None and agency.pk not in agencies:
        denied(_("Hanya pengelola bank soal instansi yang dapat membuka bank soalnya.")).require()
    bank, _created = ItemBank.objects.get_or_create(
        code=own_bank_code(agency), defaults={"name": f"Bank soal {agency.short_name}"[:200], "agency": agency}
    )
    return bank
