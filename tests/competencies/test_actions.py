"""Evidence becomes levels, levels follow standards and places, and the same evidence always gives the same profile."""

import datetime as dt
import random

import pytest

from bina.competencies import actions, queries
from bina.competencies.actions import NewEvidence
from bina.competencies.models import Competency, CompetencyLevel, Evidence, Framework, PositionStandard, UnitGap
from bina.competencies.rules import FrameworkState, Source, Status
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.people.actions import move_employee
from bina.people.models import JobClass, OrgUnit
from tests.cast import Cast

PRIVACY = "4.2"


def competency(code: str = PRIVACY) -> Competency:
    return queries.competencies_by_code()[code]


def give(
    cast: Cast, source: Source, value: float, sd: float = 0.4, origin: str = "1", days_ago: int = 10, line: str = ""
) -> None:
    actions.record_evidence(
        by=None, employee=cast.siti, source=source, pieces=[NewEvidence(competency(), value, sd)],
        observed_on=clock.today() - dt.timedelta(days=days_ago), origin_kind="test", origin_id=origin, line=line,
    )  # fmt: skip


def level(cast: Cast) -> CompetencyLevel:
    found = queries.level_of(cast.siti, competency())
    assert found is not None
    return found


def test_reference_data_is_complete(reference_data: None) -> None:
    digcomp = queries.published_framework()
    areas = queries.area_list(digcomp)
    assert len(areas) == 5
    assert sum(len(area.children.all()) for area in areas) == 21
    assert Competency.objects.filter(framework__code="manajerial-2017", parent__isnull=False).count() == 9
    for row in queries.assessable_competencies(digcomp):
        assert len(queries.descriptors_of(row)) == 4
    # Every job class asks for something, and managers are asked for digital leadership.
    on = clock.today()
    for job_class in JobClass.objects.all():
        rows = queries.standards_of_class(job_class.code, None, on)
        assert len(rows) >= 15
        leads = any(row.competency.framework.code == "kepemimpinan-digital-1.0" for row in rows)
        assert leads == job_class.is_managerial


def test_loading_reference_data_twice_changes_nothing(reference_data: None) -> None:
    before = (Competency.objects.count(), PositionStandard.objects.count())
    actions.load_reference_data()
    assert (Competency.objects.count(), PositionStandard.objects.count()) == before


def test_a_good_test_result_proves_the_requirement(cast: Cast) -> None:
    give(cast, Source.TEST, 3.4, 0.35)
    line = level(cast)
    assert line.required_level is not None
    assert line.status == Status.PROVEN
    assert line.low is not None
    assert line.high is not None
    assert line.low < (line.mean or 0) < line.high


def test_self_rating_alone_never_proves(cast: Cast) -> None:
    give(cast, Source.SELF_RATING, 4.4, 0.3)
    assert level(cast).status == Status.PROVISIONAL
    assert queries.reason_of(cast.siti, competency()).only_self_rating


def test_self_rating_is_corrected_for_its_bias(cast: Cast) -> None:
    give(cast, Source.SELF_RATING, 3.0, 0.8)
    high = level(cast).mean or 0
    Evidence.objects.all().delete()
    give(cast, Source.WORK_PRODUCT, 3.0, 0.8)
    assert high < (level(cast).mean or 0)


def test_recording_the_same_origin_twice_replaces_it(cast: Cast) -> None:
    give(cast, Source.TEST, 2.0)
    give(cast, Source.TEST, 3.0)
    assert Evidence.objects.count() == 1
    assert Evidence.objects.get().value == 3.0


def test_a_newer_test_replaces_the_older_one_in_the_level(cast: Cast) -> None:
    give(cast, Source.TEST, 1.0, origin="old", days_ago=100)
    give(cast, Source.TEST, 3.0, origin="new", days_ago=1)
    states = {share.evidence.origin_id: share.state for share in queries.reason_of(cast.siti, competency()).shares}
    assert states == {"old": "superseded", "new": "counted"}
    assert (level(cast).mean or 0) > 2.2


def test_of_two_tests_on_one_day_the_later_one_counts(cast: Cast) -> None:
    give(cast, Source.COURSE_TEST, 1.0, origin="before")
    give(cast, Source.COURSE_TEST, 3.0, origin="after")
    states = {share.evidence.origin_id: share.state for share in queries.reason_of(cast.siti, competency()).shares}
    assert states == {"before": "superseded", "after": "counted"}


