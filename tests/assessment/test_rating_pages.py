"""Rating pages: area by area, kept at every step, sent once; and the list of who waits."""

import uuid

from django.urls import reverse

from bina.assessment import queries
from bina.assessment.models import Rating
from bina.competencies.queries import competencies_by_code, evidence_of
from tests.cast import Cast
from tests.conftest import ClientFor


def marks(codes: list[str], mark: str = "2") -> dict[str, str]:
    known = competencies_by_code()
    return {f"m-{known[code].pk}-{level}": mark for code in codes for level in (1, 2, 3, 4)}


def test_a_self_rating_from_first_page_to_profile(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    url = reverse("assessment:self_rating")
    text = client.get(url).content.decode()
    assert "Penilaian mandiri" in text
    assert "Mulai menilai" in text
    sheet = queries.rating_sheet(cast.siti.user, cast.siti, "self")
    area = sheet.areas[0]
    step = f"{url}?step={area.area.public_id}"
    page = client.get(step).content.decode()
    assert page.count("<fieldset") == sheet.behaviours_in(area)
    code = area.competencies[0].competency.code
    response = client.post(step, {**marks([code]), "go": "next"})
    assert response.headers["Location"] == f"{url}?step={sheet.areas[1].area.public_id}"
    assert "checked" in client.get(step).content.decode()
    response = client.post(step, {"go": "previous"})
    assert response.headers["Location"] == f"{url}?step="
    assert "4 dari" in client.get(f"{url}?step=send").content.decode()
    assert not evidence_of(cast.siti).exists()
    response = client.post(f"{url}?step=send", {"go": "send"})
    rating = Rating.objects.get(employee=cast.siti)
    assert response.headers["Location"] == reverse("assessment:rating", args=[rating.public_id])
    assert "4 perilaku dinilai" in client.get(response.headers["Location"]).content.decode()
    assert evidence_of(cast.siti).get().source == "self_rating"


def test_a_rating_without_marks_is_not_sent(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    url = f"{reverse('assessment:self_rating')}?step=send"
    response = client.post(url, {"go": "send"}, follow=True)
    assert "Belum ada perilaku yang dinilai" in response.content.decode()
    assert client.post(reverse("assessment:self_rating"), {"go": "next"}).status_code == 404


def test_htmx_keeps_single_marks(cast: Cast, client_for: ClientFor) -> None:
    sheet = queries.rating_sheet(cast.budi.user, cast.siti, "superior")
    area = sheet.areas[0]
    code = area.competencies[0].competency.code
    url = f"{reverse('assessment:rate', args=[cast.siti.public_id])}?step={area.area.public_id}"
    response = client_for(cast.budi).post(url, {**marks([code], "x"), "go": "stay"}, headers={"HX-Request": "true"})
    assert "Tersimpan" in response.content.decode()
    kept = queries.rating_draft(cast.budi.user, cast.siti, "superior")
    assert kept is not None
    assert set(next(iter(kept.answers.values())).values()) == {None}


def test_a_superior_rates_the_team(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.budi)
    text = client.get(reverse("assessment:to_rate")).content.decode()
    assert "Siti Rahmawati" in text
    assert "Rina Marlina" not in text
    url = reverse("assessment:rate", args=[cast.siti.public_id])
    assert "Bu Siti" in client.get(url).content.decode()
    for other in (cast.dewi, cast.hr, cast.head, cast.siti):
        assert client_for(other).get(url).status_code == 404
        assert client_for(other).post(url, {"go": "send"}).status_code == 404
    area = queries.rating_sheet(cast.budi.user, cast.siti, "superior").areas[0]
    client.post(
        f"{url}?step={area.area.public_id}", {**marks([area.competencies[0].competency.code], "3"), "go": "next"}
    )
    client.post(f"{url}?step=send", {"go": "send"})
    rating = Rating.objects.get(employee=cast.siti)
    page = client_for(cast.siti).get(reverse("assessment:rating", args=[rating.public_id])).content.decode()
    assert "Budi Santoso" in page
    assert area.competencies[0].competency.name in page
    assert client_for(cast.dewi).get(reverse("assessment:rating", args=[rating.public_id])).status_code == 404
    assert "Budi Santoso" in client_for(cast.siti).get(reverse("assessment:history")).content.decode()


def test_what_was_rated_lately_waits(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    url = reverse("assessment:self_rating")
    sheet = queries.rating_sheet(cast.siti.user, cast.siti, "self")
    area = sheet.areas[0]
    step = f"{url}?step={area.area.public_id}"
    client.post(step, {**marks([area.competencies[0].competency.code]), "go": "next"})
    client.post(f"{url}?step=send", {"go": "send"})
    assert "dapat dinilai lagi mulai" in client.get(step).content.decode()
    after = queries.rating_sheet(cast.siti.user, cast.siti, "self")
    assert after.behaviour_count == sheet.behaviour_count - 4


def test_everything_can_be_rated_on_wish(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    url = reverse("assessment:self_rating")
    few = client.get(url).content.decode()
    many = client.get(f"{url}?all=1").content.decode()
    assert "Tampilkan juga kompetensi lain" in few
    assert many.count("?step=") >= few.count("?step=")


def test_nobody_rates_strangers(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.budi).get(reverse("assessment:rate", args=[uuid.uuid4()])).status_code == 404
    assert client_for(cast.admin).get(reverse("assessment:to_rate")).status_code == 404
    text = client_for(cast.siti).get(reverse("assessment:to_rate")).content.decode()
    assert "Tidak ada yang menunggu" in text
