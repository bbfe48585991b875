"""Surveys: their life, how names are kept or not, which answers make sense, and when a group is too small to show."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.instruments import STEPS, Content, Question, shown_questions
from bina.foundation.verdict import ALLOWED, Verdict, refused

# Fewer answers than this would let a reader guess who said what.
SMALLEST_GROUP = 5
# Below these numbers nothing is told: a change of few people is chance, and so is the reliability of few sheets.
LEAST_PAIRS = 10
LEAST_FOR_RELIABILITY = 10
# Below this number the reliability is told with a warning.
ENOUGH_FOR_RELIABILITY = 50
LONGEST_TEXT = 2_000
# How long before the end those who have not answered are reminded, and how long organisers wait between reminders.
REMINDER_DAYS = 3
# The pseudonyms of a first survey are kept no longer than this when no second one follows.
LONGEST_PAIRING_DAYS = 400


class InstrumentState(StrEnum):
    """Where an instrument stands; a published one never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class SurveyState(StrEnum):
    """Where a survey stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SurveyMode(StrEnum):
    """What is known of who answered."""

    ANONYMOUS = "anonymous"
    PAIRED = "paired"
    NAMED = "named"


class Receipt(StrEnum):
    """What became of a sent sheet: counted now, the same sheet once more, or another sheet after the first."""

    COUNTED = "counted"
    REPEATED = "repeated"
    ANOTHER = "another"


INSTRUMENT_STATE_NAMES: dict[InstrumentState, str | Promise] = {
    InstrumentState.DRAFT: _("Draf"),
    InstrumentState.PUBLISHED: _("Terbit"),
    InstrumentState.RETIRED: _("Tidak dipakai"),
}
SURVEY_STATE_NAMES: dict[SurveyState, str | Promise] = {
    SurveyState.DRAFT: _("Draf"),
    SurveyState.OPEN: _("Dibuka"),
    SurveyState.CLOSED: _("Ditutup"),
    SurveyState.CANCELLED: _("Dibatalkan"),
}
SURVEY_MODE_NAMES: dict[SurveyMode, str | Promise] = {
    SurveyMode.ANONYMOUS: _("Tanpa nama"),
    SurveyMode.PAIRED: _("Berpasangan tanpa nama"),
    SurveyMode.NAMED: _("Dengan nama"),
}
SURVEY_MODE_PROMISES: dict[SurveyMode, str | Promise] = {
    SurveyMode.ANONYMOUS: _(
        "Jawaban disimpan tanpa nama. Bina hanya mencatat bahwa Anda sudah menjawab, terpisah dari jawabannya, agar Anda "
        "terhitung satu kali. Hasil dibaca setelah survei ditutup, bersama jawaban paling sedikit empat orang lain."
    ),
    SurveyMode.PAIRED: _(
        "Jawaban disimpan tanpa nama. Agar jawaban Anda sebelum dan sesudah dapat dibandingkan, keduanya diberi tanda acak yang "
        "sama. Tanda itu dibuat dengan kunci rahasia yang dihapus ketika survei kedua ditutup. Sesudahnya, begitu salinan "
        "cadangan lama ikut terhapus, tidak seorang pun, juga pengelola server, dapat mengetahui tanda siapa itu. Hasil dibaca "
        "bersama jawaban paling sedikit empat orang lain."
    ),
    SurveyMode.NAMED: _(
        "Survei ini memakai nama. Penyelenggara dapat membaca jawaban Anda bersama nama dan unit Anda. Bila Anda tidak ingin "
        "menyebut sesuatu dengan nama, kosongkan isian bebas."
    ),
}
INSTRUMENT_NEXT_STATES: dict[InstrumentState, tuple[InstrumentState, ...]] = {
    InstrumentState.DRAFT: (InstrumentState.PUBLISHED,),
    InstrumentState.PUBLISHED: (InstrumentState.RETIRED,),
    InstrumentState.RETIRED: (InstrumentState.PUBLISHED,),
}
SURVEY_NEXT_STATES: dict[SurveyState, tuple[SurveyState, ...]] = {
    SurveyState.DRAFT: (SurveyState.OPEN, SurveyState.CANCELLED),
    SurveyState.OPEN: (SurveyState.CLOSED, SurveyState.CANCELLED),
    SurveyState.CLOSED: (),
    SurveyState.CANCELLED: (),
}


def can_change_instrument(state: str) -> Verdict:
    """Whether the questions may be changed: only before somebody may have answered them."""
    if state == InstrumentState.DRAFT:
        return ALLOWED
    return refused(_t("Instrumen yang sudah terbit tidak berubah lagi. Buat versi baru untuk mengubahnya."))


def can_move_instrument(state: str, to: str) -> Verdict:
    """Whether an instrument may go from one state to another."""
    if to in INSTRUMENT_NEXT_STATES[InstrumentState(state)]:
        return ALLOWED
    return refused(
        _t("Instrumen yang “%(state)s” tidak dapat menjadi “%(to)s”.")
        % {"state": INSTRUMENT_STATE_NAMES[InstrumentState(state)], "to": INSTRUMENT_STATE_NAMES[InstrumentState(to)]}
    )


def can_move_survey(state: str, to: str) -> Verdict:
    """Whether a survey may go from one state to another."""
    if to in SURVEY_NEXT_STATES[SurveyState(state)]:
        return ALLOWED
    return refused(
        _t("Survei yang “%(state)s” tidak dapat menjadi “%(to)s”.")
        % {"state": SURVEY_STATE_NAMES[SurveyState(state)], "to": SURVEY_STATE_NAMES[SurveyState(to)]}
    )


def can_open_survey(
    *, mode: str, invited: int, opens_on: dt.date | None, closes_on: dt.date | None, today: dt.date
) -> Verdict:
    """Whether a survey may be opened: its days are set and in order, and its group does not give anybody away."""
    if opens_on is None or closes_on is None:
        return refused(_t("Tetapkan dulu tanggal buka dan tanggal tutup."))
    if closes_on < opens_on or closes_on < today:
        return refused(_t("Tanggal tutup harus hari ini atau sesudahnya, dan tidak mendahului tanggal buka."))
    if not invited:
        return refused(_t("Belum ada seorang pun yang diundang. Perluas unit atau kelas jabatannya."))
    if mode != SurveyMode.NAMED and invited < SMALLEST_GROUP:
        return refused(
            _t("Survei tanpa nama memerlukan paling sedikit %(least)s orang; yang diundang baru %(n)s.")
            % {"least": SMALLEST_GROUP, "n": invited}
        )
    return ALLOWED


def can_answer_survey(*, state: str, opens_on: dt.date | None, closes_on: dt.date | None, today: dt.date) -> Verdict:
    """Whether answers are taken now."""
    if state == SurveyState.CANCELLED:
        return refused(_t("Survei ini dibatalkan. Jawaban tidak lagi diterima."))
    if state == SurveyState.CLOSED or (closes_on is not None and closes_on < today):
        return refused(_t("Survei ini sudah ditutup. Jawaban tidak lagi diterima."))
    if state == SurveyState.DRAFT or opens_on is None or opens_on > today:
        return refused(_t("Survei ini belum dibuka."))
    return ALLOWED


def can_remind(reminded_on: dt.date | None, today: dt.date) -> Verdict:
    """Whether those who have not answered may be reminded again: not every day, for it is a request."""
    if reminded_on is None or (today - reminded_on).days >= REMINDER_DAYS:
        return ALLOWED
    return refused(
        _t("Pengingat sudah dikirim. Tunggu paling sedikit %(days)s hari sebelum mengingatkan lagi.")
        % {"days": REMINDER_DAYS}
    )


def can_pair(*, mode: str, state: str, has_key: bool) -> Verdict:
    """Whether a second survey may follow a first one: its pseudonyms can still be made."""
    if mode != SurveyMode.PAIRED:
        return refused(_t("Hanya survei berpasangan yang dapat diikuti pengukuran sesudah."))
    if state != SurveyState.CLOSED:
        return refused(_t("Pengukuran sesudah mengikuti survei yang sudah ditutup."))
    if not has_key:
        return refused(_t("Kunci pasangannya sudah dihapus, jadi jawaban tidak dapat lagi dipasangkan."))
    return ALLOWED


def read_survey(questions: Sequence[Question], sent: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The answers in a sent form that make sense; everything else is dropped."""
    answers: dict[str, Any] = {}
    for question in questions:
        name = prefix + question["key"]
        value = sent.getlist(name) if question["kind"] == "multiple" and hasattr(sent, "getlist") else sent.get(name)
        answer = _read(question, value)
        if answer is not None:
            answers[question["key"]] = answer
    return answers


