"""Staff files on their way in: what waits, what the preview shows, what became of every row."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from bina.foundation import clock
from bina.foundation.models import Progress
from bina.people.models import StaffImport, StaffImportRow, User
from bina.people.queries.standing import agencies_visible_to
from bina.people.rules import Permission

STALLED_AFTER = dt.timedelta(minutes=3)
SAMPLE = 5
# A list that would make so many people leave was probably only a part of the list.
MANY_LEAVING = 0.2


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a checked file would do: how many of each outcome with a few examples, and what deserves a second look."""

    groups: list[tuple[str, str, int, list[StaffImportRow]]]
    leaving_share: float
    ignored_columns: list[str]

    @property
    def would_change(self) -> int:
        """How many people something would happen to."""
        return sum(count for outcome, _name, count, _rows in self.groups if outcome not in {"same", "error"})

    @property
    def many_leave(self) -> bool:
        """Whether suspiciously many people would leave."""
        return self.leaving_share >= MANY_LEAVING


def staff_imports_visible_to(user: User) -> QuerySet[StaffImport]:
    """Staff files of agencies in which the account may import, newest first."""
    agencies = agencies_visible_to(user, Permission.IMPORT_STAFF)
    return StaffImport.objects.filter(agency__in=agencies).select_related("agency", "progress", "uploaded_by")


def staff_import_by_id(import_id: int) -> StaffImport:
    """One staff file, for the job that works on it."""
    return StaffImport.objects.select_related("agency", "progress", "uploaded_by", "uploaded_by__employee").get(
        pk=import_id
    )


def preview_of(staff_import: StaffImport) -> ImportPreview:
    """Counts and examples per outcome; one small query for each."""
    order = ("new", "moved", "changed", "leaving", "error", "same")
    names = dict(StaffImportRow.Outcome.choices)
    groups = [
        (outcome, str(names[outcome]), staff_import.counts.get(outcome, 0),
         list(staff_import.rows.filter(outcome=outcome)[:SAMPLE]) if outcome != "same" else [])
        for outcome in order
    ]  # fmt: skip
    before = staff_import.counts.get("staff_before", 0)
    leaving = staff_import.counts.get("leaving", 0)
    return ImportPreview(groups, leaving / before if before else 0.0, staff_import.counts.get("ignored_columns", []))


def staff_import_rows(staff_import: StaffImport, *, outcome: str = "", text: str = "") -> QuerySet[StaffImportRow]:
    """The rows of a file in order, of one outcome, or of a person by words of the name or the end of the NIP."""
    rows = staff_import.rows.order_by("line")
    if outcome in StaffImportRow.Outcome.values:
        rows = rows.filter(outcome=outcome)
    digits = text.replace(" ", "")
    if digits.isdigit():
        return rows.filter(number__endswith=digits)
    for word in text.split()[:6]:
        rows = rows.filter(name__icontains=word)
    return rows


def stalled_imports() -> list[StaffImport]:
    """Files whose work stopped half-way without a word, for instance with the server."""
    return list(
        StaffImport.objects.filter(
            state__in=[StaffImport.State.CHECKING, StaffImport.State.APPLYING],
            progress__updated_at__lt=clock.now() - STALLED_AFTER,
        )
        .exclude(progress__state=Progress.State.FAILED)
        .select_related("agency", "progress", "uploaded_by")
    )
