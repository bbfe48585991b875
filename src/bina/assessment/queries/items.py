"""Questions about banks and their items: who may manage them, what a file would do, how items are answered."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext as _

from bina.assessment.models import Item, ItemBank, ItemImage, ItemVersion, Response
from bina.assessment.queries.enemies import enemy_codes
from bina.assessment.rules import (
    ITEMS_NAME,
    SMALLEST_GROUP,
    ItemState,
    StoredPicture,
    digest_of,
    item_problems,
    with_stored_image,
)
from bina.competencies.queries import assessable_competencies, published_framework
from bina.competencies.registry import leans_on_frameworks
from bina.foundation.wording import localized
from bina.journal.queries import history_of
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.journal.models import Entry
    from bina.people.models import Agency, User


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What a file would do with one item: ``new``, ``changed``, ``same``, ``error`` or ``unsupported`` with the reasons.

    ``notes`` say what was adapted where a file came from another system.
    """

    number: int
    code: str
    outcome: str
    problems: tuple[str, ...] = ()
    item: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


@leans_on_frameworks
def banks_on_framework(code: str) -> list[str]:
    """The names of the banks whose items measure a framework, those of courses last; they cannot go on without it."""
    banks = ItemBank.objects.filter(framework_code=code).order_by("kind", "id")
    return [f"“{bank.name}”" for bank in banks]


def competencies_for(bank: ItemBank) -> dict[str, "Competency"]:
    """The competencies that the items of a bank may name, by code: national ones and the agency's own, in order."""
    framework = published_framework(bank.framework_code)
    return {row.code: row for row in assessable_competencies(framework, bank.agency_id)}


def check_items(
    bank: ItemBank,
    items: Sequence[object],
    pictures: Mapping[str, StoredPicture] | None = None,
    *,
    for_review: bool = False,
) -> list[ImportLine]:
    """What an import of these items into the bank would do, item by item; writes nothing.

    ``for_review`` is a file of authors: it is compared with the words that they work on, a proposal where there is one,
    and may not change competency, level or kind of what has been reviewed.

    ``pictures`` came beside the file; the items of the lines name them by digest, as items may do from the start where
    a picture is kept already.
    """
    stored = {name: picture.digest for name, picture in (pictures or {}).items()}
    images = {*stored, *_kept_among(items, stored)}
    known = set(competencies_for(bank))
    known_items = {row.code: row for row in _with_words(bank)}
    needs_competency = bank.kind == ItemBank.Kind.BANK
    here = {str(item.get("code") or "").strip() for item in items if isinstance(item, Mapping)} | set(known_items)
    met = (
        enemy_codes(known_items.values())
        if any(isinstance(one, Mapping) and one.get("enemies") for one in items)
        else {}
    )
    lines, seen = [], set()
    for number, item in enumerate(items, start=1):
        code = str(item.get("code") or "")[:60].strip() if isinstance(item, Mapping) else ""
        problems = item_problems(item, competencies=known, needs_competency=needs_competency, images=images)
        if code and code in seen:
            problems.append(_("Kode “%(code)s” dipakai dua kali di berkas ini.") % {"code": code})
        seen.add(code)
        enemies = _named_enemies(item)
        problems += [
            _("Butir “%(code)s” yang tidak boleh bersama tidak ada di bank maupun di berkas ini.") % {"code": one[:60]}
            for one in sorted(enemies - here)
        ]
        if problems or not isinstance(item, Mapping):
            lines.append(ImportLine(number, code, "error", tuple(problems)))
            continue
        item = with_stored_image(item, stored)
        row = known_items.get(code)
        if row is not None and for_review and (moved := fixed_facts(row, item)):
            lines.append(ImportLine(number, code, "error", tuple(moved)))
            continue
        words = (row.working if for_review else row.current) if row else None
        is_same = words is not None and words.digest == digest_of(item) and row is not None
        has_news = row is not None and bool(enemies - set(met.get(row.pk, ())))
        outcome = "new" if words is None else "same" if is_same and not has_news else "changed"
        lines.append(ImportLine(number, code, outcome, (), item))
    return lines


def _named_enemies(item: object) -> set[str]:
    named = item.get("enemies") if isinstance(item, Mapping) else None
    return {one.strip() for one in named if isinstance(one, str)} if isinstance(named, list) else set()


