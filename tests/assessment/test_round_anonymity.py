"""Nobody can be worked out: not from levels, differences, order, comments, files, evidence or the journal."""

import io
import itertools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import polars
import pytest
from django.db import transaction
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.actions.round_scoring import Mark, level_of_marks, score_marks, severities_of
from bina.assessment.models import RatingRound, RoundRater
from bina.assessment.rules import Layout, View
from bina.competencies.models import Evidence
from bina.journal.models import Entry
from bina.people.rules import Role
from tests.assessment import rounds as story
from tests.assessment.rounds import Office
from tests.cast import Cast, grant
from tests.conftest import ClientFor


@pytest.fixture
def office(cast: Cast) -> Office:
    return story.build_office(cast)


def close(office: Office, round_: RatingRound) -> RatingRound:
    actions.close_round(by=office.hr.user, round_=round_)
    round_.refresh_from_db()
    assert round_.state == "reported"
    return round_


def told(office: Office, answer_all: Callable[[], RatingRound], client_for: ClientFor) -> str:
    """Everything that anybody could read after a round, as text; the round is undone afterwards."""
    with transaction.atomic():
        round_ = close(office, answer_all())
        file = client_for(office.hr).get(reverse("assessment:round_summary_file", args=[round_.public_id])).content
        book = polars.read_excel(io.BytesIO(file), engine="calamine")
        text = json.dumps(
            {
                "reports": [row.report for row in round_.subjects.order_by("employee_id")],
                "summary": round_.summary,
                "evidence": list(
                    Evidence.objects.order_by("employee_id", "competency_id", "source").values_list(
                        "employee_id", "competency_id", "source", "value", "standard_deviation", "line", "note"
                    )
                ),
                "file": book.rows(),
                "journal": list(Entry.objects.order_by("id").values_list("verb", "actor_id", "object_name", "data")),
            },
            default=str, sort_keys=True,
        )  # fmt: skip
        transaction.set_rollback(True)
    return text


def test_what_is_hidden_changes_nothing_that_is_shown(office: Office, client_for: ClientFor) -> None:
    """Siti has only two colleagues who answer: whatever they say, no figure or word about anybody changes."""
    siti, dewi, agus, bayu, candra, dimas = office.clerks
    budi = office.cast.budi

    def scenario(first: int, second: int, words: str) -> Callable[[], RatingRound]:
        def answer_all() -> RatingRound:
            round_ = story.open_round(office, [siti, dewi, budi], peer_count=5)
            for person in (siti, dewi, budi):
                story.answer(round_, person, person, 2)
            story.answer(round_, siti, budi, 1)
            story.answer(round_, dewi, budi, 2)
            for mark, rater in enumerate((agus, bayu, candra, dimas)):
                story.answer(round_, dewi, rater, mark, keep=f"Dewi {mark}")
                story.answer(round_, budi, rater, 3 - mark)
            story.answer(round_, siti, agus, first, keep=words)
            story.answer(round_, siti, bayu, second, grow=words)
            return round_

        return answer_all

    seen = {
        told(office, scenario(first, second, words), client_for)
        for first, second, words in ((0, 0, "Buruk"), (3, 3, "Bagus"), (0, 3, ""), (3, 0, "Lain"))
    }
    assert len(seen) == 1
    text = seen.pop()
    assert "Dewi 2" in text
    assert "Buruk" not in text


def test_who_said_what_can_be_exchanged_without_trace(office: Office, client_for: ClientFor) -> None:
    siti, *peers = office.clerks

    def scenario(order: tuple[int, ...]) -> Callable[[], RatingRound]:
        def answer_all() -> RatingRound:
            round_ = story.open_round(office, [siti])
            story.answer(round_, siti, siti)
            for mark, rater in zip(order, peers, strict=False):
                story.answer(round_, siti, rater, mark, keep=f"Kata {mark}", grow=f"Saran {mark}")
            return round_

        return answer_all

    orders = ((0, 1, 3), (3, 1, 0), (1, 3, 0))
    assert len({told(office, scenario(order), client_for) for order in orders}) == 1