def test_weights_of_a_reason_sum_to_one(cast: Cast) -> None:
    give(cast, Source.TEST, 2.5, origin="a")
    give(cast, Source.SUPERIOR_RATING, 2.0, origin="b", line="7")
    reason = queries.reason_of(cast.siti, competency())
    assert sum(share.share for share in reason.shares) + reason.prior_share == pytest.approx(1.0, abs=1e-5)


def test_contradicting_evidence_is_flagged_and_widens_the_interval(cast: Cast) -> None:
    give(cast, Source.TEST, 3.9, 0.3, origin="a")
    alone = level(cast)
    give(cast, Source.WORK_PRODUCT, 0.8, 0.3, origin="b")
    both = level(cast)
    assert both.is_contradictory
    assert not alone.is_contradictory
    assert (both.high or 0) - (both.low or 0) > (alone.high or 0) - (alone.low or 0)


def test_withdrawn_evidence_no_longer_counts_but_stays_visible(cast: Cast) -> None:
    give(cast, Source.TEST, 3.5)
    actions.withdraw_evidence(by=cast.hr.user, evidence=Evidence.objects.get(), reason="Salah orang")
    assert level(cast).mean is None
    share = queries.reason_of(cast.siti, competency()).shares[0]
    assert (share.state, share.evidence.withdrawn_reason) == ("withdrawn", "Salah orang")


@pytest.mark.parametrize(("value", "sd"), [(9.0, 0.4), (-3.0, 0.4), (2.0, 0.0), (2.0, 7.0)])
def test_nonsense_evidence_is_refused_and_nothing_is_written(cast: Cast, value: float, sd: float) -> None:
    with pytest.raises(Refused):
        give(cast, Source.TEST, value, sd)
    assert not Evidence.objects.exists()


def test_recompute_does_not_depend_on_the_order_of_recording(cast: Cast) -> None:
    pieces = [(Source.TEST, 2.31, "a"), (Source.SUPERIOR_RATING, 2.77, "b"), (Source.SELF_RATING, 3.13, "c"),
              (Source.CERTIFICATE, 2.05, "d"), (Source.PEER_RATING, 1.91, "e")]  # fmt: skip
    results = []
    for seed in range(4):
        Evidence.objects.all().delete()
        for source, value, origin in random.Random(seed).sample(pieces, len(pieces)):
            give(cast, source, value, 0.5, origin=origin)
        actions.recompute_everyone()
        line = level(cast)
        results.append((line.mean, line.low, line.high, line.status, line.probability))
    assert len(set(results)) == 1
    # The very figures, so that both databases are held to the same ones.
    assert results[0][:3] == (2.264365, 1.831175, 2.697555)


def test_an_agency_standard_wins_over_the_national_one_and_levels_follow(cast: Cast) -> None:
    give(cast, Source.TEST, 2.6, 0.3)
    job = cast.siti.position.job_class
    actions.set_standard(
        by=cast.hr.user, agency=cast.agency, job_class=job, competency=competency(), required_level=4, weight=5,
        legal_basis="SK contoh",
    )  # fmt: skip
    line = level(cast)
    assert line.required_level == 4
    assert line.status == Status.UNPROVEN
    own = PositionStandard.objects.get(agency=cast.agency)
    actions.end_standard(by=cast.hr.user, standard=own, reason="uji")
    assert level(cast).required_level != 4


def test_setting_a_standard_needs_the_permission(cast: Cast) -> None:
    with pytest.raises(Denied):
        actions.set_standard(
            by=cast.siti.user, agency=cast.agency, job_class=cast.siti.position.job_class, competency=competency(),
            required_level=1, weight=1,
        )  # fmt: skip
    with pytest.raises(Refused):
        actions.set_standard(
            by=cast.hr.user, agency=cast.agency, job_class=cast.siti.position.job_class, competency=competency(),
            required_level=9, weight=1,
        )  # fmt: skip
    national = PositionStandard.objects.filter(agency=None).first()
    assert national is not None
    with pytest.raises(Denied):
        actions.end_standard(by=cast.hr.user, standard=national, reason="coba")


