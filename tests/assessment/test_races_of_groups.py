"""Rounds, panels and work products at the same moment: what a group does together counts once and waits for nobody."""

from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from bina.assessment import actions
from bina.assessment.models import CutScore, ItemBank, RatingRound, RoundRater, RoundSubject, StandardPanel, WorkProduct
from bina.assessment.rules import PanelState, RoundState
from bina.competencies.models import Evidence, LevelCuts
from bina.foundation.errors import Refused
from bina.journal.queries import history_of
from tests.assessment import rounds as story
from tests.assessment.conftest import seat_of
from tests.assessment.test_panels import closed, judge_all
from tests.assessment.test_products import competency_id, product_facts, sent
from tests.cast import Cast
from tests.racing import at_once, during

pytestmark = pytest.mark.django_db(transaction=True)
Patch = pytest.MonkeyPatch


class TestRounds:
    def test_a_person_chosen_for_two_rounds_at_once_is_in_one(self, cast: Cast, monkeypatch: Patch) -> None:
        office = story.build_office(cast)
        one, other = (story.prepared_round(office, [cast.dewi]), story.prepared_round(office, [cast.rina]))
        results = during(
            monkeypatch, "bina.assessment.actions.rounds.busy_in_rounds",
            partial(actions.choose_subjects, by=office.hr.user, round_=one, employees=[cast.siti, cast.dewi]),
            partial(actions.choose_subjects, by=office.hr.user, round_=other, employees=[cast.siti, cast.rina]),
        )  # fmt: skip
        assert sum(isinstance(found, Refused) for found in results) == 1, results
        assert RoundSubject.objects.filter(employee=cast.siti).count() == 1

    def test_a_rating_that_arrives_while_the_round_closes_counts_or_is_refused(self, cast: Cast) -> None:
        office = story.build_office(cast)
        round_ = story.open_round(office, [cast.siti])
        row = RoundRater.objects.get(subject__round=round_, rater=cast.budi)
        competency = story.soft_skills()[0]
        numbers = [line.number for line in competency.descriptors.all() if line.indicator]
        answers = {str(competency.pk): {str(number): 2 for number in numbers}}
        results = at_once(
            partial(actions.send_round_rating, by=cast.budi.user, row=row, answers=answers),
            partial(actions.close_round, by=office.hr.user, round_=round_),
        )
        row.refresh_from_db()
        round_.refresh_from_db()
        assert round_.state in (RoundState.CLOSED, RoundState.REPORTED)
        assert (row.state == "done") != isinstance(results[0], Refused), results

    def test_a_round_closed_by_three_clicks_is_closed_and_reported_once(self, cast: Cast) -> None:
        office = story.build_office(cast)
        round_ = story.open_round(office, [cast.siti])
        closing = partial(actions.close_round, by=office.hr.user, round_=round_)
        results = at_once(closing, closing, partial(actions.close_round, by=None, round_=round_))
        assert not any(isinstance(found, Exception) for found in results), results
        verbs = [entry.verb for entry in history_of("round", round_.public_id)]
        assert verbs.count("round.closed") == 1
        assert RatingRound.objects.get().progress is not None

    def test_opened_by_two_tabs_it_asks_once(self, cast: Cast) -> None:
        office = story.build_office(cast)
        round_ = story.prepared_round(office, [cast.siti])
        opening = partial(actions.open_round, by=office.hr.user, round_=round_)
        assert at_once(opening, opening) == [None, None]
        assert [entry.verb for entry in history_of("round", round_.public_id)].count("round.opened") == 1


@pytest.fixture
def panel(cast: Cast, bank: ItemBank) -> StandardPanel:
    """A panel of four that judges its first round."""
    panel = actions.create_panel(
        by=cast.admin, bank=bank, title="Batas", method="angoff", levels=[3, 2], item_count=10, competency=None
    )
    actions.invite_panelists(by=cast.admin, panel=panel, people=[cast.siti, cast.dewi, cast.rina, cast.trainer])
    return panel


