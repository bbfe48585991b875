"""Counting wrong sign-ins per device, and ending sessions; nobody can be locked out by strangers."""

import datetime as dt

from allauth.usersessions.models import UserSession
from django.db import transaction

from bina.foundation import clock
from bina.journal.actions import record
from bina.people import entries
from bina.people.models import SignInFailure, User
from bina.people.rules import FAILURES_FORGOTTEN_AFTER, pause_after


@transaction.atomic
def begin_sign_in(*, subject: str, device: str) -> int:
    """Count a try before the password is looked at, so that many at once gain nothing.

    Returns 0 when it may go on, else the seconds to wait. ``device`` is empty for unknown devices, which share a counter.
    """
    moment = clock.now()
    row, _ = SignInFailure.objects.select_for_update().get_or_create(
        subject=subject, device=device, defaults={"first_at": moment}
    )
    if row.locked_until and row.locked_until > moment:
        return max(1, round((row.locked_until - moment).total_seconds()))
    if moment - row.first_at > FAILURES_FORGOTTEN_AFTER:
        row.count, row.first_at = 0, moment
    row.count += 1
    pause = pause_after(row.count)
    row.locked_until = moment + pause if pause else None
    row.save(update_fields=["count", "first_at", "locked_until"])
    return 0


@transaction.atomic
def note_right_password(*, subject: str, device: str) -> None:
    """The password was right: a known device starts anew, the shared counter only takes this one try back."""
    rows = SignInFailure.objects.select_for_update().filter(subject=subject, device=device)
    if device:
        rows.delete()
        return
    for row in rows:
        row.count = max(0, row.count - 1)
        row.locked_until = None
        row.save(update_fields=["count", "locked_until"])


def forget_old_failures() -> int:
    """Remove counters that no longer matter; returns how many."""
    return SignInFailure.objects.filter(
        first_at__lt=clock.now() - FAILURES_FORGOTTEN_AFTER - dt.timedelta(hours=1)
    ).delete()[0]


@transaction.atomic
def end_session(*, by: User, session: UserSession) -> None:
    """Sign one of the person's own browsers out, at once."""
    if session.user_id != by.pk:
        return
    session.end()
    employee = by.employee
    record(
        entries.SESSION_REVOKED,
        by=by,
        kind="user",
        object_id=by.pk,
        name=by.display_name,
        agency_id=employee.agency_id if employee else None,
    )
