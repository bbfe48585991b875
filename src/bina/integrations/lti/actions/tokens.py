"""Handing tools a token for the services (OAuth 2 client credentials with a signed assertion), and taking old marks away."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.integrations.lti.actions.launches import spend
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.tool_keys import require_signed
from bina.integrations.lti.models import Launch, PlatformKey, SpentToken, Tool, ToolNote
from bina.integrations.lti.queries import TOKEN_SECONDS, absolute, access_token, platform_addresses, tool_by_client_id
from bina.integrations.lti.rules import Rejected, Scope, ToolState, names_audience, require_times, unread_head

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_JTI = 255
HISTORY = dt.timedelta(days=180)
NOTES_KEPT = dt.timedelta(days=90)


def grant_token(form: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a tool that proves with its key who it is: a token with the rights it asked for and was allowed.

    Raises Rejected for anything that is not proven, is used twice, or asks for nothing that was allowed.
    """
    if form.get("grant_type") != "client_credentials":
        raise Rejected(_t("Hanya grant_type client_credentials yang dilayani."), code="unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION:
        raise Rejected(_t("client_assertion_type harus berupa jwt-bearer."))
    token = form.get("client_assertion", "")
    _header, unread = unread_head(token)
    tool = tool_by_client_id(str(unread.get("iss", "")))
    if tool is None:
        raise Rejected(_t("Alat dengan client_id ini tidak terdaftar di Bina."), status=401, code="invalid_client")
    try:
        return _granted(tool, token, form.get("scope", ""))
    except Rejected as fault:
        note(tool, str(fault), is_fault=True)
        raise


def _granted(tool: Tool, token: str, asked: str) -> dict[str, Any]:
    if tool.state != ToolState.ON:
        raise Rejected(_t("Alat ini dimatikan atau dihapus."), status=401, code="invalid_client")
    claims = require_signed(tool, token)
    if claims.get("sub") != tool.client_id or claims.get("iss") != tool.client_id:
        raise Rejected(_t("Isi iss dan sub harus client_id alat ini."), status=401, code="invalid_client")
    if not names_audience(claims, absolute("token"), platform_addresses()["issuer"]):
        raise Rejected(_t("Penerima (aud) harus alamat token Bina."), status=401, code="invalid_client")
    ends = require_times(claims, clock.now())
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise Rejected(_t("Pesan harus membawa tanda sekali pakai (jti)."), status=401, code="invalid_client")
    allowed = {scope.value for scope in tool.scopes}
    granted = [scope for scope in dict.fromkeys(asked.split()) if scope in allowed]
    if not granted:
        known = {scope.value for scope in Scope}
        sentence = (
            _t("Hak yang diminta belum diizinkan untuk alat ini.")
            if set(asked.split()) & known
            else _t("Sebutkan hak (scope) yang dikenal.")
        )
        raise Rejected(sentence, code="invalid_scope")
    spend_once(tool, jti, ends)
    return {
        "access_token": access_token(tool, granted), "token_type": "Bearer", "expires_in": TOKEN_SECONDS,
        "scope": " ".join(granted),
    }  # fmt: skip


def spend_once(tool: Tool, jti: str, ends: dt.datetime) -> None:
    """Use up the id of an assertion; a second use is Rejected (401)."""
    try:
        spend(tool, f"jti:{jti}", ends + dt.timedelta(minutes=5), _t("Pesan ini (jti) sudah pernah dipakai."))
    except Rejected as fault:
        raise Rejected(str(fault), status=401, code="invalid_client") from fault


@transaction.atomic
def tidy() -> None:
    """Forget marks that can no longer be used, launches after half a year, notes after 90 days, and retired keys."""
    now = clock.now()
    SpentToken.objects.filter(expires_at__lt=now).delete()
    Launch.objects.filter(begun_at__lt=now - HISTORY).delete()
    ToolNote.objects.filter(latest_at__lt=now - NOTES_KEPT).delete()
    PlatformKey.objects.filter(retires_at__lt=now).delete()
