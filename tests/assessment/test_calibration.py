"""The analyst's room: a calibration from real answers, looked at, published, taken back; too little data says so."""

import datetime as dt
from importlib import import_module

import numpy as np
import pytest
from django.apps import apps
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.actions.item_statistics import store_item_statistics
from bina.assessment.models import (
    CalibrationRun,
    CompetencyScore,
    Item,
    ItemBank,
    ItemStatistics,
    ItemVersion,
    Response,
    Session,
)
from bina.assessment.queries.calibration import answers_for
from bina.assessment.rules import FEWEST_ANSWERS, CalibrationState, right_answer
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of
from bina.science.psychometrics import ScoredItems
from tests.answers import answer_as_modelled, crowd
from tests.assessment.conftest import start
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
HARDER = 0.8  # levels by which the first item is harder than its author thought


@pytest.fixture
def answered(bank: ItemBank, cast: Cast) -> list[ItemVersion]:
    """Ten items answered by three hundred people as the model says, the first one harder than its parameters."""
    items = Item.objects.filter(bank=bank, competency__code__in=["4.1", "4.2", "1.1"]).select_related("current")
    versions = [item.current for item in items.order_by("code")[:10] if item.current]
    truth = ScoredItems.without_guessing(
        [row.a for row in versions], [row.b + HARDER * (place == 0) for place, row in enumerate(versions)]
    )
    blueprint = bank.blueprints.get(code="digital-lengkap")
    answer_as_modelled(crowd(cast.siti, "F" * 300), blueprint, versions, truth, seed=5)
    return versions


def calculated(cast: Cast, bank: ItemBank) -> CalibrationRun:
    run = actions.request_calibration(by=cast.admin, bank=bank)
    return actions.calculate_calibration(str(run.public_id))


def test_real_answers_correct_the_item_that_its_author_misjudged(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    run = calculated(cast, bank)
    assert run.state == "done"
    assert (run.persons, run.answers) == (300, 3_000)
    found = {line["version"]: line for line in run.lines}
    assert set(found) == {row.pk for row in answered}
    moved = {row.pk: found[row.pk]["b"] - row.b for row in answered}
    assert moved[answered[0].pk] == max(moved.values())
    assert moved[answered[0].pk] > 0.35
    assert all(line["b_error"] > 0 for line in run.lines)
    assert len(run.short) == Item.objects.filter(bank=bank).count() - len(answered)
    assert all(row["missing"] == FEWEST_ANSWERS for row in run.short)


def test_published_parameters_are_in_use_until_they_are_taken_back(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    before = [(row.a, row.b, row.is_provisional) for row in answered]
    revision = ItemBank.objects.get(pk=bank.pk).revision
    run = calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=run, reason="Data tiga bulan, kecocokan baik.")
    actions.publish_calibration(by=cast.admin, run=run, reason="Klik kedua.")
    first = ItemVersion.objects.get(pk=answered[0].pk)
    assert not first.is_provisional
    assert first.b != before[0][1]
    assert ItemBank.objects.get(pk=bank.pk).revision > revision
    assert [entry.verb for entry in history_of("calibration", run.public_id)][:1] == ["calibration.published"]
    assert len(history_of("calibration", run.public_id)) == 2
    actions.roll_back_calibration(by=cast.admin, run=run, reason="Data satu instansi saja.")
    after = [ItemVersion.objects.get(pk=row.pk) for row in answered]
    assert [(row.a, row.b, row.is_provisional) for row in after] == before
    with pytest.raises(Refused, match="sudah dibatalkan"):
        actions.publish_calibration(by=cast.admin, run=run, reason="Sekali lagi.")


def test_an_older_calibration_cannot_be_taken_back_under_a_newer_one(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    first = calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=first, reason="Pertama.")
    second = calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=second, reason="Kedua.")
    with pytest.raises(Refused, match="lebih akhir"):
        actions.roll_back_calibration(by=cast.admin, run=first, reason="Keliru.")


