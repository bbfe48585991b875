"""Looking hard at the pictures of items before they are kept: size, true kind, and nothing active in a drawing."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import looks_like

LARGEST_PICTURE = 300 * 1024
CONTENT_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}
_SVG = "{http://www.w3.org/2000/svg}"
_DRAWING = {
    "svg", "g", "defs", "title", "desc", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text",
    "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "marker", "symbol", "use",
}  # fmt: skip
_REFERENCES = {"href", "{http://www.w3.org/1999/xlink}href"}


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that may be kept: its content, what it is, and the mark it is kept under."""

    digest: str
    content_type: str
    content: bytes

    @property
    def file_name(self) -> str:
        """What an export calls it."""
        return f"{self.digest}{ENDINGS[self.content_type]}"


def read_picture(name: str, content: bytes) -> StoredPicture:
    """A picture of an item that came as a file; raises Refused with a sentence when it may not be kept."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in CONTENT_TYPES:
        raise Refused(_("Gambar “%(name)s” harus PNG, JPEG, atau SVG.") % {"name": name[:80]})
    if len(content) > LARGEST_PICTURE:
        raise Refused(_("Gambar “%(name)s” terlalu besar; batasnya 300 KB.") % {"name": name[:80]})
    if not looks_like(ending, content[:2048]):
        raise Refused(_("Isi gambar “%(name)s” tidak sesuai dengan akhiran namanya.") % {"name": name[:80]})
    if ending == ".svg" and not is_plain_drawing(content):
        raise Refused(
            _("Gambar “%(name)s” memuat skrip, rujukan ke luar, atau isi aktif lain. Simpan ulang sebagai SVG polos.")
            % {"name": name[:80]}
        )
    return StoredPicture(hashlib.blake2s(content, digest_size=16).hexdigest(), CONTENT_TYPES[ending], content)


def size_of(content_type: str, content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or a JPEG, or of a drawing's view box; None when they are not stated.

    The first 24 bytes of a PNG are enough.
    """
    if content_type == "image/png":
        head = content[:24]
        return (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) if head[12:16] == b"IHDR" else None
    if content_type == "image/jpeg":
        return _jpeg_size(content)
    box = re.search(
        rb"viewBox\s*=\s*[\"'][-\d.]+[\s,]+[-\d.]+[\s,]+(\d+)(?:\.\d+)?[\s,]+(\d+)(?:\.\d+)?\s*[\"']", content
    )
    return (int(box[1]), int(box[2])) if box and int(box[1]) and int(box[2]) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """From the first frame header (ITU-T T.81, B.2.2) behind the segments before it."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(content[place + 7 : place + 9]), int.from_bytes(content[place + 5 : place + 7])
        place += 2 + max(2, length)
    return None


def is_plain_drawing(content: bytes) -> bool:
    """Whether an SVG holds nothing but shapes and words: what is not known to be harmless is not let in."""
    body = re.sub(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*\?>", b"", content)
    if b"<?" in body or b"<!DOCTYPE" in body.upper():
        return False
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return False
    return root.tag == f"{_SVG}svg" and all(map(_is_harmless, root.iter()))


def _is_harmless(element: Element) -> bool:
    tag = str(element.tag)
    return tag.startswith(_SVG) and tag.removeprefix(_SVG) in _DRAWING and _has_harmless_attributes(element.attrib)


def _has_harmless_attributes(attributes: Mapping[str, str]) -> bool:
    for name, value in attributes.items():
        plain = re.sub(r"[\s\x00-\x1f]+", "", value).lower()
        if name.lower().startswith("on") or "\\" in plain or "@import" in plain:
            return False
        if name in _REFERENCES and not plain.startswith("#"):
            return False
        if re.search(r"url\((?!['\"]?#)", plain) or re.search(r"(?:javascript|data|vbscript):", plain):
            return False
    return True
