"""Registering tools, changing them, switching them off and on, and saying what they may know."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t

from bina.foundation.errors import Denied, Refused
from bina.integrations.lti import entries
from bina.integrations.lti.actions import fetching
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.tool_keys import read_keys
from bina.integrations.lti.models import Tool, ToolSharing
from bina.integrations.lti.queries import allows_loopback
from bina.integrations.lti.rules import (
    CODE,
    MOST_REDIRECTS,
    ToolState,
    can_tool_become,
    can_use_address,
    key_of_text,
    may_manage_tool,
)
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    import uuid

    from bina.people.models import Agency, User


@dataclass(frozen=True, slots=True)
class ToolWords:
    """What is registered of a tool."""

    code: str
    name: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    description: str = ""
    picking_url: str = ""
    keys_url: str = ""
    public_key: str = ""
    uses_grades: bool = True
    uses_roster: bool = False
    uses_picking: bool = True
    may_frame: bool = False
    custom: tuple[tuple[str, str], ...] = ()

    def values(self) -> dict[str, Any]:
        """As columns of a row."""
        return {
            "code": self.code, "name": self.name.strip()[:120], "description": self.description.strip()[:300],
            "login_url": self.login_url, "launch_url": self.launch_url, "picking_url": self.picking_url,
            "redirect_uris": list(self.redirect_uris), "keys_url": self.keys_url, "public_key": self.public_key.strip(),
            "uses_grades": self.uses_grades, "uses_roster": self.uses_roster, "uses_picking": self.uses_picking,
            "may_frame": self.may_frame, "custom": dict(self.custom),
        }  # fmt: skip


def _require_sound(words: ToolWords) -> None:
    """Raise Refused with a sentence for what cannot be registered."""
    if not CODE.fullmatch(words.code):
        raise Refused(_t("Kode alat hanya boleh huruf kecil, angka, dan tanda hubung."))
    if not words.name.strip():
        raise Refused(_t("Beri nama alat ini, agar dikenali peserta."))
    if not words.redirect_uris or len(words.redirect_uris) > MOST_REDIRECTS:
        raise Refused(_t("Sebutkan satu sampai %(most)s alamat penerima pesan.") % {"most": MOST_REDIRECTS})
    addresses = [words.login_url, words.launch_url, *words.redirect_uris, words.picking_url, words.keys_url]
    for address in filter(None, addresses):
        verdict = can_use_address(address, own=settings.BASE_URL, allows_loopback=allows_loopback())
        if not verdict:
            raise Refused(f"{address[:120]}: {verdict.sentence}")
    if not words.login_url or not words.launch_url:
        raise Refused(_t("Alamat mulai dan alamat pembukaan wajib diisi."))
    if bool(words.keys_url) == bool(words.public_key.strip()):
        raise Refused(_t("Isi salah satu: alamat kunci (JWKS), atau kunci publiknya sendiri."))
    if words.public_key and key_of_text(words.public_key) is None:
        raise Refused(_t("Kunci publik tidak dapat dibaca. Tempelkan kunci RSA 2.048 bit atau lebih dalam bentuk PEM."))


@transaction.atomic
def register_tool(
    *, by: "User | None", agency: "Agency | None", words: ToolWords, public_id: "uuid.UUID | None" = None,
    state: ToolState = ToolState.ON,
) -> Tool:  # fmt: skip
    """Let a tool be used in courses; it gets its names of the protocol.

    ``public_id`` is the identity that a form gave it: sent twice, the second time returns the first tool. Raises Denied
    without the right, Refused for addresses and keys that cannot be used and for a code that is taken.
    """
    if by is not None:
        may_manage_tool(standing_of(by), agency.pk if agency else None).require()
    known = Tool.objects.filter(public_id=public_id).first() if public_id else None
    if known is not None:
        return known
    _require_sound(words)
    identity = {"public_id": public_id} if public_id else {}
    try:
        with transaction.atomic():
            tool = Tool.objects.create(
                agency=agency, state=state.value, client_id=secrets.token_hex(12), deployment_id=secrets.token_hex(6),
                created_by=by, **identity, **words.values(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused(_taken(words.code)) from error
    _note_entry(entries.TOOL_REGISTERED, by, tool)
    return tool


def _taken(code: str) -> str:
    return _t("Kode “%(code)s” sudah dipakai alat lain. Pilih kode yang berbeda.") % {"code": code}


@transaction.atomic
def change_tool(*, by: "User", tool: Tool, words: ToolWords) -> None:
    """Change what is registered. Rights that were taken away end at once. Raises Denied, Refused."""
    held = _held(by, tool)
    if held.state == ToolState.REMOVED:
        raise Refused(_t("Alat ini sudah dihapus. Daftarkan lagi sebagai alat baru bila diperlukan."))
    _require_sound(words)
    values = words.values()
    if all(getattr(held, name) == value for name, value in values.items()):
        return
    if (held.keys_url, held.public_key) != (words.keys_url, values["public_key"]):
        values |= {"key_set": {}, "keys_read_at": None, "generation": held.generation + 1}
    for name, value in values.items():
        setattr(held, name, value)
    try:
        with transaction.atomic():
            held.save(update_fields=list(values))
    except IntegrityError as error:
        raise Refused(_taken(words.code)) from error
    _note_entry(entries.TOOL_CHANGED, by, held)


def switch_tool_on(*, by: "User", tool: Tool) -> None:
    """Let people go to a tool again, or for the first time when it registered itself. Doing it twice changes nothing."""
    _become(by, tool, ToolState.ON, entries.TOOL_SWITCHED_ON)


def switch_tool_off(*, by: "User", tool: Tool, reason: str = "") -> None:
    """Send nobody to a tool, and let it read and write nothing, until it is switched on again. Twice changes nothing."""
    _become(by, tool, ToolState.OFF, entries.TOOL_SWITCHED_OFF, reason)


def remove_tool(*, by: "User", tool: Tool, reason: str = "") -> None:
    """Let a tool go for good: its code is free, what it reported stays. Twice changes nothing."""
    _become(by, tool, ToolState.REMOVED, entries.TOOL_REMOVED, reason)


@transaction.atomic
def _become(by: "User", tool: Tool, target: ToolState, verb: Verb, reason: str = "") -> None:
    held = _held(by, tool)
    if held.state == target:
        return
    can_tool_become(held.state, target).require()
    held.state = target.value
    # Tokens that were handed out end now, and do not come back to life when the tool is switched on.
    held.generation += 1
    held.save(update_fields=["state", "generation"])
    _note_entry(verb, by, held, reason)


@transaction.atomic
def set_sharing(*, by: "User", tool: Tool, agency: "Agency", shares_name: bool, shares_email: bool) -> None:
    """Say what a tool may know about the people of an agency. Raises Denied for those who do not look after its tools."""
    held = standing_of(by).agencies_with(Permission.MANAGE_TOOLS)
    if (held is not None and agency.pk not in held) or tool.agency_id not in (None, agency.pk):
        raise Denied(_t("Anda tidak mengelola alat belajar instansi ini."))
    row, _is_new = ToolSharing.objects.select_for_update().get_or_create(tool=tool, agency=agency)
    if (row.shares_name, row.shares_email) == (shares_name, shares_email):
        return
    row.shares_name, row.shares_email = shares_name, shares_email
    row.save(update_fields=["shares_name", "shares_email"])
    record(
        entries.SHARING_CHANGED, by=by, kind="lti_tool", object_id=tool.public_id, name=tool.name, agency_id=agency.pk,
        data={"name": shares_name, "email": shares_email},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a test of the connection saw."""

    sentence: str
    is_fault: bool = False


