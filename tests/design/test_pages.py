"""What every page shares: words in the right language, addresses, the frame with its gaps, compression."""

import gzip
import uuid

from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from bina.design.environment import _url, words_of_request
from bina.design.pictures import level_track
from tests.cast import Cast
from tests.conftest import ClientFor


def test_words_keep_their_language_whatever_is_active_when_they_are_first_asked() -> None:
    request = RequestFactory().get("/")
    with translation.override("id"):
        words = words_of_request(request)["_"]
    with translation.override("en"):
        assert words("Beranda") == "Beranda"
        assert words_of_request(request)["_"]("Beranda") == "Home"


def test_addresses_from_a_pattern_are_those_that_django_makes() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    given = {"public_id": one, "competency_id": other}
    assert _url("competencies:reason_of", **given) == reverse("competencies:reason_of", kwargs=given)


def test_the_frame_escapes_the_person_and_belongs_to_the_reader(cast: Cast, client_for: ClientFor) -> None:
    type(cast.siti.user).objects.filter(pk=cast.siti.user.pk).update(display_name="Siti <b>& co")
    page = client_for(cast.siti).get("/").content.decode()
    assert "Siti &lt;b&gt;&amp; co" in page
    assert "<b>& co" not in page
    assert "Siti" not in client_for(cast.budi).get(reverse("portal:about")).content.decode()


def test_a_picture_without_a_level_says_so() -> None:
    with translation.override("id"):
        assert "Belum diukur" in level_track(None, None, None, 2, "not_measured")


def test_pages_go_out_compressed_when_the_browser_can(client: Client, db: None) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(answer.content)
    assert "Content-Encoding" not in client.get("/")
