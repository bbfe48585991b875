"""Fixed forms: ordered questions, chosen from a bank by a rule or set as a list."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db.models import F

from bina.assessment.models import Blueprint, BlueprintItem, Item, ItemBank
from bina.assessment.queries.enemies import enemy_items
from bina.assessment.queries.items import competencies_for
from bina.assessment.rules import ItemState
from bina.competencies.queries import area_list, published_framework

if TYPE_CHECKING:
    from bina.competencies.models import Competency

DATA = Path(__file__).resolve().parent.parent / "data"


def form_rules() -> dict[str, Any]:
    """The shipped rules for forms: titles, minutes, questions per competency."""
    rules: dict[str, Any] = yaml.safe_load((DATA / "blueprints.yaml").read_text(encoding="utf-8"))
    return rules


def make_national_forms(bank: ItemBank) -> None:
    """The full test, one per area and one per competency, where they do not exist yet; each bank by its own rules."""
    rules = form_rules()
    rules = rules["banks"].get(bank.code, rules)
    first = rules.get("order", 0)
    areas = area_list(published_framework(bank.framework_code))
    children = [child for area in areas for child in area.children.all()]
    known = set(bank.blueprints.values_list("code", flat=True))

    def make(
        name: str, names: Mapping[str, str], english: Mapping[str, str], found: Sequence["Competency"], order: int
    ) -> None:
        if rules[name]["code"] % names not in known:
            _form(bank, rules[name], names, english, found, order=first + order)

    make("full", {}, {}, children, 1)
    for number, area in enumerate(areas if "area" in rules else ()):
        names = {"code": area.code, "name": area.short_name or area.name}
        english = {"code": area.code, "name": area.short_name_en or area.name_en}
        make("area", names, english, list(area.children.all()), 10 + number)
    for number, child in enumerate(children):
        names, english = {"code": child.code, "name": child.name}, {"code": child.code, "name": child.name_en}
        make("competency", names, english, [child], 100 + number)


def make_diagnostic(bank: ItemBank) -> Blueprint:
    """The adaptive test of a bank, made when it is missing; what it measures follows the items in use."""
    names = {"bank": bank.code}
    return _form(bank, form_rules()["adaptive"], names, names, (), order=0, mode=Blueprint.Mode.ADAPTIVE)


def _form(
    bank: ItemBank, rule: Mapping[str, Any], names: Mapping[str, str], english: Mapping[str, str],
    competencies: Sequence["Competency"], *, order: int, mode: Blueprint.Mode = Blueprint.Mode.FIXED,
) -> Blueprint:  # fmt: skip
    """The test that a rule describes for these competencies, made when it is missing."""
    minutes = rule.get("minutes") or 5 * ceil(rule["minutes_per_item"] * rule["items_each"] * len(competencies) / 5)
    blueprint, is_new = Blueprint.objects.get_or_create(
        code=rule["code"] % names,
        defaults={
            "bank": bank, "mode": mode, "title": (rule["title"] % names)[:200],
            "title_en": (rule["title_en"] % english)[:200], "description": rule["description"],
            "description_en": rule["description_en"], "minutes": minutes,
            "rule": {name: rule[name] for name in ("items_each", "least", "most", "precision") if name in rule},
            "retake_days": rule["retake_days"], "agency": bank.agency, "order": order,
        },
    )  # fmt: skip
    if is_new:
        blueprint.competencies.set(competencies)
    return blueprint


def count_change(bank: ItemBank) -> None:
    """Note that items of a bank are not what they were, so that what was computed from them is known to be old."""
    ItemBank.objects.filter(pk=bank.pk).update(revision=F("revision") + 1)


def refresh_forms(bank: ItemBank) -> None:
    """Choose the questions of every form of a bank anew from the items in use; unchanged forms stay as they are."""
    if bank.agency_id:
        _make_local_forms(bank)
    by_competency: dict[int, list[Item]] = {}
    items = Item.objects.filter(bank=bank, state=ItemState.IN_USE, current__isnull=False).order_by("level", "code")
    for item in items:
        if item.competency_id:
            by_competency.setdefault(item.competency_id, []).append(item)
    _refresh_adaptive(bank, by_competency)
    fixed = bank.blueprints.filter(kind=Blueprint.Kind.BANK, mode=Blueprint.Mode.FIXED)
    enemies = enemy_items(bank.public_id)
    for blueprint in fixed.prefetch_related("competencies", "places"):
        each = int(blueprint.rule.get("items_each", 4))
        chosen: list[Item] = []
        for competency in blueprint.competencies.all():
            barred = {other for item in chosen for other in enemies.get(item.pk, ())}
            free = [item for item in by_competency.get(competency.pk, []) if item.pk not in barred]
            chosen += spread_over_levels(free, each, enemies)
        set_form(blueprint, [item.current_id for item in chosen if item.current_id is not None])


def _refresh_adaptive(bank: ItemBank, by_competency: Mapping[int, Sequence[Item]]) -> None:
    for blueprint in bank.blueprints.filter(mode=Blueprint.Mode.ADAPTIVE):
        count = sum(len(items) for items in by_competency.values())
        if blueprint.item_count != count:
            blueprint.item_count = count
            blueprint.save(update_fields=["item_count"])
        blueprint.competencies.set(by_competency)


def _make_local_forms(bank: ItemBank) -> None:
    rule = form_rules()["local"]
    counts: dict[int, int] = {}
    for competency_id in Item.objects.filter(bank=bank, state=ItemState.IN_USE).values_list("competency_id", flat=True):
        counts[competency_id or 0] = counts.get(competency_id or 0, 0) + 1
    for number, competency in enumerate(competencies_for(bank).values()):
        if counts.get(competency.pk, 0) >= rule["smallest"]:
            names = {"bank": bank.code, "code": competency.code, "name": competency.name}
            english = {**names, "name": competency.name_en or competency.name}
            _form(bank, rule, names, english, [competency], order=1000 + number)


def spread_over_levels(items: Sequence[Item], count: int, enemies: Mapping[int, Collection[int]]) -> list[Item]:
    """Up to ``count`` items, one of each level before a second of any, never two enemies; ordered from easy to hard."""
    rounds: dict[int, int] = {}
    ranked = []
    for item in items:
        rounds[item.level] = rounds.get(item.level, 0) + 1
        ranked.append((rounds[item.level], item.level, item.code, item))
    chosen: list[Item] = []
    for *_rank, item in sorted(ranked, key=lambda row: row[:3]):
        if len(chosen) < count and not any(other.pk in enemies.get(item.pk, ()) for other in chosen):
            chosen.append(item)
    return sorted(chosen, key=lambda item: (item.level, item.code))


def set_form(blueprint: Blueprint, version_ids: Sequence[int]) -> None:
    """Write the ordered questions of a form where they differ; open attempts keep the form they began with."""
    current = [place.item_version_id for place in blueprint.places.all()]
    if current == list(version_ids) and blueprint.item_count == len(version_ids):
        return
    blueprint.places.all().delete()
    BlueprintItem.objects.bulk_create(
        BlueprintItem(blueprint=blueprint, position=position, item_version_id=version)
        for position, version in enumerate(version_ids, start=1)
    )
    blueprint.item_count = len(version_ids)
    blueprint.save(update_fields=["item_count"])
