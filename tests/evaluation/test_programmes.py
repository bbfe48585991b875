"""Programmes open by themselves, store what was found, pass effects on, and are seen by those who may."""

import datetime as dt

import pytest

from bina.evaluation import actions, queries
from bina.evaluation.models import ImpactEstimate, Programme
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.actions import record
from bina.journal.models import Entry, Notification
from bina.learning import entries as learning_entries
from bina.learning.models import CourseEffect, Enrolment
from bina.people.rules import Role
from tests.cast import Cast, add_person, grant
from tests.evaluation.stage import (
    ERROR,
    GAINS,
    HIGH,
    LOW,
    add_agency,
    add_course,
    add_learners,
    competency,
    enrol,
    react,
    score,
    teach,
)

pytestmark = pytest.mark.django_db


def tell(verb: object, enrolment: Enrolment) -> None:
    """The journal learns of an enrolment, as learning would write it."""
    record(
        verb, by=None, kind="enrolment", object_id=enrolment.public_id, agency_id=enrolment.employee.agency_id,  # type: ignore[arg-type]
        data={"employee_id": enrolment.employee_id, "course": enrolment.course.slug},
    )  # fmt: skip


def test_the_first_enrolment_opens_the_programme_of_the_agency_and_the_overall_one(cast: Cast) -> None:
    course = add_course()
    tell(learning_entries.ENROLMENT_STARTED, enrol(cast.siti, course, state="started"))
    tell(learning_entries.ENROLMENT_STARTED, enrol(cast.dewi, course, state="started"))
    found = Programme.objects.order_by("agency_id").values_list("agency_id", "title", "participants", "completions")
    assert set(found) == {(None, "Kursus keamanan-digital", 2, 0), (cast.agency.pk, "Kursus keamanan-digital", 2, 0)}


def test_a_course_of_one_agency_has_one_programme(cast: Cast) -> None:
    course = add_course(agency=cast.agency)
    tell(learning_entries.ENROLMENT_COMPLETED, enrol(cast.siti, course))
    assert Programme.objects.get().agency == cast.agency


def test_publishing_opens_the_overall_programme(cast: Cast) -> None:
    course = add_course()
    record(learning_entries.COURSE_PUBLISHED, by=None, kind="course", object_id=course.public_id)
    assert Programme.objects.get().agency is None


def test_completion_asks_the_learner_once(cast: Cast) -> None:
    enrolment = enrol(cast.siti, add_course())
    tell(learning_entries.ENROLMENT_COMPLETED, enrolment)
    tell(learning_entries.ENROLMENT_COMPLETED, enrolment)
    notice = Notification.objects.get(recipient=cast.siti.user, url__contains="/evaluation/")
    assert notice.url == f"/evaluation/survey/{enrolment.public_id}/"


def test_completion_of_somebody_without_account_is_no_error(cast: Cast) -> None:
    cast.siti.user.delete()
    enrolment = enrol(type(cast.siti).objects.get(pk=cast.siti.pk), add_course())
    tell(learning_entries.ENROLMENT_COMPLETED, enrolment)
    assert not Notification.objects.filter(url__contains="/evaluation/").exists()


def test_an_estimate_holds_the_figures_worked_out_by_hand_and_reaches_learning(cast: Cast) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 10), course)
    programme = actions.open_programme(by=None, course=course, agency=None)
    assert actions.estimate_programme(programme=programme)
    overall = ImpactEstimate.objects.get(programme=programme, competency=None)
    assert (overall.pairs, overall.verdict) == (10, "improved")
    assert overall.mean_gain == pytest.approx(0.4, abs=1e-6)
    assert (overall.low, overall.high) == pytest.approx((LOW, HIGH), abs=1e-5)
    effect = CourseEffect.objects.get()
    assert (effect.course, effect.competency, effect.case_count) == (course, competency("4.1"), 10)
    assert effect.mean == pytest.approx(0.4, abs=1e-6)
    assert effect.standard_error == pytest.approx(ERROR, abs=1e-6)


