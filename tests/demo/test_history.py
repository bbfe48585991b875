"""Half a year of history: levels, plans, courses, hours and papers that fit together, and screens that are not empty."""

import datetime as dt
from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from bina.assessment.models import CompetencyScore, Item, RatingRound, Response, Session, Survey, SurveyResponse
from bina.assessment.queries import report_of, rounds_to_do, scale_results, summary_of, surveys_waiting_for
from bina.assessment.rules import counted_answers, grade
from bina.competencies.models import Appeal, CompetencyLevel, Evidence
from bina.competencies.queries import EventKind, history_of_level, opinions_asked_of, profile_of
from bina.credentials.actions import recompute_hours
from bina.credentials.models import Certificate, LearningHours, NumberSequence
from bina.credentials.queries import hours_of
from bina.demo.adapting import TESTS
from bina.demo.build import BuildResult
from bina.evaluation.models import Programme
from bina.journal.models import Entry, Notification
from bina.journal.queries import history_of
from bina.journal.registry import VERBS
from bina.learning.models import ActivityProgress, Enrolment
from bina.learning.queries import next_step_for
from bina.people.models import Employee, StaffImport, User
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.queries import items_of, plan_of, plans_waiting_for
from tests.demo.conftest import EMPLOYEES, ON

DIGITAL = "digcomp-3.0"


def person(key: str) -> Employee:
    found = User.objects.select_related("employee__unit", "employee__position__job_class", "employee__agency").get(
        email=f"{key}@contoh.go.id.test"
    )
    assert found.employee is not None
    return found.employee


def test_about_six_in_ten_have_a_test_and_fewer_a_rating(demo: BuildResult) -> None:
    def share(source: str) -> float:
        return Evidence.objects.filter(source=source).values("employee").distinct().count() / EMPLOYEES

    assert 0.50 < share("test") < 0.68
    assert 0.28 < share("self_rating") < 0.42
    assert 0.12 < share("superior_rating") < 0.36


def test_levels_look_like_the_surveys_with_every_status_present(demo: BuildResult) -> None:
    lines = CompetencyLevel.objects.filter(competency__framework__code=DIGITAL, required_level__isnull=False)
    statuses = Counter(lines.values_list("status", flat=True))
    assert set(statuses) == {0, 1, 2, 3}
    assert all(count > 0.05 * lines.count() for count in statuses.values())
    means = [value for value in lines.values_list("mean", flat=True) if value is not None]
    assert 1.8 < sum(means) / len(means) < 2.6


def test_self_ratings_run_higher_than_tests(demo: BuildResult) -> None:
    def mean(source: str) -> float:
        values = list(
            Evidence.objects.filter(source=source, competency__framework__code=DIGITAL).values_list("value", flat=True)
        )
        return sum(values) / len(values)

    assert mean("self_rating") > mean("test")


def test_kept_answers_earn_what_was_written(demo: BuildResult) -> None:
    rows = Response.objects.select_related("item_version__item").order_by("id")[::37]
    assert len(rows) > 100
    for row in rows:
        assert grade(row.item_version.item.kind, row.item_version.payload, row.answer) == row.score


def test_an_attempt_s_share_is_that_of_its_answers(demo: BuildResult) -> None:
    session = Session.objects.filter(responses__isnull=False).order_by("id").first()
    assert session is not None
    scores = list(session.responses.values_list("score", flat=True))
    assert len(scores) == session.item_count
    assert session.score == pytest.approx(sum(score or 0 for score in scores) / len(scores), abs=1e-6)
    assert CompetencyScore.objects.filter(session=session).exists()


def test_nothing_happened_in_the_future_or_before_the_half_year(demo: BuildResult) -> None:
    end = dt.datetime.combine(ON, dt.time(0), dt.UTC)
    # What the build itself did (courses, pathways, items, a staff file, estimates, analyses, keys) is of the day it ran.
    told = Entry.objects.exclude(
        verb__regex=r"^(course|pathway|items?|programme|staff_import|employee|calibration|correlation_estimate|panel|level_cuts|record_(client|store))\."
    )
    newest = told.order_by("-occurred_at")[0]
    assert newest.occurred_at < end, newest.verb
    for model, field in ((Session, "finished_at"), (Enrolment, "active_at"), (Certificate, "issued_at")):
        assert model.objects.filter(**{f"{field}__gte": end}).count() == 0
    assert LearningHours.objects.filter(completed_on__gte=ON).count() == 0
    assert Session.objects.filter(finished_at__lt=end - dt.timedelta(days=260)).count() == 0


def test_the_journal_knows_every_verb_and_is_in_order(demo: BuildResult) -> None:
    rows = list(Entry.objects.filter(occurred_at__lt=timezone.now()).order_by("id").values_list("verb", "occurred_at"))
    assert {verb for verb, _ in rows} <= set(VERBS)
    demo_rows = [moment for verb, moment in rows if verb in {"plan.submitted", "plan.approved", "certificate.issued"}]
    assert demo_rows == sorted(demo_rows)


