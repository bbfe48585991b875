"""The staff import: what a good file does, shown before it is written, written once, continued after a crash."""

import datetime as dt
import io
from typing import Any

import fastexcel
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.people import actions, jobs, queries
from bina.people.actions.imports import reading, running, writing
from bina.people.models import Assignment, Employee, OrgUnit, Position, StaffImport, StaffImportRow, User
from bina.people.rules import Role
from tests.cast import Cast, grant
from tests.people.staff_files import (
    HEADINGS,
    apply,
    as_csv,
    as_xlsx,
    number,
    outcomes,
    people,
    row,
    table,
    upload,
)

DAY = dt.timedelta(days=1)


def person(nip: str = "199507082020032004") -> Employee:
    return Employee.objects.select_related("unit", "position").get(employee_number=nip)


def everything() -> tuple[Any, ...]:
    """All that an import may change, to see that nothing has."""
    return (
        list(Employee.objects.order_by("pk").values_list()), list(Assignment.objects.order_by("pk").values_list()),
        list(Position.objects.order_by("pk").values_list()), list(User.objects.order_by("pk").values_list()),
    )  # fmt: skip


def row_of(employee: Employee, **other: Any) -> dict[str, Any]:
    """The row that says exactly what is on file."""
    return row(
        NIP=employee.employee_number, Nama=employee.full_name, Gelar_belakang="", Jenis_kelamin="", Tanggal_lahir="",
        Status_kepegawaian="", Golongan="", Pendidikan="", Surel="", Kode_unit=employee.unit.code,
        Jabatan=employee.position.title, Kelas_jabatan=employee.position.job_class_id, Rumpun_fungsional="",
        Kepala_unit="", Kedudukan_hukum="",
    ) | {key.replace("_", " "): value for key, value in other.items()}  # fmt: skip


# --- a good file -----------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_somebody_says_so(cast: Cast) -> None:
    before = everything()
    staff_import = upload(as_xlsx(table([row(), row_of(cast.siti, Golongan="IV/a")])), cast.agency, by=cast.hr.user)
    assert staff_import.state == "previewed"
    assert outcomes(staff_import) == {"new": 1, "changed": 1}
    assert everything() == before


def test_a_new_person_arrives_whole(cast: Cast) -> None:
    apply(upload(as_xlsx(table([row()])), cast.agency, effective_on=dt.date(2026, 2, 1)))
    ayu = person()
    assert (ayu.full_name, ayu.title_suffix, ayu.sex, ayu.birth_date) == (
        "Ayu Puspitasari", "S.Kom.", "F", dt.date(1995, 7, 8),
    )  # fmt: skip
    assert (ayu.employment_type, ayu.grade, ayu.education, ayu.email) == ("PNS", "III/b", "S1", "ayu@contoh.example")
    assert (ayu.unit, ayu.position.title, ayu.position.functional) == (cast.seksi, "Analis Data", "Analis Data Ilmiah")
    held = Assignment.objects.get(employee=ayu)
    assert (held.kind, held.valid_from, held.valid_to, held.position) == ("D", dt.date(2026, 2, 1), None, ayu.position)
    assert queries.superior_of(ayu) == cast.budi
    assert ayu.public_id.version == 7


@pytest.mark.parametrize("name", ["pegawai.xlsx", "pegawai.csv"])
def test_the_same_file_twice_changes_nothing(cast: Cast, name: str) -> None:
    lines = table([*people(7), row_of(cast.siti, Golongan="IV/a")])
    content = as_xlsx(lines) if name.endswith("xlsx") else as_csv(lines)
    first = apply(upload(content, cast.agency, name=name))
    assert outcomes(first) == {"new": 7, "changed": 1}
    before = everything()
    second = upload(content, cast.agency, name=name)
    assert outcomes(second) == {"same": 8}
    apply(second)
    assert everything() == before


def test_empty_cells_keep_what_is_on_file(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row_of(cast.siti)])), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"same": 1}
    sparse = as_csv([["NIP", "Nama", "Kode unit", "Jabatan", "Kelas jabatan"],
                     [cast.siti.employee_number, "Siti Rahmawati", "D1B1S1", cast.siti.position.title, "PELAKSANA"]])  # fmt: skip
    assert outcomes(upload(sparse, cast.agency, name="a.csv")) == {"same": 1}


