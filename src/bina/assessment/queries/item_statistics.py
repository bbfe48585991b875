"""The card of an item: what real answers say about it, in figures and in words; and which items need a look."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import F, Max
from django.utils.translation import gettext as _

from bina.assessment.models import Item, ItemBank, ItemStatistics, ItemVersion, Response, Session
from bina.assessment.queries.sessions import ENDED
from bina.assessment.rules import (
    COMPARISON_NAMES,
    FEWEST_PER_GROUP,
    GROUP_NAMES,
    MOST_EXPOSURE,
    SMALLEST_GROUP,
    Comparison,
    chosen_keys,
    group_numbers,
    options_of,
)
from bina.science.arrays import IntArray

if TYPE_CHECKING:
    import datetime as dt

WEAK_CORRELATION = 0.15
CERTAIN = 1.645  # one-sided 5 % point of the standard normal
FEWEST_TESTS = 50  # adaptive, before exposure is judged


def choices_of(version: ItemVersion) -> Iterator[tuple[int, frozenset[str]]]:
    """Employee and picked options of every answer to a version in attempts that have ended, oldest first; none where passed over."""
    rows = (
        Response.objects.filter(item_version=version, session__state__in=ENDED, score__isnull=False)
        .order_by("id")
        .values_list("session__employee_id", "answer")
    )
    for person, answer in rows.iterator(chunk_size=20_000):
        yield person, frozenset(chosen_keys(answer))


def times_of(version: ItemVersion) -> list[int]:
    """How long each answer to a version took, in milliseconds, where it was kept."""
    rows = Response.objects.filter(
        item_version=version, session__state__in=ENDED, score__isnull=False, milliseconds__isnull=False
    )
    return [time for time in rows.values_list("milliseconds", flat=True) if time is not None]


def groups_of(people: IntArray) -> IntArray:
    """Per person (employee ids, rising) and comparison the place of the group: 0 the reference, -1 none."""
    found = np.full((len(people), len(Comparison)), -1)
    rows = (
        Session.objects.filter(state__in=ENDED)
        .order_by()
        .annotate(
            sex=F("employee__sex"), born=F("employee__birth_date"), employment=F("employee__employment_type"),
            islands=F("employee__agency__province__island_group"), agency=F("employee__agency__kind"),
        )
        .values_list("employee_id", "sex", "born", "employment", "islands", "agency")
        .distinct()
    )  # fmt: skip
    for person, sex, born, employment, islands, agency in rows.iterator(chunk_size=20_000):
        place = int(np.searchsorted(people, person))
        if place < len(people) and people[place] == person:
            found[place] = group_numbers(sex, born.year if born else None, employment, islands, agency)
    return found


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option: its words, who takes it by thirds of ability, and what is odd about it (empty when nothing)."""

    text: str
    is_key: bool
    chosen: int
    share: float
    thirds: tuple[float | None, ...]
    correlation: float | None
    attracts_stronger: bool
    remark: str


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """Two groups of equal ability: sizes, both methods with their classes, and the result in words.

    ``others``: further focal groups, with their sizes, of which nothing can be said for the same reason: too few answers.
    """

    name: str
    reference: str
    focal: str
    reference_count: int
    focal_count: int
    delta: float | None
    delta_error: float | None
    size: str
    effect: float | None
    logistic_size: str
    words: str
    others: tuple[tuple[str, int], ...] = ()

    @property
    def is_large(self) -> bool:
        """Whether either method finds a large difference."""
        return "C" in (self.size, self.logistic_size)

    @property
    def is_known(self) -> bool:
        """Whether answers were enough to compare."""
        return bool(self.size or self.logistic_size)


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """How long people took for an item: how many were timed, the median in seconds, the share that was too quick."""

    count: int
    median: float
    rapid: float


@dataclass(frozen=True, slots=True)
class ItemCard:
    """What real answers say about an item version, as of a moment."""

    computed_at: "dt.datetime"
    answers: int
    share: float
    rest_correlation: float | None
    options: tuple[OptionLine, ...]
    comparisons: tuple[ComparisonLine, ...]
    times: AnswerTimes | None

    @property
    def is_weak(self) -> bool:
        """Whether solving the item hardly goes with solving others, beyond what few answers leave open."""
        doubt = CERTAIN / math.sqrt(self.answers)
        return self.rest_correlation is not None and self.rest_correlation + doubt < WEAK_CORRELATION


def item_card(version: ItemVersion) -> ItemCard | None:
    """The card of an item version; None until answers were counted."""
    row = ItemStatistics.objects.filter(version=version).first()
    return _card(row, version) if row else None


def _card(row: ItemStatistics, version: ItemVersion) -> ItemCard:
    facts = row.facts
    words = {option.key: option.text for option in options_of(version.item.kind, version.payload, version.english)}
    return ItemCard(
        row.computed_at,
        row.answers,
        facts["share"],
        facts["rest_correlation"],
        tuple(_option(line, words.get(line["key"], "")) for line in facts["options"]),
        tuple(_comparisons(facts["comparisons"])),
        AnswerTimes(**facts["times"]) if facts.get("times") else None,
    )


