"""The banks that ship: whole in both languages, each with its forms, quick to load again; soft skills reach the profile."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion
from bina.assessment.rules import right_answer, wrong_answer
from bina.competencies.queries import profile_of
from tests.assessment.conftest import answer_rightly, start
from tests.cast import Cast
from tests.conftest import ClientFor


def test_every_shipped_item_speaks_both_languages_and_is_graded_as_its_key_says(bank: ItemBank) -> None:
    versions = ItemVersion.objects.select_related("item")
    assert versions.count() == Item.objects.count() > 200
    for version in versions:
        assert version.english["stem"], version.item.code
        kind, payload = version.item.kind, version.payload
        assert version.graded(right_answer(kind, payload)) == pytest.approx(1.0), version.item.code
        assert version.graded(wrong_answer(kind, payload)) == 0.0, version.item.code


@pytest.mark.parametrize(("code", "items"), [("kepemimpinan", 20), ("lunak", 20)])
def test_leadership_and_soft_skills_have_one_test_for_all_and_one_for_each(
    bank: ItemBank, code: str, items: int
) -> None:
    forms = Blueprint.objects.filter(bank__code=code)
    full = forms.get(code=f"{code}-lengkap")
    assert full.item_count == items
    each = forms.exclude(pk=full.pk)
    assert each.count() == full.competencies.count()
    assert all(form.competencies.count() == 1 and form.item_count >= 6 for form in each)


def test_loading_again_asks_nothing_for_each_item(bank: ItemBank) -> None:
    with CaptureQueriesContext(connection) as asked:
        actions.load_reference_data()
    assert len(asked) < 90
    assert not any("INSERT" in query["sql"] for query in asked)


def test_a_soft_skill_is_offered_measured_and_seen(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    page = client.get(reverse("assessment:home")).content.decode()
    for title in ("Uji kepemimpinan digital", "Uji keterampilan lunak untuk kerja digital"):
        assert title in page
    session = start(cast.siti, Blueprint.objects.get(code="lunak-KL1"))
    answer_rightly(session)
    actions.finish_session(by=cast.siti.user, session=session)
    (score,) = queries.scores_of(session)
    assert score.value > 2
    lines = [line for line in profile_of(cast.siti).lines if line.competency_id == score.competency_id]
    assert [line.required for line in lines] == [None]
    pages: list[Any] = [
        reverse("assessment:result", args=[session.public_id]), reverse("competencies:profile"),
        reverse("competencies:reason", args=[score.competency.public_id]), reverse("assessment:self_rating"),
        reverse("assessment:measure", args=[score.competency.public_id]), "/",
    ]  # fmt: skip
    assert [client.get(url, follow=True).status_code for url in pages] == [200] * len(pages)