@pytest.mark.parametrize(
    ("subordinates", "with_peer", "layout"),
    [
        (0, False, "hidden"),
        (2, False, "hidden"),
        (2, True, "together"),
        (3, True, "together"),
        (3, False, "subordinates"),
    ],
)
def test_how_groups_are_shown(office: Office, subordinates: int, with_peer: bool, layout: str) -> None:
    budi = office.cast.budi
    round_ = story.prepared_round(office, [budi])
    actions.add_rater(
        by=office.hr.user, round_=round_, subject=story.subject_of(round_, budi), rater=office.cast.rina, view="peer"
    )
    actions.open_round(by=office.hr.user, round_=round_)
    story.answer(round_, budi, budi, 3)
    for rater in office.clerks[:subordinates]:
        story.answer(round_, budi, rater, 1)
    if with_peer:
        story.answer(round_, budi, office.cast.rina, 1)
    close(office, round_)
    report = queries.report_of(story.subject_of(round_, budi))
    names = [cell.name for cell in report.lines[0].cells]
    expected = {
        "hidden": ["Diri sendiri"], "together": ["Diri sendiri", "Rekan dan bawahan"],
        "subordinates": ["Diri sendiri", "Bawahan"],
    }[layout]  # fmt: skip
    assert names == expected
    assert ("kurang dari tiga" in report.lines[0].note) == (layout != "subordinates")
    assert report.groups_hidden == (layout == "hidden")
    assert Evidence.objects.filter(source="peer_rating").exists() == (layout != "hidden")


def test_each_competency_needs_three_who_judged_it(office: Office) -> None:
    siti, *peers = office.clerks
    round_ = story.open_round(office, [siti])
    for rater in peers[:2]:
        story.answer(round_, siti, rater, 2)
    story.answer(round_, siti, peers[2], 2, only=1)
    close(office, round_)
    first, second = queries.report_of(story.subject_of(round_, siti)).lines
    assert [cell.name for cell in first.cells] == ["Rekan"]
    assert second.cells == ()
    assert "kurang dari tiga" in second.note
    assert Evidence.objects.filter(source="peer_rating").count() == 1


def test_comments_need_three_who_judged_and_keep_no_order_of_names(office: Office) -> None:
    siti, *peers = office.clerks
    for count in (2, 3):
        with transaction.atomic():
            round_ = story.open_round(office, [siti])
            for number, rater in enumerate(peers[:count]):
                story.answer(round_, siti, rater, 2, keep=f"Baik {number}")
            close(office, round_)
            comments = story.report(round_, siti)["comments"]
            assert isinstance(comments, dict)
            if count == 2:
                assert comments == {}
            else:
                assert sorted(comments["others"]["keep"]) == ["Baik 0", "Baik 1", "Baik 2"]
            transaction.set_rollback(True)


def test_nothing_is_shown_before_the_round_is_closed(office: Office, client_for: ClientFor) -> None:
    siti, *peers = office.clerks
    round_ = story.open_round(office, [siti])
    for rater in peers[:4]:
        story.answer(round_, siti, rater, 3, keep="Sangat teliti")
    subject = story.subject_of(round_, siti)
    for person in (siti, office.cast.budi, office.hr):
        assert client_for(person).get(reverse("assessment:round_report", args=[subject.public_id])).status_code == 404
    assert subject.report == {}
    assert not Evidence.objects.exists()
    page = client_for(office.hr).get(reverse("assessment:round", args=[round_.public_id])).content.decode()
    assert "Sangat teliti" not in page
    own = client_for(siti).get(reverse("assessment:my_rounds")).content.decode()
    assert all(rater.full_name not in own for rater in peers)


def test_the_journal_names_no_rater_and_nobody_who_was_rated(office: Office) -> None:
    siti, *peers = office.clerks
    round_ = story.open_round(office, [siti])
    story.answer(round_, siti, peers[0])
    actions.decline_round_rating(by=peers[1].user, row=story.row_of(round_, siti, peers[1]), reason="Jarang bertemu")
    for entry in Entry.objects.filter(verb__in=["round.answered", "round.declined"]):
        assert entry.actor_id is None
        assert entry.data == {}
        assert entry.object_id == str(round_.public_id)
        assert entry.reason == ""