def test_completions_have_hours_a_certificate_and_all_parts_done(demo: BuildResult) -> None:
    completed = Enrolment.objects.filter(state="completed").select_related("version")
    assert completed.count() > 60
    hours = dict(LearningHours.objects.filter(origin_kind="enrolment").values_list("origin_id", "hours"))
    papers = set(Certificate.objects.filter(origin_kind="enrolment").values_list("origin_id", flat=True))
    for row in completed:
        assert hours[str(row.public_id)] == row.version.learning_hours
        assert str(row.public_id) in papers
        assert row.parts_done == row.parts_total
        assert row.minutes_left == 0
    started = Enrolment.objects.filter(state="started")
    assert started.filter(parts_done=0).exists()
    assert started.filter(parts_done__gt=0).exists()
    for row in started:
        assert row.parts_done < row.parts_total


def test_progress_marks_agree_with_progress_rows(demo: BuildResult) -> None:
    for row in Enrolment.objects.order_by("id")[::11]:
        states = ActivityProgress.objects.filter(enrolment=row).values_list("activity__key", "state")
        expected = {key: "c" if state == "completed" else "o" for key, state in states}
        assert row.progress_marks == expected


def test_certificate_numbers_have_no_gaps(demo: BuildResult) -> None:
    for sequence in NumberSequence.objects.all():
        numbers = Certificate.objects.filter(agency_id=sequence.agency_id, number__endswith=f"/{sequence.year}")
        counted = sorted(int(number.split("/")[0]) for number in numbers.values_list("number", flat=True))
        assert counted == list(range(1, sequence.latest + 1))


def test_the_ledger_counts_the_same_when_counted_again(demo: BuildResult) -> None:
    for employee in Employee.objects.filter(learning_hours__isnull=False).distinct().order_by("id")[:60]:
        written = sum(LearningHours.objects.filter(employee=employee, year=ON.year).values_list("hours", flat=True))
        assert recompute_hours(employee, ON.year) == written


def test_contract_staff_never_exceed_their_ceiling_of_hours(demo: BuildResult) -> None:
    for employee in Employee.objects.filter(employment_type="PPPK").select_related("agency"):
        assert hours_of(employee, ON.year).earned <= 24 + 8


def test_plans_stand_in_every_state_and_items_follow_learning(demo: BuildResult) -> None:
    assert set(IndividualPlan.objects.values_list("state", flat=True)) >= {"draft", "submitted", "returned", "approved"}
    states = dict(Enrolment.objects.values_list("public_id", "state"))
    by_reference = {str(key): state for key, state in states.items()}
    followed = PlanItem.objects.exclude(enrolment_id="")
    assert followed.count() > 50
    for item in followed:
        assert {"completed": "done", "started": "running"}[by_reference[item.enrolment_id]] == item.state
    for plan in IndividualPlan.objects.filter(state="approved").select_related("employee")[:200]:
        assert plan.approver_id is not None
        assert plan.approver_id != plan.employee_id


def test_one_course_helps_one_hardly_and_of_one_nobody_can_tell(demo: BuildResult) -> None:
    found = {
        programme.course.slug: programme.estimates.get(competency=None)
        for programme in Programme.objects.filter(agency=None).select_related("course")
    }
    safety, service = found["keamanan-digital-asn"], found["layanan-media-sosial-pengaduan"]
    assert safety.verdict == "improved"
    assert safety.mean_gain is not None
    assert safety.mean_gain is not None
    assert 0.25 <= safety.mean_gain <= 0.55
    assert service.mean_gain is None or abs(service.mean_gain) < 0.25
    assert found["analisis-data-lembar-kerja"].verdict == "too_few"


def test_learners_said_what_they_think(demo: BuildResult) -> None:
    completed = Enrolment.objects.filter(state="completed").count()
    reactions = SurveyResponse.objects.filter(context_kind="programme")
    assert 0.45 * completed < reactions.count() < 0.85 * completed
    for row in reactions[:50]:
        assert all(1 <= value <= 5 for value in row.answers.values() if isinstance(value, int))


def test_the_employee_of_the_story_has_something_everywhere(demo: BuildResult) -> None:
    siti = person("siti")
    profile = profile_of(siti, framework_kinds=("digital",))
    assert profile.proven_count
    assert profile.provisional_count
    assert profile.unproven_count
    assert profile.unmeasured_count
    plan = plan_of(siti, ON.year)
    assert plan is not None
    assert plan.state == "approved"
    items = items_of(plan)
    assert len(items) == 5
    assert {item.state for item in items} == {"planned", "running", "done"}
    step = next_step_for(siti)
    assert step is not None
    assert step.parts_left
    assert Certificate.objects.filter(employee=siti).count() == 1
    assert Notification.objects.filter(recipient=siti.user).exists()


