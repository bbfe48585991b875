"""What this room does when something happens: staff files are checked and applied in the background, people are told."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people import jobs, queries


@react_to("staff_import.uploaded")
def check_the_file(entry: Entry) -> None:
    """An uploaded file is read in the background."""
    if entry.data.get("in_background"):
        jobs.check_staff_file.enqueue(entry.data["staff_import_id"])


@react_to("staff_import.apply_requested")
def apply_the_file(entry: Entry) -> None:
    """An approved file is written in the background."""
    if entry.data.get("in_background"):
        jobs.apply_staff_file.enqueue(entry.data["staff_import_id"])


@react_to("unit.invited")
def send_the_invitations(entry: Entry) -> None:
    """Letters to many people go out in the background."""
    jobs.invite_unit.enqueue(entry.data["unit_id"], entry.data["by_id"])


@react_to("staff_import.previewed", "staff_import.applied")
def tell_the_uploader(entry: Entry) -> None:
    """Whoever sent the file need not wait at the page."""
    staff_import = queries.staff_import_by_id(entry.data["staff_import_id"])
    if staff_import.uploaded_by is None:
        return
    is_applied = entry.verb == "staff_import.applied"
    title = _("Berkas pegawai sudah diterapkan") if is_applied else _("Berkas pegawai siap diperiksa")
    notify(
        recipient=staff_import.uploaded_by,
        title=title,
        body=staff_import.file_name,
        url=reverse("people:import", args=[staff_import.public_id]),
        dedup_key=f"{entry.verb}:{staff_import.pk}",
    )
