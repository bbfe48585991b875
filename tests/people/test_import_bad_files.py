"""What bad staff files get: a sentence that says what to mend; one bad row never spoils the file, a hostile file nothing."""

import datetime as dt
import io
import struct
import zipfile
from typing import Any

import pytest

from bina.foundation.errors import Refused
from bina.people import actions
from bina.people.actions.imports import reading
from bina.people.actions.imports.parsing import read_date
from bina.people.models import Employee, StaffImport
from tests.cast import Cast
from tests.people.staff_files import (
    HEADINGS,
    apply,
    as_csv,
    as_xlsx,
    number,
    outcomes,
    people,
    repacked,
    row,
    table,
    upload,
)

# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"NIP": ""}, "NIP kosong"),
        ({"NIP": "-"}, "NIP kosong"),
        ({"NIP": "19950708202003200"}, "18 angka"),
        ({"NIP": "1995070820200320O4"}, "18 angka"),
        ({"NIP": "199513082020032004"}, "tanggal lahir"),
        ({"NIP": "199507082031032004"}, "pengangkatan"),
        ({"NIP": "201507082020032004"}, "usia"),
        ({"NIP": "199507082020035004"}, "ke-15"),
        ({"NIP": "199507082020032000"}, "000"),
        ({"NIP": "1,99507E+17"}, "tersimpan sebagai angka"),
        ({"NIP": "1.99507082020032E+17"}, "tersimpan sebagai angka"),
        ({"Nama": ""}, "Nama kosong"),
        ({"Nama": "x" * 161}, "lebih dari 160 huruf"),
        ({"Jenis_kelamin": "L"}, "Jenis kelamin tidak cocok"),
        ({"Jenis_kelamin": "?"}, "tidak dikenal"),
        ({"Tanggal_lahir": "09-07-1995"}, "Tanggal lahir tidak cocok"),
        ({"Tanggal_lahir": "31-02-1995"}, "bukan tanggal"),
        ({"Tanggal_lahir": "kemarin"}, "bukan tanggal"),
        ({"Status_kepegawaian": "PPPK"}, "NIP PNS"),
        ({"Status_kepegawaian": "Pejabat"}, "tidak dikenal"),
        ({"Status_kepegawaian": ""}, "wajib diisi untuk pegawai baru"),
        ({"Golongan": "V/z"}, "Golongan “V/z” tidak dikenal"),
        ({"Golongan": "IIIe"}, "tidak dikenal"),
        ({"Golongan": "IX"}, "tidak cocok dengan bentuk NIP"),
        ({"Pendidikan": "TK"}, "tidak dikenal"),
        ({"Surel": "bukan alamat"}, "bukan alamat"),
        ({"Kode_unit": ""}, "Kode unit kosong"),
        ({"Kode_unit": "D1B1S9"}, "Mungkin maksudnya “D1B1S1”"),
        ({"Kode_unit": "zzz"}, "tidak ada di instansi ini"),
        ({"Jabatan": ""}, "Jabatan kosong"),
        ({"Kelas_jabatan": "JF_AHLI_PERTAM"}, "Mungkin maksudnya “JF_AHLI_PERTAMA”"),
        ({"Kelas_jabatan": "Raja"}, "tidak dikenal"),
        ({"Kepala_unit": "mungkin"}, "Isi ya atau tidak"),
        ({"Kedudukan_hukum": "55"}, "tidak dikenal"),
        ({"Kedudukan_hukum": "99"}, "tidak dapat dicatat keluar"),
        ({"Akhir_kontrak": "nanti"}, "bukan tanggal"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_in_words_and_the_others_go_on(cast: Cast, cells: dict[str, str], words: str) -> None:
    staff_import = upload(as_csv(table([row(**cells), *people(2)])), cast.agency, name="a.csv")
    bad = staff_import.rows.get(outcome="error")
    assert bad.line == 2
    assert words in bad.reason
    assert outcomes(staff_import) == {"new": 2, "error": 1}
    apply(staff_import)
    assert Employee.objects.filter(full_name__startswith="Orang Nomor").count() == 2
    assert not Employee.objects.filter(full_name="Ayu Puspitasari").exists()


def test_every_mistake_of_a_row_is_told_at_once(cast: Cast) -> None:
    staff_import = upload(
        as_csv(table([row(NIP="1", Golongan="zz", Kode_unit="x", Jabatan="")])), cast.agency, name="a.csv"
    )
    reason = staff_import.rows.get().reason
    assert all(words in reason for words in ("18 angka", "Golongan", "Kode unit", "Jabatan kosong"))


def test_duplicates_point_to_the_first_row(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row(), *people(1), row(Nama="Lain")])), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"new": 2, "error": 1}
    assert "baris 2" in staff_import.rows.get(outcome="error").reason


