"""Tests that choose, and items that are calibrated: speed and precision beside other programs, and the answer request."""

import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks import examinees, peers
from benchmarks.databases import Cluster
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_plain_python
from benchmarks.seeded import MEAN, SD, Bank, answers_of, bank_of, people_of, rmse, seeds_of, shipped_bank
from benchmarks.speed import Speedometer, last_processor

if TYPE_CHECKING:
    from bina.science.psychometrics import ScoredItems
    from bina.science.psychometrics.adaptive import ChoiceRules, ItemPool

ITEMS, LENGTH, PEOPLE, RUNS_OF_CATSIM = 1_000, 30, 1_000, 3
AREAS, SHORTLIST, FAMILY_SIZE, FAMILIES = 5, 5, 4, 50
SMALL_BANK, MANY_PEOPLE = 250, 10_000
PRECISION, MOST_ITEMS, MOST_EXPOSED = 0.30, 60, 0.25
AIMED = 0.22  # as the program aims
# People, items, runs on the same answers, promised seconds, and how many sets of answers the errors are the mean of.
CALIBRATIONS = ((5_000, 60, 5, 0.5, 10), (50_000, 100, 3, 9.0, 3))
SEEN_SHARE = 0.1


def measure(clusters: list[Cluster | None]) -> Record:
    """Choice, simulation, calibration and efficiency, each beside the peers; then answers over HTTP on each database."""
    record = Record(
        "psychometrics",
        "Adaptive tests and calibration",
        "Seeded banks, people and answers; arrays in memory, a fresh process for each program. Seconds are CPU time of all "
        "threads, median of five runs (three of the large calibration and of catsim's simulator, one of missing data; girth "
        "calibrates each set of answers once). The peers are catsim and girth from PyPI, run right beside on the same banks, "
        "people and answers. "
        f"Banks have slopes around 1.4 and difficulties evenly over 0.2 to 4.6; people are N({MEAN:g}, {SD:g}²) levels. "
        f"Content balance means {AREAS} areas with equal shares; the first items of a test are drawn from the {SHORTLIST} best, "
        f"later ones are the best; exposure is steered towards {AIMED:g} by item eligibility; "
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
    record.notes.append(
        "Errors of calibrations are judged to the thousandth, beside girth's on the same answers: both programs look for the same "
        "maximum of the same likelihood, and over so few sets of answers their errors are known to one or two thousandths only."
    )
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
        beside={"RMSE": round(found["full"]["rmse"], 4)},
    )
    exposed = Figure(
        f"the most exposed item of these {PEOPLE:,} × {LENGTH}, the largest of all runs", round(found["full"]["exposure"], 4),
        "of all tests", MOST_EXPOSED,
    )  # fmt: skip
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
    return [full, exposed, plain]


def _of_calibrating(has_peers: bool) -> list[Figure]:
    figures = []
    for people, items, runs, limit, sets in CALIBRATIONS:
        found, cost = in_plain_python(
            "benchmarks.psychometrics:calibrate_often", people=people, items=items, runs=runs, sets=sets
        )
        beside = {**_course(found), "peak memory": f"{cost.peak_mb:,.0f} MB"}
        other = peers.ask("calibrate", people=people, items=items, sets=sets) if has_peers else None
        if other:
            beside["girth"] = f"{other['seconds']:.1f} s CPU"
        what = f"2PL calibration of {people:,} people × {items} items, with standard errors"
        figures.append(Figure(what, round(found["seconds"], 2), "s CPU", limit, beside=beside))
        figures += [_error_of(name, people, items, found, other) for name in ("a", "b")]
    people, items, _runs, _limit, _sets = CALIBRATIONS[-1]
    found, _cost = in_plain_python(
        "benchmarks.psychometrics:calibrate_often", people=people, items=items, runs=1, seen_share=SEEN_SHARE
    )
    what = f"the same {people:,} × {items} with {1 - SEEN_SHARE:.0%} missing by design"
    errors = {f"RMSE of {name}": f"{found[name][0]:.4f}" for name in ("a", "b")}
    return [*figures, Figure(what, round(found["seconds"], 2), "s CPU", beside={**errors, **_course(found)})]


