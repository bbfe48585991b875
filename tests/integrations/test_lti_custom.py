"""Values that travel to a tool: variables that are filled in, lines in the browser's form, and what an author may change."""

from typing import Any

import pytest
from django.test import Client

from bina.integrations.lti import actions
from bina.integrations.lti.models import LineItem, ResourceLink
from bina.integrations.lti.rules import VARIABLES, unknown_variables
from bina.learning.actions import import_course_folder, open_workspace
from bina.learning.models import Activity, Course, Workspace
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import OutlineText
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.lti_tool import CLAIM, HOST, FictiveTool, course_with_tool
from tests.integrations.lti_tool import PART as ENTRY
from tests.integrations.test_lti_launches import begin
from tests.integrations.test_lti_picking import wish
from tests.learning.folders import files, outline, publish_mini, zipped
from tests.learning.page_forms import form_on

pytestmark = pytest.mark.django_db
ALL = {f"v{place}": name for place, name in enumerate(VARIABLES)}
PART = "/learning/managed/kursus-mini/edit/parts/simulasi/"


def part_form(client: Client, **changes: str) -> dict[str, Any]:
    """The form of the tool's part as a browser sends it, with some fields typed anew."""
    return {**form_on(client.get(PART).content.decode(), "seen"), "do": "save", **changes}


def outline_of(course: Course) -> OutlineText:
    with WorkspaceSource(Workspace.objects.get(course=course)).open("course.yaml") as stream:
        return OutlineText(stream.read().decode())


@pytest.fixture
def course(cast: Cast) -> Course:
    return publish_mini(agency=cast.agency)


