"""The `bina` command: everything an operator does with an installation, in plain words and without stack traces."""

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

Handler = Callable[[argparse.Namespace], int]
WORDS = (
    (re.compile(r"the following arguments are required: (.+)"), r"masih kurang: \1"),
    (re.compile(r"unrecognized arguments: (.+)"), r"tidak dikenal: \1"),
    (re.compile(r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)"), r"\2 tidak dikenal; pilihannya: \3"),
    (re.compile(r"argument (.+?): invalid int value: (.+)"), r"\1 harus bilangan bulat, bukan \2"),
    (re.compile(r"argument (.+?): expected one argument"), r"\1 memerlukan isi"),
)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help in Indonesian."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Pemakaian: ")


class _Parser(argparse.ArgumentParser):
    """A parser that speaks Indonesian."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, add_help=False, **options)
        self._positionals.title = "Isian"
        self._optionals.title = "Pilihan"
        self.add_argument("-h", "--help", action="help", help="tampilkan bantuan ini")

    def error(self, message: str) -> NoReturn:
        """Say what is missing and how to get help."""
        for pattern, words in WORDS:
            message = pattern.sub(words, message)
        self.exit(2, f"{message}\nLihat: {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = _Parser(prog="bina", description="Menjalankan dan merawat satu pemasangan Bina.")
    commands = parser.add_subparsers(title="Perintah", metavar="PERINTAH", dest="command", required=True)

    def add(name: str, handler: Handler, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.set_defaults(handler=handler)
        return command

    def with_address(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--host", default=os.environ.get("HOST", "127.0.0.1"), help="alamat mesin (bawaan 127.0.0.1)"
        )
        command.add_argument(
            "--port", type=_port, default=os.environ.get("PORT", "8000"), help="porta (bawaan PORT atau 8000)"
        )
        command.add_argument(
            "--workers", type=int, default=_cores(), help="banyaknya proses web (bawaan: jumlah inti, paling banyak 4)"
        )
        command.add_argument("--jobs", type=int, default=1, help="banyaknya pekerja latar (bawaan 1)")

    up = add("up", _up, "siapkan semuanya lalu jalankan: basis data, data contoh bila kosong, server")
    with_address(up)
    up.add_argument("--no-demo", action="store_true", help="jangan memuat data contoh")
    up.add_argument("--employees", type=int, default=2_400, help="jumlah pegawai contoh (bawaan 2.400)")
    with_address(add("serve", _serve, "jalankan server web beserta pekerjanya"))
    worker = add("worker", _worker, "jalankan satu pekerja latar saja")
    worker.add_argument("--once", action="store_true", help="kerjakan yang menunggu, lalu selesai")
    add("migrate", _migrate, "siapkan atau perbarui basis data dan data acuan")
    demo = add("demo", _demo, "isi basis data kosong dengan instansi contoh")
    demo.add_argument("--employees", type=int, default=2_400, help="jumlah pegawai (bawaan 2.400)")
    demo.add_argument("--seed", type=int, default=2026, help="benih; benih yang sama memberi data yang sama")
    admin = add("admin", _admin, "buat akun admin platform; kata sandinya ditanyakan, atau dibaca dari masukan")
    admin.add_argument("email", metavar="SUREL", help="surel, sekaligus nama masuknya")
    admin.add_argument("--name", default="Admin Platform", metavar="NAMA", help="nama yang ditampilkan")
    importing = add("import", _import, "impor data dari berkas")
    importing.add_argument("what", choices=["staff"], metavar="staff", help="yang diimpor: staff (data pegawai)")
    importing.add_argument("file", type=Path, metavar="BERKAS", help="berkas XLSX atau CSV")
    importing.add_argument(
        "--agency", default="", metavar="KODE", help="kode instansi pemilik data (boleh dilewati bila hanya satu)"
    )
    importing.add_argument("--apply", action="store_true", help="terapkan; tanpa ini hanya diperiksa")
    importing.add_argument(
        "--complete", action="store_true", help="berkas memuat semua pegawai: yang tidak ada dianggap keluar"
    )
    backup = add("backup", _backup, "buat cadangan basis data dan berkas dalam satu arsip")
    backup.add_argument(
        "file", type=Path, nargs="?", metavar="BERKAS", help="tujuan (bawaan: folder backups di folder data)"
    )
    backup.add_argument(
        "--tables", action="store_true", help="tulis per tabel, agar dapat pindah antara SQLite dan PostgreSQL"
    )
    restore = add("restore", _restore, "pulihkan cadangan; data yang sekarang disimpan di samping")
    restore.add_argument("file", type=Path, metavar="BERKAS", help="arsip buatan bina backup")
    restore.add_argument("--yes", action="store_true", help="ya, ganti isi basis data yang sekarang")
    renditions = add("renditions", _renditions, "buat versi hemat video yang menunggu: 360p, suara saja, sampul")
    renditions.add_argument("--check", action="store_true", help="hanya sebutkan apa yang akan dibuat")
    add("doctor", _doctor, "periksa pemasangan dan sarankan perbaikan")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"porta harus 1 sampai 65535, bukan {text}")
    return int(text)


def _cores() -> int:
    return max(1, min(4, os.cpu_count() or 1))


def _up(options: argparse.Namespace) -> int:
    from bina.config.commands.starting import start

    return start(
        host=options.host, port=options.port, workers=options.workers, jobs=options.jobs,
        with_demo=not options.no_demo, employees=options.employees,
    )  # fmt: skip


def _serve(options: argparse.Namespace) -> int:
    from bina.config.commands.serving import serve
    from bina.config.commands.starting import announcer

    return serve(
        host=options.host, port=options.port, workers=options.workers, jobs=options.jobs, when_ready=announcer()
    )  # fmt: skip


def _worker(options: argparse.Namespace) -> int:
    from bina.config.commands.serving import require_up_to_date
    from bina.config.commands.terminal import number, say
    from bina.config.commands.worker import main_loop, run_until_empty

    require_up_to_date()
    if options.once:
        say(f"{number(run_until_empty())} pekerjaan selesai.")
    else:
        main_loop()
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from bina.config.commands.starting import bring_up_to_date
    from bina.config.commands.terminal import say

    bring_up_to_date()
    say("Basis data siap.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from bina.config.commands.migrating import migrate
    from bina.config.commands.terminal import Bar, number, say
    from bina.demo.build import build

    migrate()
    bar = Bar()
    result = build(employees=options.employees, seed=options.seed, report=bar)
    if result.is_new:
        say(f"Instansi contoh siap: {number(result.employees)} pegawai, {bar.seconds} detik.")
    else:
        say(f"Data contoh sudah ada ({number(result.employees)} pegawai); tidak ada yang diubah.")
    return 0


def _admin(options: argparse.Namespace) -> int:
    from bina.config.commands.administrators import make_administrator
    from bina.config.commands.serving import require_up_to_date

    require_up_to_date()
    make_administrator(options.email, options.name)
    return 0


def _import(options: argparse.Namespace) -> int:
    from bina.config.commands.importing import import_staff

    import_staff(options.file, agency_code=options.agency, apply=options.apply, complete=options.complete)
    return 0


def _backup(options: argparse.Namespace) -> int:
    from bina.config.commands.backing_up import back_up
    from bina.config.commands.terminal import Bar, say, size

    target = back_up(options.file, as_tables=options.tables, report=Bar())
    say(f"Cadangan: {target} ({size(target.stat().st_size)}). Simpan salinannya di tempat lain.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from bina.config.commands.backing_up import restore
    from bina.config.commands.terminal import Bar, say
    from bina.foundation import clock

    result = restore(options.file, yes=options.yes, report=Bar())
    moment = result.created_at.astimezone(clock.ZONES["WIB"])
    say(f"Dipulihkan ke keadaan {moment:%d-%m-%Y %H.%M} WIB, {result.files} berkas unggahan.")
    if result.put_aside:
        say(f"Data yang lama disimpan di {result.put_aside}.")
    return 0


def _renditions(options: argparse.Namespace) -> int:
    from bina.config.commands.serving import require_up_to_date
    from bina.config.commands.videos import make, tell

    require_up_to_date()
    return tell() if options.check else make()


def _doctor(options: argparse.Namespace) -> int:
    from bina.config.commands.doctor import Level, examine
    from bina.config.commands.terminal import say

    worst = 0
    for finding in examine():
        say(f"  {finding.level.value:<9} {finding.subject}: {finding.sentence}")
        if finding.advice:
            say(f"            → {finding.advice}")
        worst += finding.level is Level.BAD
    say()
    say("Tidak ada yang buruk." if not worst else f"{worst} hal perlu diperbaiki.")
    return 1 if worst else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Trouble is told in a sentence, its trace is kept in a file."""
    options = build_parser().parse_args(arguments)
    if isinstance(getattr(options, "port", None), int):
        # Settings make addresses in mails from the port, so they must know it before they are read.
        os.environ["PORT"] = str(options.port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bina.config.settings")
    try:
        import django

        django.setup()
        handler: Handler = options.handler
        return handler(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # an operator gets a sentence whatever happens
        return _tell_failure(error)


def _tell_failure(error: Exception) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import DatabaseError

    from bina.config.commands.terminal import CommandFailedError
    from bina.foundation.errors import DomainError

    lines = str(error).strip().splitlines() or [type(error).__name__]
    if isinstance(error, (CommandFailedError, DomainError, CommandError)):
        print(str(error), file=sys.stderr)
        return 1
    kept = _keep_trace(error)
    if isinstance(error, DatabaseError):
        print(
            f"Basis data tidak dapat dipakai: {lines[0]}\nPeriksa DATABASE_URL, lalu jalankan `bina doctor`.",
            file=sys.stderr,
        )
    elif isinstance(error, (ImproperlyConfigured, ValueError)) and not kept:
        print(f"Pengaturan keliru: {lines[0]}", file=sys.stderr)
    elif isinstance(error, PermissionError):
        print(f"Tidak berhak membuka {error.filename}. Periksa pemilik folder data.", file=sys.stderr)
    else:
        print(f"Terjadi hal yang tidak terduga: {type(error).__name__}: {lines[0]}", file=sys.stderr)
    if kept:
        print(f"Rinciannya tersimpan di {kept}.", file=sys.stderr)
    return 1


def _keep_trace(error: Exception) -> Path | None:
    """Write the trace beside the data for whoever is asked to help; None where even that is impossible."""
    try:
        from django.conf import settings

        path: Path = settings.DATA_DIR / "bina-error.txt"
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except Exception:  # settings themselves may be what is broken
        return None
    return path


if __name__ == "__main__":
    sys.exit(main())
