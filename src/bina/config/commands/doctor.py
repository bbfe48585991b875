"""Examining an installation: every line says whether something is well, and if not, what to do."""

import datetime as dt
import os
import shutil
import smtplib
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Max, Min
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from bina.config.commands.migrating import pending_migrations, unknown_migrations
from bina.config.commands.running import running
from bina.config.commands.terminal import number, size
from bina.foundation import clock

GIGABYTE = 1024**3
SLOW_SYNC_SECONDS = 0.25
LATE_JOB = dt.timedelta(minutes=2)
SILENT_WORKER_SECONDS = 60
OLD_BACKUP = dt.timedelta(days=8)
CLOCK_TOLERANCE = 5.0


class Level(StrEnum):
    """How bad it is."""

    OK = "baik"
    WARN = "perhatian"
    BAD = "buruk"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination."""

    level: Level
    subject: str
    sentence: str
    advice: str = ""


def ok(subject: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, subject, sentence)


def warn(subject: str, sentence: str, advice: str) -> Finding:
    """Works, but somebody should look at it."""
    return Finding(Level.WARN, subject, sentence, advice)


def bad(subject: str, sentence: str, advice: str) -> Finding:
    """Does not work, or endangers data."""
    return Finding(Level.BAD, subject, sentence, advice)


def examine() -> Iterator[Finding]:
    """Every finding, one after the other; a check that fails in an unforeseen way is a finding too."""
    for check in CHECKS:
        try:
            yield from check()
        except DatabaseError as error:
            yield bad(
                "Basis data",
                f"tidak menjawab: {_first_line(error)}",
                "Periksa DATABASE_URL dan apakah servernya hidup.",
            )
            if check is check_database:
                return
        except OSError as error:
            yield bad(
                _subject(check), f"gagal diperiksa: {error.strerror or error}", "Periksa hak akses dan isi diska."
            )


def _subject(check: Callable[[], Iterator[Finding]]) -> str:
    return {check_settings: "Pengaturan", check_mail: "Surel"}.get(check, "Folder data")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def check_settings() -> Iterator[Finding]:
    """Versions, the secret key, addresses, the demo."""
    import bina

    yield ok("Versi", f"Bina {bina.__version__}, Python {sys.version.split()[0]}, folder data {settings.DATA_DIR}")
    key_file = settings.DATA_DIR / "secret.key"
    if len(settings.SECRET_KEY) < 40:
        yield bad(
            "Kunci rahasia",
            "terlalu pendek",
            "Isi BINA_SECRET_KEY dengan sedikitnya 50 huruf acak, atau hapus agar dibuatkan.",
        )
    elif not os.environ.get("BINA_SECRET_KEY") and key_file.exists() and stat.S_IMODE(key_file.stat().st_mode) & 0o077:
        yield bad("Kunci rahasia", "dapat dibaca orang lain di mesin ini", f"Jalankan: chmod 600 {key_file}")
    else:
        yield ok("Kunci rahasia", "ada dan tertutup")
    public = not settings.BASE_URL.startswith(("http://127.0.0.1", "http://localhost"))
    if settings.DEBUG and public:
        yield bad("Mode pengembang", "menyala pada alamat umum", "Hapus BINA_DEBUG sebelum dipakai orang banyak.")
    elif settings.DEBUG:
        yield warn("Mode pengembang", "menyala", "Hapus BINA_DEBUG bila mesin ini dipakai sungguhan.")
    if public and not settings.HTTPS:
        yield bad(
            "Alamat",
            f"{settings.BASE_URL} tanpa HTTPS",
            "Pasang HTTPS di depan Bina dan isi BINA_BASE_URL dengan https://…",
        )
    else:
        yield ok("Alamat", settings.BASE_URL)
    if "*" in settings.ALLOWED_HOSTS:
        yield bad("Alamat", "menerima nama apa pun", "Sebutkan nama yang dipakai di BINA_ALLOWED_HOSTS.")
    if settings.DEMO:
        yield warn(
            "Data contoh",
            "akun contoh dengan kata sandi umum masih ada",
            "Untuk pemakaian sungguhan mulailah dengan folder data baru.",
        )


def check_data_folder() -> Iterator[Finding]:
    """Writable, enough space, and a disk that keeps what it is given."""
    folder: Path = settings.DATA_DIR
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".uji-") as probe:
            began = time.monotonic()
            for _ in range(5):
                probe.write(b"x" * 4096)
                probe.flush()
                os.fsync(probe.fileno())
            per_sync = (time.monotonic() - began) / 5
    except OSError as error:
        yield bad(
            "Folder data",
            f"{folder} tidak dapat ditulisi ({error.strerror})",
            "Berikan hak tulis kepada pengguna yang menjalankan Bina.",
        )
        return
    if per_sync > SLOW_SYNC_SECONDS:
        yield warn(
            "Diska",
            f"menyimpan dengan pasti perlu {per_sync * 1000:.0f} ms",
            "Pakai diska yang lebih cepat; setiap jawaban yang tersimpan menunggu selama itu.",
        )
    else:
        yield ok("Diska", f"menyimpan dengan pasti dalam {max(1, round(per_sync * 1000))} ms")
    free = shutil.disk_usage(folder).free
    if free < 0.3 * GIGABYTE:
        yield bad(
            "Ruang diska", f"tinggal {size(free)}", "Kosongkan diska sekarang; Bina berhenti menyimpan bila penuh."
        )
    elif free < 2 * GIGABYTE:
        yield warn("Ruang diska", f"tinggal {size(free)}", "Kosongkan atau perbesar diska.")
    else:
        yield ok("Ruang diska", f"tersedia {size(free)}")


def check_database() -> Iterator[Finding]:
    """Reachable, up to date, and set so that confirmed changes survive a power cut."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            yield from _check_sqlite(cursor)
        else:
            yield from _check_postgresql(cursor)
    newer = unknown_migrations()
    if newer:
        yield bad("Skema", f"lebih baru daripada program ({newer[-1]})", "Pasang versi Bina yang sesuai.")
    pending = pending_migrations()
    if pending:
        yield bad("Skema", f"{len(pending)} langkah belum dijalankan", "Jalankan: bina migrate")
        return
    yield ok("Skema", "sesuai dengan program")
    from bina.competencies.models import Framework
    from bina.people.models import Employee

    if not Framework.objects.exists():
        yield bad("Data acuan", "belum dimuat", "Jalankan: bina migrate")
    else:
        yield ok("Data", f"{number(Employee.objects.count())} pegawai")


