"""The analyst's job in one story: pilot items earn their parameters from real answers, the diagnostic learns how competencies go
together, and a panel says where a level begins.

Everything goes through the doors and pages that people use; only the answers of hundreds of people are written in one go.
"""

import numpy as np
import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import (
    CalibrationRun,
    CorrelationEstimate,
    Item,
    ItemBank,
    ItemVersion,
    ProfileCorrelations,
    Session,
    StandardPanel,
)
from bina.journal.queries import history_of
from bina.people.models import Employee
from bina.science.psychometrics import ScoredItems
from tests.answers import answer_as_modelled, crowd
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
PEOPLE = 240
EASIER = 1.2  # levels by which the pilot items are easier than their author thought


@pytest.fixture
def bank(cast: Cast) -> ItemBank:
    """The shipped bank."""
    actions.load_reference_data()
    return ItemBank.objects.get(code="digital")


def answer(
    bank: ItemBank, people: list[Employee], versions: list[ItemVersion], easier: dict[int, float], seed: int
) -> None:
    """Everybody answers these items once, as the model says."""
    truth = ScoredItems.without_guessing(
        [row.a for row in versions], [row.b - easier.get(row.pk, 0.0) for row in versions]
    )
    answer_as_modelled(people, bank.blueprints.get(code="digital-lengkap"), versions, truth, seed)


def test_pilot_items_earn_their_parameters(cast: Cast, bank: ItemBank, client_for: ClientFor) -> None:
    analyst = client_for(cast.admin)
    items = list(Item.objects.filter(bank=bank, kind="single").select_related("current", "bank").order_by("code")[:12])
    versions = [item.current for item in items if item.current]
    pilots = items[:3]
    for item in pilots:
        actions.move_item(by=cast.admin, item=item, state="pilot", reason="Diuji coba dulu.")
    people = crowd(cast.siti, "F" * PEOPLE)
    answer(bank, people[:120], versions, {}, 1)
    # The first calibration: the pilot items are as their author thought, so far.
    analyst.post(reverse("assessment:calibrations"), {"bank": bank.code})
    first = CalibrationRun.objects.latest("id")
    assert first.state == "done"
    # Months later many more have answered, and the pilot items turn out to be easier.
    answer(bank, people[120:], versions, {item.current_id or 0: EASIER for item in pilots}, 2)
    analyst.post(reverse("assessment:calibrations"), {"bank": bank.code})
    second = CalibrationRun.objects.latest("id")
    page = analyst.get(reverse("assessment:calibration", args=[second.public_id])).content.decode()
    assert "Dibanding kalibrasi sebelumnya" in page
    comparison = queries.comparison_of(second)
    assert comparison is not None
    assert comparison.common == 12
    moved = {line.item.pk: line.difference for line in comparison.lines}
    tried = np.mean([moved.pop(item.pk) for item in pilots])
    assert tried < np.mean(list(moved.values())) - 0.3
    # It is put to use with a reason, and what a test scores from then on is the new difficulty.
    before = {row.pk: row.b for row in versions}
    decide = reverse("assessment:decide_calibration", args=[second.public_id])
    analyst.post(decide, {"step": "publish", "reason": "Dua gelombang jawaban, kecocokan baik."})
    for item in pilots:
        version = ItemVersion.objects.get(item=item)
        assert version.b < before[version.pk]
        assert not version.is_provisional
    card = analyst.get(reverse("assessment:item", args=[pilots[0].public_id])).content.decode()
    assert "Dari jawaban nyata" in card
    assert "240 orang" in card
    # A doubt: one click with a reason brings the old parameters back, and the journal knows both.
    analyst.post(decide, {"step": "roll_back", "reason": "Gelombang kedua dari satu instansi saja."})
    assert {row.pk: row.b for row in ItemVersion.objects.filter(pk__in=before)} == before
    assert [entry.verb for entry in history_of("calibration", second.public_id)] == [
        "calibration.rolled_back", "calibration.published", "calibration.requested",
    ]  # fmt: skip
    # Nobody else comes in.
    for person in (cast.siti, cast.hr, cast.trainer):
        assert client_for(person).get(decide.replace("decide/", "")).status_code == 404


