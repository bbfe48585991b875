"""The mathematics alone: combining evidence and estimating abilities, without database or pages."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.databases import Cluster
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_plain_python


def measure(clusters: list[Cluster | None]) -> Record:
    """Seconds of CPU for one combination of 2.1 million pieces and for 1,000 abilities from 30 answers each."""
    record = Record(
        "science",
        "Mathematics of levels and abilities",
        "Arrays in memory, a fresh process, median of five runs after one to warm up; CPU time of the process.",
    )
    found, cost = in_plain_python("benchmarks.science:calculate")
    record.figures += [
        Figure("combine 2,100,000 pieces of evidence into 100,000 × 21 levels", found["combine"], "s CPU"),
        Figure(
            "1,000 simulated people × 30 items: ability and its error (EAP, 2PL) after each answer",
            found["eap"],
            "s CPU",
            0.5,
        ),
        Figure("peak memory of both", round(cost.peak_mb), "MB"),
    ]
    record.notes.append(
        "The peer's 25 s (catsim) include choosing every next item. Here every ability is estimated anew after each of its "
        "30 answers, but nothing is chosen: that is measured by `psychometrics`."
    )
    return record


def _median_cpu(work: Callable[[], object], runs: int = 5) -> float:
    work()
    seconds = []
    for _ in range(runs):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return round(statistics.median(seconds), 3)


def calculate() -> dict[str, Any]:
    """The inner half: both calculations on seeded data."""
    import numpy as np

    from bina.science.evidence import Evidence, Sources, StatusRules, combine
    from bina.science.psychometrics import NormalPrior, ScoredItems, expected_a_posteriori, probability

    rng = np.random.default_rng(7)
    people, competencies, items = 100_000, 21, 30
    size = people * competencies
    evidence = Evidence(
        person_index=np.repeat(np.arange(people), competencies),
        competency_index=np.tile(np.arange(competencies), people),
        source_index=rng.integers(0, 4, size),
        value=np.clip(rng.normal(2.0, 0.8, size), 0.0, 5.0),
        sd=rng.uniform(0.3, 0.8, size),
        age_years=rng.uniform(0.0, 3.0, size),
    )
    sources = Sources(
        bias=np.zeros(4),
        sd_floor=np.full(4, 0.25),
        drift_per_year=np.full(4, 0.25),
        can_prove=np.ones(4, dtype=np.bool_),
    )
    shape = (people, competencies)
    needed, mean, spread = np.full(shape, 2.0), np.full(shape, 2.0), np.ones(shape)

    def all_levels() -> object:
        return combine(
            evidence, sources, persons=people, competencies=competencies, prior_mean=mean, prior_sd=spread,
            required=needed, rules=StatusRules(),
        )  # fmt: skip

    form = ScoredItems.without_guessing(rng.uniform(0.8, 2.0, items), rng.uniform(0.5, 4.0, items))
    true = rng.normal(2.0, 1.0, 1_000)

    def all_abilities() -> object:
        right = (rng.random((1_000, items)) < probability(true, form)).astype(np.float64)
        given = np.full_like(right, np.nan)
        for answered in range(items):
            given[:, answered] = right[:, answered]
            expected_a_posteriori(given, form, NormalPrior(2.0, 1.0))
        return given

    return {"combine": _median_cpu(all_levels), "eap": _median_cpu(all_abilities)}