def test_the_same_post_must_mean_the_same(cast: Cast) -> None:
    rows = people(3)
    rows[1]["Rumpun fungsional"] = "Arsiparis"
    rows[2]["Rumpun fungsional"] = ""
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"new": 2, "error": 1}
    assert "berbeda dengan baris 2" in staff_import.rows.get(outcome="error").reason


def test_a_unit_has_one_head(cast: Cast) -> None:
    rows = [cells | {"Jabatan": f"Kepala {index}", "Kepala unit": "ya", "Kode unit": "D2"}
            for index, cells in enumerate(people(2))]  # fmt: skip
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv")
    assert "sudah punya kepala di baris 2" in staff_import.rows.get(outcome="error").reason
    apply(staff_import)
    assert Employee.objects.get(full_name="Orang Nomor 1").position.is_head


def test_a_closed_unit_takes_nobody(cast: Cast) -> None:
    unit = actions.add_unit(by=None, parent=cast.dinas, code="D1X", name="Bidang Lama")
    actions.close_unit(by=None, unit=unit, on=unit.valid_from)
    staff_import = upload(as_csv(table([row(Kode_unit="D1X")])), cast.agency, name="a.csv")
    assert "sudah ditutup" in staff_import.rows.get().reason


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Kode_unit": "d1b1s1"}, {}),
        ({"Kode_unit": "Seksi Identitas Penduduk"}, {}),
        ({"Kelas_jabatan": "Jabatan Fungsional Ahli Pertama"}, {}),
        ({"Kelas_jabatan": "ahli pertama"}, {}),
        ({"Kelas_jabatan": "Eselon IV.a", "Rumpun_fungsional": ""}, {}),
        ({"Golongan": "3b"}, {"grade": "III/b"}),
        ({"Golongan": "IIIB"}, {"grade": "III/b"}),
        ({"Golongan": "iii b"}, {"grade": "III/b"}),
        ({"Pendidikan": "Sarjana"}, {"education": "S1"}),
        ({"Pendidikan": "D-III"}, {"education": "D3"}),
        ({"Pendidikan": "SLTA"}, {"education": "SMA"}),
        ({"Jenis_kelamin": "Perempuan"}, {"sex": "F"}),
        ({"Jenis_kelamin": ""}, {"sex": "F"}),
        ({"NIP": "19950708 202003 2 004"}, {"employee_number": "199507082020032004"}),
        ({"NIP": "'199507082020032004"}, {"employee_number": "199507082020032004"}),
        ({"Surel": "AYU@Contoh.Example"}, {"email": "ayu@contoh.example"}),
        ({"Nama": "  Ayu   Puspitasari "}, {"full_name": "Ayu Puspitasari"}),
        ({"Kedudukan_hukum": "Tugas Belajar"}, {"legal_status": "03"}),
        ({"Kedudukan_hukum": "1"}, {"legal_status": "01"}),
        ({"Tanggal_lahir": "8 Juli 1995"}, {}),
        ({"Tanggal_lahir": "1995-07-08"}, {}),
        ({"Tanggal_lahir": "8/7/1995"}, {}),
    ],
)  # fmt: skip
def test_people_write_the_same_thing_in_many_ways(cast: Cast, cells: dict[str, str], expected: dict[str, Any]) -> None:
    staff_import = upload(as_csv(table([row(**cells)])), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"new": 1}, staff_import.rows.get().reason
    apply(staff_import)
    ayu = Employee.objects.get(employee_number="199507082020032004")
    assert {name: getattr(ayu, name) for name in expected} == expected


