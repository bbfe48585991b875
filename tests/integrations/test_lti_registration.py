"""Tools that register themselves: invited, described by themselves, approved by a person, and nothing else."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from bina.integrations.lti.models import Tool
from bina.people.models import RoleGrant
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.lti_tool import AGS, HOST, ROSTER, query_of

pytestmark = pytest.mark.django_db
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SAID: dict[str, Any] = {
    "application_type": "web", "client_name": "Simulasi Loket", "initiate_login_uri": f"{HOST}/masuk",
    "redirect_uris": [f"{HOST}/terima"], "jwks_uri": f"{HOST}/kunci.json", "scope": f"{AGS}score {ROSTER}",
    TOOL: {"domain": "alat.contoh.example", "target_link_uri": f"{HOST}/mulai", "custom_parameters": {"a": "b"},
           "messages": [{"type": "LtiDeepLinkingRequest", "target_link_uri": f"{HOST}/pilih"}]},
}  # fmt: skip


def invited(cast: Cast, client_for: ClientFor, address: str = f"{HOST}/daftar") -> dict[str, str]:
    """What the tool is opened with after HR invited it."""
    form = {"agency": str(cast.agency.public_id), "address": address}
    page = client_for(cast.hr).post("/lti/tools/invite/", form).content.decode()
    location = page.split(f'href="{HOST}/daftar?')[1].split('"')[0].replace("&amp;", "&")
    return query_of(f"{HOST}/daftar?{location}")


def send(token: str, said: Any) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/lti/register/",
        json.dumps(said),
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )


def test_an_invited_tool_registers_itself_and_waits(cast: Cast, client_for: ClientFor) -> None:
    begun = invited(cast, client_for)
    told = Client().get(urlsplit(begun["openid_configuration"]).path).json()
    assert told["issuer"] == settings.BASE_URL
    assert told["registration_endpoint"] == f"{settings.BASE_URL}/lti/register/"
    answer = send(begun["registration_token"], SAID)
    assert answer.status_code == 201
    tool = Tool.objects.get()
    assert answer.json()["client_id"] == tool.client_id
    assert answer.json()[TOOL]["deployment_id"] == tool.deployment_id
    assert (tool.state, tool.code, tool.agency) == ("waiting", "simulasi-loket", cast.agency)
    assert (tool.uses_grades, tool.uses_roster, tool.uses_picking) == (True, True, True)
    assert (tool.picking_url, tool.custom) == (f"{HOST}/pilih", {"a": "b"})
    assert send(begun["registration_token"], {**SAID, "client_name": "Lain"}).json()["client_id"] == tool.client_id
    assert Tool.objects.count() == 1
    client = client_for(cast.hr)
    assert "Setujui dan nyalakan" in client.get(f"/lti/tools/{tool.public_id}/").content.decode()
    client.post(f"/lti/tools/{tool.public_id}/state/", {"state": "on"})
    assert Tool.objects.get().state == "on"


@pytest.mark.parametrize(
    "changes",
    [{"client_name": ""}, {"redirect_uris": []}, {"redirect_uris": ["https://10.0.0.1/"]}, {"jwks_uri": "http://x.example/k"},
     {TOOL: None}, {"initiate_login_uri": 7}],
)  # fmt: skip
def test_what_cannot_be_used_is_not_registered(cast: Cast, client_for: ClientFor, changes: dict[str, Any]) -> None:
    answer = send(invited(cast, client_for)["registration_token"], {**SAID, **changes})
    assert answer.status_code == 400
    assert answer.json()["error_description"]
    assert not Tool.objects.exists()


def test_without_an_invitation_nothing_is_registered(cast: Cast, client_for: ClientFor) -> None:
    assert send("palsu", SAID).status_code == 401
    token = invited(cast, client_for)["registration_token"]
    RoleGrant.objects.filter(user=cast.hr.user).delete()
    assert send(token, SAID).status_code == 403
    assert client_for(cast.trainer).get("/lti/tools/invite/").status_code == 404
    assert not Tool.objects.exists()
