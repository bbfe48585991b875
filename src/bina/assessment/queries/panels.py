"""Questions about standard setting: whose panels, what was judged, which cut follows, and which cuts are in force."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Count, Q, QuerySet

from bina.assessment.models import CutScore, Item, ItemBank, ItemVersion, Panelist, PanelJudgement, StandardPanel
from bina.assessment.queries.items import banks_managed_by
from bina.assessment.rules import ItemState, PanelMethod, PanelState, line_of_bank, round_of
from bina.competencies.queries import (
    ability_of_level,
    area_list,
    level_distribution,
    people_measured_by,
    published_framework,
)
from bina.competencies.queries import cuts_in_force as level_cuts_in_force
from bina.foundation import clock
from bina.people.queries import active_employees, standing_of
from bina.people.rules import Permission
from bina.science.arrays import FloatArray, IntArray
from bina.science.psychometrics import (
    AngoffRound,
    ScoredItems,
    angoff_round,
    booklet_order,
    bookmark_cut,
    level_of_score,
    probability,
    round_change,
)

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.people.models import Employee, User

JUDGING = (PanelState.ROUND_1, PanelState.DISCUSSION, PanelState.ROUND_2)


def panels_visible_to(user: "User") -> QuerySet[StandardPanel]:
    """The panels on the banks that the account keeps, newest first."""
    banks = [bank.pk for bank in banks_managed_by(user)]
    return StandardPanel.objects.filter(bank_id__in=banks).select_related("bank", "competency").order_by("-id")


def panel_visible_to(user: "User", public_id: "UUID | str") -> StandardPanel | None:
    """One panel that the account organises."""
    return panels_visible_to(user).filter(public_id=public_id).first()


def panels_with_counts(user: "User") -> QuerySet[StandardPanel]:
    """The same panels with ``panelist_count`` and how many have sent what the last round asked (``sent_count``)."""
    second = Q(state__in=[PanelState.ROUND_2, PanelState.CLOSED, PanelState.ADOPTED])
    sent = Q(second, panelists__sent_2_at__isnull=False) | Q(~second, panelists__sent_1_at__isnull=False)
    return panels_visible_to(user).annotate(
        panelist_count=Count("panelists"), sent_count=Count("panelists", filter=sent)
    )


def panelists_of(panel: StandardPanel) -> QuerySet[Panelist]:
    """Everybody who is invited to a panel, with name and unit."""
    return panel.panelists.select_related("employee__unit", "employee__position").order_by("employee__full_name", "id")


def panels_to_judge(user: "User") -> list[Panelist]:
    """Where the account is asked to judge now, and what it has judged already while the panel goes on."""
    if user.employee_id is None:
        return []
    rows = Panelist.objects.filter(employee_id=user.employee_id, panel__state__in=JUDGING)
    return list(rows.select_related("panel__competency").order_by("-id"))


def panelist_for(user: "User", panel_id: "UUID | str") -> Panelist | None:
    """The account's own seat in a panel that has begun."""
    if user.employee_id is None:
        return None
    return (
        Panelist.objects.filter(employee_id=user.employee_id, panel__public_id=panel_id)
        .exclude(panel__state__in=[PanelState.DRAFT, PanelState.CANCELLED])
        .select_related("panel__bank", "panel__competency", "employee")
        .first()
    )


def invitable_people(user: "User", bank: ItemBank, names: Sequence[str]) -> tuple[list["Employee"], list[str]]:
    """The employees with these numbers or addresses, and what fits nobody.

    People of the bank's agency, or of any for the bank of all; who keeps one agency's items finds that agency's people only.
    """
    people = active_employees()
    agencies = standing_of(user).agencies_with(Permission.MANAGE_ITEMS)
    if bank.agency_id is not None:
        people = people.filter(agency_id=bank.agency_id)
    elif agencies is not None:
        people = people.filter(agency_id__in=agencies)
    found, unknown = {}, []
    for name in names:
        match = people.filter(Q(employee_number=name) | Q(email__iexact=name)).order_by("id").first()
        if match is None:
            unknown.append(name)
        else:
            found[match.pk] = match
    return list(found.values()), unknown


def scopes_of(bank: ItemBank) -> list["Competency"]:
    """The areas that a panel on a bank may be about, each followed by its competencies."""
    areas = area_list(published_framework(bank.framework_code), bank.agency_id)
    return [row for area in areas for row in (area, *area.children.all())]


def competency_ids_within(bank: ItemBank, competency: "Competency | None") -> set[int]:
    """The competencies that a scope covers: one, those of an area, or all of the bank's framework."""
    if competency is not None and competency.parent_id is not None:
        return {competency.pk}
    areas = area_list(published_framework(bank.framework_code), bank.agency_id)
    return {
        child.pk for area in areas if competency is None or area.pk == competency.pk for child in area.children.all()
    }