def _check_sqlite(cursor: "object") -> Iterator[Finding]:
    execute = cursor.execute  # type: ignore[attr-defined]  # Django's cursor wrapper
    file = Path(connection.settings_dict["NAME"])
    facts = {}
    for name in ("journal_mode", "synchronous", "foreign_keys"):
        execute(f"PRAGMA {name}")
        facts[name] = str(cursor.fetchone()[0]).lower()  # type: ignore[attr-defined]
    length = file.stat().st_size if file.exists() else 0
    yield ok("Basis data", f"SQLite, {size(length)}")
    if facts["journal_mode"] != "wal":
        yield bad(
            "SQLite",
            f"catatan perubahan memakai {facts['journal_mode']}, bukan WAL",
            "Taruh folder data di diska setempat, bukan di jaringan.",
        )
    elif facts["synchronous"] not in {"2", "3"}:
        yield bad(
            "SQLite",
            "tidak menunggu diska; perubahan dapat hilang saat listrik padam",
            "Pakai pengaturan bawaan (synchronous=FULL).",
        )
    elif facts["foreign_keys"] != "1":
        yield bad("SQLite", "tidak menjaga hubungan antarbaris", "Pakai pengaturan bawaan (foreign_keys=ON).")
    else:
        yield ok("SQLite", "WAL, menunggu diska, menjaga hubungan antarbaris")
    execute("PRAGMA quick_check(1)")
    sound = cursor.fetchone()[0]  # type: ignore[attr-defined]
    if sound != "ok":
        yield bad(
            "SQLite", f"berkas rusak: {sound}", "Hentikan Bina dan pulihkan cadangan terakhir: bina restore BERKAS"
        )
    if length > 20 * GIGABYTE:
        yield warn(
            "SQLite",
            f"berkas sudah {size(length)}",
            "Pertimbangkan PostgreSQL: bina backup --tables, lalu restore di sana.",
        )


