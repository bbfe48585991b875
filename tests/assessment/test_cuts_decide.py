"""Adopted cuts decide how tests are read: for whom, from when, what is told of them, and the way back."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import CutScore, ItemBank, Panelist, PanelJudgement, StandardPanel
from bina.assessment.queries.panels import reach_of
from bina.assessment.rules import PanelState, can_adopt_cuts, line_of_bank
from bina.competencies import actions as competency_actions
from bina.competencies import queries as competency_queries
from bina.competencies.actions import record_evidence_in_bulk
from bina.competencies.models import Competency, CompetencyLevel, Evidence, LevelCuts, UnitGap
from bina.competencies.queries import EventKind, HistoryPoint, Reading, history_of_level, reason_of
from bina.competencies.queries.sources import overlapping_evidence
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.foundation.models import Progress
from bina.journal.queries import history_of
from bina.people.models import Employee
from bina.science.evidence import read_as_levels
from tests.assessment.conftest import Hands
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
WHY = "Disepakati panel."


def closed_panel(cast: Cast, bank: ItemBank, competency: Competency | None, pages: dict[int, int]) -> StandardPanel:
    """A panel by bookmarks that has ended, everybody with the same mark for each level."""
    panel = actions.create_panel(
        by=cast.admin, bank=bank, title="Batas keamanan", method="bookmark", levels=list(pages), item_count=20,
        competency=competency,
    )  # fmt: skip
    actions.invite_panelists(by=cast.admin, panel=panel, people=[cast.budi, cast.dewi, cast.trainer])
    actions.open_panel(by=cast.admin, panel=panel)
    for number in (1, 2):
        for seat in Panelist.objects.filter(panel=panel):
            PanelJudgement.objects.filter(panelist=seat, round=number).delete()
            PanelJudgement.objects.bulk_create(
                PanelJudgement(panelist=seat, round=number, level=level, place=0, value=page)
                for level, page in pages.items()
            )
        Panelist.objects.filter(panel=panel).update(**{f"sent_{number}_at": clock.now()})
        actions.end_round(by=cast.admin, panel=panel, number=number)
        if number == 1:
            actions.begin_second_round(by=cast.admin, panel=panel)
    panel.refresh_from_db()
    return panel


@pytest.fixture
def area(reference_data: None) -> Competency:
    return Competency.objects.get(framework__code="digcomp-3.0", code="4", parent=None)


@pytest.fixture
def safety(area: Competency) -> Competency:
    return Competency.objects.get(parent=area, code="4.2")


@pytest.fixture
def panel(cast: Cast, bank: ItemBank, area: Competency) -> StandardPanel:
    """Levels 2 and 3 begin elsewhere than at 2 and 3."""
    return closed_panel(cast, bank, area, {2: 12, 3: 19})


@pytest.fixture
def tested(cast: Cast, bank: ItemBank, safety: Competency) -> list[Employee]:
    """Siti and Rina sat tests of the bank on one competency; Dewi was only rated; Budi sat another bank's test."""
    day = clock.today() - dt.timedelta(days=100)
    line, other = line_of_bank(bank.pk), line_of_bank(bank.pk + 1000)
    record_evidence_in_bulk(
        [
            (cast.siti.pk, safety.pk, Source.TEST, 2.6, 0.3, day, line, "test", "a"),
            (cast.siti.pk, safety.pk, Source.SUPERIOR_RATING, 2.4, 0.6, day, "7", "rating", "b"),
            (cast.rina.pk, safety.pk, Source.TEST, 3.4, 0.3, day, line, "test", "c"),
            (cast.dewi.pk, safety.pk, Source.SUPERIOR_RATING, 2.4, 0.6, day, "7", "rating", "d"),
            (cast.budi.pk, safety.pk, Source.TEST, 2.6, 0.3, day, other, "test", "e"),
        ]
    )
    Evidence.objects.update(recorded_at=clock.now() - dt.timedelta(days=100))
    competency_actions.recompute_everyone()
    return [cast.siti, cast.rina, cast.dewi, cast.budi]


