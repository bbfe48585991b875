"""The command line: Indonesian help, sentences instead of traces, and the staff import."""

import io
from pathlib import Path

import pytest

from bina.config.command import build_parser, main
from bina.people import queries
from bina.people.models import Agency, Employee, StaffImport, User
from tests.cast import Cast
from tests.config.installation import Installation

COMMANDS = ("up", "serve", "worker", "migrate", "demo", "admin", "import", "backup", "restore", "doctor")


def test_help_names_every_command_in_indonesian(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text for name in COMMANDS)
    assert "Pemakaian" in text
    assert "usage" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "masih kurang"),
        (["terbang"], "tidak dikenal"),
        (["restore"], "masih kurang: BERKAS"),
        (["serve", "--port", "banyak"], "porta harus 1 sampai 65535"),
        (["doctor", "--cepat"], "tidak dikenal: --cepat"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.slow
def test_a_wrong_database_address_is_told_without_a_trace(tmp_path: Path) -> None:
    broken = Installation(tmp_path, extra={"DATABASE_URL": "mysql://somewhere/else"})
    answer = broken.bina("doctor")
    assert answer.returncode == 1
    assert "DATABASE_URL" in answer.stderr
    assert "Traceback" not in answer.stderr + answer.stdout


@pytest.mark.slow
def test_a_database_that_is_away_is_told_without_a_trace(tmp_path: Path) -> None:
    away = Installation(tmp_path, extra={"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"})
    answer = away.bina("migrate")
    assert answer.returncode == 1
    assert "Basis data tidak dapat dipakai" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Traceback" in (tmp_path / "bina-error.txt").read_text()
    examined = away.bina("doctor")
    assert examined.returncode == 1
    assert "buruk" in examined.stdout


@pytest.mark.slow
def test_serving_before_migrating_is_refused_with_the_way_out(fresh_installation: Installation) -> None:
    answer = fresh_installation.bina("serve", "--port", "1")
    assert answer.returncode == 1
    assert "bina migrate" in answer.stderr


STAFF = """NIP;Nama lengkap;Unit;Kode unit;Jabatan;Kelas jabatan;Status kepegawaian;Golongan;Pendidikan
199203152015032004;Rahayu Lestari;Seksi Identitas Penduduk;D1B1S1;Pengelola Data;PELAKSANA;PNS;II/c;D3
123;Tanpa Nomor;Seksi Identitas Penduduk;D1B1S1;Pengelola Data;PELAKSANA;PNS;II/c;D3
"""


def test_staff_are_checked_first_and_written_only_on_request(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(STAFF, encoding="utf-8")
    before = Employee.objects.count()
    assert main(["import", "staff", str(file), "--agency", cast.agency.code]) == 0
    out = capsys.readouterr().out
    assert "Belum ada yang diubah" in out
    assert (tmp_path / "pegawai-salah.xlsx").read_bytes().startswith(b"PK")
    assert Employee.objects.count() == before
    assert main(["import", "staff", str(file), "--agency", cast.agency.code, "--apply"]) == 0
    assert Employee.objects.filter(employee_number="199203152015032004", unit=cast.seksi).exists()
    assert Employee.objects.count() == before + 1
    assert StaffImport.objects.filter(state=StaffImport.State.APPLIED).count() == 1


def test_an_unknown_agency_is_answered_with_the_known_ones(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(STAFF, encoding="utf-8")
    assert main(["import", "staff", str(file), "--agency", "9999"]) == 1
    assert cast.agency.code in capsys.readouterr().err
    assert Agency.objects.count() == 1


def test_the_agency_need_not_be_named_where_there_is_but_one(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(STAFF, encoding="utf-8")
    assert main(["import", "staff", str(file)]) == 0
    assert cast.agency.name in capsys.readouterr().out
    Agency.objects.create(
        code="9998", name="Dinas Contoh Kedua", short_name="DCK", kind=cast.agency.kind, time_zone=cast.agency.time_zone
    )
    assert main(["import", "staff", str(file)]) == 1
    told = capsys.readouterr().err
    assert "--agency" in told
    assert "9998" in told


def test_the_first_administrator_is_made_with_a_password_from_the_input(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(password: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return main(["admin", "pertama@contoh.go.id", "--name", "Wahyu Utama"])

    assert call("pendek") == 1
    assert "terlalu pendek" in capsys.readouterr().err
    assert not User.objects.filter(username="pertama@contoh.go.id").exists()
    assert call("lembah-sunyi-1945") == 0
    admin = User.objects.get(username="pertama@contoh.go.id")
    assert admin.check_password("lembah-sunyi-1945")
    assert queries.standing_of(admin).is_platform_admin
    assert call("lembah-sunyi-1945") == 1
    assert "sudah dipakai" in capsys.readouterr().err