def test_an_older_calibration_published_later_is_the_first_to_be_taken_back(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    def in_use() -> list[tuple[float, float, bool]]:
        rows = ItemVersion.objects.in_bulk([row.pk for row in answered])
        return [(rows[row.pk].a, rows[row.pk].b, rows[row.pk].is_provisional) for row in answered]

    at_first = in_use()
    older = calculated(cast, bank)
    leaked = Response.objects.filter(item_version=answered[6]).order_by("id")
    leaked.filter(pk__in=[row.pk for row in leaked[12:]]).update(score=1.0)
    newer = calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=newer, reason="Yang terbaru.")
    by_newer = in_use()
    actions.publish_calibration(by=cast.admin, run=older, reason="Butir bocor ditarik.")
    by_older = in_use()
    assert at_first != by_newer != by_older != at_first
    # The newer calculation was published first: under the other it cannot be taken back.
    with pytest.raises(Refused, match="lebih akhir"):
        actions.roll_back_calibration(by=cast.admin, run=newer, reason="Keliru.")
    assert in_use() == by_older
    actions.roll_back_calibration(by=cast.admin, run=older, reason="Keliru.")
    assert in_use() == by_newer
    actions.roll_back_calibration(by=cast.admin, run=newer, reason="Keliru juga.")
    assert in_use() == at_first


def test_publications_keep_their_order_when_the_clock_is_set_back(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = calculated(cast, bank), calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=second, reason="Pertama dipakai.")
    an_hour_ago = clock.now() - dt.timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr("bina.assessment.actions.calibration.clock.now", lambda: an_hour_ago)
        actions.publish_calibration(by=cast.admin, run=first, reason="Kedua dipakai.")
    with pytest.raises(Refused, match="lebih akhir"):
        actions.roll_back_calibration(by=cast.admin, run=second, reason="Keliru.")


def test_calibrations_published_before_the_moment_was_kept_get_it_from_the_journal(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    run, untold = calculated(cast, bank), calculated(cast, bank)
    actions.publish_calibration(by=cast.admin, run=run, reason="Baik.")
    told = history_of("calibration", run.public_id)[0].occurred_at
    CalibrationRun.objects.update(published_at=None)
    CalibrationRun.objects.filter(pk=untold.pk).update(state=CalibrationState.ROLLED_BACK)
    waiting = actions.request_calibration(by=cast.admin, bank=bank)
    migration = import_module("bina.assessment.migrations.0019_calibrations_know_their_publication")
    migration.note_publications(apps, None)
    found = {row.pk: row.published_at for row in CalibrationRun.objects.all()}
    assert found == {run.pk: told, untold.pk: untold.finished_at, waiting.pk: None}


def test_too_little_data_says_how_much_is_missing(cast: Cast, bank: ItemBank) -> None:
    run = calculated(cast, bank)
    assert run.state == "failed"
    assert "sedikitnya 50 orang" in run.problem
    with pytest.raises(Refused, match="belum selesai"):
        actions.publish_calibration(by=cast.admin, run=run, reason="Coba.")


def test_a_second_click_finds_the_waiting_run(cast: Cast, bank: ItemBank) -> None:
    first = actions.request_calibration(by=cast.admin, bank=bank)
    CalibrationRun.objects.filter(pk=first.pk).update(state=CalibrationState.WAITING)
    assert actions.request_calibration(by=cast.admin, bank=bank) == first


def test_a_reason_and_the_right_are_needed(cast: Cast, bank: ItemBank, answered: list[ItemVersion]) -> None:
    run = calculated(cast, bank)
    with pytest.raises(Refused, match="alasan"):
        actions.publish_calibration(by=cast.admin, run=run, reason=" ")
    for account in (cast.siti.user, cast.hr.user, cast.trainer.user):
        with pytest.raises(Denied):
            actions.publish_calibration(by=account, run=run, reason="Saya mau.")
        with pytest.raises(Denied):
            actions.request_calibration(by=account, bank=bank)


def test_pages_of_the_analysts_room(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion], client_for: ClientFor
) -> None:
    client = client_for(cast.admin)
    address = reverse("assessment:calibrations")
    assert "Belum pernah dikalibrasi" in client.get(address).content.decode()
    client.post(address, {"bank": bank.code})
    run = CalibrationRun.objects.get()
    actions.calculate_calibration(str(run.public_id))
    url = reverse("assessment:calibration", args=[run.public_id])
    page = client.get(url).content.decode()
    assert answered[0].item.code in page
    assert "<polyline" in page
    assert (
        "Tuliskan alasannya"
        in client.post(
            reverse("assessment:decide_calibration", args=[run.public_id]), {"step": "publish"}, follow=True
        ).content.decode()
    )
    client.post(reverse("assessment:decide_calibration", args=[run.public_id]), {"step": "publish", "reason": "Baik."})
    assert CalibrationRun.objects.get().state == "published"
    card = client.get(reverse("assessment:item", args=[answered[0].item.public_id])).content.decode()
    assert "<polyline" in card
    assert "dugaan awal" not in card
    assert client_for(cast.siti).get(address).status_code == 404
    assert client_for(cast.hr).get(url).status_code == 404


