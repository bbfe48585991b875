"""Tools that register themselves: invited by somebody who may, described by themselves, and waiting for approval."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _t

from bina.foundation.errors import DomainError
from bina.foundation.ids import new_public_id
from bina.integrations.lti.actions.tools import ToolWords, register_tool
from bina.integrations.lti.models import Tool
from bina.integrations.lti.queries import absolute, agencies_for_tools, allows_loopback, codes_in_use
from bina.integrations.lti.rules import (
    LONGEST_CODE,
    Rejected,
    ToolState,
    can_use_address,
    key_for,
    may_manage_tool,
    read_registration,
)
from bina.integrations.lti.rules.registration import TOOL
from bina.people.queries import standing_of, user_by_id

if TYPE_CHECKING:
    from bina.people.models import Agency, User

SECONDS = 3600
_SALT = "bina.lti.registration"


def invite_tool(*, by: "User", agency: "Agency | None", address: str) -> str:
    """The address at which a tool registers itself, with an invitation that is good for one tool and one hour.

    Raises Denied without the right, Refused for an address that no tool may have.
    """
    may_manage_tool(standing_of(by), agency.pk if agency else None).require()
    can_use_address(address, own=settings.BASE_URL, allows_loopback=allows_loopback()).require()
    token = signing.dumps([by.pk, agency.pk if agency else None, str(new_public_id())], salt=_SALT)
    query = urlencode({"openid_configuration": absolute("configuration"), "registration_token": token})
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, query)))))


@transaction.atomic
def take_registration(*, authorization: str, content: bytes) -> dict[str, Any]:
    """Keep what an invited tool says of itself; it waits until somebody approves it. The answer for the tool.

    Sent twice, the first registration stands. Raises Rejected for a missing or old invitation and for what cannot be used.
    """
    kind, _space, token = authorization.partition(" ")
    try:
        if kind.lower() != "bearer":
            raise signing.BadSignature
        user_id, agency_id, born = signing.loads(token.strip(), salt=_SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Rejected(
            _t("Undangan pendaftaran tidak ada, palsu, atau sudah kedaluwarsa. Mulai lagi dari Bina."), status=401,
            code="invalid_token",
        ) from error  # fmt: skip
    by = user_by_id(user_id)
    if by is None or not by.is_active:
        raise Rejected(_t("Akun yang mengundang alat ini tidak aktif lagi."), status=403, code="access_denied")
    agency = agencies_for_tools(by).filter(pk=agency_id).first() if agency_id else None
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Rejected(_t("Isi bukan JSON yang dapat dibaca."), code="invalid_client_metadata") from error
    told = read_registration(data)
    words = ToolWords(
        code=key_for(told.name[: LONGEST_CODE - 6], codes_in_use(agency)), name=told.name, login_url=told.login_url,
        launch_url=told.launch_url, redirect_uris=told.redirect_uris, description=told.description,
        picking_url=told.picking_url, keys_url=told.keys_url, uses_grades=told.uses_grades, uses_roster=told.uses_roster,
        uses_picking=told.uses_picking, custom=told.custom,
    )  # fmt: skip
    if agency_id and agency is None:
        raise Rejected(
            _t("Akun yang mengundang alat ini tidak lagi mengelola alat instansi itu."),
            status=403,
            code="access_denied",
        )
    try:
        tool = register_tool(by=by, agency=agency, words=words, public_id=UUID(born), state=ToolState.WAITING)
    except DomainError as error:
        raise Rejected(str(error), code="invalid_client_metadata") from error
    return _answer(tool, data)


def _answer(tool: Tool, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "client_id": tool.client_id, "application_type": "web", "client_name": tool.name, "redirect_uris": tool.redirect_uris,
        "initiate_login_uri": tool.login_url, "jwks_uri": tool.keys_url, "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"], "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scope.value for scope in tool.scopes),
        TOOL: {**data[TOOL], "deployment_id": tool.deployment_id, "version": "1.3.0"},
    }  # fmt: skip
