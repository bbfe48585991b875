"""Looking after tools: registering, changing, switching, what they may know, keys; by whom, and what is refused."""

import datetime as dt
import json
import uuid
from typing import Any

import jwt
import pytest
from django.db.models import F
from django.test import Client, override_settings

from bina.foundation.errors import Denied, Refused
from bina.integrations.lti import actions
from bina.integrations.lti.models import PlatformKey, Tool, ToolSharing
from bina.journal.queries import history_of
from bina.people.models import Agency
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.lti_tool import HOST, FictiveTool, registered, words

pytestmark = pytest.mark.django_db


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    """The form of a tool, filled in."""
    known: dict[str, Any] = {
        "agency": str(cast.agency.public_id), "name": "Simulasi loket", "code": "simulasi-loket", "description": "",
        "login_url": f"{HOST}/masuk", "launch_url": f"{HOST}/mulai", "redirect_uris": f"{HOST}/terima\n{HOST}/terima2",
        "picking_url": "", "keys_url": f"{HOST}/kunci.json", "public_key": "", "uses_grades": "on", "custom": "bahasa=id",
        "born": str(uuid.uuid4()),
    }  # fmt: skip
    return {**known, **changes}


def test_agency_hr_registers_a_tool_once(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    form = typed(cast)
    assert client.get("/lti/tools/new/").status_code == 200
    first = client.post("/lti/tools/new/", form)
    assert first.status_code == 302
    assert client.post("/lti/tools/new/", form)["Location"] == first["Location"]
    tool = Tool.objects.get()
    assert (tool.agency, tool.redirect_uris) == (cast.agency, [f"{HOST}/terima", f"{HOST}/terima2"])
    assert (tool.uses_grades, tool.uses_roster, tool.custom) == (True, False, {"bahasa": "id"})
    page = client.get(first["Location"]).content.decode()
    assert tool.client_id in page
    assert tool.deployment_id in page
    assert "/lti/authorize/" in page
    assert history_of("lti_tool", tool.public_id).get().verb == "lti_tool.registered"


WRONG: list[tuple[dict[str, str], str]] = [
    ({"login_url": "http://alat.contoh.example/masuk"}, "https://"),
    ({"login_url": "https://10.1.2.3/masuk"}, "jaringan dalam"),
    ({"login_url": "https://169.254.169.254/latest"}, "jaringan dalam"),
    ({"login_url": "https://[::1]/masuk"}, "jaringan dalam"),
    ({"launch_url": "https://localhost/mulai"}, "jaringan dalam"),
    ({"keys_url": "http://127.0.0.1:8000/kunci"}, "milik Bina sendiri"),
    ({"launch_url": "javascript:alert(1)"}, "tidak dapat dibaca"),
    ({"launch_url": "https://orang:rahasia@alat.contoh.example/"}, "kata sandi"),
    ({"redirect_uris": f"{HOST}/terima#a"}, "tanda #"),
    ({"redirect_uris": "\n".join(f"{HOST}/{n}" for n in range(20))}, "Sebutkan satu sampai"),
    ({"keys_url": ""}, "Isi salah satu"),
    ({"keys_url": "", "public_key": "bukan kunci"}, "tidak dapat dibaca"),
    ({"code": "Simulasi Loket"}, "huruf kecil"),
    ({"custom": "nama jelek=1"}, "tidak dapat dikirim"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_what_cannot_be_registered_stays_in_the_form_with_a_sentence(
    cast: Cast, client_for: ClientFor, changes: dict[str, str], sentence: str
) -> None:
    response = client_for(cast.hr).post("/lti/tools/new/", typed(cast, **changes))
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert 'value="Simulasi loket"' in page
    assert not Tool.objects.exists()


def test_a_code_is_taken_once_in_an_agency_and_free_again_after_removal(cast: Cast, client_for: ClientFor) -> None:
    tool = registered(cast.agency)
    client = client_for(cast.hr)
    assert "sudah dipakai alat lain" in client.post("/lti/tools/new/", typed(cast)).content.decode()
    registered(None)
    client.post(f"/lti/tools/{tool.public_id}/state/", {"state": "removed", "reason": "Kontrak berakhir"})
    assert client.get(f"/lti/tools/{tool.public_id}/").status_code == 404
    assert client.post("/lti/tools/new/", typed(cast)).status_code == 302
    entry = history_of("lti_tool", tool.public_id).get(verb="lti_tool.removed")
    assert entry.reason == "Kontrak berakhir"


def test_loopback_is_for_demos_alone(cast: Cast) -> None:
    local = words(login_url="http://127.0.0.1:9/masuk", launch_url="http://localhost:9/mulai")
    with pytest.raises(Refused, match="jaringan dalam"):
        actions.register_tool(by=cast.hr.user, agency=cast.agency, words=local)
    with override_settings(DEMO=True):
        assert actions.register_tool(by=cast.hr.user, agency=cast.agency, words=local).pk
        with pytest.raises(Refused, match="jaringan dalam"):
            actions.register_tool(
                by=cast.hr.user, agency=cast.agency, words=words(code="lain", login_url="https://192.168.0.4/")
            )


def test_who_may_look_after_which_tool(cast: Cast, client_for: ClientFor) -> None:
    own, shared = registered(cast.agency), registered(None, code="umum")
    elsewhere = Agency.objects.create(code="lain-1", name="Kota Lain", short_name="Kota Lain", kind="city")
    foreign = registered(elsewhere, code="asing")
    hr = client_for(cast.hr)
    assert hr.get(f"/lti/tools/{own.public_id}/change/").status_code == 200
    assert hr.get(f"/lti/tools/{shared.public_id}/").status_code == 200
    assert hr.get(f"/lti/tools/{shared.public_id}/change/").status_code == 404
    assert hr.post(f"/lti/tools/{shared.public_id}/state/", {"state": "off"}).status_code == 404
    assert hr.get(f"/lti/tools/{foreign.public_id}/").status_code == 404
    assert hr.post("/lti/tools/keys/rotate/").status_code == 403
    assert hr.post("/lti/tools/new/", typed(cast, agency="everyone")).status_code == 422
    admin = client_for(cast.admin)
    for tool in (own, shared, foreign):
        assert admin.get(f"/lti/tools/{tool.public_id}/change/").status_code == 200
    for person in (cast.siti, cast.trainer, cast.unit_hr, cast.leader):
        client = client_for(person)
        assert client.get("/lti/tools/").status_code == 404
        assert client.get("/lti/tools/new/").status_code == 404
        assert client.get(f"/lti/tools/{own.public_id}/").status_code == 404
    with pytest.raises(Denied):
        actions.switch_tool_off(by=cast.trainer.user, tool=own)


def test_an_agency_says_for_itself_what_a_shared_tool_may_know(cast: Cast, client_for: ClientFor) -> None:
    shared = registered(None, code="umum")
    elsewhere = Agency.objects.create(code="lain-1", name="Kota Lain", short_name="Kota Lain", kind="city")
    client, address = client_for(cast.hr), f"/lti/tools/{shared.public_id}/sharing/"
    assert client.post(address, {"agency": cast.agency.code, "name": "on"}).status_code == 302
    row = ToolSharing.objects.get()
    assert (row.agency, row.shares_name, row.shares_email) == (cast.agency, True, False)
    assert client.post(address, {"agency": elsewhere.code, "name": "on"}).status_code == 404
    client.post(address, {"agency": cast.agency.code})
    row.refresh_from_db()
    assert not row.shares_name
    assert history_of("lti_tool", shared.public_id).filter(verb="lti_tool.sharing_changed").count() == 2
    with pytest.raises(Denied):
        actions.set_sharing(
            by=cast.admin, tool=registered(cast.agency), agency=elsewhere, shares_name=True, shares_email=True
        )


def test_changing_a_tool_keeps_its_names_and_ends_old_rights_with_its_key(cast: Cast, client_for: ClientFor) -> None:
    tool = registered(cast.agency)
    address = f"/lti/tools/{tool.public_id}/change/"
    form = {name: value for name, value in typed(cast).items() if name not in {"agency", "born"}}
    assert client_for(cast.hr).post(address, {**form, "name": "Loket baru", "uses_roster": "on"}).status_code == 302
    changed = Tool.objects.get()
    assert (changed.name, changed.uses_roster, changed.client_id) == ("Loket baru", True, tool.client_id)
    assert changed.generation == 0
    client_for(cast.hr).post(address, {**form, "keys_url": f"{HOST}/kunci-baru.json"})
    assert Tool.objects.get().generation == 1
    entries = history_of("lti_tool", tool.public_id).filter(verb="lti_tool.changed")
    assert entries.count() == 2
    client_for(cast.hr).post(address, {**form, "keys_url": f"{HOST}/kunci-baru.json"})
    assert entries.count() == 2


def test_switching_twice_changes_nothing(cast: Cast, client_for: ClientFor) -> None:
    tool = registered(cast.agency)
    client, address = client_for(cast.hr), f"/lti/tools/{tool.public_id}/state/"
    for state in ("off", "off", "on", "on"):
        assert client.post(address, {"state": state}).status_code == 302
    verbs = history_of("lti_tool", tool.public_id).values_list("verb", flat=True)
    assert sorted(verbs) == ["lti_tool.registered", "lti_tool.switched_off", "lti_tool.switched_on"]


def test_the_check_of_a_connection_says_what_it_saw(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> None:
    fictive.answers[f"{HOST}/masuk?dari=bina"] = (400, b"")
    client, address = client_for(cast.hr), f"/lti/tools/{fictive.tool.public_id}/check/"
    page = client.post(address, follow=True).content.decode()
    assert "menjawab dengan 1 kunci yang dapat dipakai" in page
    assert "Alamat mulai menjawab (HTTP 400)" in page
    fictive.answers = {f"{HOST}/kunci.json": (503, b"")}
    page = client.post(address, follow=True).content.decode()
    assert "Alamat kunci alat menjawab HTTP 503" in page
    assert "Alamat mulai tidak menjawab" in page


def test_the_keys_of_the_platform_rotate_without_breaking_what_was_signed(cast: Cast, client_for: ClientFor) -> None:
    before = Client().get("/lti/keys/").json()["keys"]
    assert [set(row) for row in before] == [{"kty", "n", "e", "alg", "use", "kid"}]
    assert client_for(cast.admin).post("/lti/tools/keys/rotate/").status_code == 302
    after = Client().get("/lti/keys/").json()["keys"]
    assert len(after) == 2
    assert before[0] in after
    token = actions.platform_keys.signed({"a": 1})
    assert jwt.get_unverified_header(token)["kid"] == after[0]["kid"] != before[0]["kid"]
    page = client_for(cast.admin).get("/lti/tools/").content.decode()
    assert "diumumkan sampai" in page


def test_a_copied_database_signs_nothing(cast: Cast) -> None:
    actions.ensure_key()
    row = PlatformKey.objects.get()
    assert "PRIVATE" not in row.sealed
    assert json.dumps(row.public_jwk).count('"d"') == 0
    with override_settings(SECRET_KEY="another-installation"):
        token = actions.platform_keys.signed({"a": 1})
    assert jwt.get_unverified_header(token)["kid"] != row.kid


def test_notes_of_one_kind_are_gathered_within_an_hour(cast: Cast, client_for: ClientFor) -> None:
    tool = registered(cast.agency)
    for _ in range(40):
        actions.note(tool, "Pesan ini sudah kedaluwarsa.", is_fault=True)
    row = tool.notes.get()
    assert row.count == 40
    assert "40 kali dalam satu jam" in client_for(cast.hr).get(f"/lti/tools/{tool.public_id}/").content.decode()


def test_strangers_do_not_fill_the_notes(cast: Cast) -> None:
    tool = registered(cast.agency)
    actions.note(tool, "Pesan ini sudah kedaluwarsa.", is_fault=True)
    for number in range(60):
        actions.note(tool, f"Kunci “{number}” tidak dikenal.", is_fault=True)
    assert tool.notes.count() == 41
    assert tool.notes.get(sentence__startswith="Kejadian lain").count == 60 - 39
    # An hour later there is room again.
    tool.notes.update(first_at=F("first_at") - dt.timedelta(hours=2), latest_at=F("latest_at") - dt.timedelta(hours=2))
    actions.note(tool, "Pesan ini sudah kedaluwarsa.", is_fault=True)
    assert tool.notes.filter(sentence__startswith="Pesan ini").count() == 2
