"""Fills an empty database with the demo agencies, showing how far it is."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bina.demo.build import DEFAULT_EMPLOYEES, DEFAULT_SEED, build
from bina.foundation.errors import DomainError

WIDTH = 28


class ProgressBar:
    """One line in a terminal that grows; elsewhere one line per step."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_terminal = bool(getattr(stream, "isatty", lambda: False)())
        self._message = ""
        self._began = time.monotonic()

    def __call__(self, done: int, total: int, message: str) -> None:
        """Show how far the work is."""
        if self._is_terminal:
            filled = WIDTH * done // max(1, total)
            bar = "█" * filled + "░" * (WIDTH - filled)
            self._stream.write(f"\r  {bar} {100 * done // max(1, total):3d} %  {message[:44]:<44}")
            self._stream.write("\n" if done >= total else "")
        elif message != self._message:
            self._stream.write(f"  {100 * done // max(1, total):3d} %  {message}\n")
        self._message = message
        self._stream.flush()

    @property
    def seconds(self) -> int:
        """How long it has taken so far."""
        return round(time.monotonic() - self._began)


class Command(BaseCommand):
    """``demo [--employees N] [--seed S]``."""

    help = "Mengisi basis data kosong dengan instansi contoh (semuanya rekaan)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Size and seed."""
        parser.add_argument("--employees", type=int, default=DEFAULT_EMPLOYEES, help="jumlah pegawai (bawaan 2.400)")
        parser.add_argument(
            "--seed", type=int, default=DEFAULT_SEED, help="benih; benih yang sama memberi data yang sama"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, or say why not."""
        bar = ProgressBar(sys.stdout)
        try:
            result = build(employees=options["employees"], seed=options["seed"], report=bar)
        except DomainError as error:
            raise CommandError(str(error)) from error
        count = f"{result.employees:,}".replace(",", ".")
        if result.is_new:
            self.stdout.write(f"Instansi contoh siap: {count} pegawai, {bar.seconds} detik.")
        else:
            self.stdout.write(f"Data contoh sudah ada ({count} pegawai); tidak ada yang diubah.")
