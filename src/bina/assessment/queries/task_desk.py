"""What practical tasks and work products ask of a person today, for the page “Ukur”."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from bina.assessment.models import TaskAssignment
from bina.assessment.queries.products import products_of, products_to_verify
from bina.assessment.queries.scoring import waiting_scores
from bina.assessment.queries.tasks import assignments_of
from bina.assessment.queries.waiting import Concerns
from bina.foundation import clock

if TYPE_CHECKING:
    from bina.people.models import User

SHOWN_DAYS = 180
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class TaskDesk:
    """Works to do and lately scored, turns to score, own products, and products that wait for one's judgement."""

    works: tuple[TaskAssignment, ...]
    turns: int
    products: int
    to_verify: int


def task_desk_of(user: "User", concerns: Concerns) -> TaskDesk:
    """What waits for the account's person, of whom ``concerns`` is known; raises ValueError for an account without one."""
    if user.employee is None:
        raise ValueError("an account without a person has nothing to do")
    since = clock.now() - dt.timedelta(days=SHOWN_DAYS)
    works = assignments_of(user.employee).filter(Q(scored_at=None) | Q(scored_at__gte=since))
    shown = works[:MOST_SHOWN] if concerns.tasks else ()
    open_first = sorted(shown, key=lambda work: (work.submitted_at is not None, work.due_on, work.pk))
    return TaskDesk(
        works=tuple(open_first),
        turns=waiting_scores(user).count() if concerns.scoring else 0,
        products=products_of(user.employee).count() if concerns.products else 0,
        to_verify=len(products_to_verify(user)),
    )
