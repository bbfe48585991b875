"""What real answers say about each item of a bank, computed in the background and kept as sums."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from bina.assessment.actions.comparison import plain
from bina.assessment.actions.scoring import prior_for
from bina.assessment.models import ItemBank, ItemStatistics, ItemVersion
from bina.assessment.queries.calibration import BankAnswers
from bina.assessment.queries.item_statistics import choices_of, groups_of, times_of
from bina.assessment.rules import (
    FEWEST_FOR_OPTIONS,
    FEWEST_PER_GROUP,
    GROUP_NAMES,
    SMALLEST_GROUP,
    Comparison,
    options_of,
)
from bina.competencies.queries import published_framework
from bina.foundation import clock
from bina.science.arrays import FloatArray, IntArray
from bina.science.psychometrics import (
    NormalPrior,
    ScoredItems,
    ability_strata,
    analyse_answers,
    analyse_item_options,
    expected_a_posteriori,
    logistic_dif,
    mantel_haenszel,
    rapid_guessing,
)

PEOPLE_AT_ONCE = 20_000


def store_item_statistics(bank: ItemBank, data: BankAnswers) -> None:
    """Compute and keep the figures of every answered item version of a bank; older figures of the same are replaced.

    An item that was passed over counts as answered with 0 and no option (`answers_for`).
    Per version: "share" (mean score), "rest_correlation" (with the share on the person's other items), "options" (for
    questions with options: per option "key", "chosen", "share", "thirds", "correlation", "is_key", and the flags "unused",
    "attracts_stronger", "weaker_take_key"), "comparisons" (per focal group "name", "group" its place in ``GROUP_NAMES``,
    "reference" and "focal" answers, and where both suffice "delta", "delta_error", "class" by Mantel-Haenszel, "effect",
    "chance" and "logistic_class" by logistic regression), "times" where they were kept ("count", "median" in seconds,
    "rapid" the share of answers too quick to have been thought about). Versions that fewer than five people answered keep
    no row.
    """
    if not len(data.item):
        return
    versions = ItemVersion.objects.select_related("item").in_bulk(data.version_ids)
    rows = [versions[pk] for pk in data.version_ids]
    items = ScoredItems.without_guessing([row.a for row in rows], [row.b for row in rows])
    ability = _abilities(data, items, prior_for(published_framework(bank.framework_code).level_count))
    classical = analyse_answers(data.person, data.item, data.score, items=len(rows))
    groups = groups_of(data.people)
    now = clock.now()
    found = []
    for place, answers in _by_item(data.item, len(rows)):
        if len(answers) < SMALLEST_GROUP:
            continue
        who, right = data.person[answers], data.right[answers].astype(np.float64)
        facts = {
            "share": plain(classical.difficulty[place]), "rest_correlation": plain(classical.discrimination[place]),
            "options": _options(rows[place], data.people[who], ability[who], classical.rest[answers]),
            "comparisons": _comparisons(right, ability[who], groups[who]), "times": _times(rows[place]),
        }  # fmt: skip
        found.append(ItemStatistics(version=rows[place], computed_at=now, answers=len(answers), facts=facts))
    ItemStatistics.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["version"], update_fields=["computed_at", "answers", "facts"]
    )


def _by_item(item: IntArray, count: int) -> Iterator[tuple[int, IntArray]]:
    """The places of the answers to each item."""
    order = np.argsort(item, kind="stable")
    edges = np.searchsorted(item[order], np.arange(count + 1))
    for place in range(count):
        yield place, order[edges[place] : edges[place + 1]]


def _abilities(data: BankAnswers, items: ScoredItems, prior: NormalPrior) -> FloatArray:
    """Where each person stands by the parameters in use, in portions of people."""
    everything = range(len(items))
    parts = [
        expected_a_posteriori(data.table(everything, slice(start, start + PEOPLE_AT_ONCE)), items, prior).estimate
        for start in range(0, len(data.people), PEOPLE_AT_ONCE)
    ]
    return np.concatenate(parts)


def _options(version: ItemVersion, people: IntArray, ability: FloatArray, rest: FloatArray) -> list[dict[str, Any]]:
    """What each option does; ``people`` rise, because the answers lie person by person."""
    options = options_of(version.item.kind, version.payload)
    if not options or len(people) < FEWEST_FOR_OPTIONS:
        return []
    took = np.zeros((len(people), len(options)))
    column = {option.key: place for place, option in enumerate(options)}
    seen = np.zeros(len(people), dtype=np.bool_)
    for person, keys in choices_of(version):
        row = int(np.searchsorted(people, person))
        if row < len(people) and people[row] == person and not seen[row]:
            seen[row] = True
            took[row, [column[key] for key in keys if key in column]] = 1
    one = analyse_item_options(took, [option.is_right for option in options], ability, rest)
    return [
        {
            "key": option.key, "is_key": option.is_right, "chosen": int(one.chosen[place]), "share": plain(one.share[place]),
            "thirds": [plain(share) for share in one.by_third[place]], "correlation": plain(one.correlation[place]),
            "unused": bool(one.unused[place]), "attracts_stronger": bool(one.attracts_stronger[place]),
            "weaker_take_key": bool(one.weaker_take_key[place]),
        }
        for place, option in enumerate(options)
    ]  # fmt: skip


def _times(version: ItemVersion) -> dict[str, Any] | None:
    """How long people took, where at least five were timed."""
    seconds = np.array(times_of(version)) / 1000
    if len(seconds) < SMALLEST_GROUP:
        return None
    rapid = rapid_guessing(seconds[:, None]).rapid
    return {"count": len(seconds), "median": plain(np.median(seconds)), "rapid": plain(rapid.mean())}


def _comparisons(right: FloatArray, ability: FloatArray, groups: IntArray) -> list[dict[str, Any]]:
    """Differences between groups of equal ability, each focal group beside its reference; no figures from too few answers."""
    found = []
    for number, comparison in enumerate(Comparison):
        for place in range(1, len(GROUP_NAMES[comparison])):
            group = groups[:, number]
            inside = (group == 0) | (group == place)
            focal = group[inside] == place
            line: dict[str, Any] = {
                "name": comparison.value, "group": place, "reference": int((~focal).sum()), "focal": int(focal.sum()),
            }  # fmt: skip
            if min(line["reference"], line["focal"]) >= FEWEST_PER_GROUP:
                scores, theta = right[inside][:, None], ability[inside]
                haenszel = mantel_haenszel(scores, focal, ability_strata(theta))
                logistic = logistic_dif(scores, focal, theta)
                line |= {
                    "delta": plain(haenszel.delta[0]), "delta_error": plain(haenszel.delta_error[0]),
                    "class": haenszel.size[0].value, "effect": plain(logistic.effect[0]),
                    "chance": plain(logistic.p_value[0]), "logistic_class": logistic.size[0].value,
                }  # fmt: skip
            found.append(line)
    return found