def _course(found: dict[str, Any]) -> dict[str, Any]:
    return {"wall": f"{found['wall']:.2f} s", "rounds of EM": int(found["rounds"])}


def _error_of(name: str, people: int, items: int, found: dict[str, Any], other: dict[str, Any] | None) -> Figure:
    """The error of the slopes (a) or the difficulties (b), the mean over several sets of answers, beside the peer's on the same.

    Both are compared to the thousandth: over so few sets they are themselves known to one or two thousandths only.
    """
    ours = found[name]
    mean = sum(ours) / len(ours)
    figure = Figure(
        f"RMSE of {name} in calibrations of {people:,} × {items}, mean of {len(ours)} sets of answers", round(mean, 3),
        "sd of ability" if name == "b" else "per sd of ability", beside={"to four places": f"{mean:.4f}"},
    )  # fmt: skip
    if other:
        theirs = other[name]
        figure.limit = round(sum(theirs) / len(theirs), 3)
        smaller = sum(own <= its for own, its in zip(ours, theirs, strict=True))
        figure.beside["girth"] = (
            f"{sum(theirs) / len(theirs):.4f}, the larger of the two in {smaller} of {len(ours)} sets"
        )
    return figure


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
        "an adaptive test stops at the same error for everybody. “Equal precision” can be read both ways, so both are shown and "
        "judged: a fixed form that brings as many people to that error, and one whose mean error is as small. The second is not "
        "a matter of the choosing of items (below)."
    )
    error, bound, shipped = found["error"]["length"], found["bound"], found["shipped"]
    record.notes.append(
        f"What the bank allows: an error of {PRECISION:.2f} takes a Fisher information of {1 / PRECISION**2 - 1 / SD**2:.1f} "
        f"beside the prior. Choosing by linear programming for people whose levels were known beforehand would take "
        f"{bound['free']:.1f} items on average without any rule and {bound['ruled']:.1f} with content balance and an exposure of "
        f"at most {MOST_EXPOSED:.0%}: {bound['free'] / error:.2f} and {bound['ruled'] / error:.2f} of the {error} items of the fixed "
        "form of the same mean error, whose items are met by everybody. By this measure no test is shorter, and a real one first has "
        f"to find the level; so half of that form is out of reach in this bank. A bank like those that ship does not change that: "
        f"with the parameters of the {shipped['items']} shipped items, {shipped['lowest']:g} to {shipped['highest']:g} levels, even "
        f"known levels would take {shipped['free']:.1f} items, {shipped['free'] / shipped['form']:.2f} of the {shipped['form']} of "
        f"the form with a mean error of {PRECISION:.2f}. Half needs people who differ far more than items reach, which would be "
        f"other people and not a better test. Where fixed forms may not be known to more "
        f"people either, four parallel ones are needed, of {found['parallel']['length']} items each for that mean error."
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
        "exposure": float(max(run.exposure.max() for run in runs)),
    }


def calibrate_often(people: int, items: int, runs: int, sets: int = 1, seen_share: float = 1.0) -> dict[str, Any]:
    """The inner half: seconds of a calibration (the run of median CPU time), and its errors for each of several sets of answers."""
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
    errors = [(rmse(found.items.discrimination, bank.slope), rmse(found.items.difficulty, bank.place))]
    for seed in seeds_of(sets)[1:]:
        bank, answers = answers_of(people, items, seed)
        again = calibrate(answers, model=Model.TWO_PARAMETER).items
        errors.append((rmse(again.discrimination, bank.slope), rmse(again.difficulty, bank.place)))
    return {
        "seconds": seconds,
        "wall": waited,
        "rounds": found.rounds,
        "a": [row[0] for row in errors],
        "b": [row[1] for row in errors],
    }


