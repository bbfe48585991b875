"""The audit trail as people read it: of an agency, of one person."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from bina.journal.queries import entries_of_agency, history_of
from bina.journal.registry import VERBS

if TYPE_CHECKING:
    from bina.journal.models import Entry
    from bina.people.models import Agency, Employee

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A stretch of the audit trail, newest first; ``older`` is where the next stretch begins, if there is one."""

    entries: list["Entry"]
    older: int | None


def journal_of(agency: "Agency", *, verb: str = "", text: str = "", before: int | None = None) -> JournalPage:
    """The audit trail of an agency by kind of act and by words in the names; turned by id, so old pages cost the same."""
    rows = entries_of_agency(agency.pk).order_by("-id")
    if verb:
        rows = rows.filter(verb=verb)
    for word in text.split()[:6]:
        rows = rows.filter(Q(actor_name__icontains=word) | Q(object_name__icontains=word))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    older = found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None
    return JournalPage(found[:PAGE_SIZE], older)


def journal_verbs() -> list[tuple[str, str | Promise]]:
    """Every kind of act that the journal knows, by its sentence."""
    return sorted(((verb.code, verb.sentence) for verb in VERBS.values()), key=lambda item: str(item[1]))


def history_of_person(employee: "Employee") -> "QuerySet[Entry]":
    """What was done to one person's data, newest first. The caller has decided who may see it."""
    return history_of("employee", employee.public_id).order_by("-id")
