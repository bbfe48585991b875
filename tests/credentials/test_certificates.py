"""Certificates: numbered without gaps, printed once and for ever, revoked in the open."""

import datetime as dt
import re
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from bina.credentials import actions, queries
from bina.credentials.models import Certificate, LearningHours, NumberSequence
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.actions import record
from bina.journal.models import Entry, Notification
from bina.journal.registry import VERBS
from bina.learning import actions as learning
from bina.learning.models import Course, CourseVersion, Enrolment
from bina.people.models import Agency, Employee, OrgUnit
from tests.cast import Cast, add_person
from tests.credentials.stage import DAY, certify
from tests.racing import at_once

YEAR = clock.today().year


def numbers() -> list[int]:
    """The running numbers issued so far."""
    return sorted(int(number.split("/")[0]) for number in Certificate.objects.values_list("number", flat=True))


@pytest.mark.django_db
def test_everything_printed_is_kept(house: Cast) -> None:
    house.siti.title_suffix = "S.Kom."
    house.siti.save()
    certificate = certify(house.siti)
    assert certificate.number == f"000001/KDA/{house.agency.code}/{YEAR}"
    house.siti.full_name = "Siti Berganti Nama"
    house.siti.save()
    certificate.refresh_from_db()
    printed = certificate.printed
    assert printed["name"] == "Siti Rahmawati, S.Kom."
    assert printed["employee_number"] == "19880412******2005"
    assert printed["signatory_name"] == house.leader.full_name, "without an own issuer the head of the agency signs"
    assert printed["organiser"] == house.agency.name
    assert (printed["started_on"], printed["completed_on"]) == ("2026-03-05", "2026-03-12")
    assert str(house.siti.employee_number) not in str(printed)


@pytest.mark.django_db
def test_one_origin_one_certificate(house: Cast) -> None:
    first = certify(house.siti)
    assert certify(house.siti).pk == first.pk
    assert certify(house.siti, title="Judul lain").title == first.title
    assert numbers() == [1]


@pytest.mark.django_db
def test_numbers_run_by_agency_and_year_and_follow_the_issuer(house: Cast) -> None:
    other = Agency.objects.create(code="lain", name="Kabupaten Contoh", short_name="Contoh", kind="regency")
    root = OrgUnit.objects.add_root({"agency": other, "code": "R", "name": "Kabupaten Contoh"})
    stranger = add_person(root, "Wulan Sari", "PELAKSANA", "Pengelola", serial=70)
    actions.set_issuer(
        by=house.hr.user, agency=house.agency, organiser="BKPSDM Kota Pontianak (contoh)", signatory_name="Ratna Kusuma",
        signatory_title="Sekretaris Daerah", legal_basis="SK contoh", number_pattern="ST-{seq:04d}/{agency}/{year}", agency_code="6671",
        valid_from=dt.date(2026, 1, 1),
    )  # fmt: skip
    assert certify(house.siti).number == f"ST-0001/6671/{YEAR}"
    assert certify(house.rina).number == f"ST-0002/6671/{YEAR}"
    foreign = certify(stranger)
    assert foreign.number == f"000001/KDA/lain/{YEAR}"
    assert foreign.printed["signatory_name"] == ""
    with pytest.raises(Denied):
        actions.set_issuer(
            by=house.hr.user,
            agency=other,
            organiser="X",
            signatory_name="",
            signatory_title="",
            legal_basis="SK",
            valid_from=DAY,
        )
    with pytest.raises(Refused):
        actions.set_issuer(
            by=house.hr.user, agency=house.agency, organiser="X", signatory_name="", signatory_title="", legal_basis="SK", valid_from=DAY,
            number_pattern="{year}",
        )  # fmt: skip


@pytest.mark.django_db
def test_a_failed_issue_gives_its_number_back(house: Cast) -> None:
    certify(house.siti)

    def break_off() -> None:
        with transaction.atomic():
            certify(house.rina)
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        break_off()
    certify(house.budi)
    assert numbers() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_numbers_under_a_crowd_have_no_gap_and_no_double(house: Cast) -> None:
    people = [add_person(house.seksi, f"Peserta Ke{n}", "PELAKSANA", "Pengelola", serial=200 + n) for n in range(8)]
    results = at_once(*[partial(certify, person) for person in people])
    assert all(isinstance(found, Certificate) for found in results), results
    assert numbers() == list(range(1, 9))
    assert NumberSequence.objects.get().latest == 8


