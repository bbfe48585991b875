"""Writes docs/reference/measurement.md: how well the measuring measures, tried on simulated people whose truth is known.

Run `python -m tools.measurement` after a change of the science; it takes about half a minute and the same seeds give the
same page up to rounding. The page keeps a digest of what it was made from; `python -m tools.measurement check`, a step of
`make check`, fails when that has changed since. Nothing here is used by the program.
"""

import hashlib
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bina.assessment.rules.adaptive import AIMED_EXPOSURE
from bina.science.arrays import FloatArray
from bina.science.evidence import Evidence, Sources, StatusRules, combine
from bina.science.psychometrics import DifClass, ScoredItems, calibrate, mantel_haenszel, probability, score_strata
from bina.science.psychometrics.adaptive import (
    ChoiceRules,
    ItemPool,
    StoppingRule,
    best_fixed_form,
    simulate_adaptive,
    simulate_fixed,
)

REPETITIONS = 10
ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
HEAD = """# How well Bina measures

<!-- Written by `python -m tools.measurement`; do not edit. -->
<!-- made from: {digest} -->

Everything here was tried on simulated people whose true level is known, with the same functions that the program uses
(`bina.science`). Levels are on the scale of the frameworks: 1 is a whole level. What was measured on real machines, and the
comparison with other programs, stands in [benchmarks/RESULTS.md](../../benchmarks/RESULTS.md).
"""


def picture(
    name: str,
    x: Sequence[float],
    series: dict[str, Sequence[float]],
    *,
    label: str,
    low: float,
    high: float,
    dots: bool = False,
) -> str:
    """Write an SVG with lines or dots over a common scale; returns the Markdown that shows it."""
    left, right = min(x), max(x)
    inks = ("#005670", "#e8a32d", "#8a3b12")

    def at(place: float, height: float) -> tuple[float, float]:
        return 50 + 520 * (place - left) / (right - left), 260 - 230 * (height - low) / (high - low)

    parts = [
        f'<text x="{at(tick, low)[0]:.1f}" y="280" text-anchor="middle">{tick:g}</text>'
        for tick in np.linspace(left, right, 5)
    ]
    for tick in np.linspace(low, high, 5):
        level = at(left, float(tick))[1]
        parts += [
            f'<line x1="50" x2="570" y1="{level:.1f}" y2="{level:.1f}" stroke="#ddd"/>',
            f'<text x="42" y="{level + 4:.1f}" text-anchor="end">{tick:.3g}</text>',
        ]
    for (words, heights), ink, row in zip(series.items(), inks, range(3), strict=False):
        places = [at(float(a), float(b)) for a, b in zip(x, heights, strict=True)]
        if dots:
            parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{ink}" fill-opacity="0.6"/>' for a, b in places]
        else:
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="2.5"/>')
        parts.append(f'<text x="570" y="{22 + 16 * row}" text-anchor="end" fill="{ink}">{words}</text>')
    (FOLDER / "images").mkdir(exist_ok=True)
    (FOLDER / "images" / f"{name}.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 290" font-family="sans-serif" font-size="12">'
        f'<rect width="600" height="290" fill="#fff"/>{"".join(parts)}</svg>\n',
        encoding="utf-8",
    )
    return f"![{label}](images/{name}.svg)\n"


def section(title: str, words: str, head: Sequence[str], rows: Sequence[Sequence[str]], shown: str = "") -> str:
    """A part of the page: what was tried, the table, the picture."""
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"\n## {title}\n\n{textwrap.fill(words, 150)}\n\n{table}\n" + (f"\n{shown}" if shown else "")


def rmse(found: FloatArray, truth: FloatArray) -> float:
    """Root mean squared error."""
    return float(np.sqrt(((found - truth) ** 2).mean()))


def people_and_answers(persons: int, items: ScoredItems, seed: int, missing: float = 0.0) -> FloatArray:
    """Answers of people from N(0, 1), a share of them missing by design."""
    rng = np.random.default_rng(seed)
    answers = (rng.random((persons, len(items))) < probability(rng.normal(size=persons), items)).astype(np.float64)
    answers[rng.random(answers.shape) < missing] = np.nan
    return answers


