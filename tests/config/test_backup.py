"""Backups and their way back: everything returns, damaged archives change nothing, and what was there is kept."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.installation import Installation, postgresql_url

pytestmark = pytest.mark.slow

UPLOAD = "laporan/contoh.txt"


def with_upload(installation: Installation) -> None:
    """Something uploaded, beside the course files that the demo brings."""
    installation.python(
        "from django.core.files.base import ContentFile\nfrom django.core.files.storage import default_storage\n"
        f"default_storage.save({UPLOAD!r}, ContentFile(b'isi yang berharga'))"
    )


def change(installation: Installation) -> None:
    """What happens after the backup and must be gone after the restore."""
    installation.python(
        "from bina.people.models import Employee\nEmployee.objects.filter(pk__lt=60).update(full_name='Berubah')"
    )
    (installation.folder / "media" / UPLOAD).write_bytes(b"tertimpa")


def back_up(installation: Installation, target: Path, *options: str) -> Path:
    answer = installation.bina("backup", str(target), *options)
    assert answer.returncode == 0, answer.stderr
    return target


def uploads(installation: Installation) -> dict[str, bytes]:
    media = installation.folder / "media"
    return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}


@pytest.mark.parametrize("options", [(), ("--tables",)])
def test_everything_comes_back_and_the_changed_state_is_put_aside(
    installation: Installation, tmp_path: Path, options: tuple[str, ...]
) -> None:
    with_upload(installation)
    rows, files = installation.content(), uploads(installation)
    archive = back_up(installation, tmp_path / "cadangan.tar.gz", *options)
    assert archive.stat().st_mode & 0o077 == 0
    change(installation)
    changed = installation.content()
    assert changed != rows
    hesitant = installation.bina("restore", str(archive))
    assert hesitant.returncode == 1
    assert "--yes" in hesitant.stderr
    assert installation.content() == changed
    answer = installation.bina("restore", str(archive), "--yes")
    assert answer.returncode == 0, answer.stderr
    assert installation.content() == rows
    assert uploads(installation)[UPLOAD] == files[UPLOAD] == b"isi yang berharga"
    assert set(files) <= set(uploads(installation))
    assert "disimpan di" in answer.stdout
    if not postgresql_url():
        aside = next(installation.folder.glob("sebelum-pemulihan-*"))
        assert (aside / "media" / UPLOAD).read_bytes() == b"tertimpa"
        old = Installation(aside, extra={"DATABASE_URL": f"sqlite://{aside / 'bina.sqlite3'}"})
        assert old.content() == changed


def test_a_backup_goes_into_an_empty_house(
    installation: Installation, fresh_installation: Installation, tmp_path: Path
) -> None:
    with_upload(installation)
    archive = back_up(installation, tmp_path / "cadangan.tar.gz")
    answer = fresh_installation.bina("restore", str(archive))
    assert answer.returncode == 0, answer.stderr
    assert fresh_installation.content() == installation.content()
    assert uploads(fresh_installation) == uploads(installation)
    key = (fresh_installation.folder / "secret.key").read_text()
    assert key == (installation.folder / "secret.key").read_text()
    added = fresh_installation.python(
        "from bina.people.models import Agency\n"
        "print(Agency.objects.create(code='1', name='Baru', short_name='Baru', kind='city').pk)"
    )
    assert int(added) > 4


def test_the_archive_says_what_it_holds(installation: Installation, tmp_path: Path) -> None:
    archive = back_up(installation, tmp_path / "cadangan.tar.gz")
    with tarfile.open(archive) as opened:
        member = opened.extractfile("manifest.json")
        assert member is not None
        manifest = json.loads(member.read())
    assert set(manifest) == {"format", "kind", "created_at", "versions", "migrations", "files"}
    assert all(len(facts["sha256"]) == 64 for facts in manifest["files"].values())
    assert ["people", "0001_initial"] in manifest["migrations"]


def test_tables_are_written_as_the_database_has_them_before_an_upgrade(
    installation: Installation, tmp_path: Path
) -> None:
    installation.python("from django.core.management import call_command\ncall_command('migrate', 'people', '0003')")
    with tarfile.open(back_up(installation, tmp_path / "cadangan.tar.gz", "--tables")) as archive:
        stream = archive.extractfile("database.jsonl")
        assert stream is not None
        written = {json.loads(line)["table"] for line in stream if line.startswith(b"{")}
    assert "people_employee" in written
    assert "people_accountsession" not in written, "the table that the upgrade will bring"
    assert installation.bina("migrate").returncode == 0


def test_an_existing_file_is_never_overwritten(installation: Installation, tmp_path: Path) -> None:
    precious = tmp_path / "penting.tar.gz"
    precious.write_bytes(b"jangan ditimpa")
    answer = installation.bina("backup", str(precious))
    assert answer.returncode == 1
    assert precious.read_bytes() == b"jangan ditimpa"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["penting.tar.gz"]


def rewritten(archive: Path, target: Path, edit: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of an archive in which every member went through ``edit``; None leaves it out."""
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member)
            content = edit(member.name, stream.read() if stream else b"")
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return target


def flip_a_byte(archive: Path, target: Path) -> Path:
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    target.write_bytes(bytes(content))
    return target


def cut_off(archive: Path, target: Path) -> Path:
    target.write_bytes(archive.read_bytes()[: -len(archive.read_bytes()) // 3])
    return target


def exchange_a_file(archive: Path, target: Path) -> Path:
    return rewritten(archive, target, lambda name, content: b"palsu" if name.startswith("media/") else content)


def leave_a_file_out(archive: Path, target: Path) -> Path:
    return rewritten(archive, target, lambda name, content: None if name == "secret.key" else content)


def add_a_stranger(archive: Path, target: Path) -> Path:
    shutil.copy(archive, target)
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        stranger = tarfile.TarInfo("../../di-luar.txt")
        stranger.size = 3
        new.addfile(stranger, io.BytesIO(b"hai"))
    return target


def something_else(archive: Path, target: Path) -> Path:
    target.write_bytes(b"bukan arsip")
    return target


def test_damaged_archives_change_nothing(installation: Installation, tmp_path: Path) -> None:
    archive = back_up(installation, tmp_path / "cadangan.tar.gz")
    rows, files = installation.content(), uploads(installation)
    for damage in (flip_a_byte, cut_off, exchange_a_file, leave_a_file_out, add_a_stranger, something_else):
        broken = damage(archive, tmp_path / f"{damage.__name__}.tar.gz")
        answer = installation.bina("restore", str(broken), "--yes")
        assert answer.returncode == 1, damage
        assert "Tidak ada yang diubah" in answer.stderr, damage
        assert "Traceback" not in answer.stderr, damage
        assert not list(installation.folder.glob("bina-pemulihan-*")), damage
    assert installation.content() == rows
    assert uploads(installation) == files
    assert not (tmp_path.parent / "di-luar.txt").exists()


def test_an_archive_of_a_newer_version_is_refused(installation: Installation, tmp_path: Path) -> None:
    def from_the_future(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return content
        manifest = json.loads(content)
        manifest["migrations"].append(["people", "9999_tomorrow"])
        return json.dumps(manifest).encode()

    archive = back_up(installation, tmp_path / "cadangan.tar.gz")
    newer = rewritten(archive, tmp_path / "besok.tar.gz", from_the_future)
    answer = installation.bina("restore", str(newer), "--yes")
    assert answer.returncode == 1
    assert "lebih baru" in answer.stderr
