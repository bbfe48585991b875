"""Statements with attachments as one body of several parts (multipart/mixed, RFC 2046)."""

import hashlib
import re
from dataclasses import dataclass
from email.message import Message

from django.utils.translation import gettext as _

from bina.records.rules.values import Invalid

MOST_PARTS = 1_000
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]").fullmatch
DIGESTS = {56: hashlib.sha224, 64: hashlib.sha256, 96: hashlib.sha384, 128: hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body: its headers by lower-case name, and its content."""

    headers: dict[str, str]
    content: bytes


def media_type_of(header: str) -> tuple[str, dict[str, str]]:
    """A Content-Type header as its type in lower case and its parameters."""
    message = Message()
    message["content-type"] = header.replace("\r", " ").replace("\n", " ")
    found = message.get_params(failobj=[("", "")])
    return found[0][0].strip().lower(), {name.lower(): value for name, value in found[1:]}


def parts_of(body: bytes, boundary: str) -> list[Part]:
    """The parts of a multipart body; raises Invalid when it is not one."""
    if not _BOUNDARY(boundary):
        raise Invalid("Content-Type", _("harus memuat “boundary” yang sah."))
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Invalid("", _("Badan multipart tidak lengkap: batas penutup tidak ditemukan."))
    if len(pieces) > MOST_PARTS:
        raise Invalid(
            "", _("Badan multipart memuat terlalu banyak bagian (batasnya %(limit)s).") % {"limit": MOST_PARTS}
        )
    return [_part_of(piece, position) for position, piece in enumerate(pieces[1:-1], start=1)]


def _part_of(piece: bytes, position: int) -> Part:
    where = _("bagian %(number)s") % {"number": position}
    head, gap, content = piece.partition(b"\r\n\r\n")
    padding, line, head = head.partition(b"\r\n")
    if not gap or not line or padding.strip(b" \t"):
        raise Invalid(where, _("tidak memuat kepala dan isi yang dipisahkan baris kosong."))
    headers: dict[str, str] = {}
    for row in head.split(b"\r\n"):
        name, colon, value = row.partition(b":")
        if not colon:
            raise Invalid(where, _("kepalanya tidak dapat dibaca."))
        headers[name.strip().lower().decode("latin-1")] = value.strip().decode("latin-1")
    return Part(headers, content)


def require_attached(part: Part, position: int) -> str:
    """The SHA-2 of an attached part, in lower case; raises Invalid when its headers or its content disagree with it."""
    where = _("bagian %(number)s") % {"number": position}
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise Invalid(where, _("harus memuat kepala “Content-Transfer-Encoding: binary”."))
    told = part.headers.get("x-experience-api-hash", "").lower()
    if not told:
        raise Invalid(where, _("harus memuat kepala “X-Experience-API-Hash”."))
    digest = DIGESTS.get(len(told))
    if digest is None or digest(part.content).hexdigest() != told:
        raise Invalid(where, _("isi lampiran tidak cocok dengan “X-Experience-API-Hash”."))
    return told