def test_contract_staff_with_their_own_numbers(cast: Cast) -> None:
    cells = row(NIP="199607082023211004", Status_kepegawaian="PPPK Paruh Waktu", Golongan="9", Jenis_kelamin="L",
                Tanggal_lahir="", Akhir_kontrak="31-12-2028")  # fmt: skip
    apply(upload(as_csv(table([cells])), cast.agency, name="a.csv"))
    found = Employee.objects.get(employee_number="199607082023211004")
    assert (found.employment_type, found.grade, found.contract_to) == ("PPPK_PARUH_WAKTU", "IX", dt.date(2028, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15-02-1990", dt.date(1990, 2, 15)),
        ("15/2/1990", dt.date(1990, 2, 15)),
        ("15.02.1990", dt.date(1990, 2, 15)),
        ("1990-02-15 00:00:00", dt.date(1990, 2, 15)),
        ("15 Februari 1990", dt.date(1990, 2, 15)),
        ("15-Agt-1990", dt.date(1990, 8, 15)),
        ("32919", dt.date(1990, 2, 15)),
        ("32919.0", dt.date(1990, 2, 15)),
        ("15 Foo 1990", None),
        ("99-99-1990", None),
        ("", None),
        ("9999999999", None),
    ],
)
def test_days_as_people_and_spreadsheets_write_them(text: str, day: dt.date | None) -> None:
    assert read_date(text) == day


# --- workbooks -------------------------------------------------------------------------------------------------------


def test_a_number_stored_as_a_number_is_recognised_however_it_looks(cast: Cast) -> None:
    rows = [row(NIP=199507082020031234.0), row(NIP=199507082020032004), *people(1)]
    staff_import = upload(as_xlsx(table(rows)), cast.agency)
    assert outcomes(staff_import) == {"new": 1, "error": 2}
    for bad in staff_import.rows.filter(outcome="error"):
        assert "tersimpan sebagai angka" in bad.reason
        assert "Teks" in bad.reason


def test_days_and_formulas_are_read_by_their_value(cast: Cast) -> None:
    rows = [
        row(Tanggal_lahir=dt.date(1995, 7, 8), Kode_unit="=Unit!A1"),
        row(NIP=number(3), Tanggal_lahir=32919, Surel=""),
    ]
    staff_import = upload(as_xlsx(table(rows)), cast.agency)
    assert outcomes(staff_import) == {"new": 2}, list(staff_import.rows.values_list("reason", flat=True))


def test_merged_cells_are_named_as_the_cause(cast: Cast) -> None:
    lines = table(people(3))
    unit = HEADINGS.index("Kode unit")
    for line in lines[2:]:
        line[unit] = None
    staff_import = upload(as_xlsx(lines, lambda book, page: page.merge_range(1, unit, 3, unit, "D2")), cast.agency)
    assert outcomes(staff_import) == {"new": 1, "error": 2}
    for bad in staff_import.rows.filter(outcome="error"):
        assert "digabung" in bad.reason


def test_headings_may_stand_lower_in_another_order_with_other_words(cast: Cast) -> None:
    cells = row()
    lines: list[list[Any]] = [
        ["DAFTAR PEGAWAI DINAS"], [],
        ["No", "NAMA LENGKAP", " nip baru ", "Unit Kerja", "NAMA JABATAN", "jenjang jabatan", "STATUS", "J K", "Catatan"],
        ["1", cells["Nama"], cells["NIP"], "D1B1S1", "Analis Data", "Ahli Pertama", "pns", "", "abaikan"],
        [None, "", None], [],
        ["2", "Dian", number(7), "D2", "Analis Data", "Ahli Pertama", "pns", "", ""],
        [], [],
    ]  # fmt: skip
    for content, name in ((as_xlsx(lines), "a.xlsx"), (as_csv(lines), "a.csv")):
        staff_import = upload(content, cast.agency, name=name)
        assert outcomes(staff_import) == {"new": 2}, name
        assert sorted(staff_import.rows.values_list("line", flat=True)) == [4, 7]
        assert staff_import.counts["ignored_columns"] == ["No", "Catatan"]


