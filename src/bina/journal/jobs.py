"""Running the reactions to an entry, outside the request that caused it."""

import logging

from django_tasks import task

from bina.journal.models import Entry
from bina.journal.registry import REACTIONS

logger = logging.getLogger("bina.journal")


@task()
def react(entry_id: int) -> None:
    """Run every reaction to one entry. One failing reaction does not stop the others; the job then fails visibly."""
    entry = Entry.objects.get(pk=entry_id)
    failures = []
    for reaction in REACTIONS.get(entry.verb, []):
        try:
            reaction(entry)
        except Exception as error:  # each reaction belongs to another room; one must not silence the rest
            logger.exception("reaction %s to %s failed", reaction.__qualname__, entry.verb)
            failures.append(error)
    if failures:
        raise failures[0]
