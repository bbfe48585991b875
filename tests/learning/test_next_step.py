"""The best next step: what is running and serves the biggest gap, else the course to begin with; cheaply."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.queries import competencies_by_code, profile_of
from bina.competencies.rules import Source
from bina.learning import actions, queries
from bina.learning.models import Course
from bina.people.models import Employee
from tests.cast import Cast
from tests.learning.folders import files, outline, publish_mini
from tests.learning.walking import enrolled, read_page

pytestmark = pytest.mark.django_db


def measure(employee: Employee, **levels: float) -> None:
    known = competencies_by_code()
    pieces = [NewEvidence(known[code.lstrip("c").replace("_", ".")], value, 0.3) for code, value in levels.items()]
    record_evidence(
        by=None, employee=employee, source=Source.TEST, pieces=pieces, observed_on=dt.date(2026, 6, 1), origin_kind="session",
        origin_id=f"s-{employee.pk}",
    )  # fmt: skip


def course_on(slug: str, code: str, *, minutes: int = 15) -> Course:
    data = outline()
    data.update(slug=slug, title=f"Kursus {slug}")
    data["competencies"] = [{"framework": "digcomp-3.0", "code": code, "target_level": 2, "expected_gain": 0.4}]
    data["sections"][0]["activities"][1]["minutes"] = minutes
    return publish_mini(files(data))


def test_nothing_to_do_says_nothing(cast: Cast) -> None:
    assert queries.next_step_for(cast.siti) is None


def test_without_a_running_course_the_most_helpful_one_is_proposed(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    measure(cast.siti, c4_2=0.4, c1_1=1.9)
    course_on("satu", "1.1")
    course_on("dua", "4.2")
    profile = profile_of(cast.siti)
    severity = {line.name: line.severity for line in profile.by_severity}
    queries.next_step_for(cast.siti)
    with django_assert_num_queries(2):
        step = queries.next_step_for(cast.siti, profile)
    assert step is not None
    assert not step.is_running
    best = max(("satu", "1.1"), ("dua", "4.2"), key=lambda pair: severity.get(str(competencies_by_code()[pair[1]]), 0))
    assert step.url == f"/learning/courses/{best[0]}/"
    assert (step.parts_left, step.minutes_left) == (6, 45)


def test_the_running_course_for_the_biggest_gap_comes_first(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    measure(cast.siti, c4_2=0.2, c1_1=1.9)
    enrolled(cast.siti, course_on("satu", "1.1", minutes=11))
    way = enrolled(cast.siti, course_on("dua", "4.2"))
    read_page(cast.siti.user, way)
    profile = profile_of(cast.siti)
    with django_assert_num_queries(1):
        step = queries.next_step_for(cast.siti, profile)
    assert step is not None
    assert step.is_running
    assert step.title == "Kursus dua"
    assert (step.parts_left, step.parts_total, step.minutes_left) == (5, 6, 30)
    assert step.url == f"/learning/{way.public_id}/halaman/"
    assert "melindungi data pribadi" in step.reason
    with django_assert_num_queries(2):
        assert queries.next_step_for(cast.siti) == step


def test_a_finished_course_is_not_proposed_again(cast: Cast) -> None:
    measure(cast.siti, c4_2=0.2)
    way = enrolled(cast.siti, course_on("dua", "4.2"))
    for key in ("uji-awal", "halaman", "kuis", "berkas", "video", "uji-akhir"):
        actions.repair_activity(
            by=cast.hr.user, enrolment=way, activity=way.version.activities.get(key=key), reason="Kelas tatap muka"
        )
    assert queries.next_step_for(cast.siti) is None


def test_courses_for_competencies_prefer_what_was_measured(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = course_on("satu", "4.2"), course_on("dua", "4.2")
    competency = competencies_by_code()["4.2"]
    with django_assert_num_queries(1):
        matches = queries.courses_for_competencies([competency.pk])
    assert [(m.slug, m.gain, m.is_measured) for m in matches] == [("satu", 0.4, False), ("dua", 0.4, False)]
    for day, mean in ((dt.date(2026, 1, 1), 0.9), (dt.date(2026, 6, 1), 0.1)):
        actions.record_course_effect(
            by=None, course=first, competency=competency, mean=mean, standard_error=0.1, n=40, estimated_on=day
        )
    actions.record_course_effect(
        by=None,
        course=second,
        competency=competency,
        mean=0.6,
        standard_error=0.1,
        n=40,
        estimated_on=dt.date(2026, 6, 1),
    )
    matches = queries.courses_for_competencies([competency.pk])
    assert [(m.slug, m.gain, m.is_measured) for m in matches] == [("dua", 0.6, True), ("satu", 0.1, True)]


def test_an_estimate_of_the_same_day_replaces_the_former(cast: Cast) -> None:
    course, competency = course_on("satu", "4.2"), competencies_by_code()["4.2"]
    for mean in (0.2, 0.3):
        effect = actions.record_course_effect(
            by=None,
            course=course,
            competency=competency,
            mean=mean,
            standard_error=0.1,
            n=9,
            estimated_on=dt.date(2026, 6, 1),
        )
    assert [row.mean for row in queries.course_effects([effect.course_id])] == [0.3]