def test_estimating_twice_changes_nothing(cast: Cast) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 10), course)
    programme = actions.open_programme(by=None, course=course, agency=None)
    actions.estimate_programme(programme=programme)
    rows = list(ImpactEstimate.objects.values_list("pk", "mean_gain"))
    written = Entry.objects.count()
    assert not actions.estimate_programme(programme=Programme.objects.get(pk=programme.pk))
    actions.estimate_programme(programme=programme, even_if_fresh=True)
    assert list(ImpactEstimate.objects.values_list("pk", "mean_gain")) == rows
    assert CourseEffect.objects.count() == 1
    assert Entry.objects.filter(verb="course.effect_recorded").count() == 1
    assert Entry.objects.count() == written + 1


def test_too_few_pairs_pass_nothing_on(cast: Cast) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 9), course)
    programme = actions.open_programme(by=None, course=course, agency=None)
    actions.estimate_programme(programme=programme)
    estimate = ImpactEstimate.objects.get(competency=None)
    assert (estimate.verdict, estimate.mean_gain, estimate.pairs) == ("too_few", None, 9)
    assert not CourseEffect.objects.exists()


def test_the_programme_of_one_agency_speaks_for_itself_but_not_for_the_course(cast: Cast) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 10), course)
    programme = actions.open_programme(by=None, course=course, agency=cast.agency)
    actions.estimate_programme(programme=programme)
    assert ImpactEstimate.objects.filter(programme=programme, verdict="improved").exists()
    assert not CourseEffect.objects.exists()


def test_an_agency_counts_only_its_own_people(cast: Cast) -> None:
    course = add_course()
    root = add_agency()
    teach(add_learners(cast.seksi, 10), course)
    teach(add_learners(root, 4, start=300), course)
    here = actions.open_programme(by=None, course=course, agency=cast.agency)
    everywhere = actions.open_programme(by=None, course=course, agency=None)
    assert (queries.reach_of(here).completed, queries.gains_of(here).overall.pairs) == (10, 10)
    assert (queries.reach_of(everywhere).completed, queries.gains_of(everywhere).overall.pairs) == (14, 14)


def test_a_failed_final_test_counts_too_so_that_success_is_not_chosen(cast: Cast) -> None:
    course = add_course()
    people = add_learners(cast.seksi, 11)
    teach(people[:10], course)
    unfinished = enrol(people[10], course, state="started")
    score(unfinished, "pre", {"4.1": 2.0})
    score(unfinished, "post", {"4.1": 1.5})
    programme = actions.open_programme(by=None, course=course, agency=cast.agency)
    gains = queries.gains_of(programme)
    assert gains.overall.pairs == 11
    assert gains.overall.mean == pytest.approx((4.0 - 0.5) / 11)
    reach = queries.reach_of(programme)
    assert (reach.enrolled, reach.completed, reach.running, reach.withdrawn) == (11, 10, 1, 0)


def test_a_period_narrows_participants_and_pairs_and_renews_the_estimate(cast: Cast) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 10), course)
    programme = actions.open_programme(by=None, course=course, agency=cast.agency)
    actions.estimate_programme(programme=programme)
    actions.change_programme(
        by=cast.evaluator.user, programme=programme, title="Angkatan baru", owner=cast.evaluator.user,
        period_from=clock.today(), period_to=None,
    )  # fmt: skip
    programme.refresh_from_db()
    assert queries.reach_of(programme).enrolled == 0
    assert ImpactEstimate.objects.get(programme=programme, competency=None).verdict == "too_few"
    assert not ImpactEstimate.objects.filter(programme=programme, competency__isnull=False).exists()


def test_a_programme_is_changed_by_evaluators_of_its_agency_only(cast: Cast) -> None:
    programme = actions.open_programme(by=None, course=add_course(), agency=cast.agency)
    keep = {"programme": programme, "title": "x", "owner": None, "period_from": None, "period_to": None}
    for person in (cast.leader, cast.trainer, cast.siti, cast.unit_hr):
        with pytest.raises(Denied):
            actions.change_programme(by=person.user, **keep)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="mendahului"):
        actions.change_programme(
            by=cast.hr.user, programme=programme, title="x", owner=None,
            period_from=dt.date(2026, 5, 2), period_to=dt.date(2026, 5, 1),
        )  # fmt: skip
    assert actions.change_programme(by=cast.hr.user, **keep).title == "x"  # type: ignore[arg-type]


