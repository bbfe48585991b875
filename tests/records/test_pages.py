"""Pages about learning records: who may open them, what is shown once, what is kept apart."""

import re
from typing import Any

import pytest
from django.urls import reverse

from bina.journal.models import Entry
from bina.people.models import Agency
from bina.records.models import Client, Store
from bina.records.rules import Scope
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.records.programs import Program, program, statement


@pytest.mark.parametrize("page", ["records:home", "records:browse"])
def test_places_open_for_those_with_the_right(cast: Cast, client_for: ClientFor, page: str) -> None:
    for who in ("siti", "budi", "trainer", "evaluator", "leader", "unit_hr", "hr", "admin"):
        status = client_for(getattr(cast, who)).get(reverse(page)).status_code
        assert status == (200 if who in {"hr", "admin"} else 404), who
    assert client_for(None).get(reverse("records:vocabulary")).status_code == 200
    assert client_for(None).get("/records/vocabulary/verbs/enrolment.completed").status_code == 200


def test_a_client_from_the_first_key_to_its_end(cast: Cast, client_for: ClientFor) -> None:
    hr = client_for(cast.hr)
    home = reverse("records:home")
    agency = {"agency": cast.agency.code}
    assert hr.post(home, agency).status_code == 302
    assert hr.post(home, agency).status_code == 302
    assert Store.objects.count() == 1
    form = hr.get(reverse("records:add_client"), agency)
    born = re.search(r'name="born" value="([^"]+)"', form.content.decode())
    assert born
    filled: dict[str, Any] = agency | {
        "name": "LMS Diklat",
        "scopes": ["statements/write", "statements/read/mine"],
        "born": born[1],
    }
    assert (
        "Pilih sedikitnya satu hak" in hr.post(reverse("records:add_client"), filled | {"scopes": []}).content.decode()
    )
    shown = hr.post(reverse("records:add_client"), filled)
    found = Client.objects.get()
    secret = re.search(r"font-semibold\"><code>([^<]+)<", shown.content.decode())
    assert secret
    assert "no-store" in shown["Cache-Control"]
    lms = Program(found, secret[1])
    lms.send(statement())
    assert "sudah didaftarkan" in hr.post(reverse("records:add_client"), filled).content.decode()
    assert Client.objects.count() == 1
    page = reverse("records:client", kwargs={"public_id": found.public_id})
    assert secret[1] not in hr.get(home).content.decode() + hr.get(page).content.decode()
    assert hr.post(page, {"name": "LMS Baru", "scopes": ["statements/read"]}).status_code == 302
    assert lms.ask("POST", "statements", statement()).status_code == 403
    assert hr.get(page.removesuffix("/") + "/secret/").status_code == 405
    renewed = hr.post(reverse("records:renew_secret", kwargs={"public_id": found.public_id})).content.decode()
    assert secret[1] not in renewed
    assert lms.ask("GET", "statements").status_code == 401
    assert (
        hr.post(
            reverse("records:revoke_client", kwargs={"public_id": found.public_id}), {"reason": "selesai"}
        ).status_code
        == 302
    )
    assert "Dicabut" in hr.get(home).content.decode()
    assert hr.post(reverse("records:renew_secret", kwargs={"public_id": found.public_id})).status_code == 409
    verbs = set(Entry.objects.filter(verb__startswith="record_").values_list("verb", flat=True))
    assert verbs == {
        "record_store.opened", "record_client.added", "record_client.changed", "record_client.secret_renewed",
        "record_client.revoked",
    }  # fmt: skip


def test_others_clients_are_not_there(cast: Cast, client_for: ClientFor) -> None:
    neighbour = program(Agency.objects.create(code="tetangga", name="Tetangga", kind="city"), Scope.ALL)
    hr = client_for(cast.hr)
    public_id = {"public_id": neighbour.client.public_id}
    assert hr.get(reverse("records:client", kwargs=public_id)).status_code == 404
    assert hr.post(reverse("records:revoke_client", kwargs=public_id)).status_code == 404
    assert hr.post(reverse("records:renew_secret", kwargs=public_id)).status_code == 404
    assert hr.get(reverse("records:browse"), {"agency": "tetangga"}).status_code == 404
    assert hr.post(reverse("records:home"), {"agency": "tetangga"}).status_code == 404


def test_statements_are_found_and_nothing_in_them_is_a_page(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    lms = program(cast.agency)
    lms.send(*[statement(actor={"mbox": f"mailto:p{number}@contoh.example"}) for number in range(30)])
    lms.send(statement(actor={"name": "<script>alert(1)</script>", "mbox": "mailto:x@contoh.example"}))
    hr = client_for(cast.hr)
    browse = reverse("records:browse")
    with django_assert_max_num_queries(20):
        first = hr.get(browse).content.decode()
    assert "<script>alert(1)" not in first
    older = re.search(r'href="(\?[^"]*after=[^"]+)"', first)
    assert older
    assert "p0@contoh.example" in hr.get(browse + older[1].replace("&amp;", "&")).content.decode()
    assert "p7@contoh.example" in hr.get(browse, {"agent": "p7@contoh.example"}).content.decode()
    assert "p8@contoh.example" not in hr.get(browse, {"agent": "p7@contoh.example"}).content.decode()
    assert "Isi alamat lengkap" in hr.get(browse, {"verb": "selesai"}).content.decode()
    for wrong in ({"after": "x"}, {"after": "9" * 40 + "-1"}, {"since": "kemarin"}, {"activity": "\x00"}):
        assert hr.get(browse, wrong).status_code == 200
