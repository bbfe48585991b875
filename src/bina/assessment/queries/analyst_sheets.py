"""The pages of the analyst's room as sheets of workbooks: each shows what its page shows to the same reader."""

from django.utils.translation import gettext as _

from bina.assessment.models import Item, ItemBank, ItemVersion
from bina.assessment.queries.calibration import ItemCurve, curve_of
from bina.assessment.queries.item_statistics import (
    ComparisonLine,
    ItemCard,
    adaptive_tests_of,
    is_overexposed,
    item_card,
    small_count,
)
from bina.assessment.queries.items import answer_counts
from bina.assessment.queries.precision import PrecisionOfTest
from bina.assessment.rules import MOST_EXPOSURE
from bina.design.formats import moment
from bina.design.pictures import curve_points
from bina.foundation import clock
from bina.foundation.spreadsheets import Sheet


def item_sheets(item: Item, version: ItemVersion) -> list[Sheet]:
    """The card of an item: parameters and figures, curves, fit, options, groups and exposure; what is not known yet is left out."""
    card = item_card(version)
    sheets = [_facts(item, version, card)]
    if item.level_count:
        sheets += _curves(curve_of(version, item.level_count))
    if card is not None:
        if card.options:
            sheets.append(_options(card))
        sheets.append(_groups(card))
        if item.offered_count:
            sheets.append(_exposure(item))
    return sheets


def _facts(item: Item, version: ItemVersion, card: ItemCard | None) -> Sheet:
    count = answer_counts([item.pk])[item.pk]
    rows: list[tuple[object, ...]] = [
        (_("Butir"), item.code),
        (_("Versi"), version.number),
        (_("Bank soal"), item.bank.name),
        (_("Kompetensi"), f"{item.competency.code} {item.competency}" if item.competency else None),
        (_("Jenis"), item.kind_name),
        (_("Tingkat"), item.level),
        (_("Daya beda"), _rounded(version.a)),
        (_("Kesukaran: tingkat dengan peluang 65%"), _rounded(version.file_parameters["b"])),
        (_("Sudah dikalibrasi"), _yes(not version.is_provisional)),
        (_("Jawaban seluruhnya"), count.count),
        (_("Rata-rata tepat seluruhnya"), _rounded(count.share)),
    ]
    notes = [_made(item.bank)]
    if card is not None:
        rows += [
            (_("Orang yang dihitung"), card.answers),
            (_("Rata-rata tepat"), _rounded(card.share)),
            (_("Korelasi dengan butir lain"), _rounded(card.rest_correlation)),
            (_("Hampir tidak membedakan"), _yes(card.is_weak)),
        ]
        if card.times:
            rows += [
                (_("Jawaban yang diukur waktunya"), card.times.count),
                (_("Median waktu menjawab (detik)"), _rounded(card.times.median)),
                (_("Bagian yang terlalu cepat"), _rounded(card.times.rapid)),
            ]
        counted = _("Jawaban nyata dihitung %(moment)s. Hanya jumlah; jawaban tiap orang tidak dapat dibuka.")
        notes.insert(0, counted % {"moment": moment(card.computed_at)})
    return Sheet(_("Ringkasan"), [_("Keterangan"), _("Nilai")], rows, notes)


def _curves(curve: ItemCurve) -> list[Sheet]:
    levels = curve.levels.tolist()
    along = [
        (level, _rounded(chance), _rounded(told))
        for (level, chance), (_level, told) in zip(
            curve_points(levels, curve.chance.tolist()), curve_points(levels, curve.information.tolist()), strict=True
        )
    ]
    sheets = [Sheet(_("Kurva"), [_("Tingkat"), _("Peluang benar"), _("Informasi")], along)]
    if curve.observed:
        header = [_("Tingkat"), _("Orang"), _("Rata-rata tepat"), _("Menurut parameter")]
        rows = [(point.level, point.people, _rounded(point.share), _rounded(point.chance)) for point in curve.observed]
        few = _("Rata-rata dari kurang dari lima orang tidak ditampilkan.")
        sheets.append(Sheet(_("Kecocokan"), header, rows, [few]))
    return sheets


def _options(card: ItemCard) -> Sheet:
    header = [
        _("Pilihan"), _("Kunci"), _("Semua"), _("Lemah"), _("Sedang"), _("Kuat"), _("Korelasi (r)"), _("Catatan"),
    ]  # fmt: skip
    rows = [
        (
            option.text, _yes(option.is_key), _rounded(option.share), *(_rounded(share) for share in option.thirds),
            _rounded(option.correlation), option.remark,
        )
        for option in card.options
    ]  # fmt: skip
    note = _(
        "Sepertiga terlemah, tengah, dan terkuat menurut seluruh jawaban mereka. r: korelasi memilih dengan hasil butir lain."
    )
    return Sheet(_("Siapa memilih apa"), header, rows, [note])


