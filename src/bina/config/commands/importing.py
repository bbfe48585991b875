"""Importing staff from the command line: the same preview as on the screen, and nothing is written before --apply."""

from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile

from bina.config.commands.terminal import CommandFailedError, number, say, table
from bina.people.actions import apply_staff_file, check_staff_file, error_file, request_apply, upload_staff_file
from bina.people.models import Agency, StaffImport

OUTCOMES = (
    ("new", "baru"), ("changed", "berubah"), ("moved", "pindah"), ("same", "tetap"), ("leaving", "keluar"),
    ("error", "salah"),
)  # fmt: skip


def agency_by_code(code: str) -> Agency:
    """The agency with a code; without a code the only one there is. Raises CommandFailedError naming those that exist."""
    known = list(Agency.objects.order_by("code")[:20])
    if not code and len(known) == 1:
        return known[0]
    found = Agency.objects.filter(code__iexact=code).first() if code else None
    if found is None:
        names = ", ".join(f"{row.code} ({row.short_name})" for row in known) or "belum ada satu pun"
        raise CommandFailedError(
            f"Instansi dengan kode {code} tidak ada. Yang ada: {names}."
            if code
            else f"Ada lebih dari satu instansi, atau belum ada. Sebutkan instansinya dengan --agency KODE. Yang ada: {names}."
        )
    return found


def import_staff(path: Path, *, agency_code: str, apply: bool, complete: bool = False) -> StaffImport:
    """Check a staff file, show what it would do, and (with ``apply``) do it. The errors go into a file beside it."""
    if not path.is_file():
        raise CommandFailedError(f"Berkas {path} tidak ada.")
    agency = agency_by_code(agency_code)
    with path.open("rb") as stream:
        staff_import = upload_staff_file(
            by=None, agency=agency, upload=_as_upload(stream, path), is_complete_list=complete, in_background=False
        )
    staff_import = check_staff_file(staff_import)
    if staff_import.state == StaffImport.State.UNREADABLE:
        raise CommandFailedError(staff_import.problem)
    say(f"{path.name} untuk {agency.name}:")
    _show(staff_import)
    if staff_import.counts.get("error"):
        target = path.with_name(f"{path.stem}-salah.xlsx")
        target.write_bytes(error_file(staff_import))
        say(f"Baris yang salah beserta sebabnya: {target}")
    if not apply:
        say("Belum ada yang diubah. Ulangi dengan --apply untuk menerapkannya.")
        return staff_import
    staff_import = apply_staff_file(request_apply(by=None, staff_import=staff_import, in_background=False))
    say("Diterapkan. Hasil per baris dapat dibaca di halaman Impor pegawai.")
    return staff_import


def _as_upload(stream: BinaryIO, path: Path) -> UploadedFile[Any]:
    return UploadedFile(file=stream, name=path.name, size=path.stat().st_size)


def _show(staff_import: StaffImport) -> None:
    counts = staff_import.counts
    say(table([(word, number(int(counts.get(key, 0)))) for key, word in OUTCOMES]))