def test_a_local_competency_never_touches_the_national_dictionary(cast: Cast) -> None:
    area = queries.area_list(queries.published_framework())[0]
    before = Competency.objects.filter(agency=None).count()
    added = actions.add_local_competency(
        by=cast.hr.user, agency=cast.agency, area=area, code="PTK-01", name="Layanan sungai", name_en="", description="x",
        descriptors=["a", "b", "c", "d"],
    )  # fmt: skip
    assert Competency.objects.filter(agency=None).count() == before
    assert added in queries.assessable_competencies(area.framework, cast.agency.pk)
    assert added not in queries.assessable_competencies(area.framework, None)
    for code in ("PTK-01", "1.1"):
        with pytest.raises(Refused):
            actions.add_local_competency(
                by=cast.hr.user, agency=cast.agency, area=area, code=code, name="y", name_en="", description="",
                descriptors=[],
            )  # fmt: skip


def test_a_framework_only_moves_forward(cast: Cast) -> None:
    framework = Framework.objects.get(code="pilar-literasi")
    with pytest.raises(Denied):
        actions.change_framework_state(
            by=cast.hr.user, framework=framework, target=FrameworkState.RETIRED, reason="Diganti"
        )
    actions.change_framework_state(by=cast.admin, framework=framework, target=FrameworkState.RETIRED, reason="Diganti")
    with pytest.raises(Refused):
        actions.change_framework_state(
            by=cast.admin, framework=framework, target=FrameworkState.PUBLISHED, reason="Keliru"
        )


def test_unit_sums_equal_the_levels_they_sum(cast: Cast) -> None:
    for index, person in enumerate(cast.everyone):
        actions.record_evidence(
            by=None, employee=person, source=Source.TEST, pieces=[NewEvidence(competency(), 1.0 + index * 0.2, 0.4)],
            observed_on=clock.today(), origin_kind="test", origin_id=str(index),
        )  # fmt: skip
    actions.recompute_everyone()
    whole = queries.gap_map(cast.root, by_area=False)
    cell = whole.total(competency())
    rows = CompetencyLevel.objects.filter(competency=competency(), required_level__isnull=False)
    assert cell.measured == rows.count()
    assert cell.gap_sum == pytest.approx(sum(row.gap or 0 for row in rows))
    parts = [whole.cell(unit, competency()) for unit, _ in whole.rows]
    assert sum(part.measured for part in parts) == cell.measured
    assert UnitGap.objects.get(unit=cast.seksi, is_whole=False, competency=competency()).measured == 3


def test_sums_of_subtrees_are_sums_of_their_units(cast: Cast) -> None:
    def everything_adds_up() -> None:
        own = list(
            UnitGap.objects.filter(is_whole=False).values_list("unit__path", "competency_id", "required", "gap_sum")
        )
        for unit in OrgUnit.objects.all():
            below: dict[int, list[float]] = {}
            for path, competency_id, required, gap in own:
                if path.startswith(unit.path):
                    line = below.setdefault(competency_id, [0, 0.0])
                    line[0], line[1] = line[0] + required, line[1] + gap
            whole = UnitGap.objects.filter(unit=unit, is_whole=True)
            found = {row.competency_id: [row.required, pytest.approx(row.gap_sum)] for row in whole}
            assert below == found, unit.name

    give(cast, Source.TEST, 1.0)
    actions.recompute_everyone()
    assert UnitGap.objects.filter(unit=cast.root, is_whole=True).exists()
    everything_adds_up()
    give(cast, Source.TEST, 2.5)
    everything_adds_up()
    before = UnitGap.objects.get(unit=cast.other_dinas, is_whole=True, competency=competency()).required
    move_employee(by=None, employee=cast.siti, position=cast.rina.position)
    everything_adds_up()
    assert UnitGap.objects.get(unit=cast.other_dinas, is_whole=True, competency=competency()).required == before + 1


def test_too_few_people_give_no_mean(cast: Cast) -> None:
    give(cast, Source.TEST, 1.0)
    actions.refresh_stale_units()
    cell = queries.gap_map(cast.seksi, by_area=False).total(competency())
    assert cell.measured == 1
    assert cell.mean_gap is None