class TestPanels:
    def test_a_judgement_sent_while_the_round_ends_counts_or_is_refused(self, cast: Cast, panel: StandardPanel) -> None:
        actions.open_panel(by=cast.admin, panel=panel)
        panel.refresh_from_db()
        judge_all(panel, [cast.siti, cast.dewi, cast.rina])
        seat = seat_of(panel, cast.trainer)
        actions.agree_to_secrecy(by=cast.trainer.user, panelist=seat)
        for place in range(1, len(panel.booklet) + 1):
            actions.judge(by=cast.trainer.user, panelist=seat, place=place, values={2: 50, 3: 60})
        results = at_once(
            partial(actions.send_judgements, by=cast.trainer.user, panelist=seat),
            partial(actions.end_round, by=cast.admin, panel=panel, number=1),
        )
        panel.refresh_from_db()
        seat.refresh_from_db()
        assert panel.state == PanelState.DISCUSSION
        assert (seat.sent_1_at is not None) != isinstance(results[0], Refused), results
        ended = [entry for entry in history_of("panel", panel.public_id) if entry.verb == "panel.round_ended"]
        assert [entry.data["sent"] for entry in ended] == [3 + (seat.sent_1_at is not None)]

    def test_cuts_adopted_by_two_clicks_stand_once(self, cast: Cast, panel: StandardPanel) -> None:
        done = closed(panel, cast)
        adopt = partial(actions.adopt_cuts, by=cast.admin, panel=done, reason="Disepakati panel.")
        results = at_once(adopt, adopt, adopt)
        assert not any(isinstance(found, Exception) for found in results), results
        assert sorted(CutScore.objects.filter(withdrawn_at=None).values_list("level", flat=True)) == [2, 3]
        assert LevelCuts.objects.filter(withdrawn_at=None).count() == 1

    def test_taken_back_while_it_is_adopted_it_is_one_or_the_other_whole(
        self, cast: Cast, panel: StandardPanel
    ) -> None:
        done = closed(panel, cast)
        actions.adopt_cuts(by=cast.admin, panel=done, reason="Disepakati panel.")
        at_once(
            partial(actions.withdraw_cuts, by=cast.admin, panel=done, reason="Soal bocor."),
            partial(actions.adopt_cuts, by=cast.admin, panel=done, reason="Disepakati panel."),
        )
        done.refresh_from_db()
        adopted = done.state == PanelState.ADOPTED
        assert CutScore.objects.filter(withdrawn_at=None).exists() == adopted
        assert LevelCuts.objects.filter(withdrawn_at=None).exists() == adopted


class TestProducts:
    @pytest.fixture(autouse=True)
    def _media(self, settings: Settings, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path

    def test_the_same_link_sent_as_two_products_at_once_counts_once(self, cast: Cast, monkeypatch: Patch) -> None:
        by = cast.siti.user
        one = actions.save_product(by=by, product=None, facts=product_facts("Satu"))
        other = actions.save_product(by=by, product=None, facts=product_facts("Dua"))
        results = during(
            monkeypatch, "bina.assessment.actions.products.shown_before",
            partial(actions.submit_product, by=by, product=one), partial(actions.submit_product, by=by, product=other),
        )  # fmt: skip
        assert sum(isinstance(found, Refused) for found in results) == 1, results
        assert WorkProduct.objects.filter(state="submitted").count() == 1

    def test_verified_by_two_tabs_it_is_evidence_once(self, cast: Cast) -> None:
        product = sent(cast.siti)
        verify = partial(actions.verify_product, by=cast.budi.user, product=product, judged={competency_id(): 2})
        results = at_once(verify, verify)
        assert all(isinstance(found, WorkProduct) for found in results), results
        assert Evidence.objects.filter(origin_kind="work_product").count() == 1

    def test_withdrawn_while_it_is_verified_it_leaves_no_evidence_that_counts(self, cast: Cast) -> None:
        product = sent(cast.siti)
        at_once(
            partial(actions.verify_product, by=cast.budi.user, product=product, judged={competency_id(): 2}),
            partial(actions.withdraw_product, by=cast.siti.user, product=product),
        )
        product.refresh_from_db()
        assert product.state == "withdrawn"
        assert not Evidence.objects.filter(origin_kind="work_product", withdrawn_at=None).exists()
