"""Backups: one archive with the database as of one moment, the uploaded files, and checksums of everything."""

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import django
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction

import bina
from bina.config.commands import portable
from bina.config.commands.migrating import migrate, unknown_migrations
from bina.config.commands.running import Presence, running
from bina.config.commands.terminal import CommandFailedError
from bina.foundation import clock

FORMAT = 1
MANIFEST = "manifest.json"
# What of the data folder belongs to the installation besides database and uploads.
KEPT_FILES = ("secret.key", "demo.flag")
Report = Callable[[int, int, str], None]
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself: how the database is kept, which version wrote it, and a checksum per file."""

    kind: str
    created_at: str
    versions: dict[str, str]
    migrations: list[list[str]]
    files: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, archive: tarfile.TarFile) -> "Manifest":
        """The manifest of an archive; raises CommandFailedError when it is none of ours."""
        try:
            member = archive.extractfile(MANIFEST)
            data = json.loads(member.read()) if member else {}
            if data.get("format") != FORMAT:
                raise CommandFailedError("Berkas ini bukan cadangan Bina, atau dibuat oleh versi yang tidak dikenal.")
            return cls(data["kind"], data["created_at"], data["versions"], data["migrations"], data["files"])
        except (KeyError, ValueError, tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise CommandFailedError("Berkas ini bukan cadangan Bina yang utuh. Tidak ada yang diubah.") from error


def default_target(stem: str = "bina") -> Path:
    """Where a backup goes when nobody says: ``backups/`` in the data folder, named by the moment."""
    folder: Path = settings.DATA_DIR / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    moment = clock.now().astimezone(clock.ZONES["WIB"])
    return folder / f"{stem}-{moment:%Y%m%d-%H%M%S}.tar.gz"


def back_up(target: Path | None = None, *, as_tables: bool = False, report: Report | None = None) -> Path:
    """Write everything into one archive and return its path; the house may go on working meanwhile.

    SQLite is copied page by page as of one moment, PostgreSQL by pg_dump, and both can be written table by table
    (``as_tables``) to move between them. The archive appears under its name only when it is complete.
    """
    tell = report or (lambda done, total, message: None)
    target = (target or default_target()).resolve()
    if target.exists():
        raise CommandFailedError(f"{target} sudah ada. Pilih nama lain; cadangan lama tidak ditimpa.")
    _require_folder(target.parent)
    tell(0, 100, "Menyalin basis data")
    unfinished = target.with_name(f".{target.name}.belum-selesai")
    with tempfile.TemporaryDirectory(prefix="bina-cadangan-", dir=target.parent) as folder:
        kind, database = _dump(Path(folder), as_tables=as_tables)
        tell(45, 100, "Mengemas berkas")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with (
                os.fdopen(descriptor, "wb") as stream,
                tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive,
            ):
                _fill(archive, kind, database, tell)
                archive.close()
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    tell(100, 100, "Selesai")
    return target


def _require_folder(folder: Path) -> None:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise CommandFailedError(f"Folder {folder} tidak ada atau tidak dapat ditulisi.")


def _dump(folder: Path, *, as_tables: bool) -> tuple[str, Path]:
    """The database as one file, and how it is kept there."""
    if as_tables or (connection.vendor == "postgresql" and not _fitting_tool("pg_dump")):
        file = folder / "database.jsonl"
        portable.write_tables(file)
        return "tables", file
    if connection.vendor == "sqlite":
        file = folder / "database.sqlite3"
        _copy_sqlite(Path(connection.settings_dict["NAME"]), file)
        return "sqlite", file
    file = folder / "database.dump"
    _run(
        [
            str(_fitting_tool("pg_dump")),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={file}",
            _pg_name(),
        ]
    )
    return "postgresql", file


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as of one moment, whatever is written meanwhile, and make sure that the copy is sound."""
    with closing(sqlite3.connect(source, timeout=60)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        # A single file, without a log beside it.
        new.execute("PRAGMA journal_mode=DELETE")
        sound = new.execute("PRAGMA quick_check").fetchone()[0]
    if sound != "ok":
        raise CommandFailedError(f"Basis data rusak ({sound}). Pulihkan cadangan terakhir yang baik.")


def _fitting_tool(name: str) -> Path | None:
    """A PostgreSQL tool that is at least as new as the server, from the path or from where Debian keeps them."""
    major = _server_major()
    candidates = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    for candidate in candidates:
        if candidate is None:
            continue
        answer = subprocess.run([str(candidate), "--version"], capture_output=True, text=True, check=False)
        digits = [part for part in answer.stdout.split() if part[0].isdigit()]
        if digits and int(digits[0].split(".")[0]) >= major:
            return Path(candidate)
    return None


def _server_major() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10_000


def _pg_name() -> str:
    """The address of the database for PostgreSQL's tools, without its password (that goes by environment)."""
    entry = connection.settings_dict
    pairs = {"dbname": entry["NAME"], "host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"]}
    pairs |= {key: value for key, value in (entry.get("OPTIONS") or {}).items() if key.startswith("ssl")}
    return " ".join(f"{key}='{_quoted(str(value))}'" for key, value in pairs.items() if value)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _run(command: list[str]) -> None:
    environment = {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"] or ""}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        lines = [line for line in answer.stderr.splitlines() if line.strip()] or ["tanpa pesan"]
        raise CommandFailedError(f"{Path(command[0]).name} gagal: {lines[-1]}")


def _fill(archive: tarfile.TarFile, kind: str, database: Path, tell: Report) -> None:
    """Database, uploads and small files into the archive; the manifest with their checksums comes last."""
    files: dict[str, dict[str, Any]] = {}

    def add(name: str, stream: IO[bytes], length: int) -> None:
        reader = _Hashing(stream)
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = length, 0o600, int(clock.now().timestamp())
        archive.addfile(member, reader)
        files[name] = {"sha256": reader.digest, "bytes": length}

    with database.open("rb") as dump:
        add(database.name, dump, database.stat().st_size)
    for name in KEPT_FILES:
        path = settings.DATA_DIR / name
        if path.is_file():
            content = path.read_bytes()
            add(name, io.BytesIO(content), len(content))
    names = sorted(_uploads())
    for count, name in enumerate(names, start=1):
        with default_storage.open(name) as stream:
            add(f"media/{name}", stream, default_storage.size(name))
        tell(45 + 50 * count // len(names), 100, "Mengemas berkas")
    data = {
        "format": FORMAT,
        "kind": kind,
        "created_at": clock.now().isoformat(timespec="seconds"),
        "versions": {"bina": bina.__version__, "django": django.get_version()},
        "migrations": _applied(),
        "files": files,
    }
    content = json.dumps(data, indent=1, sort_keys=True).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode, member.mtime = len(content), 0o600, int(clock.now().timestamp())
    archive.addfile(member, io.BytesIO(content))


class _Hashing(io.RawIOBase):
    """A stream that notes the checksum of what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._hash.update(block)
        return block

    @property
    def digest(self) -> str:
        """SHA-256 of everything read so far."""
        return self._hash.hexdigest()


def _uploads(folder: str = "") -> Iterator[str]:
    """Every uploaded file, whatever store keeps it."""
    if folder and not default_storage.exists(folder):
        return
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield f"{folder}/{name}" if folder else name
    for inner in folders:
        yield from _uploads(f"{folder}/{inner}" if folder else inner)


def _applied() -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return [list(row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: from when the data are, and where the former ones went."""

    created_at: dt.datetime
    files: int
    put_aside: Path | None


def restore(source: Path, *, yes: bool, report: Report | None = None) -> Restored:
    """Put the installation back to the moment of an archive. Everything is checked before anything is touched, and what is
    there now is put aside first. Raises CommandFailedError when the archive is damaged or a server runs.
    """
    tell = report or (lambda done, total, message: None)
    if not source.is_file():
        raise CommandFailedError(f"Berkas {source} tidak ada.")
    presence = Presence("serve")
    if running("worker") or not presence.announce(busy="restore"):
        raise CommandFailedError("Bina sedang berjalan. Hentikan dahulu (Ctrl+C atau systemctl stop), lalu ulangi.")
    try:
        with tempfile.TemporaryDirectory(prefix="bina-pemulihan-", dir=settings.DATA_DIR) as folder:
            return _restore(source, Path(folder), yes, tell)
    finally:
        presence.leave()


def _restore(source: Path, folder: Path, yes: bool, tell: Report) -> Restored:
    tell(0, 100, "Memeriksa cadangan")
    manifest = _unpack(source, folder, tell)
    _require_fit(manifest)
    if not yes and _holds_data():
        raise CommandFailedError(
            "Basis data sudah berisi. Pemulihan menggantinya dengan isi cadangan dari "
            f"{manifest.created_at[:16].replace('T', ' ')} UTC; yang lama disimpan di samping. Ulangi dengan --yes bila yakin."
        )
    tell(55, 100, "Menyimpan data yang sekarang")
    aside = _put_aside() if _holds_data() or any(_uploads()) else None
    tell(70, 100, "Memulihkan basis data")
    try:
        _load(manifest, folder)
        tell(88, 100, "Memulihkan berkas")
        count = _return_files(manifest, folder)
        migrate(quiet=True)
    except CommandFailedError as error:
        where = f" Data yang lama tersimpan di {aside}." if aside else ""
        raise CommandFailedError(f"{error}{where}") from error
    tell(100, 100, "Selesai")
    return Restored(dt.datetime.fromisoformat(manifest.created_at), count, aside)


def _unpack(source: Path, folder: Path, tell: Report) -> Manifest:
    """Unpack an archive into ``folder`` and compare every file with its checksum; nothing else is touched."""
    damaged = CommandFailedError("Cadangan ini rusak atau pernah diubah: isinya tidak cocok dengan sidik yang tercatat. "
                                 "Tidak ada yang diubah; pakai cadangan lain.")  # fmt: skip
    try:
        with tarfile.open(source, "r:gz") as archive:
            manifest = Manifest.read(archive)
        left = dict(manifest.files)
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                if member.name == MANIFEST:
                    continue
                path, facts = PurePosixPath(member.name), left.pop(member.name, None)
                stream = archive.extractfile(member) if member.isfile() else None
                if facts is None or stream is None or path.is_absolute() or ".." in path.parts:
                    raise damaged
                target = folder.joinpath(*path.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                if _copy(stream, target) != facts["sha256"]:
                    raise damaged
                tell(50 - 50 * len(left) // len(manifest.files), 100, "Memeriksa cadangan")
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise damaged from error
    if left:
        raise damaged
    return manifest


def _copy(stream: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while block := stream.read(_BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _require_fit(manifest: Manifest) -> None:
    """Whether the archive can be put into the database in use with this version of the program."""
    if manifest.kind in {"sqlite", "postgresql"} and manifest.kind != connection.vendor:
        raise CommandFailedError(
            f"Cadangan ini berasal dari {manifest.kind}, sedangkan basis data di sini {connection.vendor}. "
            "Buat cadangan dengan `bina backup --tables` untuk berpindah jenis basis data."
        )
    if manifest.kind == "postgresql" and not _fitting_tool("pg_restore"):
        raise CommandFailedError(
            "Perkakas pg_restore yang sesuai dengan server PostgreSQL tidak ditemukan; pasang postgresql-client."
        )
    known = portable.known_migrations()
    newer = [f"{app}.{name}" for app, name in manifest.migrations if (app, name) not in known]
    if newer:
        raise CommandFailedError(
            f"Cadangan ini dibuat oleh versi Bina yang lebih baru ({newer[-1]}). Pasang versi itu dahulu."
        )
    if manifest.kind == "tables" and {tuple(row) for row in manifest.migrations} != known:
        raise CommandFailedError(
            f"Cadangan per tabel hanya dapat dipulihkan oleh versi Bina yang membuatnya ({manifest.versions.get('bina')})."
        )


def _holds_data() -> bool:
    tables = set(connection.introspection.table_names())
    if "people_user" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM (SELECT 1 FROM people_user LIMIT 1) AS found")
        return bool(cursor.fetchone()[0])


def _put_aside() -> Path:
    """Keep what is there now: SQLite's file and the uploads are moved, PostgreSQL is written into a backup."""
    moment = clock.now().astimezone(clock.ZONES["WIB"])
    if connection.vendor == "postgresql":
        return back_up(default_target("sebelum-pemulihan"))
    folder: Path = settings.DATA_DIR / f"sebelum-pemulihan-{moment:%Y%m%d-%H%M%S}"
    folder.mkdir()
    database = Path(connection.settings_dict["NAME"])
    # The copy holds what the write-ahead log holds too; the originals can then go.
    _copy_sqlite(database, folder / database.name)
    connections.close_all()
    for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        path.unlink(missing_ok=True)
    media = Path(settings.MEDIA_ROOT)
    if media.is_dir():
        media.rename(folder / "media")
    return folder


def _load(manifest: Manifest, folder: Path) -> None:
    if manifest.kind == "sqlite":
        connections.close_all()
        database = Path(connection.settings_dict["NAME"])
        for path in (Path(f"{database}-wal"), Path(f"{database}-shm")):
            path.unlink(missing_ok=True)
        shutil.move(folder / "database.sqlite3", database)
    elif manifest.kind == "postgresql":
        _drop_tables()
        connections.close_all()
        _run([str(_fitting_tool("pg_restore")), "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
              f"--dbname={_pg_name()}", str(folder / "database.dump")])  # fmt: skip
    else:
        if unknown_migrations():
            raise CommandFailedError("Basis data tujuan dipakai oleh versi lain. Pakai basis data yang kosong.")
        migrate(quiet=True)
        portable.read_tables(folder / "database.jsonl")


def _drop_tables() -> None:
    """PostgreSQL without any of our tables: the dump brings its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")


def _return_files(manifest: Manifest, folder: Path) -> int:
    """Uploads and small files go back to their places; returns how many uploads that were."""
    count = 0
    for name in manifest.files:
        path = folder.joinpath(*PurePosixPath(name).parts)
        if name.startswith("media/"):
            place = name.removeprefix("media/")
            if default_storage.exists(place):
                default_storage.delete(place)
            with path.open("rb") as stream:
                default_storage.save(place, _as_file(stream))
            count += 1
        elif name in KEPT_FILES:
            target = settings.DATA_DIR / name
            shutil.move(path, target)
            target.chmod(0o600)
    if "demo.flag" not in manifest.files:
        (settings.DATA_DIR / "demo.flag").unlink(missing_ok=True)
    return count


def _as_file(stream: IO[bytes]) -> Any:
    from django.core.files import File

    return File(stream)