def _groups(card: ItemCard) -> Sheet:
    header = [
        _("Perbandingan"), _("Kelompok acuan"), _("Orang di kelompok acuan"), _("Kelompok yang dibandingkan"),
        _("Orang di kelompok yang dibandingkan"), "Mantel–Haenszel", _("Galat baku"), _("Kelas Mantel–Haenszel"),
        _("Regresi logistik ΔR²"), _("Kelas regresi logistik"), _("Perlu diperiksa"), _("Kesimpulan"),
    ]  # fmt: skip
    rows = [
        (
            line.name, line.reference, _told(line.reference_count), name, _told(count), *_figures(line),
            _yes(line.is_large), line.words,
        )
        for line in card.comparisons
        for name, count in [(line.focal, line.focal_count), *line.others]
    ]  # fmt: skip
    return Sheet(_("Adil bagi semua kelompok"), header, rows)


def _figures(line: ComparisonLine) -> tuple[float | str | None, ...]:
    if not line.is_known:
        return (None,) * 5
    return _rounded(line.delta), _rounded(line.delta_error), line.size, _rounded(line.effect), line.logistic_size


def _exposure(item: Item) -> Sheet:
    tests = adaptive_tests_of(item.bank)
    header = [_("Ditanyakan"), _("Uji adaptif"), _("Bagian uji adaptif"), _("Batas"), _("Terlalu sering")]
    row = (
        item.asked_count,
        tests,
        _rounded(item.asked_count / tests),
        MOST_EXPOSURE,
        _yes(is_overexposed(item, tests)),
    )
    return Sheet(_("Keterpaparan"), header, [row])


def precision_sheets(bank: ItemBank, tests: list[PrecisionOfTest], chosen: PrecisionOfTest) -> list[Sheet]:
    """The precision of one test of a bank: at its cuts, along the scale, and beside the other tests."""
    cuts = [
        (
            cut.level, _rounded(cut.value), _yes(cut.is_adopted), _rounded(cut.information), _rounded(cut.standard_error),
            _("cukup tepat") if cut.is_precise else _("kurang butir"),
        )
        for cut in chosen.cuts
    ]  # fmt: skip
    header = [
        _("Batas tingkat"), _("Letak"), _("Ditetapkan panel"), _("Informasi"), _("Galat baku"), _("Artinya"),
    ]  # fmt: skip
    notes = [str(chosen.blueprint)]
    if chosen.blueprint.is_adaptive:
        most = _("Uji adaptif: dihitung dengan %(n)s butir terbaik di setiap tingkat, jadi ini batas atasnya.")
        notes.append(most % {"n": chosen.item_count})
    if chosen.provisional_count:
        guessed = _("%(n)s butir masih memakai parameter dugaan penulisnya.")
        notes.append(guessed % {"n": chosen.provisional_count})
    along = [
        (level, _rounded(told)) for level, told in curve_points(chosen.levels.tolist(), chosen.information.tolist())
    ]
    return [
        Sheet(_("Ketepatan di setiap batas"), header, cuts, [*notes, _made(bank)]),
        Sheet(_("Informasi"), [_("Tingkat"), _("Informasi")], along, [str(chosen.blueprint)]),
        _all_tests(tests),
    ]


def _all_tests(tests: list[PrecisionOfTest]) -> Sheet:
    header = [
        _("Uji"), _("Butir"), _("Tempat tepat"), _("Hasil sama"), _("Paling lemah di tingkat"), _("Galat baku di sana"),
    ]  # fmt: skip
    rows = [
        (
            str(row.blueprint), row.item_count, _rounded(row.accuracy), _rounded(row.consistency), row.weakest.level,
            _rounded(row.weakest.standard_error),
        )
        for row in tests
    ]  # fmt: skip
    note = _(
        "Untuk uji yang mengukur beberapa kompetensi, angka ini tentang tingkat rata-ratanya. Tempat tepat dan hasil sama "
        "dihitung untuk orang-orang yang menyebar di seluruh skala."
    )
    return Sheet(_("Semua uji"), header, rows, [note])


def _made(bank: ItemBank) -> str:
    return _("Bina · %(unit)s · dimuat %(moment)s") % {"unit": bank.name, "moment": moment(clock.now())}


def _yes(is_so: bool) -> str:
    return _("ya") if is_so else _("tidak")


def _told(count: int) -> int | str:
    """A number of people as a number where it may be told, else in words."""
    words = small_count(count)
    return count if words == str(count) else words


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
