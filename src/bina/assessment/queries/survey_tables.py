"""The tables of a survey's results as rows, for the workbooks."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.models import Survey, SurveyResponse
from bina.assessment.queries.survey_results import SurveyResults, scale_results
from bina.assessment.rules import SMALLEST_GROUP, SurveyState
from bina.assessment.rules.instruments import Question, options_of
from bina.design.formats import date, moment
from bina.foundation import clock
from bina.foundation.spreadsheets import Sheet
from bina.foundation.wording import localized

Row = Sequence[object]


def survey_table(survey: Survey, name: str) -> Sheet | None:
    """A table of the results by name: scales, items, questions, units, changes, answers; None for another name, and for
    one that may not be told."""
    results = scale_results(survey)
    makers = {
        "scales": _scales, "items": _items, "questions": _questions, "units": _units, "changes": _changes,
        "answers": _answers,
    }  # fmt: skip
    if not results.is_told or name not in makers:
        return None
    title, header, rows, notes = makers[name](results)
    made = _("Bina · %(title)s · ditutup %(date)s · dihitung %(moment)s") % {
        "title": survey.title, "date": date(survey.closed_at), "moment": moment(clock.now()),
    }  # fmt: skip
    return Sheet(title, header, rows, [results.sentence, *notes, made]) if rows else None


Table = tuple[str, list[str], list[Row], list[str]]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _scales(results: SurveyResults) -> Table:
    header = [
        _("Skala"), _("Kode"), _("Langkah"), _("Orang"), _("Rata-rata"), _("Rentang 95% bawah"), _("Rentang 95% atas"),
        _("Simpangan baku"), _("Bagian di nilai terendah"), _("Bagian di nilai tertinggi"), _("Lembar lengkap"),
        _("Alfa"), _("Alfa bawah"), _("Alfa atas"), _("Omega"), _("Keterangan"),
    ]  # fmt: skip
    rows: list[Row] = []
    for row in results.scales:
        figures = (row.mean, row.low, row.high, row.sd, row.at_lowest, row.at_highest)
        trust = (row.alpha, row.alpha_low, row.alpha_high, row.omega)
        rows.append(
            (row.name, row.code, row.steps, row.count, *map(_round, figures), row.complete, *map(_round, trust),
             row.trust or row.sentence)
        )  # fmt: skip
    return _("Skala"), header, rows, []


def _items(results: SurveyResults) -> Table:
    header = [
        _("Skala"), _("Pertanyaan"), _("Dibalik"), _("Jawaban"), _("Rata-rata"), _("Simpangan baku"),
        _("Korelasi dengan sisanya"), _("Bagian di nilai terendah"), _("Bagian di nilai tertinggi"),
    ]  # fmt: skip
    rows: list[Row] = [
        (scale.name, item.text, _("ya") if item.is_reversed else "", item.count,
         *map(_round, (item.mean, item.sd, item.rest, item.lowest, item.highest)))
        for scale in results.scales for item in scale.items
    ]  # fmt: skip
    return _("Butir skala"), header, rows, [_("Rata-rata dihitung setelah pertanyaan yang dibalik diputar.")]


def _questions(results: SurveyResults) -> Table:
    header = [_("Pertanyaan"), _("Jawaban"), _("Pilihan"), _("Jumlah"), _("Bagian"), _("Rata-rata"), _("Nilai tengah")]
    rows: list[Row] = []
    for row in results.questions:
        figures = (_round(row.mean), _round(row.median))
        if not row.is_told or not row.options:
            rows.append((row.text, row.count, None, None, None, *figures))
        rows += [
            (row.text, row.count, words, count, round(share, 4), *figures)
            for words, count, share in (row.bars if row.is_told else ())
        ]
    return _("Pertanyaan"), header, rows, [_("Isian bebas tidak disertakan.")]


def _units(results: SurveyResults) -> Table:
    header = [_("Bagian"), _("Orang")]
    for scale in results.scales:
        header += [scale.name, _("Rentang 95% bawah"), _("Rentang 95% atas"), _("n")]
    rows: list[Row] = []
    for row in results.units:
        cells: list[object] = []
        for cell in row.cells:
            cells += [None] * 4 if cell is None else [round(cell[1], 4), round(cell[2], 4), round(cell[3], 4), cell[0]]
        rows.append((row.name, row.count, *cells))
    note = _(
        "Bagian yang kecil, dan satu bagian lain bila perlu, tidak ditampilkan agar tidak dapat dihitung dari selisih."
    )
    return _("Menurut bagian"), header, rows, [note]


def _changes(results: SurveyResults) -> Table:
    header = [
        _("Skala"), _("Pasangan"), _("Disisihkan"), _("Sebelum"), _("Sesudah"), _("Perubahan"), _("Rentang 95% bawah"),
        _("Rentang 95% atas"), _("g Hedges"), _("g bawah"), _("g atas"), "dz", _("dz bawah"), _("dz atas"),
        _("Kesimpulan"),
    ]  # fmt: skip
    rows: list[Row] = [
        (row.name, row.pairs, row.left_out,
         *map(_round, (row.before, row.after, row.mean, row.low, row.high, row.effect, row.effect_low, row.effect_high,
                       row.dz, row.dz_low, row.dz_high)), row.sentence)
        for row in results.changes
    ]  # fmt: skip
    return _("Perubahan"), header, rows, []


def _told_in_rows(question: Question) -> bool:
    """Whether an answer may stand beside the others of the same sheet: none that could tell who it was."""
    return bool(options_of(question)) and not question.get("profile")


def _answers(results: SurveyResults) -> Table:
    """Single sheets: in no order and without what could tell the person, or with names where those were agreed on."""
    survey = results.survey
    questions = survey.instrument.content.ordered
    sheets = SurveyResponse.objects.filter(survey=survey)
    if not survey.is_named:
        questions = [row for row in questions if _told_in_rows(row)]
    header = [localized(row["text"], row.get("text_en", "")) for row in questions]
    if survey.is_named:
        rows = [
            (row.employee.full_name if row.employee else _("tidak ada lagi"), row.unit.name if row.unit else None,
             *_cells(questions, row.answers))
            for row in sheets.select_related("employee", "unit").order_by("employee__full_name", "pk")
        ]  # fmt: skip
        return _("Jawaban bernama"), [_("Nama"), _("Unit"), *header], list(rows), []
    if survey.state != SurveyState.CLOSED or results.count < SMALLEST_GROUP or not questions:
        return _("Jawaban"), header, [], []
    plain = [_cells(questions, answers) for answers in sheets.values_list("answers", flat=True)]
    plain.sort(key=lambda row: hashlib.sha256(json.dumps(row).encode()).hexdigest())
    note = _("Tanpa nama, unit, isian bebas, angka, dan pertanyaan tentang orangnya; urutannya acak.")
    return _("Jawaban"), header, list(plain), [note]


def _cells(questions: Sequence[Question], answers: dict[str, Any]) -> list[object]:
    cells: list[object] = []
    for question in questions:
        value = answers.get(question["key"])
        names = dict(options_of(question)) if question["kind"] in ("choice", "multiple") else {}
        if isinstance(value, list):
            cells.append("; ".join(str(names.get(one, one)) for one in value))
        else:
            cells.append(names.get(str(value), value) if value is not None else None)
    return cells
