"""Files of staff data on their way in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bina.foundation.models import Progress, PublicIdModel
from bina.people.models.accounts import User
from bina.people.models.agencies import Agency


class StaffImport(PublicIdModel):
    """A file of staff data on its way in: uploaded, previewed, applied; nothing is written before a person says so."""

    class State(models.TextChoices):
        """How far the file is."""

        CHECKING = "checking", _("Sedang diperiksa")
        PREVIEWED = "previewed", _("Siap diterapkan")
        UNREADABLE = "unreadable", _("Tidak dapat dibaca")
        APPLYING = "applying", _("Sedang diterapkan")
        APPLIED = "applied", _("Sudah diterapkan")
        CANCELLED = "cancelled", _("Dibatalkan")

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="staff_imports")
    file = models.FileField(upload_to="staff-imports/")
    file_name = models.CharField(max_length=200)
    # A complete list means that people who are missing from it have left.
    is_complete_list = models.BooleanField(default=False)
    effective_on = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    problem = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)
    progress = models.ForeignKey(Progress, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class StaffImportRow(models.Model):
    """One row of a staff file: what it would do, what it did, and why not."""

    class Outcome(models.TextChoices):
        """What the row means for the person."""

        NEW = "new", _("Baru")
        CHANGED = "changed", _("Berubah")
        MOVED = "moved", _("Pindah")
        SAME = "same", _("Tetap")
        LEAVING = "leaving", _("Keluar")
        ERROR = "error", _("Salah")

    staff_import = models.ForeignKey(StaffImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    name = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    is_applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["staff_import", "outcome", "line"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"
