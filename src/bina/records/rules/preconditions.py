"""Entity tags: nobody overwrites a document that somebody else changed in the meantime (RFC 9110)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.records.rules.values import Invalid


class Outdated(Refused):
    """The document is not the one that the client believes it to be (HTTP 412)."""


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What a request says in If-Match and If-None-Match; empty texts when it says nothing."""

    if_match: str = ""
    if_none_match: str = ""

    @property
    def given(self) -> bool:
        """Whether the request says anything."""
        return bool(self.if_match or self.if_none_match)

    def require(self, etag: str | None) -> None:
        """Raise Outdated unless the conditions hold for a document with this tag (None: there is no document)."""
        if self.if_match and not _matches(self.if_match, etag):
            raise Outdated(
                _("Dokumen ini sudah berubah sejak Anda membacanya. Tidak ada yang diubah; baca ulang dulu.")
            )
        if self.if_none_match and _matches(self.if_none_match, etag):
            raise Outdated(_("Dokumen ini sudah ada. Tidak ada yang diubah; baca dulu isinya."))

    def require_for_replacing(self, etag: str | None, *, always: bool) -> None:
        """Like ``require``, and Refused when an existing document would be replaced without having been read.

        ``always`` asks for a condition even where there is no document yet, and raises Invalid without one (1.0.3).
        """
        self.require(etag)
        if etag is None and always and not self.given:
            raise Invalid("If-None-Match", _("kepala ini, atau If-Match, wajib ada saat mengganti dokumen."))
        if etag is not None and not self.given:
            raise Refused(
                _("Dokumen ini sudah ada. Baca dulu isinya, lalu kirim lagi dengan kepala If-Match berisi ETag-nya.")
            )


def _matches(header: str, etag: str | None) -> bool:
    if etag is None:
        return False
    if header.strip() == "*":
        return True
    return any(piece.strip().removeprefix("W/").strip('"').lower() == etag for piece in header.split(","))