def test_the_diagnostic_learns_how_competencies_go_together(cast: Cast, bank: ItemBank, client_for: ClientFor) -> None:
    """Real answers show that two competencies are nearly one; who begins from then on is asked accordingly."""
    analyst, person, colleague = client_for(cast.admin), client_for(cast.siti), client_for(cast.dewi)
    items = Item.objects.filter(bank=bank, competency__code__in=["1.1", "4.1"]).select_related("current")
    versions = [item.current for item in items.order_by("code") if item.current]
    answer(bank, crowd(cast.siti, "F" * PEOPLE), versions, {}, 3)
    person.post(reverse("assessment:begin_diagnostic"))
    analyst.post(reverse("assessment:correlations"), {"bank": bank.code})
    page = analyst.get(reverse("assessment:correlations")).content.decode()
    assert f"dari {PEOPLE} orang" in page
    run = CorrelationEstimate.objects.get()
    found = queries.correlation_page(bank, None, run)
    assert found is not None
    assert {found.pairs[0].first.code, found.pairs[0].second.code} == {"1.1", "4.1"}
    assert (found.pairs[0].estimated or 0) > 0.7
    change = reverse("assessment:change_correlations")
    analyst.post(change, {"step": "adopt", "which": str(run.public_id), "reason": "Dua kompetensi ini hampir satu."})
    row = ProfileCorrelations.objects.get()
    colleague.post(reverse("assessment:begin_diagnostic"))
    began = {attempt.employee_id: attempt for attempt in Session.objects.filter(blueprint__mode="adaptive")}
    assert "correlations" not in began[cast.siti.pk].adaptive
    assert began[cast.dewi.pk].adaptive["correlations"] == str(row.public_id)
    # What began before goes on as it began, and both come to their end.
    for browser, owner in ((person, cast.siti), (colleague, cast.dewi)):
        address = reverse("assessment:diagnostic", args=[began[owner.pk].public_id])
        for place in range(1, 30):
            browser.post(address, {"position": str(place), "go": "unknown"})
        assert "Hasil diagnosis Anda" in browser.get(address, follow=True).content.decode()
    entry = history_of("correlations", row.public_id)[0]
    assert (entry.verb, entry.reason) == ("correlations.changed", "Dua kompetensi ini hampir satu.")
    # Nobody else sees or changes it.
    for stranger in (person, client_for(cast.hr), client_for(cast.trainer)):
        assert stranger.get(reverse("assessment:correlations")).status_code == 404
        assert stranger.post(change, {"which": str(run.public_id), "reason": "Saya mau."}).status_code == 404


def test_a_panel_says_where_a_level_begins(cast: Cast, bank: ItemBank, client_for: ClientFor) -> None:
    organiser = client_for(cast.admin)
    organiser.post(
        reverse("assessment:new_panel"),
        {"bank": bank.code, "title": "Batas tingkat 2", "method": "angoff", "levels": ["2"], "item_count": "8"},
    )
    panel = StandardPanel.objects.get()
    experts = [cast.siti, cast.budi, cast.trainer]
    organiser.post(
        reverse("assessment:invite_panelists", args=[panel.public_id]),
        {"names": "\n".join(person.email for person in experts)},
    )
    step = reverse("assessment:panel_step", args=[panel.public_id])
    organiser.post(step, {"step": "open"})
    browsers = [client_for(person) for person in experts]
    for number, browser in enumerate(browsers):
        # The way in is the page where everybody finds what there is to do.
        assert "Batas tingkat 2" in browser.get(reverse("assessment:home")).content.decode()
        browser.post(reverse("assessment:agree_to_secrecy", args=[panel.public_id]), {"agree": "1"})
        for place in range(1, 9):
            address = reverse("assessment:judge_item", args=[panel.public_id, place])
            browser.post(address, {"level-2": str(88 - 8 * place + 8 * number)})
        browser.post(reverse("assessment:send_judgements", args=[panel.public_id]))
    organiser.post(step, {"step": "end_1"})
    organiser.post(step, {"step": "second"})
    for browser in browsers:
        # After the discussion all of them agree on the middle view.
        for place in range(1, 9):
            address = reverse("assessment:judge_item", args=[panel.public_id, place])
            assert "tanpa nama" in browser.get(address).content.decode()
            browser.post(address, {"level-2": str(96 - 8 * place)})
        browser.post(reverse("assessment:send_judgements", args=[panel.public_id]))
    organiser.post(step, {"step": "end_2"})
    panel.refresh_from_db()
    result = queries.panel_result(panel)
    first, final = result.rounds[1][0], result.final[0]
    assert first.cut == pytest.approx(final.cut)
    assert (first.standard_error or 0) > (final.standard_error or 0) == 0
    organiser.post(step, {"step": "adopt", "reason": "Disepakati bulat."})
    (cut,) = queries.cuts_in_force(bank)
    assert cut.value == pytest.approx(final.cut)
    page = organiser.get(reverse("assessment:precision"), {"bank": bank.code, "test": "digital-lengkap"})
    assert "(panel)" in page.content.decode()
    organiser.post(step, {"step": "withdraw", "reason": "Panel berikutnya lebih besar."})
    assert queries.cuts_in_force(bank) == []
