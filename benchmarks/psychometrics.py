"""Tests that choose, and items that are calibrated: speed and precision beside other programs, and the answer request."""

import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks import examinees, peers
from benchmarks.databases import Cluster
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_plain_python
from benchmarks.seeded import MEAN, SD, Bank, answers_of, bank_of, people_of, rmse
from benchmarks.speed import Speedometer, last_processor

if TYPE_CHECKING:
    from bina.science.psychometrics import ScoredItems
    from bina.science.psychometrics.adaptive import ChoiceRules, ItemPool

ITEMS, LENGTH, PEOPLE, RUNS_OF_CATSIM = 1_000, 30, 1_000, 3
AREAS, SHORTLIST, FAMILY_SIZE, FAMILIES = 5, 5, 4, 50
SMALL_BANK, MANY_PEOPLE = 250, 10_000
PRECISION, MOST_ITEMS, AIMED, MOST_EXPOSED = 0.30, 60, 0.23, 0.25
CALIBRATIONS = ((5_000, 60, 5, 0.5), (50_000, 100, 3, 9.0))  # people, items, runs, promised seconds
SEEN_SHARE = 0.1


def measure(clusters: list[Cluster | None]) -> Record:
    """Choice, simulation, calibration and efficiency, each beside the peers; then answers over HTTP on each database."""
    record = Record(
        "psychometrics",
        "Adaptive tests and calibration",
        "Seeded banks, people and answers; arrays in memory, a fresh process for each program. Seconds are CPU time of all "
        "threads, median of five runs (three of the large calibration and of catsim's simulator, one of girth and of missing "
        "data). The peers are catsim and girth from PyPI, run right beside on the same banks, people and answers. "
        f"Banks have slopes around 1.4 and difficulties evenly over 0.2 to 4.6; people are N({MEAN:g}, {SD:g}²) levels. "
        f"Content balance means {AREAS} areas with equal shares; exposure is steered towards {AIMED:g} by item eligibility; "
        f"families are {FAMILIES} groups of {FAMILY_SIZE} items of which a person meets one. "
        "The answer request is what the browser sends for each question of the diagnostic (one form, one part of a page "
        f"back), asked of `bina serve` as operators start it, without its worker, in a demo of {examinees.EMPLOYEES:,} employees.",
    )
    why_not = peers.install()
    if why_not:
        record.missing.append(f"the figures of catsim and girth: they could not be installed ({why_not})")
    else:
        record.versions.update(peers.ask("versions"))
    has_peers = not why_not
    record.figures += [*_of_choosing(has_peers), *_of_simulating(has_peers), *_of_calibrating(has_peers)]
    _add_efficiency(record)
    speed = Speedometer(last_processor())
    for cluster in clusters:
        try:
            examinees.add_figures(record, cluster, speed)
        except (RuntimeError, OSError) as error:
            # What was measured before the trouble stays.
            traceback.print_exc()
            label = "PostgreSQL" if cluster else "SQLite"
            record.missing.append(f"{label}: answers after a failure ({str(error).splitlines()[0]})")
    return record


def _of_choosing(has_peers: bool) -> list[Figure]:
    found, _cost = in_plain_python("benchmarks.psychometrics:choose")
    beside = {"with noting it and closing its family": f"{found['taken']:.4f} ms"}
    if has_peers:
        alone = peers.ask("choose", items=ITEMS, steps=LENGTH, tests=5)
        beside["catsim's selector alone, without any of the three"] = f"{alone:.3f} ms"
    what = f"next item from {ITEMS:,} under content balance, exposure control and families"
    return [Figure(what, round(found["chosen"], 4), "ms CPU", 0.015, beside=beside)]


