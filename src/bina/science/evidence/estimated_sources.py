"""How far each source of evidence runs too high, and how much it errs beyond what it states, learned from overlaps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices, same_length, sorted_by
from bina.science.evidence.table import Evidence

_DECIMALS = 6
_SMALLEST_LOG, _LARGEST_LOG = float(np.log(0.01)), float(np.log(5.0))  # of the extra sd, in levels


@dataclass(frozen=True, eq=False)
class SourcePriors:
    """What is believed about each source before its data, one array entry per source.

    bias and bias_sd (> 0): in levels. extra_sd (> 0): error beyond the stated sd, in levels, with extra_doubt (> 0), the
    sd of its natural logarithm (0.7: within a factor of 2 in two of three cases). Raises ValueError when a range is
    broken or the lengths differ.
    """

    bias: FloatArray
    bias_sd: FloatArray
    extra_sd: FloatArray
    extra_doubt: FloatArray

    def __post_init__(self) -> None:
        as_floats("bias", self.bias, ndim=1)
        as_floats("bias_sd", self.bias_sd, ndim=1, above=0)
        as_floats("extra_sd", self.extra_sd, ndim=1, above=0)
        as_floats("extra_doubt", self.extra_doubt, ndim=1, above=0)
        same_length(bias=self.bias, bias_sd=self.bias_sd, extra_sd=self.extra_sd, extra_doubt=self.extra_doubt)

    def __len__(self) -> int:
        return len(self.bias)


@dataclass(frozen=True, eq=False)
class EstimatedSources:
    """Bias and extra error per source, in levels, with what is left uncertain.

    pieces: how many pieces stand beside another piece about the same person and competency; only these say anything.
    bias, bias_error: positive runs too high; the reference keeps its prior bias, with error 0. extra_sd, extra_error:
    sd of the error beyond the stated one. Where pieces are few, all four stay near the prior.
    """

    pieces: IntArray
    bias: FloatArray
    bias_error: FloatArray
    extra_sd: FloatArray
    extra_error: FloatArray


def estimate_sources(evidence: Evidence, *, reference: int, priors: SourcePriors) -> EstimatedSources:
    """Estimate bias and extra error of every source from people about whom two or more pieces speak.

    Model: a piece y = theta + bias + e with e ~ N(0, sd^2 + extra_sd^2), theta the level of that person and competency.
    Of theta nothing is assumed: it is eliminated with a flat prior, so only differences within a person and competency
    count (the restricted likelihood of Patterson & Thompson 1971), and it does no harm that the rated are a selection.
    Per cell, with w = 1 / variance, W = sum of w, r = y - bias and m = sum of w r / W:
    -2 log L = sum of -log w + log W + sum of w (r - m)^2. Added are the priors bias ~ N(bias, bias_sd^2) and
    log extra_sd ~ N(log extra_sd, extra_doubt^2); the reference's bias is held. For given variances the biases solve a
    linear system; the variances are found by L-BFGS-B on the profile (its gradient is that of the likelihood at the
    solution). Errors: of the biases from that system, of the extra sd from the second derivatives of the profile, by
    the delta method.

    The ages of pieces are not used: give pieces that were made about the same time. Rows superseded do not count. One
    rater's pieces about one person count as independent, so errors are somewhat too small where raters have habits
    (estimate those by `rated_levels`). Results have 6 decimals and do not depend on the order of rows.
    Raises ValueError if a source lies outside the priors.
    """
    sources = len(priors)
    as_indices("reference", [reference], sources)
    if evidence.source_index.size and evidence.source_index.max() >= sources:
        raise ValueError(f"source_index must be positions below {sources}")
    overlap = _Overlap.of(evidence, sources)
    centre = np.log(priors.extra_sd)
    held = np.arange(sources) == reference

    def cost(log_extra: FloatArray) -> tuple[float, FloatArray]:
        height, slope = overlap.profile(log_extra, priors, held)
        away = (log_extra - centre) / priors.extra_doubt
        return height + float(away @ away) / 2, slope + away / priors.extra_doubt

    bounds = [(min(_SMALLEST_LOG, place), max(_LARGEST_LOG, place)) for place in centre.tolist()]
    found = optimize.minimize(
        cost, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-8}
    )
    log_extra: FloatArray = found.x
    extra: FloatArray = np.exp(log_extra)
    bias, covariance = overlap.biases(overlap.weights(log_extra), priors, held)
    spread = np.diag(np.linalg.pinv(_curvature(cost, log_extra), hermitian=True))
    # at an end of its range the profile need not be curved; what is left is then at most the doubt before the data
    doubt = np.sqrt(np.where(spread > 0, np.minimum(spread, priors.extra_doubt**2), priors.extra_doubt**2))
    return EstimatedSources(
        pieces=np.bincount(overlap.source, minlength=sources).astype(np.int64),
        bias=_rounded(bias),
        bias_error=_rounded(np.sqrt(np.diag(covariance))),
        extra_sd=_rounded(extra),
        extra_error=_rounded(extra * doubt),
    )


def widened_by_groups(
    evidence: Evidence,
    group: IntArray,
    found: EstimatedSources,
    *,
    reference: int,
    priors: SourcePriors,
    parts: int = 20,
) -> EstimatedSources:
    """The same estimates with errors that know about groups: people of one unit share a rater, and raters have habits.

    The delete-a-group jackknife (Kott 2001): the groups are dealt into ``parts`` parts, each part is left out once, and
    var = (parts - 1) / parts x sum of (estimate without the part - their mean)^2. Never smaller than the errors of the
    model. ``group``: index of the group of each row. With fewer than five groups the errors of the model come back.
    Raises ValueError unless group names one index per row.
    """
    as_indices("group", group)
    same_length(evidence=evidence.value, group=group)
    names = np.unique(group)
    parts = min(parts, len(names))
    if parts < 5:
        return found
    part_of = np.searchsorted(names, group) % parts
    without = []
    for part in range(parts):
        kept = part_of != part
        without.append(
            estimate_sources(
                Evidence(
                    evidence.person_index[kept], evidence.competency_index[kept], evidence.source_index[kept],
                    evidence.value[kept], evidence.sd[kept], evidence.age_years[kept], ~evidence.counted[kept],
                ),
                reference=reference,
                priors=priors,
            )
        )  # fmt: skip

    def spread(name: str) -> FloatArray:
        values = np.array([getattr(row, name) for row in without])
        variance = (parts - 1) / parts * np.square(values - values.mean(axis=0)).sum(axis=0)
        error: FloatArray = np.sqrt(variance)
        return error

    return EstimatedSources(
        pieces=found.pieces,
        bias=found.bias,
        bias_error=_rounded(np.maximum(found.bias_error, spread("bias"))),
        extra_sd=found.extra_sd,
        extra_error=_rounded(np.maximum(found.extra_error, spread("extra_sd"))),
    )


def floor_that_adds(sd: FloatArray, extra_sd: float) -> float:
    """The least sd to give every piece, so that pieces err on average as much as estimated.

    `combine` knows a floor, max(sd, floor), not an extra error; this is the floor f with
    mean of max(sd, f)^2 = mean of sd^2 + extra_sd^2, found by halving to within 1e-6 levels. For pieces of one stated sd
    it is sqrt(sd^2 + extra_sd^2). Raises ValueError without pieces or with a negative number.
    """
    stated = as_floats("sd", sd, ndim=1, at_least=0)
    if not stated.size or extra_sd < 0:
        raise ValueError("there must be pieces, and extra_sd must not be negative")
    wanted = float(np.square(stated).mean()) + extra_sd**2
    low, high = float(stated.min()), float(np.sqrt(wanted)) + float(stated.max())
    while high - low > 1e-6:
        middle = (low + high) / 2
        enough = float(np.square(np.maximum(stated, middle)).mean()) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return round(high, _DECIMALS)


@dataclass(frozen=True, eq=False)
class _Overlap:
    """The pieces that stand beside another one, in an order that follows from their content alone."""

    cell: IntArray
    source: IntArray
    value: FloatArray
    variance: FloatArray
    cells: int
    sources: int

    @classmethod
    def of(cls, evidence: Evidence, sources: int) -> "_Overlap":
        """Keep the counted rows of cells with two or more of them."""
        rows = np.flatnonzero(evidence.counted)
        person, competency = evidence.person_index[rows], evidence.competency_index[rows]
        width = int(competency.max(initial=0)) + 1
        _names, cell, count = np.unique(
            person.astype(np.int64) * width + competency, return_inverse=True, return_counts=True
        )
        several = count[cell] >= 2
        rows = rows[several]
        _names, cell = np.unique(cell[several], return_inverse=True)
        value, sd, source = evidence.value[rows], evidence.sd[rows], evidence.source_index[rows]
        order = sorted_by(sd, value, source, cell)
        return cls(
            cell[order].astype(np.int64), source[order].astype(np.int64), value[order], sd[order] ** 2,
            int(cell.max(initial=-1)) + 1, sources,
        )  # fmt: skip

    def weights(self, log_extra: FloatArray) -> FloatArray:
        """Precision of each piece."""
        return 1 / (self.variance + np.exp(2 * log_extra)[self.source])

    def biases(self, weight: FloatArray, priors: SourcePriors, held: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Posterior means of the biases for given precisions, and their covariance, 0 for the held one."""
        total = np.bincount(self.cell, weights=weight, minlength=self.cells)
        spot = self.cell * self.sources + self.source
        table = np.bincount(spot, weights=weight, minlength=self.cells * self.sources).reshape(self.cells, self.sources)
        told = np.bincount(self.cell, weights=weight * self.value, minlength=self.cells) / np.maximum(total, 1e-300)
        said = np.bincount(self.source, weights=weight * self.value, minlength=self.sources)
        spread = table / np.maximum(total, 1e-300)[:, None]
        matrix = np.diag(table.sum(axis=0)) - table.T @ spread + np.diag(1 / priors.bias_sd**2)
        right = said - table.T @ told + priors.bias / priors.bias_sd**2
        free = np.flatnonzero(~held)
        bias, covariance = priors.bias.copy(), np.zeros((self.sources, self.sources))
        if free.size:
            inverse = np.linalg.inv(matrix[np.ix_(free, free)])
            fixed = matrix[np.ix_(free, np.flatnonzero(held))] @ priors.bias[held]
            bias[free] = inverse @ (right[free] - fixed)
            covariance[np.ix_(free, free)] = inverse
        return bias, covariance

    def profile(self, log_extra: FloatArray, priors: SourcePriors, held: BoolArray) -> tuple[float, FloatArray]:
        """Minus log-likelihood (with the priors of the biases) at the best biases, and its slope by log extra sd."""
        weight = self.weights(log_extra)
        bias, _covariance = self.biases(weight, priors, held)
        total = np.bincount(self.cell, weights=weight, minlength=self.cells)
        left = self.value - bias[self.source]
        middle = np.bincount(self.cell, weights=weight * left, minlength=self.cells) / np.maximum(total, 1e-300)
        squares = np.square(left - middle[self.cell])
        away = (bias - priors.bias) / priors.bias_sd
        height = -np.log(weight).sum() + np.log(total).sum() + (weight * squares).sum() + (away @ away)
        slope = weight - np.square(weight) / total[self.cell] - np.square(weight) * squares
        slope *= np.exp(2 * log_extra)[self.source]
        by_source = np.bincount(self.source, weights=slope, minlength=self.sources)
        return float(height) / 2, by_source.astype(np.float64, copy=False)


def _curvature(cost: Callable[[FloatArray], tuple[float, FloatArray]], place: FloatArray) -> FloatArray:
    step = 1e-4
    rows = [(cost(place + move)[1] - cost(place - move)[1]) / (2 * step) for move in step * np.eye(len(place))]
    matrix = np.array(rows)
    symmetric: FloatArray = (matrix + matrix.T) / 2
    return symmetric


def _rounded(values: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(values, _DECIMALS) + 0.0  # adding zero turns minus zero into zero
    return rounded
