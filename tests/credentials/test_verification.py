"""The public page: the paper's content, its state, and nothing more."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from bina.credentials import actions
from bina.credentials.actions.verification import BUDGET, COST_OF_MISS
from bina.foundation.errors import Refused
from tests.cast import Cast
from tests.credentials.stage import certify

HOSTILE = [
    "K7QF-M2XR-9TDP", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2F..%2Fetc%2Fpasswd", "'%20OR%201=1--", "%00%00%00",
    "A" * 3000, "%F0%9F%94%90", "null", "-", "{{7*7}}", "K7QF%0AM2XR%0A9TDP",
]  # fmt: skip


class Facts(HTMLParser):
    """Reads the pairs of the definition list."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in {"dt", "dd"}:
            self.inside = True
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"dt", "dd"}:
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words[-1] += data.strip()


def page_of(client: Client, code: str) -> str:
    """The page of a code, which must be there."""
    response = client.get(reverse("credentials:verify_one", args=[code]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_the_page_shows_the_paper_and_nothing_more(house: Cast, client: Client) -> None:
    certificate = certify(house.siti)
    page = page_of(client, certificate.code)
    words = Facts(page).words
    assert dict(zip(words[::2], words[1::2], strict=True)) == {
        "Nama": "Siti Rahmawati",
        "Program": "Keamanan digital untuk ASN",
        "Tingkat": "2",
        "Jam pelajaran": "4 JP",
        "Pelaksanaan": "5 Maret 2026sampai12 Maret 2026"
        if "2026sampai" in "".join(words)
        else "5 Maret 2026 sampai 12 Maret 2026",
        "Penerbit": house.agency.name,
        "Nomor": certificate.number,
        "Terbit": words[words.index("Terbit") + 1],
    }
    assert "Berlaku" in page
    for secret in (
        house.siti.employee_number, house.siti.masked_number, house.siti.email, house.siti.position.title,
        house.siti.unit.name, "Melindungi perangkat", str(house.siti.public_id), str(certificate.public_id),
    ):  # fmt: skip
        assert str(secret) not in page
    assert not re.search(r"\d{8}\*+\d{4}|\b\d{18}\b", page)


@pytest.mark.django_db
def test_a_revoked_certificate_says_since_when_but_not_why(house: Cast, client: Client) -> None:
    certificate = certify(house.siti)
    actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="Uji akhir dikerjakan orang lain.")
    page = page_of(client, certificate.code)
    assert "Dicabut pada" in page
    assert ">Berlaku<" not in page
    assert "orang lain" not in page


@pytest.mark.django_db
def test_search_engines_and_caches_keep_away(house: Cast, client: Client) -> None:
    response = client.get(reverse("credentials:verify_one", args=[certify(house.siti).code]))
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_codes_get_a_kind_sentence(house: Cast, client: Client, code: str) -> None:
    response = client.get(f"{reverse('credentials:verify')}{code}/")
    assert response.status_code == 404
    page = response.content.decode()
    assert "<script>alert" not in page
    if "%2F" not in code:
        assert "Kode ini belum kami temukan" in page


@pytest.mark.django_db
def test_the_form_finds_codes_as_people_type_them(house: Cast, client: Client) -> None:
    certificate = certify(house.siti)
    address = reverse("credentials:verify")
    assert client.get(address).status_code == 200
    typed = certificate.code.replace("-", " ").lower()
    response = client.get(address, {"code": typed})
    assert response.headers["Location"] == reverse("credentials:verify_one", args=[certificate.code])
    response = client.get(address, {"code": "salah"})
    assert response.status_code == 404
    assert 'value="salah"' in response.content.decode(), "what was typed stays"
    assert client.post(address, {"code": typed}).status_code == 405


@pytest.mark.django_db
def test_guessers_are_stopped_and_others_are_not(house: Cast, client: Client) -> None:
    certificate = certify(house.siti)
    for _guess in range(BUDGET // COST_OF_MISS):
        assert client.get("/credentials/verify/ABCD-EFGH-JKMN/", REMOTE_ADDR="203.0.113.7").status_code == 404
    address = reverse("credentials:verify_one", args=[certificate.code])
    response = client.get(address, REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 429
    assert "sepuluh menit" in response.content.decode()
    assert client.get(address, REMOTE_ADDR="203.0.113.8").status_code == 200
    assert client.get("/api/v1/credentials/verify/ABCD-EFGH-JKMN", REMOTE_ADDR="203.0.113.7").status_code == 429


@pytest.mark.django_db
def test_an_office_may_check_many_papers(house: Cast) -> None:
    certificate = certify(house.siti)
    for _check in range(BUDGET):
        assert actions.look_up_code(certificate.code, address="198.51.100.4") is not None
    with pytest.raises(Refused):
        actions.look_up_code(certificate.code, address="198.51.100.4")


@pytest.mark.django_db
def test_a_made_up_forwarding_header_does_not_help_a_guesser(house: Cast, client: Client) -> None:
    for guess in range(BUDGET // COST_OF_MISS):
        client.get("/credentials/verify/ABCD-EFGH-JKMN/", headers={"X-Forwarded-For": f"10.0.0.{guess}"})
    response = client.get("/credentials/verify/ABCD-EFGH-JKMN/", headers={"X-Forwarded-For": "10.9.9.9"})
    assert response.status_code == 429


@pytest.mark.django_db
def test_the_api_tells_the_same(house: Cast, client: Client) -> None:
    certificate = certify(house.siti)
    response = client.get(f"/api/v1/credentials/verify/{certificate.code}")
    assert response.status_code == 200
    found = json.loads(response.content)
    assert set(found) == {
        "name", "programme", "level", "hours", "started_on", "completed_on", "issuer", "number", "issued_on", "state",
        "state_name", "revoked_on",
    }  # fmt: skip
    assert (found["name"], found["hours"], found["state"], found["revoked_on"]) == (
        "Siti Rahmawati",
        4.0,
        "valid",
        None,
    )
    actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="Nama peserta keliru.")
    found = json.loads(client.get(f"/api/v1/credentials/verify/{certificate.code}").content)
    assert found["state"] == "revoked"
    assert found["revoked_on"] is not None
    assert client.get("/api/v1/credentials/verify/ABCD-EFGH-JKMN").status_code == 404