def _of_simulating(has_peers: bool) -> list[Figure]:
    found, _cost = in_plain_python("benchmarks.psychometrics:simulate")
    what = f"{PEOPLE:,} simulated people × {LENGTH} items from {ITEMS:,}"
    full = Figure(
        f"{what}, under content balance, exposure control and families",
        round(found["full"]["seconds"], 3),
        "s CPU",
        0.5,
        beside={"RMSE": round(found["full"]["rmse"], 4), "most exposed item": round(found["full"]["exposure"], 3)},
    )
    plain = Figure(
        f"{what}, always the most telling item: RMSE",
        round(found["plain"]["rmse"], 4),
        "levels",
        beside={
            "s CPU": round(found["plain"]["seconds"], 3),
            "runs": "{:.4f} to {:.4f}".format(*found["plain"]["spread"]),
        },
    )
    if has_peers:
        other = peers.ask("simulate", items=ITEMS, people=PEOPLE, length=LENGTH, runs=RUNS_OF_CATSIM)
        few = "" if other["people"] == PEOPLE else f" for {other['people']} people, as all would take over a minute"
        full.beside["catsim without any of the three"] = f"{other['seconds']:.1f} s{few}"
        plain.limit = round(other["rmse"], 4)
        low, high = other["spread"]
        plain.beside["catsim"] = f"{other['rmse']:.4f}{few} (its runs {low:.4f} to {high:.4f})"
    return [full, plain]


def _of_calibrating(has_peers: bool) -> list[Figure]:
    figures = []
    for people, items, runs, limit in CALIBRATIONS:
        found, cost = in_plain_python("benchmarks.psychometrics:calibrate_often", people=people, items=items, runs=runs)
        beside = {**_errors(found), "peak memory": f"{cost.peak_mb:,.0f} MB"}
        if has_peers:
            other = peers.ask("calibrate", people=people, items=items)
            beside["girth"] = f"{other['seconds']:.1f} s CPU, RMSE of a {other['a']:.4f}, of b {other['b']:.4f}"
        what = f"2PL calibration of {people:,} people × {items} items, with standard errors"
        figures.append(Figure(what, round(found["seconds"], 2), "s CPU", limit, beside=beside))
    people, items, _runs, _limit = CALIBRATIONS[-1]
    found, _cost = in_plain_python(
        "benchmarks.psychometrics:calibrate_often", people=people, items=items, runs=1, seen_share=SEEN_SHARE
    )
    what = f"the same {people:,} × {items} with {1 - SEEN_SHARE:.0%} missing by design"
    return [*figures, Figure(what, round(found["seconds"], 2), "s CPU", beside=_errors(found))]


def _errors(found: dict[str, float]) -> dict[str, Any]:
    return {
        "RMSE of a": f"{found['a']:.4f}",
        "RMSE of b": f"{found['b']:.4f}",
        "wall": f"{found['wall']:.2f} s",
        "rounds of EM": int(found["rounds"]),
    }


def _add_efficiency(record: Record) -> None:
    found, _cost = in_plain_python("benchmarks.psychometrics:efficiency")
    run = found["adaptive"]
    record.figures.append(
        Figure(
            f"items that an adaptive test from {SMALL_BANK} asks until the error is at most {PRECISION:.2f}, mean",
            round(run["length"], 1),
            "items",
            beside={
                "95 % end within": f"{run['longest']:.0f} items",
                "share reaching it": f"{run['share']:.1%}",
                "mean error": f"{run['error']:.3f}",
                "bias": f"{run['bias']:.4f}",
                "RMSE": f"{run['rmse']:.3f}",
            },
        )
    )
    record.figures.append(
        Figure("the most exposed item of it", round(run["exposure"], 4), "of all tests", MOST_EXPOSED)
    )
    for name, what in (("share", "the same share reach that error"), ("error", "the mean error is the same")):
        form = found[name]
        beside = {
            "fixed form": f"{form['length']} items",
            "its share": f"{form['share']:.1%}",
            "its mean error": f"{form['error']:.3f}",
            "its RMSE": f"{form['rmse']:.3f}",
        }
        record.figures.append(
            Figure(
                f"length against the best fixed form with which {what}",
                round(run["length"] / form["length"], 2),
                "of it",
                0.5,
                beside=beside,
            )
        )
        if not form["is_enough"]:
            record.missing.append(f"a fixed form with which {what}: even all {SMALL_BANK} items do not suffice")
    record.notes.append(
        f"Efficiency: {MANY_PEOPLE:,} simulated people, at most {MOST_ITEMS} items each. A fixed form of the same mean error "
        "is short because it measures people near the middle more precisely than needed and those at the ends far less; "
        "an adaptive test stops at the same error for everybody. So both comparisons are shown."
    )