def test_every_variable_becomes_what_it_stands_for(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    actions.set_sharing(by=cast.hr.user, tool=fictive.tool, agency=cast.agency, shares_name=True, shares_email=True)
    client, location = begin(cast, client_for, custom=ALL)
    told = fictive.go_in(client, location)
    values = {ALL[name]: value for name, value in told[f"{CLAIM}custom"].items() if name in ALL}
    assert set(values) == set(VARIABLES)
    assert not [value for value in values.values() if value.startswith("$")]
    link, item, course = ResourceLink.objects.get(), LineItem.objects.get(), Course.objects.get()
    assert values["$Context.id"] == str(course.public_id)
    assert (values["$Context.label"], values["$Context.title"]) == ("kursus-mini", "Kursus mini")
    assert values["$ResourceLink.id"] == str(link.public_id)
    assert values["$ResourceLink.description"] == "Layani tiga warga."
    assert values["$User.id"] == told["sub"]
    assert (values["$Person.name.full"], values["$Person.name.given"]) == (cast.siti.full_name, "Siti")
    assert values["$Person.email.primary"] == told["email"]
    assert values["$Membership.role"].split(",") == told[f"{CLAIM}roles"]
    assert values["$LineItem.url"].endswith(f"/lineitems/{item.public_id}")
    assert values["$Message.returnURL"] == told[f"{CLAIM}launch_presentation"]["return_url"]


def test_what_may_not_be_told_or_is_not_known_stays_as_it_was_written(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool
) -> None:
    written = {
        "nama": "$Person.name.full", "surel": "$Person.email.primary", "depan": "$Person.name.given", "lain": "$User.username",
        "harga": "$5", "kalimat": "Halo $User.id",
    }  # fmt: skip
    client, location = begin(cast, client_for, custom=written)
    told = fictive.go_in(client, location)[f"{CLAIM}custom"]
    assert {name: told[name] for name in written} == written


def test_an_unknown_variable_is_named_and_stops_nothing(cast: Cast) -> None:
    mini = outline()
    mini["sections"][0]["activities"] = [{**ENTRY, "custom": {"a": "$User.username", "b": "$Context.id", "c": "$5"}}]
    report = import_course_folder(zipped(files(mini)), by=cast.trainer.user, agency=cast.agency)
    told = [row.sentence for row in report.problems if "tidak mengenal" in row.sentence]
    assert told == ["Bina tidak mengenal $User.username; alat menerimanya seperti tertulis."]
    assert unknown_variables({"a": "$Context.id", "b": "harga $5"}, VARIABLES) == []


def test_an_author_writes_the_values_as_lines(cast: Cast, client_for: ClientFor) -> None:
    course = course_with_tool(cast.agency, custom={"kasus": 7, "uji": True, "nama": "$ResourceLink.title"})
    open_workspace(by=cast.trainer.user, course=course)
    client = client_for(cast.trainer)
    sent = part_form(client)
    assert sent["custom"] == ["kasus=7\r\nuji=true\r\nnama=$ResourceLink.title"]
    page = client.get(PART).content.decode()
    assert "$Context.id" in page
    before = outline_of(course).text
    assert client.post(PART, sent).status_code == 302
    assert outline_of(course).text == before
    lines = "kasus=8\r\n uji = true \r\n\r\nkelas=$Context.label\r\nrumus=a=b"
    assert client.post(PART, part_form(client, custom=lines)).status_code == 302
    entry = _entry(course)
    assert entry["custom"] == {"kasus": "8", "uji": True, "kelas": "$Context.label", "rumus": "a=b"}
    assert client.post(PART, part_form(client, custom="")).status_code == 302
    assert "custom" not in _entry(course)


def test_wrong_lines_are_kept_and_named(cast: Cast, client_for: ClientFor) -> None:
    course = course_with_tool(cast.agency)
    open_workspace(by=cast.trainer.user, course=course)
    client = client_for(cast.trainer)
    assert client.post(PART, part_form(client, custom="nama jelek=1\r\n=2")).status_code == 302
    assert _entry(course)["custom"] == {"nama jelek": "1", "": "2"}
    page = client.get(PART).content.decode()
    assert "Nilai “nama jelek” tidak dapat dikirim" in page
    assert "nama jelek=1" in page


def _entry(course: Course) -> dict[str, Any]:
    found = outline_of(course).find("simulasi")
    assert found is not None
    return dict(found[2].value)


ITEM = {"type": "ltiResourceLink", "title": "Kasus KTP", "url": f"{HOST}/kasus/1", "custom": {"kasus": "1"}}


def test_what_was_picked_can_be_given_other_values(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    link = {"type": "link", "title": "Bacaan", "url": "https://bacaan.contoh.example/ktp"}
    address, message = fictive.picked(told, [link, ITEM])
    place = Client().post(address, {"JWT": message})["Location"]
    page = client.get(place).content.decode()
    assert "Nilai tambahan: Kasus KTP" in page
    assert "Nilai tambahan: Bacaan" not in page
    assert "kasus=1" in page
    choice = {"section": 0, "minutes": 20, "learning_hours": 2}
    wrong = client.post(place, {**choice, "custom_1": "nama jelek=1"})
    assert wrong.status_code == 422
    assert "nama jelek=1" in wrong.content.decode()
    assert "tidak dapat dikirim" in wrong.content.decode()
    assert client.post(place, {**choice, "custom_1": "kasus=2\r\nkelas=$Context.label"}).status_code == 302
    row = Activity.objects.get(version__course=course, version__published_at=None, kind="lti")
    assert row.payload["custom"] == {"kasus": "2", "kelas": "$Context.label"}


def test_what_was_not_asked_stays_as_the_tool_proposed(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, course: Course
) -> None:
    client, told = wish(cast, client_for, fictive)
    address, message = fictive.picked(told, [ITEM])
    place = Client().post(address, {"JWT": message})["Location"]
    assert client.post(place, {"section": 0, "minutes": 40, "learning_hours": 2}).status_code == 302
    row = Activity.objects.get(version__course=course, version__published_at=None, kind="lti")
    assert row.payload["custom"] == {"kasus": "1"}


def test_a_preview_shows_what_is_sent(cast: Cast, client_for: ClientFor) -> None:
    course = course_with_tool(cast.agency, custom={"kelas": "$Context.label"})
    version = course.current_version
    assert version is not None
    page = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/preview/simulasi/")
    assert page.status_code == 200
    assert "$Context.label" in page.content.decode()