def recovery() -> str:
    """Are the parameters of items found again?"""
    rng = np.random.default_rng(1)
    known = ScoredItems.without_guessing(rng.uniform(0.7, 2.0, 60), rng.uniform(-2, 2, 60))
    rows = []
    for persons, missing in ((300, 0.0), (1_000, 0.0), (5_000, 0.0), (5_000, 0.9), (20_000, 0.9)):
        places, slopes, held = [], [], []
        for seed in range(REPETITIONS):
            found = calibrate(people_and_answers(persons, known, seed, missing))
            places.append(rmse(found.items.difficulty, known.difficulty))
            slopes.append(rmse(found.items.discrimination, known.discrimination))
            pulls = (found.items.difficulty - known.difficulty) / found.standard_errors[:, 1]
            held.append((np.abs(pulls) < 1.645).mean())
        rows.append(
            [
                f"{persons:,}",
                f"{missing:.0%}",
                f"{np.mean(places):.3f}",
                f"{np.mean(slopes):.3f}",
                f"{np.mean(held):.0%}",
            ]
        )
        if (persons, missing) == (1_000, 0.0):
            shown = picture(
                "recovery", known.difficulty.tolist(), {"difficulty found": found.items.difficulty.tolist()},
                label="Difficulty found against the true one, 1,000 people", low=-3, high=3, dots=True,
            )  # fmt: skip
    return section(
        "Items are found again",
        f"Sixty items of the two-parameter model, calibrated by marginal maximum likelihood, {REPETITIONS} times. "
        "The last column is how often the "
        "stated 90 % interval of a difficulty holds the truth. The picture: 1,000 people; across the true difficulty.",
        ("People", "Missing by design", "RMSE difficulty", "RMSE slope", "Held by 90 % intervals"),
        rows,
        shown,
    )


def coverage() -> str:
    """Do stated intervals of levels hold the truth as often as they say?"""
    rng = np.random.default_rng(2)
    sources = Sources(
        bias=np.array([0.0, 0.3]), sd_floor=np.array([0.2, 0.4]), drift_per_year=np.array([0.2, 0.2]),
        can_prove=np.array([True, False]),
    )  # fmt: skip
    rows = []
    for pieces in (1, 2, 3, 5, 8):
        persons = 20_000
        truth = rng.normal(2.0, 1.0, persons)
        person = np.repeat(np.arange(persons), pieces)
        source = rng.integers(0, 2, persons * pieces)
        sd = rng.uniform(0.3, 0.9, persons * pieces)
        age = rng.uniform(0, 3, persons * pieces)
        spread = np.sqrt(np.maximum(sd, sources.sd_floor[source]) ** 2 + sources.drift_per_year[source] ** 2 * age)
        noise = rng.normal(size=persons * pieces) * spread
        found, understated = (
            combine(
                Evidence(person, np.zeros_like(person), source, truth[person] + sources.bias[source] + error, sd, age),
                sources, persons=persons, competencies=1, prior_mean=2.0, prior_sd=1.0, required=2.0, rules=StatusRules(),
            )
            for error in (noise, 1.5 * noise)
        )  # fmt: skip
        held, held_less = (
            ((each.low[:, 0] <= truth) & (truth <= each.high[:, 0])).mean() for each in (found, understated)
        )
        proven = found.status[:, 0] == 3
        right = (truth[proven] >= 2.0).mean() if proven.any() else float("nan")
        rows.append(
            [
                str(pieces),
                f"{held:.1%}",
                f"{held_less:.1%}",
                f"{rmse(found.mean[:, 0], truth):.2f}",
                f"{(found.high - found.low).mean():.2f}",
                f"{proven.mean():.0%}",
                f"{right:.1%}",
            ]
        )
    return section(
        "Intervals hold what they promise",
        "20,000 people, pieces of evidence of two sources (one of them rates 0.3 levels too high), up to three years old. "
        "“Proven” asks for a probability of at least 90 % of reaching level 2. Understated: every error is half again as large as "
        "the evidence states, which is what the estimates of sources from overlapping evidence are there to find.",
        (
            "Pieces of evidence",
            "Held by 90 % intervals",
            "The same, errors understated",
            "RMSE",
            "Mean width",
            "Proven",
            "Of those truly at level 2",
        ),
        rows,
    )