@pytest.mark.django_db(transaction=True)
def test_a_crowd_for_one_completion_gets_one_certificate(house: Cast) -> None:
    results = at_once(*[partial(certify, house.siti)] * 6)
    assert {getattr(found, "pk", found) for found in results} == {Certificate.objects.get().pk}
    assert numbers() == [1]


@pytest.mark.django_db
def test_codes_are_unique_and_unguessable(house: Cast) -> None:
    codes = {certify(person).code for person in house.everyone}
    assert len(codes) == len(house.everyone)
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}", code) for code in codes)


@pytest.mark.django_db
def test_revoking_needs_the_right_and_a_reason_and_is_final(house: Cast) -> None:
    certificate = certify(house.siti)
    for person in (house.siti, house.budi, house.unit_hr, house.leader, house.trainer):
        with pytest.raises(Denied):
            actions.revoke_certificate(by=person.user, certificate=certificate, reason="Nama peserta keliru.")
    with pytest.raises(Refused):
        actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="salah")
    actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="Nama peserta keliru.")
    certificate.refresh_from_db()
    assert certificate.state == "revoked"
    with pytest.raises(Refused, match="sudah dicabut"):
        actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="Nama peserta keliru.")
    entry = Entry.objects.get(verb="certificate.revoked")
    assert (entry.actor_name, entry.reason) == (house.hr.full_name, "Nama peserta keliru.")
    told = Notification.objects.get(recipient=house.siti.user, title__contains="dicabut")
    assert "Nama peserta keliru." in told.body


@pytest.mark.django_db
def test_the_paper_outlives_the_personnel_file(house: Cast) -> None:
    certificate = certify(house.siti)
    house.siti.user.delete()
    Employee.objects.get(pk=house.siti.pk).delete()
    certificate.refresh_from_db()
    assert certificate.employee is None
    assert certificate.printed["name"] == "Siti Rahmawati"
    assert queries.certificate_pdf(certificate).startswith(b"%PDF")
    actions.revoke_certificate(by=house.hr.user, certificate=certificate, reason="Nama peserta keliru.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title",
    ["Keamanan digital", "#import \"/etc/passwd\": *", "$ x^2 $ *tebal* _miring_ @rujukan <label>", "\\ { } [ ] \" ' `",
     "Judul " * 33, "數位安全 الأمن 🔐"],
)  # fmt: skip
def test_the_paper_is_set_whatever_the_words(house: Cast, title: str) -> None:
    house.siti.full_name = "Raden Mas Kusumawardhana Tirtodiningrat Wijayakusuma Suryaningrat"
    house.siti.save()
    lines = [actions.CurriculumLine(f"Bagian {title} {n}", 5, f"Bab {n // 4}") for n in range(40)]
    certificate = certify(house.siti, title=title, competencies=[title] * 9, curriculum=lines, hours=Decimal("4.5"))
    paper = queries.certificate_pdf(certificate)
    assert paper.startswith(b"%PDF")
    assert len(paper) < 200_000


@pytest.mark.django_db
def test_a_revoked_paper_says_so(house: Cast) -> None:
    certificate = certify(house.siti)
    before = queries.certificate_pdf(certificate)
    certificate.revoked_at = clock.now()
    assert queries.certificate_pdf(certificate) != before


def finished(employee: Employee) -> Enrolment:
    """A person at the end of a small course."""
    course, _is_new = Course.objects.get_or_create(slug="kursus-mini", defaults={"state": "published"})
    version, _is_new = CourseVersion.objects.get_or_create(
        course=course, number=1,
        defaults={
            "title": "Kursus mini", "summary": "Ringkas.", "form_code": "NK_ELEARNING", "level": 2, "learning_hours": 3,
            "passing_grade": 70, "content_hash": "x", "imported_at": clock.now(),
            "outline": [{"title": "Mulai", "parts": [{"key": "a", "title": "Lapor lebih awal", "minutes": 45, "required": True}]}],
            "competency_lines": [{"id": 1, "name": "Melindungi perangkat", "name_en": "", "target": 2}],
        },
    )  # fmt: skip
    enrolment, _is_new = Enrolment.objects.get_or_create(
        employee=employee, course=course, version=version,
        defaults={"state": "completed", "started_at": clock.now(), "completed_at": clock.now(), "active_at": clock.now()},
    )  # fmt: skip
    return enrolment