def test_a_move_keeps_the_history(cast: Cast) -> None:
    today = clock.today()
    staff_import = upload(
        as_csv(table([row_of(cast.siti, Kode_unit="D2", Jabatan="Analis Data")])), cast.agency, name="a.csv"
    )
    assert outcomes(staff_import) == {"moved": 1}
    change = staff_import.rows.get().changes["position"]
    assert change == [
        "Pengelola Layanan Kependudukan · Seksi Identitas Penduduk", "Analis Data · Dinas Kesehatan",
    ]  # fmt: skip
    apply(staff_import)
    assert person(cast.siti.employee_number or "").unit == cast.other_dinas
    old, new = Assignment.objects.filter(employee=cast.siti).order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (today - DAY, today, None)
    # Once more the other way on the same day corrects the move instead of piling up posts of no duration.
    apply(upload(as_csv(table([row_of(cast.siti)])), cast.agency, name="a.csv"))
    assert Assignment.objects.filter(employee=cast.siti).count() == 2


def test_changed_data_reach_the_account(cast: Cast) -> None:
    apply(
        upload(
            as_csv(table([row_of(cast.siti, Nama="Siti Rahmawati Putri", Surel="baru@contoh.example")])), cast.agency,
            name="a.csv",
        )
    )  # fmt: skip
    user = User.objects.get(pk=cast.siti.user.pk)
    assert (user.display_name, user.email) == ("Siti Rahmawati Putri", "baru@contoh.example")


def test_people_leave_by_their_status_and_come_back(cast: Cast) -> None:
    yesterday = clock.today() - DAY
    gone = upload(
        as_csv(table([row_of(cast.siti, Kedudukan_hukum="99 Pensiun")])),
        cast.agency,
        name="a.csv",
        effective_on=yesterday,
    )
    assert outcomes(gone) == {"leaving": 1}
    apply(gone)
    siti = person(cast.siti.employee_number or "")
    assert (siti.left_on, siti.legal_status) == (yesterday, "99")
    assert not User.objects.get(pk=cast.siti.user.pk).is_active
    again = upload(as_csv(table([row_of(cast.siti)])), cast.agency, name="a.csv")
    assert outcomes(again) == {"moved": 1}
    apply(again)
    siti = person(cast.siti.employee_number or "")
    assert (siti.left_on, siti.legal_status, siti.is_active) == (None, "01", True)
    assert User.objects.get(pk=cast.siti.user.pk).is_active
    assert Assignment.objects.filter(employee=siti, valid_to=None).count() == 1


def test_people_without_a_number_are_known_by_their_address(cast: Cast) -> None:
    content = as_csv(
        table([row(NIP="", Nama="Rudi Magang", Status_kepegawaian="Non-ASN", Jenis_kelamin="L", Tanggal_lahir="",
                   Surel="rudi@contoh.example", Golongan="")])
    )  # fmt: skip
    assert outcomes(apply(upload(content, cast.agency, name="a.csv"))) == {"new": 1}
    assert Employee.objects.get(email="rudi@contoh.example").employee_number is None
    assert outcomes(upload(content, cast.agency, name="a.csv")) == {"same": 1}


def test_a_complete_list_says_who_has_left_but_never_the_sender(cast: Cast) -> None:
    staying = [row_of(one) for one in (cast.leader, cast.head, cast.division_head, cast.budi, cast.siti)]
    # Whoever's number cannot be read is not taken for somebody who left.
    staying.append(row_of(cast.rina, NIP="12345"))
    staff_import = upload(as_csv(table(staying)), cast.agency, name="a.csv", complete=True, by=cast.hr.user)
    assert outcomes(staff_import) == {"same": 5, "error": 1, "leaving": 4}
    leaving = set(staff_import.rows.filter(outcome="leaving").values_list("name", flat=True))
    assert leaving == {one.full_name for one in (cast.dewi, cast.unit_hr, cast.trainer, cast.evaluator)}
    assert queries.preview_of(staff_import).many_leave
    apply(staff_import, by=cast.hr.user)
    assert set(Employee.objects.exclude(left_on=None).values_list("full_name", flat=True)) == leaving
    assert person(cast.hr.employee_number or "").left_on is None
    again = upload(as_csv(table(staying)), cast.agency, name="a.csv", complete=True, by=cast.hr.user)
    assert "leaving" not in outcomes(again)


