"""Items that never meet in a test: of one item, of a whole bank, and as files name them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from bina.assessment.models import Item, ItemEnemies, ItemVersion

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Enemy:
    """An item that never meets the one asked about, and why not."""

    item: Item
    reason: str


def enemies_of(item: Item) -> list[Enemy]:
    """The items that never meet an item in a test, by code."""
    rows = ItemEnemies.objects.filter(Q(first=item) | Q(second=item)).select_related("first", "second")
    found = [Enemy(row.second if row.first_id == item.pk else row.first, row.reason) for row in rows]
    return sorted(found, key=lambda enemy: enemy.item.code)


def enemy_items(bank: "UUID") -> dict[int, set[int]]:
    """Per item of a bank that has any: the items that never meet it."""
    found: dict[int, set[int]] = defaultdict(set)
    for first, second in ItemEnemies.objects.filter(first__bank__public_id=bank).values_list("first_id", "second_id"):
        found[first].add(second)
        found[second].add(first)
    return dict(found)


def enemy_codes(items: Collection[Item]) -> dict[int, list[str]]:
    """Per item that has any: the codes of the items that never meet it, as files hold them. One query."""
    wanted = {item.pk for item in items}
    rows = ItemEnemies.objects.filter(Q(first__in=wanted) | Q(second__in=wanted))
    found: dict[int, list[str]] = defaultdict(list)
    for first, second, first_code, second_code in rows.values_list(
        "first_id", "second_id", "first__code", "second__code"
    ):
        found[first].append(second_code)
        found[second].append(first_code)
    return {pk: sorted(codes) for pk, codes in found.items() if pk in wanted}


def enemy_versions(bank: "UUID") -> dict[int, frozenset[int]]:
    """Per item version of a bank, old ones too: the current versions of the items that never meet it; empty without any."""
    items = enemy_items(bank)
    if not items:
        return {}
    current = dict(Item.objects.filter(pk__in=items).values_list("pk", "current_id"))
    barred = {
        pk: frozenset(version for other in others if (version := current[other]) is not None)
        for pk, others in items.items()
    }
    versions = ItemVersion.objects.filter(item__in=items).values_list("pk", "item_id")
    return {version: barred[item] for version, item in versions}


def barred_by(asked: Collection[int], enemies: Mapping[int, frozenset[int]]) -> set[int]:
    """The versions that may not join these in one test."""
    return {version for pk in asked if pk in enemies for version in enemies[pk]} if enemies else set()
