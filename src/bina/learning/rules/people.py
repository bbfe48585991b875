"""Who may learn, enrol others, look after courses and repair records."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment
    from bina.people.models import Employee, User
    from bina.people.queries import Standing


def may_learn_in(user: "User", enrolment: "Enrolment") -> Verdict:
    """Only the learner writes own progress."""
    if user.employee_id is not None and user.employee_id == enrolment.employee_id:
        return ALLOWED
    return denied(_("Hanya peserta sendiri yang dapat mengerjakan kursus ini."))


def may_manage_course(standing: "Standing", agency_id: int | None) -> Verdict:
    """Authors look after the courses of their agency; courses for everyone belong to the platform's administrators."""
    agencies = standing.agencies_with(Permission.MANAGE_COURSES)
    if agencies is None or (agency_id is not None and agency_id in agencies):
        return ALLOWED
    return denied(_("Hanya pengelola kursus instansi pemilik yang dapat mengubah kursus ini."))


def may_set_review_rule(standing: "Standing", agency_id: int | None) -> Verdict:
    """Those who look after an agency's staff and courses decide whether its courses need a second pair of eyes; for
    courses that are open to everybody, the platform's administrators."""
    held = (standing.agencies_with(Permission.MANAGE_STAFF), standing.agencies_with(Permission.MANAGE_COURSES))
    if all(agencies is None or (agency_id is not None and agency_id in agencies) for agencies in held):
        return ALLOWED
    return denied(_("Kewajiban telaah ditetapkan oleh pengelola kepegawaian instansi."))


def may_repair(standing: "Standing", *, unit_path: str, course_agency_id: int | None) -> Verdict:
    """Records are corrected by those who see learning in the learner's unit and manage courses or staff there."""
    sees = standing.may_in(Permission.SEE_LEARNING, unit_path)
    writes = standing.may_in(Permission.MANAGE_COURSES, unit_path) or standing.may_in(
        Permission.MANAGE_STAFF, unit_path
    )
    if (sees and writes) or may_manage_course(standing, course_agency_id):
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian atau pengelola kursus yang dapat memperbaiki catatan belajar."))


def can_take(employee: "Employee", course: "Course") -> Verdict:
    """Whether a course is offered to this person at all."""
    if not employee.is_active:
        return refused(_("Pegawai ini tidak lagi tercatat aktif, sehingga tidak dapat didaftarkan."))
    if course.agency_id is not None and course.agency_id != employee.agency_id:
        return refused(_("Kursus ini hanya untuk pegawai instansi penyelenggaranya."))
    return ALLOWED


def can_give_reason(reason: str) -> Verdict:
    """A repair needs a reason that others can read later."""
    if len(reason.strip()) >= 5:
        return ALLOWED
    return refused(
        _("Tuliskan alasan perbaikan dengan paling sedikit lima huruf; alasan ini tersimpan di jejak audit.")
    )
