"""How competencies go together among real people, freed of the error of their tests and drawn towards what was assumed."""

from dataclasses import dataclass

import numpy as np

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, as_number, same_length
from bina.science.psychometrics.adaptive.profile import ProfilePrior
from bina.science.psychometrics.climbing import climb

_TOLERANCE, _MOST_ROUNDS = 1e-5, 1_000
_SMALLEST_EIGENVALUE = 1e-3
_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class ProfileResults:
    """What tests say about people: one row per person and competency that was measured.

    value, sd (> 0): in levels, of the answers alone, without any belief about the person. Raises ValueError when lengths
    differ, a number is out of range, or a person has two rows of one competency.
    """

    person: IntArray
    competency: IntArray
    value: FloatArray
    sd: FloatArray

    def __post_init__(self) -> None:
        as_indices("person", self.person)
        as_indices("competency", self.competency)
        as_floats("value", self.value, ndim=1)
        as_floats("sd", self.sd, ndim=1, above=0)
        same_length(person=self.person, competency=self.competency, value=self.value, sd=self.sd)
        cells = self.person.astype(np.int64) * (int(self.competency.max(initial=0)) + 1) + self.competency
        if len(np.unique(cells)) < len(cells):
            raise ValueError("a person may have one result of each competency")


@dataclass(frozen=True, eq=False)
class EstimatedCorrelations:
    """How competencies go together: correlation and its standard error (competency x competency), and what it rests on.

    people: how many have results of both (on the diagonal: of the one). mean, sd: of the true levels among these people.
    """

    correlation: FloatArray
    error: FloatArray
    people: IntArray
    mean: FloatArray
    sd: FloatArray
    rounds: int
    converged: bool


def estimate_correlations(results: ProfileResults, assumed: ProfilePrior, *, weight: float) -> EstimatedCorrelations:
    """The correlations of the true levels, from results with known errors, each person with some of the competencies.

    Model: a result y = x_c + e with e ~ N(0, sd^2), and the levels x of a person ~ N(m, S). What is not measured is left
    out of the likelihood, which is right also where an adaptive test chose what to ask by the answers before (missing at
    random, Rubin 1976). The errors are known, so S is that of the true levels (disattenuated); no factor structure is
    imposed. S is drawn towards the assumed covariance as if ``weight`` more people had been measured without error and
    were as assumed (an inverse-Wishart prior): few or vague results change little, many decide. The maximum is found by EM,
    mean of (posterior covariance + outer product of posterior means), sped up by squared extrapolation; being an average
    of positive definite matrices, S always is.

    Errors: expected information of S (for two elements a and b: sum over people of tr(W A W B) / 2, with W the inverse of
    the covariance of the person's results and A, B the derivatives of S) plus that of the assumption, carried over to
    correlations by the delta method.

    Raises ValueError without results, if a competency lies outside the assumed prior, or if the weight is not above 0.
    """
    size = len(assumed.mean)
    as_indices("competency", results.competency, size)
    as_number("weight", weight, above=0, below=float("inf"))
    if not results.person.size:
        raise ValueError("there must be results")
    names, person = np.unique(results.person, return_inverse=True)
    precision, pull = np.zeros((len(names), size)), np.zeros((len(names), size))
    precision[person, results.competency] = 1 / results.sd**2
    pull[person, results.competency] = results.value / results.sd**2
    lower = np.tril_indices(size)

    def improve(place: FloatArray) -> tuple[FloatArray, float]:
        mean, root = _unpacked(place, size)
        covariance = root @ root.T
        posterior, away, height = _posteriors(precision, pull, mean, covariance)
        inverse = np.linalg.inv(covariance)
        height -= weight * (np.linalg.slogdet(covariance)[1] + float((inverse * assumed.covariance).sum())) / 2
        step = away.mean(axis=0)
        spread = posterior.sum(axis=0) + away.T @ away - len(names) * np.outer(step, step)
        better = (spread + weight * assumed.covariance) / (len(names) + weight)
        return np.concatenate([mean + step, np.linalg.cholesky((better + better.T) / 2)[lower]]), height

    start = np.concatenate([assumed.mean, np.linalg.cholesky(assumed.covariance)[lower]])
    found, rounds, converged = climb(start, improve, tolerance=_TOLERANCE, most_rounds=_MOST_ROUNDS)
    mean, root = _unpacked(found, size)
    covariance = root @ root.T
    sd: FloatArray = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    np.fill_diagonal(correlation, 1.0)
    has = (precision > 0).astype(np.int64)
    return EstimatedCorrelations(
        correlation=np.round(correlation, _DECIMALS),
        error=np.round(_errors(precision, covariance, weight), _DECIMALS),
        people=has.T @ has,
        mean=np.round(mean, _DECIMALS),
        sd=np.round(sd, _DECIMALS),
        rounds=rounds,
        converged=converged,
    )


