"""Calibration beside other people's programs, where they are installed: girth (Python), lme4 and eRm (R)."""

import shutil
import subprocess
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from bina.science.psychometrics import Model, calibrate
from tests.science.lsat import PATTERNS, PERSONS

LSAT6 = np.repeat(PATTERNS, PERSONS, axis=0)
Array = NDArray[np.float64]


@cache
def _has(package: str) -> bool:
    """Whether R and one of its packages are on this machine."""
    program = shutil.which("Rscript")
    if program is None:
        return False
    asked = [program, "-e", f"quit(status = !requireNamespace('{package}', quietly = TRUE))"]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0


def in_r(package: str, script: str, answers: Array) -> Array:
    """The numbers a script prints; it finds the answers as the matrix ``x``. Skips where the package is missing."""
    if not _has(package):
        pytest.skip(f"R's {package} is not installed")
    table = "\n".join(",".join(str(int(value)) for value in row) for row in answers)
    read = f"suppressMessages(library({package})); x <- as.matrix(read.csv(file('stdin'), header = FALSE));"
    done = subprocess.run(
        ["Rscript", "-e", read + script], input=table, check=True, capture_output=True, text=True, timeout=120
    )
    return np.array([float(number) for number in done.stdout.split()])


def simulated(persons: int, items: int, slopes: Array) -> Array:
    rng = np.random.default_rng(20260105)
    theta = rng.normal(size=(persons, 1))
    chance = 1 / (1 + np.exp(-slopes * (theta - np.linspace(-1.8, 1.8, items))))
    return (rng.random((persons, items)) < chance).astype(np.float64)


@pytest.mark.parametrize("name", ["law school", "simulated"])
def test_rasch_agrees_with_the_mixed_model_of_lme4(name: str) -> None:
    answers = LSAT6 if name == "law school" else simulated(600, 12, np.full(12, 1.2))
    theirs = in_r(
        "lme4",
        """
        long <- data.frame(y = as.vector(x), item = factor(rep(1:ncol(x), each = nrow(x))), who = rep(1:nrow(x), ncol(x)))
        fit <- glmer(y ~ 0 + item + (1 | who), long, family = binomial, nAGQ = 25)
        cat(as.numeric(logLik(fit)), attr(VarCorr(fit)$who, 'stddev'), fixef(fit))
        """,
        answers,
    )
    ours = calibrate(answers, model=Model.RASCH, tolerance=1e-7)
    slope = ours.items.discrimination[0]
    assert ours.log_likelihood == pytest.approx(theirs[0], abs=0.02)
    assert slope == pytest.approx(theirs[1], abs=0.01)
    # Theirs is an ease on the scale of the logit, ours a difficulty on the scale of the ability.
    assert -slope * ours.items.difficulty == pytest.approx(theirs[2:], abs=0.01)


def test_rasch_agrees_with_the_conditional_likelihood_of_erm() -> None:
    answers = simulated(2000, 12, np.full(12, 1.0))
    theirs = in_r("eRm", "fit <- RM(x); cat(-fit$betapar, fit$se.beta)", answers)
    ours = calibrate(answers, model=Model.RASCH)
    difficulty = ours.items.discrimination * ours.items.difficulty
    # Conditional and marginal likelihood weigh the same answers differently: alike within a fraction of the error.
    assert difficulty - difficulty.mean() == pytest.approx(theirs[:12], abs=0.25 * theirs[12:].max())


def test_two_parameters_agree_with_girth() -> None:
    girth = pytest.importorskip("girth")
    slopes = np.linspace(0.8, 1.9, 15)
    answers = simulated(3000, 15, slopes)
    theirs = girth.twopl_mml(answers.T.astype(int))
    ours = calibrate(answers)
    assert ours.items.discrimination == pytest.approx(theirs["Discrimination"], abs=0.05)
    assert ours.items.difficulty == pytest.approx(theirs["Difficulty"], abs=0.05)
