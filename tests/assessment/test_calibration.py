"""The analyst's room: a calibration from real answers, looked at, published, taken back; too little data says so."""

import numpy as np
import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.actions.calibration import FEWEST_ANSWERS
from bina.assessment.models import CalibrationRun, CompetencyScore, Item, ItemBank, ItemVersion, Response, Session
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of
from bina.people.models import Employee
from bina.science.psychometrics import ScoredItems, probability
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
HARDER = 0.8  # levels by which the first item is harder than its author thought


def people(cast: Cast, count: int) -> list[Employee]:
    """As many people as wanted, beside the cast; only their answers matter."""
    model = cast.siti
    return Employee.objects.bulk_create(
        Employee(
            agency=model.agency, employee_number=f"{number:018d}", full_name=f"Peserta {number}", sex="F",
            birth_date=model.birth_date, employment_type="PNS", unit=model.unit, position=model.position,
        )
        for number in range(count)
    )  # fmt: skip


@pytest.fixture
def answered(bank: ItemBank, cast: Cast) -> list[ItemVersion]:
    """Ten items answered by three hundred people as the model says, the first one harder than its parameters."""
    items = Item.objects.filter(bank=bank, competency__code__in=["4.1", "4.2", "1.1"]).select_related("current")
    versions = [item.current for item in items.order_by("code")[:10] if item.current]
    rng = np.random.default_rng(5)
    theta = rng.normal(2.0, 1.0, 300)
    truth = ScoredItems.without_guessing(
        [row.a for row in versions], [row.b + HARDER * (place == 0) for place, row in enumerate(versions)]
    )
    right = rng.random((300, len(versions))) < probability(theta, truth)
    blueprint = bank.blueprints.get(code="digital-lengkap")
    now = clock.now()
    sessions = Session.objects.bulk_create(
        Session(
            employee=person, blueprint=blueprint, purpose="diagnostic", state="finished", seed=1, started_at=now,
            deadline_at=now, finished_at=now, form=[row.pk for row in versions],
        )
        for person in people(cast, 300)
    )  # fmt: skip
    Response.objects.bulk_create(
        Response(
            session=session, position=place + 1, item_version=version, answer=["x"], saved_at=now,
            score=float(right[number, place]),
        )
        for number, session in enumerate(sessions)
        for place, version in enumerate(versions)
    )  # fmt: skip
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
    with pytest.raises(Refused, match="lebih baru"):
        actions.roll_back_calibration(by=cast.admin, run=first, reason="Keliru.")


def test_too_little_data_says_how_much_is_missing(cast: Cast, bank: ItemBank) -> None:
    run = calculated(cast, bank)
    assert run.state == "failed"
    assert "sedikitnya 50 orang" in run.problem
    with pytest.raises(Refused, match="belum selesai"):
        actions.publish_calibration(by=cast.admin, run=run, reason="Coba.")


def test_a_second_click_finds_the_waiting_run(cast: Cast, bank: ItemBank) -> None:
    first = actions.request_calibration(by=cast.admin, bank=bank)
    CalibrationRun.objects.filter(pk=first.pk).update(state=CalibrationRun.State.WAITING)
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
    CalibrationRun.objects.filter(pk=run.pk).update(state=CalibrationRun.State.WAITING)
    with monkeypatch.context() as broken:
        broken.setattr("bina.assessment.actions.calibration.calibrate", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.calculate_calibration(str(run.public_id))
    assert CalibrationRun.objects.get(pk=run.pk).state == "failed"
    assert calculated(cast, bank).state == "done"
