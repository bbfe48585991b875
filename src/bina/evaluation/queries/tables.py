"""The tables of a programme's report as rows, for the page and for the workbook alike."""

from django.utils.translation import gettext as _

from bina.design.formats import moment
from bina.evaluation.models import Programme
from bina.evaluation.queries.gains import GainLine
from bina.evaluation.queries.reports import gains_of
from bina.evaluation.queries.surveys import reaction_to
from bina.evaluation.rules import caveat
from bina.foundation import clock
from bina.foundation.spreadsheets import Sheet


def report_table(programme: Programme, table: str) -> Sheet | None:
    """The table of a programme's report by name (“gain” or “reaction”); None for another name."""
    made = _("Bina · %(title)s · %(scope)s · dihitung %(moment)s") % {
        "title": programme.title, "scope": programme.scope_name, "moment": moment(clock.now()),
    }  # fmt: skip
    if table == "gain":
        return _gain_table(programme, made)
    if table == "reaction":
        return _reaction_table(programme, made)
    return None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _gain_row(line: GainLine) -> tuple[object, ...]:
    figures = (
        line.before, line.after, line.mean, line.standard_error, line.low, line.high, line.effect, line.effect_low,
        line.effect_high, line.improved_share, line.unchanged_share, line.declined_share,
    )  # fmt: skip
    name = line.name or _("Semua kompetensi kursus")
    return (name, line.pairs, line.dropped, *(_rounded(value) for value in figures), line.word)


def _gain_table(programme: Programme, made: str) -> Sheet:
    gains = gains_of(programme)
    header = [
        _("Kompetensi"), _("Pasangan uji"), _("Hanya satu uji"), _("Rata-rata uji awal"), _("Rata-rata uji akhir"),
        _("Perubahan (tingkat)"), _("Galat baku"), _("Rentang 95% bawah"), _("Rentang 95% atas"), _("g Hedges"),
        _("g bawah"), _("g atas"), _("Bagian naik nyata"), _("Bagian tidak berubah nyata"), _("Bagian turun nyata"),
        _("Kesimpulan"),
    ]  # fmt: skip
    notes = [gains.overall.sentence, caveat(), _("Di bawah 10 pasangan angka tidak ditampilkan."), made]
    return Sheet(_("Perubahan tingkat"), header, [_gain_row(line) for line in (gains.overall, *gains.lines)], notes)


def _reaction_table(programme: Programme, made: str) -> Sheet:
    reaction = reaction_to(programme)
    header = [_("Pertanyaan"), _("Jawaban"), _("Rata-rata (1–5)"), "1", "2", "3", "4", "5"]
    rows = [
        (scale.text, scale.count, round(scale.mean, 2), *(step.count for step in scale.steps))
        for scale in reaction.scales
    ]
    told = _("%(count)s orang menjawab, tanpa nama.") % {"count": reaction.count}
    notes = [told, _("Hasil ditampilkan mulai lima jawaban; isian bebas tidak disertakan."), made]
    return Sheet(_("Tanggapan peserta"), header, rows, notes)
