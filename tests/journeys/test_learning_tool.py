"""A learning tool comes into a course: HR registers it, a trainer picks content in it, Siti plays, the tool scores and reads."""

from typing import Any

import pytest
from django.test import Client

from bina.integrations.lti.models import Tool
from bina.journal.queries import entries_of_agency
from bina.learning.models import Course, Enrolment
from bina.records.actions import open_store
from bina.records.queries.house import statements_of
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.conftest import connect
from tests.integrations.lti_tool import DEEP, GRADES, HOST, ROSTER, FictiveTool
from tests.integrations.test_lti_managing import typed
from tests.learning.folders import publish_mini

pytestmark = pytest.mark.django_db
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
PICKED: list[dict[str, Any]] = [
    {"type": "ltiResourceLink", "title": "Kasus KTP hilang", "url": f"{HOST}/kasus/9", "lineItem": {"scoreMaximum": 10}}
]


def test_a_tool_from_registration_to_a_score(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_mini(agency=cast.agency)
    open_store(by=None, agency=cast.agency)
    hr, trainer, siti = client_for(cast.hr), client_for(cast.trainer), client_for(cast.siti)

    # The agency registers the tool, and lets it read who takes part, without names.
    hr.post("/lti/tools/new/", typed(cast, redirect_uris=f"{HOST}/terima", uses_roster="on", uses_picking="on"))
    tool = Tool.objects.get()
    fictive = connect(monkeypatch, FictiveTool(tool))
    fictive.answers[f"{HOST}/masuk"] = (200, b"")
    assert "dapat dipakai" in hr.post(f"/lti/tools/{tool.public_id}/check/", follow=True).content.decode()

    # The trainer picks a case inside the tool, puts it into the draft, and publishes.
    page = trainer.get("/learning/managed/kursus-mini/").content.decode()
    assert "/lti/pick/kursus-mini/" in page
    told = fictive.go_in(trainer, trainer.get(f"/lti/pick/kursus-mini/{tool.public_id}/start/")["Location"])
    address, message = fictive.picked(told, PICKED)
    found = Client().post(address, {"JWT": message})["Location"]
    trainer.post(found, {"section": 1, "minutes": 45, "passing": 60, "learning_hours": 2})
    version = Course.objects.get().versions.get(published_at=None)
    trainer.post(f"/learning/managed/versions/{version.public_id}/publish/")

    # Siti joins, opens the tool, and plays.
    siti.post("/learning/courses/kursus-mini/enrol/")
    enrolment = Enrolment.objects.get()
    page = siti.get(f"/learning/{enrolment.public_id}/kasus-ktp-hilang/").content.decode()
    assert "Buka kegiatan" in page
    told = fictive.go_in(siti, siti.get(f"/lti/{enrolment.public_id}/kasus-ktp-hilang/start/")["Location"])
    assert not {"name", "email"} & set(told)

    # The tool sends half of the points, later enough of them; the part completes by itself.
    item = told[GRADES]["lineitem"]
    assert (
        fictive.send_score(item, told["sub"], "2026-05-04T08:00:00Z", scoreGiven=5, scoreMaximum=10).status_code == 204
    )
    page = siti.get(f"/learning/{enrolment.public_id}/kasus-ktp-hilang/").content.decode()
    assert "Nilai terbaik Anda 50." in page
    assert (
        fictive.send_score(item, told["sub"], "2026-05-04T09:00:00Z", scoreGiven=8, scoreMaximum=10).status_code == 204
    )
    page = siti.get(f"/learning/{enrolment.public_id}/kasus-ktp-hilang/").content.decode()
    assert "Bagian ini selesai. Nilai terbaik Anda 80." in page

    # It reads the roster: one pseudonym, the same as in the launch.
    members = fictive.call("get", told[NRPS]["context_memberships_url"], token=fictive.token(ROSTER)).json()["members"]
    assert [row["user_id"] for row in members] == [told["sub"]]
    assert DEEP not in str(members)

    # The trainer reads what the tool said, and everything is told to the store in the words of xAPI.
    page = trainer.get(f"/lti/{enrolment.public_id}/kasus-ktp-hilang/results/").content.decode()
    assert page.count("sudah dinilai") == 2
    verbs = [row["verb"]["id"].rpartition("/")[2] for row in statements_of(entries_of_agency(cast.agency.pk))]
    assert verbs.count("launched") == 1
    assert verbs.count("scored") == 2