def test_line_numbers_are_those_of_the_sheet_even_below_empty_rows(cast: Cast) -> None:
    lines = [[], [], [], *table([row(NIP="1")])]
    staff_import = upload(as_xlsx(lines), cast.agency)
    assert staff_import.rows.get().line == 5


def test_a_table_that_begins_in_a_later_column_is_read(cast: Cast) -> None:
    lines = [[None, None, *line] for line in table([row(NIP=199507082020031234.0), *people(1)])]
    staff_import = upload(as_xlsx(lines), cast.agency)
    assert outcomes(staff_import) == {"new": 1, "error": 1}
    assert "tersimpan sebagai angka" in staff_import.rows.get(outcome="error").reason


def test_the_sheet_with_the_headings_is_found_among_others(cast: Cast) -> None:
    def more(book: Any, page: Any) -> None:
        other = book.add_worksheet("Data")
        for y, line in enumerate(table([row()])):
            other.write_row(y, 0, [str(cell) for cell in line])

    staff_import = upload(as_xlsx([["Sampul"]], more, sheet="Sampul"), cast.agency)
    assert outcomes(staff_import) == {"new": 1}


# --- text files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_way_in_which_programs_write_csv(cast: Cast, delimiter: str, encoding: str) -> None:
    content = as_csv(table([row(Nama="Nurül Áini", Jabatan="Analis, Data; Utama")]), delimiter, encoding)
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    staff_import = upload(marks.get(encoding, b"") + content, cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"new": 1}, staff_import.problem
    apply(staff_import)
    ayu = Employee.objects.get(employee_number="199507082020032004")
    assert (ayu.full_name, ayu.position.title) == ("Nurül Áini", "Analis, Data; Utama")


def test_ragged_rows_and_quotes_are_taken_as_they_come(cast: Cast) -> None:
    text = 'NIP;Nama;Kode unit;Jabatan;Kelas jabatan;Status\r\n199507082020032004;"Ayu ""Ayi"" P";D2;Analis;PELAKSANA;PNS;;;x\r\n1;Dian\r\n'
    staff_import = upload(text.encode(), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"new": 1, "error": 1}
    assert 'Ayu "Ayi" P' in staff_import.rows.get(outcome="new").name


# --- files that cannot be used ---------------------------------------------------------------------------------------

