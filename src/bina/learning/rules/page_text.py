"""Reading the Markdown of authors before it is published: images, links, and mark-up that will not be shown."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

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
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


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
    for token in _parser().parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "html_block":
            _note_html(reader, token.content, file, line, field)
        elif token.type == "heading_open" and token.tag == "h1":
            reader.warn(_("Judul satu pagar (#) ditampilkan sebagai judul dua pagar (##)."), file, line, field)
        elif token.type == "inline":
            _check_inline(reader, token, file, line, field, allow_media, media)
    return TextFacts(frozenset(media))


def _check_inline(
    reader: FolderReader, token: "Token", file: str, line: int, field: str, allow_media: bool, media: set[str]
) -> None:
    for child in token.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
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
