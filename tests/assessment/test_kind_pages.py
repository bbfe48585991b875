"""The newer kinds of question on pages, in both languages: the test itself, and what one is told after a course test."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank
from bina.assessment.rules import right_answer, wrong_answer
from tests.assessment.conftest import start
from tests.assessment.kinds import INBASKET, NEW_ITEMS, PICTURE, PICTURES, STORED_ITEMS
from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def every_kind(reference_data: None) -> Blueprint:
    """A course's own test with one question of each newer kind."""
    actions.store_pictures([PICTURE])
    return actions.create_course_blueprint(
        code="kursus-jenis-baru", title="Uji jenis baru", items=STORED_ITEMS, minutes=20, passing=70
    )


def page_of(client: Client, url: str, language: str = "id") -> str:
    client.cookies["bina_language"] = language
    with translation.override(language):  # the page's language must not outlive the page
        response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


MARKS: list[tuple[int, list[str], list[str]]] = [
    (1, ["Isian 1 dari 2", 'name="answer-1"', "<select", "disembunyikan"], ["Complete the sentence", "hidden"]),
    (2, ["Pilih tindakan yang paling tepat.", 'type="radio"', "Menunda sampai besok"], ["What should she do?"]),
    (3, ["Berkas 3", "Jadwal ruang", "<strong>Selasa</strong>", 'type="radio"'], ["Room schedule", "Wednesday"]),
    (4, ['scope="col"', ">B</th>", 'inputmode="decimal"', "Sel B4: Jumlah permohonan", "12.000"],
     ["Total applications", "12,000"]),
    (5, [f"/images/{PICTURE.digest}/", "Sebuah surel dengan", 'data-region="1"', 'data-spot="3"', "left:2.0%"],
     ["An e-mail with sender", "Sender&#39;s address"]),
]  # fmt: skip


@pytest.mark.parametrize(("position", "indonesian", "english"), MARKS, ids=[item["kind"] for item in NEW_ITEMS])
def test_each_kind_is_asked_in_both_languages(
    every_kind: Blueprint, cast: Cast, client_for: ClientFor, position: int, indonesian: list[str], english: list[str]
) -> None:
    session = start(cast.siti, every_kind, context_kind="latihan", context_id="1")
    url = reverse("assessment:question", args=[session.public_id, position])
    client = client_for(cast.siti)
    page = page_of(client, url)
    assert [mark for mark in indonesian if mark not in page] == []
    page = page_of(client, url, "en")
    assert [mark for mark in english if mark not in page] == []
    assert STORED_ITEMS[position - 1]["stem"] not in page


def answered(session: Any, make: Any) -> None:
    for position, version in enumerate(queries.form_versions(session), start=1):
        answer = make(version.item.kind, version.payload)
        actions.answer_item(by=session.employee.user, session=session, position=position, answer=answer)


@pytest.mark.parametrize(("make", "share"), [(right_answer, 1.0), (wrong_answer, 0.0)])
def test_each_kind_is_explained_in_both_languages(
    every_kind: Blueprint, cast: Cast, client_for: ClientFor, make: Any, share: float
) -> None:
    session = start(cast.siti, every_kind, context_kind="latihan", context_id="1", purpose="post")
    answered(session, make)
    actions.finish_session(by=cast.siti.user, session=session)
    assert session.score == pytest.approx(share)
    url = reverse("assessment:result", args=[session.public_id])
    client = client_for(cast.siti)
    page = page_of(client, url)
    for words in (*(item["explanation"] for item in NEW_ITEMS), "Tepat, cepat dan jujur.", "12.012,5", "spot-right"):
        assert words in page
    assert ("spot-wrong" in page) == (share == 0)
    page = page_of(client, url, "en")
    for words in (*(item["en"]["explanation"] for item in NEW_ITEMS), "Right, quick and honest.", "12,012.5"):
        assert words in page


def test_what_was_chosen_is_there_again(every_kind: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, every_kind, context_kind="latihan", context_id="1")
    client = client_for(cast.siti)
    for position, sent in ((1, {"answer-1": "sUm"}), (4, {"answer-B4": "12012,5", "answer-Z9": "1"})):
        url = reverse("assessment:question", args=[session.public_id, position])
        client.post(url, {**sent, "go": "stay"})
        assert f'value="{next(iter(sent.values()))}"' in page_of(client, url)
    states = queries.overview(session)
    assert [place.state for place in states] == ["partly", "open", "open", "partly", "open"]


def test_a_fair_action_is_called_so(every_kind: Blueprint, cast: Cast, client_for: ClientFor) -> None:
    session = start(cast.siti, every_kind, context_kind="latihan", context_id="1", purpose="post")
    view = queries.form_versions(session)[1].shown(session.seed_at(2))
    key = next(choice.key for choice in view.choices if choice.text == "Bertanya kepada rekan dahulu")
    actions.answer_item(by=cast.siti.user, session=session, position=2, answer=[key])
    actions.finish_session(by=cast.siti.user, session=session)
    url = reverse("assessment:result", args=[session.public_id])
    assert "Pilihan Anda, sebagian tepat" in page_of(client_for(cast.siti), url)


def test_a_decision_with_two_right_options_takes_many(cast: Cast, client_for: ClientFor, reference_data: None) -> None:
    options = [*INBASKET["options"][:1], {"text": "Pak Yusuf dikabari", "correct": True}, INBASKET["options"][1]]
    item = {name: value for name, value in INBASKET.items() if name != "en"} | {"options": options}
    blueprint = actions.create_course_blueprint(code="dua", title="Dua", items=[item], minutes=5)
    session = start(cast.siti, blueprint, context_kind="latihan", context_id="1")
    page = page_of(client_for(cast.siti), reverse("assessment:question", args=[session.public_id, 1]))
    assert 'type="checkbox"' in page
    assert "Boleh lebih dari satu jawaban." in page


def test_the_card_of_an_item_tells_its_key_and_languages(cast: Cast, client_for: ClientFor, bank: ItemBank) -> None:
    actions.import_items(by=None, bank=bank, items=NEW_ITEMS, pictures=PICTURES)
    for item in Item.objects.filter(code__startswith="N-"):
        page = page_of(client_for(cast.trainer), reverse("assessment:item", args=[item.public_id]))
        assert "Indonesia dan Inggris" in page
        assert "Kunci dan penjelasan" in page
