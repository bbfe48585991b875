"""What a tool is told when it is opened: the claims of the signed message, and variables that it may ask for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bina.integrations.lti.rules.people import Known
from bina.integrations.lti.rules.words import CLAIM, DEEP, GRADES_CLAIM, ROSTER_CLAIM, VERSION, Message

LIFE_SECONDS = 300
COURSE = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
PRODUCT = "bina"
ACCEPTED_ITEMS = ("ltiResourceLink", "link")


@dataclass(frozen=True, slots=True)
class Place:
    """The course a tool is opened from, and the part of it; no part while content is being picked."""

    context_id: str
    label: str
    title: str
    link_id: str = ""
    link_title: str = ""
    link_words: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that goes into the message of a launch. ``services`` holds the claims of the services as they are."""

    issuer: str
    client_id: str
    deployment_id: str
    platform_id: str
    platform_name: str
    message: Message
    target: str
    nonce: str
    known: Known
    roles: tuple[str, ...]
    place: Place
    return_url: str
    shown_in: str
    locale: str
    custom: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, Any] = field(default_factory=dict)


def claims_of(told: Told, *, now: int) -> dict[str, Any]:
    """The claims of the message (LTI 1.3 core, 5.3 and 5.4; Deep Linking 2.0, 4.4), valid for five minutes."""
    claims: dict[str, Any] = {
        "iss": told.issuer, "aud": told.client_id, "azp": told.client_id, "iat": now, "exp": now + LIFE_SECONDS,
        "nonce": told.nonce, "locale": told.locale, **told.known.claims(),
        f"{CLAIM}message_type": told.message.value, f"{CLAIM}version": VERSION,
        f"{CLAIM}deployment_id": told.deployment_id, f"{CLAIM}target_link_uri": told.target,
        f"{CLAIM}roles": list(told.roles),
        f"{CLAIM}context": {
            "id": told.place.context_id, "label": told.place.label, "title": told.place.title,
            "type": [COURSE],
        },
        f"{CLAIM}tool_platform": {
            "guid": told.platform_id, "name": told.platform_name, "product_family_code": PRODUCT, "version": "0.1",
        },
        f"{CLAIM}launch_presentation": {
            "document_target": told.shown_in, "return_url": told.return_url, "locale": told.locale,
        },
        **told.services,
    }  # fmt: skip
    if told.message is Message.OPEN:
        link = {"id": told.place.link_id, "title": told.place.link_title}
        claims[f"{CLAIM}resource_link"] = link | (
            {"description": told.place.link_words} if told.place.link_words else {}
        )
    if told.custom:
        claims[f"{CLAIM}custom"] = filled(told.custom, told)
    return claims


def filled(custom: Mapping[str, str], told: Told) -> dict[str, str]:
    """Custom values with the variables put in (LTI 1.3 core, 5.4.6.1 and appendix C): a value that is the name of one, as a
    whole. What we do not know, or may not tell of this person, stays as it was written, which the standard wants too."""
    return {name: (VARIABLES[value](told) or value) if value in VARIABLES else value for name, value in custom.items()}


def _services(told: Told, claim: str, name: str) -> str:
    found = told.services.get(claim)
    return str(found.get(name) or "") if isinstance(found, Mapping) else ""


# The variables that may stand as a custom value, with what each becomes at a launch.
VARIABLES: dict[str, Callable[[Told], str]] = {
    "$Context.id": lambda told: told.place.context_id,
    "$Context.label": lambda told: told.place.label,
    "$Context.title": lambda told: told.place.title,
    "$Context.type": lambda _told: COURSE,
    "$ResourceLink.id": lambda told: told.place.link_id,
    "$ResourceLink.title": lambda told: told.place.link_title,
    "$ResourceLink.description": lambda told: told.place.link_words,
    "$User.id": lambda told: told.known.subject,
    "$Person.name.full": lambda told: told.known.name,
    "$Person.name.given": lambda told: told.known.claims().get("given_name", ""),
    "$Person.name.family": lambda told: told.known.claims().get("family_name", ""),
    "$Person.email.primary": lambda told: told.known.email,
    "$Membership.role": lambda told: ",".join(told.roles),
    "$Message.locale": lambda told: told.locale,
    "$Message.documentTarget": lambda told: told.shown_in,
    "$Message.returnURL": lambda told: told.return_url,
    "$ToolPlatformInstance.guid": lambda told: told.platform_id,
    "$ToolPlatformInstance.name": lambda told: told.platform_name,
    "$ToolPlatform.productFamilyCode": lambda _told: PRODUCT,
    "$LineItems.url": lambda told: _services(told, GRADES_CLAIM, "lineitems"),
    "$LineItem.url": lambda told: _services(told, GRADES_CLAIM, "lineitem"),
}


def grades_claim(*, scopes: list[str], line_items: str, line_item: str = "") -> dict[str, Any]:
    """Where scores may be sent."""
    told: dict[str, Any] = {"scope": scopes, "lineitems": line_items}
    return {GRADES_CLAIM: told | ({"lineitem": line_item} if line_item else {})}


def roster_claim(address: str) -> dict[str, Any]:
    """Where the people of the course may be read."""
    return {ROSTER_CLAIM: {"context_memberships_url": address, "service_versions": ["2.0"]}}


def picking_claim(*, return_url: str, data: str, may_frame: bool, accepts_items: bool) -> dict[str, Any]:
    """What may be picked, and where the choice goes."""
    return {
        f"{DEEP}deep_linking_settings": {
            "deep_link_return_url": return_url, "accept_types": list(ACCEPTED_ITEMS), "accept_multiple": True,
            "accept_presentation_document_targets": ["window", *(["iframe"] if may_frame else [])],
            "accept_lineitem": accepts_items, "auto_create": False, "data": data,
        }
    }  # fmt: skip
