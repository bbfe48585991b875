"""The pages of measuring: a browser without JavaScript can do everything, HTMX sees small parts, strangers see nothing."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from ninja.testing import TestClient

from bina.assessment import actions, queries
from bina.assessment.api import router
from bina.assessment.models import Blueprint, ItemBank, Session
from bina.assessment.rules import GRACE, right_answer
from bina.competencies.actions import recompute_levels
from bina.competencies.queries import competencies_by_code, evidence_of
from bina.foundation import clock
from bina.people.models import Agency, Employee
from tests.assessment.conftest import answer_rightly, start
from tests.cast import Cast
from tests.conftest import ClientFor

HTMX = {"HX-Request": "true"}


def fields(answer: Any) -> dict[str, Any]:
    if isinstance(answer, dict):
        return {f"answer-{key}": str(value) for key, value in answer.items()}
    return {"answer": answer}


def question(session: Session, position: int) -> str:
    return reverse("assessment:question", args=[session.public_id, position])


def text_of(client: Client, url: str) -> str:
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return str(page.content.decode())


@pytest.fixture
def short(bank: ItemBank) -> Blueprint:
    return Blueprint.objects.get(code="digital-4.2")


def test_a_whole_test_without_javascript(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    assert short.title in text_of(client, reverse("assessment:home"))
    intro = reverse("assessment:test", args=[short.public_id])
    assert "Mulai sekarang" in text_of(client, intro)
    response = client.post(intro)
    session = Session.objects.get(employee=cast.siti)
    assert response.headers["Location"] == reverse("assessment:session", args=[session.public_id])
    response = client.get(response.headers["Location"])
    assert response.headers["Location"] == question(session, 1)
    for position, version in enumerate(queries.form_versions(session), start=1):
        assert f"Soal {position}" in text_of(client, question(session, position))
        answer = fields(right_answer(version.item.kind, version.payload))
        response = client.post(question(session, position), {**answer, "go": "next"})
        expected = (
            question(session, position + 1) if position < 4 else reverse("assessment:review", args=[session.public_id])
        )
        assert response.headers["Location"] == expected
    assert "Semua soal sudah dijawab" in text_of(client, response.headers["Location"])
    result = reverse("assessment:result", args=[session.public_id])
    response = client.post(reverse("assessment:finish", args=[session.public_id]))
    assert response.headers["Location"] == result
    text = text_of(client, result)
    assert "Melindungi data pribadi dan privasi" in text
    assert 'class="level level-' in text
    assert client.post(reverse("assessment:finish", args=[session.public_id])).headers["Location"] == result
    assert client.get(reverse("assessment:session", args=[session.public_id])).headers["Location"] == result
    assert evidence_of(cast.siti).count() == 1
    assert "Dapat diulang mulai" in text_of(client, reverse("assessment:home"))
    assert "dapat diulang mulai" in text_of(client, intro)


def test_a_bank_result_never_shows_questions_or_what_was_right(
    short: Blueprint, cast: Cast, client_for: ClientFor
) -> None:
    session = start(cast.siti, short)
    answer_rightly(session, range(1, 3))
    actions.finish_session(by=cast.siti.user, session=session)
    text = text_of(client_for(cast.siti), reverse("assessment:result", args=[session.public_id]))
    for version in queries.form_versions(session):
        assert version.explanation[:40] not in text
        assert version.stem[:40] not in text
    assert "tepat</span>" not in text


def test_no_page_of_an_open_test_holds_the_key(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    """What the page holds depends on the words of the question alone, not on which of them is right."""
    session = start(cast.siti, Blueprint.objects.get(code="digital-lengkap"))
    client = client_for(cast.siti)
    for position, version in enumerate(queries.form_versions(session), start=1):
        if position % 3:
            continue
        text = text_of(client, question(session, position))
        assert version.explanation[:50] not in text
        payload = version.payload
        for option in payload.get("options", ()):
            assert option["feedback"][:40] not in text
        assert "correct" not in text
        if version.item.kind == "numeric":
            shown = re.sub(r"<[^>]+>", " ", text[text.index("question grid") : text.index("Pakai koma")])
            assert f" {payload['answer']} " not in shown.replace(version.stem, "")
        if version.item.kind == "ordering":
            places = [text.index(f">{step}<") for step in payload["sequence"]]
            assert places != sorted(places)


def test_the_order_of_options_is_the_same_on_every_visit(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, Blueprint.objects.get(code="digital-1.1"))
    pattern = re.compile(r'name="answer" value="([0-9a-f]+)"')
    first = pattern.findall(text_of(client_for(cast.siti), question(session, 1)))
    assert len(first) == 4
    assert pattern.findall(text_of(client_for(cast.siti), question(session, 1))) == first


def test_htmx_gets_only_the_question_and_a_quiet_save(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    client = client_for(cast.siti)
    version = queries.form_versions(session)[0]
    answer = fields(right_answer(version.item.kind, version.payload))
    saved = client.post(question(session, 1), {**answer, "go": "stay"}, headers=HTMX).content.decode()
    assert "Tersimpan" in saved
    assert len(saved) < 400
    response = client.post(question(session, 1), {**answer, "go": "next"}, headers=HTMX)
    assert response.headers["HX-Push-Url"] == question(session, 2)
    part = response.content.decode()
    assert "<html" not in part
    assert "Soal 2" in part
    assert len(response.content) < 16_000
    response = client.post(question(session, 4), {"go": "next"}, headers=HTMX)
    assert response.headers["HX-Redirect"] == reverse("assessment:review", args=[session.public_id])


def test_back_forth_to_a_number_and_to_the_overview(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    client = client_for(cast.siti)
    review = reverse("assessment:review", args=[session.public_id])
    for step, target in (("previous", question(session, 1)), ("4", question(session, 4)), ("review", review),
                         ("99", review), ("<b>", review), ("", review)):  # fmt: skip
        response = client.post(question(session, 2), {"go": step})
        assert response.headers["Location"] == target
    assert queries.answers_of(session) == {}
    assert "4 soal belum dijawab" in text_of(client, review)
    assert client.get(question(session, 5)).status_code == 404
    assert client.get(question(session, 0)).status_code == 404


def test_another_device_goes_on_where_the_answers_stop(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    answer_rightly(session, range(1, 3))
    other_device = client_for(cast.siti)
    response = other_device.get(reverse("assessment:session", args=[session.public_id]))
    assert response.headers["Location"] == question(session, 3)
    page = text_of(other_device, question(session, 1))
    assert "checked" in page or "selected" in page or 'value="' in page
    assert Session.objects.count() == 1


def test_a_second_tab_after_the_end_is_told_kindly(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    client = client_for(cast.siti)
    actions.finish_session(by=cast.siti.user, session=session)
    response = client.post(question(session, 1), {"answer": "x", "go": "next"})
    assert response.headers["Location"] == reverse("assessment:result", args=[session.public_id])
    late = client.post(question(session, 1), {"answer": "x", "go": "next"}, headers=HTMX)
    assert late.headers["HX-Redirect"] == reverse("assessment:result", args=[session.public_id])
    assert client.get(reverse("assessment:review", args=[session.public_id])).status_code == 302


def test_after_the_deadline_what_was_saved_counts(
    short: Blueprint, cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = start(cast.siti, short)
    answer_rightly(session, range(1, 3))
    over = session.deadline_at + GRACE + dt.timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: over)
    client = client_for(cast.siti)
    response = client.post(question(session, 3), {"answer": "x", "go": "next"}, follow=True)
    text = response.content.decode()
    assert "Waktu uji sudah berakhir" in text
    assert "Waktunya habis" in text
    session.refresh_from_db()
    assert session.state == "expired"
    assert evidence_of(cast.siti).count() == 1
    assert set(queries.answers_of(session)) == {1, 2}


def test_other_peoples_attempts_do_not_exist(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    pages = [reverse(f"assessment:{name}", args=[session.public_id]) for name in ("session", "review", "result")]
    for person in (cast.budi, cast.hr, cast.dewi, cast.admin):
        client = client_for(person)
        for url in (*pages, question(session, 1)):
            assert client.get(url).status_code == 404
        assert client.post(question(session, 1), {"answer": "x"}).status_code == 404
        assert client.post(reverse("assessment:finish", args=[session.public_id])).status_code == 404
    session.refresh_from_db()
    assert session.is_open
    anonymous = client_for(None)
    for url in (reverse("assessment:home"), *pages):
        assert anonymous.get(url).status_code == 302


def test_hostile_addresses_are_simply_not_there(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    for name in ("test", "session", "result", "rate", "rating", "item", "attempts"):
        assert client.get(reverse(f"assessment:{name}", args=[uuid.uuid4()])).status_code == 404
    response = client.get(reverse("assessment:measure", args=[uuid.uuid4()]))
    assert response.headers["Location"] == reverse("assessment:home")


def test_the_profile_leads_to_the_short_check(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    competency = competencies_by_code()["4.2"]
    response = client_for(cast.siti).get(reverse("assessment:measure", args=[competency.public_id]))
    assert response.headers["Location"] == reverse("assessment:test", args=[short.public_id])


def test_course_tests_explain_every_question(course_test: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, course_test, context_kind="latihan", context_id="1", purpose="post")
    answer_rightly(session, range(1, 4))
    actions.finish_session(by=cast.siti.user, session=session)
    text = text_of(client_for(cast.siti), reverse("assessment:result", args=[session.public_id]))
    assert "Belum mencapai nilai lulus 70" in text
    assert "3 dari 5 soal tepat seluruhnya" in text
    assert "Ini angka gabungan." in text
    assert "46 dibagi 50." in text
    assert "Jawaban yang tepat: 92" in text
    assert client_for(cast.siti).get(reverse("assessment:test", args=[course_test.public_id])).status_code == 404


def test_local_tests_of_another_agency_are_not_there(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    blueprint = Blueprint.objects.get(code="digital-4.2")
    blueprint.agency = Agency.objects.create(code="lain", name="Instansi lain", short_name="Lain", kind="city")
    blueprint.save()
    client = client_for(cast.siti)
    assert client.get(reverse("assessment:test", args=[blueprint.public_id])).status_code == 404
    assert client.post(reverse("assessment:test", args=[blueprint.public_id])).status_code == 404


def test_pages_ask_a_constant_number_of_questions(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    recompute_levels([cast.siti.pk])
    session = start(cast.siti, Blueprint.objects.get(code="digital-lengkap"))
    answer_rightly(session, range(1, 60))
    client = client_for(cast.siti)
    with django_assert_max_num_queries(10):
        client.get(question(session, 1))
    with django_assert_max_num_queries(14):
        client.post(question(session, 1), {"answer": "x", "go": "next"}, headers=HTMX)
    # Which of rounds, tasks, panels and the like concern a person is one question; only what does is then asked for.
    with django_assert_max_num_queries(16):
        client.get(reverse("assessment:home"))
    actions.finish_session(by=cast.siti.user, session=session)
    with django_assert_max_num_queries(11):
        client.get(reverse("assessment:result", args=[session.public_id]))
    with django_assert_max_num_queries(12):
        client.get(reverse("assessment:history"))


def test_the_keeper_of_records_sees_that_not_what(short: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, short)
    answer_rightly(session)
    actions.finish_session(by=cast.siti.user, session=session)
    url = reverse("assessment:attempts", args=[cast.siti.public_id])
    for person in (cast.budi, cast.dewi, cast.unit_hr, cast.trainer, cast.siti):
        assert client_for(person).get(url).status_code == 404
    client = client_for(cast.hr)
    text = text_of(client, url)
    assert short.title in text
    assert "100" not in re.sub(r"<[^>]+>", " ", text)
    cancel = reverse("assessment:cancel", args=[cast.siti.public_id, session.public_id])
    assert client.post(cancel, {"reason": ""}).status_code == 409
    assert client_for(cast.budi).post(cancel, {"reason": "x"}).status_code == 404
    assert client.post(cancel, {"reason": "Listrik padam"}).status_code == 302
    session.refresh_from_db()
    assert session.state == "cancelled"
    assert "dibatalkan" in text_of(client_for(cast.siti), reverse("assessment:result", args=[session.public_id]))


def test_the_form_of_extra_time_is_for_the_keeper_and_never_for_oneself(
    short: Blueprint, cast: Cast, client_for: ClientFor
) -> None:
    def form(person: Employee) -> str:
        return reverse("assessment:allow_time", args=[person.public_id])

    keeper = client_for(cast.hr)
    page = reverse("assessment:attempts", args=[cast.siti.public_id])
    assert form(cast.siti) in text_of(keeper, page)
    more = {"factor": "1.5", "reason": "Memakai pembaca layar"}
    for person in (cast.budi, cast.rina, cast.siti, cast.trainer):
        assert client_for(person).post(form(cast.siti), more).status_code == 404
    assert keeper.get(form(cast.siti)).status_code == 405
    assert queries.time_allowance_of(cast.siti) is None
    answer = keeper.post(form(cast.siti), more)
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    text = text_of(keeper, page)
    assert "dikalikan 1,5" in text
    assert "Memakai pembaca layar" in text
    for wrong in ({"factor": "9", "reason": "Kaki patah"}, {"factor": "2", "reason": ""}):
        answer = keeper.post(form(cast.siti), wrong)
        told = answer.content.decode()
        assert answer.status_code == 409
        assert "Pilih tambahan waktunya dan tuliskan alasannya." in told
        # What was typed stays in the form.
        assert wrong["reason"] in told
        assert ('value="2" selected' in told) == (wrong["factor"] == "2")
    kept = queries.time_allowance_of(cast.siti)
    assert kept is not None
    assert (kept.factor, kept.reason) == ("1.5", "Memakai pembaca layar")
    # One's own attempts and time are another keeper's affair: neither page nor controls nor doors.
    own = start(cast.hr, short)
    actions.finish_session(by=cast.hr.user, session=own)
    assert keeper.get(reverse("assessment:attempts", args=[cast.hr.public_id])).status_code == 404
    assert keeper.post(form(cast.hr), more).status_code == 404
    cancel = reverse("assessment:cancel", args=[cast.hr.public_id, own.public_id])
    assert keeper.post(cancel, {"reason": "Listrik padam"}).status_code == 404
    assert queries.time_allowance_of(cast.hr) is None
    own.refresh_from_db()
    assert own.state == "finished"
    own_card = reverse("people:person", args=[cast.hr.public_id])
    assert reverse("assessment:attempts", args=[cast.hr.public_id]) not in text_of(keeper, own_card)


def test_own_attempts_by_api(short: Blueprint, course_test: Blueprint, cast: Cast) -> None:
    bank_session = start(cast.siti, short)
    answer_rightly(bank_session)
    actions.finish_session(by=cast.siti.user, session=bank_session)
    course_session = start(cast.siti, course_test, context_kind="latihan", context_id="1", purpose="post")
    actions.finish_session(by=cast.siti.user, session=course_session)
    start(cast.dewi, short)
    door = TestClient(router)
    rows = door.get("/sessions", user=cast.siti.user).json()
    assert [row["public_id"] for row in rows] == [str(course_session.public_id), str(bank_session.public_id)]
    assert [(row["score"], row["passed"]) for row in rows] == [(0.0, False), (None, None)]
    assert door.get("/sessions", user=cast.admin).json() == []
