"""Opening a tool from a course: what it is told, and every way in which a stranger may get it wrong."""

from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.utils import timezone

from bina.integrations.lti import actions
from bina.integrations.lti.actions.people import subject_of
from bina.integrations.lti.models import Launch, LineItem, ResourceLink, ToolNote
from bina.journal.queries import history_of
from bina.learning.actions import name_reviewer, withdraw
from bina.learning.models import ActivityProgress
from bina.people.actions import load_reference_data
from bina.people.models import Agency, OrgUnit
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.integrations.lti_tool import (
    CLAIM,
    GRADES,
    HOST,
    FictiveTool,
    course_with_tool,
    joined,
    posted,
    query_of,
    registered,
    tool_part,
)

pytestmark = pytest.mark.django_db


def begin(cast: Cast, client_for: ClientFor, **changes: Any) -> tuple[Any, str]:
    """Siti in front of the tool: her browser, and the address at which the tool was begun."""
    enrolment = joined(cast.siti, course_with_tool(cast.agency, **changes))
    client = client_for(cast.siti)
    response = client.get(f"/lti/{enrolment.public_id}/simulasi/start/")
    assert response.status_code == 302, response.content.decode()
    return client, response["Location"]


def test_a_learner_arrives_with_everything_the_standard_asks_for(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    client, location = begin(cast, client_for)
    begun = query_of(location)
    assert location.startswith(f"{HOST}/masuk?dari=bina&iss=")
    assert begun["iss"] == settings.BASE_URL
    assert begun["target_link_uri"] == f"{HOST}/kasus/7"
    assert begun["lti_deployment_id"] == fictive.tool.deployment_id
    told = fictive.go_in(client, location, nonce="n-1")
    link = ResourceLink.objects.get()
    assert told["nonce"] == "n-1"
    assert told["exp"] - told["iat"] == 300
    assert told[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert told[f"{CLAIM}version"] == "1.3.0"
    assert told[f"{CLAIM}deployment_id"] == fictive.tool.deployment_id
    assert told[f"{CLAIM}target_link_uri"] == f"{HOST}/kasus/7"
    assert told[f"{CLAIM}resource_link"] == {
        "id": str(link.public_id), "title": "Simulasi loket", "description": "Layani tiga warga.",
    }  # fmt: skip
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner" in told[f"{CLAIM}roles"]
    assert told[f"{CLAIM}context"]["title"] == "Kursus mini"
    assert told[f"{CLAIM}custom"] == {"kasus": "7", "nama": "Simulasi loket"}
    item = LineItem.objects.get()
    assert told[GRADES]["lineitem"].endswith(f"/lineitems/{item.public_id}")
    assert (item.maximum, item.resource_id, item.is_ours) == (100.0, "kasus-7", True)
    assert told[f"{CLAIM}launch_presentation"]["document_target"] == "window"


def test_a_tool_knows_a_name_that_means_nothing_elsewhere(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    client, location = begin(cast, client_for)
    told = fictive.go_in(client, location)
    text = str(told)
    for private in (cast.siti.full_name, cast.siti.email, cast.siti.employee_number, str(cast.siti.public_id)):
        assert str(private) not in text
    other = registered(None, code="lain")
    assert subject_of(other, cast.siti.user) != told["sub"]


def test_name_and_mail_come_only_where_the_agency_allowed_them(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    actions.set_sharing(by=cast.hr.user, tool=fictive.tool, agency=cast.agency, shares_name=True, shares_email=False)
    client, location = begin(cast, client_for)
    told = fictive.go_in(client, location)
    assert (told["name"], told["given_name"]) == (cast.siti.full_name, "Siti")
    assert "email" not in told


def test_opening_is_journalled_and_kept_with_the_part(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    launch = Launch.objects.get()
    assert launch.enrolment is not None
    assert not history_of("enrolment", launch.enrolment.public_id).filter(verb="lti.opened").exists()
    assert Launch.objects.filter(answered_at=None).exists()
    fictive.go_in(client, location)
    assert not Launch.objects.filter(answered_at=None).exists()
    assert history_of("enrolment", launch.enrolment.public_id).filter(verb="lti.opened").count() == 1
    row = ActivityProgress.objects.get(activity__kind="lti")
    assert (row.evidence["opened"], row.state) == (True, "opened")


def test_a_part_that_is_done_by_opening_is_done_once_the_tool_asked(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    client, location = begin(cast, client_for, completes="opening", passing=None)
    assert ActivityProgress.objects.get(activity__kind="lti").state == "opened"
    told = fictive.go_in(client, location)
    assert ActivityProgress.objects.get(activity__kind="lti").state == "completed"
    assert "lineitem" not in told[GRADES]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_frame_without_cookies_is_let_in_by_the_mark_of_its_launch(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, method: str
) -> None:
    _client, location = begin(cast, client_for)
    response = getattr(client_for(None), method)("/lti/authorize/", fictive.login_request(location))
    assert "id_token" in posted(response)


def test_the_message_goes_in_a_post_with_a_button_for_browsers_without_scripts(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    client, location = begin(cast, client_for)
    response = client.get("/lti/authorize/", fictive.login_request(location))
    page = response.content.decode()
    assert f'action="{HOST}/terima"' in page
    assert '<button class="btn btn-primary" type="submit">' in page
    assert posted(response)["state"] == "s-1"
    assert response["Cache-Control"].startswith("max-age=0")
    assert f"form-action https: {HOST}" in response["Content-Security-Policy"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"client_id": "asing"}, "tidak terdaftar di Bina"),
    ({"redirect_uri": f"{HOST}/terima/"}, "tidak terdaftar untuk alat"),
    ({"redirect_uri": "https://jahat.example/terima"}, "tidak terdaftar untuk alat"),
    ({"redirect_uri": None}, "tidak terdaftar untuk alat"),
    ({"lti_message_hint": "palsu"}, "palsu atau sudah kedaluwarsa"),
    ({"lti_message_hint": None}, "palsu atau sudah kedaluwarsa"),
    ({"login_hint": "orang-lain"}, "bukan dari pembukaan ini"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_a_wrong_request_sends_nothing_anywhere(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, changes: dict[str, Any], sentence: str
) -> None:
    client, location = begin(cast, client_for)
    response = client.get("/lti/authorize/", fictive.login_request(location, **changes))
    assert response.status_code == 400
    page = response.content.decode()
    assert sentence in page
    assert "id_token" not in page
    assert "jahat.example" not in page
    assert Launch.objects.get().answered_at is None


FAULTS = [
    ({"scope": "profile"}, "invalid_scope"),
    ({"response_type": "code"}, "unsupported_response_type"),
    ({"response_mode": "query"}, "invalid_request"),
    ({"prompt": "login"}, "invalid_request"),
    ({"nonce": None}, "invalid_request"),
]


@pytest.mark.parametrize(("changes", "code"), FAULTS)
def test_faults_of_the_protocol_are_told_to_the_tool(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, changes: dict[str, Any], code: str
) -> None:
    client, location = begin(cast, client_for)
    fields = posted(client.get("/lti/authorize/", fictive.login_request(location, **changes)))
    assert (fields["error"], fields["state"]) == (code, "s-1")
    assert "id_token" not in fields
    assert ToolNote.objects.filter(tool=fictive.tool, is_fault=True).exists()


def test_a_launch_is_answered_once(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    fictive.go_in(client, location)
    again = client.get("/lti/authorize/", fictive.login_request(location))
    assert again.status_code == 400
    assert "sudah dipakai" in again.content.decode()


def test_a_nonce_is_taken_once(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    fictive.go_in(client, location, nonce="n-1")
    enrolment = Launch.objects.get().enrolment
    assert enrolment is not None
    second = client.get(f"/lti/{enrolment.public_id}/simulasi/start/")["Location"]
    refused = client.get("/lti/authorize/", fictive.login_request(second, nonce="n-1"))
    assert "Nonce ini sudah pernah dipakai" in refused.content.decode()
    assert fictive.go_in(client, second, nonce="n-2")["nonce"] == "n-2"


def test_a_launch_ends_after_some_minutes(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    Launch.objects.update(expires_at=timezone.now())
    assert "kedaluwarsa" in client.get("/lti/authorize/", fictive.login_request(location)).content.decode()


def test_a_colleague_cannot_answer_for_another(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    _client, location = begin(cast, client_for)
    response = client_for(cast.dewi).get("/lti/authorize/", fictive.login_request(location))
    assert "akun lain" in response.content.decode()
    assert Launch.objects.get().answered_at is None


def test_the_launch_of_one_tool_is_nothing_to_another(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    other = registered(cast.agency, code="lain")
    client, location = begin(cast, client_for)
    response = client.get("/lti/authorize/", fictive.login_request(location, client_id=other.client_id))
    assert "palsu atau sudah kedaluwarsa" in response.content.decode()


def test_a_forged_mark_with_another_salt_is_refused(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    forged = signing.TimestampSigner(salt="lain").sign(str(Launch.objects.get().pk))
    response = client.get("/lti/authorize/", fictive.login_request(location, lti_message_hint=forged))
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("state", "sentence"), [("off", "sedang dimatikan"), ("removed", "tidak terdaftar untuk instansi")]
)
def test_a_tool_that_is_gone_is_explained_and_nothing_is_lost(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, state: str, sentence: str
) -> None:
    client, location = begin(cast, client_for)
    if state == "off":
        actions.switch_tool_off(by=cast.hr.user, tool=fictive.tool)
    else:
        actions.remove_tool(by=cast.hr.user, tool=fictive.tool)
    enrolment = Launch.objects.get().enrolment
    assert enrolment is not None
    page = client.get(f"/lti/{enrolment.public_id}/simulasi/start/")
    assert page.status_code == 409
    assert sentence in page.content.decode()
    late = client.get("/lti/authorize/", fictive.login_request(location))
    assert late.status_code == 409
    assert client.get(f"/learning/{enrolment.public_id}/simulasi/").status_code == 200


def test_who_withdrew_meanwhile_is_not_let_in(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    client, location = begin(cast, client_for)
    enrolment = Launch.objects.get().enrolment
    assert enrolment is not None
    withdraw(by=cast.siti.user, enrolment=enrolment)
    response = client.get("/lti/authorize/", fictive.login_request(location))
    assert response.status_code == 409
    assert "berhenti" in response.content.decode()


def test_others_cannot_open_the_tool_in_a_learners_place(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    enrolment = joined(cast.siti, course_with_tool(cast.agency))
    for person in (cast.dewi, cast.trainer, cast.hr):
        assert client_for(person).get(f"/lti/{enrolment.public_id}/simulasi/start/").status_code == 404
    assert client_for(None).get(f"/lti/{enrolment.public_id}/simulasi/start/").status_code == 302
    assert not Launch.objects.exists()


def test_the_own_agencys_tool_goes_before_one_for_all(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    registered(None, launch_url=f"{HOST}/umum")
    load_reference_data()
    elsewhere = Agency.objects.create(code="lain-1", name="Kota Lain", short_name="Kota Lain", kind="city")
    root = OrgUnit.objects.add_root({"agency": elsewhere, "code": "R", "name": "Kota Lain"})
    person = add_person(OrgUnit.objects.get(pk=root.pk), "Wati Lain", "PELAKSANA", "Pengelola", serial=77)
    course = course_with_tool(None, url=None)
    found = {}
    for who in (cast.siti, person):
        enrolment = joined(who, course)
        location = client_for(who).get(f"/lti/{enrolment.public_id}/simulasi/start/")["Location"]
        found[who.full_name] = query_of(location)["target_link_uri"]
    assert found == {cast.siti.full_name: f"{HOST}/mulai", "Wati Lain": f"{HOST}/umum"}


def test_an_author_tries_the_tool_as_instructor(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    enrolment = joined(cast.siti, course_with_tool(cast.agency))
    client = client_for(cast.trainer)
    page = client.get(f"/learning/managed/versions/{enrolment.version.public_id}/preview/simulasi/")
    assert "Coba alatnya" in page.content.decode()
    location = client.get(f"/lti/trial/{enrolment.version.public_id}/simulasi/start/")["Location"]
    told = fictive.go_in(client, location)
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor" in told[f"{CLAIM}roles"]
    assert not ActivityProgress.objects.filter(activity=tool_part(enrolment)).exists()
    trial = f"/lti/trial/{enrolment.version.public_id}/simulasi/start/"
    assert client_for(cast.siti).get(trial).status_code == 404
    name_reviewer(by=cast.trainer.user, course=enrolment.course, person=cast.rina.user)
    told = fictive.go_in(client_for(cast.rina), client_for(cast.rina).get(trial)["Location"])
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor" in told[f"{CLAIM}roles"]


def test_a_framed_tool_stands_on_a_page_of_ours(cast: Cast, client_for: ClientFor) -> None:
    registered(cast.agency, may_frame=True)
    enrolment = joined(cast.siti, course_with_tool(cast.agency, opens="frame"))
    client = client_for(cast.siti)
    response = client.get(f"/lti/{enrolment.public_id}/simulasi/start/")
    assert response.status_code == 200
    page = response.content.decode()
    assert f'src="/lti/{enrolment.public_id}/simulasi/inside/"' in page
    assert "allow-top-navigation" not in page
    assert "frame-src 'self' https:" in response["Content-Security-Policy"]
    inside = client.get(f"/lti/{enrolment.public_id}/simulasi/inside/")
    assert inside["Location"].startswith(HOST)
    assert Launch.objects.get().in_frame


def test_the_way_back_shows_what_the_tool_says_and_leads_to_the_part(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    client, location = begin(cast, client_for)
    told = fictive.go_in(client, location)
    address = told[f"{CLAIM}launch_presentation"]["return_url"].removeprefix(settings.BASE_URL)
    page = client_for(None).get(address, {"lti_errormsg": "<b>Sesi habis</b>"}).content.decode()
    assert "&lt;b&gt;Sesi habis" in page
    assert 'target="_top"' in page
    assert not ToolNote.objects.filter(tool=fictive.tool).exists(), "whoever knows the address may write nothing"
