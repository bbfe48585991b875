"""The staff import from upload to result: uploaded, checked, shown, and only then applied; each step can be repeated."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.bulk import insert_rows
from bina.foundation.errors import Refused
from bina.foundation.ids import new_public_id
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.foundation.uploads import require_upload
from bina.journal.actions import record
from bina.people import entries
from bina.people.actions.imports.judging import Judge, Judged, Outcome
from bina.people.actions.imports.parsing import Book, Row, RowReader
from bina.people.actions.imports.reading import Table, read_table
from bina.people.actions.imports.writing import mark_leaving, write_portion
from bina.people.models import Agency, Employee, StaffImport, StaffImportRow, User
from bina.people.queries import standing_of
from bina.people.rules import Permission, may_use

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.journal.registry import Verb

State = StaffImport.State
PORTION = 2_000
LIMIT_MB = 60


@transaction.atomic
def upload_staff_file(
    *,
    by: User | None,
    agency: Agency,
    upload: "UploadedFile[Any]",
    effective_on: dt.date | None = None,
    is_complete_list: bool = False,
    in_background: bool = True,
) -> StaffImport:
    """Take a staff file in; with ``in_background`` a reaction has it checked, else the caller calls ``check_staff_file``.

    Raises Denied without the right, Refused for a file of another kind or size. Nothing about any person is written.
    """
    _require_right(by, agency)
    ending = require_upload(upload, endings={".xlsx", ".csv"}, limit_mb=LIMIT_MB)
    name = (upload.name or "").replace("\\", "/").rsplit("/", 1)[-1][:200]
    progress = Progress.objects.create(kind="staff_import", title=_("Memeriksa %(name)s") % {"name": name}, owner=by)
    staff_import = StaffImport(
        agency=agency, file_name=name, is_complete_list=is_complete_list, uploaded_by=by, progress=progress,
        effective_on=effective_on or clock.today(agency.time_zone),
    )  # fmt: skip
    staff_import.file.save(f"{new_public_id()}{ending}", ContentFile(upload.read()), save=False)
    staff_import.save()
    _note(entries.IMPORT_UPLOADED, by, staff_import, in_background=in_background)
    return staff_import


def check_staff_file(staff_import: StaffImport) -> StaffImport:
    """Read the file and say for every row what it would mean; may be repeated until somebody applies it.

    A file that cannot be used ends as ``unreadable`` with the reason in ``problem``.
    """
    if staff_import.state not in {State.CHECKING, State.UNREADABLE}:
        return staff_import
    with ProgressReporter(_progress(staff_import, _("Memeriksa %(name)s"))) as reporter:
        try:
            table = _table_of(staff_import)
        except Refused as refusal:
            staff_import.state, staff_import.problem = State.UNREADABLE, str(refusal)
            staff_import.save(update_fields=["state", "problem"])
            reporter.progress.message = str(refusal)
            return staff_import
        staff_import.rows.all().delete()
        judge, reader = _judge_of(staff_import, table)
        counts: Counter[str] = Counter()
        done = 0
        for portion in _portions(table, reader):
            judged = judge.judge(portion)
            _keep(staff_import, judged)
            counts.update(item.outcome for item in judged)
            done += len(portion)
            reporter.advance(done, total=table.total)
        if staff_import.is_complete_list:
            counts[Outcome.LEAVING] += _keep_leaving(staff_import, reader, start=_next_line(staff_import))
        staff_import.state, staff_import.problem = State.PREVIEWED, ""
        staff_import.counts = {
            **_all_outcomes(counts),
            "ignored_columns": table.ignored[:20],
            "staff_before": Employee.objects.filter(agency=staff_import.agency, left_on=None).count(),
        }
        reporter.advance(table.total, total=table.total)
        with transaction.atomic():
            staff_import.save(update_fields=["state", "problem", "counts"])
            _note(entries.IMPORT_PREVIEWED, staff_import.uploaded_by, staff_import, **_all_outcomes(counts))
    return staff_import


@transaction.atomic
def request_apply(*, by: User | None, staff_import: StaffImport, in_background: bool = True) -> StaffImport:
    """Say that the file shall be applied as shown; a reaction does it. Asking twice starts it once.

    Raises Denied without the right, Refused while it is not ready or another file of the agency is being applied.
    """
    _require_right(by, staff_import.agency)
    Agency.objects.select_for_update().get(pk=staff_import.agency_id)
    locked = StaffImport.objects.select_for_update().select_related("agency").get(pk=staff_import.pk)
    if locked.state in {State.APPLYING, State.APPLIED}:
        return locked
    if locked.state != State.PREVIEWED:
        raise Refused(_("Berkas ini belum siap diterapkan."))
    if StaffImport.objects.filter(agency=locked.agency, state=State.APPLYING).exists():
        raise Refused(_("Berkas lain sedang diterapkan untuk instansi ini. Tunggu sampai selesai, lalu terapkan lagi."))
    locked.state = State.APPLYING
    locked.progress = Progress.objects.create(
        kind="staff_import", title=_("Menerapkan %(name)s") % {"name": locked.file_name}, owner=by
    )
    locked.save(update_fields=["state", "progress"])
    _note(entries.IMPORT_APPLY_REQUESTED, by, locked, in_background=in_background)
    return locked


def apply_staff_file(staff_import: StaffImport) -> StaffImport:
    """Write what the preview showed, a portion at a time; after a crash it goes on where it stopped.

    Every portion looks at the people again: what has become different since the preview is not written but reported.
    Two at once do no harm: a portion holds the import's row, and a row that is done is never done again.
    """
    if staff_import.state != State.APPLYING:
        return staff_import
    with ProgressReporter(_progress(staff_import, _("Menerapkan %(name)s"))) as reporter:
        table = _table_of(staff_import)
        judge, reader = _judge_of(staff_import, table)
        done = 0
        for portion in _portions(table, reader):
            _apply_portion(staff_import, judge, portion)
            done += len(portion)
            reporter.advance(done, total=table.total)
        for lines in _leaving_lines(staff_import):
            mark_leaving(staff_import, lines)
        reporter.advance(table.total, total=table.total)
        _finish(staff_import)
    return staff_import


def _apply_portion(staff_import: StaffImport, judge: Judge, portion: list[Row]) -> None:
    with transaction.atomic():
        locked = StaffImport.objects.select_for_update().get(pk=staff_import.pk)
        if locked.state != State.APPLYING:
            return
        shown = {
            row.line: row
            for row in staff_import.rows.filter(
                line__gte=portion[0].line, line__lte=portion[-1].line, is_applied=False
            ).exclude(outcome=Outcome.ERROR)
        }
        waiting = [row for row in portion if row.line in shown]
        if waiting:
            write_portion(staff_import, judge, judge.judge(waiting, lock=True), shown)


def _finish(staff_import: StaffImport) -> None:
    with transaction.atomic():
        locked = StaffImport.objects.select_for_update().select_related("agency").get(pk=staff_import.pk)
        if locked.state != State.APPLYING:
            return
        found = dict(locked.rows.values_list("outcome").annotate(n=Count("id")).values_list("outcome", "n"))
        locked.counts = {**locked.counts, **_all_outcomes(found)}
        locked.state, locked.applied_at = State.APPLIED, clock.now()
        locked.save(update_fields=["counts", "state", "applied_at"])
        _note(entries.IMPORT_APPLIED, locked.uploaded_by, locked, **_all_outcomes(found))
        # The result stays row by row; the file itself, full of personal data, has served its purpose.
        transaction.on_commit(lambda: locked.file.storage.delete(str(locked.file.name)))
    staff_import.refresh_from_db()


@transaction.atomic
def cancel_import(*, by: User | None, staff_import: StaffImport) -> StaffImport:
    """Put a file aside that shall not be applied; its file is removed."""
    _require_right(by, staff_import.agency)
    locked = StaffImport.objects.select_for_update().select_related("agency").get(pk=staff_import.pk)
    if locked.state in {State.APPLYING, State.APPLIED}:
        raise Refused(_("Berkas ini sudah diterapkan; yang sudah tertulis tidak ditarik kembali."))
    if locked.state != State.CANCELLED:
        locked.state = State.CANCELLED
        locked.save(update_fields=["state"])
        _note(entries.IMPORT_CANCELLED, by, locked)
        transaction.on_commit(lambda: locked.file.storage.delete(str(locked.file.name)))
    return locked


def give_up_check(staff_import: StaffImport) -> None:
    """The check broke in a way nobody foresaw: the file is put aside with a sentence, nothing has been written."""
    StaffImport.objects.filter(pk=staff_import.pk, state=State.CHECKING).update(
        state=State.UNREADABLE,
        problem=_(
            "Berkas ini tidak dapat diperiksa karena gangguan di pihak kami. Tidak ada yang diubah; coba unggah lagi."
        ),
    )


@transaction.atomic
def resume_import(*, by: User | None, staff_import: StaffImport) -> StaffImport:
    """Have work that stopped half-way (a killed server) go on in the background; doing so twice does no harm."""
    _require_right(by, staff_import.agency)
    if staff_import.state == State.CHECKING:
        _note(entries.IMPORT_UPLOADED, by, staff_import, in_background=True, resumed=True)
    elif staff_import.state == State.APPLYING:
        _note(entries.IMPORT_APPLY_REQUESTED, by, staff_import, in_background=True, resumed=True)
    return staff_import


# --- inside ----------------------------------------------------------------------------------------------------------


def _require_right(by: User | None, agency: Agency) -> None:
    """Whoever may import somewhere in the agency may upload; rows of other units are refused one by one."""
    if by is not None:
        held = standing_of(by).agencies_with(Permission.IMPORT_STAFF)
        may_use(Permission.IMPORT_STAFF, held=held is None or agency.pk in held).require()


def _table_of(staff_import: StaffImport) -> Table:
    with staff_import.file.open("rb") as stream:
        content = stream.read()
    return read_table(content, "." + str(staff_import.file.name).rsplit(".", 1)[-1].lower())


def _judge_of(staff_import: StaffImport, table: Table) -> tuple[Judge, RowReader]:
    book = Book(staff_import.agency, clock.today(staff_import.agency.time_zone))
    judge = Judge(book, effective_on=staff_import.effective_on, may_act_on=_reach_of(staff_import))
    return judge, RowReader(book, table)


def _reach_of(staff_import: StaffImport) -> Callable[[str], bool]:
    """Whether the person who uploaded the file may act on a unit; files from the command line may everywhere."""
    if staff_import.uploaded_by is None:
        return lambda path: True
    paths = standing_of(staff_import.uploaded_by).paths_with(Permission.IMPORT_STAFF)
    return lambda path: path.startswith(paths) if paths else False


def _progress(staff_import: StaffImport, title: str) -> Progress:
    progress = staff_import.progress or Progress(kind="staff_import", owner=staff_import.uploaded_by)
    progress.title = title % {"name": staff_import.file_name}
    progress.result_url = reverse("people:import", args=[staff_import.public_id])
    progress.done, progress.message = 0, ""
    progress.save()
    if staff_import.progress_id != progress.pk:
        staff_import.progress = progress
        staff_import.save(update_fields=["progress"])
    return progress


def _portions(table: Table, reader: RowReader) -> Iterator[list[Row]]:
    rows = (reader.read(line, cells) for line, cells in table.rows())
    while portion := list(islice(rows, PORTION)):
        yield portion


def _all_outcomes(counts: Any) -> dict[str, int]:
    return {outcome: counts.get(outcome, 0) for outcome in StaffImportRow.Outcome.values}


def _keep(staff_import: StaffImport, judged: Iterable[Judged]) -> None:
    """Remember what every row means; rows in error keep what was sent, so that it can be handed back."""
    with transaction.atomic():
        insert_rows(
            StaffImportRow,
            ("staff_import_id", "line", "outcome", "name", "number", "reason", "changes", "is_applied"),
            (
                (
                    staff_import.pk, item.row.line, str(item.outcome), item.row.name, item.row.number, item.reason,
                    json.dumps({"cells": item.row.cells} if item.outcome == Outcome.ERROR else item.changes), False,
                )
                for item in judged
            ),
        )  # fmt: skip


def _next_line(staff_import: StaffImport) -> int:
    return (staff_import.rows.aggregate(last=Max("line"))["last"] or 0) + 1


def _keep_leaving(staff_import: StaffImport, reader: RowReader, *, start: int) -> int:
    """Note everyone of the agency whom a complete list does not name; never the person who uploads it."""
    reach, present = _reach_of(staff_import), reader.identities
    own = staff_import.uploaded_by.employee_id if staff_import.uploaded_by else None
    people = (
        Employee.objects.filter(agency=staff_import.agency, left_on=None)
        .order_by("full_name", "id")
        .values_list("pk", "employee_number", "email", "full_name", "unit__path")
    )
    rows: list[StaffImportRow] = []
    for pk, number, email, name, path in people.iterator(chunk_size=5_000):
        is_named = (number or email) in present or name.casefold() in reader.unreadable_names
        if not is_named and pk != own and reach(path):
            rows.append(
                StaffImportRow(
                    staff_import=staff_import, line=start + len(rows), outcome=Outcome.LEAVING, name=name,
                    number=number or "", reason=_("Tidak tercantum dalam daftar lengkap."), changes={"employee_id": pk},
                )
            )  # fmt: skip
    with transaction.atomic():
        StaffImportRow.objects.bulk_create(rows, batch_size=5_000)
    return len(rows)


def _leaving_lines(staff_import: StaffImport) -> Iterator[list[int]]:
    lines = list(
        staff_import.rows.filter(outcome=Outcome.LEAVING, is_applied=False, changes__has_key="employee_id")
        .order_by("line")
        .values_list("line", flat=True)
    )
    for start in range(0, len(lines), PORTION):
        yield lines[start : start + PORTION]


def _note(verb: "Verb", by: User | None, staff_import: StaffImport, **data: Any) -> None:
    record(
        verb,
        by=by,
        kind="staff_import",
        object_id=staff_import.public_id,
        name=staff_import.file_name,
        agency_id=staff_import.agency_id,
        data={"staff_import_id": staff_import.pk, **data},
    )
