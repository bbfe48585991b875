"""Reading a file of items that somebody wrote, with pictures beside it or none: never trusted, every fault a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import yaml
from django.utils.translation import gettext as _

from bina.assessment.rules.pictures import CONTENT_TYPES, LARGEST_PICTURE, StoredPicture, read_picture
from bina.foundation.errors import Refused
from bina.foundation.uploads import BROKEN_ARCHIVE, MEGABYTE, ArchiveLimits, as_stream, open_archive, read_member

MOST_ITEMS = 600
LARGEST_FILE = MEGABYTE
DEEPEST = 20  # brackets within brackets; an item needs three
LARGEST_ARCHIVE_MB = 3
LIMITS = ArchiveLimits(total_bytes=20 * MEGABYTE, file_count=200, ratio=100)
ITEMS_NAME = "items.yaml"


class _PlainLoader(yaml.SafeLoader):
    """Plain data without references, which could blow a small file up."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Refused(_("Berkas soal tidak boleh memakai rujukan (tanda *). Tuliskan isinya langsung."))
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class ItemFile:
    """What somebody sent: the entries of the list, and the pictures that came along, by file name."""

    entries: list[object]
    pictures: Mapping[str, StoredPicture] = field(default_factory=dict)


def read_item_archive(content: bytes) -> ItemFile:
    """A ZIP with ``items.yaml`` and its pictures; folders inside do not matter. Raises Refused with what is wrong.

    Nothing is unpacked before the table of contents was found harmless, and no file beyond its own limit.
    """
    archive = open_archive(as_stream(content), LIMITS)
    listed = [member for member in archive.infolist() if not member.is_dir()]
    names = {PurePosixPath(member.filename).name: member.filename for member in listed}
    names = {name: path for name, path in names.items() if not name.startswith(".") and "__MACOSX" not in path}
    if ITEMS_NAME not in names:
        raise Refused(_("ZIP ini tidak memuat berkas “%(name)s”. Tidak ada yang diubah.") % {"name": ITEMS_NAME})
    strange = [n for n in names if n != ITEMS_NAME and PurePosixPath(n).suffix.lower() not in CONTENT_TYPES]
    if strange:
        raise Refused(
            _("ZIP ini memuat “%(name)s”; yang diterima hanya %(items)s serta gambar PNG, JPEG, dan SVG.")
            % {"name": strange[0][:80], "items": ITEMS_NAME}
        )
    try:
        entries = read_item_file(read_member(archive, names.pop(ITEMS_NAME), LARGEST_FILE))
        return ItemFile(
            entries,
            {name: read_picture(name, read_member(archive, path, LARGEST_PICTURE)) for name, path in names.items()},
        )
    except BROKEN_ARCHIVE as error:
        raise Refused(_("Berkas ZIP rusak atau tidak lengkap. Tidak ada yang diubah.")) from error


def read_item_file(content: bytes | str) -> list[object]:
    """The entries of an item file (a YAML list); raises Refused with the line when it cannot be read."""
    found = read_plain_yaml(content)
    if not isinstance(found, list) or not found:
        raise Refused(
            _("Berkas soal harus berupa daftar butir (setiap butir diawali tanda “-”). Tidak ada yang diubah.")
        )
    if len(found) > MOST_ITEMS:
        raise Refused(
            _("Berkas memuat %(n)s butir; batasnya %(most)s per berkas.") % {"n": len(found), "most": MOST_ITEMS}
        )
    return found


def read_plain_yaml(content: bytes | str) -> object:
    """What a small YAML file holds, without references; raises Refused with the line when it cannot be read."""
    if len(content) > LARGEST_FILE:
        raise Refused(_("Berkas soal terlalu besar; batasnya 1 MB. Tidak ada yang diubah."))
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        raise Refused(
            _("Berkas ini bukan teks UTF-8. Simpan ulang dengan pengodean UTF-8. Tidak ada yang diubah.")
        ) from None
    unreadable = _("Berkas ini tidak dapat dibaca sebagai YAML. Tidak ada yang diubah.")
    if _depth(text) > DEEPEST:
        raise Refused(unreadable)
    try:
        found: object = yaml.load(text, _PlainLoader)  # noqa: S506  a safe loader, and stricter
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise Refused(unreadable) from None
        raise Refused(
            _("Berkas ini tidak dapat dibaca sebagai YAML; periksa baris %(line)s, kolom %(column)s.")
            % {"line": mark.line + 1, "column": mark.column + 1}
        ) from None
    return found


def _depth(text: str) -> int:
    """How deep brackets stand within brackets; reading takes much longer with depth, so it is looked at first."""
    depth = deepest = 0
    for sign in text:
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}" and depth:
            depth -= 1
    return deepest