def test_who_comes_and_goes_is_told_to_the_sender_and_the_journal(cast: Cast) -> None:
    apply(upload(as_csv(table([row()])), cast.agency, name="a.csv", by=cast.hr.user), by=cast.hr.user)
    verbs = list(Entry.objects.filter(object_kind="staff_import").order_by("id").values_list("verb", flat=True))
    assert verbs == [
        "staff_import.uploaded", "staff_import.previewed", "staff_import.apply_requested", "staff_import.applied",
    ]  # fmt: skip
    assert Entry.objects.get(verb="staff_import.applied").data["new"] == 1
    assert Notification.objects.filter(recipient=cast.hr.user, url__contains="/people/imports/").count() == 2
    assert "199507082020032004" not in str(list(Entry.objects.values_list("data", "object_name")))


def test_in_the_background_everything_happens_by_itself(cast: Cast) -> None:
    staff_import = actions.upload_staff_file(
        by=cast.hr.user, agency=cast.agency, upload=SimpleUploadedFile("a.csv", as_csv(table([row()])))
    )
    staff_import = StaffImport.objects.get(pk=staff_import.pk)
    assert staff_import.state == "previewed"
    actions.request_apply(by=cast.hr.user, staff_import=staff_import)
    staff_import = StaffImport.objects.get(pk=staff_import.pk)
    assert staff_import.state == "applied"
    assert staff_import.progress is not None
    assert staff_import.progress.state == "done"


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_when_it_has_served(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row()])), cast.agency, name="pegawai-rahasia.csv")
    name = str(staff_import.file.name)
    assert "rahasia" not in name
    storage = staff_import.file.storage
    assert storage.exists(name)
    apply(staff_import)
    assert not storage.exists(name)
    other = upload(as_csv(table([row()])), cast.agency, name="pegawai-rahasia.csv")
    actions.cancel_import(by=None, staff_import=other)
    assert not storage.exists(str(other.file.name))


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["siti", "unit_hr", "leader", "trainer"])
def test_only_those_with_the_right_import(cast: Cast, who: str) -> None:
    with pytest.raises(Denied):
        upload(as_csv(table([row()])), cast.agency, name="a.csv", by=getattr(cast, who).user)
    staff_import = upload(as_csv(table([row()])), cast.agency, name="a.csv", by=cast.hr.user)
    with pytest.raises(Denied):
        actions.request_apply(by=getattr(cast, who).user, staff_import=staff_import)
    with pytest.raises(Denied):
        actions.cancel_import(by=getattr(cast, who).user, staff_import=staff_import)


def test_hr_of_a_part_imports_into_that_part_only(cast: Cast) -> None:
    grant(cast.unit_hr, Role.AGENCY_HR, cast.dinas)
    rows = [row(), row(NIP=number(5), Tanggal_lahir="", Kode_unit="D2"), row_of(cast.rina, Kode_unit="D1B1S1")]
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv", by=User.objects.get(pk=cast.unit_hr.user.pk))
    assert outcomes(staff_import) == {"new": 1, "error": 2}
    reasons = " ".join(staff_import.rows.filter(outcome="error").values_list("reason", flat=True))
    assert "di luar wewenang" in reasons


def test_people_of_another_agency_are_left_alone(cast: Cast) -> None:
    other = actions.create_agency(by=None, code="O", name="Lain", short_name="Lain", kind="other")
    staff_import = upload(as_csv(table([row_of(cast.siti, Kode_unit="O")])), other, name="a.csv")
    assert "instansi lain" in staff_import.rows.get().reason
    apply(staff_import)
    assert person(cast.siti.employee_number or "").agency_id == cast.agency.pk


# --- crashes, second clicks, changed minds ---------------------------------------------------------------------------


