"""The pages of somebody who sits a formal assessment: what is said beforehand, one device at a time, what came of it."""

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import IntegrityEvent, ItemBank, Response, Session
from bina.assessment.rules import right_answer
from bina.assessment.views.devices import COOKIE
from bina.people.models import Employee
from tests.assessment.conftest import Hands
from tests.assessment.windows import announced, part_of, sit
from tests.cast import Cast
from tests.conftest import ClientFor


def page_of(window: Any, person: Employee) -> str:
    return reverse("assessment:formal", args=[part_of(window, person).public_id])


def begun(client: Client, url: str, **sent: str) -> Session:
    """The attempt that a browser has begun on the page."""
    response = client.post(url, {"agreed": "1", **sent})
    assert response.status_code == 302
    return Session.objects.get(public_id=response["Location"].rstrip("/").rsplit("/", 1)[-1])


def posted(client: Client, session: Session, position: int, key: str, **sent: Any) -> Any:
    url = reverse("assessment:question", args=[session.public_id, position])
    return client.post(url, {"answer": key, "go": "next", **sent.pop("data", {})}, **sent)


def key_at(session: Session, position: int) -> str:
    """Something that a single question at a place accepts as an answer."""
    version = queries.version_at(session, position)
    assert version is not None
    return str(version.shown(0).choices[0].key)


def singles(session: Session) -> list[int]:
    """The places of the single questions."""
    versions = enumerate(queries.form_versions(session), start=1)
    return [n for n, version in versions if version.item.kind == "single"]


def test_it_is_said_beforehand_what_counts_and_who_sees_what(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast)
    url = page_of(window, cast.siti)
    assert client_for(cast.dewi).get(url).status_code == 404
    assert client_for(cast.hr).get(url).status_code == 404
    home = client_for(cast.siti).get(reverse("assessment:home")).content.decode()
    assert window.title in home
    assert url in home
    page = client_for(cast.siti).get(url).content.decode()
    for words in ("Hasilnya dihitung", "tanpa persetujuan lagi", "Tidak ada kamera", "tidak pernah jawaban Anda",
                  "Atasan hanya melihat tingkatnya", "Tidak ada hasil yang gugur otomatis", "Sambungan putus",
                  "tambahan waktu", window.purpose):  # fmt: skip
        assert words in page
    refused = client_for(cast.siti).post(url, {})
    assert "Centang" in refused.content.decode()
    assert not Session.objects.exists()


def test_a_phone_takes_it_to_the_end_and_a_late_answer_is_told(
    bank: ItemBank, cast: Cast, client_for: ClientFor, hands: Hands
) -> None:
    window = announced(cast)
    phone = client_for(cast.siti)
    session = begun(phone, page_of(window, cast.siti))
    assert phone.cookies[COOKIE]["httponly"]
    question = reverse("assessment:question", args=[session.public_id, 1])
    page = phone.get(question).content.decode()
    assert "focus-log.js" in page
    hands.forward(seconds=30)
    place = singles(session)[-1]
    phone.get(reverse("assessment:question", args=[session.public_id, place]))
    hands.forward(seconds=12)
    key = key_at(session, place)
    assert posted(phone, session, place, key).status_code == 302
    assert Response.objects.get(session=session, position=place).milliseconds == 12_000
    report = reverse("assessment:report_event", args=[session.public_id])
    assert phone.post(report, {"kind": "focus_lost"}).status_code == 204
    assert phone.post(report, {"kind": "x" * 500}).status_code == 204
    assert client_for(cast.dewi).post(report, {"kind": "focus_lost"}).status_code == 404
    assert phone.get(report).status_code == 405
    hands.forward(days=1)
    late = phone.post(question, {"answer": "x", "go": "next"}, follow=True)
    text = late.content.decode()
    assert "datang sesudah uji berakhir" in text
    assert "Hasil asesmen Anda" in text
    assert IntegrityEvent.objects.filter(session=session, kind="late").count() == 1
    again = phone.post(question, {"answer": "x", "go": "next"})
    assert again.status_code == 302
    # One answer was kept; what was passed over before it stands beside it with a score of nothing.
    assert Response.objects.get(session=session, answer__isnull=False).position == place
    own = phone.get(page_of(window, cast.siti)).content.decode()
    assert "layar ditinggalkan 1 kali" in own


