"""The examination: what is well is called well, and what is not comes with advice."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from pytest_django.fixtures import Settings

from bina.config.commands import doctor
from bina.config.commands.doctor import Finding, Level
from bina.config.commands.running import Presence
from bina.journal.models import Entry
from tests.config.installation import Installation


def of(findings: list[Finding], subject: str) -> list[Level]:
    return [row.level for row in findings if row.subject == subject]


def test_everything_that_is_not_well_comes_with_advice(reference_data: None) -> None:
    findings = list(doctor.examine())
    assert all(row.advice for row in findings if row.level is not Level.OK)
    assert not any(row.advice for row in findings if row.level is Level.OK)
    assert of(findings, "Skema") == [Level.OK]
    assert of(findings, "Data") == [Level.OK]


def test_a_short_key_and_an_open_developer_mode_are_bad(settings: Settings) -> None:
    settings.SECRET_KEY = "short"
    settings.DEBUG = True
    settings.BASE_URL = "http://bina.pontianak.example"
    settings.HTTPS = False
    settings.ALLOWED_HOSTS = ["*"]
    findings = list(doctor.check_settings())
    assert of(findings, "Kunci rahasia") == [Level.BAD]
    assert of(findings, "Mode pengembang") == [Level.BAD]
    assert of(findings, "Alamat") == [Level.BAD, Level.BAD]


def test_a_key_that_others_can_read_is_bad(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BINA_SECRET_KEY", raising=False)
    settings.DATA_DIR = tmp_path
    settings.SECRET_KEY = "k" * 60
    key = tmp_path / "secret.key"
    key.write_text("k" * 60)
    key.chmod(0o644)
    assert of(list(doctor.check_settings()), "Kunci rahasia") == [Level.BAD]
    key.chmod(0o600)
    assert of(list(doctor.check_settings()), "Kunci rahasia") == [Level.OK]


def test_a_data_folder_that_cannot_be_written_is_bad(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "nowhere"
    assert of(list(doctor.check_data_folder()), "Folder data") == [Level.BAD]


@pytest.mark.parametrize(("free", "level"), [(0.1, Level.BAD), (1.0, Level.WARN), (50.0, Level.OK)])
def test_little_space_is_told_in_time(monkeypatch: pytest.MonkeyPatch, free: float, level: Level) -> None:
    class Usage:
        def __init__(self) -> None:
            self.free = free * doctor.GIGABYTE

    monkeypatch.setattr("bina.config.commands.doctor.shutil.disk_usage", lambda path: Usage())
    assert of(list(doctor.check_data_folder()), "Ruang diska") == [level]


def test_a_clock_behind_the_journal_is_bad(db: None) -> None:
    assert Level.BAD not in of(list(doctor.check_clock()), "Jam")
    Entry.objects.create(verb="x.y", object_kind="x", object_id="1", occurred_at=timezone.now() + dt.timedelta(hours=2))
    assert Level.BAD in of(list(doctor.check_clock()), "Jam")


def test_a_mail_server_that_is_away_is_bad_and_none_at_all_a_warning(settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    assert of(list(doctor.check_mail()), "Surel") == [Level.WARN]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert of(list(doctor.check_mail()), "Surel") == [Level.BAD]


def test_a_server_without_a_worker_is_bad(db: None) -> None:
    assert of(list(doctor.check_work()), "Pekerja") == [Level.WARN]
    server, worker = Presence("serve"), Presence("worker-examined")
    assert server.announce(address="127.0.0.1:1")
    try:
        assert of(list(doctor.check_work()), "Pekerja") == [Level.BAD]
        assert worker.announce()
        assert of(list(doctor.check_work()), "Pekerja") == [Level.OK]
        os.utime(worker.path, (0, 0))
        assert of(list(doctor.check_work()), "Pekerja") == [Level.BAD]
    finally:
        server.leave()
        worker.leave()


def job(**fields: Any) -> DBTaskResult[Any, Any]:
    return DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}}, task_path="x.y", backend_name="default",
        **{"run_after": get_date_max(), **fields},
    )  # fmt: skip


def test_jobs_that_wait_or_fail_are_told(db: None) -> None:
    assert of(list(doctor.check_work()), "Antrean") == [Level.OK]
    late = job()
    DBTaskResult.objects.filter(pk=late.pk).update(enqueued_at=timezone.now() - dt.timedelta(minutes=9))
    job(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    findings = list(doctor.check_work())
    assert of(findings, "Antrean") == [Level.WARN]
    assert of(findings, "Pekerjaan") == [Level.WARN]


def test_missing_and_old_backups_are_told(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert of(list(doctor.check_backups()), "Cadangan") == [Level.WARN]
    archive = tmp_path / "backups" / "bina-1.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(b"x")
    assert of(list(doctor.check_backups()), "Cadangan") == [Level.OK]
    os.utime(archive, (0, 0))
    assert of(list(doctor.check_backups()), "Cadangan") == [Level.WARN]


@pytest.mark.slow
def test_the_command_answers_with_its_exit_code(installation: Installation, fresh_installation: Installation) -> None:
    well = installation.bina("doctor")
    assert well.returncode == 0, well.stdout
    assert "Tidak ada yang buruk" in well.stdout
    assert "akun contoh" in well.stdout
    ill = fresh_installation.bina("doctor")
    assert ill.returncode == 1
    assert "bina migrate" in ill.stdout