def test_after_a_crash_the_rest_is_written_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PORTION", 3)
    rows = [*people(8), row_of(cast.siti, Kode_unit="D2")]
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv")
    actions.request_apply(by=None, staff_import=staff_import, in_background=False)
    staff_import.refresh_from_db()
    write, calls = writing.write_portion, []

    def breaks_at_the_second(*args: Any) -> None:
        calls.append(1)
        write(*args)
        if len(calls) == 2:
            raise RuntimeError("the power went")

    monkeypatch.setattr(running, "write_portion", breaks_at_the_second)
    with pytest.raises(RuntimeError):
        actions.apply_staff_file(staff_import)
    # The first portion is there, the broken one left no trace.
    assert Employee.objects.filter(full_name__startswith="Orang Nomor").count() == 3
    assert staff_import.rows.filter(is_applied=True).count() == 3
    monkeypatch.setattr(running, "write_portion", write)
    done = actions.apply_staff_file(StaffImport.objects.get(pk=staff_import.pk))
    assert done.state == "applied"
    assert outcomes(done) == {"new": 8, "moved": 1}
    assert Employee.objects.filter(full_name__startswith="Orang Nomor").count() == 8
    assert Assignment.objects.filter(employee__full_name__startswith="Orang Nomor").count() == 8
    assert staff_import.rows.filter(is_applied=False).count() == 0


def test_work_that_stopped_with_the_server_is_taken_up_again(cast: Cast) -> None:
    waiting = actions.upload_staff_file(
        by=cast.hr.user,
        agency=cast.agency,
        upload=SimpleUploadedFile("a.csv", as_csv(table([row()]))),
        in_background=False,
    )
    half_done = upload(as_csv(table(people(3))), cast.agency, name="b.csv", by=cast.hr.user)
    actions.request_apply(by=cast.hr.user, staff_import=half_done, in_background=False)
    jobs.resume_staff_imports.call()
    assert {waiting.pk, half_done.pk} & {row.pk for row in queries.stalled_imports()} == set()
    assert StaffImport.objects.get(pk=waiting.pk).state == "checking"
    for one in (waiting, half_done):
        progress = StaffImport.objects.get(pk=one.pk).progress
        assert progress is not None
        type(progress).objects.filter(pk=progress.pk).update(updated_at=clock.now() - dt.timedelta(minutes=10))
    jobs.resume_staff_imports.call()
    assert StaffImport.objects.get(pk=waiting.pk).state == "previewed"
    assert StaffImport.objects.get(pk=half_done.pk).state == "applied"


def test_a_second_click_and_a_second_worker_do_no_harm(cast: Cast) -> None:
    staff_import = upload(as_csv(table(people(4))), cast.agency, name="a.csv")
    actions.request_apply(by=None, staff_import=staff_import, in_background=False)
    actions.request_apply(by=None, staff_import=staff_import, in_background=False)
    assert Entry.objects.filter(verb="staff_import.apply_requested").count() == 1
    one, two = (StaffImport.objects.get(pk=staff_import.pk) for _worker in range(2))
    actions.apply_staff_file(one)
    actions.apply_staff_file(two)
    assert Employee.objects.filter(full_name__startswith="Orang Nomor").count() == 4
    assert Entry.objects.filter(verb="staff_import.applied").count() == 1
    assert actions.request_apply(by=None, staff_import=one, in_background=False).state == "applied"


def test_two_workers_in_step_never_write_a_row_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PORTION", 2)
    staff_import = upload(as_csv(table(people(6))), cast.agency, name="a.csv")
    actions.request_apply(by=None, staff_import=staff_import, in_background=False)
    write = writing.write_portion
    inside: list[int] = []

    def another_worker_overtakes(*args: Any) -> None:
        write(*args)
        if not inside:
            inside.append(1)
            actions.apply_staff_file(StaffImport.objects.get(pk=staff_import.pk))

    monkeypatch.setattr(running, "write_portion", another_worker_overtakes)
    actions.apply_staff_file(StaffImport.objects.get(pk=staff_import.pk))
    assert Employee.objects.filter(full_name__startswith="Orang Nomor").count() == 6
    assert StaffImport.objects.get(pk=staff_import.pk).state == "applied"