def test_the_older_device_is_told_and_its_answer_survives(
    bank: ItemBank, cast: Cast, client_for: ClientFor, hands: Hands
) -> None:
    window = announced(cast)
    phone, laptop = client_for(cast.siti), client_for(cast.siti)
    url = page_of(window, cast.siti)
    session = begun(phone, url)
    one, two = singles(session)[:2]
    assert "Lanjutkan di perangkat ini" in laptop.get(url).content.decode()
    # Looking on from another device takes nothing away.
    assert (
        "perangkat lain" in laptop.get(reverse("assessment:question", args=[session.public_id, one])).content.decode()
    )
    posted(phone, session, one, key_at(session, one))
    hands.forward(seconds=5)
    begun(laptop, url)
    hands.forward(seconds=5)
    typed = key_at(session, two)
    held = posted(phone, session, two, typed)
    text = held.content.decode()
    assert "sedang dilanjutkan di perangkat lain" in text
    assert typed in text
    assert list(queries.answers_of(session)) == [one]
    for address in ("review", "finish"):
        target = reverse(f"assessment:{address}", args=[session.public_id])
        answer = phone.get(target) if address == "review" else phone.post(target)
        assert "perangkat lain" in answer.content.decode()
    take = reverse("assessment:take_over", args=[session.public_id])
    back = phone.post(take, {"position": str(two), "answer": typed})
    assert back["Location"] == reverse("assessment:question", args=[session.public_id, two])
    assert queries.answers_of(session)[two].answer == [typed]
    assert "perangkat lain" in posted(laptop, session, one, key_at(session, one)).content.decode()
    assert IntegrityEvent.objects.filter(session=session, kind="device").count() == 2
    assert client_for(cast.dewi).post(take).status_code == 404


def test_what_the_newer_device_answered_meanwhile_stays(
    bank: ItemBank, cast: Cast, client_for: ClientFor, hands: Hands
) -> None:
    window = announced(cast)
    phone, laptop = client_for(cast.siti), client_for(cast.siti)
    session = begun(phone, page_of(window, cast.siti))
    place = singles(session)[0]
    version = queries.version_at(session, place)
    assert version is not None
    first, second = [choice.key for choice in version.shown(0).choices][:2]
    hands.forward(seconds=5)
    begun(laptop, page_of(window, cast.siti))
    hands.forward(seconds=5)
    posted(laptop, session, place, first)
    hands.forward(seconds=5)
    take = reverse("assessment:take_over", args=[session.public_id])
    page = phone.post(take, {"position": str(place), "answer": second}, follow=True).content.decode()
    assert "sudah dijawab di perangkat lain" in page
    assert queries.answers_of(session)[place].answer == [first]


def test_a_part_of_a_page_is_replaced_where_only_a_part_was_asked(
    bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    window = announced(cast)
    phone, laptop = client_for(cast.siti), client_for(cast.siti)
    session = begun(phone, page_of(window, cast.siti))
    begun(laptop, page_of(window, cast.siti))
    place = singles(session)[0]
    part = posted(phone, session, place, key_at(session, place), data={"go": "stay"}, headers={"HX-Request": "true"})
    assert part["HX-Retarget"] == "#test"
    assert part.content.decode().lstrip().startswith('<div id="test"')


def test_an_adaptive_one_follows_the_same_rules(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast, code="digital-diagnosis")
    phone, laptop = client_for(cast.siti), client_for(cast.siti)
    session = begun(phone, page_of(window, cast.siti))
    url = reverse("assessment:diagnostic", args=[session.public_id])
    assert "focus-log.js" in phone.get(url).content.decode()
    begun(laptop, page_of(window, cast.siti))
    session.refresh_from_db()
    position, version = queries.latest_place(session)
    assert "perangkat lain" in phone.post(url, {"position": "1", "go": "unknown"}).content.decode()
    assert not Response.objects.exists()
    laptop.get(url)
    assert laptop.post(url, {"position": str(position), "go": "unknown"}).status_code == 302
    row = Response.objects.get(session=session)
    assert row.milliseconds is not None
    assert right_answer(version.item.kind, version.payload) is not None


def test_a_room_asks_for_its_code_and_keeps_what_was_typed(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast, mode="room")
    client, url = client_for(cast.siti), page_of(window, cast.siti)
    page = client.post(url, {"agreed": "1", "code": "SALAH1"}).content.decode()
    assert "tidak cocok" in page
    assert 'value="SALAH1"' in page
    assert "checked" in page
    begun(client, url, code=window.rooms.get().code.lower())


def test_an_invalid_result_says_why_and_what_can_be_done(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast)
    session = sit(window, cast.siti)
    actions.invalidate_attempt(by=cast.hr.user, session=session, reason="Dikerjakan bersama-sama.")
    client = client_for(cast.siti)
    result = client.get(reverse("assessment:result", args=[session.public_id])).content.decode()
    assert "Dikerjakan bersama-sama." in result
    page = client.get(page_of(window, cast.siti)).content.decode()
    assert "minta peninjauan tingkat" in page
    assert "Lina Susanti" in page
    assert "sudah terpakai" in page
    assert 'name="agreed"' not in page
    until = actions.grant_attempt
    until(
        by=cast.hr.user, participant=part_of(window, cast.siti), until=window.closes_at, reason="Sesudah dibicarakan."
    )
    assert 'name="agreed"' in client.get(page_of(window, cast.siti)).content.decode()


def test_questions_cost_little_more_than_in_a_voluntary_test(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    window = announced(cast)
    phone = client_for(cast.siti)
    session = begun(phone, page_of(window, cast.siti))
    url = reverse("assessment:question", args=[session.public_id, 2])
    with django_assert_max_num_queries(12):
        phone.get(url)
    own = page_of(window, cast.siti)
    with django_assert_max_num_queries(14):
        phone.get(own)
    assert session.deadline_at - session.started_at >= dt.timedelta(minutes=1)