def _check_postgresql(cursor: "object") -> Iterator[Finding]:
    def ask(query: str) -> str:
        cursor.execute(query)  # type: ignore[attr-defined]
        return str(cursor.fetchone()[0])  # type: ignore[attr-defined]

    version = int(ask("SHOW server_version_num")) // 10_000
    if version < 14:
        yield bad("Basis data", f"PostgreSQL {version}", "Perbarui ke PostgreSQL 14 atau lebih baru.")
    else:
        yield ok(
            "Basis data", f"PostgreSQL {version}, {size(float(ask('SELECT pg_database_size(current_database())')))}"
        )
    if ask("SHOW server_encoding") != "UTF8":
        yield bad("PostgreSQL", "penyandian bukan UTF8", "Buat basis data dengan ENCODING 'UTF8'.")
    if ask("SHOW fsync") != "on" or ask("SHOW full_page_writes") != "on":
        yield bad(
            "PostgreSQL",
            "tidak menunggu diska (fsync atau full_page_writes mati)",
            "Nyalakan keduanya; jika tidak, data dapat rusak saat listrik padam.",
        )
    elif ask("SHOW synchronous_commit") == "off":
        yield warn(
            "PostgreSQL",
            "synchronous_commit mati; beberapa perubahan terakhir dapat hilang",
            "Nyalakan synchronous_commit.",
        )
    else:
        yield ok("PostgreSQL", "menunggu diska sebelum menjawab")
    drift = abs(float(ask("SELECT extract(epoch FROM clock_timestamp())")) - time.time())
    if drift > CLOCK_TOLERANCE:
        yield bad("Jam", f"server basis data berbeda {drift:.0f} detik", "Samakan jam kedua mesin (NTP).")


def check_sums() -> Iterator[Finding]:
    """The sums that reports read say what a count of the people says."""
    from bina.people.queries import differing_sums

    if pending_migrations():
        return
    differing = list(differing_sums())
    for each in differing:
        yield warn(
            "Angka laporan",
            f"{each.agency.short_name}: “{each.code}” tersimpan {each.kept}, terhitung {each.counted}",
            "Biarkan bina serve berjalan: angka dihitung ulang setiap malam. Bila tetap berbeda, laporkan.",
        )
    if not differing:
        yield ok("Angka laporan", "sama dengan hitungan langsung")


def check_clock() -> Iterator[Finding]:
    """A clock that runs evenly, lies near the truth, and has not gone back behind what is recorded."""
    wall, even = time.time(), time.monotonic()
    time.sleep(0.2)
    skew = abs((time.time() - wall) - (time.monotonic() - even))
    now = clock.now()
    if skew > 0.05:
        yield bad("Jam", "melompat selagi diperiksa", "Periksa layanan waktu (NTP) mesin ini.")
    elif now.year < 2025:
        yield bad("Jam", f"menunjukkan {now:%d-%m-%Y}", "Setel jam mesin; tenggat dan sertifikat bergantung padanya.")
    else:
        local = now.astimezone(clock.ZONES["WIB"])
        yield ok("Jam", f"{local:%d-%m-%Y %H.%M} WIB")
    if pending_migrations():
        return
    from bina.journal.models import Entry

    newest = Entry.objects.aggregate(newest=Max("occurred_at"))["newest"]
    if newest and newest - now > dt.timedelta(minutes=5):
        yield bad(
            "Jam",
            f"tertinggal: catatan terakhir bertanggal {newest:%d-%m-%Y %H.%M} UTC",
            "Setel jam mesin ke waktu yang benar.",
        )


def check_mail() -> Iterator[Finding]:
    """Whether letters leave the house."""
    if not settings.EMAIL_HOST:
        yield warn(
            "Surel",
            f"belum diatur; surat disimpan di {settings.EMAIL_FILE_PATH}",
            "Isi BINA_EMAIL_HOST, BINA_EMAIL_USER, dan BINA_EMAIL_PASSWORD.",
        )
        return
    try:
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=8) as server:
            server.ehlo()
            if settings.EMAIL_USE_TLS:
                server.starttls()
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except (TimeoutError, OSError, smtplib.SMTPException) as error:
        yield bad(
            "Surel",
            f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} tidak menerima: {_first_line(error)}",
            "Periksa BINA_EMAIL_* dan jaringan.",
        )
    else:
        yield ok("Surel", f"lewat {settings.EMAIL_HOST}")


