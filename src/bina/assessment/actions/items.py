"""Items come from files: each is checked, new words become a new version, and nothing answered is ever rewritten."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.forms_of_tests import count_change, refresh_forms
from bina.assessment.models import Item, ItemBank, ItemImage, ItemVersion
from bina.assessment.queries.items import ImportLine, check_items, competencies_for, may_manage_bank, own_bank_code
from bina.assessment.rules import (
    ItemState,
    StoredPicture,
    can_move_item,
    digest_of,
    english_of,
    parameters_of,
    payload_of,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User


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

    An item whose words, key, picture or parameters differ gets a new version; earlier answers keep theirs. ``pictures``
    came beside the file, by the names that the items use. Raises Denied when the account may not manage the bank
    (``by`` None is the installation itself).
    """
    if by is not None and not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat mengimpor butir.")).require()
    pictures = pictures or {}
    report = ImportReport(tuple(check_items(bank, items, pictures)))
    good = [line.item for line in report.lines if line.outcome != "error" and line.item is not None]
    shown = {item.get("image") for item in good}
    store_pictures([picture for picture in pictures.values() if picture.digest in shown])
    store_items(bank, good)
    refresh_forms(bank)
    if report.count("new") or report.count("changed"):
        counts = {outcome: report.count(outcome) for outcome in ("new", "changed", "same", "error")}
        record(entries.ITEMS_IMPORTED, by=by, kind="item_bank", object_id=bank.public_id, name=bank.name,
               agency_id=bank.agency_id, data=counts)  # fmt: skip
    return report


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
        code, facts = str(data["code"]).strip(), _facts(data, competencies)
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
    Item.objects.bulk_update(changed, ["competency", "level", "kind", "context"])
    versions = [_version(item, data) for item, data in rows]
    written = [version for version in versions if version.pk is None]
    ItemVersion.objects.bulk_create(written)
    for version in written:
        version.item.current = version
    Item.objects.bulk_update([version.item for version in written], ["current"])
    if changed or written:
        count_change(bank)
    return versions


def _facts(data: Mapping[str, Any], competencies: Mapping[str, int]) -> dict[str, Any]:
    return {
        "competency_id": competencies.get(str(data.get("competency") or "")),
        "level": data["level"],
        "kind": data["kind"],
        "context": str(data.get("context") or "")[:80],
    }


def _version(item: Item, data: Mapping[str, Any]) -> ItemVersion:
    """The current version of an item where it holds just this content; else a new one, not yet written."""
    digest = digest_of(data)
    if item.current and item.current.digest == digest:
        return item.current
    slope, level = parameters_of(data)
    return ItemVersion(
        item=item, number=item.current.number + 1 if item.current else 1, stem=str(data["stem"]).strip(),
        payload=payload_of(data), explanation=str(data.get("explanation") or "").strip(), english=english_of(data),
        a=slope, b=ItemVersion.even_chance_level(slope, level), digest=digest, created_at=clock.now(),
    )  # fmt: skip


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
    if item.state == state:
        return
    can_move_item(item.state, state).require()
    before = item.state
    item.state = state
    item.state_reason = reason.strip()[:300]
    item.save(update_fields=["state", "state_reason"])
    count_change(item.bank)
    refresh_forms(item.bank)
    record(
        entries.ITEM_MOVED, by=by, kind="item", object_id=item.public_id, name=item.code, agency_id=item.bank.agency_id,
        reason=reason, data={"from": before, "to": state},
    )  # fmt: skip


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
