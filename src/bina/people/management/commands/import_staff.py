"""Import a staff file from the command line: the same check, preview and apply as in the browser."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError

from bina.foundation.errors import DomainError
from bina.people import actions, queries


class Command(BaseCommand):
    """``import_staff FILE --agency CODE [--apply] [--complete]``: without --apply only the preview is made."""

    help = "Check a staff file (XLSX or CSV) and, with --apply, write it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the agency, and whether to write."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", required=True, help="code of the agency")
        parser.add_argument("--apply", action="store_true", help="write what the check shows")
        parser.add_argument("--complete", action="store_true", help="the list is complete: people not on it have left")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps one after the other, with the counts of each outcome."""
        agency = queries.agencies().filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"Tidak ada instansi dengan kode {options['agency']}.")
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"Berkas {path} tidak ditemukan.")
        try:
            upload = SimpleUploadedFile(path.name, path.read_bytes())
            staff_import = actions.check_staff_file(
                actions.upload_staff_file(
                    by=None, agency=agency, upload=upload, is_complete_list=options["complete"], in_background=False
                )
            )
            if staff_import.problem:
                raise CommandError(staff_import.problem)
            self._show("Pemeriksaan", staff_import.counts)
            if options["apply"]:
                staff_import = actions.apply_staff_file(
                    actions.request_apply(by=None, staff_import=staff_import, in_background=False)
                )
                self._show("Diterapkan", staff_import.counts)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for row in queries.staff_import_rows(staff_import, outcome="error")[:20]:
            self.stdout.write(f"  baris {row.line}: {row.reason}")

    def _show(self, title: str, counts: dict[str, Any]) -> None:
        words = {
            "new": "baru",
            "changed": "berubah",
            "moved": "pindah",
            "same": "tetap",
            "leaving": "keluar",
            "error": "salah",
        }
        self.stdout.write(f"{title}: " + ", ".join(f"{counts.get(key, 0)} {word}" for key, word in words.items()))
