"""Proven levels lapse on a stated day; people hear of it once, in time."""

import datetime as dt

import pytest

from bina.competencies import actions, queries
from bina.competencies.models import Competency, CompetencyLevel, ExpiryNotice
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.journal.queries import notifications_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def competency(cast: Cast, reference_data: None) -> Competency:
    """A competency on which Siti is proven, just so."""
    found = queries.competencies_by_code()["4.2"]
    prove(cast, found, 3.2)
    return found


def prove(cast: Cast, competency: Competency, value: float, *, days_ago: int = 0) -> None:
    actions.record_evidence(
        by=None, employee=cast.siti, source=Source.TEST, pieces=[actions.NewEvidence(competency, value, 0.3)],
        observed_on=clock.today() - dt.timedelta(days=days_ago), origin_kind="test", origin_id=f"{value}-{days_ago}",
        line="bank:1",
    )  # fmt: skip


def level(cast: Cast, competency: Competency) -> CompetencyLevel:
    found = queries.level_of(cast.siti, competency)
    assert found is not None
    return found


def test_the_day_is_the_last_on_which_the_level_is_still_proven(cast: Cast, competency: Competency) -> None:
    line = level(cast, competency)
    assert line.status_word == "proven"
    assert line.expires_on is not None
    for days, status in ((-2, 3), (3, 2)):
        on = line.expires_on + dt.timedelta(days=days)
        computed = queries.compute_levels([cast.siti.pk], on=on, competency_ids=[competency.pk])
        assert computed.combined.status[0, 0] == status


def test_what_is_not_proven_does_not_lapse(cast: Cast, reference_data: None) -> None:
    other = queries.competencies_by_code()["4.1"]
    prove(cast, other, 1.0)
    assert level(cast, other).expires_on is None


def lapse_in(cast: Cast, competency: Competency, days: int) -> None:
    CompetencyLevel.objects.filter(employee=cast.siti, competency=competency).update(
        expires_on=clock.today() + dt.timedelta(days=days)
    )


def told(cast: Cast) -> list[str]:
    return [row.body for row in notifications_of(cast.siti.user) if "perlu diukur lagi" in str(row.title)]


def test_people_hear_of_it_once_for_each_lapse(cast: Cast, competency: Competency) -> None:
    lapse_in(cast, competency, 61)
    assert actions.remind_of_expiry() == 0
    lapse_in(cast, competency, 50)
    assert actions.remind_of_expiry() == 1
    assert str(competency) in told(cast)[0]
    lapse_in(cast, competency, 44)
    assert actions.remind_of_expiry() == 0
    ExpiryNotice.objects.update(expires_on=clock.today() - dt.timedelta(days=200))
    assert actions.remind_of_expiry() == 1
    assert len(told(cast)) == 2


def test_one_notice_names_all_that_lapse_and_nobody_who_left_hears(cast: Cast, competency: Competency) -> None:
    other = queries.competencies_by_code()["2.5"]
    prove(cast, other, 3.4)
    for row in (competency, other):
        lapse_in(cast, row, 20)
    assert actions.remind_of_expiry() == 1
    assert str(other) in told(cast)[0]
    assert str(competency) in told(cast)[0]
    ExpiryNotice.objects.all().delete()
    cast.siti.left_on = clock.today()
    cast.siti.save()
    assert actions.remind_of_expiry() == 0


def test_what_is_not_asked_for_is_no_reason_to_write(cast: Cast, competency: Competency) -> None:
    lapse_in(cast, competency, 20)
    CompetencyLevel.objects.update(required_level=None)
    assert actions.remind_of_expiry() == 0