def _items_of(bank: Bank) -> "ScoredItems":
    from bina.science.psychometrics import ScoredItems

    return ScoredItems.without_guessing(bank.slope, bank.place)


def _full_pool(count: int) -> "tuple[ItemPool, ChoiceRules]":
    """A bank with areas and families, and the rules of content balance."""
    import numpy as np

    from bina.science.psychometrics.adaptive import ChoiceRules, ItemPool

    number = np.arange(count)
    family = np.where(number < FAMILIES * FAMILY_SIZE, number // FAMILY_SIZE, -1)
    pool = ItemPool.of(_items_of(bank_of(count)), area=number % AREAS, family=family)
    return pool, ChoiceRules(shares=(1 / AREAS,) * AREAS, shortlist=SHORTLIST)


def choose(tests: int = 200, repeats: int = 10) -> dict[str, float]:
    """The inner half: CPU milliseconds of one choice, and of a choice with what noting it costs."""
    import numpy as np

    from bina.science.psychometrics.adaptive import begin, choose_item, draw_eligible, take

    pool, rules = _full_pool(ITEMS)
    rng = np.random.default_rng(4)
    abilities = people_of(tests * LENGTH)
    chance = rng.uniform(0.3, 1.0, ITEMS)
    draws = rng.random((tests * LENGTH, repeats)).tolist()
    choosing, taking, number = 0.0, 0.0, 0
    for _ in range(tests):
        progress = begin(pool, draw_eligible(chance, rng.random(ITEMS)))
        for step in range(LENGTH):
            theta, sd = float(abilities[number]), 1 / (1 + step) ** 0.5
            started = time.process_time()
            for draw in draws[number]:
                chosen = choose_item(pool, rules, progress, theta, sd, draw)
            middle = time.process_time()
            take(pool, progress, chosen)
            taking += time.process_time() - middle
            choosing += middle - started
            number += 1
    one = 1000 * choosing / number / repeats
    return {"chosen": one, "taken": one + 1000 * taking / number}


def _median_of(work: Callable[[], object], runs: int = 5) -> float:
    """CPU seconds of one run, after one to warm up."""
    seconds = []
    for _ in range(runs + 1):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return sorted(seconds[1:])[runs // 2]


def simulate() -> dict[str, dict[str, Any]]:
    """The inner half: CPU seconds, error and exposure of a simulation, under all rules and under none."""
    from bina.science.psychometrics.adaptive import ChoiceRules, ItemPool

    pool, rules = _full_pool(ITEMS)
    plain = ItemPool.of(_items_of(bank_of(ITEMS)))
    return {"full": _simulated(pool, rules, AIMED), "plain": _simulated(plain, ChoiceRules(shortlist=1), None)}


def _simulated(pool: "ItemPool", rules: "ChoiceRules", most_exposed: float | None) -> dict[str, Any]:
    import numpy as np

    from bina.science.psychometrics.adaptive import AdaptiveRun, StoppingRule, simulate_adaptive

    truth, rng = people_of(PEOPLE), np.random.default_rng(5)
    runs: list[AdaptiveRun] = []

    def sit() -> None:
        runs.append(
            simulate_adaptive(
                pool, truth, rng, rules=rules, stop=StoppingRule(most=LENGTH), prior_mean=MEAN, prior_sd=SD,
                most_exposed=most_exposed,
            )
        )  # fmt: skip

    return {
        "seconds": _median_of(sit),
        "rmse": float(np.mean([run.rmse for run in runs])),
        "spread": [min(run.rmse for run in runs), max(run.rmse for run in runs)],
        "exposure": float(np.mean([run.exposure.max() for run in runs])),
    }


def calibrate_often(people: int, items: int, runs: int, seen_share: float = 1.0) -> dict[str, float]:
    """The inner half: seconds (the run of median CPU time) and errors of a calibration."""
    import numpy as np

    from bina.science.psychometrics import Model, calibrate

    bank, answers = answers_of(people, items)
    if seen_share < 1:
        # Each person sees so many items from a place of their own on, round the bank: every item equally often.
        seen = (np.arange(items) - np.arange(people)[:, None] * 7) % items < round(seen_share * items)
        answers[~seen] = np.nan
    # What a process does only once (threads of the matrix library, tables of scipy) is not calibrating.
    calibrate(answers_of(500, 5)[1], model=Model.TWO_PARAMETER)
    taken = []
    for _ in range(runs):
        wall, started = time.perf_counter(), time.process_time()
        found = calibrate(answers, model=Model.TWO_PARAMETER)
        taken.append((time.process_time() - started, time.perf_counter() - wall))
    if not found.converged or not np.isfinite(found.standard_errors[:, :2]).all():
        raise RuntimeError("the calibration did not converge")
    seconds, waited = sorted(taken)[runs // 2]
    return {
        "seconds": seconds,
        "wall": waited,
        "rounds": found.rounds,
        "a": rmse(found.items.discrimination, bank.slope),
        "b": rmse(found.items.difficulty, bank.place),
    }


def efficiency() -> dict[str, dict[str, Any]]:
    """The inner half: an adaptive test, and the shortest best fixed forms that are as good by share and by mean error."""
    import numpy as np

    from bina.science.psychometrics.adaptive import (
        AdaptiveRun,
        ChoiceRules,
        ItemPool,
        StoppingRule,
        best_fixed_form,
        simulate_adaptive,
        simulate_fixed,
    )

    items, truth = _items_of(bank_of(SMALL_BANK)), people_of(MANY_PEOPLE)

    def told(run: AdaptiveRun) -> dict[str, Any]:
        return {
            "length": float(run.length.mean()),
            "longest": float(np.quantile(run.length, 0.95)),
            "share": float((run.standard_error <= PRECISION).mean()),
            "error": float(run.standard_error.mean()),
            "bias": run.bias,
            "rmse": run.rmse,
            "exposure": float(run.exposure.max()),
        }

    adaptive = told(
        simulate_adaptive(
            ItemPool.of(items, area=np.arange(SMALL_BANK) % AREAS), truth, np.random.default_rng(6),
            rules=ChoiceRules(shares=(1 / AREAS,) * AREAS, shortlist=SHORTLIST),
            stop=StoppingRule(most=MOST_ITEMS, precision=PRECISION), prior_mean=MEAN, prior_sd=SD, most_exposed=AIMED,
        )
    )  # fmt: skip

    def fixed(length: int) -> dict[str, Any]:
        form = best_fixed_form(items, length, mean=MEAN, sd=SD)
        run = simulate_fixed(items, form, truth, np.random.default_rng(6), prior_mean=MEAN, prior_sd=SD)
        return told(run) | {"length": length}

    def shortest(is_enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        low, high = 1, SMALL_BANK
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_enough(fixed(middle)) else (middle + 1, high)
        form = fixed(low)
        return form | {"is_enough": is_enough(form)}

    return {
        "adaptive": adaptive,
        "share": shortest(lambda form: bool(form["share"] >= adaptive["share"])),
        "error": shortest(lambda form: bool(form["error"] <= adaptive["error"])),
    }
