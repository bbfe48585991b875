"""Variants of a part: texts for places where another sector leads; everything else about the part stays one."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bina.foundation.located_yaml import LocatedDict
from bina.learning.rules.folder import FolderReader
from bina.learning.rules.page_text import check_text
from bina.learning.rules.sectors import Sector

VARIANT_SECTORS = tuple(sector.value for sector in Sector if sector is not Sector.GENERAL)


@dataclass(frozen=True, slots=True)
class Variant:
    """The text of a part for one sector, with its words counted and the bytes a learner loads."""

    sector: Sector
    body: str
    words: int
    size: int


def read_variants(reader: FolderReader, entry: LocatedDict, file: str) -> tuple[Variant, ...]:
    """The variants of an entry, ``variants: {mining: variants/tambang.md}``; what cannot be used is noted with its line."""
    rows = entry.get("variants")
    if rows is None:
        return ()
    if not isinstance(rows, LocatedDict) or not rows:
        reader.error(
            _("Varian (variants) menyebut satu berkas untuk tiap sektor, misalnya {mining: variants/tambang.md}."),
            file, entry.lines["variants"], "variants",
        )  # fmt: skip
        return ()
    return tuple(found for sector in rows if (found := _variant(reader, rows, sector, file)) is not None)


def _variant(reader: FolderReader, rows: LocatedDict, sector: str, file: str) -> Variant | None:
    if sector not in VARIANT_SECTORS:
        reader.error(
            _("Sektor “%(sector)s” tidak dikenal. Yang dikenal: %(known)s.")
            % {"sector": sector[:40], "known": ", ".join(VARIANT_SECTORS)},
            file, rows.lines[sector], "variants",
        )  # fmt: skip
        return None
    name = reader.referred(rows, sector, file, {".md"})
    text = (reader.text(name) if name else "") or ""
    if name is None:
        return None
    if not text.strip():
        reader.error(_("Halaman ini kosong."), name)
    facts = check_text(reader, text, name)
    size = len(text.encode()) + sum(reader.sizes[media] for media in facts.media)
    return Variant(Sector(sector), text, len(text.split()), size)


def words_of_shortest(payload: Mapping[str, object], variants: tuple[Variant, ...]) -> dict[str, object]:
    """What the payload says of its words: those of the shortest text, so that nobody is asked about haste for a shorter one."""
    words = payload.get("words")
    return {"words": min(words, *(row.words for row in variants))} if isinstance(words, int) and variants else {}