def efficiency() -> dict[str, dict[str, Any]]:
    """The inner half: an adaptive test, and the shortest best fixed forms that are as good by share and by mean error."""
    import numpy as np

    from bina.science.psychometrics import ScoredItems, information
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

    def fixed(pool: ScoredItems, length: int) -> dict[str, Any]:
        form = best_fixed_form(pool, length, mean=MEAN, sd=SD)
        run = simulate_fixed(pool, form, truth, np.random.default_rng(6), prior_mean=MEAN, prior_sd=SD)
        return told(run) | {"length": length}

    def shortest(is_enough: Callable[[dict[str, Any]], bool], pool: ScoredItems = items) -> dict[str, Any]:
        low, high = 1, len(pool)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_enough(fixed(pool, middle)) else (middle + 1, high)
        form = fixed(pool, low)
        return form | {"is_enough": is_enough(form)}

    quantiles = np.quantile(truth, np.linspace(0.01, 0.99, 99))

    def parallel(length: int) -> dict[str, Any]:
        """Four forms without a common item, the best items dealt out in turn; a quarter of the people sit each."""
        best = best_fixed_form(items, 4 * length, mean=MEAN, sd=SD)
        ranked = best[np.argsort(-information(quantiles, items).mean(axis=0)[best], kind="stable")]
        turns = np.arange(len(ranked)) % 8
        errors = [
            simulate_fixed(
                items, np.sort(ranked[(turns == form) | (turns == 7 - form)]), truth[form::4], np.random.default_rng(6),
                prior_mean=MEAN, prior_sd=SD,
            ).standard_error
            for form in range(4)
        ]  # fmt: skip
        return {"length": length, "error": float(np.concatenate(errors).mean())}

    shipped = shipped_bank()
    real = _items_of(shipped)
    return {
        "adaptive": adaptive,
        "shipped": {
            "items": len(shipped),
            "lowest": float(shipped.place.min()),
            "highest": float(shipped.place.max()),
            "free": fewest_items(real, None),
            "form": shortest(lambda form: bool(form["error"] <= PRECISION), real)["length"],
        },
        "bound": {"free": fewest_items(items, None), "ruled": fewest_items(items, MOST_EXPOSED)},
        "parallel": next(
            form for form in map(parallel, range(1, SMALL_BANK // 4)) if form["error"] <= adaptive["error"]
        ),
        "share": shortest(lambda form: bool(form["share"] >= adaptive["share"])),
        "error": shortest(lambda form: bool(form["error"] <= adaptive["error"])),
    }


def fewest_items(items: "ScoredItems", most_exposed: float | None) -> float:
    """A lower bound on the mean length of any test that reaches `PRECISION`: choosing when every level is known beforehand.

    A linear programme: for each level t of a grid over N(MEAN, SD^2) with weights p_t, shares x_ti of the people there who get
    item i; minimise sum of p_t x_ti, with sum over i of I_i(t) x_ti >= 1 / PRECISION^2 - 1 / SD^2 (where `MOST_ITEMS` items
    cannot reach it: as much as they can). With ``most_exposed`` also sum over t of p_t x_ti <= most_exposed for each item, and
    the same number of items from each of `AREAS` areas (the place of an item modulo AREAS) at every level.
    """
    import numpy as np
    from scipy import optimize, sparse

    from bina.science.psychometrics import information

    levels = np.linspace(MEAN - 3.5 * SD, MEAN + 3.5 * SD, 29)
    weight = np.exp(-(((levels - MEAN) / SD) ** 2) / 2)
    weight /= weight.sum()
    told = information(levels, items)
    reachable = np.sort(told, axis=1)[:, -MOST_ITEMS:].sum(axis=1)
    needed = np.minimum(1 / PRECISION**2 - 1 / SD**2, 0.999 * reachable)
    count = len(items)
    limits, ends, balance = [sparse.block_diag([-row[None] for row in told])], [-needed], None
    if most_exposed is not None:
        limits.append(sparse.hstack([share * sparse.eye(count) for share in weight]))
        ends.append(np.full(count, most_exposed))
        area = np.arange(count) % AREAS
        rows = np.array([(area == place) - 1.0 * (area == AREAS - 1) for place in range(AREAS - 1)])
        balance = sparse.block_diag([rows] * len(levels)).toarray()
    found = optimize.linprog(
        np.repeat(weight, count), A_ub=sparse.vstack(limits).toarray(), b_ub=np.concatenate(ends), A_eq=balance,
        b_eq=None if balance is None else np.zeros(balance.shape[0]), bounds=(0, 1), method="highs",
    )  # fmt: skip
    if not found.success or found.fun is None:
        raise RuntimeError(f"the bound was not found: {found.message}")
    return float(found.fun)