def fixed_facts(item: Item, entry: Mapping[str, Any]) -> list[str]:
    """What new words may not change about an item that was reviewed or answered once, as sentences."""
    code = item.competency.code if item.competency else None
    is_same = (item.level, item.kind, code) == (entry["level"], entry["kind"], entry.get("competency"))
    first = item.current is None or (item.current.number == 1 and not item.is_approved)
    if is_same or (item.state == ItemState.DRAFT and (first or item.kind == entry["kind"])):
        return []
    return [
        _(
            "Kompetensi, tingkat, atau jenis butir yang sudah pernah ditelaah tidak diubah; buatlah butir baru dengan kode lain."
        )
    ]


def _with_words(bank: ItemBank) -> QuerySet[Item]:
    return Item.objects.filter(bank=bank, current__isnull=False).select_related("current", "proposal", "competency")


def _kept_among(items: Sequence[object], stored: Mapping[str, str]) -> set[str]:
    """The pictures that items name and that are kept already, leaving out what came along."""
    named = {item.get("image") for item in items if isinstance(item, Mapping) and isinstance(item.get("image"), str)}
    missing = named - set(stored)
    return set(ItemImage.objects.filter(digest__in=missing).values_list("digest", flat=True)) if missing else set()


def may_manage_bank(user: "User", bank: ItemBank) -> bool:
    """Whether the account may change a bank: platform administrators any, trainers their agency's own."""
    if bank.kind != ItemBank.Kind.BANK:
        return False
    agencies = standing_of(user).agencies_with(Permission.MANAGE_ITEMS)
    return agencies is None or (bank.agency_id is not None and bank.agency_id in agencies)


def banks_visible_to(user: "User") -> QuerySet[ItemBank]:
    """Banks that the account may read with their keys: the national one, and those where it manages items."""
    agencies = standing_of(user).agencies_with(Permission.MANAGE_ITEMS)
    banks = ItemBank.objects.filter(kind=ItemBank.Kind.BANK)
    if agencies is None:
        return banks
    return banks.filter(Q(agency=None) | Q(agency_id__in=agencies)) if agencies else banks.none()


def bank_with(public_id: "UUID | str") -> ItemBank | None:
    """A bank by its public id, for what the house does by itself."""
    return ItemBank.objects.filter(public_id=public_id).select_related("agency").first()


def items_visible_to(user: "User") -> QuerySet[Item]:
    """Items that the account may read with their keys."""
    return Item.objects.filter(bank__in=banks_visible_to(user)).select_related(
        "bank", "competency", "competency__parent", "current", "proposal"
    )


def may_read_items(user: "User") -> bool:
    """Whether the account keeps items anywhere."""
    return standing_of(user).may(Permission.MANAGE_ITEMS)


def banks_managed_by(user: "User") -> list[ItemBank]:
    """The banks that the account may change."""
    return [bank for bank in banks_visible_to(user) if may_manage_bank(user, bank)]


def own_bank_code(agency: "Agency") -> str:
    """The code of the bank of an agency's own items."""
    return f"instansi-{agency.code}"


def bank_choices(user: "User") -> list[tuple[str, str]]:
    """Codes and names of the banks that the account may change, its agency's own among them even before it is opened."""
    choices = {bank.code: bank.name for bank in banks_managed_by(user)}
    agencies = standing_of(user).agencies_with(Permission.MANAGE_ITEMS)
    if user.employee and (agencies is None or user.employee.agency_id in agencies):
        agency = user.employee.agency
        choices.setdefault(own_bank_code(agency), _("Bank soal %(agency)s") % {"agency": agency.short_name})
    return list(choices.items())


def competencies_with_items(user: "User") -> list[tuple[str, str]]:
    """Codes and names of the competencies that have items, for a filter."""
    rows = (
        items_visible_to(user)
        .filter(competency__isnull=False)
        .order_by("competency__framework_id", "competency__order")
        .values_list(
            "competency__code",
            "competency__name",
            "competency__name_en",
            "competency__framework_id",
            "competency__order",
        )
        .distinct()
    )
    return [(code, localized(name, english)) for code, name, english, _framework, _order in rows]


def item_history(item: Item) -> "QuerySet[Entry]":
    """What was done with an item, newest first."""
    return history_of("item", item.public_id)


def item_visible_to(user: "User", public_id: "UUID | str") -> Item | None:
    """One item that the account may read."""
    return items_visible_to(user).filter(public_id=public_id).first()