def test_a_colleague_who_became_the_superior_does_not_read_the_report(office: Office, client_for: ClientFor) -> None:
    siti, dewi, *others = office.clerks
    round_ = story.open_round(office, [siti])
    for rater in (dewi, *others[:3]):
        story.answer(round_, siti, rater)
    close(office, round_)
    url = reverse("assessment:round_report", args=[story.subject_of(round_, siti).public_id])
    assert client_for(office.cast.budi).get(url).status_code == 200
    from bina.people.models import SuperiorOverride

    SuperiorOverride.objects.create(employee=siti, superior=dewi, reason="Contoh", valid_from="2024-01-01")
    assert client_for(dewi).get(url).status_code == 404
    assert "Siti" not in client_for(dewi).get(reverse("assessment:my_rounds")).content.decode()
    assert client_for(office.cast.budi).get(url).status_code == 404


def test_reports_belong_to_the_person_and_the_superior_alone(office: Office, client_for: ClientFor) -> None:
    siti = office.cast.siti
    round_ = story.open_round(office, [siti])
    story.answer(round_, siti, siti)
    close(office, round_)
    url = reverse("assessment:round_report", args=[story.subject_of(round_, siti).public_id])
    for person, status in (
        (siti, 200), (office.cast.budi, 200), (office.cast.head, 404), (office.hr, 404), (office.cast.dewi, 404),
        (office.cast.unit_hr, 404),
    ):  # fmt: skip
        assert client_for(person).get(url).status_code == status


def marks_for(answers: dict[tuple[int, int, View], int]) -> list[Mark]:
    """Marks from {(subject, rater, view): mark}, the same on four behaviours of competency 1."""
    return [
        Mark((subject, 1), rater, view, level, mark)
        for (subject, rater, view), mark in answers.items()
        for level in (1, 2, 3, 4)
    ]


def test_sums_are_made_of_shown_results_alone() -> None:
    from bina.assessment.actions.round_scoring import summary_over

    def total(hidden: int) -> dict[str, Any]:
        answers = {(subject, 10 + rater, View.PEER): 2 for subject, rater in itertools.product((1, 2, 3), range(4))} | {
            (4, 10, View.PEER): hidden,
            (4, 11, View.PEER): hidden,
        }
        return summary_over(score_marks(marks_for(answers), {1: 4}), [1, 2, 3, 4], [1])

    assert total(0) == total(3)
    assert total(0)["lines"][0]["people"] == 3


def test_two_people_give_no_mean_over_people() -> None:
    from bina.assessment.actions.round_scoring import summary_over

    answers = {(subject, 10 + rater, View.PEER): 2 for subject, rater in itertools.product((1, 2), range(4))}
    found = summary_over(score_marks(marks_for(answers), {1: 4}), [1, 2], [1])
    assert found["lines"][0]["others"] is None
    assert found["reliability"] is found["disagreement"] is found["severity_sd"] is None


def test_severe_raters_are_set_right() -> None:
    """Two severe raters rate both a strong person and others; the strong one is not punished for having them."""
    rng = np.random.default_rng(4)
    truth = {subject: 1.5 + 0.25 * subject for subject in range(1, 7)}
    severity = {10: 0.8, 11: 0.8, 12: 0.0, 13: 0.0, 14: -0.6, 15: -0.6, 16: 0.0, 17: 0.0}
    marks = []
    for subject, place in itertools.product(truth, range(5)):
        rater = 10 + (subject + place) % 8
        for level in (1, 2, 3, 4):
            steps = np.array([level - 0.7, level, level + 0.7]) + severity[rater]
            reached = rng.random() < 1 / (1 + np.exp(-1.5 * (truth[subject] - steps)))
            marks.append(Mark((subject, 1), rater, View.PEER, level, int(reached.sum())))
    found = severities_of(marks, {1: 4})
    assert found.connected == 8
    estimated = np.array([found.of(rater)[0] for rater in severity])
    assert np.corrcoef(estimated, list(severity.values()))[0, 1] > 0.6
    harsh, kind = [Mark((1, 1), rater, View.PEER, 2, 2) for rater in (10, 11)], [Mark((1, 1), 14, View.PEER, 2, 2)]
    assert level_of_marks(harsh, 4, found).value > level_of_marks(kind, 4, found).value


