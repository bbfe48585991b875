"""How well a model fits for what it costs: the criteria by which calibrations of the same answers are compared."""

from dataclasses import dataclass
from math import log


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelFit:
    """The end of a search for the top of a marginal likelihood.

    log_likelihood: at the result, without priors. parameter_count: freely estimated numbers. rounds: of EM. converged: the
    largest step fell below the tolerance. persons: who answered.
    """

    log_likelihood: float
    parameter_count: int
    rounds: int
    converged: bool
    persons: int

    @property
    def aic(self) -> float:
        """Akaike's criterion; the smaller the better."""
        return 2 * self.parameter_count - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion; the smaller the better."""
        return log(max(self.persons, 1)) * self.parameter_count - 2 * self.log_likelihood