def means(people: list[Employee], competency: Competency) -> list[float]:
    rows = CompetencyLevel.objects.filter(employee__in=people, competency=competency)
    found = {row.employee_id: row.mean for row in rows}
    return [found[person.pk] or 0.0 for person in people]


def test_adopting_moves_those_who_were_tested_and_nobody_else(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency
) -> None:
    before, keys = means(tested, safety), set(CompetencyLevel.objects.values_list("pk", flat=True))
    assert queries.people_concerned(panel) == 2
    cuts = {cut.level: cut.value for cut in actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)}
    after = means(tested, safety)
    assert after[0] != pytest.approx(before[0], abs=0.05)
    assert after[1] != pytest.approx(before[1], abs=0.05)
    # Who was only rated, or sat another bank's test, keeps even the row.
    assert after[2:] == before[2:]
    for person in tested[2:]:
        assert CompetencyLevel.objects.get(employee=person, competency=safety).pk in keys
    # The engine weighs what the test says through the cuts, with the rating as it was.
    level, spread = read_as_levels([2.6], [0.3], cuts)
    share = next(row for row in reason_of(cast.siti, safety).shares if row.evidence.source == Source.TEST)
    assert share.value == pytest.approx(level[0], abs=1e-6)
    assert share.spread == pytest.approx(max(spread[0], 0.3), abs=0.15)
    assert Evidence.objects.get(origin_id="a").value == 2.6
    assert CompetencyLevel.objects.filter(employee=cast.siti, competency=safety).count() == 1
    gap = UnitGap.objects.get(unit=cast.siti.unit, is_whole=False, competency=safety)
    stored = CompetencyLevel.objects.filter(
        employee__unit=cast.siti.unit, competency=safety, required_level__isnull=False
    )
    assert gap.level_sum == pytest.approx(sum(row.mean or 0 for row in stored))


def test_a_second_click_and_the_way_back(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency
) -> None:
    before = means(tested, safety)
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    adopted = means(tested, safety)
    actions.adopt_cuts(by=cast.admin, panel=panel, reason="Klik kedua.")
    row = LevelCuts.objects.get()
    assert (row.line, row.title, row.reason) == (line_of_bank(panel.bank_id), "Batas keamanan", WHY)
    assert row.valid_from == clock.today()
    assert row.progress is not None
    assert (row.progress.state, row.progress.done, row.progress.total) == ("done", 2, 2)
    # A job that comes twice changes nothing.
    competency_actions.recompute_after_cuts(str(row.public_id), str(row.progress.public_id))
    assert means(tested, safety) == adopted
    panel.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason="Panel terlalu kecil.")
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason="Klik kedua.")
    assert means(tested, safety) == before
    assert [entry.verb for entry in history_of("level_cuts", row.public_id)] == [
        "level_cuts.withdrawn", "level_cuts.adopted",
    ]  # fmt: skip
    panel.refresh_from_db()
    actions.adopt_cuts(by=cast.admin, panel=panel, reason="Sudah dibahas lagi.")
    assert means(tested, safety) == adopted
    assert LevelCuts.objects.count() == 2


def test_new_tests_are_read_through_the_cuts_too(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency, bank: ItemBank
) -> None:
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    competency_actions.record_evidence(
        by=None, employee=cast.head, source=Source.TEST, observed_on=clock.today(), origin_kind="test", origin_id="n",
        line=line_of_bank(bank.pk), pieces=[competency_actions.NewEvidence(safety, 2.6, 0.3)],
    )  # fmt: skip
    share = reason_of(cast.head, safety).shares[0]
    assert share.cuts == LevelCuts.objects.get()
    assert share.value != 2.6
    assert CompetencyLevel.objects.get(employee=cast.head, competency=safety).mean != pytest.approx(2.6, abs=0.01)


