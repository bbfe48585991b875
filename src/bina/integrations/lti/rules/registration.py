"""What a tool says of itself when it registers itself (LTI Dynamic Registration 1.0), and what it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.custom import read_custom
from bina.integrations.lti.rules.reading import text_in
from bina.integrations.lti.rules.tools import LONGEST_ADDRESS, MOST_REDIRECTS
from bina.integrations.lti.rules.words import GRADE_SCOPES, Message, Rejected, Scope

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"


@dataclass(frozen=True, slots=True)
class SelfDescription:
    """A tool in its own words."""

    name: str
    description: str
    login_url: str
    launch_url: str
    redirect_uris: tuple[str, ...]
    keys_url: str
    picking_url: str
    uses_grades: bool
    uses_roster: bool
    uses_picking: bool
    custom: tuple[tuple[str, str], ...]


def read_registration(data: object) -> SelfDescription:
    """A tool's own description out of its JSON. Raises Rejected with a sentence that names the field."""
    if not isinstance(data, Mapping):
        raise Rejected(_t("Pendaftaran harus berupa satu objek JSON."), code="invalid_client_metadata")
    told = data.get(TOOL)
    if not isinstance(told, Mapping):
        raise Rejected(_t("Isian “%(name)s” belum ada.") % {"name": TOOL}, code="invalid_client_metadata")
    redirects = data.get("redirect_uris")
    if not isinstance(redirects, list) or not 0 < len(redirects) <= MOST_REDIRECTS:
        raise Rejected(
            _t("Sebutkan satu sampai %(most)s alamat penerima pesan.") % {"most": MOST_REDIRECTS},
            code="invalid_redirect_uri",
        )
    if not all(isinstance(address, str) for address in redirects):
        raise Rejected(
            _t("Isian “%(name)s” harus berupa teks.") % {"name": "redirect_uris"}, code="invalid_redirect_uri"
        )
    scopes = set(text_in(data, "scope", 4_000).split())
    messages = told.get("messages")
    rows = [row for row in messages if isinstance(row, Mapping)] if isinstance(messages, list) else []
    picking = next((row for row in rows if row.get("type") == Message.PICK), None)
    custom, _faults = read_custom(told.get("custom_parameters", {}))
    return SelfDescription(
        text_in(data, "client_name", 120, is_needed=True), text_in(told, "description", 300),
        text_in(data, "initiate_login_uri", LONGEST_ADDRESS, is_needed=True),
        text_in(told, "target_link_uri", LONGEST_ADDRESS, is_needed=True), tuple(dict.fromkeys(redirects)),
        text_in(data, "jwks_uri", LONGEST_ADDRESS, is_needed=True),
        text_in(picking, "target_link_uri", LONGEST_ADDRESS) if picking else "",
        bool(scopes & {scope.value for scope in GRADE_SCOPES}), Scope.ROSTER.value in scopes, picking is not None,
        tuple(custom.items()),
    )  # fmt: skip


def configuration(addresses: Mapping[str, str], *, register: str, name: str) -> dict[str, Any]:
    """What this platform says of itself to a tool that is about to register."""
    return {
        "issuer": addresses["issuer"], "authorization_endpoint": addresses["authorize"],
        "token_endpoint": addresses["token"], "jwks_uri": addresses["keys"], "registration_endpoint": register,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", *(scope.value for scope in Scope)], "response_types_supported": ["id_token"],
        "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": ["iss", "aud", "sub", "name", "given_name", "family_name", "email", "locale"],
        PLATFORM: {
            "product_family_code": "bina", "version": "0.1", "messages_supported": [{"type": one.value} for one in Message],
            "variables": ["Context.id", "Context.title", "Context.label", "ResourceLink.id", "ResourceLink.title", "User.id"],
            "platform_name": name,
        },
    }  # fmt: skip
