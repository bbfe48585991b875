"""Writing one portion of a staff file: few statements for any number of people, history always kept."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils.translation import gettext as _

from bina.foundation.bulk import insert_rows
from bina.foundation.ids import new_public_id
from bina.people.actions.imports.judging import Judge, Judged, Outcome
from bina.people.actions.imports.parsing import Book, PostFacts
from bina.people.actions.staff import end_places
from bina.people.actions.sums import forget_sums
from bina.people.models import Assignment, Employee, Position, StaffImport, StaffImportRow, User

DAY = dt.timedelta(days=1)
EMPLOYEE_FIELDS = [
    "employee_number", "full_name", "title_prefix", "title_suffix", "sex", "birth_date", "employment_type",
    "legal_status", "grade", "education", "email", "contract_to", "unit", "position", "left_on",
]  # fmt: skip


def write_portion(
    staff_import: StaffImport, judge: Judge, judged: list[Judged], shown: dict[int, StaffImportRow]
) -> None:
    """Write what the preview showed and still holds; mark every row as done. The caller holds the transaction."""
    book = judge.book
    agreed = [item for item in judged if _is_as_shown(item, shown[item.row.line])]
    _ensure_posts(book, [item for item in agreed if item.outcome in {Outcome.NEW, Outcome.MOVED, Outcome.CHANGED}])
    _add(staff_import, book, [item for item in agreed if item.outcome == Outcome.NEW])
    _change(staff_import, book, [item for item in agreed if item.outcome in {Outcome.MOVED, Outcome.CHANGED}])
    leaving = [item for item in agreed if item.outcome == Outcome.LEAVING]
    for status in {item.row.data["legal_status"] for item in leaving}:
        group = [item.employee.pk for item in leaving if item.employee and item.row.data["legal_status"] == status]
        _leave(group, staff_import.effective_on, status)
    _mark_done(judged, agreed, shown)
    if agreed:
        forget_sums(staff_import.agency_id)


def _is_as_shown(item: Judged, row: StaffImportRow) -> bool:
    return item.outcome == row.outcome and (item.outcome == Outcome.ERROR or item.changes == row.changes)


def _ensure_posts(book: Book, items: list[Judged]) -> None:
    """Make the posts that are missing, and keep family and headship of the others true."""
    missing = {item.row.post_key: item.row for item in items if item.row.post_key not in book.posts}
    if missing:
        Position.objects.bulk_create(
            [
                Position(
                    unit_id=row.post_key[0], title=row.title, job_class_id=row.job_class,
                    functional=row.functional or "", is_head=bool(row.is_head),
                )
                for row in missing.values()
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        found = Position.objects.filter(unit_id__in={key[0] for key in missing}).values_list(
            "id", "unit_id", "title", "job_class_id", "functional", "is_head"
        )
        for pk, unit_id, title, job_class, functional, is_head in found:
            book.add_post((unit_id, title.casefold(), job_class), PostFacts(pk, title, functional, is_head))
    different: dict[int, PostFacts] = {}
    for item in items:
        post, row = book.posts[item.row.post_key], item.row
        functional = post.functional if row.functional is None else row.functional
        is_head = post.is_head if row.is_head is None else row.is_head
        if (post.functional, post.is_head) != (functional, is_head) and post.id is not None:
            post.functional, post.is_head = functional, is_head
            different[post.id] = post
    Position.objects.bulk_update(
        [Position(pk=pk, functional=post.functional, is_head=post.is_head) for pk, post in different.items()],
        ["functional", "is_head"],
        batch_size=500,
    )


def _add(staff_import: StaffImport, book: Book, items: list[Judged]) -> None:
    """New people and their first posts, in the fastest way each database knows."""
    if not items:
        return
    born = {new_public_id(): item for item in items}
    insert_rows(
        Employee,
        ("public_id", "agency_id", "employee_number", "full_name", "title_prefix", "title_suffix", "sex", "birth_date",
         "employment_type", "legal_status", "grade", "education", "email", "phone", "contract_to", "unit_id",
         "position_id"),
        (
            (
                stored(public_id), staff_import.agency_id, item.row.number or None, item.row.name,
                data.get("title_prefix", ""), data.get("title_suffix", ""), data["sex"], stored(data.get("birth_date")),
                data["employment_type"], data.get("legal_status", Employee.LegalStatus.ACTIVE.value),
                data.get("grade", ""), data.get("education", ""), data.get("email", ""), "",
                stored(data.get("contract_to")), item.row.post_key[0], book.posts[item.row.post_key].id,
            )
            for public_id, item in born.items()
            for data in (item.row.data,)
        ),
    )  # fmt: skip
    people = Employee.objects.filter(public_id__in=list(born)).values_list("pk", "position_id")
    _begin_posts(people, staff_import.effective_on)


def _begin_posts(posts: Iterable[tuple[int, int]], on: dt.date) -> None:
    """Definitive posts from a day on, for (person id, position id)."""
    insert_rows(
        Assignment,
        ("public_id", "employee_id", "position_id", "kind", "valid_from"),
        (
            (stored(new_public_id()), person, position, Assignment.Kind.DEFINITIVE.value, stored(on))
            for person, position in posts
        ),
    )


def stored(value: Any) -> Any:
    """A value as the database driver takes it: SQLite keeps dates and identities as text."""
    if connection.vendor == "postgresql" or value is None:
        return value
    return value.hex if isinstance(value, UUID) else value.isoformat()


def _change(staff_import: StaffImport, book: Book, items: list[Judged]) -> None:
    ended: list[int] = []
    corrected: list[Assignment] = []
    begun: list[tuple[int, int]] = []
    people: list[Employee] = []
    returned: list[int] = []
    for item in items:
        person = item.employee
        if person is None:
            continue
        for name, value in item.row.data.items():
            setattr(person, name, value)
        if item.outcome == Outcome.MOVED:
            post_id = book.posts[item.row.post_key].id or 0
            if item.assignment is not None and item.assignment.valid_from == staff_import.effective_on:
                item.assignment.position_id = post_id
                corrected.append(item.assignment)
            else:
                if item.assignment is not None:
                    ended.append(item.assignment.pk)
                begun.append((person.pk, post_id))
            if person.left_on is not None:
                person.left_on = None
                returned.append(person.pk)
            person.unit_id, person.position_id = item.row.post_key[0], post_id
        people.append(person)
    Assignment.objects.filter(pk__in=ended).update(valid_to=staff_import.effective_on - DAY)
    Assignment.objects.bulk_update(corrected, ["position"], batch_size=500)
    _begin_posts(begun, staff_import.effective_on)
    # One statement writes any number of different people: inserted anew they meet themselves and are updated.
    Employee.objects.bulk_create(people, update_conflicts=True, unique_fields=["id"], update_fields=EMPLOYEE_FIELDS)
    User.objects.filter(employee_id__in=returned).update(is_active=True)
    _follow_in_accounts(
        [item for item in items if item.changes.keys() & {"full_name", "title_prefix", "title_suffix", "email"}]
    )


def _follow_in_accounts(items: list[Judged]) -> None:
    """Names (and addresses that came from the files) in accounts follow the people."""
    by_person = {item.employee.pk: item for item in items if item.employee}
    readdressed: list[int] = []
    users = list(User.objects.filter(employee_id__in=by_person).select_related("employee"))
    for user in users:
        item = by_person[user.employee_id or 0]
        assert item.employee is not None  # only items with a person are in the map
        user.display_name = item.employee.display_name
        former = item.changes.get("email", [None, None])[0] or ""
        if "email" in item.changes and user.email == former:
            user.email = item.employee.email
            readdressed.append(user.pk)
    User.objects.bulk_update(users, ["display_name", "email"], batch_size=500)
    # Former mailboxes must no longer open the accounts; the new ones are taken up at the next sign-in.
    EmailAddress.objects.filter(user_id__in=readdressed).delete()


def _leave(employee_ids: list[int], on: dt.date, status: str) -> None:
    if employee_ids:
        Employee.objects.filter(pk__in=employee_ids).update(left_on=on, legal_status=status)
        end_places(employee_ids, on)


def mark_leaving(staff_import: StaffImport, lines: Iterable[int]) -> None:
    """Mark the people whom a complete list does not name as gone; who has changed since the preview is left alone."""
    with transaction.atomic():
        locked = StaffImport.objects.select_for_update().get(pk=staff_import.pk)
        if locked.state != StaffImport.State.APPLYING:
            return
        rows = list(staff_import.rows.filter(line__in=list(lines), is_applied=False))
        ids = [row.changes["employee_id"] for row in rows]
        here = set(
            Employee.objects.select_for_update()
            .filter(pk__in=ids, agency_id=staff_import.agency_id, left_on=None)
            .values_list("pk", flat=True)
        )
        _leave(sorted(here), staff_import.effective_on, Employee.LegalStatus.DISMISSED)
        forget_sums(staff_import.agency_id)
        for row in rows:
            row.is_applied = True
            if row.changes["employee_id"] not in here:
                row.outcome = Outcome.SAME
        StaffImportRow.objects.bulk_update(rows, ["is_applied", "outcome"], batch_size=500)


def _mark_done(judged: list[Judged], agreed: list[Judged], shown: dict[int, StaffImportRow]) -> None:
    settled = {item.row.line for item in agreed}
    StaffImportRow.objects.filter(pk__in=[shown[line].pk for line in settled]).update(is_applied=True)
    different = []
    for item in judged:
        if item.row.line in settled:
            continue
        row = shown[item.row.line]
        row.is_applied = True
        if item.outcome in {Outcome.SAME, Outcome.ERROR}:
            row.outcome, row.reason = item.outcome, item.reason
        else:
            row.outcome = Outcome.ERROR
            row.reason = _(
                "Data orang ini berubah setelah berkas diperiksa. Periksa orangnya, lalu impor lagi bila perlu."
            )
        row.changes = {"cells": item.row.cells} if row.outcome == Outcome.ERROR else {}
        different.append(row)
    StaffImportRow.objects.bulk_update(different, ["is_applied", "outcome", "reason", "changes"], batch_size=500)
