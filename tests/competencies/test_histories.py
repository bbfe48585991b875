"""The history of a level: replayed exactly, readable by those who may see the level, honest about growth."""

import datetime as dt
import io

import polars
import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.models import Competency, Evidence, EvidenceSource
from bina.competencies.queries import EventKind, Reading
from bina.competencies.rules import Source
from bina.foundation import clock
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = dt.date(2026, 2, 3), dt.date(2026, 5, 4), dt.date(2026, 8, 5)
TODAY = dt.date(2026, 10, 1)


@pytest.fixture
def competency(reference_data: None) -> Competency:
    return queries.competencies_by_code()["4.2"]


def piece(cast: Cast, competency: Competency, source: Source, value: float, on: dt.date, *, sd: float = 0.4,
          line: str = "") -> Evidence:  # fmt: skip
    """A piece that was recorded on the day it was observed."""
    origin = f"{source.value}-{on}-{value}"
    actions.record_evidence(
        by=None, employee=cast.siti, source=source, pieces=[actions.NewEvidence(competency, value, sd)], observed_on=on,
        origin_kind="test", origin_id=origin, line=line,
    )  # fmt: skip
    found = Evidence.objects.get(competency=competency, origin_id=origin)
    found.recorded_at = dt.datetime.combine(on, dt.time(5), dt.UTC)
    found.save(update_fields=["recorded_at"])
    return found


def test_every_point_is_what_would_have_been_computed_that_day(cast: Cast, competency: Competency) -> None:
    piece(cast, competency, Source.TEST, 1.4, FIRST, line="bank:1")
    piece(cast, competency, Source.SUPERIOR_RATING, 2.4, SECOND, sd=0.6, line="77")
    piece(cast, competency, Source.TEST, 2.9, THIRD, line="bank:1")
    history = queries.history_of_level(cast.siti, competency, on=TODAY)
    assert [point.on for point in history.points] == [FIRST, SECOND, THIRD, TODAY]
    for point in (*history.points, *history.band):
        computed = queries.compute_levels([cast.siti.pk], on=point.on, competency_ids=[competency.pk])
        assert (point.mean, point.low, point.high) == pytest.approx(
            (computed.combined.mean[0, 0], computed.combined.low[0, 0], computed.combined.high[0, 0]), abs=1e-5
        )
        assert point.required == computed.required[0, 0]
        assert point.status == ("not_measured", "unproven", "provisional", "proven")[computed.combined.status[0, 0]]


def test_a_level_grows_less_certain_between_two_pieces(cast: Cast, competency: Competency) -> None:
    piece(cast, competency, Source.TEST, 2.4, FIRST)
    band = queries.history_of_level(cast.siti, competency, on=TODAY).band
    widths = [(point.high or 0) - (point.low or 0) for point in band]
    assert widths == sorted(widths)
    assert widths[-1] > widths[0] + 0.02


def test_what_was_withdrawn_counts_until_then_and_is_named(cast: Cast, competency: Competency) -> None:
    piece(cast, competency, Source.TEST, 2.6, FIRST)
    wrong = piece(cast, competency, Source.SUPERIOR_RATING, 0.5, SECOND)
    actions.withdraw_evidence(by=None, evidence=wrong, reason="Orang lain.")
    Evidence.objects.filter(pk=wrong.pk).update(withdrawn_at=dt.datetime.combine(THIRD, dt.time(5), dt.UTC))
    known = queries.history_of_level(cast.siti, competency, on=TODAY)
    levels = {point.on: point.mean or 0.0 for point in known.points}
    assert levels[SECOND] < levels[FIRST] - 0.3
    assert levels[THIRD] > levels[SECOND] + 0.3
    assert [event.kind for point in known.points for event in point.events] == [
        EventKind.MEASURED, EventKind.MEASURED, EventKind.WITHDRAWN
    ]  # fmt: skip
    observed = queries.history_of_level(cast.siti, competency, reading=Reading.OBSERVED, on=TODAY)
    assert {point.on: point.mean for point in observed.points}[SECOND] == pytest.approx(levels[FIRST], abs=0.01)


def test_what_came_late_counts_from_the_day_it_was_recorded(cast: Cast, competency: Competency) -> None:
    late = piece(cast, competency, Source.CERTIFICATE, 2.0, FIRST)
    Evidence.objects.filter(pk=late.pk).update(recorded_at=dt.datetime.combine(THIRD, dt.time(5), dt.UTC))
    assert queries.history_of_level(cast.siti, competency, on=TODAY).points[0].on == THIRD
    observed = queries.history_of_level(cast.siti, competency, reading=Reading.OBSERVED, on=TODAY)
    assert observed.points[0].on == FIRST


def test_dated_rules_show_on_their_day(cast: Cast, competency: Competency) -> None:
    piece(cast, competency, Source.SELF_RATING, 3.0, FIRST, sd=0.8)
    old = EvidenceSource.objects.get(code=Source.SELF_RATING, valid_to=None)
    old.valid_to = SECOND - dt.timedelta(days=1)
    old.save()
    old.pk, old.bias, old.valid_from, old.valid_to = None, 1.0, SECOND, None
    old.save()
    actions.set_standard(
        by=cast.hr.user, agency=cast.agency, job_class=cast.siti.position.job_class, competency=competency,
        required_level=4, weight=3, valid_from=THIRD, legal_basis="SK contoh",
    )  # fmt: skip
    history = queries.history_of_level(cast.siti, competency, on=TODAY)
    assert {event.kind for point in history.points for event in point.events} == {
        EventKind.MEASURED, EventKind.TRUST, EventKind.STANDARD
    }  # fmt: skip
    by_day = {point.on: point for point in history.points}
    assert (by_day[SECOND].mean or 0) < (by_day[FIRST].mean or 0) - 0.2
    assert by_day[THIRD].required == 4
    assert by_day[SECOND].required != 4