def test_one_file_of_an_agency_is_applied_at_a_time(cast: Cast) -> None:
    one = upload(as_csv(table([row()])), cast.agency, name="a.csv")
    two = upload(as_csv(table(people(2))), cast.agency, name="b.csv")
    actions.request_apply(by=None, staff_import=one, in_background=False)
    with pytest.raises(Refused, match="Berkas lain"):
        actions.request_apply(by=None, staff_import=two, in_background=False)


def test_a_cancelled_file_is_not_applied_and_an_applied_one_not_cancelled(cast: Cast) -> None:
    before = Employee.objects.count()
    staff_import = upload(as_csv(table([row()])), cast.agency, name="a.csv")
    actions.cancel_import(by=None, staff_import=staff_import)
    with pytest.raises(Refused, match="belum siap"):
        actions.request_apply(by=None, staff_import=staff_import, in_background=False)
    assert Employee.objects.count() == before
    other = apply(upload(as_csv(table([row()])), cast.agency, name="a.csv"))
    with pytest.raises(Refused, match="sudah diterapkan"):
        actions.cancel_import(by=None, staff_import=other)


def test_what_changed_after_the_preview_is_reported_and_not_overwritten(cast: Cast) -> None:
    """Only what a person has seen in the preview is written."""
    rows = [row_of(cast.siti, Golongan="IV/a"), row_of(cast.dewi, Golongan="IV/a"), row(), row_of(cast.rina)]
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"changed": 2, "new": 1, "same": 1}
    actions.move_employee(by=None, employee=cast.siti, position=cast.rina.position)
    actions.change_employee(by=None, employee=cast.dewi, grade="IV/a")
    actions.change_employee(by=None, employee=cast.rina, full_name="Rina Marlina Sari")
    done = apply(staff_import)
    results = {one.name: (one.outcome, one.reason) for one in done.rows.all()}
    assert results["Siti Rahmawati"][0] == "error"
    assert "berubah setelah berkas diperiksa" in results["Siti Rahmawati"][1]
    assert results["Dewi Lestari Handayani"][0] == "same"
    assert results["Ayu Puspitasari"][0] == "new"
    assert results["Rina Marlina"][0] == "error"
    assert person(cast.siti.employee_number or "").unit == cast.other_dinas
    assert person(cast.rina.employee_number or "").full_name == "Rina Marlina Sari"
    assert outcomes(done) == {"error": 2, "same": 1, "new": 1}


def test_a_person_who_joined_by_hand_meanwhile_is_not_made_twice(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row()])), cast.agency, name="a.csv")
    actions.add_employee(
        by=None,
        position=cast.siti.position,
        full_name="Ayu",
        employment_type="PNS",
        employee_number="199507082020032004",
    )
    done = apply(staff_import)
    assert outcomes(done) == {"error": 1}
    assert person().full_name == "Ayu"


def test_a_later_placement_is_not_moved_over(cast: Cast) -> None:
    day = clock.today() + 3 * DAY
    actions.move_employee(by=None, employee=cast.siti, position=cast.rina.position, effective_on=day)
    staff_import = upload(as_csv(table([row_of(cast.siti, Kode_unit="D1")])), cast.agency, name="a.csv")
    assert "penempatan yang lebih baru" in staff_import.rows.get().reason


def test_an_unforeseen_fault_of_the_check_is_told_and_writes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: Any) -> None:
        raise RuntimeError("nobody foresaw this")

    staff_import = actions.upload_staff_file(
        by=None, agency=cast.agency, upload=SimpleUploadedFile("a.csv", as_csv(table([row()]))), in_background=False
    )
    monkeypatch.setattr(running, "_keep", breaks)
    with pytest.raises(RuntimeError):
        jobs.check_staff_file.call(staff_import.pk)
    staff_import.refresh_from_db()
    assert staff_import.state == "unreadable"
    assert "gangguan" in staff_import.problem


# --- what comes back -------------------------------------------------------------------------------------------------


