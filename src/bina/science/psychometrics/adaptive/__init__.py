"""Tests that choose their next question: pools, choice, exposure, many competencies at once, and simulation."""

from bina.science.psychometrics.adaptive.choice import ChoiceRules, Progress, begin, choose_item, take
from bina.science.psychometrics.adaptive.correlations import (
    EstimatedCorrelations,
    ProfileResults,
    estimate_correlations,
    with_correlations,
)
from bina.science.psychometrics.adaptive.exposure import draw_eligible, eligibility
from bina.science.psychometrics.adaptive.pool import ItemPool
from bina.science.psychometrics.adaptive.profile import (
    ProfileAnswers,
    ProfileEstimate,
    ProfilePrior,
    estimate_profile,
    expected_gain,
    nested_prior,
)
from bina.science.psychometrics.adaptive.simulation import (
    AdaptiveRun,
    StoppingRule,
    best_fixed_form,
    simulate_adaptive,
    simulate_fixed,
)

__all__ = [
    "AdaptiveRun",
    "ChoiceRules",
    "EstimatedCorrelations",
    "ItemPool",
    "ProfileAnswers",
    "ProfileEstimate",
    "ProfilePrior",
    "ProfileResults",
    "Progress",
    "StoppingRule",
    "begin",
    "best_fixed_form",
    "choose_item",
    "draw_eligible",
    "eligibility",
    "estimate_correlations",
    "estimate_profile",
    "expected_gain",
    "nested_prior",
    "simulate_adaptive",
    "simulate_fixed",
    "take",
    "with_correlations",
]