def test_growth_is_told_with_its_interval_and_only_where_it_is_sure(cast: Cast, competency: Competency) -> None:
    piece(cast, competency, Source.TEST, 1.2, FIRST, sd=0.3)
    assert queries.history_of_level(cast.siti, competency, on=TODAY).growth is None
    piece(cast, competency, Source.COURSE_TEST, 1.6, SECOND, sd=0.4)
    unsure = queries.history_of_level(cast.siti, competency, on=TODAY).growth
    assert unsure is not None
    assert not unsure.is_certain
    piece(cast, competency, Source.TEST, 3.2, THIRD, sd=0.3)
    found = queries.history_of_level(cast.siti, competency, on=TODAY).growth
    assert found is not None
    assert found.since == FIRST
    assert found.change > unsure.change


def test_an_area_is_the_mean_of_what_was_measured_by_then(cast: Cast, competency: Competency) -> None:
    other = queries.competencies_by_code()["4.1"]
    piece(cast, competency, Source.TEST, 1.5, FIRST)
    piece(cast, other, Source.TEST, 3.5, SECOND)
    assert competency.parent is not None
    points = {p.on: p for p in queries.history_of_level(cast.siti, competency.parent, on=TODAY).points}
    assert points[FIRST].measured_count == 1
    assert points[SECOND].measured_count == 2
    assert (points[SECOND].mean or 0) > (points[FIRST].mean or 0) + 0.3
    assert (points[SECOND].high or 0) - (points[SECOND].mean or 0) < (points[FIRST].high or 0) - (
        points[FIRST].mean or 0
    )


def test_few_questions_whatever_the_length_of_the_history(
    cast: Cast, competency: Competency, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for month in range(1, 10):
        piece(cast, competency, Source.TEST, 2.0 + month / 10, dt.date(2026, month, 2), line=f"bank:{month}")
    assert competency.parent is not None
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's own fixture
        queries.history_of_level(cast.siti, competency.parent, on=TODAY)


@pytest.mark.parametrize(
    ("viewer", "status"), [("siti", 200), ("budi", 200), ("hr", 200), ("dewi", 404), ("leader", 404), ("trainer", 404)]
)
def test_who_may_read_sitis_history(
    cast: Cast, competency: Competency, client_for: ClientFor, viewer: str, status: int
) -> None:
    piece(cast, competency, Source.TEST, 1.5, FIRST)
    client = client_for(getattr(cast, viewer))
    for name in ("history_of", "history_table_of"):
        address = reverse(f"competencies:{name}", args=[cast.siti.public_id, competency.public_id])
        assert client.get(address).status_code == status


def test_the_page_and_the_workbook_tell_the_same(cast: Cast, competency: Competency, client_for: ClientFor) -> None:
    piece(cast, competency, Source.TEST, 1.4, FIRST)
    gone = piece(cast, competency, Source.SELF_RATING, 4.0, SECOND)
    actions.withdraw_evidence(by=None, evidence=gone, reason="<b>Salah orang</b>")
    client = client_for(cast.siti)
    address = reverse("competencies:history", args=[competency.public_id])
    text = client.get(address).content.decode()
    assert 'class="over-time"' in text
    assert "&lt;b&gt;Salah orang&lt;/b&gt;" in text
    assert "Menurut tanggal pengukuran" in client.get(address + "?reading=observed").content.decode()
    book = client.get(reverse("competencies:history_table", args=[competency.public_id]))
    table = polars.read_excel(io.BytesIO(book.content), engine="calamine", has_header=True)
    assert [str(day)[:10] for day in table["Tanggal"].to_list()[:2]] == [str(FIRST), str(SECOND)]
    assert "Salah orang" in str(table["Yang terjadi"].to_list())


def test_without_evidence_there_is_no_picture_but_a_way_on(
    cast: Cast, competency: Competency, client_for: ClientFor
) -> None:
    client = client_for(cast.siti)
    text = client.get(reverse("competencies:history", args=[competency.public_id])).content.decode()
    assert "Belum ada riwayat" in text
    assert client.get(reverse("competencies:history", args=[cast.siti.public_id])).status_code == 404


def test_the_reason_tells_age_correction_and_what_would_help(
    cast: Cast, competency: Competency, client_for: ClientFor
) -> None:
    old = clock.today() - dt.timedelta(days=500)
    piece(cast, competency, Source.SELF_RATING, 3.0, old, sd=0.8)
    text = client_for(cast.siti).get(reverse("competencies:reason", args=[competency.public_id])).content.decode()
    assert "dikoreksi menjadi 2,7" in text
    assert "16 bulan yang lalu" in text
    assert "Yang paling menambah kepastian" in text
    best = queries.outlook_of(cast.siti, competency, ("test", "superior_rating")).narrowings
    assert best[0].source == "test"
    assert best[0].then < best[0].now