def test_too_little_overlap_corrects_nothing_and_says_so() -> None:
    marks = marks_for({(1, 10, View.SUPERIOR): 2, (2, 11, View.SUPERIOR): 1})
    found = severities_of(marks, {1: 4})
    assert found.spread is None
    assert found.of(10) == (0.0, 0.3)
    alone = level_of_marks(marks[:4], 4, found)
    sure = level_of_marks(marks[:4], 4, type(found)({10: (0.0, 0.0)}))
    assert alone.value == pytest.approx(sure.value)
    assert alone.standard_deviation > sure.standard_deviation


def test_disagreement_widens_the_spread() -> None:
    level = {
        spread: score_marks(
            marks_for({(1, 10 + place, View.PEER): mark for place, mark in enumerate(spread)}), {1: 4}
        ).cells[1, 1]["others"]
        for spread in ((1, 2, 1, 2), (0, 3, 0, 3))
    }
    assert level[0, 3, 0, 3].standard_deviation > level[1, 2, 1, 2].standard_deviation


def test_a_group_shown_apart_has_three_on_both_sides() -> None:
    answers = {(1, 10 + rater, View.PEER): 2 for rater in range(3)}
    answers |= {(1, 20 + rater, View.SUBORDINATE): 1 for rater in range(3)}
    scored = score_marks(marks_for(answers), {1: 4})
    assert scored.layouts[1, 1] is Layout.APART
    assert set(scored.cells[1, 1]) == {"others", "peer", "subordinate"}
    del answers[1, 22, View.SUBORDINATE]
    scored = score_marks(marks_for(answers), {1: 4})
    assert scored.layouts[1, 1] is Layout.TOGETHER
    assert set(scored.cells[1, 1]) == {"others"}


def test_who_may_look_up_levels_does_not_count_to_the_three() -> None:
    answers = {(1, 10 + rater, View.PEER): 2 for rater in range(3)} | {(1, 20, View.SUBORDINATE): 0}
    assert score_marks(marks_for(answers), {1: 4}, {1: {10}}).layouts[1, 1] is Layout.TOGETHER
    del answers[1, 20, View.SUBORDINATE]
    assert score_marks(marks_for(answers), {1: 4}, {1: {10}}).layouts[1, 1] is Layout.HIDDEN
    # A reader below three never stands as the difference between the joint result and the peers.
    answers = {(1, 10 + rater, View.PEER): 2 for rater in range(3)} | {(1, 20, View.SUBORDINATE): 0}
    assert set(score_marks(marks_for(answers), {1: 4}, {1: {20}}).cells[1, 1]) == {"others"}


def test_hr_among_the_peers_learns_nothing_from_the_profile(office: Office) -> None:
    siti, *peers = office.clerks
    grant(peers[0], Role.UNIT_HR, office.cast.dinas)
    round_ = story.open_round(office, [siti])
    for rater in peers[:3]:
        story.answer(round_, siti, rater)
    close(office, round_)
    assert not Evidence.objects.filter(source="peer_rating").exists()


def test_answers_stay_with_the_rater(office: Office, client_for: ClientFor) -> None:
    siti, dewi, *_others = office.clerks
    round_ = story.open_round(office, [siti])
    row = story.answer(round_, siti, dewi, 0, keep="Hanya untuk saya")
    url = reverse("assessment:round_rating", args=[row.public_id])
    assert client_for(dewi).get(url).status_code == 200
    for person in (siti, office.cast.budi, office.hr, office.cast.admin):
        assert client_for(person).get(url).status_code == 404
    from django.contrib import admin

    assert RoundRater not in admin.site._registry
