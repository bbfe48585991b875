"""Joining, stopping, coming back, being brought in: every state, every person, every second click."""

import pytest
from django.db import IntegrityError, transaction

from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.learning import actions, queries
from bina.learning.models import Enrolment
from bina.learning.rules import NEXT_STATES, EnrolmentState, can_become
from bina.people.models import Employee
from tests.cast import Cast
from tests.learning.folders import SVG, files, import_mini, publish_mini
from tests.learning.walking import do_everything_but_the_test, enrolled, fresh, read_page, take_test

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(Entry.objects.filter(verb__startswith="enrolment.").order_by("id").values_list("verb", flat=True))


def test_states_change_only_as_the_table_says() -> None:
    for state in EnrolmentState:
        for target in EnrolmentState:
            assert bool(can_become(state, target)) is (target in NEXT_STATES[state])


def test_joining_copies_what_is_to_do(cast: Cast) -> None:
    course = publish_mini()
    enrolment = enrolled(cast.siti, course)
    assert (enrolment.state, enrolment.parts_done, enrolment.parts_total, enrolment.minutes_left) == (
        "started",
        0,
        6,
        45,
    )
    entry = Entry.objects.get(verb="enrolment.started")
    assert entry.object_id == str(enrolment.public_id)
    assert entry.data["course"] == "kursus-mini"
    assert entry.data["employee_id"] == cast.siti.pk
    assert cast.siti.employee_number
    assert cast.siti.employee_number not in str(entry.data)


def test_joining_twice_is_joining_once(cast: Cast) -> None:
    course = publish_mini()
    assert enrolled(cast.siti, course) == enrolled(cast.siti, course)
    assert Enrolment.objects.count() == 1
    assert verbs() == ["enrolment.started"]


def test_two_tabs_meet_in_the_database(cast: Cast) -> None:
    course = publish_mini()
    first = enrolled(cast.siti, course)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            employee=cast.siti,
            course=course,
            version=first.version,
            started_at=first.started_at,
            active_at=first.active_at,
        )


def test_stopping_keeps_what_was_done(cast: Cast) -> None:
    course = publish_mini()
    enrolment = enrolled(cast.siti, course)
    read_page(cast.siti.user, enrolment)
    actions.withdraw(by=cast.siti.user, enrolment=enrolment)
    actions.withdraw(by=cast.siti.user, enrolment=fresh(enrolment))
    with pytest.raises(Refused):
        actions.complete_activity(by=cast.siti.user, enrolment=enrolment, activity=enrolment.version.activities.first())  # type: ignore[arg-type]
    again = enrolled(cast.siti, course)
    assert again == enrolment
    assert (again.state, again.parts_done, again.withdrawn_at) == ("started", 1, None)
    assert verbs() == ["enrolment.started", "enrolment.withdrawn", "enrolment.resumed"]


def test_only_the_learner_stops(cast: Cast) -> None:
    enrolment = enrolled(cast.siti, publish_mini())
    for person in (cast.budi, cast.hr, cast.rina):
        with pytest.raises(Denied):
            actions.withdraw(by=person.user, enrolment=enrolment)


def test_a_completed_course_cannot_be_left(cast: Cast) -> None:
    enrolment = enrolled(cast.siti, publish_mini())
    do_everything_but_the_test(cast.siti.user, enrolment)
    take_test(cast.siti.user, enrolment, "uji-akhir", right=2)
    with pytest.raises(Refused):
        actions.withdraw(by=cast.siti.user, enrolment=enrolment)


@pytest.mark.parametrize("who", ["budi", "hr", "unit_hr", "trainer"])
def test_those_responsible_bring_people_in_and_they_are_told_once(cast: Cast, who: str) -> None:
    course = publish_mini()
    by: Employee = getattr(cast, who)
    for _time in range(2):
        enrolment = actions.enrol(by=by.user, employee=cast.siti, course=course, origin="hr")
    assert enrolment.origin == "hr"
    assert enrolment.enrolled_by == by.user
    assert Notification.objects.filter(recipient=cast.siti.user).count() == 1


@pytest.mark.parametrize("who", ["dewi", "rina", "evaluator", "leader"])
def test_others_bring_nobody_in(cast: Cast, who: str) -> None:
    course = publish_mini()
    with pytest.raises(Denied):
        actions.enrol(by=getattr(cast, who).user, employee=cast.siti, course=course)
    assert not Enrolment.objects.exists()


