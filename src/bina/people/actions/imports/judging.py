"""What a row would mean for the person on file: new, changed, moved, the same, leaving, or not possible. Writes nothing."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bina.people.actions.imports.parsing import Book, PostFacts, Row
from bina.people.models import Assignment, Employee, StaffImportRow

Outcome = StaffImportRow.Outcome


@dataclass(slots=True)
class Judged:
    """A row with its meaning. ``changes`` is what people see: field → [on file, in the row], as plain text."""

    row: Row
    outcome: str
    changes: dict[str, list[str | None]] = field(default_factory=dict)
    reason: str = ""
    employee: Employee | None = None
    assignment: Assignment | None = None


class Judge:
    """Compares rows with the people on file, a portion at a time, with the same few queries for any number of rows."""

    def __init__(self, book: Book, *, effective_on: dt.date, may_act_on: Callable[[str], bool]) -> None:
        self.book, self._effective_on, self._may_act_on = book, effective_on, may_act_on

    def judge(self, rows: Iterable[Row], *, lock: bool = False) -> list[Judged]:
        """What each row means now; with ``lock`` the people's rows are held until the transaction ends."""
        rows = list(rows)
        people = Employee.objects.select_for_update() if lock else Employee.objects.all()
        numbers = [row.number for row in rows if row.number and not row.problems]
        by_identity: dict[str, Employee] = {
            person.employee_number or "": person for person in people.filter(employee_number__in=numbers)
        }
        emails = [row.identity for row in rows if not row.number and row.identity and not row.problems]
        if emails:
            nameless = people.filter(agency=self.book.agency, employee_number=None, email__in=emails)
            by_identity.update({person.email: person for person in nameless})
        judged = [self._judge(row, by_identity.get(row.identity)) for row in rows]
        self._look_at_places(judged)
        return judged

    def _judge(self, row: Row, person: Employee | None) -> Judged:
        if row.problems:
            return Judged(row, Outcome.ERROR, reason=" ".join(row.problems))
        assert row.unit is not None  # a row without a unit has a problem
        if not self._may_act_on(row.unit.path):
            return _error(row, _("Unit ini di luar wewenang Anda."))
        if person is None:
            return self._new(row)
        if person.agency_id != self.book.agency.pk:
            return _error(
                row, _("NIP ini tercatat di instansi lain. Minta admin platform memindahkannya, lalu impor lagi.")
            )
        present = self.book.units_by_id.get(person.unit_id)
        if present is not None and not self._may_act_on(present.path):
            return _error(row, _("Orang ini sekarang bekerja di unit di luar wewenang Anda."))
        if row.is_leaving:
            return self._leaving(row, person)
        if person.left_on is not None and self._effective_on <= person.left_on:
            return _error(
                row,
                _(
                    "Orang ini tercatat keluar %(day)s. Pilih tanggal berlaku sesudahnya, atau catat kembali dari halamannya."
                )
                % {"day": f"{person.left_on:%d-%m-%Y}"},
            )
        return self._known(row, person)

    def _new(self, row: Row) -> Judged:
        if row.is_leaving:
            return _error(row, _("Orang ini belum tercatat, jadi tidak dapat dicatat keluar. Hapus barisnya."))
        if not row.data.get("employment_type"):
            return _error(row, _("Status kepegawaian wajib diisi untuk pegawai baru."))
        if not row.data.get("sex"):
            return _error(row, _("Jenis kelamin wajib diisi untuk pegawai tanpa NIP."))
        return Judged(row, Outcome.NEW, {"position": [None, self._place(row)]})

    def _leaving(self, row: Row, person: Employee) -> Judged:
        if person.left_on is not None:
            return Judged(row, Outcome.SAME, employee=person)
        changes: dict[str, list[str | None]] = {"legal_status": [person.legal_status, row.data["legal_status"]]}
        return Judged(row, Outcome.LEAVING, changes, employee=person)

    def _known(self, row: Row, person: Employee) -> Judged:
        data = dict(row.data)
        if person.left_on is not None:
            data.setdefault("legal_status", Employee.LegalStatus.ACTIVE.value)
        changes: dict[str, list[str | None]] = {
            name: [_text(getattr(person, name)), _text(value)]
            for name, value in data.items()
            if getattr(person, name) != value
        }
        row.data = data
        post = self.book.posts.get(row.post_key)
        is_elsewhere = post is None or post.id != person.position_id or person.left_on is not None
        if is_elsewhere:
            changes["position"] = [self._present_place(person), self._place(row)]
            return Judged(row, Outcome.MOVED, changes, employee=person)
        if post is not None:
            changes |= _post_changes(row, post)
        return Judged(row, Outcome.CHANGED if changes else Outcome.SAME, changes, employee=person)

    def _look_at_places(self, judged: list[Judged]) -> None:
        """A move needs the open definitive post; one that begins later than the file's day cannot be moved over."""
        moving = [item for item in judged if item.outcome == Outcome.MOVED and item.employee]
        if not moving:
            return
        open_posts = {
            row.employee_id: row
            for row in Assignment.objects.filter(
                employee_id__in=[item.employee.pk for item in moving if item.employee], kind="D", valid_to=None
            )
        }
        for item in moving:
            item.assignment = open_posts.get(item.employee.pk) if item.employee else None
            if item.assignment and item.assignment.valid_from > self._effective_on:
                item.outcome, item.changes = Outcome.ERROR, {}
                item.reason = _(
                    "Sudah ada penempatan yang lebih baru, mulai %(day)s. Pilih tanggal berlaku itu atau sesudahnya."
                ) % {"day": f"{item.assignment.valid_from:%d-%m-%Y}"}

    def _place(self, row: Row) -> str:
        return f"{row.title} · {row.unit.name if row.unit else ''}"

    def _present_place(self, person: Employee) -> str:
        _unit_id, post = self.book.posts_by_id.get(person.position_id, (0, PostFacts(None, "–", "", False)))
        unit = self.book.units_by_id.get(person.unit_id)
        return f"{post.title} · {unit.name if unit else ''}"


def _error(row: Row, reason: str) -> Judged:
    return Judged(row, Outcome.ERROR, reason=reason)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _post_changes(row: Row, post: PostFacts) -> dict[str, list[str | None]]:
    """What the row says about the post itself that differs from what is on file."""
    changes: dict[str, list[str | None]] = {}
    if row.functional is not None and row.functional != post.functional:
        changes["functional"] = [post.functional or None, row.functional]
    if row.is_head is not None and row.is_head != post.is_head:
        changes["is_head"] = [str(post.is_head), str(row.is_head)]
    return changes