def with_correlations(prior: ProfilePrior, places: IntArray, correlation: FloatArray) -> ProfilePrior:
    """A prior in which the competencies at ``places`` go together as ``correlation`` says; means and spreads stay.

    Competencies outside keep the prior's correlations with all. Where the parts do not fit together, the matrix is the
    nearest that does: eigenvalues are lifted to 0.001 and the diagonal brought back to 1 (Rousseeuw & Molenberghs 1993).
    Raises ValueError unless correlation is symmetric with one row per place.
    """
    as_indices("places", places, len(prior.mean))
    known = as_floats("correlation", correlation, ndim=2, at_least=-1, at_most=1)
    if known.shape != (len(places), len(places)) or not np.allclose(known, known.T):
        raise ValueError("the correlation must be symmetric with one row and one column per place")
    sd = np.sqrt(np.diag(prior.covariance))
    whole = prior.covariance / np.outer(sd, sd)
    whole[np.ix_(places, places)] = known
    np.fill_diagonal(whole, 1.0)
    values, vectors = np.linalg.eigh(whole)
    if values[0] < _SMALLEST_EIGENVALUE:
        whole = (vectors * np.maximum(values, _SMALLEST_EIGENVALUE)) @ vectors.T
        length = np.sqrt(np.diag(whole))
        whole = whole / np.outer(length, length)
    return ProfilePrior(prior.mean, (whole + whole.T) / 2 * np.outer(sd, sd))


def _unpacked(place: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
    """The mean, and the lower root of the covariance; EM keeps its diagonal above 0, an extrapolation need not."""
    root = np.zeros((size, size))
    root[np.tril_indices(size)] = place[size:]
    near = np.arange(size)
    root[near, near] = np.maximum(np.abs(root[near, near]), 1e-4)
    return place[:size], root


def _posteriors(
    precision: FloatArray, pull: FloatArray, mean: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    """Posterior covariance of each person, posterior mean less ``mean``, and the log-likelihood up to a constant."""
    mixed = np.eye(len(mean)) + covariance * precision[:, None, :]
    posterior = np.asarray(np.linalg.solve(mixed, np.broadcast_to(covariance, mixed.shape)), dtype=np.float64)
    slope = pull - precision * mean
    away: FloatArray = np.einsum("pij,pj->pi", posterior, slope)
    fit = float((slope * away).sum() + (2 * pull * mean - precision * mean**2).sum())
    return posterior, away, (fit - float(np.linalg.slogdet(mixed)[1].sum())) / 2


def _errors(precision: FloatArray, covariance: FloatArray, weight: float) -> FloatArray:
    """Standard errors of the correlations, 0 on the diagonal."""
    size = len(covariance)
    posterior, _away, _height = _posteriors(precision, np.zeros_like(precision), np.zeros(size), covariance)
    told = -posterior * precision[:, :, None] * precision[:, None, :]
    near = np.arange(size)
    told[:, near, near] += precision
    flat = told.reshape(-1, size * size)
    certain = np.linalg.inv(covariance).ravel()
    products = (flat.T @ flat + weight * np.outer(certain, certain)).reshape((size,) * 4)
    first, second = np.tril_indices(size)
    # an element off the diagonal stands at two places of S
    twice = np.where(first == second, 1.0, 2.0)
    crossed = products[second[:, None], first[None, :], second[None, :], first[:, None]]
    straight = products[second[:, None], second[None, :], first[None, :], first[:, None]]
    information = (crossed + straight) / 4 * np.outer(twice, twice)
    return _carried_over(np.linalg.inv(information), covariance)


def _carried_over(doubt: FloatArray, covariance: FloatArray) -> FloatArray:
    """From the covariance of the elements of S (lower triangle) to standard errors of its correlations."""
    size = len(covariance)
    first, second = np.tril_indices(size, -1)
    place = np.zeros((size, size), dtype=np.int64)
    place[np.tril_indices(size)] = np.arange(len(doubt))
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance[first, second] / (sd[first] * sd[second])
    slope = np.zeros((len(first), len(doubt)))
    row = np.arange(len(first))
    slope[row, place[first, second]] = 1 / (sd[first] * sd[second])
    slope[row, place[first, first]] = -correlation / (2 * sd[first] ** 2)
    slope[row, place[second, second]] = -correlation / (2 * sd[second] ** 2)
    error = np.zeros((size, size))
    error[first, second] = np.sqrt(np.einsum("ra,ab,rb->r", slope, doubt, slope, optimize=True))
    return error + error.T
