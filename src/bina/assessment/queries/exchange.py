"""Questions about files of other systems: what importing one would do, and items as such a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bina.assessment.models import Item, ItemBank
from bina.assessment.queries.items import (
    ExportedItems,
    ImportLine,
    banks_managed_by,
    check_items,
    competencies_for,
    entries_with_pictures,
)
from bina.assessment.rules import digest_of, with_stored_image
from bina.assessment.rules.exchange import FORMATS, ExchangeReport, Line, Outcome

if TYPE_CHECKING:
    from bina.people.models import User


@dataclass(frozen=True, slots=True)
class ForeignExport:
    """Items as a file of another system: the file, how many it holds whole, and a line for each other item."""

    file: ExportedItems
    whole_count: int
    changed: tuple[Line, ...]
    left_out: tuple[Line, ...]


def check_foreign(bank: ItemBank, report: ExchangeReport, *, for_review: bool = False) -> list[ImportLine]:
    """What an import of this file of another system would do, question by question; writes nothing."""
    checked = iter(check_items(bank, foreign_entries(bank, report), report.pictures, for_review=for_review))
    english = _english_of(bank)
    lines = []
    for line in report.lines:
        if line.item is None:
            outcome = "unsupported" if line.outcome == Outcome.UNSUPPORTED else "error"
            lines.append(ImportLine(line.number, line.name, outcome, line.notes))
            continue
        found = next(checked)
        notes = line.notes
        if found.outcome == "changed" and found.code in english:
            notes = (*notes, _("Teks bahasa Inggris butir ini tidak ada dalam berkas; versi baru tidak memuatnya."))
        lines.append(replace(found, number=line.number, notes=notes))
    return lines


def foreign_entries(bank: ItemBank, report: ExchangeReport) -> list[Mapping[str, Any]]:
    """The items of a file of another system, which has no place for a second language.

    An item that differs from the bank's in nothing else keeps the English words that it has there.
    """
    stored = {name: picture.digest for name, picture in report.pictures.items()}
    known = _english_of(bank)
    entries = []
    for item in report.items:
        english, digest = known.get(str(item.get("code")), ({}, ""))
        same = {**item, "en": english}
        entries.append(same if english and _digest(with_stored_image(same, stored)) == digest else item)
    return entries


def _digest(item: Mapping[str, Any]) -> str:
    """The mark of an item, empty where it lacks what a mark needs."""
    return digest_of(item) if isinstance(item.get("level"), (int, float)) else ""


def _english_of(bank: ItemBank) -> dict[str, tuple[dict[str, Any], str]]:
    """The English words and the mark of every item of a bank that has English words, by code."""
    rows = Item.objects.filter(bank=bank, current__isnull=False).values_list(
        "code", "current__english", "current__digest"
    )
    return {code: (english, digest) for code, english, digest in rows if english}


def default_competencies(user: "User") -> list[tuple[str, str]]:
    """Codes and names of the competencies that somebody may choose for items that name none."""
    banks = banks_managed_by(user) or [ItemBank(agency=user.employee.agency if user.employee else None)]
    found: dict[str, str] = {}
    for bank in banks:
        for code, competency in competencies_for(bank).items():
            found.setdefault(code, f"{code} {competency}")
    return list(found.items())


def export_foreign(items: QuerySet[Item], name: str) -> ForeignExport:
    """The items as a file of another system; ``name`` is one of ``rules.exchange.FORMATS``."""
    form = FORMATS[name]
    entries, pictures = entries_with_pictures(items)
    written = form.write(entries, {picture.file_name: picture for picture in pictures})
    left_out = tuple(line for line in written.lines if line.outcome == Outcome.UNSUPPORTED)
    changed = tuple(line for line in written.lines if line.outcome == Outcome.CHANGED)
    file = ExportedItems(written.content, form.ending, form.content_type)
    return ForeignExport(file, len(entries) - len(written.lines), changed, left_out)
