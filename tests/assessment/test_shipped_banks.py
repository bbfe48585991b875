"""The banks that ship: whole in both languages, each with its forms, quick to load again; soft skills reach the profile."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import bina.assessment
from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion
from bina.assessment.rules import right_answer, wrong_answer
from bina.competencies.models import Competency
from bina.competencies.queries import profile_of
from tests.assessment.conftest import answer_rightly, start
from tests.cast import Cast
from tests.conftest import ClientFor

BANKS = Path(bina.assessment.__file__).parent / "data" / "bank"
# What an item says once for both languages.
ONCE = {
    "code", "competency", "level", "kind", "context", "a", "b", "image", "answer", "correct", "score", "tolerance", "cell",
    "x", "y", "w", "h", "en",
}  # fmt: skip


def test_every_shipped_item_speaks_both_languages_and_is_graded_as_its_key_says(bank: ItemBank) -> None:
    versions = ItemVersion.objects.select_related("item")
    assert versions.count() == Item.objects.count() >= 250
    for version in versions:
        assert version.english["stem"], version.item.code
        kind, payload = version.item.kind, version.payload
        assert version.graded(right_answer(kind, payload)) == pytest.approx(1.0), version.item.code
        assert version.graded(wrong_answer(kind, payload)) == 0.0, version.item.code


def test_every_digital_competence_has_at_least_four_items_in_use(bank: ItemBank) -> None:
    wanted = Competency.objects.filter(framework__code="digcomp-3.0", parent__isnull=False)
    asked = Counter(Item.objects.filter(bank=bank, state="in_use").values_list("competency_id", flat=True))
    assert wanted.count() == len(asked) == 21
    assert all(asked[row.pk] >= 4 for row in wanted)
    assert sum(asked.values()) == Item.objects.filter(bank=bank).count()


def shape_of(part: Any) -> Any:
    """A part of an item as lists and names of texts: what its English must repeat. Keys and figures have no language."""
    if isinstance(part, dict):
        return {name: shape_of(value) for name, value in part.items() if name not in ONCE}
    if isinstance(part, list):
        return [shape_of(value) for value in part]
    return "text" if isinstance(part, str) and part.strip() else part


def test_the_english_of_every_item_has_every_part_that_the_indonesian_has() -> None:
    entries = [entry for file in sorted(BANKS.glob("*.yaml")) for entry in yaml.safe_load(file.read_text("utf-8"))]
    assert len(entries) >= 250
    for entry in entries:
        own, english = shape_of(entry), shape_of(entry["en"])
        # A unit that is the same in both languages is written once.
        own.pop("unit", None), english.pop("unit", None)
        assert english == own, entry["code"]
        assert {"stem", "explanation"} <= english.keys(), entry["code"]
        for option in own.get("options", []):
            assert option == {"text": "text", "feedback": "text"}, entry["code"]


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
