"""Picking content inside a tool: it comes into the course's folder, and nothing forged does."""

from typing import Any

import pytest
import yaml
from django.test import Client

from bina.foundation.errors import Refused
from bina.integrations.lti import actions
from bina.integrations.lti.models import PickedContent
from bina.journal.queries import history_of
from bina.learning.actions import (
    export_course,
    import_course_folder,
    make_draft,
    open_workspace,
    publish_version,
    restore_save,
)
from bina.learning.models import Activity, Course
from bina.learning.queries import WorkspaceSource
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.lti_tool import CLAIM, DEEP, HOST, FictiveTool, registered
from tests.learning.folders import publish_mini

pytestmark = pytest.mark.django_db
ITEMS: list[Any] = [
    {"type": "ltiResourceLink", "title": "Kasus KTP", "text": "<b>Layani</b> warga.", "url": f"{HOST}/kasus/1",
     "custom": {"kasus": "1"}, "lineItem": {"scoreMaximum": 20, "resourceId": "k1", "tag": "uji"}},
    {"type": "link", "title": "Bacaan", "url": "https://bacaan.contoh.example/ktp"},
    {"type": "html", "html": "<script>", "title": "Potongan"},
    {"type": "link", "title": "Dalam", "url": "https://10.0.0.7/rahasia"},
    "bukan objek",
]  # fmt: skip


@pytest.fixture
def course(cast: Cast) -> Course:
    return publish_mini(agency=cast.agency)


