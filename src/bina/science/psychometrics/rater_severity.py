"""Levels from ratings by raters of different severity, both estimated together."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse, special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_indices, as_number, same_length
from bina.science.psychometrics.ability import AbilityEstimate, NormalPrior
from bina.science.psychometrics.models import GradedItems

_SMALLEST_SD, _LARGEST_SD = 0.02, 2.0  # of severities, in levels
_MOST_STEPS = 60


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings, one row each: who was rated, on which item, by whom, with which category (from 0).

    Raises ValueError when a range is broken or the lengths differ.
    """

    person_index: IntArray
    item_index: IntArray
    rater_index: IntArray
    category: IntArray

    def __post_init__(self) -> None:
        for name in ("person_index", "item_index", "rater_index", "category"):
            as_indices(name, getattr(self, name))
        same_length(
            person_index=self.person_index, item_index=self.item_index, rater_index=self.rater_index,
            category=self.category,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.category)


@dataclass(frozen=True, eq=False)
class RatedLevels:
    """Levels of persons and severities of raters, all in levels.

    persons: level and its error, which includes that of the severities. severity: by how much a rater's thresholds lie
    higher than those of the items, positive for a severe one. severity_error: its posterior sd. severity_sd: spread of
    the severities among raters. connected: the rater shares a rated person with another rater; without such a link the
    severity is 0 with severity_sd as its error.
    """

    persons: AbilityEstimate
    severity: FloatArray
    severity_error: FloatArray
    severity_sd: float
    connected: BoolArray


