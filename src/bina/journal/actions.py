"""Writing in the journal and telling people."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from bina.foundation import clock
from bina.journal.jobs import react
from bina.journal.models import Entry, Notification
from bina.journal.registry import REACTIONS, Verb

if TYPE_CHECKING:
    from bina.people.models import User


def record(
    verb: Verb,
    *,
    by: "User | None",
    kind: str,
    object_id: uuid.UUID | int | str,
    name: str = "",
    agency_id: int | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> Entry:
    """Write one entry in the running transaction and queue the reactions to it.

    ``by`` is None for what the system does by itself. ``data`` must be plain JSON and hold no NIP, NIK or answers.
    The queue lives in the same database, so a crash loses neither the entry nor its reactions.
    """
    entry = Entry.objects.create(
        verb=verb.code,
        actor_id=by.pk if by else None,
        actor_name=by.display_name if by else "",
        agency_id=agency_id,
        object_kind=kind,
        object_id=str(object_id),
        object_name=name[:250],
        reason=reason,
        data=data or {},
        occurred_at=clock.now(),
    )
    if verb.code in REACTIONS:
        react.enqueue(entry.pk)
    return entry


@transaction.atomic
def notify(*, recipient: "User", title: str, body: str = "", url: str = "", dedup_key: str, mail: bool = True) -> bool:
    """Tell one person once, in the app and (where an address is known) by e-mail; False when already told."""
    _, is_new = Notification.objects.get_or_create(
        recipient=recipient,
        dedup_key=dedup_key,
        defaults={"title": title[:200], "body": body, "url": url, "created_at": clock.now()},
    )
    if is_new and mail and recipient.email and recipient.wants_mail:
        link = f"\n\n{settings.BASE_URL}{url}" if url else ""
        # After commit only: a letter cannot be taken back when the transaction is.
        transaction.on_commit(
            lambda: send_mail(title, f"{body or title}{link}\n\nBina", None, [recipient.email], fail_silently=True)
        )
    return is_new


def mark_read(*, by: "User", notification: Notification) -> None:
    """The recipient has seen a notice; others' notices are left alone."""
    if notification.recipient_id == by.pk and notification.read_at is None:
        notification.read_at = clock.now()
        notification.save(update_fields=["read_at"])


def mark_all_read(*, by: "User") -> None:
    """The person has seen every notice."""
    Notification.objects.filter(recipient=by, read_at=None).update(read_at=clock.now())