def test_unit_hr_reaches_only_its_own_unit(cast: Cast) -> None:
    course = publish_mini()
    with pytest.raises(Denied):
        actions.enrol(by=cast.unit_hr.user, employee=cast.rina, course=course, origin="hr")


def test_nobody_joins_what_is_not_open(cast: Cast) -> None:
    draft = import_mini()
    with pytest.raises(Refused):
        enrolled(cast.siti, draft.course)
    course = actions.publish_version(by=None, version=draft)
    actions.archive_course(by=cast.admin, course=course, reason="Isinya usang.")
    with pytest.raises(Refused):
        enrolled(cast.siti, course)


def test_a_course_of_another_agency_is_not_offered(cast: Cast) -> None:
    from bina.people.models import Agency

    other = Agency.objects.create(code="lain", name="Instansi lain", short_name="Lain", kind="lpnk")
    course = publish_mini(agency=other)
    assert queries.course_visible_to(cast.siti.user, course.slug) is None
    assert not queries.catalogue(cast.siti.user).exists()
    with pytest.raises(Refused):
        enrolled(cast.siti, course)


def test_people_who_left_are_not_enrolled(cast: Cast) -> None:
    cast.siti.legal_status = Employee.LegalStatus.RETIRED
    cast.siti.save()
    with pytest.raises(Refused):
        actions.enrol(by=cast.hr.user, employee=cast.siti, course=publish_mini(), origin="hr")


def test_a_whole_unit_in_the_background(cast: Cast) -> None:
    course = publish_mini()
    enrolled(cast.siti, course)
    work = actions.request_unit_enrolment(by=cast.hr.user, course=course, unit=cast.dinas)
    work.refresh_from_db()
    inside = {cast.siti, cast.dewi, cast.budi, cast.division_head, cast.head, cast.unit_hr}
    assert set(Employee.objects.filter(enrolments__course=course)) == inside
    assert (work.state, work.done, work.total) == ("done", 6, 6)
    assert "5 orang baru" in work.message
    actions.request_unit_enrolment(by=cast.hr.user, course=course, unit=cast.dinas)
    assert Enrolment.objects.count() == 6
    with pytest.raises(Denied):
        actions.request_unit_enrolment(by=cast.unit_hr.user, course=course, unit=cast.root)


def test_a_new_version_leaves_learners_in_peace(cast: Cast) -> None:
    course = publish_mini()
    siti = enrolled(cast.siti, course)
    read_page(cast.siti.user, siti)
    actions.publish_version(
        by=None,
        version=import_mini(files(None, {"01.md": b"## Baru\n\n![Alur](media/a.svg)\n", "media/a.svg": SVG})),
    )
    course.refresh_from_db()
    assert course.current_version is not None
    assert course.current_version.number == 2
    assert fresh(siti).version.number == 1
    assert enrolled(cast.siti, course) == siti
    assert "Satu pagi" in fresh(siti).version.activities.get(key="halaman").body_html
    assert enrolled(cast.dewi, course).version.number == 2
    do_everything_but_the_test(cast.siti.user, siti)
    take_test(cast.siti.user, siti, "uji-akhir", right=2)
    done = fresh(siti)
    assert (done.state, done.version.number) == ("completed", 1)
    # Whoever finished an older version may take the newer one; the old record stays.
    newer = enrolled(cast.siti, course)
    assert (newer.version.number, newer.state) == (2, "started")
    assert fresh(siti).state == "completed"


def test_publishing_an_older_version_again_is_possible(cast: Cast) -> None:
    course = publish_mini()
    first = course.current_version
    assert first is not None
    actions.publish_version(by=None, version=import_mini(files(None, {"01.md": b"## Lain\n\n![Alur](media/a.svg)\n"})))
    actions.publish_version(by=None, version=first)
    course.refresh_from_db()
    assert course.current_version == first
    assert enrolled(cast.siti, course).version == first


def test_counts(cast: Cast) -> None:
    course = publish_mini()
    for person in (cast.siti, cast.dewi, cast.rina):
        enrolled(person, course)
    actions.withdraw(by=cast.dewi.user, enrolment=Enrolment.objects.get(employee=cast.dewi))
    counts = queries.enrolment_counts(course)
    assert (counts.started, counts.completed, counts.withdrawn, counts.total) == (2, 0, 1, 3)
    assert queries.enrolment_counts(course, unit_path=cast.seksi.path).started == 1
    assert queries.learning_counts(cast.other_dinas).started == 1
    assert queries.learning_counts(cast.bidang).total == 2
