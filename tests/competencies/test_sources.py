"""Trust in sources: learned from overlaps, adopted as a dated row with a reason, taken back the same way."""

import datetime as dt

import numpy as np
import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.models import CompetencyLevel, EvidenceSource, SourceEstimate
from bina.competencies.queries.computation import SOURCE_PLACES
from bina.competencies.queries.sources import estimated_lines, overlapping_evidence, trust_on
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.foundation.models import Progress
from bina.journal.queries import history_of
from bina.people.models import Agency, Employee
from tests.cast import Cast, add_person
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
WHY = "Penilaian diri terbukti lebih tinggi daripada dugaan."


@pytest.fixture
def crowd(cast: Cast, reference_data: None) -> list[Employee]:
    """Forty people in several units with tests and self-ratings that run 0.9 too high."""
    rng = np.random.default_rng(20261122)
    units = [cast.seksi, cast.bidang, cast.dinas, cast.other_dinas, cast.root]
    people = [
        add_person(units[n % 5], f"Pegawai {n}", "PELAKSANA", "Pengelola Layanan", serial=100 + n) for n in range(40)
    ]
    competencies = list(queries.competencies_by_code().values())[:8]
    on = clock.today() - dt.timedelta(days=10)
    rows = []
    for person in people:
        for competency in competencies:
            truth = rng.normal(2.2, 0.8)
            rows.append((person.pk, competency.pk, Source.TEST, truth + rng.normal(0, 0.4), 0.4, on, "bank", "test",
                         f"t{person.pk}"))  # fmt: skip
            rows.append((person.pk, competency.pk, Source.SELF_RATING, truth + 0.9 + rng.normal(0, 0.8), 0.8, on,
                         "self", "rating", f"s{person.pk}"))  # fmt: skip
    actions.record_evidence_in_bulk(rows)
    actions.recompute_everyone()
    return people


@pytest.fixture
def estimate(cast: Cast, crowd: list[Employee]) -> SourceEstimate:
    run = actions.request_source_estimate(by=cast.admin)
    run.refresh_from_db()
    return run


def line_of(run: SourceEstimate, source: Source) -> dict[str, float]:
    return next(line for line in run.lines if line["code"] == source.value)


def test_a_bias_is_found_with_its_interval(estimate: SourceEstimate) -> None:
    assert estimate.state == "done"
    line = line_of(estimate, Source.SELF_RATING)
    assert line["people"] == 40
    assert abs(line["bias"] - 0.9) < 2.5 * line["bias_error"]
    assert line["bias_error"] < 0.2
    assert line_of(estimate, Source.TEST)["bias"] == 0.0
    assert line_of(estimate, Source.PEER_RATING)["people"] == 0


def test_only_one_estimate_waits_and_only_those_with_standards_ask(cast: Cast, reference_data: None) -> None:
    first = SourceEstimate.objects.create(requested_at=clock.now())
    assert actions.request_source_estimate(by=cast.hr.user) == first
    with pytest.raises(Denied):
        actions.request_source_estimate(by=cast.evaluator.user)


def test_without_overlaps_it_says_what_is_missing(cast: Cast, reference_data: None) -> None:
    run = actions.request_source_estimate(by=cast.hr.user)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "sedikitnya 30 orang" in run.problem
    with pytest.raises(Refused, match="belum selesai"):
        actions.adopt_estimate(by=cast.admin, estimate=run, code="self_rating", reason=WHY)


def test_adopting_begins_a_new_dated_row_and_levels_follow(cast: Cast, crowd: list[Employee],
                                                           estimate: SourceEstimate) -> None:  # fmt: skip
    level = CompetencyLevel.objects.get(
        employee=crowd[0], competency=next(iter(queries.competencies_by_code().values()))
    )
    row = actions.adopt_estimate(by=cast.admin, estimate=estimate, code="self_rating", reason=WHY)
    assert row.bias == round(line_of(estimate, Source.SELF_RATING)["bias"], 2)
    assert WHY in row.basis
    former = EvidenceSource.objects.get(code="self_rating", valid_from=dt.date(2020, 1, 1))
    assert former.valid_to == clock.today() - dt.timedelta(days=1)
    assert actions.adopt_estimate(by=cast.admin, estimate=estimate, code="self_rating", reason=WHY) == row
    entry = history_of("evidence_source", "self_rating")[0]
    assert entry.reason == WHY
    assert entry.data["before"]["bias"] == pytest.approx(0.3)
    progress = Progress.objects.get(public_id=entry.data["progress"])
    assert progress.is_over
    again = CompetencyLevel.objects.get(employee=crowd[0], competency=level.competency)
    assert (again.mean or 0) < (level.mean or 0) - 0.05
    actions.recompute_after_change(str(progress.public_id))