def booklet_for(panel: StandardPanel) -> list[dict[str, float]]:
    """The items that a panel would judge: in use, spread evenly over the difficulties of its scope, easiest first."""
    chosen = Item.objects.filter(
        bank_id=panel.bank_id,
        state=ItemState.IN_USE,
        competency_id__in=competency_ids_within(panel.bank, panel.competency),
    )
    rows = list(ItemVersion.objects.filter(pk__in=chosen.values("current_id")).order_by("item__code"))
    if not rows:
        return []
    order = booklet_order(ScoredItems.without_guessing([row.a for row in rows], [row.b for row in rows]))
    count = min(panel.item_count, len(rows))
    places = np.unique(np.round(np.linspace(0, len(rows) - 1, count)).astype(int))
    return [
        {"version": rows[order[place]].pk, "a": rows[order[place]].a, "b": rows[order[place]].b} for place in places
    ]


def reach_of(panel: StandardPanel) -> list[tuple[int, int]]:
    """Where people stand now in the scope of a panel, in tenths on the scale of the tests, which the panel judges on.

    Where cuts are in force already, levels are read back through them.
    """
    found = level_distribution(competency_ids_within(panel.bank, panel.competency), panel.bank.agency_id)
    levels, line = [tenths / 10 for tenths, _people in found], line_of_bank(panel.bank_id)
    abilities = ability_of_level(level_cuts_in_force(), line, panel.competency, levels)
    return [(round(10 * ability), people) for ability, (_tenths, people) in zip(abilities.tolist(), found, strict=True)]


def people_concerned(panel: StandardPanel) -> int:
    """How many people were tested with the bank on what the panel is about: adopted cuts read their results anew."""
    return people_measured_by(line_of_bank(panel.bank_id), competency_ids_within(panel.bank, panel.competency)).count()


def share_reaching(panel: StandardPanel, cut: float) -> float | None:
    """What share of the measured people reaches a cut; None while nobody was counted."""
    everybody = sum(people for _tenths, people in panel.reach)
    if not everybody:
        return None
    return sum(people for tenths, people in panel.reach if tenths / 10 >= cut) / everybody


def judgements_of(panelist: Panelist, number: int) -> dict[int, dict[int, int]]:
    """What a panelist has written in a round: value by place and level."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for place, level, value in PanelJudgement.objects.filter(panelist=panelist, round=number).values_list(
        "place", "level", "value"
    ):
        found[place][level] = value
    return dict(found)


def is_at_work(panel: StandardPanel) -> bool:
    """Whether the panel judges or discusses, so that its panelists may see the items."""
    return panel.state in JUDGING


def places_to_judge(panel: StandardPanel) -> Sequence[int]:
    """The places that a round asks for: every item, or the booklet as a whole."""
    return range(1, len(panel.booklet) + 1) if panel.method == PanelMethod.ANGOFF else (0,)


def booklet_versions(panel: StandardPanel) -> list[ItemVersion]:
    """The item versions of a booklet in its order."""
    found = ItemVersion.objects.select_related("item__competency").in_bulk([row["version"] for row in panel.booklet])
    return [found[row["version"]] for row in panel.booklet]


@dataclass(frozen=True, eq=False)
class LevelRound:
    """What a round says about one level; cuts are on the level scale, None where they cannot be computed.

    cut, standard_error, judge_cuts: in levels. agreement: of the panel's mean (intraclass correlation) for Angoff, share of
    judges within half a level for bookmarks. share: of people who reach the cut. items (Angoff): per place the judgements.
    """

    level: int
    judges: int
    cut: float | None
    standard_error: float | None
    agreement: float | None
    single_agreement: float | None
    judge_cuts: tuple[float, ...]
    share: float | None
    items: tuple[tuple[int, ...], ...]
    angoff: AngoffRound | None


@dataclass(frozen=True, eq=False)
class PanelResult:
    """What a panel has found so far: per round its levels, and per level how the rounds differ (cut, spread of judges)."""

    rounds: dict[int, tuple[LevelRound, ...]]
    changes: dict[int, tuple[float | None, float | None]]

    @property
    def final(self) -> tuple[LevelRound, ...]:
        """The levels of the latest round."""
        return self.rounds[max(self.rounds)] if self.rounds else ()


def panel_result(panel: StandardPanel) -> PanelResult:
    """The result of the rounds that have ended, from what was sent in them."""
    state, items = PanelState(panel.state), _items(panel)
    ended = 0 if state in (PanelState.DRAFT, PanelState.ROUND_1, PanelState.CANCELLED) else 1
    if state in (PanelState.CLOSED, PanelState.ADOPTED):
        ended = 2
    tables = {number: _table(panel, number) for number in range(1, ended + 1)}
    rounds = {
        number: tuple(_level_round(panel, items, level, table) for level in panel.levels)
        for number, table in tables.items()
    }
    changes = {level: _change(rounds, place, tables) for place, level in enumerate(panel.levels)} if ended == 2 else {}
    return PanelResult(rounds, changes)


def _items(panel: StandardPanel) -> ScoredItems:
    return ScoredItems.without_guessing([row["a"] for row in panel.booklet], [row["b"] for row in panel.booklet])


def _table(panel: StandardPanel, number: int) -> dict[int, dict[int, dict[int, int]]]:
    """Level, then panelist, then place: the judgements of those who have sent theirs."""
    sent = {"panelist__sent_1_at__isnull": False} if number == 1 else {"panelist__sent_2_at__isnull": False}
    found: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = PanelJudgement.objects.filter(panelist__panel=panel, round=number, **sent).order_by("panelist_id")
    for panelist, level, place, value in rows.values_list("panelist_id", "level", "place", "value"):
        found[level][panelist][place] = value
    return found


def _level_round(
    panel: StandardPanel, items: ScoredItems, level: int, table: Mapping[int, Mapping[int, Mapping[int, int]]]
) -> LevelRound:
    judged = table.get(level, {})
    if len(judged) < 2:
        return LevelRound(level, len(judged), None, None, None, None, (), None, (), None)
    if panel.method == PanelMethod.BOOKMARK:
        pages: IntArray = np.array([row[0] - 1 for row in judged.values()])
        found = bookmark_cut(pages, items)
        return LevelRound(
            level, len(judged), found.cut, found.standard_error, found.agreement, None,
            tuple(found.judge_cuts.tolist()), share_reaching(panel, found.cut), (), None,
        )  # fmt: skip
    percents = np.array([[row[place] for place in sorted(row)] for row in judged.values()])
    result = angoff_round(percents / 100)
    cut = _on_scale(result.cut, items)
    return LevelRound(
        level, len(judged), cut, None if cut is None else result.standard_error / _steepness(cut, items),
        result.mean_agreement, result.single_agreement,
        tuple(each for points in result.judge_cuts if (each := _on_scale(float(points), items)) is not None),
        None if cut is None else share_reaching(panel, cut), tuple(tuple(column) for column in percents.T.tolist()), result,
    )  # fmt: skip


def _on_scale(points: float, items: ScoredItems) -> float | None:
    """The level at which these points are expected; None at the very ends, where no level is."""
    return level_of_score(points, items) if 0 < points < len(items) else None


def _steepness(level: float, items: ScoredItems) -> float:
    """Points per level at a place of the scale: the slope of the test characteristic curve."""
    chance: FloatArray = probability([level], items)[0]
    return float((items.discrimination * chance * (1 - chance)).sum())


def _change(
    rounds: Mapping[int, Sequence[LevelRound]],
    place: int,
    tables: Mapping[int, Mapping[int, Mapping[int, Mapping[int, int]]]],
) -> tuple[float | None, float | None]:
    """How far the cut moved (levels) and the ratio of the judges' spreads, where the same judges were there twice."""
    first, second = rounds[1][place], rounds[2][place]
    moved = None if first.cut is None or second.cut is None else second.cut - first.cut
    if first.angoff is None or second.angoff is None or set(tables[1][first.level]) != set(tables[2][second.level]):
        return moved, None
    ratio = round_change(first.angoff, second.angoff).spread_ratio
    return moved, ratio if np.isfinite(ratio) else None


