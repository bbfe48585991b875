"""The adaptive diagnostic: one click, one answer at a time, interruptions, privacy, and the person's own decision."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion, Response, Session
from bina.assessment.queries.adaptive import held_back, length_of, next_version, pool_of
from bina.assessment.rules import MOST_EXPOSURE, right_answer
from bina.competencies.queries import evidence_of
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.people.models import Employee
from bina.science.psychometrics import ScoredItems, probability
from bina.science.psychometrics.adaptive import ProfileAnswers, estimate_profile
from tests.assessment.conftest import add_keeper, approve
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


@pytest.fixture
def blueprint(bank: ItemBank) -> Blueprint:
    """The shipped diagnostic."""
    found = queries.diagnostics().first()
    assert found is not None
    return found


def begin(person: Employee, blueprint: Blueprint) -> Session:
    return actions.start_session(by=person.user, employee=person, blueprint=blueprint)


def go_on(session: Session, *, rightly: bool = True) -> Session:
    """One more answer, right or “I do not know”."""
    position, version = queries.latest_place(session)
    answer = right_answer(version.item.kind, version.payload) if rightly else None
    return actions.answer_and_go_on(by=session.employee.user, session=session, position=position, answer=answer)


def finished(person: Employee, blueprint: Blueprint, *, rightly: bool = True) -> Session:
    session = begin(person, blueprint)
    while session.is_open:
        session = go_on(session, rightly=rightly)
    return session


def levels(session: Session) -> Iterator[float]:
    return (row.value for row in queries.scores_of(session))


def test_it_ends_by_itself_after_a_few_questions_of_every_area(cast: Cast, blueprint: Blueprint) -> None:
    session = finished(cast.siti, blueprint)
    length = queries.length_of(blueprint)
    assert length.least <= session.item_count <= length.most
    assert len(set(session.form)) == session.item_count
    outcome = queries.diagnostic_outcome(session)
    assert len(outcome.areas) == 5
    assert all(area.low < area.mean <= area.high for area in outcome.areas)
    assert outcome.answered_count == session.item_count


def test_who_knows_more_gets_harder_questions_and_higher_levels(cast: Cast, blueprint: Blueprint) -> None:
    able, new = finished(cast.siti, blueprint), finished(cast.dewi, blueprint, rightly=False)
    assert min(levels(able)) > max(levels(new))

    def hardness(session: Session) -> float:
        return sum(ItemVersion.objects.get(pk=pk).b for pk in session.form[8:]) / len(session.form[8:])

    assert hardness(able) > hardness(new) + 1


def test_an_answer_sent_twice_or_from_a_second_device_counts_once(cast: Cast, blueprint: Blueprint) -> None:
    session = begin(cast.siti, blueprint)
    position, version = queries.latest_place(session)
    answer = right_answer(version.item.kind, version.payload)
    first = actions.answer_and_go_on(by=cast.siti.user, session=session, position=position, answer=answer)
    again = actions.answer_and_go_on(by=cast.siti.user, session=session, position=position, answer=None)
    assert again.form == first.form
    assert Response.objects.get(session=session, position=1).score == 1.0
    with pytest.raises(Refused, match="belum diajukan"):
        actions.answer_and_go_on(by=cast.siti.user, session=session, position=9, answer=answer)


def test_another_device_goes_on_at_the_same_question(cast: Cast, blueprint: Blueprint) -> None:
    session = go_on(go_on(begin(cast.siti, blueprint)))
    assert begin(cast.siti, blueprint).form == session.form
    assert queries.latest_place(session)[0] == 3


def test_nothing_becomes_evidence_until_the_person_says_so(cast: Cast, blueprint: Blueprint) -> None:
    session = finished(cast.siti, blueprint)
    assert not evidence_of(cast.siti).exists()
    with pytest.raises(Denied):
        actions.adopt_result(by=cast.budi.user, session=session)
    actions.adopt_result(by=cast.siti.user, session=session)
    pieces = evidence_of(cast.siti).count()
    assert pieces == len(queries.scores_of(session))
    actions.adopt_result(by=cast.siti.user, session=session)
    assert evidence_of(cast.siti).count() == pieces


def test_a_running_test_cannot_be_adopted(cast: Cast, blueprint: Blueprint) -> None:
    session = go_on(begin(cast.siti, blueprint))
    with pytest.raises(Refused, match="selesai"):
        actions.adopt_result(by=cast.siti.user, session=session)


def test_it_may_be_repeated_after_some_days_and_blocks_no_other_test(
    cast: Cast, blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(cast.siti, blueprint)
    with pytest.raises(Refused, match="dapat diulang mulai"):
        begin(cast.siti, blueprint)
    area = Blueprint.objects.get(code="digital-area-1")
    assert queries.available_on(cast.siti, area) is None
    later = clock.now() + dt.timedelta(days=blueprint.retake_days + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr(clock, "today", lambda zone="WIB": later.date())
    assert begin(cast.siti, blueprint).is_open


def test_answers_after_the_clock_are_refused_and_what_was_saved_counts(
    cast: Cast, blueprint: Blueprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = go_on(go_on(begin(cast.siti, blueprint)))
    later = session.deadline_at + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(Refused, match="Waktu uji berakhir"):
        go_on(session)
    actions.expire_sessions()
    session = Session.objects.get(pk=session.pk)
    assert session.state == "expired"
    assert queries.diagnostic_outcome(session).answered_count == 2


def test_no_question_is_met_by_more_than_a_quarter_of_several_hundred(blueprint: Blueprint) -> None:
    """Diagnostics as the product chooses them, one after the other on a fresh bank, of people around level 2."""
    pool = pool_of(blueprint.bank)
    assert pool is not None
    length, rng, people = length_of(blueprint), np.random.default_rng(11), 300
    place_of = {version: place for place, version in enumerate(pool.version_ids)}
    offered, asked = np.zeros(len(pool.items)), np.zeros(len(pool.items))
    for seed in range(people):
        truth = rng.multivariate_normal(pool.prior.mean, pool.prior.covariance)
        withheld = held_back(pool, offered, asked, seed)
        form: list[int] = []
        places: list[int] = []
        scores: list[float] = []
        while True:
            items = ScoredItems.without_guessing(pool.items.discrimination[places], pool.items.difficulty[places])
            known = estimate_profile(pool.prior, ProfileAnswers(items, pool.competency[places], np.array(scores)))
            if length.is_over(len(form), len(form), known.average(pool.even_weights)[1]):
                break
            version = next_version(pool, known, asked=form, withheld=withheld, seed=seed)
            assert version is not None
            place = place_of[version]
            chance = probability([truth[pool.competency[place]]], pool.items)[0, place]
            form.append(version)
            places.append(place)
            scores.append(float(rng.random() < chance))
        asked[places] += 1
        offered += ~np.isin(pool.version_ids, withheld)
    assert length.least <= asked.sum() / people <= length.most
    assert asked.max() / people <= MOST_EXPOSURE
    # The bound is kept by the control and not by want of a favourite.
    assert asked.max() / people > 0.15


def test_questions_known_to_many_are_withheld(cast: Cast, blueprint: Blueprint) -> None:
    popular = list(Item.objects.filter(bank=blueprint.bank, level=2).values_list("pk", flat=True))
    Item.objects.filter(bank=blueprint.bank).update(offered_count=1_000)
    Item.objects.filter(pk__in=popular).update(asked_count=1_000)
    session = finished(cast.siti, blueprint)
    held = ItemVersion.objects.filter(pk__in=session.adaptive["withheld"], item__in=popular).count()
    assert held > 0.8 * len(popular)
    asked = set(ItemVersion.objects.filter(pk__in=session.form).values_list("item_id", flat=True))
    assert len(asked & set(popular)) <= len(popular) - held
    counted = Item.objects.get(pk=next(iter(asked - set(popular))))
    assert (counted.offered_count, counted.asked_count) == (1_001, 1)


def test_new_items_are_asked_as_soon_as_they_are_in_the_bank(cast: Cast, blueprint: Blueprint) -> None:
    pool = queries.pool_of(blueprint.bank)
    assert pool is not None
    item = Item.objects.get(pk=pool.item_ids[0])
    actions.move_item(by=cast.admin, item=item, state="retired", reason="Soal bocor.")
    smaller = queries.pool_of(ItemBank.objects.get(pk=blueprint.bank_id))
    assert smaller is not None
    assert len(smaller.version_ids) == len(pool.version_ids) - 1


def test_one_click_on_the_home_page_asks_the_first_question(
    cast: Cast, blueprint: Blueprint, client_for: ClientFor
) -> None:
    client = client_for(cast.siti)
    assert reverse("assessment:begin_diagnostic") in client.get("/").content.decode()
    answer = client.post(reverse("assessment:begin_diagnostic"), follow=True)
    page = answer.content.decode()
    assert "Soal 1" in page
    session = Session.objects.get(employee=cast.siti)
    url = reverse("assessment:diagnostic", args=[session.public_id])
    assert "Pilih atau isi jawaban" in client.post(url, {"position": "1", "go": "next"}).content.decode()
    for place in range(1, 40):
        if not Session.objects.get(pk=session.pk).is_open:
            break
        client.post(url, {"position": str(place), "go": "unknown"})
    page = client.get(url, follow=True).content.decode()
    assert "Hasil diagnosis Anda" in page
    assert "Pakai hasil ini" in page
    page = client.post(reverse("assessment:adopt", args=[session.public_id]), follow=True).content.decode()
    assert "sudah masuk profil" in page


def test_nobody_else_sees_that_it_exists(cast: Cast, blueprint: Blueprint, client_for: ClientFor) -> None:
    session = begin(cast.siti, blueprint)
    for account in (cast.budi, cast.hr):
        client = client_for(account)
        assert client.get(reverse("assessment:diagnostic", args=[session.public_id])).status_code == 404
        assert client.post(reverse("assessment:adopt", args=[session.public_id])).status_code == 404


def test_one_answer_is_a_few_questions_to_the_database(
    cast: Cast, blueprint: Blueprint, django_assert_max_num_queries: object
) -> None:
    session = go_on(begin(cast.siti, blueprint))
    with django_assert_max_num_queries(10):  # type: ignore[operator]  # pytest-django's fixture is not typed
        go_on(session)


def test_a_tried_question_is_asked_unseen_and_does_not_count(cast: Cast, blueprint: Blueprint) -> None:
    item = Item.objects.filter(bank=blueprint.bank, state="in_use").exclude(current=None).order_by("code")[3]
    actions.move_item(by=cast.admin, item=item, state="pilot", reason="Diukur ulang dari jawaban baru.")
    with_pilot = finished(cast.siti, blueprint)
    assert with_pilot.form[3] == item.current_id
    assert with_pilot.adaptive["pilots"] == [item.current_id]
    assert queries.diagnostic_outcome(with_pilot).answered_count == with_pilot.item_count - 1
    before = list(levels(with_pilot))
    Response.objects.filter(session=with_pilot, item_version=item.current_id).update(score=0.0)
    pool = queries.pool_of(ItemBank.objects.get(pk=blueprint.bank_id))
    assert pool is not None
    estimate, counted = queries.known_so_far(with_pilot, pool)
    assert counted == with_pilot.item_count - 1
    assert set(before) <= {round(float(mean), 6) for mean in estimate.mean}
    assert Item.objects.get(pk=item.pk).asked_count == 1


def test_an_item_is_reviewed_before_it_is_tried(cast: Cast, blueprint: Blueprint) -> None:
    item = Item.objects.filter(bank=blueprint.bank, state="in_use").first()
    assert item is not None
    actions.move_item(by=cast.admin, item=item, state="retired", reason="Perlu ditulis ulang.")
    actions.move_item(by=cast.admin, item=item, state="draft", reason="Ditulis ulang.")
    with pytest.raises(Refused, match="tidak dapat langsung"):
        actions.move_item(by=cast.admin, item=item, state="pilot", reason="Terburu-buru.")
    with pytest.raises(Refused, match="lewat telaah oleh orang lain"):
        actions.move_item(by=cast.admin, item=item, state="reviewed", reason="Menelaah sendiri.")
    actions.ask_for_review(by=cast.admin, items=[item])
    approve(add_keeper(cast), item)
    item.refresh_from_db()
    for state in ("pilot", "in_use"):
        actions.move_item(by=cast.admin, item=item, state=state, reason="Langkah berikutnya.")
    assert item.state == "in_use"
