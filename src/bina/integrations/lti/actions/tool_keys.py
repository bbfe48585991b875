"""The keys of tools: read when they are needed, kept, and read anew when a message names one that is not known."""

import datetime as dt
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.db.models import Q
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.lti.actions import fetching
from bina.integrations.lti.models import Tool
from bina.integrations.lti.rules import Rejected, key_of_text, keys_in, require_signature, unread_head

FRESH_FOR = dt.timedelta(hours=12)
# A stranger who invents names of keys makes this server ask at most this often.
ASKED_AGAIN_AFTER = dt.timedelta(seconds=10)


class Exchanged(Refused):
    """The tool was changed while it was asked for its keys: what it answered must not be used."""


def read_keys(tool: Tool) -> dict[str, RSAPublicKey]:
    """Ask a tool for its keys and keep the answer. Raises Refused with what is wrong; what was known stays known."""
    Tool.objects.filter(pk=tool.pk).update(keys_read_at=clock.now())
    answer = fetching.fetch(tool.keys_url)
    if answer.status != 200:
        raise Refused(_t("Alamat kunci alat menjawab HTTP %(status)s.") % {"status": answer.status})
    try:
        told: Any = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise Refused(_t("Alamat kunci alat tidak menjawab dengan JSON.")) from error
    found = keys_in(told)
    if not found:
        raise Refused(_t("Alamat kunci alat tidak memuat satu pun kunci RSA 2.048 bit atau lebih."))
    now = clock.now()
    # Whoever gave the tool another address meanwhile did not want the keys of this one any more.
    asked = Tool.objects.filter(pk=tool.pk, keys_url=tool.keys_url, generation=tool.generation)
    if not asked.update(key_set=told, keys_read_at=now):
        raise Exchanged(_t("Alat ini diubah selagi kuncinya dibaca. Tidak ada kunci yang disimpan; coba lagi."))
    tool.key_set, tool.keys_read_at = told, now
    return found


def _asked_in_turn(tool: Tool) -> dict[str, RSAPublicKey]:
    """The tool's keys, asked for by whoever comes first; the others take what is known by then. Raises Refused.

    A hundred messages with invented keys at the same moment make one thread wait for the tool, not a hundred.
    """
    now = clock.now()
    turn = Tool.objects.filter(pk=tool.pk).filter(Q(keys_read_at=None) | Q(keys_read_at__lt=now - ASKED_AGAIN_AFTER))
    if turn.update(keys_read_at=now):
        return read_keys(tool)
    return keys_in(Tool.objects.values_list("key_set", flat=True).get(pk=tool.pk))


def require_signed(tool: Tool, token: str) -> dict[str, Any]:
    """The claims of a token that the tool signed. Raises Rejected for a forged one, an unknown key, or a tool that is down.

    Asks the tool for its keys at most once; never called inside a transaction.
    """
    header, _claims = unread_head(token)
    kid = header.get("kid")
    if tool.public_key:
        key = key_of_text(tool.public_key)
        if key is None:
            raise Rejected(
                _t("Kunci yang terdaftar untuk alat ini tidak dapat dibaca."), status=401, code="invalid_client"
            )
        return require_signature(token, key)
    keys = keys_in(tool.key_set)
    now = clock.now()
    is_old = tool.keys_read_at is None or tool.keys_read_at < now - FRESH_FOR
    may_ask = tool.keys_read_at is None or tool.keys_read_at < now - ASKED_AGAIN_AFTER
    if (_chosen(keys, kid) is None and may_ask) or is_old:
        try:
            keys = _asked_in_turn(tool)
        except Refused as refusal:
            # A tool that is down for an hour goes on with the keys that are known of it.
            if isinstance(refusal, Exchanged) or _chosen(keys, kid) is None:
                raise Rejected(
                    _t("Kunci alat tidak dapat dibaca: %(why)s") % {"why": str(refusal)},
                    status=401,
                    code="invalid_client",
                ) from refusal
    found = _chosen(keys, kid)
    if found is None:
        # Without the name of the key: strangers would choose the words of our notes.
        raise Rejected(_t("Kunci pesan ini tidak ada di daftar kunci alat."), status=401, code="invalid_client")
    return require_signature(token, found)


def _chosen(keys: dict[str, RSAPublicKey], kid: object) -> RSAPublicKey | None:
    if kid is None and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(str(kid)) if kid is not None else None
