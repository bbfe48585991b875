"""Fixed forms: chosen from a bank by a rule, or given as a list by a course."""

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.models import Blueprint, BlueprintItem, Item, ItemBank, ItemVersion
from bina.assessment.queries.items import check_items
from bina.competencies.queries import area_list, published_framework
from bina.foundation.errors import Refused

if TYPE_CHECKING:
    from bina.competencies.models import Competency

DATA = Path(__file__).resolve().parent.parent / "data"
NATIONAL_BANK = "digital"


def form_rules() -> dict[str, Any]:
    """The shipped rules for forms: titles, minutes, questions per competency."""
    rules: dict[str, Any] = yaml.safe_load((DATA / "blueprints.yaml").read_text(encoding="utf-8"))
    return rules


@transaction.atomic
def load_reference_data() -> None:
    """Load the shipped bank of items and its forms; a second call changes nothing."""
    from bina.assessment.actions.items import import_items

    bank, _created = ItemBank.objects.get_or_create(
        code=NATIONAL_BANK, defaults={"name": "Bank soal kompetensi digital", "framework_code": "digcomp-3.0"}
    )
    _make_national_forms(bank)
    items = [
        item
        for path in sorted((DATA / "bank").glob("*.yaml"))
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    report = import_items(by=None, bank=bank, items=items)
    faults = [f"{line.code}: {'; '.join(line.problems)}" for line in report.lines if line.outcome == "error"]
    if faults:
        raise Refused("\n".join(faults))


def _make_national_forms(bank: ItemBank) -> None:
    rules = form_rules()
    areas = area_list(published_framework(bank.framework_code))
    children = [child for area in areas for child in area.children.all()]
    _form(bank, rules["full"], {}, {}, children, order=1)
    for number, area in enumerate(areas):
        names = {"code": area.code, "name": area.short_name or area.name}
        english = {"code": area.code, "name": area.short_name_en or area.name_en}
        _form(bank, rules["area"], names, english, list(area.children.all()), order=10 + number)
    for number, child in enumerate(children):
        names, english = {"code": child.code, "name": child.name}, {"code": child.code, "name": child.name_en}
        _form(bank, rules["competency"], names, english, [child], order=100 + number)


def _form(
    bank: ItemBank, rule: Mapping[str, Any], names: Mapping[str, str], english: Mapping[str, str],
    competencies: Sequence["Competency"], order: int,
) -> Blueprint:  # fmt: skip
    code = rule["code"] % names
    minutes = rule.get("minutes") or 5 * ceil(rule["minutes_per_item"] * rule["items_each"] * len(competencies) / 5)
    blueprint, is_new = Blueprint.objects.get_or_create(
        code=code,
        defaults={
            "bank": bank, "title": (rule["title"] % names)[:200], "title_en": (rule["title_en"] % english)[:200],
            "description": rule["description"], "description_en": rule["description_en"], "minutes": minutes,
            "rule": {"items_each": rule["items_each"]}, "retake_days": rule["retake_days"], "agency": bank.agency,
            "order": order,
        },
    )  # fmt: skip
    if is_new:
        blueprint.competencies.set(competencies)
    return blueprint


def refresh_forms(bank: ItemBank) -> None:
    """Choose the questions of every form of a bank anew from the items in use; unchanged forms stay as they are."""
    if bank.agency_id:
        _make_local_forms(bank)
    by_competency: dict[int, list[Item]] = {}
    items = Item.objects.filter(bank=bank, state=Item.State.IN_USE, current__isnull=False).order_by("level", "code")
    for item in items:
        if item.competency_id:
            by_competency.setdefault(item.competency_id, []).append(item)
    for blueprint in bank.blueprints.filter(kind=Blueprint.Kind.BANK).prefetch_related("competencies"):
        each = int(blueprint.rule.get("items_each", 4))
        chosen = [
            item.current_id
            for competency in blueprint.competencies.all()
            for item in spread_over_levels(by_competency.get(competency.pk, []), each)
        ]
        set_form(blueprint, [pk for pk in chosen if pk is not None])


def _make_local_forms(bank: ItemBank) -> None:
    from bina.assessment.queries.items import competencies_for

    rule = form_rules()["local"]
    counts: dict[int, int] = {}
    for competency_id in Item.objects.filter(bank=bank, state=Item.State.IN_USE).values_list(
        "competency_id", flat=True
    ):
        counts[competency_id or 0] = counts.get(competency_id or 0, 0) + 1
    for number, competency in enumerate(competencies_for(bank).values()):
        if counts.get(competency.pk, 0) >= rule["smallest"]:
            names = {"bank": bank.code, "code": competency.code, "name": competency.name}
            english = {**names, "name": competency.name_en or competency.name}
            _form(bank, rule, names, english, [competency], order=1000 + number)


def spread_over_levels(items: Sequence[Item], count: int) -> list[Item]:
    """Up to ``count`` items, one of each level before a second of any, ordered from easy to hard."""
    rounds: dict[int, int] = {}
    ranked = []
    for item in items:
        rounds[item.level] = rounds.get(item.level, 0) + 1
        ranked.append((rounds[item.level], item.level, item.code, item))
    chosen = sorted(ranked, key=lambda row: row[:3])[:count]
    return [row[3] for row in sorted(chosen, key=lambda row: (row[1], row[2]))]


def set_form(blueprint: Blueprint, version_ids: Sequence[int]) -> None:
    """Write the ordered questions of a form where they differ; open attempts keep the form they began with."""
    current = list(blueprint.places.order_by("position").values_list("item_version_id", flat=True))
    if current == list(version_ids) and blueprint.item_count == len(version_ids):
        return
    blueprint.places.all().delete()
    BlueprintItem.objects.bulk_create(
        BlueprintItem(blueprint=blueprint, position=position, item_version_id=version)
        for position, version in enumerate(version_ids, start=1)
    )
    blueprint.item_count = len(version_ids)
    blueprint.save(update_fields=["item_count"])


@transaction.atomic
def create_course_blueprint(
    *,
    code: str,
    title: str,
    items: Sequence[Mapping[str, Any]],
    minutes: int,
    passing: int | None = None,
    framework_code: str = "digcomp-3.0",
) -> Blueprint:
    """The fixed form of a course's own test, its questions in the given order, private to that course.

    The same code with the same content gives the same form; changed questions become new versions and later attempts
    get them. Raises Refused with every fault of every item; then nothing is written.
    """
    from bina.assessment.actions.items import store_items

    bank, _created = ItemBank.objects.get_or_create(
        code=f"course:{code}"[:120],
        defaults={"name": title[:200], "kind": ItemBank.Kind.COURSE, "framework_code": framework_code},
    )
    lines = check_items(bank, items)
    faults = [f"{line.code or line.number}: {' '.join(line.problems)}" for line in lines if line.problems]
    if faults or not lines:
        raise Refused(_("Soal uji “%(title)s” belum dapat dipakai. %(faults)s")
                      % {"title": title, "faults": " ".join(faults) or _("Uji ini belum berisi soal.")})  # fmt: skip
    versions: list[ItemVersion] = store_items(bank, items)
    blueprint, _created = Blueprint.objects.update_or_create(
        code=code,
        defaults={
            "bank": bank, "kind": Blueprint.Kind.COURSE, "title": title[:200], "minutes": minutes, "passing": passing,
            "retake_days": 0,
        },
    )  # fmt: skip
    set_form(blueprint, [version.pk for version in versions])
    blueprint.competencies.set({version.item.competency_id for version in versions if version.item.competency_id})
    return blueprint