ARCHIVE = as_xlsx(table([row()]))
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "'
    + b"x" * 1000
    + b'"><!ENTITY c "&a;&a;&a;">]><workbook>&c;</workbook>'
)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"Nama;Jabatan\nAyu;Analis\n", "NIP, Kode unit, Kelas jabatan"),
        ("a.csv", b"halo", "NIP, Nama"),
        ("a.csv", as_csv(table([])), "hanya berisi judul"),
        ("a.csv", as_csv([*table([]), ["", "", ""], [" "]]), "hanya berisi judul"),
        ("a.csv", b'NIP;Nama;"' + b"x" * 200_000, "tanda kutip"),
        ("a.xlsx", ARCHIVE[: len(ARCHIVE) // 2], "rusak"),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 500, "rusak"),
        ("a.xlsx", repacked(ARCHIVE, "xl/workbook.xml", b"<workbook"), "rusak"),
        ("a.xlsx", repacked(ARCHIVE, "xl/workbook.xml", BOMB), "rusak"),
        ("a.xlsx", repacked(ARCHIVE, "xl/worksheets/sheet1.xml", b"\x00\xff" * 50), "rusak"),
        ("a.xlsx", as_xlsx([["Judul"]]), "NIP, Nama"),
    ],
)  # fmt: skip
def test_an_unusable_file_is_put_aside_with_the_reason(cast: Cast, name: str, content: bytes, words: str) -> None:
    staff_import = upload(content, cast.agency, name=name)
    assert staff_import.state == "unreadable"
    assert words in staff_import.problem
    assert staff_import.progress is not None
    assert staff_import.progress.is_over
    assert not staff_import.rows.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("pegawai.pdf", b"%PDF-1.7", "Jenis yang diterima"),
        ("pegawai.xls", b"\xd0\xcf\x11\xe0", "Jenis yang diterima"),
        ("pegawai", b"NIP", "Jenis yang diterima"),
        ("pegawai.xlsx", b"%PDF-1.7 not a workbook", "tidak sesuai"),
        ("pegawai.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "tidak sesuai"),
        ("pegawai.csv", b"MZ\x90\x00\x03\x00", "tidak sesuai"),
        ("pegawai.csv", b"", "kosong"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_the_door(cast: Cast, name: str, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        upload(content, cast.agency, name=name)
    assert not StaffImport.objects.exists()


def test_a_file_that_is_too_large_is_refused_at_the_door(cast: Cast) -> None:
    class Endless(io.BytesIO):
        size = 61 * 1024 * 1024

    from django.core.files.uploadedfile import UploadedFile

    file = UploadedFile(Endless(b"NIP"), name="a.csv", size=61 * 1024 * 1024)
    with pytest.raises(Refused, match="batasnya 60 MB"):
        actions.upload_staff_file(by=None, agency=cast.agency, upload=file, in_background=False)


def test_a_zip_bomb_is_refused_before_it_grows(cast: Cast) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    staff_import = upload(out.getvalue(), cast.agency)
    assert "terlalu besar" in staff_import.problem


def test_an_archive_that_lies_about_its_size_is_found_out(cast: Cast) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as old:
            for member in old.namelist():
                archive.writestr(member, old.read(member))
        archive.writestr("xl/media/a.bin", b"0" * 3_000_000)
    content = bytearray(out.getvalue())
    # The table of contents says 10 bytes where three million will come.
    place = content.rfind(b"xl/media/a.bin") - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", content, place + 24, 10)
    staff_import = upload(bytes(content), cast.agency)
    assert staff_import.state == "unreadable"
    assert "rusak" in staff_import.problem


def test_a_single_cell_at_the_far_end_does_not_fill_the_memory(cast: Cast) -> None:
    for place in ("XFD1048576", "A1048576", "XFD3"):
        letters = place.rstrip("0123456789")
        cell = f'<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'.encode()
        with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as old:
            sheet = old.read("xl/worksheets/sheet1.xml")
        line = place.removeprefix(letters)
        broken = sheet.replace(b"</sheetData>", b'<row r="' + line.encode() + b'">' + cell + b"</row></sheetData>")
        staff_import = upload(repacked(ARCHIVE, "xl/worksheets/sheet1.xml", broken), cast.agency)
        assert "terisi sampai baris" in staff_import.problem, place


def test_more_rows_than_the_house_takes_are_refused_with_the_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 5)
    staff_import = upload(as_csv(table(people(6))), cast.agency, name="a.csv")
    assert "6 baris; batasnya 5" in staff_import.problem
    assert outcomes(upload(as_csv(table(people(5))), cast.agency, name="a.csv")) == {"new": 5}


def test_thousands_of_unknown_codes_do_not_take_forever(cast: Cast) -> None:
    rows = [cells | {"Kode unit": f"TIDAKADA{index}"} for index, cells in enumerate(people(900))]
    staff_import = upload(as_csv(table(rows)), cast.agency, name="a.csv")
    assert outcomes(staff_import) == {"error": 900}


def test_a_path_in_the_name_stays_a_name(cast: Cast) -> None:
    staff_import = upload(as_csv(table([row()])), cast.agency, name="..\\..\\etc\\pegawai.csv")
    assert staff_import.file_name == "pegawai.csv"