def say(verb: str, enrolment: Enrolment, reason: str = "") -> Entry:
    """What learning writes in the journal when a course ends, or its end is taken back."""
    version = enrolment.version
    return record(
        VERBS[verb], by=None, kind="enrolment", object_id=enrolment.public_id, name=version.title, reason=reason,
        agency_id=enrolment.employee.agency_id,
        data={
            "course": enrolment.course.slug, "course_public_id": str(enrolment.course.public_id), "version": 1,
            "employee_id": enrolment.employee_id, "learning_hours": version.learning_hours, "form": version.form_code,
            "level": version.level, "title": version.title, "started_on": "2026-10-02", "completed_on": "2026-10-09",
        },
    )  # fmt: skip


@pytest.mark.django_db
def test_a_completed_course_earns_hours_and_a_certificate_once(house: Cast) -> None:
    enrolment = finished(house.siti)
    say("enrolment.completed", enrolment)
    say("enrolment.completed", enrolment)
    row, certificate = LearningHours.objects.get(), Certificate.objects.get()
    assert [row.hours, row.year, row.origin_id] == [3, 2026, str(enrolment.public_id)]
    assert certificate.printed["curriculum"] == [{"title": "Lapor lebih awal", "minutes": 45, "section": "Mulai"}]
    assert certificate.printed["competencies"] == ["Melindungi perangkat"]
    assert certificate.printed["level"] == "2"
    assert Notification.objects.filter(recipient=house.siti.user, title__contains="sudah terbit").count() == 1


@pytest.mark.django_db
def test_a_completion_taken_back_takes_both_back_and_a_new_one_earns_anew(house: Cast) -> None:
    enrolment = finished(house.siti)
    first = say("enrolment.completed", enrolment)
    say("enrolment.reopened", enrolment, reason="Uji akhir bermasalah.")
    assert queries.hours_of(house.siti, 2026).earned == 0
    certificate = Certificate.objects.get()
    assert "Uji akhir bermasalah." in certificate.revoked_reason
    from bina.credentials import reactions

    reactions.earn_hours(first)
    reactions.earn_certificate(first)
    assert queries.hours_of(house.siti, 2026).earned == 0, "an old job that runs late brings nothing back"
    assert Certificate.objects.count() == 1
    say("enrolment.completed", enrolment)
    assert queries.hours_of(house.siti, 2026).earned == 3
    assert [row.state for row in Certificate.objects.order_by("id")] == ["revoked", "valid"]
    assert numbers() == [1, 2]


@pytest.mark.django_db
def test_revoking_can_take_the_hours_along(house: Cast) -> None:
    say("enrolment.completed", finished(house.siti))
    say("enrolment.completed", finished(house.rina))
    reason = "Uji akhir dikerjakan orang lain."
    actions.revoke_certificate(
        by=house.hr.user, certificate=queries.certificates_of(house.siti)[0], reason=reason, also_void_hours=True
    )
    actions.revoke_certificate(by=house.hr.user, certificate=queries.certificates_of(house.rina)[0], reason=reason)
    assert queries.hours_of(house.siti, 2026).earned == 0
    assert queries.hours_of(house.rina, 2026).earned == 3


@pytest.mark.django_db
def test_the_whole_way_from_a_shipped_course_folder(house: Cast) -> None:
    """The curriculum printed is that of the version the person walked through."""
    learning.load_reference_data()
    course = Course.objects.select_related("current_version").get(slug="keamanan-digital-asn")
    assert course.current_version is not None
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    say("enrolment.completed", enrolment)
    certificate = Certificate.objects.get()
    assert sum(line["minutes"] for line in certificate.printed["curriculum"]) == course.current_version.minutes
    assert queries.certificate_pdf(certificate).startswith(b"%PDF")