def adaptive() -> str:
    """How much shorter is a test that chooses its questions?"""
    rng = np.random.default_rng(3)
    items = ScoredItems.without_guessing(rng.lognormal(0.25, 0.25, 250), rng.uniform(0.2, 4.6, 250))
    pool = ItemPool.of(items, area=np.arange(len(items)) % 5)
    rules = ChoiceRules(shares=(0.2,) * 5)
    truth = rng.normal(2.0, 1.0, 4_000)
    lengths = [5, 10, 15, 20, 30, 40, 60]
    chosen, fixed, rows = [], [], []
    for length in lengths:
        # A test of many questions cannot aim below the share of the bank that each person meets.
        aim = max(AIMED_EXPOSURE, length / len(items))
        run = simulate_adaptive(
            pool, truth, rng, rules=rules, stop=StoppingRule(most=length), prior_mean=2, prior_sd=1, most_exposed=aim
        )
        form = best_fixed_form(items, length, mean=2, sd=1)
        same = simulate_fixed(items, form, truth, rng, prior_mean=2, prior_sd=1)
        chosen.append(run.rmse)
        fixed.append(same.rmse)
        rows.append(
            [
                str(length),
                f"{run.rmse:.3f}",
                f"{same.rmse:.3f}",
                f"{run.bias:+.3f}",
                f"{(run.standard_error <= 0.3).mean():.0%}",
                f"{(same.standard_error <= 0.3).mean():.0%}",
                f"{run.exposure.max():.1%}",
            ]
        )
    return section(
        "Questions that follow the answers",
        "A bank of 250 items in five areas, 4,000 people from N(2, 1). The adaptive test balances the areas, draws from the "
        "five best questions and withholds those that too many have met, so that no question is known to more than a quarter: "
        f"it aims at {AIMED_EXPOSURE:.0%} as the program does, and for 60 questions at 24%, the share of the bank that everybody "
        "meets then, so that hardly any choice is left. The fixed form has the questions that tell most "
        "about these people on average. The picture: root mean squared error by number of questions.",
        ("Questions", "RMSE adaptive", "RMSE fixed", "Bias adaptive", "Error ≤ 0.3 adaptive", "Error ≤ 0.3 fixed", "Most met"),
        rows,
        picture(
            "adaptive", lengths, {"best fixed form": fixed, "adaptive": chosen},
            label="Root mean squared error by number of questions", low=0.0, high=0.6,
        ),
    )  # fmt: skip


def unfair_items() -> str:
    """Are items found that are harder for one group at the same level?"""
    rng = np.random.default_rng(4)
    rows, shares = [], []
    shifts = [0.0, 0.2, 0.4, 0.6, 0.8]
    for shift in shifts:
        flagged, serious = 0, 0
        for _ in range(40):
            items = ScoredItems.without_guessing(rng.uniform(0.9, 1.6, 24), rng.uniform(-1.5, 1.5, 24))
            focal = np.arange(1_000) % 2 == 0
            theta = rng.normal(-0.3 * focal, 1.0)
            chance = probability(theta, items)
            harder = ScoredItems.without_guessing(items.discrimination[:1], items.difficulty[:1] + shift)
            chance[focal, 0] = probability(theta[focal], harder)[:, 0]
            answers = (rng.random(chance.shape) < chance).astype(np.float64)
            found = mantel_haenszel(answers, focal, score_strata(answers))
            flagged += bool(found.p_value[0] < 0.05)
            serious += found.size[0] is DifClass.LARGE
        shares.append(flagged / 40)
        rows.append([f"{shift:.1f}", f"{flagged / 40:.0%}", f"{serious / 40:.0%}"])
    return section(
        "Questions that are unfair to a group",
        "One of 24 items is harder for half of 1,000 people at the same ability; the groups also differ in ability by 0.3. "
        "Mantel–Haenszel by the score, 40 repetitions each. At 0.0 nothing is wrong: what is flagged there is chance.",
        ("Harder by (sd of ability)", "Flagged at 5 %", "Class C (large)"),
        rows,
        picture("dif-power", shifts, {"share flagged": shares}, label="Share of unfair items found", low=0.0, high=1.0),
    )


def digest_of(root: Path) -> str:
    """SHA-256 over this tool, the exposure aimed at and the science below a root: what the page is made from."""
    found, source = hashlib.sha256(), root / "src" / "bina"
    single = [root / "tools" / "measurement.py", source / "assessment" / "rules" / "adaptive.py"]
    for path in [*single, *sorted((source / "science").rglob("*.py"))]:
        found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the page below a root was made from the tool and the science as they are there now."""
    page = root / "docs" / "reference" / "measurement.md"
    return page.exists() and f"<!-- made from: {digest_of(root)} -->" in page.read_text(encoding="utf-8")


def main(command: str) -> int:
    """Write the page and its pictures, or check that it is not older than what it tells about."""
    if command == "check":
        if is_current(ROOT):
            return 0
        print(
            "docs/reference/measurement.md is older than the science it tells about; run `python -m tools.measurement`"
        )
        return 1
    page = HEAD.format(digest=digest_of(ROOT)) + recovery() + coverage() + adaptive() + unfair_items()
    (FOLDER / "measurement.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "write"))
