"""What may be asked of the journal: the history of a thing, the notices of a person."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from bina.journal.models import Entry, Notification

if TYPE_CHECKING:
    from bina.people.models import User


def history_of(kind: str, object_id: object) -> QuerySet[Entry]:
    """Everything that happened to one thing, newest first. The caller has decided who may see the thing."""
    return Entry.objects.filter(object_kind=kind, object_id=str(object_id))


def entries_of_agency(agency_id: int) -> QuerySet[Entry]:
    """Everything that happened in one agency, newest first."""
    return Entry.objects.filter(agency_id=agency_id)


def all_entries() -> QuerySet[Entry]:
    """The whole journal, newest first; for platform administrators."""
    return Entry.objects.all()


def notifications_of(user: "User") -> QuerySet[Notification]:
    """A person's own notices, newest first."""
    return Notification.objects.filter(recipient=user)


def unread_count(user: "User") -> int:
    """How many notices wait unread."""
    return Notification.objects.filter(recipient=user, read_at=None).count()
