"""Reading a file of items that somebody wrote: never trusted, every fault a sentence."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused

MOST_ITEMS = 600
LARGEST_FILE = 1024 * 1024
DEEPEST = 20  # brackets within brackets; an item needs three


class _PlainLoader(yaml.SafeLoader):
    """Plain data without references, which could blow a small file up."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Refused(_("Berkas soal tidak boleh memakai rujukan (tanda *). Tuliskan isinya langsung."))
        return super().compose_node(parent, index)


def read_item_file(content: bytes | str) -> list[object]:
    """The entries of an item file (a YAML list); raises Refused with the line when it cannot be read."""
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
        found = yaml.load(text, _PlainLoader)  # noqa: S506  a safe loader, and stricter
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise Refused(unreadable) from None
        raise Refused(
            _("Berkas ini tidak dapat dibaca sebagai YAML; periksa baris %(line)s, kolom %(column)s.")
            % {"line": mark.line + 1, "column": mark.column + 1}
        ) from None
    if not isinstance(found, list) or not found:
        raise Refused(
            _("Berkas soal harus berupa daftar butir (setiap butir diawali tanda “-”). Tidak ada yang diubah.")
        )
    if len(found) > MOST_ITEMS:
        raise Refused(
            _("Berkas memuat %(n)s butir; batasnya %(most)s per berkas.") % {"n": len(found), "most": MOST_ITEMS}
        )
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
