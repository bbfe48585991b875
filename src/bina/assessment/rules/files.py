"""Reading a file of items that somebody wrote: never trusted, every fault a sentence."""

import yaml
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused

MOST_ITEMS = 2_000
LARGEST_FILE = 3 * 1024 * 1024


def read_item_file(content: bytes | str) -> list[object]:
    """The entries of an item file (a YAML list); raises Refused with the line when it cannot be read.

    Only plain data is read; references that could blow a small file up are refused.
    """
    if len(content) > LARGEST_FILE:
        raise Refused(_("Berkas soal terlalu besar; batasnya 3 MB. Tidak ada yang diubah."))
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        raise Refused(
            _("Berkas ini bukan teks UTF-8. Simpan ulang dengan pengodean UTF-8. Tidak ada yang diubah.")
        ) from None
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise Refused(_("Berkas soal tidak boleh memakai rujukan (tanda *). Tuliskan isinya langsung."))
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise Refused(_("Berkas ini tidak dapat dibaca sebagai YAML. Tidak ada yang diubah.")) from None
        raise Refused(
            _(
                "Berkas ini tidak dapat dibaca sebagai YAML; periksa baris %(line)s, kolom %(column)s. Tidak ada yang diubah."
            )
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