def check_connection(*, by: "User", tool: Tool) -> list[Finding]:
    """Ask the tool for its keys and for its first page, and say what came. Raises Denied without the right."""
    may_manage_tool(standing_of(by), tool.agency_id).require()
    found: list[Finding] = []
    if tool.public_key:
        found.append(Finding(_t("Kunci publik terdaftar dan dapat dibaca.")))
    else:
        try:
            keys = read_keys(tool)
        except Refused as refusal:
            found.append(Finding(_t("Kunci alat tidak dapat dibaca: %(why)s") % {"why": str(refusal)}, is_fault=True))
        else:
            found.append(Finding(_t("Alamat kunci menjawab dengan %(n)s kunci yang dapat dipakai.") % {"n": len(keys)}))
    try:
        answer = fetching.fetch(tool.login_url)
    except Refused as refusal:
        found.append(Finding(_t("Alamat mulai tidak menjawab: %(why)s") % {"why": str(refusal)}, is_fault=True))
    else:
        # Asked without a launch, many tools answer with an error; that they answer is all that can be seen from here.
        is_fault = answer.status >= 500 or answer.status == 404
        sentence = _t("Alamat mulai menjawab (HTTP %(status)s).") % {"status": answer.status}
        found.append(Finding(sentence, is_fault=is_fault))
    for finding in found:
        note(tool, finding.sentence, is_fault=finding.is_fault)
    return found


def _held(by: "User", tool: Tool) -> Tool:
    may_manage_tool(standing_of(by), tool.agency_id).require()
    return Tool.objects.select_for_update(of=("self",)).get(pk=tool.pk)


def _note_entry(verb: Verb, by: "User | None", tool: Tool, reason: str = "") -> None:
    record(
        verb, by=by, kind="lti_tool", object_id=tool.public_id, name=tool.name, agency_id=tool.agency_id,
        reason=reason.strip()[:300], data={"code": tool.code},
    )  # fmt: skip
