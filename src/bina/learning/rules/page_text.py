"""Reading the Markdown of authors before it is published: images, links, and mark-up that will not be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from bina.foundation.formulas import MOST_IN_A_TEXT, FormulaError, formula_markup, formulas_plugin
from bina.foundation.located_yaml import LocatedDict
from bina.foundation.rich_text import CALL_OUT, CALL_OUTS, TAB
from bina.learning.rules.folder import IMAGES, FolderReader

if TYPE_CHECKING:
    from markdown_it.token import Token

_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|style|link|meta|base)\b|\son[a-z]+\s*=|javascript:", re.I
)
_ACTIVE_LINK = re.compile(r"\]\(\s*<?\s*(?:javascript|vbscript|data|file)\s*:", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


@cache
def _parser() -> MarkdownIt:
    # HTML is recognised here only to be reported; what is shown never lets it through.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(formulas_plugin)


@cache
def _word_parser() -> MarkdownIt:
    return MarkdownIt("zero").use(formulas_plugin)


@dataclass(frozen=True, slots=True)
class TextFacts:
    """The media files that a text shows or offers."""

    media: frozenset[str]


def check_text(
    reader: FolderReader, text: str, file: str, *, field: str = "", first_line: int = 1, allow_media: bool = True
) -> TextFacts:
    """Note every problem of a Markdown text with its line, and return the media it uses.

    ``first_line`` is where the text begins in its file; ``allow_media`` is False for questions and descriptions.
    """
    media: set[str] = set()
    _check_blocks(reader, text, file, field, first_line)
    formulas = 0
    for token in _parser().parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "html_block":
            _note_html(reader, token.content, file, line, field)
        elif token.type == "heading_open" and token.tag == "h1":
            reader.warn(_("Judul satu pagar (#) ditampilkan sebagai judul dua pagar (##)."), file, line, field)
        elif token.type == "formula_block":
            formulas += 1
            _check_formula(reader, token, file, line, field)
        elif token.type == "inline":
            formulas += sum(child.type == "formula" for child in token.children or [])
            _check_inline(reader, token, file, line, field, allow_media, media)
    if formulas > MOST_IN_A_TEXT:
        reader.warn(
            _("Teks ini memuat %(count)s rumus; rumus sesudah yang ke-%(most)s ditampilkan seperti diketik.")
            % {"count": formulas, "most": MOST_IN_A_TEXT},
            file, first_line, field,
        )  # fmt: skip
    return TextFacts(frozenset(media))


def check_words(reader: FolderReader, part: object, file: str, line: int, field: str) -> None:
    """Note formulas that cannot be shown in the plain words of a question: its options, pairs, gaps and feedback."""
    if isinstance(part, str) and "$" in part:
        for token in _word_parser().parseInline(part):
            for child in token.children or []:
                if child.type == "formula":
                    _check_formula(reader, child, file, line, field)
    elif isinstance(part, Mapping):
        for one in part.values():
            check_words(reader, one, file, part.line if isinstance(part, LocatedDict) else line, field)
    elif isinstance(part, list):
        for one in part:
            check_words(reader, one, file, line, field)


def _check_formula(reader: FolderReader, token: "Token", file: str, line: int, field: str) -> None:
    """A formula that cannot be shown is named; readers see it as it was typed, so the course can still be published."""
    try:
        formula_markup(token.content, is_display=token.markup == "$$")
    except FormulaError as error:
        shown = " ".join(token.content.split())[:60]
        reader.warn(
            _("Rumus “%(formula)s” ditampilkan seperti diketik: %(why)s") % {"formula": shown, "why": error},
            file, line, field,
        )  # fmt: skip


def _check_blocks(reader: FolderReader, text: str, file: str, field: str, first_line: int) -> None:
    """Note call-outs of an unknown kind, tabs without a title, and tabs that are never closed."""
    opened, fence = 0, ""
    for line, row in enumerate(text.splitlines(), start=first_line):
        bare = row.strip()
        mark = bare[:3]
        if mark in {"```", "~~~"} and fence in {"", mark}:
            fence = "" if fence else mark
        if fence:
            continue
        found = CALL_OUT.match(bare.lstrip("> ")) if bare.startswith(">") else None
        if found and found[1].lower() not in CALL_OUTS:
            reader.error(
                _("Kotak “%(name)s” tidak dikenal. Yang dikenal: PENTING, TIPS, CONTOH.") % {"name": found[1][:40]},
                file, line, field,
            )  # fmt: skip
        if not bare.startswith(":::"):
            continue
        info = bare.lstrip(":").strip()
        if not info:
            opened = 0
        elif not TAB.fullmatch(info):
            reader.error(
                _("Baris ::: membuka tab dan memerlukan judul, misalnya “::: tab Di ponsel”."), file, line, field
            )
        else:
            opened = line
    if opened:
        reader.error(_("Tab ini belum ditutup dengan baris ::: saja."), file, opened, field)


def _check_inline(
    reader: FolderReader, token: "Token", file: str, line: int, field: str, allow_media: bool, media: set[str]
) -> None:
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        elif child.type == "formula":
            _check_formula(reader, child, file, line, field)
            line += child.content.count("\n")
        elif child.type == "text" and "$$" in child.content:
            reader.warn(
                _("Rumus yang dibuka dengan $$ ini belum ditutup, atau memuat baris kosong."), file, line, field
            )
        elif child.type == "html_inline":
            _note_html(reader, child.content, file, line, field)
        elif child.type == "text" and _ACTIVE_LINK.search(child.content):
            reader.error(_("Tautan yang menjalankan skrip tidak diterima."), file, line, field)
        elif child.type == "image":
            _check_image(reader, child, file, line, field, allow_media, media)
        elif child.type == "link_open":
            _check_link(reader, str(child.attrGet("href") or ""), file, line, field, allow_media, media)


def _note_html(reader: FolderReader, html: str, file: str, line: int, field: str) -> None:
    if html.startswith("</"):
        return  # its opening half was noted
    if _ACTIVE.search(html):
        reader.error(_("Skrip dan isi aktif tidak diterima di dalam teks."), file, line, field)
    elif not html.lstrip().startswith("<!--"):
        reader.warn(_("Kode HTML ditampilkan apa adanya sebagai teks; tulislah dengan Markdown."), file, line, field)


def _check_image(
    reader: FolderReader, image: "Token", file: str, line: int, field: str, allow_media: bool, media: set[str]
) -> None:
    source = str(image.attrGet("src") or "")
    if not allow_media:
        reader.error(_("Gambar tidak dapat dipakai di sini."), file, line, field)
        return
    if not image.content.strip():
        reader.error(
            _("Gambar “%(name)s” belum punya teks alternatif: tulis di antara kurung siku apa isinya.")
            % {"name": source[:80]},
            file, line, field,
        )  # fmt: skip
    if _SCHEME.match(source) or source.startswith("//"):
        reader.error(_("Gambar harus berada di folder media kursus, bukan dari alamat lain."), file, line, field)
    elif source not in reader.sizes:
        reader.error(_("Gambar “%(name)s” tidak ada di dalam folder.") % {"name": source[:120]}, file, line, field)
    elif PurePosixPath(source).suffix.lower() not in IMAGES:
        reader.error(_("“%(name)s” bukan gambar.") % {"name": source[:120]}, file, line, field)
    else:
        media.add(source)
        reader.used.add(source)


def _check_link(
    reader: FolderReader, target: str, file: str, line: int, field: str, allow_media: bool, media: set[str]
) -> None:
    if not target or target.startswith("#"):
        return
    scheme = _SCHEME.match(target)
    if scheme:
        if scheme[0].lower() not in {"http:", "https:", "mailto:"}:
            reader.error(_("Tautan harus memakai http, https, atau mailto."), file, line, field)
    elif allow_media and target in reader.sizes and target.startswith("media/"):
        media.add(target)
        reader.used.add(target)
    else:
        reader.error(
            _("Tautan “%(target)s” tidak menuju ke mana pun. Tautan ke berkas harus menunjuk ke folder media.")
            % {"target": target[:120]},
            file, line, field,
        )  # fmt: skip