def test_the_narrowest_scope_decides_then_the_newest(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency, bank: ItemBank
) -> None:
    start = means(tested, safety)
    whole = closed_panel(cast, bank, None, {2: 15})
    actions.adopt_cuts(by=cast.admin, panel=whole, reason=WHY)
    by_whole = means(tested, safety)
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    by_area = means(tested, safety)
    newer = closed_panel(cast, bank, None, {2: 4, 3: 18})
    actions.adopt_cuts(by=cast.admin, panel=newer, reason=WHY)
    assert means(tested, safety) == by_area
    panel.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason=WHY)
    by_newer = means(tested, safety)
    assert len({row[0] for row in (start, by_whole, by_area, by_newer)}) == 4
    newer.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=newer, reason=WHY)
    assert means(tested, safety) == by_whole
    # The page of precision tells the same cuts that decide.
    assert [(cut.competency_id, cut.level) for cut in queries.cuts_in_force(bank)] == [(None, 2)]


def test_the_page_of_precision_says_that_adopted_cuts_decide(
    cast: Cast, panel: StandardPanel, bank: ItemBank, client_for: ClientFor
) -> None:
    client, address = client_for(cast.admin), reverse("assessment:precision")
    of_area, of_other = ({"bank": bank.code, "test": f"digital-area-{area}"} for area in (4, 1))
    sentence = "Batas yang ditetapkan panel menentukan: setiap hasil uji bank soal ini"
    assert sentence not in client.get(address, of_area).content.decode()
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    page = client.get(address, of_area).content.decode()
    assert sentence in page
    assert "sebagai acuan" not in page
    # Another area's test is not read through them.
    assert sentence not in client.get(address, of_other).content.decode()
    panel.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason=WHY)
    assert sentence not in client.get(address, of_area).content.decode()


def known(history: tuple[HistoryPoint, ...], on: dt.date) -> HistoryPoint:
    return next(point for point in history if point.on == on)


def test_history_before_that_day_stays_and_a_withdrawal_is_part_of_it(
    cast: Cast, bank: ItemBank, area: Competency, safety: Competency, hands: Hands
) -> None:
    start = clock.today()
    record_evidence_in_bulk(
        [(cast.siti.pk, safety.pk, Source.TEST, 2.6, 0.3, start, line_of_bank(bank.pk), "test", "a")]
    )
    hands.forward(days=30)
    panel = closed_panel(cast, bank, area, {2: 12, 3: 19})
    before = history_of_level(cast.siti, safety)
    hands.forward(days=10)
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    adopted_on = clock.today()
    hands.forward(days=10)
    during = history_of_level(cast.siti, safety)
    assert known(during.points, start) == known(before.points, start)
    turn = known(during.points, adopted_on)
    assert [event.kind for event in turn.events] == [EventKind.CUTS]
    eve = known(during.band, adopted_on - dt.timedelta(days=1))
    assert abs((turn.mean or 0) - (eve.mean or 0)) > 0.05
    stored = competency_queries.compute_levels([cast.siti.pk], on=clock.today(), competency_ids=[safety.pk])
    assert during.points[-1].mean == pytest.approx(stored.combined.mean[0, 0], abs=1e-6)
    hands.forward(days=10)
    panel.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason="Panel terlalu kecil.")
    ended_on = clock.today()
    after = history_of_level(cast.siti, safety)
    assert known(after.points, adopted_on) == turn
    assert known(after.points, ended_on).events[0].is_end
    # As it is known today, what was taken back never was.
    observed = history_of_level(cast.siti, safety, reading=Reading.OBSERVED)
    assert all(event.kind is not EventKind.CUTS for point in observed.points for event in point.events)
    assert observed.points[-1].mean == after.points[-1].mean


def test_cuts_taken_back_on_their_first_day_leave_no_trace_in_a_history(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency
) -> None:
    before = history_of_level(cast.siti, safety)
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    panel.refresh_from_db()
    actions.withdraw_cuts(by=cast.admin, panel=panel, reason=WHY)
    assert history_of_level(cast.siti, safety) == before


