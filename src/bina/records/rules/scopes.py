"""What a client of a store may do: the scopes of xAPI."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Scope(StrEnum):
    """A right of a client, by its name in the specification; ``cmi5`` is our own, for launching content by program."""

    WRITE = "statements/write"
    READ_MINE = "statements/read/mine"
    READ = "statements/read"
    STATE = "state"
    DEFINE = "define"
    PROFILE = "profile"
    ALL_READ = "all/read"
    ALL = "all"
    CMI5 = "cmi5"


SCOPE_NAMES: dict[Scope, str | Promise] = {
    Scope.WRITE: _("Menulis pernyataan"),
    Scope.READ_MINE: _("Membaca pernyataan yang ditulisnya sendiri"),
    Scope.READ: _("Membaca semua pernyataan"),
    Scope.STATE: _("Menyimpan dan membaca keadaan kegiatan"),
    Scope.DEFINE: _("Menjelaskan kegiatan bagi semua"),
    Scope.PROFILE: _("Menyimpan dan membaca profil kegiatan dan pelaku"),
    Scope.ALL_READ: _("Membaca segalanya"),
    Scope.ALL: _("Membaca dan menulis segalanya"),
    Scope.CMI5: _("Mengimpor dan meluncurkan paket cmi5"),
}
DEFAULT_SCOPES = (Scope.WRITE, Scope.READ_MINE, Scope.STATE, Scope.DEFINE)


def may_write(scopes: frozenset[str]) -> bool:
    """Whether statements may be written."""
    return bool(scopes & {Scope.WRITE, Scope.ALL})


def may_read(scopes: frozenset[str]) -> bool:
    """Whether all statements of the store may be read."""
    return bool(scopes & {Scope.READ, Scope.ALL_READ, Scope.ALL})


def may_read_mine(scopes: frozenset[str]) -> bool:
    """Whether the client's own statements may be read."""
    return may_read(scopes) or Scope.READ_MINE in scopes


def may_define(scopes: frozenset[str]) -> bool:
    """Whether definitions in the client's statements become what the store knows of an activity."""
    return bool(scopes & {Scope.DEFINE, Scope.ALL})


def may_use_documents(scopes: frozenset[str], *, state: bool, writing: bool) -> bool:
    """Whether documents may be used: states of activities, or profiles of activities and agents."""
    if Scope.ALL in scopes or (Scope.STATE if state else Scope.PROFILE) in scopes:
        return True
    return not writing and Scope.ALL_READ in scopes


def may_launch(scopes: frozenset[str]) -> bool:
    """Whether cmi5 packages may be brought in, launched, waived, abandoned and removed; no scope of xAPI includes it."""
    return Scope.CMI5 in scopes