def test_people_of_a_level_appear_as_points_only_when_they_are_several(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    curve = queries.curve_of(answered[0], 4)
    assert curve.observed == ()
    assert curve.chance[0] < 0.5 < curve.chance[-1]
    responses = Response.objects.filter(item_version=answered[0]).order_by("id")[:7]
    CompetencyScore.objects.bulk_create(
        CompetencyScore(
            session=row.session, competency=answered[0].item.competency, value=1.6 if number < 5 else 3.1,
            standard_deviation=0.4, share=0.5, item_count=1,
        )
        for number, row in enumerate(responses)
    )  # fmt: skip
    several, few = queries.curve_of(answered[0], 4).observed
    assert (several.level, several.people, few.level, few.people, few.share) == (1.5, 5, 3.0, 2, None)
    assert several.share == pytest.approx(sum(row.score or 0 for row in responses[:5]) / 5)


def test_an_item_rewritten_meanwhile_is_named_and_nothing_is_put_to_use(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion]
) -> None:
    run = calculated(cast, bank)
    item = answered[0].item
    newer = ItemVersion.objects.get(pk=answered[0].pk)
    newer.pk, newer.number = None, newer.number + 1
    newer.save()
    Item.objects.filter(pk=item.pk).update(current=newer)
    with pytest.raises(Refused, match=item.code):
        actions.publish_calibration(by=cast.admin, run=run, reason="Data lengkap.")
    assert ItemVersion.objects.get(pk=answered[1].pk).b == answered[1].b