def test_who_may_adopt_and_withdraw(
    cast: Cast, panel: StandardPanel, client_for: ClientFor, tested: list[Employee]
) -> None:
    for person in (cast.siti, cast.hr, cast.trainer):
        with pytest.raises(Denied):
            actions.adopt_cuts(by=person.user, panel=panel, reason=WHY)
        with pytest.raises(Denied):
            actions.withdraw_cuts(by=person.user, panel=panel, reason=WHY)
        address = reverse("assessment:panel_progress", args=[panel.public_id])
        assert client_for(person).get(address).status_code == 404
    assert not LevelCuts.objects.exists()
    assert not Progress.objects.filter(kind="recompute_cuts").exists()


def test_cuts_that_stand_too_close_are_refused(cast: Cast, bank: ItemBank, area: Competency) -> None:
    assert can_adopt_cuts([1.0, 1.25])
    assert "terlalu berdekatan" in str(can_adopt_cuts([1.0, 1.2]).sentence)
    panel = closed_panel(cast, bank, area, {2: 12, 3: 12})
    with pytest.raises(Refused, match="tidak lebih besar"):
        actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    assert not CutScore.objects.exists()
    assert not LevelCuts.objects.exists()


def test_a_later_panel_sees_people_on_the_scale_it_judges(cast: Cast, panel: StandardPanel, safety: Competency) -> None:
    cuts = {cut.level: cut.value for cut in actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)}
    CompetencyLevel.objects.all().delete()
    CompetencyLevel.objects.bulk_create(
        CompetencyLevel(employee=person, competency=safety, mean=level, computed_on=clock.today())
        for person, level in ((cast.siti, 2.0), (cast.rina, 3.0))
    )
    assert reach_of(panel) == [(round(10 * cuts[2]), 1), (round(10 * cuts[3]), 1)]
    assert reach_of(panel) != [(20, 1), (30, 1)]


def test_earlier_adoptions_wait_for_a_knowing_one(cast: Cast, panel: StandardPanel) -> None:
    actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)
    import_module("bina.assessment.migrations.0016_earlier_cuts_were_references").put_back(apps, None)
    panel.refresh_from_db()
    assert panel.state == PanelState.CLOSED
    assert not CutScore.objects.filter(withdrawn_at=None).exists()


def test_sources_are_compared_in_levels(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency
) -> None:
    plain = overlapping_evidence(clock.today()).table.value
    cuts = {cut.level: cut.value for cut in actions.adopt_cuts(by=cast.admin, panel=panel, reason=WHY)}
    read = overlapping_evidence(clock.today()).table.value
    level, _spread = read_as_levels([2.6], [0.3], cuts)
    assert sorted(plain) == [2.4, 2.6]
    assert sorted(read) == pytest.approx(sorted([2.4, level[0]]))


def test_the_pages_tell_which_standard_was_used(
    cast: Cast, panel: StandardPanel, tested: list[Employee], safety: Competency, client_for: ClientFor
) -> None:
    organiser, siti = client_for(cast.admin), client_for(cast.siti)
    page = reverse("assessment:panel", args=[panel.public_id])
    assert "2 orang yang sudah diuji dihitung ulang" in organiser.get(page).content.decode()
    reason = reverse("competencies:reason", args=[safety.public_id])
    assert "panel ahli “Batas keamanan”" not in siti.get(reason).content.decode()
    step = reverse("assessment:panel_step", args=[panel.public_id])
    told = organiser.post(step, {"step": "adopt", "reason": WHY}, follow=True).content.decode()
    assert "Tingkat orang yang terukur dihitung ulang" in told
    text = siti.get(reason).content.decode()
    assert "panel ahli “Batas keamanan”" in text
    assert "terukur 2,6 di skala uji" in text
    assert "mulai di" in text
    history = siti.get(reverse("competencies:history", args=[safety.public_id])).content.decode()
    assert "Batas tingkat dari panel “Batas keamanan” mulai berlaku" in history
    assert "panel ahli “" not in client_for(cast.dewi).get(reason).content.decode()
    fragment = organiser.get(reverse("assessment:panel_progress", args=[panel.public_id]))
    assert fragment.headers["HX-Refresh"] == "true"
    assert "dibaca melalui batas di atas" in organiser.get(reverse("assessment:panels")).content.decode()
