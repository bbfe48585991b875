"""What a group said in a survey: scales with their reliability, parts of the group, changes, never anybody alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from bina.assessment.models import Survey, SurveyResponse
from bina.assessment.queries.instruments import QuestionSummary, question_summary, scale_names
from bina.assessment.queries.surveys import invited_count
from bina.assessment.rules import (
    ENOUGH_FOR_RELIABILITY,
    LEAST_FOR_RELIABILITY,
    LEAST_PAIRS,
    SMALLEST_GROUP,
    SurveyState,
    scale_matrix,
    set_aside,
    shown_groups,
)
from bina.assessment.rules.instruments import STEPS, Content
from bina.design.formats import number, percent
from bina.foundation.wording import localized
from bina.people.queries import units
from bina.science.impact import Verdict, paired_gain, standardised_change
from bina.science.psychometrics import ScaleAnalysis, analyse_scale

Sheet = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item of a scale: means after turning, its correlation with the other items, shares at the ends."""

    text: str
    count: int
    mean: float | None
    sd: float | None
    rest: float | None
    lowest: float | None
    highest: float | None
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """What the group said on one scale, in steps of its answers; figures are None where too few answered."""

    code: str
    name: str
    steps: int
    count: int
    is_told: bool
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    at_lowest: float | None
    at_highest: float | None
    complete: int
    alpha: float | None
    alpha_low: float | None
    alpha_high: float | None
    omega: float | None
    bars: tuple[tuple[str, int, float], ...]
    items: tuple[ItemResult, ...]
    sentence: str
    trust: str


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One part of the asked group: mean and interval by scale, None where nothing may be told."""

    name: str
    count: int | None
    cells: tuple[tuple[int, float, float, float] | None, ...]


@dataclass(frozen=True, slots=True)
class ScaleChange:
    """How the same people changed on one scale between two surveys."""

    code: str
    name: str
    steps: int
    pairs: int
    left_out: int
    before: float | None = None
    after: float | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    dz: float | None = None
    dz_low: float | None = None
    dz_high: float | None = None
    verdict: str = Verdict.TOO_FEW.value
    sentence: str = ""

    @property
    def is_told(self) -> bool:
        """Whether there are numbers."""
        return self.mean is not None


@dataclass(frozen=True)
class SurveyResults:
    """Everything that may be told of a survey; ``is_told`` is False while it runs and when too few answered."""

    survey: Survey
    count: int
    invited: int
    is_told: bool
    sentence: str
    scales: tuple[ScaleResult, ...] = ()
    questions: tuple[QuestionSummary, ...] = ()
    units: tuple[UnitRow, ...] = ()
    hidden_units: int = 0
    changes: tuple[ScaleChange, ...] = ()

    @property
    def rate(self) -> float | None:
        """Share of the asked people who answered."""
        return min(1.0, self.count / self.invited) if self.invited else None

    @cached_property
    def axis(self) -> float:
        """Half the width of an axis that holds all changes with their intervals."""
        return reach_of_changes(self.changes)


def scale_results(survey: Survey) -> SurveyResults:
    """What a survey says: scales with interval and reliability, questions, parts of the group, change of pairs.

    Nothing is told while it is open, for two looks at different moments would give away who answered between them, nor
    with fewer than ``rules.SMALLEST_GROUP`` sheets unless names were agreed on. The caller has decided who may see it.
    """
    rows = list(SurveyResponse.objects.filter(survey=survey).values("answers", "unit_id", "pseudonym"))
    least = 1 if survey.is_named else SMALLEST_GROUP
    invited = invited_count(survey)
    if survey.state != SurveyState.CLOSED:
        words = _("Hasil dibuka setelah survei ditutup, agar tidak ada yang dapat dikenali dari selisih dua hari.")
        return SurveyResults(survey, len(rows), invited, False, words)
    if len(rows) < least:
        words = _(
            "Baru %(n)s orang menjawab. Hasil ditampilkan mulai %(least)s jawaban, agar tidak seorang pun dapat dikenali."
        ) % {"n": len(rows), "least": least}
        return SurveyResults(survey, len(rows), invited, False, words)
    sheets = [row["answers"] for row in rows]
    content = survey.instrument.content
    rows_of_units, hidden = _units(survey, content, rows)
    return SurveyResults(
        survey=survey,
        count=len(rows),
        invited=invited,
        is_told=True,
        sentence=_("%(n)s dari %(all)s orang yang diundang menjawab (%(share)s).")
        % {"n": number(len(rows)), "all": number(invited), "share": percent(len(rows) / invited if invited else None)},
        scales=results_of_scales(content, sheets, least=least),
        questions=results_of_questions(content, sheets, least=least),
        units=rows_of_units,
        hidden_units=hidden,
        changes=_changes(survey, content, rows) if survey.before_id else (),
    )


def results_of_scales(content: Content, sheets: Sequence[Sheet], *, least: int) -> tuple[ScaleResult, ...]:
    """Every scale of a questionnaire over some sheets; figures only where ``least`` people answered it.

    The caller has decided who may see these sheets, and that they are never fewer than may be shown.
    """
    return tuple(_scale(content, scale, sheets, least) for scale in content.scales)


def results_of_questions(content: Content, sheets: Sequence[Sheet], *, least: int) -> tuple[QuestionSummary, ...]:
    """Every question of a questionnaire over some sheets, in the order of asking; see `results_of_scales`."""
    return tuple(question_summary(row, sheets, least=least) for row in content.ordered)


def reach_of_changes(changes: Sequence[ScaleChange]) -> float:
    """Half the width of an axis that holds all changes with their intervals."""
    reach = [abs(value) for row in changes for value in (row.low, row.high) if value is not None]
    return max(0.5, math.ceil(2 * max(reach, default=0.5)) / 2)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _analysed(scale: Mapping[str, Any], sheets: Sequence[Sheet], steps: int) -> ScaleAnalysis:
    answers = np.array(scale_matrix(scale, sheets), dtype=np.float64).reshape(len(sheets), len(scale["items"]))
    turned = [scale["items"].index(key) for key in scale["reversed"]]
    return analyse_scale(answers, steps=steps, reversed_items=turned)


def _steps(content: Content, scale: Mapping[str, Any]) -> int:
    question = content.question(scale["items"][0])
    return STEPS[question["kind"]] if question else 0


def _scale(content: Content, scale: Mapping[str, Any], sheets: Sequence[Sheet], least: int) -> ScaleResult:
    steps, name = _steps(content, scale), scale_names(content)[scale["code"]]
    found = _analysed(scale, sheets, steps)
    if found.scored < least:
        words = _("Terlalu sedikit untuk ditampilkan: %(n)s orang mengisi skala ini.") % {"n": found.scored}
        none = (None,) * 6
        return ScaleResult(scale["code"], name, steps, found.scored, False, *none, 0, *none[:4], (), (), words, "")
    is_reliable = found.complete >= LEAST_FOR_RELIABILITY
    figures = (found.alpha, found.alpha_low, found.alpha_high, found.omega)
    alpha, alpha_low, alpha_high, omega = (_known(value) if is_reliable else None for value in figures)
    return ScaleResult(
        code=scale["code"],
        name=name,
        steps=steps,
        count=found.scored,
        is_told=True,
        mean=_known(found.mean),
        sd=_known(found.sd),
        low=_held(found.low, steps),
        high=_held(found.high, steps),
        at_lowest=_known(found.share_lowest),
        at_highest=_known(found.share_highest),
        complete=found.complete,
        alpha=alpha,
        alpha_low=alpha_low,
        alpha_high=alpha_high,
        omega=omega,
        bars=_bars(found, steps),
        items=_items(content, scale, found, least, is_reliable=is_reliable),
        sentence=_mean_words(found, steps),
        trust=_trust_words(alpha, found.complete),
    )


def _held(value: float, steps: int) -> float | None:
    """An end of an interval, kept on the scale: no mean lies beyond the outer steps."""
    known = _known(value)
    return None if known is None else min(float(steps), max(1.0, known))


def _bars(found: ScaleAnalysis, steps: int) -> tuple[tuple[str, int, float], ...]:
    """People by score, in steps of half a step."""
    scores = found.scores[~np.isnan(found.scores)]
    places = np.minimum(np.floor((scores - 1) * 2 + 1e-9), 2 * (steps - 1) - 1).astype(int)
    counts = np.bincount(places, minlength=2 * (steps - 1))
    return tuple(
        (
            f"{number(1 + place / 2, 1)}–{number(1.5 + place / 2, 1)}",
            int(count),
            float(count) / max(1, len(scores)),
        )
        for place, count in enumerate(counts)
    )


def _items(
    content: Content, scale: Mapping[str, Any], found: ScaleAnalysis, least: int, *, is_reliable: bool
) -> tuple[ItemResult, ...]:
    rows = []
    for place, key in enumerate(scale["items"]):
        question = content.question(key) or {}
        count = int(found.item_count[place])
        figures = (found.item_mean, found.item_sd, found.item_lowest, found.item_highest)
        mean, sd, lowest, highest = (_known(values[place]) if count >= least else None for values in figures)
        rows.append(
            ItemResult(
                text=localized(question.get("text", key), question.get("text_en", "")),
                count=count,
                mean=mean,
                sd=sd,
                rest=_known(found.item_rest[place]) if is_reliable else None,
                lowest=lowest,
                highest=highest,
                is_reversed=key in scale["reversed"],
            )
        )
    return tuple(rows)


def _mean_words(found: ScaleAnalysis, steps: int) -> str:
    words = {
        "mean": number(found.mean, 2), "steps": steps, "n": number(found.scored),
        "low": number(_held(found.low, steps), 2), "high": number(_held(found.high, steps), 2),
    }  # fmt: skip
    if math.isnan(found.low):
        return _("Rata-rata %(mean)s dari %(steps)s, satu orang menjawab.") % words
    return (
        _("Rata-rata %(mean)s dari %(steps)s (rentang keyakinan 95%%: %(low)s sampai %(high)s), %(n)s orang.") % words
    )


def _trust_words(alpha: float | None, complete: int) -> str:
    if complete < LEAST_FOR_RELIABILITY:
        return _("Keandalan belum dihitung: baru %(n)s lembar lengkap, diperlukan paling sedikit %(least)s.") % {
            "n": number(complete), "least": LEAST_FOR_RELIABILITY,
        }  # fmt: skip
    if alpha is None:
        return _("Keandalan tidak dapat dihitung: semua orang menjawab sama.")
    if complete < ENOUGH_FOR_RELIABILITY:
        return _("Baca keandalan ini dengan hati-hati: rentangnya lebar karena baru %(n)s lembar lengkap.") % {
            "n": number(complete)
        }
    if alpha < 0.7:
        return _("Keandalan rendah: pertanyaan-pertanyaannya belum mengukur satu hal yang sama dengan ajek.")
    return _("Keandalan memadai untuk membandingkan kelompok.")


# --- Parts of the group ----------------------------------------------------------------------------------------------


def _units(survey: Survey, content: Content, rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[UnitRow, ...], int]:
    """Scales by part of the group, and how many parts show nothing; each scale is protected against subtraction."""
    by_unit: dict[int | None, list[Sheet]] = {}
    for row in rows:
        by_unit.setdefault(row["unit_id"], []).append(row["answers"])
    if len(by_unit) < 2 or not content.scales:
        return (), 0
    figures = {
        unit: [_analysed(scale, sheets, _steps(content, scale)) for scale in content.scales]
        for unit, sheets in by_unit.items()
    }
    everybody = set(by_unit)
    shown_sheets = everybody if survey.is_named else shown_groups({unit: len(by_unit[unit]) for unit in by_unit})
    shown_cells = [
        everybody if survey.is_named else shown_groups({unit: figures[unit][place].scored for unit in by_unit})
        for place in range(len(content.scales))
    ]
    names = dict(units().filter(pk__in=[pk for pk in by_unit if pk]).values_list("pk", "name"))
    found = []
    for unit in by_unit:
        cells = tuple(
            _cell(figures[unit][place], _steps(content, scale)) if unit in shown_cells[place] else None
            for place, scale in enumerate(content.scales)
        )
        if any(cells):
            name = names[unit] if unit else _("Bagian kecil, digabung")
            found.append(UnitRow(name, len(by_unit[unit]) if unit in shown_sheets else None, cells))
    found.sort(key=lambda row: row.name)
    return tuple(found), len(by_unit) - len(found)


def _cell(found: ScaleAnalysis, steps: int) -> tuple[int, float, float, float] | None:
    if math.isnan(found.low):
        return None
    return found.scored, found.mean, max(1.0, found.low), min(float(steps), found.high)


# --- Change of pairs -------------------------------------------------------------------------------------------------


def _changes(survey: Survey, content: Content, rows: Sequence[Mapping[str, Any]]) -> tuple[ScaleChange, ...]:
    before = survey.before
    if before is None:
        return ()
    first_rows = list(SurveyResponse.objects.filter(survey=before).exclude(pseudonym="").values("answers", "pseudonym"))
    return changes_of_pairs(before.instrument.content, first_rows, content, rows)


def changes_of_pairs(
    first_content: Content, first_rows: Sequence[Mapping[str, Any]], content: Content, rows: Sequence[Mapping[str, Any]]
) -> tuple[ScaleChange, ...]:
    """How the same people changed on the scales that two questionnaires share.

    A row has ``answers`` and ``pseudonym``, the sign by which two sheets belong together.
    """
    found = []
    for scale in content.scales:
        old = first_content.scale(scale["code"])
        steps = _steps(content, scale)
        if old is not None and _steps(first_content, old) == steps:
            first = _scores(old, first_rows, steps)
            second = _scores(scale, rows, steps)
            name = scale_names(content)[scale["code"]]
            found.append(_change(scale["code"], name, steps, first, second))
    return tuple(found)


def _scores(scale: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], steps: int) -> dict[str, float]:
    """Scores by pseudonym, of whoever has one."""
    scores = _analysed(scale, [row["answers"] for row in rows], steps).scores
    return {
        row["pseudonym"]: float(score)
        for row, score in zip(rows, scores, strict=True)
        if row["pseudonym"] and not math.isnan(score)
    }


def _change(code: str, name: str, steps: int, first: Mapping[str, float], second: Mapping[str, float]) -> ScaleChange:
    both = sorted(set(first) & set(second))
    left_out = set_aside(len(both), len(first) - len(both), len(second) - len(both))
    # Pseudonyms are random, so their order chooses by lot, and always the same ones.
    kept = both[left_out:]
    if len(kept) < LEAST_PAIRS:
        words = _(
            "Terlalu sedikit untuk disimpulkan: %(n)s orang menjawab keduanya; diperlukan paling sedikit %(least)s."
        ) % {"n": number(len(kept)), "least": LEAST_PAIRS}
        return ScaleChange(code, name, steps, len(kept), left_out, sentence=words)
    earlier, later = (np.array([scores[key] for key in kept]) for scores in (first, second))
    gain = paired_gain(earlier, later, least_pairs=LEAST_PAIRS)
    spread = standardised_change(later - earlier)
    return ScaleChange(
        code, name, steps, len(kept), left_out, float(earlier.mean()), float(later.mean()), gain.mean_gain, gain.low,
        gain.high, _known(gain.effect), _known(gain.effect_low), _known(gain.effect_high), _known(spread.dz),
        _known(spread.low), _known(spread.high), gain.verdict.value, _change_words(gain.verdict, len(kept), gain),
    )  # fmt: skip


def _change_words(verdict: Verdict, pairs: int, gain: Any) -> str:
    words = {
        "n": number(pairs), "mean": number(abs(gain.mean_gain), 2), "low": number(gain.low, 2),
        "high": number(gain.high, 2),
    }  # fmt: skip
    if verdict == Verdict.IMPROVED:
        return _("%(n)s orang rata-rata naik %(mean)s poin (rentang keyakinan 95%%: %(low)s sampai %(high)s).") % words
    if verdict == Verdict.DECLINED:
        return _("%(n)s orang rata-rata turun %(mean)s poin (rentang keyakinan 95%%: %(low)s sampai %(high)s).") % words
    return (
        _(
            "Belum dapat disimpulkan: perubahan %(n)s orang masih memuat nol (rentang keyakinan 95%%: %(low)s sampai %(high)s)."
        )
        % words
    )