def wish(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> tuple[Client, dict[str, Any]]:
    """Anton in front of the tool, picking: his browser, and what the tool was told."""
    client = client_for(cast.trainer)
    location = client.get(f"/lti/pick/kursus-mini/{fictive.tool.public_id}/start/")["Location"]
    return client, fictive.go_in(client, location)


def test_the_tool_is_told_what_may_be_picked(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    _client, told = wish(cast, client_for, fictive)
    assert told[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    assert told[f"{CLAIM}target_link_uri"] == f"{HOST}/pilih"
    settings = told[f"{DEEP}deep_linking_settings"]
    assert settings["accept_types"] == ["ltiResourceLink", "link"]
    assert settings["accept_multiple"] is True
    assert settings["data"]
    assert f"{CLAIM}resource_link" not in told
    assert "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor" in told[f"{CLAIM}roles"]


def test_what_was_picked_comes_into_the_draft_of_the_course(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS)
    # The post comes from the tool's page and brings no cookie along.
    response = Client(enforce_csrf_checks=True).post(address, {"JWT": message})
    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "Dua kegiatan dipilih." in page
    assert "Kasus KTP" in page
    assert "tool: simulasi-loket" in page
    for left_out in ("Potongan", "Dalam", "tidak dapat dibaca"):
        assert left_out in page
    added = client.post(response["Location"], {"section": 1, "minutes": 10, "passing": 60})
    assert added.status_code == 422
    assert "65 menit" in added.content.decode()
    assert "Kursus belum diubah" in added.content.decode()
    added = client.post(response["Location"], {"section": 0, "minutes": 20, "passing": 60, "learning_hours": 2})
    assert added.status_code == 302, added.content.decode()
    version = course.versions.get(published_at=None)
    first, second = Activity.objects.filter(version=version, key__in=["kasus-ktp", "bacaan"]).order_by("order")
    assert (first.kind, first.section, first.payload["points"], first.payload["passing"]) == ("lti", 1, 20.0, 60)
    assert first.payload["resource"] == "k1"
    assert first.payload["description"] == "Layani warga."
    assert (second.kind, second.payload["url"]) == ("link", "https://bacaan.contoh.example/ktp")
    assert history_of("course", course.public_id).filter(verb="lti.added").exists()
    # The folder is the truth: what comes out goes in again unchanged.
    assert import_course_folder(export_course(version), by=None, agency=cast.agency).is_known
    again = client.post(response["Location"], {"section": 0, "minutes": 20}, follow=True)
    assert "sudah dimasukkan" in again.content.decode()
    assert course.versions.count() == 2
    assert publish_version(by=cast.trainer.user, version=version).current_version == version


def test_sent_twice_the_first_answer_stands(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    _client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS[:1])
    first = Client().post(address, {"JWT": message})["Location"]
    assert Client().post(address, {"JWT": message})["Location"] == first
    _address, other = fictive.picked(told, ITEMS[1:2])
    assert Client().post(address, {"JWT": other})["Location"] == first
    assert PickedContent.objects.count() == 1


FORGED: list[tuple[dict[str, Any], str]] = [
    ({"iss": "orang"}, "bukan dari alat"), ({"aud": "https://lain.example"}, "bukan dari alat"),
    ({f"{CLAIM}deployment_id": "lain"}, "deployment_id"), ({f"{CLAIM}message_type": "LtiResourceLinkRequest"}, "message_type"),
    ({f"{CLAIM}version": "1.1"}, "version"), ({f"{DEEP}data": "lain"}, "data"), ({"nonce": None}, "nonce"),
    ({"exp": 1_000, "iat": 900}, "kedaluwarsa"), ({f"{DEEP}content_items": {"a": 1}}, "content_items"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "sentence"), FORGED)
def test_an_answer_that_does_not_hold_brings_nothing(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course, changes: dict[str, Any], sentence: str
) -> None:
    _client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS, **changes)
    response = Client().post(address, {"JWT": message})
    assert response.status_code in {400, 401}
    assert sentence in response.content.decode()
    assert not PickedContent.objects.exists()


def test_another_key_or_address_brings_nothing(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    _client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS)
    assert Client().post("/lti/picked/palsu/", {"JWT": message}).status_code == 400
    assert Client().post(address, {}).status_code == 400
    fictive.kid = "orang-lain"
    _address, forged = fictive.picked(told, ITEMS)
    assert Client().post(address, {"JWT": forged}).status_code == 401
    assert not PickedContent.objects.exists()


def test_nothing_picked_is_said_and_can_be_tried_again(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, [], **{f"{DEEP}errormsg": "Anda membatalkan."})
    page = client.get(Client().post(address, {"JWT": message})["Location"]).content.decode()
    assert "Anda membatalkan." in page
    assert "Pilih lagi" in page


def test_only_those_who_manage_the_course_pick_for_it(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    _client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS)
    page = Client().post(address, {"JWT": message})["Location"]
    for person in (cast.siti, cast.leader, cast.unit_hr):
        client = client_for(person)
        assert client.get("/lti/pick/kursus-mini/").status_code == 404
        assert client.get(f"/lti/pick/kursus-mini/{fictive.tool.public_id}/start/").status_code == 404
        assert client.get(page).status_code == 404
        assert client.post(page, {"section": 0, "minutes": 5}).status_code == 404
    assert client_for(cast.hr).get(page).status_code == 200
    waiting = client_for(cast.hr).get("/lti/pick/kursus-mini/").content.decode()
    assert "Kasus KTP, Bacaan" in waiting


def test_a_tool_that_offers_nothing_is_not_offered(cast: Cast, client_for: ClientFor, course: Course) -> None:
    quiet = registered(cast.agency, uses_picking=False)
    client = client_for(cast.trainer)
    assert "Belum ada alat untuk kursus ini" in client.get("/lti/pick/kursus-mini/").content.decode()
    assert client.get(f"/lti/pick/kursus-mini/{quiet.public_id}/start/").status_code == 404


def test_an_editor_of_courses_gets_entries_with_free_keys(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    _client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, ITEMS[:1] * 2)
    Client().post(address, {"JWT": message})
    entries = actions.entries_of(PickedContent.objects.get(), taken={"kasus-ktp"}, minutes=12)
    assert [row["key"] for row in entries] == ["kasus-ktp-2", "kasus-ktp-3"]
    assert yaml.safe_load(yaml.safe_dump(entries)) == entries


def brought(client: Client, told: dict[str, Any], fictive: FictiveTool, items: list[Any]) -> str:
    """The page of what was picked."""
    address, message = fictive.picked(told, items)
    return Client().post(address, {"JWT": message})["Location"]


def test_what_was_picked_comes_into_the_working_copy_and_stays_in_the_next_draft(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    place = brought(client, told, fictive, ITEMS)
    open_workspace(by=cast.trainer.user, course=course)
    page = client.get(place).content.decode()
    assert "Masukkan ke ruang kerja" in page
    added = client.post(place, {"section": 0, "minutes": 20, "passing": 60, "learning_hours": 2})
    assert (added.status_code, added["Location"]) == (302, "/learning/managed/kursus-mini/edit/")
    workspace = course.workspace
    assert "Simulasi loket: Kasus KTP, Bacaan" in workspace.saves.latest("number").words
    report = make_draft(by=cast.trainer.user, course=course)
    assert report.version is not None, report.problems
    assert report.version.activities.filter(key__in=["kasus-ktp", "bacaan"]).count() == 2
    assert report.version.learning_hours == 2
    again = client.post(place, {"section": 0, "minutes": 20}, follow=True)
    assert "sudah dimasukkan" in again.content.decode()
    # One save, which can be taken back.
    restore_save(by=cast.trainer.user, course=course, number=workspace.saves.latest("number").number - 1)
    source = WorkspaceSource(workspace)
    assert "kasus-ktp" not in source.texts["course.yaml"]


def test_a_course_begun_in_the_browser_takes_what_was_picked(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    start = {
        "title": "Kursus mini", "summary": "Singkat saja.", "framework": "", "competency": "4.2", "target_level": "2",
        "learning_hours": "2", "level": "1", "form": "NK_ELEARNING", "agency": str(cast.agency.public_id),
    }  # fmt: skip
    assert client_for(cast.trainer).post("/learning/managed/new/", start).status_code == 302
    begun = Course.objects.get(slug="kursus-mini")
    client, told = wish(cast, client_for, fictive)
    place = brought(client, told, fictive, ITEMS[:1])
    assert client.get(place).status_code == 200
    assert "Kursus mini" in client.get("/lti/pick/kursus-mini/").content.decode()
    assert "/lti/pick/kursus-mini/" in client.get("/learning/managed/kursus-mini/edit/").content.decode()
    assert client.post(place, {"section": 0, "minutes": 15}).status_code == 302
    assert "kasus-ktp" in WorkspaceSource(begun.workspace).texts["course.yaml"]


def test_two_tabs_add_what_was_picked_once(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    brought(client, told, fictive, ITEMS[:1])
    first, second = PickedContent.objects.get(), PickedContent.objects.get()
    open_workspace(by=cast.trainer.user, course=course)
    actions.add_to_course(by=cast.trainer.user, picked=first, section=0, minutes=20)
    with pytest.raises(Refused, match="sudah dimasukkan"):
        actions.add_to_course(by=cast.trainer.user, picked=second, section=0, minutes=20)
    assert "kasus-ktp-2" not in WorkspaceSource(course.workspace).texts["course.yaml"]


def test_a_section_that_is_gone_leaves_the_picked_content_waiting(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    brought(client, told, fictive, ITEMS[:1])
    open_workspace(by=cast.trainer.user, course=course)
    with pytest.raises(Refused, match="tidak ada lagi"):
        actions.add_to_course(by=cast.trainer.user, picked=PickedContent.objects.get(), section=9, minutes=20)
    assert PickedContent.objects.get().added_at is None
