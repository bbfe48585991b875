"""What has changed between two calibrations of a bank: linking constants, anchors that moved, items that drift."""

from typing import Any

import numpy as np

from bina.assessment.actions.scoring import prior_for
from bina.assessment.models import CalibrationRun, ItemVersion
from bina.assessment.rules import CalibrationState
from bina.competencies.queries import published_framework
from bina.science.arrays import BoolArray
from bina.science.psychometrics import LinkMethod, ScoredItems, check_link, drift_over_time, link

FEWEST_ANCHORS = 3
METHODS = (LinkMethod.STOCKING_LORD, LinkMethod.MEAN_SIGMA)


def plain(number: Any) -> float | None:
    """A number for JSON, which knows no NaN."""
    return round(float(number), 6) if np.isfinite(number) else None


def compared_with_the_last(run: CalibrationRun) -> dict[str, Any]:
    """A calculated run beside the one before it; empty where the bank has none.

    {"run": public id, "on": its moment, "published", "common": how many item versions both hold, "renewed": versions of
    items that have got new words since, "links": per method {"method", "slope", "intercept"} over all common items and
    again ("kept_slope", "kept_intercept") without those that moved, "lines": per common version {"version", "a", "b",
    "a_error", "b_error" as they were then, "difference", "z", "drifted", "unstable"}}. Both runs stand on the bank's scale,
    so a slope of 1 and an intercept of 0 mean that nothing shifted. Fewer than three common items give no links.
    """
    last = (
        CalibrationRun.objects.filter(bank=run.bank_id, pk__lt=run.pk)
        .exclude(state__in=[CalibrationState.WAITING, CalibrationState.FAILED])
        .order_by("-id")
        .first()
    )
    if last is None:
        return {}
    before = {line["version"]: line for line in last.lines if line["b_error"]}
    pairs = [(before[line["version"]], line) for line in run.lines if line["version"] in before and line["b_error"]]
    found: dict[str, Any] = {
        "run": str(last.public_id), "on": (last.finished_at or last.requested_at).isoformat(),
        "published": last.state == CalibrationState.PUBLISHED, "common": len(pairs), "renewed": _renewed(last, run),
        "links": [], "lines": [],
    }  # fmt: skip
    if len(pairs) < FEWEST_ANCHORS:
        return found
    prior = prior_for(published_framework(run.bank.framework_code).level_count)
    mean, sd = float(np.asarray(prior.mean)), float(np.asarray(prior.sd))
    old, new = (ScoredItems.without_guessing([p[k]["a"] for p in pairs], [p[k]["b"] for p in pairs]) for k in (0, 1))
    unstable = check_link(new, old, link(new, old, mean=mean, sd=sd), mean=mean, sd=sd).flagged
    found["links"] = [
        {
            "method": method.value,
            **_constants(new, old, method, mean, sd),
            **_without(unstable, new, old, method, mean, sd),
        }
        for method in METHODS
    ]
    drift = drift_over_time(
        old.difficulty, [was["b_error"] for was, _is in pairs], new.difficulty, [now["b_error"] for _was, now in pairs]
    )
    found["lines"] = [
        {
            "version": now["version"], "a": was["a"], "b": was["b"], "a_error": was["a_error"], "b_error": was["b_error"],
            "difference": plain(drift.difference[place]), "z": plain(drift.standardized[place]),
            "drifted": bool(drift.flagged[place]), "unstable": bool(unstable[place]),
        }
        for place, (was, now) in enumerate(pairs)
    ]  # fmt: skip
    return found


def _constants(
    new: ScoredItems, old: ScoredItems, method: LinkMethod, mean: float, sd: float
) -> dict[str, float | None]:
    change = link(new, old, method=method, mean=mean, sd=sd)
    return {"slope": plain(change.slope), "intercept": plain(change.intercept)}


def _without(
    unstable: BoolArray, new: ScoredItems, old: ScoredItems, method: LinkMethod, mean: float, sd: float
) -> dict[str, float | None]:
    """The constants from the anchors that stayed, where some moved and enough are left."""
    stay = ~unstable
    if not unstable.any() or stay.sum() < FEWEST_ANCHORS:
        return {"kept_slope": None, "kept_intercept": None}
    kept = _constants(new.only(stay), old.only(stay), method, mean, sd)
    return {"kept_slope": kept["slope"], "kept_intercept": kept["intercept"]}


def _renewed(last: CalibrationRun, run: CalibrationRun) -> list[int]:
    """Versions of this run whose item the last run held in other words, so that they cannot be anchors."""
    then, now = {line["version"] for line in last.lines}, {line["version"] for line in run.lines}
    item_of = dict(ItemVersion.objects.filter(pk__in=then | now).values_list("pk", "item_id"))
    known = {item_of[pk] for pk in then - now if pk in item_of}
    return sorted(pk for pk in now - then if item_of.get(pk) in known)
