"""QTI files as they come: a content package with its manifest and pictures, or one XML item. Items stand in ``qti``."""

import posixpath
import zipfile
from collections.abc import Callable
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bina.assessment.rules.exchange.qti import plain_name, take
from bina.assessment.rules.exchange.report import ExchangeReport, Faulty, Question, Reading, Unsupported
from bina.assessment.rules.exchange.trees import LARGEST_XML, local_name, named, read_tree
from bina.assessment.rules.pictures import LARGEST_PICTURE
from bina.foundation.errors import Refused
from bina.foundation.uploads import BROKEN_ARCHIVE, MEGABYTE, ArchiveLimits, as_stream, open_archive, read_member

LIMITS = ArchiveLimits(total_bytes=20 * MEGABYTE, file_count=2_000, ratio=100)
MANIFEST = "imsmanifest.xml"
# Kinds of resources that are no questions: what questions refer to, and what is told about them.
_BESIDE = (
    "webcontent", "controlfile", "associatedcontent", "stimulus", "rptemplate", "fragment", "outcomes", "metadata",
    "usagedata", "css",
)  # fmt: skip
_OLDER = gettext_lazy(
    "Ini QTI 1.2, yang tidak dibaca di sini. Ekspor dari sistem asalnya sebagai QTI 2.1, 2.2, atau 3.0."
)


def read(content: bytes) -> ExchangeReport:
    """The items of a content package or of one XML file, one by one; raises Refused for what is neither."""
    reading = Reading()
    if not content.startswith(b"PK"):
        root = read_tree(content)
        if local_name(root) == "questestinterop":
            raise Refused(str(_OLDER))
        if plain_name(local_name(root)) != "assessmentItem":
            raise Refused(_("Berkas XML ini bukan bank soal Moodle dan bukan butir QTI. Tidak ada yang diubah."))
        take(reading, root, [], lambda _path: None)
        return reading.report()
    _read_package(reading, zipfile_of(content))
    return reading.report()


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """One file of a package; raises Refused where it is too large or broken."""
    try:
        return read_member(archive, name, limit)
    except (*BROKEN_ARCHIVE, ValueError) as error:
        raise Refused(_("Berkas ZIP rusak atau tidak lengkap. Tidak ada yang diubah.")) from error


def zipfile_of(content: bytes) -> zipfile.ZipFile:
    """A package whose table of contents is harmless; raises Refused otherwise."""
    return open_archive(as_stream(content), LIMITS)


def is_package(content: bytes) -> bool:
    """Whether a ZIP says that it is an IMS content package."""
    return any(posixpath.basename(name) == MANIFEST for name in zipfile_of(content).namelist())


def _read_package(reading: Reading, archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    manifest = min((name for name in names if posixpath.basename(name) == MANIFEST), key=len, default=None)
    if manifest is None:
        raise Refused(_("ZIP ini tidak memuat imsmanifest.xml, jadi bukan paket QTI. Tidak ada yang diubah."))
    top = posixpath.dirname(manifest)
    root = read_tree(_member(archive, manifest, LARGEST_XML))
    seen: set[str] = set()
    for resource in named(root, "resource"):
        kind, href = resource.get("type") or "", unquote(resource.get("href") or "")
        path = posixpath.normpath(posixpath.join(top, href))
        if not href or any(word in kind for word in _BESIDE):
            continue
        if "test" in kind or "section" in kind:
            reading.notes.append(_("Susunan uji (assessmentTest) tidak diambil; hanya butir-butirnya."))
        elif "xmlv1p" in kind and "qti" in kind:
            reading.take(href, _giving_up(str(_OLDER)))
        elif "item" not in kind:
            reading.take(href, _giving_up(_("Isi paket jenis “%(kind)s” tidak didukung.") % {"kind": kind[:60]}))
        elif path in seen:
            reading.take(href, _faulty(_("Soal yang sama sudah ada lebih dahulu di berkas ini.")))
        elif path not in names:
            reading.take(href, _faulty(_("Berkas “%(name)s” tidak ada di dalam paket.") % {"name": href[:80]}))
        else:
            seen.add(path)
            _take_member(reading, archive, path, _keywords(resource))


def _giving_up(reason: str) -> Callable[[Question], None]:
    def read_nothing(_question: Question) -> None:
        raise Unsupported(reason)

    return read_nothing


def _faulty(reason: str) -> Callable[[Question], None]:
    def read_nothing(_question: Question) -> None:
        raise Faulty(reason)

    return read_nothing


def _keywords(resource: Element) -> list[str]:
    """The keywords of a resource's description (LOM), whichever of its forms is used."""
    return [
        "".join(text.itertext()).strip()
        for keyword in named(resource, "keyword")
        for text in named(keyword, "string", "langstring")
    ]


def _take_member(reading: Reading, archive: zipfile.ZipFile, path: str, tags: list[str]) -> None:
    try:
        root = read_tree(_member(archive, path, LARGEST_XML))
    except Refused as refusal:
        reading.take(posixpath.basename(path), _faulty(str(refusal)))
        return

    def file_at(source: str) -> bytes | None:
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(source)))
        return _member(archive, found, LARGEST_PICTURE + 1) if found in archive.NameToInfo else None

    take(reading, root, tags, file_at)