def check_static_files() -> Iterator[Finding]:
    """Style sheets and scripts are built."""
    built = settings.PACKAGE_DIR / "design" / "static" / "bina" / "bina.css"
    if not built.exists() or built.stat().st_size < 2_000:
        yield bad("Tampilan", "gaya dan skrip belum dibangun", "Jalankan: make build/assets.done")
    elif not settings.DEBUG and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield warn("Tampilan", "berkas belum dikumpulkan; dikerjakan saat mulai", "Jalankan: make build/assets.done")
    else:
        yield ok("Tampilan", "gaya dan skrip siap")


def check_work() -> Iterator[Finding]:
    """The server and the worker run, and jobs do not pile up or fail."""
    servers, workers = running("serve"), running("worker")
    if servers:
        yield ok("Server web", f"berjalan di {servers[0].facts.get('address', '?')}")
    else:
        yield warn("Server web", "tidak berjalan dari folder data ini", "Jalankan: bina serve")
    silent = [row for row in workers if row.silent_seconds > SILENT_WORKER_SECONDS]
    if silent:
        yield bad("Pekerja", "ada, tetapi tidak memberi tanda", "Mulai ulang Bina.")
    elif workers:
        yield ok("Pekerja", f"{len(workers)} berjalan")
    elif servers:
        yield bad(
            "Pekerja",
            "tidak berjalan; sertifikat dan pemberitahuan tertunda",
            "Mulai ulang Bina, atau jalankan: bina worker",
        )
    else:
        yield warn("Pekerja", "tidak berjalan", "Ikut berjalan bersama: bina serve")
    if pending_migrations():
        return
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    waiting = ready.filter(run_after=get_date_max()).aggregate(first=Min("enqueued_at"))["first"]
    if waiting and clock.now() - waiting > LATE_JOB:
        minutes = int((clock.now() - waiting).total_seconds() // 60)
        level = bad if workers else warn
        yield level(
            "Antrean",
            f"pekerjaan tertua menunggu {number(minutes)} menit ({number(ready.count())} menunggu)",
            "Pastikan pekerja berjalan.",
        )
    else:
        yield ok("Antrean", f"{number(ready.count())} menunggu")
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gte=clock.now() - dt.timedelta(days=1)
    )
    count = failed.count()
    if count:
        latest = failed.order_by("-finished_at")[0]
        yield warn(
            "Pekerjaan",
            f"{number(count)} gagal sehari terakhir, terakhir {latest.task_path}",
            "Baca sebabnya di /admin/ bagian Task Results.",
        )


def check_videos() -> Iterator[Finding]:
    """Whether light versions of videos can be made, and whether some could not."""
    from bina.learning.actions import missing_for_light_videos
    from bina.learning.queries import light_counts

    fault = missing_for_light_videos()
    if fault:
        yield warn("Video", fault, "Pasang ffmpeg (Debian: apt install ffmpeg), lalu jalankan: bina renditions")
    else:
        yield ok("Video", "ffmpeg siap membuat 360p, suara saja, dan sampul")
    if pending_migrations():
        return
    counts = light_counts()
    if counts["failed"]:
        yield warn(
            "Video", f"{number(counts['failed'])} tidak dapat dibuatkan versi hemat",
            "Sebabnya ada di halaman kursusnya; video itu diputar dengan mutu aslinya.",
        )  # fmt: skip


def check_backups() -> Iterator[Finding]:
    """A recent backup exists."""
    folder = settings.DATA_DIR / "backups"
    ages = [path.stat().st_mtime for path in folder.glob("*.tar.gz")] if folder.is_dir() else []
    if not ages:
        yield warn(
            "Cadangan",
            f"belum ada di {folder}",
            "Jalankan `bina backup` setiap malam dan simpan salinannya di tempat lain.",
        )
        return
    age = dt.timedelta(seconds=time.time() - max(ages))
    if age > OLD_BACKUP:
        yield warn("Cadangan", f"yang terbaru berumur {age.days} hari", "Jalankan `bina backup` setiap malam.")
    else:
        hours = int(age.total_seconds() // 3600)
        yield ok("Cadangan", f"terbaru {hours} jam yang lalu" if hours else "terbaru kurang dari satu jam yang lalu")


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_settings, check_data_folder, check_database, check_sums, check_clock, check_mail, check_static_files, check_work,
    check_videos,
    check_backups,
)  # fmt: skip
