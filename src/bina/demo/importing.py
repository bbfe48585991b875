"""One staff file that agency HR has taken in: checked and applied by the same actions that a real one goes through."""

import csv
import io
from collections.abc import Iterator

from django.core.files.uploadedfile import SimpleUploadedFile

from bina.demo.accounts import ACCOUNTS, account
from bina.people.actions import apply_staff_file, check_staff_file, request_apply, upload_staff_file
from bina.people.models import Employee, User

TITLES = ("NIP", "Nama", "Pendidikan", "Kode unit", "Jabatan", "Kelas jabatan", "Rumpun fungsional")
ROWS = 24
RAISED = {"SMA": "D3", "D3": "S1", "D4": "S2", "S1": "S2"}


def take_in_a_file() -> None:
    """HR of the demo city sends the diplomas of the year: most rows say nothing new, two do, and one cannot be read."""
    hr = User.objects.select_related("employee__agency").get(email=account("mardiana").email)
    if hr.employee is None:
        raise LookupError("the demo's HR account has no employee")
    agency = hr.employee.agency
    people = Employee.objects.filter(
        agency=agency, left_on=None, employment_type="PNS", legal_status="01", position__is_head=False
    ).exclude(email__in=[one.email for one in ACCOUNTS])
    rows = list(people.select_related("unit", "position").order_by("pk")[:ROWS])
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([TITLES, *_lines(rows)])
    upload = SimpleUploadedFile("pemutakhiran-ijazah.csv", text.getvalue().encode(), content_type="text/csv")
    sent = upload_staff_file(by=hr, agency=agency, upload=upload, in_background=False)
    check_staff_file(sent)
    apply_staff_file(request_apply(by=hr, staff_import=sent, in_background=False))


def _lines(people: list[Employee]) -> Iterator[tuple[str, ...]]:
    raised = 0
    for person in people:
        education = person.education
        if raised < 2 and education in RAISED:
            education, raised = RAISED[education], raised + 1
        yield (
            person.employee_number or "", person.full_name, education, person.unit.code, person.position.title,
            person.position.job_class_id, person.position.functional,
        )  # fmt: skip
    yield ("199013412015031002", "Nomor Keliru", "S1", people[0].unit.code, "Pengelola Data", "PELAKSANA", "")