def _read(question: Question, value: object) -> Any:
    kind = question["kind"]
    if kind == "multiple":
        chosen = {str(one) for one in value} if isinstance(value, (list, tuple)) else set()
        return [str(row["key"]) for row in question["options"] if str(row["key"]) in chosen] or None
    is_plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    text = str(value).strip() if is_plain else ""
    if kind in STEPS:
        return int(text) if text in {str(step) for step in range(1, STEPS[kind] + 1)} else None
    if kind == "choice":
        return text if text in {str(option.get("key")) for option in question["options"]} else None
    if kind == "number":
        return _number(question, text)
    return text[:LONGEST_TEXT] or None


def _number(question: Question, text: str) -> int | float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value) or not question.get("min", -1e12) <= value <= question.get("max", 1e12):
        return None
    return int(value) if value == int(value) else value


def missing_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[str]:
    """The keys of required questions that have no answer."""
    return [question["key"] for question in questions if question.get("required") and question["key"] not in answers]


def counted_answers(content: Content, answers: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The answers to the questions that were asked, and the keys of those still missing."""
    shown = shown_questions(content, answers)
    kept = {row["key"]: answers[row["key"]] for row in shown if row["key"] in answers}
    return kept, missing_answers(shown, kept)


def scale_matrix(scale: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    """The answers to the items of a scale, people x items, as given (not turned round), NaN where not answered."""
    return [[float(row[key]) if key in row else math.nan for key in scale["items"]] for row in rows]


def set_aside(pairs: int, only_first: int, only_second: int) -> int:
    """How many pairs a change must leave out, so that nobody can be calculated by subtracting it from a whole result.

    Whoever answered only once, together with the pairs left out, must be nobody or at least `SMALLEST_GROUP` people in
    both surveys: else the mean of the pairs and the mean of all would give away the rest.
    """
    rest = (only_first, only_second)
    if not any(0 < count < SMALLEST_GROUP for count in rest):
        return 0
    return min(pairs, SMALLEST_GROUP - min(rest))


def shown_groups(counts: Mapping[Any, int]) -> set[Any]:
    """The groups of a whole whose results may be shown beside the whole: each large enough, and so is all the rest.

    Groups below `SMALLEST_GROUP` are hidden; so are the next smallest, until what is hidden together is nothing or at
    least two groups with at least `SMALLEST_GROUP` people. So no hidden group follows by subtraction. Groups without
    anybody hide nobody and are not shown.
    """
    filled = sorted(((count, str(key), key) for key, count in counts.items() if count), key=lambda row: row[:2])
    hidden = [row for row in filled if row[0] < SMALLEST_GROUP]
    shown = filled[len(hidden) :]
    while hidden and shown and (len(hidden) < 2 or sum(row[0] for row in hidden) < SMALLEST_GROUP):
        hidden.append(shown.pop(0))
    return {key for _count, _name, key in shown}