def _option(line: dict[str, Any], text: str) -> OptionLine:
    if line["weaker_take_key"]:
        remark = _("Kunci ini justru lebih sering dipilih peserta yang lemah. Periksa kuncinya.")
    elif line["attracts_stronger"]:
        remark = _("Pilihan salah ini menarik peserta yang mampu. Periksa kata-katanya.")
    elif line["unused"]:
        remark = _("Hampir tidak ada yang memilihnya.")
    else:
        remark = ""
    return OptionLine(
        text, line["is_key"], line["chosen"], line["share"], tuple(line["thirds"]), line["correlation"],
        line["attracts_stronger"], remark,
    )  # fmt: skip


def _comparisons(lines: list[dict[str, Any]]) -> Iterator[ComparisonLine]:
    """Every pair of groups about which something can be said, and one line for those of a kind that are too small."""
    for comparison in Comparison:
        told = [_comparison(line) for line in lines if line["name"] == comparison]
        yield from (line for line in told if line.is_known)
        small = [line for line in told if not line.is_known]
        if small:
            yield replace(small[0], others=tuple((line.focal, line.focal_count) for line in small[1:]))


def _comparison(line: dict[str, Any]) -> ComparisonLine:
    comparison = Comparison(line["name"])
    reference = str(GROUP_NAMES[comparison][0])
    # Statistics that were kept before the islands were told apart know one group of all others.
    is_older = comparison is Comparison.ISLAND and "group" not in line
    focal = _("pulau lain") if is_older else str(GROUP_NAMES[comparison][line.get("group", 1)])
    size, logistic = line.get("class", ""), line.get("logistic_class", "")
    if not size and not logistic:
        words = _("Terlalu sedikit jawaban; perlu sedikitnya %(n)s dari setiap kelompok.") % {"n": FEWEST_PER_GROUP}
    elif max(size, logistic) == "A":
        words = _("Tidak ada perbedaan yang berarti.")
    else:
        harder = focal if (line["delta"] or 0) < 0 else reference
        words = (
            _("Pada kemampuan yang sama, butir ini jauh lebih sulit bagi kelompok %(group)s.")
            if max(size, logistic) == "C"
            else _("Pada kemampuan yang sama, butir ini agak lebih sulit bagi kelompok %(group)s.")
        ) % {"group": harder}
    return ComparisonLine(
        str(COMPARISON_NAMES[comparison]), reference, focal, line["reference"], line["focal"], line.get("delta"),
        line.get("delta_error"), size, line.get("effect"), logistic, words,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class WatchedItem:
    """An item that needs a look, with the reasons in words."""

    item: Item
    reasons: tuple[str, ...]


def adaptive_tests_of(bank: ItemBank) -> int:
    """How many adaptive tests drew from a bank so far: as often as its most offered item was offered.

    An item is held back from some people once it was asked often, so what counts is its share of all tests and not of
    those in which it was offered.
    """
    found = Item.objects.filter(bank=bank).aggregate(most=Max("offered_count"))["most"]
    return int(found or 0)


def is_overexposed(item: Item, tests: int) -> bool:
    """Whether an item was asked in a larger share of so many adaptive tests than it should be."""
    return tests >= FEWEST_TESTS and item.asked_count > MOST_EXPOSURE * tests


def watched_items(bank: ItemBank) -> tuple[list[WatchedItem], int]:
    """The items in use or tried whose figures need a look, and how many items have figures at all."""
    rows = (
        ItemStatistics.objects.filter(version__item__bank=bank, version__item__current=F("version"))
        .select_related("version__item__competency")
        .order_by("version__item__code")
    )
    tests, found, known = adaptive_tests_of(bank), [], 0
    for row in rows:
        known += 1
        reasons = _reasons(_card(row, row.version), row.version.item, tests)
        if reasons:
            found.append(WatchedItem(row.version.item, tuple(reasons)))
    return sorted(found, key=lambda one: (-len(one.reasons), one.item.code)), known


def _reasons(card: ItemCard, item: Item, tests: int) -> list[str]:
    reasons = []
    if any(option.is_key and option.remark for option in card.options):
        reasons.append(_("kunci mungkin keliru"))
    elif card.is_weak:
        reasons.append(_("hampir tidak membedakan"))
    if any(option.attracts_stronger for option in card.options):
        reasons.append(_("pilihan salah menarik yang mampu"))
    reasons += dict.fromkeys(
        _("berbeda menurut %(what)s") % {"what": line.name.lower()} for line in card.comparisons if line.is_large
    )
    if is_overexposed(item, tests):
        reasons.append(_("terlalu sering ditanyakan"))
    return reasons


def small_count(count: int) -> str:
    """A number of people as it may be told: below five only that it is below five."""
    return str(count) if count == 0 or count >= SMALLEST_GROUP else _("kurang dari %(n)s") % {"n": SMALLEST_GROUP}
