"""A cartridge as a course folder: pages, links, discussions, files and quizzes; whatever cannot come along is named.

Source: IMS Common Cartridge Profile 1.1 to 1.3 (2011–2013).
"""

import posixpath
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element

import nh3
import yaml
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bina.assessment.rules.exchange.markup import from_html, from_plain
from bina.assessment.rules.exchange.report import Faulty
from bina.assessment.rules.exchange.trees import first, local_name, named, read_tree
from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE, is_safe_svg, looks_like
from bina.integrations.common_cartridge.rules.quizzes import read_quiz
from bina.integrations.packages.rules import (
    Archive,
    PackageReader,
    PackageReport,
    line_of,
    register_reader,
    resolved,
)
from bina.learning.rules import IMAGES, LIMITS, MEDIA, PACKAGES

MANIFEST = "imsmanifest.xml"
_SCHEMA = re.compile(rb"imsccv1p|IMS Common Cartridge", re.I)
_OUTSIDE = re.compile(r"(?:https?|mailto):", re.I)
_ACTIVE = re.compile(r"<(?:script|iframe|object|embed)\b|<[^>]+\son[a-z]+\s*=", re.I)
FILES = MEDIA - PACKAGES
# Its files are held in memory until the course folder is written.
LARGEST_MEMBER = 200 * MEGABYTE
LARGEST_CARTRIDGE = 500 * MEGABYTE


def is_cartridge(archive: Archive) -> bool:
    """Whether a manifest is that of a Common Cartridge (thin ones included)."""
    return bool(_SCHEMA.search(archive.read(MANIFEST)[:6000]))


