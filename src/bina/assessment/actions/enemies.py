"""Authors declare that two items never meet in a test, or may meet again; forms of the bank follow at once."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.forms_of_tests import count_change, refresh_forms
from bina.assessment.models import Item, ItemBank, ItemEnemies
from bina.assessment.queries.enemies import enemy_items
from bina.assessment.queries.items import may_manage_bank
from bina.assessment.rules import can_be_enemies
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import User


def _require_keeper(by: "User", bank: ItemBank) -> None:
    if not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat mengatur butir yang tidak boleh bersama.")).require()


@transaction.atomic
def declare_enemies(*, by: "User", item: Item, other: Item, reason: str = "") -> bool:
    """Two items never meet in a test from now on; False where that was declared already, which changes nothing.

    Tests that have begun go on as they are. Raises Denied for anybody who does not keep the bank, Refused for an item and
    itself, or for items of two banks.
    """
    _require_keeper(by, item.bank)
    can_be_enemies(is_same_item=item.pk == other.pk, is_same_bank=item.bank_id == other.bank_id).require()
    first, second = sorted((item, other), key=lambda row: row.pk)
    _row, is_new = ItemEnemies.objects.get_or_create(
        first=first, second=second, defaults={"reason": reason.strip()[:300]}
    )
    if is_new:
        _note(entries.ENEMIES_DECLARED, by, item, other, reason)
        _follow(item.bank)
    return is_new


@transaction.atomic
def part_enemies(*, by: "User", item: Item, other: Item) -> bool:
    """Two items may meet in a test again; False where nothing stood in the way. Raises Denied for anybody else."""
    _require_keeper(by, item.bank)
    first, second = sorted((item, other), key=lambda row: row.pk)
    count, _by_model = ItemEnemies.objects.filter(first=first, second=second).delete()
    if count:
        _note(entries.ENEMIES_PARTED, by, item, other, "")
        _follow(item.bank)
    return bool(count)


def store_enemies(by: "User | None", bank: ItemBank, data: Iterable[Mapping[str, Any]]) -> None:
    """Note the pairs that (already checked) entries of a file name; what a file is silent about stays as it was."""
    named = [(str(entry["code"]).strip(), code.strip()) for entry in data for code in entry.get("enemies") or ()]
    if not named:
        return
    codes = {code for pair in named for code in pair}
    known = {item.code: item for item in Item.objects.filter(bank=bank, code__in=codes)}
    declared = enemy_items(bank.public_id)
    fresh: dict[tuple[int, int], tuple[Item, Item]] = {}
    for own, other in named:
        # An enemy whose own entry was faulty is not there.
        if own in known and other in known and known[other].pk not in declared.get(known[own].pk, ()):
            first, second = sorted((known[own], known[other]), key=lambda row: row.pk)
            fresh.setdefault((first.pk, second.pk), (known[own], known[other]))
    ItemEnemies.objects.bulk_create(
        [ItemEnemies(first_id=first, second_id=second) for first, second in fresh], ignore_conflicts=True
    )
    if fresh:
        if by is not None:
            for item, other in fresh.values():
                _note(entries.ENEMIES_DECLARED, by, item, other, "")
        _follow(bank)


def _follow(bank: ItemBank) -> None:
    count_change(bank)
    refresh_forms(bank)


def _note(verb: "Verb", by: "User", item: Item, other: Item, reason: str) -> None:
    words = _("bukan bersama %(code)s") if verb == entries.ENEMIES_DECLARED else _("bersama %(code)s")
    why = f"{words % {'code': other.code}}. {reason.strip()}".strip(" .")
    record(
        verb, by=by, kind="item", object_id=item.public_id, name=item.code, agency_id=item.bank.agency_id, reason=why,
        data={"other": str(other.public_id)},
    )  # fmt: skip