def test_going_back_is_another_dated_row(cast: Cast, estimate: SourceEstimate) -> None:
    row = actions.adopt_estimate(by=cast.admin, estimate=estimate, code="self_rating", reason=WHY)
    back = actions.restore_source(by=cast.admin, row=row, reason="Terlalu dini.")
    assert (back.bias, back.standard_deviation) == (0.3, 0.8)
    assert queries.trust_in_force("self_rating") == back
    assert float(trust_on(clock.today()).bias[SOURCE_PLACES["self_rating"]]) == 0.3
    with pytest.raises(Refused, match="Muat ulang"):
        actions.restore_source(by=cast.admin, row=row, reason="Sekali lagi.")
    assert EvidenceSource.objects.filter(code="self_rating").count() == 3


def test_what_is_refused(cast: Cast, estimate: SourceEstimate) -> None:
    def adopt(code: str, reason: str = WHY) -> None:
        actions.adopt_estimate(by=cast.admin, estimate=estimate, code=code, reason=reason)

    with pytest.raises(Refused, match="alasannya"):
        adopt("self_rating", " ")
    with pytest.raises(Refused, match="patokan"):
        adopt("test")
    with pytest.raises(Refused, match="sedikitnya 30 orang"):
        adopt("peer_rating")
    with pytest.raises(Refused, match="tidak dikenal"):
        adopt("rumor")
    with pytest.raises(Denied):
        actions.adopt_estimate(by=cast.siti.user, estimate=estimate, code="self_rating", reason=WHY)


def test_agency_hr_decides_only_where_no_other_agency_is_touched(cast: Cast, estimate: SourceEstimate) -> None:
    assert queries.may_change_trust(cast.hr.user)
    Agency.objects.create(
        code="lain", name="Instansi lain", short_name="Lain", kind="city", province=cast.agency.province
    )
    with pytest.raises(Denied, match="semua instansi"):
        actions.adopt_estimate(by=cast.hr.user, estimate=estimate, code="self_rating", reason=WHY)


def test_a_test_keeps_its_own_spread(cast: Cast, crowd: list[Employee]) -> None:
    overlaps = overlapping_evidence(clock.today())
    assert overlaps.persons == 40
    lines = {line["code"]: line for line in estimated_lines(overlaps, trust_on(clock.today()))}
    assert lines["test"]["assumed_spread"] == 0.3


def test_the_page_from_asking_to_going_back(cast: Cast, crowd: list[Employee], client_for: ClientFor) -> None:
    url = reverse("competencies:sources")
    assert client_for(cast.siti).get(url).status_code == 404
    admin, hr = client_for(cast.admin), client_for(cast.hr)
    assert "masih asumsi awal" in hr.get(url).content.decode()
    hr.post(url)
    over = hr.get(reverse("competencies:sources_progress"))
    assert over.status_code == 200
    assert over.headers["HX-Refresh"] == "true"
    page = admin.get(url).content.decode()
    assert "40 orang berdampingan dengan uji" in page
    change = reverse("competencies:change_source", args=["self_rating"])
    run = SourceEstimate.objects.get()
    assert client_for(cast.siti).post(change, {"estimate": run.pk, "reason": WHY}).status_code == 404
    assert admin.post(change, {"estimate": "x", "reason": WHY}).status_code == 404
    page = admin.post(change, {"estimate": run.pk, "step": "adopt", "reason": ""}, follow=True).content.decode()
    assert "Tuliskan alasannya" in page
    page = admin.post(change, {"estimate": run.pk, "step": "adopt", "reason": WHY}, follow=True).content.decode()
    assert "taksiran dipakai" in page
    row = queries.trust_in_force("self_rating")
    assert row is not None
    page = admin.post(change, {"row": row.pk, "step": "restore", "reason": "Keliru."}, follow=True).content.decode()
    assert "Kembali ke nilai sebelum" in page
    assert client_for(cast.siti).get(reverse("competencies:sources_progress")).status_code == 404
    assert admin.get(reverse("competencies:sources_progress")).status_code == 200
