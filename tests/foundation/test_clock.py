"""Days are those of the person's zone, also in the hours in which UTC is still on the day before."""

import datetime as dt
from unittest import mock

import pytest
from django.utils import timezone

from bina.foundation import clock


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (dt.datetime(2026, 3, 1, 16, 59, tzinfo=dt.UTC), "WIB", dt.date(2026, 3, 1)),
        (dt.datetime(2026, 3, 1, 17, 0, tzinfo=dt.UTC), "WIB", dt.date(2026, 3, 2)),
        (dt.datetime(2026, 3, 1, 15, 0, tzinfo=dt.UTC), "WIT", dt.date(2026, 3, 2)),
        (dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC), "a zone nobody knows", dt.date(2026, 3, 2)),
    ],
)
def test_a_moment_falls_on_the_day_of_its_zone(moment: dt.datetime, zone: str, day: dt.date) -> None:
    assert clock.day_of(moment, zone) == day
    with mock.patch.object(timezone, "now", return_value=moment):
        assert clock.today(zone) == day