def test_the_error_file_gives_back_the_rows_with_reasons_and_can_be_sent_again(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row(Kode_unit="D1B9"), *people(2)])), cast.agency, name="a.csv")
    content = actions.error_file(staff_import)
    lines = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    assert lines[0][:3] == ("Baris", "Alasan", "NIP")
    assert len(lines) == 2
    assert lines[1][2] == "199507082020032004"
    assert "D1B9" in lines[1][1]
    mended = [[cell or "" for cell in line] for line in lines]
    mended[1] = [cell if cell != "D1B9" else "D1B1" for cell in mended[1]]
    assert outcomes(upload(as_xlsx(mended), cast.agency)) == {"new": 1}


def test_the_result_row_by_row_is_harmless_in_a_spreadsheet(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row(Nama="=HYPERLINK(1)"), *people(1)])), cast.agency, name="a.csv")
    text = "".join(actions.result_lines(staff_import))
    assert text.startswith("\ufeffBaris;")
    assert ";'=HYPERLINK(1);" in text
    assert "'199507082020032004" in text
    assert text.count("\n") == 3


def test_the_template_comes_back_filled(cast: Cast) -> None:
    content = actions.staff_template(cast.agency)
    reader = fastexcel.read_excel(content)
    assert reader.sheet_names == ["Pegawai", "Contoh", "Penjelasan", "Unit", "Kelas jabatan"]
    headings = reader.load_sheet("Pegawai", header_row=None, dtypes="string").to_polars().rows()[0]
    assert headings == HEADINGS
    units = reader.load_sheet("Unit", header_row=0, dtypes="string").to_polars().rows()
    assert [code for code, _name in units] == ["R", "D1", "D1B1", "D1B1S1", "D2"]
    with pytest.raises(Refused, match="hanya berisi judul"):
        reading.read_table(content, ".xlsx")
    example = reader.load_sheet("Contoh", header_row=0, dtypes="string").to_polars().to_dicts()[0]
    filled = as_xlsx(table([{key: value or "" for key, value in example.items()}]))
    assert outcomes(upload(filled, cast.agency)) == {"new": 1}


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_goes_through_the_same_doors(cast: Cast, tmp_path: Any) -> None:
    path = tmp_path / "pegawai.csv"
    path.write_bytes(as_csv(table([row(), row(NIP="1")])))
    out = io.StringIO()
    call_command("import_staff", str(path), "--agency", cast.agency.code, stdout=out)
    assert "Pemeriksaan: 1 baru" in out.getvalue()
    assert "baris 3:" in out.getvalue()
    assert not Employee.objects.filter(employee_number="199507082020032004").exists()
    call_command("import_staff", str(path), "--agency", cast.agency.code, "--apply", stdout=out)
    assert "Diterapkan: 1 baru" in out.getvalue()
    assert person()
    with pytest.raises(CommandError, match="Tidak ada instansi"):
        call_command("import_staff", str(path), "--agency", "x")
    with pytest.raises(CommandError, match="tidak ditemukan"):
        call_command("import_staff", str(tmp_path / "x.csv"), "--agency", cast.agency.code)


# --- growth ----------------------------------------------------------------------------------------------------------


def test_ten_times_the_rows_ask_no_more_questions(
    cast: Cast, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = upload(as_csv(table(people(20))), cast.agency, name="a.csv")
    with django_assert_max_num_queries(60):
        apply(small)
    large = upload(as_csv(table(people(200))), cast.agency, name="b.csv")
    assert outcomes(large) == {"new": 180, "same": 20}
    with django_assert_max_num_queries(60):
        apply(large)


def test_rows_of_other_units_and_posts_are_found_without_asking_for_each(cast: Cast) -> None:
    for serial in range(30):
        parent = OrgUnit.objects.get(pk=cast.other_dinas.pk)
        actions.add_unit(by=None, parent=parent, code=f"U{serial}", name=f"Unit {serial}")
    rows = [cells | {"Kode unit": f"U{index % 30}"} for index, cells in enumerate(people(60))]
    done = apply(upload(as_csv(table(rows)), cast.agency, name="a.csv"))
    assert outcomes(done) == {"new": 60}
    assert Position.objects.filter(unit__code__startswith="U", title="Analis Data").count() == 30
    assert StaffImportRow.objects.filter(staff_import=done, is_applied=True).count() == 60
