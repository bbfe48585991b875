"""The life of a registered tool, which addresses it may have, and who looks after it."""

import ipaddress
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused
from bina.integrations.lti.rules.words import GRADE_SCOPES, Scope
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.queries import Standing

    Number = ipaddress.IPv4Address | ipaddress.IPv6Address

CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_CODE = 40
LONGEST_ADDRESS = 600
MOST_REDIRECTS = 12
PORTS = {"https": 443, "http": 80}
# Numbers that carry an IPv4 number in their last 32 bits (RFC 6052, RFC 4291), and translators of one network (RFC 8215).
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE = ipaddress.ip_network("::/96")
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")


class ToolState(StrEnum):
    """Where a tool stands. One that registered itself waits for a person; a removed one never comes back."""

    WAITING = "waiting"
    ON = "on"
    OFF = "off"
    REMOVED = "removed"


TOOL_STATE_NAMES = {
    ToolState.WAITING: _("Menunggu persetujuan"),
    ToolState.ON: _("Menyala"),
    ToolState.OFF: _("Dimatikan"),
    ToolState.REMOVED: _("Dihapus"),
}
NEXT_TOOL_STATES: dict[ToolState, frozenset[ToolState]] = {
    ToolState.WAITING: frozenset({ToolState.ON, ToolState.REMOVED}),
    ToolState.ON: frozenset({ToolState.OFF, ToolState.REMOVED}),
    ToolState.OFF: frozenset({ToolState.ON, ToolState.REMOVED}),
    ToolState.REMOVED: frozenset(),
}


def can_tool_become(state: str, target: ToolState) -> Verdict:
    """Whether a tool in ``state`` may take the state ``target``."""
    if target in NEXT_TOOL_STATES[ToolState(state)]:
        return ALLOWED
    if state == ToolState.REMOVED:
        return refused(_("Alat ini sudah dihapus. Daftarkan lagi sebagai alat baru bila diperlukan."))
    return refused(_("Keadaan alat ini tidak mengizinkan perubahan itu."))


def can_open_tool(state: str | None) -> Verdict:
    """Whether people may be sent to a tool; None: nobody registered it for them."""
    if state == ToolState.ON:
        return ALLOWED
    if state == ToolState.OFF:
        return refused(
            _("Alat ini sedang dimatikan oleh pengelolanya. Kemajuan Anda tersimpan; kerjakan bagian lain dahulu, lalu "
              "coba lagi kemudian.")
        )  # fmt: skip
    return refused(
        _("Alat untuk bagian ini tidak terdaftar untuk instansi Anda, atau sudah dihapus. Kemajuan Anda tersimpan; "
          "beri tahu pengelola kursus.")
    )  # fmt: skip


def may_manage_tool(standing: "Standing", agency_id: int | None) -> Verdict:
    """Agencies look after their own tools; those for everybody belong to the platform's administrators."""
    agencies = standing.agencies_with(Permission.MANAGE_TOOLS)
    if agencies is None or (agency_id is not None and agency_id in agencies):
        return ALLOWED
    return denied(_("Anda tidak mengelola alat belajar instansi ini."))


def scopes_of(*, uses_grades: bool, uses_roster: bool) -> tuple[Scope, ...]:
    """The rights that follow from what a tool was allowed to use."""
    return (*(GRADE_SCOPES if uses_grades else ()), *((Scope.ROSTER,) if uses_roster else ()))


def is_loopback(host: str) -> bool:
    """Whether a host name says this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def can_use_address(address: str, *, own: str, allows_loopback: bool) -> Verdict:
    """Whether an address may belong to a tool: https, a public host, no credentials in it, and not this platform.

    ``own`` is the address of this platform; ``allows_loopback`` lets http on this very machine through, for demos.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return refused(
            _("Alamat ini tidak dapat dibaca. Tulis selengkapnya, misalnya https://alat.contoh.go.id/mulai.")
        )
    if not host or len(address) > LONGEST_ADDRESS or not address.isprintable() or " " in address:
        return refused(
            _("Alamat ini tidak dapat dibaca. Tulis selengkapnya, misalnya https://alat.contoh.go.id/mulai.")
        )
    if parts.username or parts.password:
        return refused(_("Alamat tidak boleh memuat nama pengguna atau kata sandi."))
    if parts.fragment:
        return refused(_("Alamat tidak boleh memuat tanda #."))
    ours = urlsplit(own)
    if (host, port or PORTS.get(parts.scheme)) == (ours.hostname, ours.port or PORTS.get(ours.scheme)):
        return refused(_("Alamat ini milik Bina sendiri; alat harus berada di alamat lain."))
    if is_loopback(host):
        if allows_loopback and parts.scheme in {"http", "https"}:
            return ALLOWED
        return refused(_("Alamat di dalam mesin ini atau jaringan dalam tidak diterima."))
    if parts.scheme != "https":
        return refused(_("Alamat harus diawali https://, agar data pegawai tidak terbaca di jalan."))
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return ALLOWED
    return can_reach((str(number),), allows_loopback=False)


def can_reach(numbers: Iterable[str], *, allows_loopback: bool) -> Verdict:
    """Whether the server itself may call a host that resolves to these numbers: every one of them public."""
    found = [ipaddress.ip_address(number.partition("%")[0]) for number in numbers]
    for number in found:
        meant = _meant_by(number)
        if allows_loopback and all(one.is_loopback for one in meant):
            continue
        if not all(_is_public(one) for one in meant):
            return refused(_("Alamat di dalam mesin ini atau jaringan dalam tidak diterima."))
    return ALLOWED if found else refused(_("Nama alamat ini tidak ditemukan di internet."))


def _meant_by(number: "Number") -> "list[Number]":
    """A number with the IPv4 numbers to which it leads on (6to4, Teredo, NAT64, IPv4-compatible); a mapped one is its IPv4."""
    if not isinstance(number, ipaddress.IPv6Address):
        return [number]
    if number.ipv4_mapped is not None:
        return [number.ipv4_mapped]
    carried: list[Number] = [number, *filter(None, (number.sixtofour, *(number.teredo or ())))]
    # ::1 is the machine itself, not a number of the older kind.
    if number in NAT64 or (number in COMPATIBLE and not number.is_loopback and not number.is_unspecified):
        carried.append(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    return carried


def _is_public(number: "Number") -> bool:
    is_site_local = isinstance(number, ipaddress.IPv6Address) and number.is_site_local
    # A translator of the own network may lead anywhere inside of it.
    return number.is_global and not number.is_multicast and not is_site_local and number not in LOCAL_NAT64