def current_round(panel: StandardPanel) -> int:
    """The round to look at: the one that is judged, or the last one."""
    return round_of(panel.state) or (1 if panel.state == PanelState.DISCUSSION else 2)


def sent_count(panel: StandardPanel, number: int) -> int:
    """How many panelists have sent their judgements of a round."""
    return panel.panelists.filter(**{f"sent_{number}_at__isnull": False}).count()


def cuts_in_force(bank: ItemBank) -> list[CutScore]:
    """The adopted cuts of a bank that count today: for each scope those of the panel that was adopted last."""
    rows = (
        CutScore.objects.filter(bank=bank, withdrawn_at=None, valid_from__lte=clock.today())
        .select_related("competency", "panel")
        .order_by("id")
    )
    latest = {row.competency_id: row.panel_id for row in rows}
    return sorted(
        (row for row in rows if row.panel_id == latest[row.competency_id]),
        key=lambda row: (row.competency_id or 0, row.level),
    )


def cuts_of_panel(panel: StandardPanel) -> list[CutScore]:
    """The cuts that were adopted from a panel, taken back or not."""
    return list(panel.cuts.order_by("id"))


def panels_judging() -> QuerySet[StandardPanel]:
    """Every panel in which a round is running, the oldest first."""
    return (
        StandardPanel.objects.filter(state__in=[PanelState.ROUND_1, PanelState.ROUND_2])
        .select_related("bank")
        .order_by("id")
    )


def seats_awaited(panel: StandardPanel) -> list[Panelist]:
    """The seats that owe the judgements of the running round, of people who still work here."""
    number = round_of(panel.state)
    if number is None:
        return []
    waiting = panel.panelists.filter(employee__left_on=None, **{f"sent_{number}_at__isnull": True})
    return list(waiting.select_related("employee").order_by("id"))


def panelists_awaited(panel_id: "UUID | str") -> list["Employee"]:
    """The people who owe a panel a judgement now; nobody between rounds."""
    panel = panels_judging().filter(public_id=panel_id).first()
    return [seat.employee for seat in seats_awaited(panel)] if panel else []


def panelists_called(panel_id: "UUID | str") -> list["Employee"]:
    """The people who sit in a panel."""
    rows = Panelist.objects.filter(panel__public_id=panel_id).select_related("employee")
    return [row.employee for row in rows.order_by("id")]