def filtered_items(
    items: QuerySet[Item],
    *,
    bank: str = "",
    competency: str = "",
    level: str = "",
    kind: str = "",
    state: str = "",
    sector: str = "",
    region: str = "",
    text: str = "",
) -> QuerySet[Item]:
    """Items narrowed by what was chosen above a list; unknown values narrow to nothing."""
    if bank:
        items = items.filter(bank__code=bank)
    if competency:
        items = items.filter(competency__code=competency)
    if level:
        items = items.filter(level=int(level)) if level.isascii() and level.isdigit() else items.none()
    if kind:
        items = items.filter(kind=kind)
    if state:
        items = items.filter(state=state)
    if sector:
        items = items.filter(sector=sector)
    if region:
        items = items.filter(region=region)
    if text:
        items = items.filter(Q(code__icontains=text) | Q(context__icontains=text) | Q(current__stem__icontains=text))
    return items.order_by("bank_id", "competency__order", "level", "code")


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How often an item was answered in attempts that have ended; the mean share right once enough answered."""

    count: int
    share: float | None


def answer_counts(item_ids: Sequence[int]) -> dict[int, AnswerCount]:
    """Answer counts of several items over all their versions, in one query.

    Below ``rules.SMALLEST_GROUP`` answers no share is told, for it would tell how somebody answered.
    """
    rows = (
        Response.objects.filter(item_version__item_id__in=item_ids, score__isnull=False)
        .values("item_version__item_id")
        .annotate(count=Count("id"), share=Avg("score"))
        .order_by()
    )
    found = {
        row["item_version__item_id"]: AnswerCount(
            row["count"], row["share"] if row["count"] >= SMALLEST_GROUP else None
        )
        for row in rows
    }
    return {pk: found.get(pk, AnswerCount(0, None)) for pk in item_ids}


def versions_of(item: Item) -> QuerySet[ItemVersion]:
    """All versions of an item, newest first."""
    return ItemVersion.objects.filter(item=item).order_by("-number")


def item_as_file_entry(item: Item, image_names: Mapping[str, str], enemies: Sequence[str]) -> dict[str, Any]:
    """An item as a file holds it, without loss: importing it again changes nothing. ``enemies``: codes of its own."""
    if item.current is None:
        raise ValueError(f"item {item.code} has no version")
    entry = entry_of(item, item.current)
    if item.state not in (ItemState.IN_USE, ItemState.RETIRED):
        entry["state"] = item.state
    if enemies:
        entry["enemies"] = list(enemies)
    if "image" in entry:
        entry["image"] = image_names[entry["image"]]
    return entry


def entry_of(item: Item, version: ItemVersion) -> dict[str, Any]:
    """A version of an item with what is known of the item, as a file holds it; a picture is named by its digest."""
    entry: dict[str, Any] = {"code": item.code}
    if item.competency:
        entry["competency"] = item.competency.code
    entry |= {"level": item.level, "kind": item.kind}
    entry |= {name: value for name in ("context", "sector", "region") if (value := getattr(item, name))}
    entry |= {**version.file_parameters, "stem": version.stem, **version.payload}
    if version.explanation:
        entry["explanation"] = version.explanation
    if version.english:
        entry["en"] = version.english
    return entry


class _FileWriter(yaml.SafeDumper):
    """YAML as people write it: long texts as blocks."""


def _text(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_FileWriter.add_representer(str, _text)


@dataclass(frozen=True, slots=True)
class ExportedItems:
    """A file of items that can be imported again: YAML, or a ZIP with the YAML and the pictures that it names."""

    content: bytes
    ending: str
    content_type: str


def entries_with_pictures(items: QuerySet[Item]) -> tuple[list[dict[str, Any]], list[StoredPicture]]:
    """Items as a file holds them, and the pictures that they show, which they name by file name."""
    rows = [item for item in items.select_related("competency", "current") if item.current]
    wanted = {item.current.payload.get("image") for item in rows if item.current} - {None}
    pictures = [
        StoredPicture(row.digest, row.content_type, bytes(row.content))
        for row in ItemImage.objects.filter(digest__in=wanted).order_by("digest")
    ]
    names = {picture.digest: picture.file_name for picture in pictures}
    enemies = enemy_codes(rows)
    return [item_as_file_entry(item, names, enemies.get(item.pk, ())) for item in rows], pictures


def export_items(items: QuerySet[Item]) -> ExportedItems:
    """The items as a file that can be imported again without loss; a ZIP where they show pictures."""
    entries, pictures = entries_with_pictures(items)
    text = yaml.dump(entries, Dumper=_FileWriter, allow_unicode=True, sort_keys=False, width=118).encode()
    if not pictures:
        return ExportedItems(text, ".yaml", "application/yaml; charset=utf-8")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(ITEMS_NAME, text), *((f"images/{one.file_name}", one.content) for one in pictures)]:
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return ExportedItems(stream.getvalue(), ".zip", "application/zip")


def image_with(digest: str) -> ItemImage | None:
    """A picture of an item by its digest, which nobody can guess who was not shown it."""
    return ItemImage.objects.filter(digest=digest).first()
