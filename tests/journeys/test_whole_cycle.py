"""The main job in one story: Siti measures, plans, learns and proves; her superior, HR, the leader and a stranger see what is theirs.

Everything goes through the doors and pages that people use; nothing is written behind their backs.
"""

import datetime as dt

import pytest
from django.urls import reverse

from bina.assessment import actions as assessment
from bina.assessment.models import Blueprint, Session
from bina.assessment.queries import form_versions
from bina.competencies import actions as competencies_actions
from bina.competencies import queries as competencies
from bina.credentials import queries as credentials
from bina.evaluation import queries as evaluation
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal import queries as journal
from bina.learning import actions as learning
from bina.learning.models import Activity, Course, Enrolment
from bina.learning.queries import next_step_for
from bina.people.models import Employee
from bina.planning import actions as planning
from bina.planning.queries import items_of, plan_of, plan_summary, plans_waiting_for
from tests.answers import right_answer, wrong_answer
from tests.cast import Cast
from tests.conftest import ClientFor

SAFETY = "keamanan-digital-asn"


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The cast in an installation with its item bank, courses, hour rules and survey."""
    from bina.credentials.actions import load_reference_data as load_credentials
    from bina.evaluation.actions import load_reference_data as load_evaluation

    assessment.load_reference_data()
    learning.load_reference_data()
    load_credentials()
    load_evaluation()
    competencies_actions.recompute_everyone()
    return cast


def take(person: Employee, session: Session, knows: float) -> None:
    """Answer a whole form; the easier share ``knows`` of it rightly."""
    versions = form_versions(session)
    for position, version in enumerate(versions, start=1):
        answer = right_answer if (version.item.level or 2) <= knows else wrong_answer
        assessment.answer_item(
            by=person.user, session=session, position=position, answer=answer(version.item.kind, version.payload)
        )


def learn_everything(person: Employee, enrolment: Enrolment) -> None:
    """Walk through a course as a diligent learner."""
    for activity in Activity.objects.filter(version=enrolment.version).order_by("order"):
        enrolment = Enrolment.objects.get(pk=enrolment.pk)
        learning.open_activity(by=person.user, enrolment=enrolment, activity=activity)
        if activity.kind == "test":
            session = learning.begin_test(by=person.user, enrolment=enrolment, activity=activity)
            take(person, session, knows=1 if activity.payload["role"] == "pre" else 4)
            learning.finish_test(by=person.user, enrolment=enrolment, activity=activity, session=session)
        elif activity.kind == "quiz":
            answers = {item["code"]: right_answer(item["kind"], item) for item in activity.payload["items"]}
            learning.submit_quiz(
                by=person.user, enrolment=enrolment, activity=activity, answers=answers, token=activity.key
            )
        elif activity.kind == "discussion":
            learning.answer_discussion(
                by=person.user, enrolment=enrolment, activity=activity, text="Layar loket kini terkunci sendiri."
            )
        else:
            report = {"transcript": True, "downloaded": True, "seconds": 60}
            learning.record_activity_progress(by=person.user, enrolment=enrolment, activity=activity, report=report)
            learning.complete_activity(by=person.user, enrolment=enrolment, activity=activity)


def test_measure_plan_learn_prove(house: Cast, client_for: ClientFor) -> None:
    siti, budi, year = house.siti, house.budi, clock.today("WIB").year
    page = client_for(siti)

    # Ukur. Nothing is measured at first, and the home says so.
    assert competencies.profile_of(siti).unmeasured_count > 0
    assert "Ukur kompetensi digital Anda" in page.get(reverse("portal:home")).content.decode()
    privacy = competencies.competencies_by_code()["4.2"]
    form = Blueprint.objects.get(code="digital-area-4")
    session = assessment.start_session(by=siti.user, employee=siti, blueprint=form)
    assert assessment.start_session(by=siti.user, employee=siti, blueprint=form).pk == session.pk, (
        "resumed, not doubled"
    )
    take(siti, session, knows=1)
    assessment.finish_session(by=siti.user, session=session)
    before = competencies.level_of(siti, privacy)
    assert before is not None
    assert before.mean is not None
    assert before.status_word != "proven"

    # Rencanakan. The gap becomes a proposal; the superior sends it back once and then agrees.
    plan = planning.start_plan(by=siti.user, employee=siti, year=year)
    planning.propose_items(by=siti.user, employee=siti, year=year)
    items = items_of(plan)
    course = Course.objects.get(slug=SAFETY)
    assert course.pk in {item.course_id for item in items}, "the course for the biggest gap is proposed"
    plan = planning.submit_plan(by=siti.user, plan=plan)
    assert plan in plans_waiting_for(budi.user)
    with pytest.raises(Denied):
        planning.approve_plan(by=house.rina.user, plan=plan)
    with pytest.raises(Refused):
        planning.return_plan(by=budi.user, plan=plan, comment="  ")
    plan = planning.return_plan(by=budi.user, plan=plan, comment="Tambahkan target semester dua.")
    assert "dikembalikan" in page.get(reverse("portal:home")).content.decode()
    plan = planning.submit_plan(by=siti.user, plan=plan)
    plan = planning.approve_plan(by=budi.user, plan=plan, comment="Setuju.")
    assert journal.unread_count(siti.user) >= 2

    # Belajar. Enrolling moves the plan item by itself; the course is taken to its end.
    enrolment = learning.enrol(by=siti.user, employee=siti, course=course, origin="plan")
    item = next(row for row in items_of(plan_of(siti, year) or plan) if row.course_id == course.pk)
    assert item.state == "running"
    step = next_step_for(siti)
    assert step is not None
    assert "Lanjutkan belajar" in page.get(reverse("portal:home")).content.decode()
    learn_everything(siti, enrolment)
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"

    # Buktikan. Hours once, a certificate, the plan item done, a higher level with its reason.
    standing = credentials.hours_of(siti, year)
    assert standing.earned == 4
    certificate = credentials.certificates_of(siti).get()
    summary = plan_summary(siti, year)
    assert summary is not None
    assert summary.done >= 1
    after = competencies.level_of(siti, privacy)
    assert after is not None
    assert (after.mean or 0) > before.mean
    reason = competencies.reason_of(siti, privacy)
    assert {share.evidence.source for share in reason.shares} >= {"test", "course_test"}
    assert not reason.only_self_rating

    # A stranger checks the certificate: its content, and nothing more.
    text = client_for(None).get(reverse("credentials:verify_one", args=[certificate.code])).content.decode()
    assert "Siti Rahmawati" in text
    assert "Keamanan digital" in text
    assert str(siti.employee_number) not in text
    assert (siti.email or "x@") not in text
    pdf = page.get(reverse("credentials:certificate_pdf", args=[certificate.public_id]))
    assert b"".join(pdf).startswith(b"%PDF")

    # The survey, the honest report, the pages of HR and leader.
    survey = page.get(reverse("evaluation:survey", args=[enrolment.public_id]))
    assert survey.status_code == 200
    programme = evaluation.programmes_visible_to(house.evaluator.user).get(course=course)
    report = (
        client_for(house.evaluator).get(reverse("evaluation:programme", args=[programme.public_id])).content.decode()
    )
    assert "Terlalu sedikit untuk disimpulkan" in report
    assert client_for(house.hr).get(reverse("portal:dashboard")).status_code == 200
    leader = client_for(house.leader).get(reverse("portal:leader")).content.decode()
    assert "Siti Rahmawati" not in leader, "the leader sees results, not individuals"
    assert client_for(budi).get(reverse("portal:team")).status_code == 200

    # Measured again: a month later the test is open again and the level is proven.
    Session.objects.filter(pk=session.pk).update(
        started_at=clock.now() - dt.timedelta(days=40), finished_at=clock.now() - dt.timedelta(days=40)
    )
    from bina.competencies.models import Evidence

    Evidence.objects.filter(employee=siti, source="test").update(observed_on=clock.today() - dt.timedelta(days=40))
    again = assessment.start_session(by=siti.user, employee=siti, blueprint=form)
    assert again.pk != session.pk
    take(siti, again, knows=4)
    assessment.finish_session(by=siti.user, session=again)
    proven = competencies.level_of(siti, privacy)
    assert proven is not None
    assert proven.status_word == "proven"


def test_everything_that_happened_stands_in_the_journal_without_numbers_or_answers(house: Cast) -> None:
    siti = house.siti
    session = assessment.start_session(
        by=siti.user, employee=siti, blueprint=Blueprint.objects.get(code="digital-area-4")
    )
    take(siti, session, knows=2)
    assessment.finish_session(by=siti.user, session=session)
    course = Course.objects.get(slug=SAFETY)
    learn_everything(siti, learning.enrol(by=siti.user, employee=siti, course=course))
    verbs = set(journal.entries_of_agency(house.agency.pk).values_list("verb", flat=True))
    assert {"session.finished", "evidence.recorded", "enrolment.started", "enrolment.completed", "hours.recorded",
            "certificate.issued"} <= verbs  # fmt: skip
    for entry in journal.entries_of_agency(house.agency.pk):
        written = f"{entry.data} {entry.object_name} {entry.reason}"
        assert str(siti.employee_number) not in written
        assert "answer" not in str(entry.data)


def test_finishing_twice_counts_once(house: Cast) -> None:
    siti = house.siti
    course = Course.objects.get(slug=SAFETY)
    enrolment = learning.enrol(by=siti.user, employee=siti, course=course)
    learn_everything(siti, enrolment)
    from bina.journal.jobs import react
    from bina.journal.models import Entry

    for entry in Entry.objects.filter(verb="enrolment.completed"):
        react.call(entry.pk)
    assert credentials.certificates_of(siti).count() == 1
    assert credentials.hours_of(siti, clock.today("WIB").year).earned == 4
