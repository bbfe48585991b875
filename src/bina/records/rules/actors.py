"""Who: agents and groups, and the one identifier by which each is known."""

from typing import Any

from django.utils.translation import gettext as _

from bina.records.rules.values import (
    Invalid,
    Json,
    is_mailbox,
    is_sha1,
    require_iri,
    require_keys,
    require_object,
    require_text,
)

IDENTIFIERS = ("account", "mbox", "openid", "mbox_sha1sum")
AGENT_KEYS = frozenset({"objectType", "name", *IDENTIFIERS})
GROUP_KEYS = AGENT_KEYS | {"member"}
ACCOUNT_KEYS = frozenset({"homePage", "name"})


def require_actor(value: Any, where: str) -> None:
    """Raise Invalid unless the value is an agent or a group."""
    if type(value) is dict and value.get("objectType") == "Group":
        require_group(value, where)
    else:
        require_agent(value, where)


def require_agent(value: Any, where: str) -> None:
    """Raise Invalid unless the value is an agent with exactly one identifier."""
    require_object(value, where)
    require_keys(value, AGENT_KEYS, where)
    if value.get("objectType", "Agent") != "Agent":
        raise Invalid(f"{where}.objectType", _("harus “Agent”."))
    if not _require_identifier(value, where):
        raise Invalid(where, _("harus memuat tepat satu pengenal: mbox, mbox_sha1sum, openid, atau account."))


def require_group(value: Any, where: str) -> None:
    """Raise Invalid unless the value is a group: identified, or anonymous with members."""
    require_object(value, where)
    require_keys(value, GROUP_KEYS, where)
    if value.get("objectType") != "Group":
        raise Invalid(f"{where}.objectType", _("harus “Group”."))
    is_identified = _require_identifier(value, where)
    if "member" not in value:
        if not is_identified:
            raise Invalid(where, _("kelompok tanpa pengenal harus memuat “member”."))
        return
    members = value["member"]
    if type(members) is not list or not (members or is_identified):
        raise Invalid(f"{where}.member", _("harus berupa daftar pelaku."))
    for position, member in enumerate(members):
        require_agent(member, f"{where}.member[{position}]")


def require_authority(value: Any, where: str) -> None:
    """Raise Invalid unless the value may vouch for a statement: an agent, or an anonymous group of exactly two."""
    if type(value) is dict and value.get("objectType") == "Group":
        require_group(value, where)
        if identifier_of(value) is not None:
            raise Invalid(where, _("kelompok yang menjamin pernyataan harus tanpa pengenal."))
        if len(value["member"]) != 2:
            raise Invalid(f"{where}.member", _("harus memuat tepat dua pelaku."))
    else:
        require_agent(value, where)


def _require_identifier(value: Json, where: str) -> bool:
    """Whether there is an identifier, which then is right; raises Invalid for a wrong one and for two."""
    if "name" in value:
        require_text(value["name"], f"{where}.name")
    found = [key for key in IDENTIFIERS if key in value]
    if len(found) > 1:
        raise Invalid(where, _("hanya boleh memuat satu pengenal, bukan %(keys)s.") % {"keys": ", ".join(found)})
    if not found:
        return False
    key = found[0]
    identifier = value[key]
    if key == "account":
        _require_account(identifier, f"{where}.account")
    elif key == "openid":
        require_iri(identifier, f"{where}.openid")
    elif key == "mbox":
        if type(identifier) is not str or not is_mailbox(identifier):
            raise Invalid(f"{where}.mbox", _("harus berbentuk mailto:alamat-surel."))
    elif type(identifier) is not str or not is_sha1(identifier):
        raise Invalid(f"{where}.mbox_sha1sum", _("harus berupa SHA-1 heksadesimal (40 angka)."))
    return True


def _require_account(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, ACCOUNT_KEYS, where)
    if "homePage" not in value or "name" not in value:
        raise Invalid(where, _("harus memuat “homePage” dan “name”."))
    require_iri(value["homePage"], f"{where}.homePage")
    require_text(value["name"], f"{where}.name")


def identifier_of(actor: Json) -> str | None:
    """The identifier of an agent or group as one text, the same for the same person; None for an anonymous group.

    Example: ``account:https://bina.contoh.go.id|0197…``, ``mbox:mailto:siti@contoh.example``.
    """
    account = actor.get("account")
    if account is not None:
        return f"account:{account['homePage']}|{account['name']}"
    for key in ("mbox", "openid"):
        if key in actor:
            return f"{key}:{actor[key]}"
    if "mbox_sha1sum" in actor:
        return f"mbox_sha1sum:{actor['mbox_sha1sum'].lower()}"
    return None
