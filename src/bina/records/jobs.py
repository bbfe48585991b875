"""Work on records outside of requests."""

import logging

from django_tasks import task

from bina.records import actions, queries

logger = logging.getLogger("bina.records")
MOST_ROUNDS = 200


@task()
def tell_journals() -> None:
    """Tell every store what happened in its agency since the last time.

    One store that fails does not keep the others waiting and keeps its place for the next time; the job then fails visibly.
    """
    failures = []
    for store in queries.stores():
        try:
            for _round in range(MOST_ROUNDS):
                if not actions.tell_journal(store=store):
                    break
        except Exception as error:  # each store belongs to another agency; one must not silence the rest
            logger.exception("the journal could not be told to store %s", store.public_id)
            failures.append(error)
    if failures:
        raise failures[0]
