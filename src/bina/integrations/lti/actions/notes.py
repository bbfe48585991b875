"""Keeping what happened with a tool, in words for those who look after it."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _t

from bina.foundation import clock
from bina.integrations.lti.models import Tool, ToolNote

TOGETHER = dt.timedelta(hours=1)
# So many different sentences of one tool are kept in an hour; what comes beyond is only counted.
MOST_AN_HOUR = 40


@transaction.atomic
def note(tool: Tool, sentence: str, *, is_fault: bool = False) -> None:
    """Keep a sentence; the same one within an hour only raises a number, so that nobody can fill the table with noise."""
    now = clock.now()
    # The latest moment is what the index knows: no more than the rows of this hour are looked at, of which there are few.
    recent = ToolNote.objects.filter(tool=tool, latest_at__gt=now - TOGETHER, first_at__gt=now - TOGETHER)
    known = {(row.sentence, row.is_fault): row.pk for row in recent}
    words = sentence.replace("\x00", "")[:400]
    if (words, is_fault) not in known and len(known) >= MOST_AN_HOUR:
        words = _t("Kejadian lain dalam satu jam ini terlalu banyak untuk dicatat satu per satu.")
    if (words, is_fault) in known:
        ToolNote.objects.filter(pk=known[words, is_fault]).update(count=F("count") + 1, latest_at=now)
    else:
        ToolNote.objects.create(tool=tool, sentence=words, is_fault=is_fault, first_at=now, latest_at=now)