def rated_levels(
    ratings: Ratings,
    items: GradedItems,
    prior: NormalPrior,
    *,
    persons: int,
    raters: int,
    severity_sd: float | None = None,
    usual_severity_sd: float = 0.3,
) -> RatedLevels:
    """Estimate levels theta and severities s together from graded ratings: logit P*(k) = a (theta - s - b_k).

    The many-facet model (Linacre 1989) with graded categories (Samejima 1969, Muraki 1990). Priors: theta ~ `prior`,
    s ~ N(0, severity_sd^2). The joint posterior is concave, so Newton steps find its one mode; the persons are
    eliminated (Schur complement), so that only raters x raters are solved. `severity_sd` None estimates it by the
    largest Laplace approximation of the marginal likelihood (Tierney & Kadane 1986), where two or more raters are
    connected; else it is `usual_severity_sd`. Errors are roots of the diagonal of the inverse Hessian.

    A rater is connected if a rated person was also rated by another rater. What an unconnected rater gave may be the
    persons' own level as well as the rater's habit, so the severity stays at 0, its sd enters the errors of the persons
    and it has no say in severity_sd. Persons without ratings keep their prior.
    Raises ValueError if an index or a category lies outside the items, persons or raters, or the prior is for others.
    """
    problem = _Problem.of(ratings, items, prior, persons, raters)
    theta, severity = problem.mean.copy(), np.zeros(raters)
    several = int(problem.connected.sum()) >= 2
    if severity_sd is not None:
        spread = as_number("severity_sd", severity_sd, above=0, below=np.inf)
    elif not several:
        spread = as_number("usual_severity_sd", usual_severity_sd, above=0, below=np.inf)
    else:
        warm = [theta, severity]

        def cost(log_sd: float) -> float:
            warm[0], warm[1] = problem.mode(warm[0], warm[1], float(np.exp(log_sd)))
            return -problem.marginal(warm[0], warm[1], float(np.exp(log_sd)))

        ends = (float(np.log(_SMALLEST_SD)), float(np.log(_LARGEST_SD)))
        best = optimize.minimize_scalar(cost, bounds=ends, method="bounded", options={"xatol": 0.01})
        spread = float(np.exp(best.x))
        theta, severity = warm
    theta, severity = problem.mode(theta, severity, spread)
    level_error, severity_error = problem.errors(theta, severity, spread)
    return RatedLevels(AbilityEstimate(theta, level_error), severity, severity_error, spread, problem.connected)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The ratings with the two thresholds around each given category."""

    person: IntArray
    rater: IntArray
    slope: FloatArray
    lower: FloatArray  # the threshold that was reached, minus infinity for the lowest category
    upper: FloatArray  # the threshold that was not reached, infinity for the highest category
    mean: FloatArray
    precision: FloatArray
    connected: BoolArray

    @classmethod
    def of(cls, ratings: Ratings, items: GradedItems, prior: NormalPrior, persons: int, raters: int) -> "_Problem":
        """Check what was given and make the data ready."""
        person = as_indices("person_index", ratings.person_index, persons)
        item = as_indices("item_index", ratings.item_index, len(items))
        rater = as_indices("rater_index", ratings.rater_index, raters)
        if (ratings.category >= items.categories[item]).any():
            raise ValueError("category must be below the number of categories of its item")
        mean, sd = prior.for_persons(persons)
        edge = np.full((len(items), 1), np.inf)
        places = np.concatenate([-edge, np.where(np.isnan(items.thresholds), np.inf, items.thresholds), edge], axis=1)
        seen = np.unique(np.stack([person, rater], axis=1), axis=0)
        shared = np.bincount(seen[:, 0], minlength=persons) >= 2
        connected = np.bincount(seen[:, 1], weights=shared[seen[:, 0]], minlength=raters) > 0
        return cls(
            person, rater, items.discrimination[item], places[item, ratings.category],
            places[item, ratings.category + 1], mean, 1 / sd**2, connected,
        )  # fmt: skip

    def height(self, theta: FloatArray, severity: FloatArray, spread: float) -> float:
        """Logarithm of the joint posterior, up to a constant that does not depend on `spread`."""
        place = theta[self.person] - severity[self.rater]
        above, below = self.slope * (place - self.lower), self.slope * (place - self.upper)
        fits = (
            special.log_expit(above)
            + special.log_expit(-below)
            + np.log(-np.expm1(self.slope * (self.lower - self.upper)))
        )
        away = float(((theta - self.mean) ** 2 * self.precision).sum() + (severity**2).sum() / spread**2)
        return float(fits.sum()) - away / 2 - int(self.connected.sum()) * float(np.log(spread))

    def curvature(
        self, theta: FloatArray, severity: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, sparse.csr_array]:
        """Per rating the slope of log P; per person and rater its curvature, and the persons x raters block.

        With x and y the logits of the reached and the next threshold, the slope is a (1 - e(x) - e(y)) and the
        curvature a^2 (e(x) e(-x) + e(y) e(-y)).
        """
        place = theta[self.person] - severity[self.rater]
        above, below = self.slope * (place - self.lower), self.slope * (place - self.upper)
        pull = self.slope * (special.expit(-above) - special.expit(below))
        bend = self.slope**2 * (
            special.expit(above) * special.expit(-above) + special.expit(below) * special.expit(-below)
        )
        shape = (len(theta), len(severity))
        by_person = np.bincount(self.person, weights=bend, minlength=shape[0]) + self.precision
        by_rater = np.bincount(self.rater, weights=bend, minlength=shape[1]).astype(np.float64, copy=False)
        block = sparse.coo_array((bend, (self.person, self.rater)), shape=shape).tocsr()
        return pull, by_person, by_rater, block

    def reduced(
        self, by_person: FloatArray, by_rater: FloatArray, block: sparse.csr_array, spread: float
    ) -> FloatArray:
        """The Hessian of the connected raters once the persons are eliminated, and its free block only."""
        free = np.flatnonzero(self.connected)
        here = block[:, free]
        through = (here.T @ sparse.diags_array(1 / by_person) @ here).toarray()
        reduced: FloatArray = np.diag(by_rater[free] + 1 / spread**2) - through
        return reduced

    def mode(self, theta: FloatArray, severity: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
        """The most likely levels and severities, by Newton steps, halved where the posterior would fall."""
        free = np.flatnonzero(self.connected)
        height = self.height(theta, severity, spread)
        for _ in range(_MOST_STEPS):
            pull, by_person, by_rater, block = self.curvature(theta, severity)
            up = np.bincount(self.person, weights=pull, minlength=len(theta)) - (theta - self.mean) * self.precision
            down = -np.bincount(self.rater, weights=pull, minlength=len(severity)) - severity / spread**2
            turn = np.zeros(len(severity))
            if free.size:
                reduced = self.reduced(by_person, by_rater, block, spread)
                turn[free] = np.linalg.solve(reduced, down[free] + (block.T @ (up / by_person))[free])
            move = (up + block @ turn) / by_person
            size = 1.0
            while size > 1e-4:
                there = self.height(theta + size * move, severity + size * turn, spread)
                if there >= height - 1e-10 * abs(height):
                    break
                size /= 2
            theta, severity, height = theta + size * move, severity + size * turn, there
            if max(np.abs(move).max(initial=0.0), np.abs(turn).max(initial=0.0)) < 1e-7:
                break
        return theta, severity

    def marginal(self, theta: FloatArray, severity: FloatArray, spread: float) -> float:
        """Laplace approximation of the marginal log-likelihood of `spread`, up to a constant."""
        _pull, by_person, by_rater, block = self.curvature(theta, severity)
        reduced = self.reduced(by_person, by_rater, block, spread)
        volume = float(np.log(by_person).sum() + np.linalg.slogdet(reduced)[1])
        return self.height(theta, severity, spread) - volume / 2

    def errors(self, theta: FloatArray, severity: FloatArray, spread: float) -> tuple[FloatArray, FloatArray]:
        """Standard errors of levels and severities."""
        _pull, by_person, by_rater, block = self.curvature(theta, severity)
        free = np.flatnonzero(self.connected)
        covariance = np.linalg.inv(self.reduced(by_person, by_rater, block, spread))
        error = np.full(len(severity), spread)
        error[free] = np.sqrt(np.diag(covariance))
        here = block[:, free]
        carried = (here * (here @ covariance)).sum(axis=1)
        lone = (block[:, np.flatnonzero(~self.connected)] ** 2).sum(axis=1) * spread**2
        return np.sqrt(1 / by_person + (carried + lone) / by_person**2), error