def test_the_new_employee_starts_from_nothing(demo: BuildResult) -> None:
    fadli = person("fadli")
    assert not Evidence.objects.filter(employee=fadli).exists()
    assert not IndividualPlan.objects.filter(employee=fadli).exists()
    assert not Enrolment.objects.filter(employee=fadli).exists()
    assert profile_of(fadli).unmeasured_count > 10


def test_the_superior_of_the_story_has_decisions_to_take(demo: BuildResult) -> None:
    waiting = plans_waiting_for(person("rusli").user)
    assert waiting.count() == 2


@pytest.mark.parametrize(
    "key", ["siti", "fadli", "rusli", "nurbaiti", "mardiana", "sugeng", "kristina", "hamdi", "daud"]
)
def test_everybody_of_the_story_can_open_the_first_pages(demo: BuildResult, key: str) -> None:
    client = Client()
    client.force_login(person(key).user, backend="bina.people.backends.NumberOrEmailBackend")
    for address in ("/", "/competencies/", "/planning/", "/learning/", "/learning/mine/", "/credentials/hours/",
                    "/assessment/", "/notifications/"):  # fmt: skip
        assert client.get(address).status_code == 200, address


def test_hr_has_taken_in_a_file_with_changes_and_an_error(demo: BuildResult) -> None:
    taken = StaffImport.objects.get()
    assert taken.state == StaffImport.State.APPLIED
    assert {name: taken.counts[name] for name in ("changed", "error", "new")} == {"changed": 2, "error": 1, "new": 0}


def test_rounds_of_rating_stand_in_every_state_with_reports_that_keep_the_groups(demo: BuildResult) -> None:
    rounds = {row.state: row for row in RatingRound.objects.all()}
    assert set(rounds) == {"reported", "open", "draft"}
    reported = rounds["reported"]
    assert reported.subjects.count() >= 6
    rusli = reported.subjects.get(employee=person("rusli"))
    report = report_of(rusli)
    assert report.lines
    assert all(row.cells for row in report.lines)
    assert Evidence.objects.filter(origin_kind="round", source="peer_rating", employee=person("rusli")).exists()
    for row in rounds_to_do(person("siti").user):
        assert row.subject.round == rounds["open"]
    assert rounds_to_do(person("siti").user)
    summary = summary_of(reported)
    assert summary is not None
    assert summary.people == reported.subjects.count()
    assert all(row.raters.exists() for row in rounds["draft"].subjects.all())


def test_reviews_stand_in_every_state_and_one_took_a_rating_out(demo: BuildResult) -> None:
    appeals = {row.state: row for row in Appeal.objects.select_related("employee", "competency")}
    assert set(appeals) == {"open", "assessing", "assessed", "kept", "changed", "withdrawn"}
    changed = appeals["changed"]
    piece = Evidence.objects.exclude(withdrawn_at=None).get(employee=changed.employee)
    assert piece.withdrawn_reason == changed.decision_reason
    kinds = {event.kind for p in history_of_level(changed.employee, changed.competency).points for event in p.events}
    assert {EventKind.WITHDRAWN, EventKind.APPEAL, EventKind.MEASURED} <= kinds
    trainer = User.objects.get(email="sugeng@contoh.go.id.test")
    assert [row.state for row in opinions_asked_of(trainer)] == ["assessing"]
    assert [row.verb for row in history_of("appeal", changed.public_id)].count("appeal.decided") == 1


def test_some_levels_will_lapse(demo: BuildResult) -> None:
    assert CompetencyLevel.objects.filter(status=3, expires_on__isnull=False).count() > 50


def test_the_adaptive_test_was_taken_often_enough_for_exposure_to_be_judged(demo: BuildResult) -> None:
    items = Item.objects.filter(bank__code="digital", state="in_use")
    asked = list(items.values_list("asked_count", flat=True))
    tests = max(items.values_list("offered_count", flat=True))
    assert tests == TESTS >= 50
    assert sum(asked) >= 15 * tests  # a test asks at least so many questions
    assert 0.1 < max(asked) / tests < 0.35  # the choice keeps its bound, chance aside
    assert all(count <= offered for count, offered in items.values_list("asked_count", "offered_count"))


def test_surveys_have_a_result_and_an_open_sheet(demo: BuildResult) -> None:
    opened, second, first = Survey.objects.order_by("-id")
    assert (first.state, second.state, opened.state) == ("closed", "closed", "open")
    assert second.before == first
    results = scale_results(second)
    assert all(row.is_told and row.mean is not None and row.mean > 0 for row in results.changes)
    assert len(results.scales) == 2
    assert not scale_results(opened).is_told
    assert [row.survey for row in surveys_waiting_for(person("siti").user, ON)] == [opened]
    for row in SurveyResponse.objects.filter(survey__isnull=False):
        assert row.employee is None
        assert counted_answers(row.instrument.content, row.answers) == (row.answers, [])