def test_programmes_are_seen_in_scope_by_readers_and_by_the_course_owner(cast: Cast) -> None:
    course = add_course(owner=cast.trainer.user)
    here = actions.open_programme(by=None, course=course, agency=cast.agency)
    overall = actions.open_programme(by=None, course=course, agency=None)
    root = add_agency()
    there = actions.open_programme(by=None, course=course, agency=root.agency)
    stranger = add_person(root, "Orang Lain", "PELAKSANA", "Analis", serial=400)
    grant(stranger, Role.EVALUATOR, root)

    def seen(person: object) -> set[Programme]:
        return set(queries.programmes_visible_to(person.user))  # type: ignore[attr-defined]

    assert seen(cast.trainer) == {here, overall, there}
    assert seen(cast.evaluator) == seen(cast.hr) == seen(cast.leader) == seen(cast.unit_hr) == {here}
    assert seen(stranger) == {there}
    assert seen(cast.siti) == seen(cast.budi) == set()
    assert queries.may_read_words(cast.evaluator.user, here)
    assert queries.may_read_words(cast.trainer.user, here)
    assert not queries.may_read_words(cast.leader.user, here)
    assert not queries.may_read_words(cast.unit_hr.user, here)


def test_home_gets_one_proven_finding_in_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    course = add_course()
    people = add_learners(cast.seksi, 10)
    teach(people, course)
    weak = add_course("lemah")
    teach(people, weak, gains=(0.5, -0.5, 0.3, -0.3, 0.2, -0.2, 0.1, -0.1, 0.4, -0.3))
    for each in (course, weak):
        actions.estimate_programme(programme=actions.open_programme(by=None, course=each, agency=cast.agency))
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = queries.proven_useful(cast.siti)
    assert found is not None
    assert (found.title, found.slug, found.n) == ("Kursus keamanan-digital", course.slug, 10)
    assert (found.mean, found.low, found.high) == pytest.approx((0.4, LOW, HIGH), abs=1e-5)


def test_home_gets_nothing_when_nothing_is_proven_and_prefers_what_is_still_new(cast: Cast) -> None:
    assert queries.proven_useful(cast.siti) is None
    known, fresh = add_course("sudah"), add_course("baru")
    people = add_learners(cast.seksi, 10)
    teach(people, known, gains=tuple(gain + 1 for gain in GAINS))
    teach(people, fresh)
    for each in (known, fresh):
        actions.estimate_programme(programme=actions.open_programme(by=None, course=each, agency=None))
    best = queries.proven_useful(cast.siti)
    assert best is not None
    assert best.slug == "sudah"
    enrol(cast.siti, known)
    best = queries.proven_useful(cast.siti)
    assert best is not None
    assert best.slug == "baru"


def test_reactions_stay_hidden_below_five_and_words_below_five_texts(cast: Cast) -> None:
    programme = actions.open_programme(by=None, course=add_course(), agency=cast.agency)
    people = add_learners(cast.seksi, 9)
    for person in people[:4]:
        react(person, programme, words="Perbanyak contoh.")
    hidden = queries.reaction_to(programme)
    assert (hidden.count, hidden.is_told, hidden.scales, hidden.words) == (4, False, (), ())
    react(people[4], programme)
    told = queries.reaction_to(programme)
    assert told.is_told
    relevance = told.scales[0]
    assert (relevance.mean, [step.count for step in relevance.steps]) == (5.0, [0, 0, 0, 0, 5])
    assert {line.key: (line.count, line.answers) for line in told.words}["improvement"] == (4, ())
    react(people[5], programme, words="Perbanyak contoh.")
    assert len({line.key: line.answers for line in queries.reaction_to(programme).words}["improvement"]) == 5


def test_the_overall_programme_hears_every_agency(cast: Cast) -> None:
    course = add_course()
    here = actions.open_programme(by=None, course=course, agency=cast.agency)
    overall = actions.open_programme(by=None, course=course, agency=None)
    for person in add_learners(cast.seksi, 5):
        react(person, here)
    assert queries.reaction_to(overall).count == 5