def read_cartridge(archive: Archive) -> PackageReport:
    """Everything a cartridge holds, turned into the parts of a course, with a word about each resource that is not."""
    report = PackageReport("Common Cartridge")
    if archive.unpacked_bytes > LARGEST_CARTRIDGE:
        report.error(
            _("Isi cartridge ini lebih dari %(limit)s MB. Keluarkan videonya, lalu tambahkan lewat folder kursus.")
            % {"limit": LARGEST_CARTRIDGE // MEGABYTE},
            MANIFEST,
        )
        return report
    content = archive.read(MANIFEST)
    try:
        root = read_tree(content)
    except Refused as refusal:
        report.error(str(refusal), MANIFEST)
        return report
    report.version = next((_text(one) for one in named(root, "schemaversion")), "")
    titles = [_text(string) for title in named(root, "title") for string in named(title, "string", "langstring")]
    report.title = (titles[0] if titles else "")[:160]
    organization = first(root, "organization")
    walk = _Walk(archive, report, content, {one.get("identifier", ""): one for one in named(root, "resource")})
    if organization is not None:
        walk.items(organization, report.title or _("Isi kursus"))
    walk.tell_of_the_rest()
    if not report.sections and not report.has_errors:
        report.error(_("Tidak ada satu pun sumber di dalam paket ini yang dapat menjadi bagian kursus."), MANIFEST)
    return report


class _Walk:
    """Goes through the organization and makes an activity of each resource it can."""

    def __init__(self, archive: Archive, report: PackageReport, manifest: bytes, resources: dict[str, Element]) -> None:
        self._archive, self._report, self._manifest, self._resources = archive, report, manifest, resources
        self._media: dict[str, str] = {}
        self._seen: set[str] = set()
        self._pages = 0

    def items(self, parent: Element, section: str) -> None:
        """The items below an organization or an item; an item with children names a section."""
        for item in parent:
            if local_name(item) != "item":
                continue
            title = next((_text(child) for child in item if local_name(child) == "title"), "")
            if item.get("identifierref"):
                self._add(item, title, section)
            self.items(item, title or section)

    def _add(self, item: Element, title: str, section: str) -> None:
        reference = item.get("identifierref", "")
        resource = self._resources.get(reference)
        if resource is None:
            self._warn(_("Sumber “%(name)s” yang ditunjuk tidak ada di manifes.") % {"name": reference[:80]}, reference)
            return
        self._seen.add(reference)
        name = self._file_of(resource)
        if name is None:
            return
        try:
            entry = self._entry(resource, name, title or PurePosixPath(name).stem)
        except (Refused, Faulty) as fault:
            self._report.warn(str(fault), name)
            return
        if entry is None:
            return
        if self._report.sections and self._report.sections[-1][0] == section:
            self._report.sections[-1][1].append(entry)
        else:
            self._report.sections.append((section, [entry]))

    def _file_of(self, resource: Element) -> str | None:
        file = first(resource, "file")
        href = resource.get("href") or (file.get("href", "") if file is not None else "")
        name = resolved("", href) if href else None
        if name is None or name not in self._archive:
            self._warn(
                _("Berkas “%(name)s” disebut di manifes, tetapi tidak ada di dalam paket.")
                % {"name": (href or "?")[:120]},
                resource.get("identifier", ""),
            )
            return None
        return name

    def _entry(self, resource: Element, name: str, title: str) -> dict[str, Any] | None:
        kind = resource.get("type", "").lower()
        if kind.startswith("imsqti") and "assessment" in kind:
            return self._quiz(name, title)
        if kind.startswith("imswl_"):
            return self._link(name, title)
        if kind.startswith("imsdt_"):
            return self._discussion(name, title)
        if kind == "webcontent" or kind.startswith("associatedcontent"):
            if PurePosixPath(name).suffix.lower() in {".html", ".htm", ".xhtml"}:
                return self._page(title, self._archive.read(name).decode("utf-8-sig", "replace"), name)
            return self._download(name, title)
        self._report.warn(_("Jenis sumber “%(kind)s” belum dapat dibawa.") % {"kind": kind[:80] or "?"}, name)
        return None

    def _page(self, title: str, html: str, name: str, note: str = "") -> dict[str, Any]:
        words = from_html(_without_blind_links(html))
        pictures = [
            f"![{_bare(image.alt) or _('Gambar pada halaman ini')}]({place})"
            for image in words.images
            if (place := self._kept(_near(name, image.source), IMAGES))
        ]
        if len(pictures) < len(words.images):
            self._report.warn(
                _("%(n)s gambar pada halaman ini tidak dapat dibawa.") % {"n": len(words.images) - len(pictures)}, name
            )
        if _ACTIVE.search(html):
            self._report.warn(_("Skrip dan isi aktif pada halaman ini tidak dibawa."), name)
        text = "\n\n".join(filter(None, [note, words.markdown, *pictures]))
        return self._text_page(title, text, name)

    def _text_page(self, title: str, text: str, name: str) -> dict[str, Any]:
        if not text.strip():
            raise Faulty(_("Halaman ini kosong."))
        self._pages += 1
        file = f"{self._pages:03d}-{slugify(title)[:50].strip('-') or 'halaman'}.md"
        self._report.files[file] = text.encode() + b"\n"
        return {"kind": "page", "title": title, "file": file}

    def _link(self, name: str, title: str) -> dict[str, Any]:
        root = read_tree(self._archive.read(name))
        url = next((one.get("href", "") for one in named(root, "url")), "").strip()
        if not re.match(r"https?://\S+$", url) or re.search(r"[\s()<>]", url):
            raise Faulty(_("Alamat tautan ini tidak dapat dipakai: %(url)s") % {"url": url[:120] or "?"})
        words = _text(title_row) if (title_row := first(root, "title")) is not None else title
        return self._text_page(title, f"[{_bare(words) or url}]({url})", name)

    def _discussion(self, name: str, title: str) -> dict[str, Any]:
        root = read_tree(self._archive.read(name))
        text = first(root, "text")
        raw = _text_of(text)
        is_html = text is not None and text.get("texttype", "text/html") == "text/html"
        self._report.warn(_("Topik diskusi menjadi halaman bacaan; percakapannya tidak dibawa."), name)
        note = "> " + _("Di sistem asal, bagian ini adalah topik diskusi. Bicarakan bersama rekan Anda.")
        if is_html:
            return self._page(title, raw, name, note)
        return self._text_page(title, f"{note}\n\n{from_plain(raw).markdown}", name)

    def _quiz(self, name: str, title: str) -> dict[str, Any] | None:
        quiz = read_quiz(self._archive.read(name))
        for words in quiz.left_out:
            self._report.warn(_("Soal tidak dibawa. %(words)s") % {"words": words}, name)
        if not quiz.items:
            self._report.warn(_("Kuis ini tidak memuat satu pun soal yang dapat dibawa."), name)
            return None
        self._pages += 1
        file = f"{self._pages:03d}-kuis.yaml"
        for item in quiz.items:
            item["code"] = f"K{self._pages}-{item['code']}"
        self._report.files[file] = yaml.safe_dump(quiz.items, allow_unicode=True, sort_keys=False, width=110).encode()
        return {"kind": "quiz", "title": title or quiz.title, "file": file, "passing": 0}

    def _download(self, name: str, title: str) -> dict[str, Any] | None:
        place = self._kept(name, FILES)
        if place is None:
            self._report.warn(_("Berkas ini tidak dapat dibawa: jenis atau isinya tidak diterima dalam kursus."), name)
            return None
        return {"kind": "file", "title": title, "file": place}

    def _kept(self, name: str | None, endings: frozenset[str]) -> str | None:
        """The name in ``media/`` under which a file of the cartridge goes along; None when it may not."""
        if name is None or name not in self._archive:
            return None
        if name in self._media:
            return self._media[name]
        path = PurePosixPath(name)
        ending = path.suffix.lower()
        if ending not in endings:
            return None
        try:
            content = self._archive.read(name, min(LIMITS[ending], LARGEST_MEMBER))
        except Refused:
            return None
        if not content or not looks_like(ending, content[:2048]) or (ending == ".svg" and not is_safe_svg(content)):
            return None
        stem = slugify(path.stem)[:80].strip("-") or "berkas"
        place = next(
            place
            for place in (f"media/{stem}{f'-{n}' if n else ''}{ending}" for n in range(len(self._media) + 1))
            if place not in self._report.files
        )
        self._media[name] = place
        self._report.files[place] = content
        return place

    def tell_of_the_rest(self) -> None:
        """Name what stands in the cartridge beside the organization and was not used by a page either."""
        rest: Counter[str] = Counter()
        for identifier, resource in self._resources.items():
            file = first(resource, "file")
            name = resource.get("href") or (file.get("href", "") if file is not None else "")
            if identifier in self._seen or name in self._media:
                continue
            kind = resource.get("type", "?").lower()
            if kind == "webcontent":
                rest[kind] += 1
                continue
            words = (
                _("Bank soal tidak dibawa; impor lewat Bank soal.") if "question-bank" in kind
                else _("Sumber jenis “%(kind)s” tidak ada dalam susunan kursus, sehingga tidak dibawa.") % {"kind": kind[:80]}
            )  # fmt: skip
            self._report.warn(words, name or MANIFEST)
        if rest["webcontent"]:
            self._report.warn(
                _("%(n)s berkas lain di dalam paket tidak dipakai oleh bagian mana pun, sehingga tidak dibawa.")
                % {"n": rest["webcontent"]},
                MANIFEST,
            )

    def _warn(self, sentence: str, identifier: str) -> None:
        self._report.warn(sentence, MANIFEST, line_of(self._manifest, f'"{identifier}"'))


def _near(page: str, source: str) -> str | None:
    """The file of a picture: beside its page, or from the top where the cartridge says so."""
    base = "" if source.startswith(("$IMS-CC-FILEBASE$", "%24IMS-CC-FILEBASE%24")) else posixpath.dirname(page)
    clean = re.sub(r"^(?:\$|%24)IMS-CC-FILEBASE(?:\$|%24)/?", "", source)
    return resolved(base, clean) if clean else None


def _without_blind_links(html: str) -> str:
    """The text without links into the old system, which would lead nowhere; the words of the links stay."""
    return nh3.clean(
        html[:400_000],
        attribute_filter=lambda tag, name, value: (
            None if tag == "a" and name == "href" and not _OUTSIDE.match(value) else value
        ),
        link_rel=None,
        clean_content_tags={"script", "style", "title"},
    )


def _bare(words: str) -> str:
    return re.sub(r"[\[\]()<>\n]", " ", words).strip()


def _text(element: Element) -> str:
    return " ".join(_text_of(element).split())


def _text_of(element: Element | None) -> str:
    return "".join(element.itertext()) if element is not None else ""


CARTRIDGE = register_reader(
    PackageReader("common_cartridge", gettext_lazy("Common Cartridge"), MANIFEST, is_cartridge, read_cartridge)
)