def test_a_calculation_that_breaks_does_not_stand_in_the_way(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = calculated(cast, bank)
    CalibrationRun.objects.filter(pk=run.pk).update(state=CalibrationState.WAITING)
    with monkeypatch.context() as broken:
        broken.setattr("bina.assessment.actions.calibration.calibrate", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.calculate_calibration(str(run.public_id))
    assert CalibrationRun.objects.get(pk=run.pk).state == "failed"
    assert calculated(cast, bank).state == "done"


def test_a_second_calibration_is_laid_beside_the_first(
    cast: Cast, bank: ItemBank, answered: list[ItemVersion], client_for: ClientFor
) -> None:
    first = calculated(cast, bank)
    assert first.comparison == {}
    assert queries.comparison_of(first) is None
    # Since then an item has leaked: everybody solves it, but for a few.
    leaked = Response.objects.filter(item_version=answered[6]).order_by("id")
    leaked.filter(pk__in=[row.pk for row in leaked[12:]]).update(score=1.0)
    second = calculated(cast, bank)
    found = queries.comparison_of(second)
    assert found is not None
    assert (found.last_id, found.common, found.was_published) == (str(first.public_id), 10, False)
    assert [line.item.pk for line in found.lines if line.has_drifted] == [answered[6].item_id]
    assert found.lines[0].words == "easier"
    assert found.lines[0].is_unstable
    assert {link.method for link in found.links} == {"stocking_lord", "mean_sigma"}
    for link in found.links:
        # Without the leaked item the two scales are nearly one.
        assert link.kept_slope is not None
        assert abs(link.kept_slope - 1) < abs(link.slope - 1)
    client = client_for(cast.admin)
    page = client.get(reverse("assessment:calibration", args=[second.public_id])).content.decode()
    assert "1 butir bergeser" in page
    assert "menjadi lebih mudah" in page
    table = reverse("assessment:calibration_table", args=[second.public_id])
    assert client.get(table).content[:2] == b"PK"
    assert client_for(cast.trainer).get(table).status_code == 404
    assert client.get(reverse("assessment:calibration_table", args=[first.public_id])).status_code == 404


def test_items_with_new_words_are_no_anchors(cast: Cast, bank: ItemBank, answered: list[ItemVersion]) -> None:
    calculated(cast, bank)
    newer = ItemVersion.objects.get(pk=answered[0].pk)
    newer.pk, newer.number = None, newer.number + 1
    newer.save()
    Item.objects.filter(pk=answered[0].item_id).update(current=newer)
    Response.objects.filter(item_version=answered[0]).update(item_version=newer)
    found = queries.comparison_of(calculated(cast, bank))
    assert found is not None
    assert found.common == 9
    assert [item.pk for item in found.renewed] == [answered[0].item_id]


def test_only_the_first_answer_of_a_person_counts(cast: Cast, bank: ItemBank, answered: list[ItemVersion]) -> None:
    session = Session.objects.order_by("id")[0]
    again = Session.objects.create(
        employee=session.employee, blueprint=session.blueprint, purpose="diagnostic", state="finished", seed=2,
        started_at=clock.now(), deadline_at=clock.now(), finished_at=clock.now(), form=session.form,
    )  # fmt: skip
    before = answers_for(bank)
    first = Response.objects.get(session=session, position=1)
    Response.objects.create(
        session=again, position=1, item_version=answered[0], answer=["x"], saved_at=clock.now(),
        score=1.0 - (first.score or 0.0),
    )  # fmt: skip
    after = answers_for(bank)
    assert len(after.item) == len(before.item) == 3_000
    columns = [after.version_ids.index(row.pk) for row in answered]
    assert np.array_equal(after.table(columns), before.table(columns))
    assert np.array_equal(after.table(columns, slice(10, 20)), before.table(columns)[10:20])
    row = list(after.people).index(session.employee_id)
    assert after.table(columns)[row, 0] == first.score


def test_a_question_passed_over_counts_as_wrong_and_one_not_reached_does_not_count(cast: Cast, bank: ItemBank) -> None:
    blueprint = bank.blueprints.get(code="digital-area-4")
    for person in (cast.siti, cast.dewi, cast.rina, cast.budi, cast.hr):
        session = start(person, blueprint)
        versions = queries.form_versions(session)
        for position in (1, 3):
            version = versions[position - 1]
            right = right_answer(version.item.kind, version.payload)
            actions.answer_item(by=person.user, session=session, position=position, answer=right)
        actions.finish_session(by=person.user, session=session)
    data = answers_for(bank)
    by_version = {data.version_ids[place]: data.score[data.item == place].tolist() for place in set(data.item.tolist())}
    assert by_version == {versions[0].pk: [1.0] * 5, versions[1].pk: [0.0] * 5, versions[2].pk: [1.0] * 5}
    store_item_statistics(bank, data)
    rows = ItemStatistics.objects.order_by("version_id")
    assert {row.version_id: (row.answers, row.facts["share"]) for row in rows} == {
        versions[0].pk: (5, 1.0), versions[1].pk: (5, 0.0), versions[2].pk: (5, 1.0),
    }  # fmt: skip


def test_two_keepers_at_the_same_item_meet_each_other(cast: Cast, bank: ItemBank) -> None:
    mine = Item.objects.get(code="D42-2")
    theirs = Item.objects.get(code="D42-2")
    actions.move_item(by=cast.admin, item=theirs, state="retired", reason="Keliru.")
    with pytest.raises(Refused, match="tidak dapat langsung"):
        actions.move_item(by=cast.admin, item=mine, state="pilot", reason="Dicoba lagi.")
    assert Item.objects.get(code="D42-2").state == "retired"
