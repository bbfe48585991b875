"""Rating behaviour: the scale, what each step says about the level, and who may rate whom."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WAITING_DAYS = 90
# Someone whom nobody has rated for this long waits for a rating.
FRESH_DAYS = 365

SCALE: tuple[tuple[int, str | Promise], ...] = (
    (0, _("Belum terlihat")),
    (1, _("Kadang, dengan bantuan")),
    (2, _("Biasanya, mandiri")),
    (3, _("Selalu, menjadi contoh")),
)
# A behaviour of level k shown “usually, on one's own” marks level k as reached; help or example move it by 0.7 level.
STEPS_AROUND_LEVEL = (-0.7, 0.0, 0.7)
SLOPE = 1.5


class Relation(StrEnum):
    """Who rates: oneself or the superior."""

    SELF = "self"
    SUPERIOR = "superior"


RELATION_NAMES: dict[Relation, str | Promise] = {
    Relation.SELF: _("Penilaian mandiri"),
    Relation.SUPERIOR: _("Penilaian atasan"),
}

RatingAnswers = dict[str, dict[str, int | None]]


def clean_answers(answers: object, indicators: Mapping[int, set[int]]) -> RatingAnswers:
    """Only marks that exist: for known competencies and levels, 0 to 3, or None for “cannot judge yet”."""
    kept: RatingAnswers = {}
    if not isinstance(answers, Mapping):
        return kept
    for competency, marks in answers.items():
        number = int(competency) if str(competency).isascii() and str(competency).isdigit() else -1
        if number not in indicators or not isinstance(marks, Mapping):
            continue
        row: dict[str, int | None] = {}
        for level, mark in marks.items():
            if not (str(level).isascii() and str(level).isdigit()) or int(level) not in indicators[number]:
                continue
            if mark is None or (isinstance(mark, int) and not isinstance(mark, bool) and 0 <= mark <= 3):
                row[str(int(level))] = mark
        if row:
            kept[str(number)] = dict(sorted(row.items()))
    return kept


def next_rating_on(submitted_on: dt.date | None) -> dt.date | None:
    """The first date on which the same rater may rate the same competency again."""
    return submitted_on + dt.timedelta(days=WAITING_DAYS) if submitted_on else None
