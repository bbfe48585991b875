"""From answers and ratings to a level, and what shows whether items, raters, answers and cut scores can be trusted.

Abilities and item difficulties share the level scale: theta = k means that level k is just reached, so a difference of
1 is one whole level. Discriminations are therefore per level, in the logistic metric (no constant of 1.7).
"""

from bina.science.psychometrics.ability import (
    AbilityEstimate,
    NormalPrior,
    expected_a_posteriori,
    graded_expected_a_posteriori,
    maximum_a_posteriori,
    weighted_likelihood,
)
from bina.science.psychometrics.agreement import (
    MarkAgreement,
    WeightedKappa,
    mark_agreement,
    one_way_intraclass,
    weighted_kappa,
)
from bina.science.psychometrics.calibration import (
    Calibration,
    Model,
    Priors,
    TooFewAnswersError,
    calibrate,
)
from bina.science.psychometrics.classical import AnswerAnalysis, ItemAnalysis, analyse_answers, analyse_items
from bina.science.psychometrics.dif import (
    DifClass,
    LogisticDif,
    MantelHaenszel,
    ability_strata,
    logistic_dif,
    mantel_haenszel,
    score_strata,
)
from bina.science.psychometrics.distractors import ItemOptions, OptionAnalysis, analyse_item_options, analyse_options
from bina.science.psychometrics.graded_calibration import EmptyCategoryError, GradedCalibration, calibrate_graded
from bina.science.psychometrics.linking import Drift, Link, LinkCheck, LinkMethod, check_link, drift_over_time, link
from bina.science.psychometrics.models import (
    GradedItems,
    ScoredItems,
    graded_information,
    graded_probabilities,
    information,
    probability,
)
from bina.science.psychometrics.person_fit import PersonFit, standardized_person_fit
from bina.science.psychometrics.rater_severity import RatedLevels, Ratings, rated_levels
from bina.science.psychometrics.rating_scales import ScaleAnalysis, analyse_scale
from bina.science.psychometrics.reliability import (
    DecisionQuality,
    ScoreReliability,
    decision_quality,
    marginal_reliability,
    one_factor,
    reliability_at,
    score_reliability,
)
from bina.science.psychometrics.response_time import RapidGuessing, rapid_guessing
from bina.science.psychometrics.similarity import (
    AnswerSimilarity,
    answer_similarity,
    holm_adjusted,
    option_probabilities,
    suspicious_pairs,
)
from bina.science.psychometrics.standard_setting import (
    AngoffRound,
    BookmarkCut,
    RoundChange,
    angoff_round,
    booklet_order,
    bookmark_cut,
    intraclass_correlations,
    level_of_score,
    response_levels,
    round_change,
)

__all__ = [
    "AbilityEstimate",
    "AngoffRound",
    "AnswerAnalysis",
    "AnswerSimilarity",
    "BookmarkCut",
    "Calibration",
    "DecisionQuality",
    "DifClass",
    "Drift",
    "EmptyCategoryError",
    "GradedCalibration",
    "GradedItems",
    "ItemAnalysis",
    "ItemOptions",
    "Link",
    "LinkCheck",
    "LinkMethod",
    "LogisticDif",
    "MantelHaenszel",
    "MarkAgreement",
    "Model",
    "NormalPrior",
    "OptionAnalysis",
    "PersonFit",
    "Priors",
    "RapidGuessing",
    "RatedLevels",
    "Ratings",
    "RoundChange",
    "ScaleAnalysis",
    "ScoreReliability",
    "ScoredItems",
    "TooFewAnswersError",
    "WeightedKappa",
    "ability_strata",
    "analyse_answers",
    "analyse_item_options",
    "analyse_items",
    "analyse_options",
    "analyse_scale",
    "angoff_round",
    "answer_similarity",
    "booklet_order",
    "bookmark_cut",
    "calibrate",
    "calibrate_graded",
    "check_link",
    "decision_quality",
    "drift_over_time",
    "expected_a_posteriori",
    "graded_expected_a_posteriori",
    "graded_information",
    "graded_probabilities",
    "holm_adjusted",
    "information",
    "intraclass_correlations",
    "level_of_score",
    "link",
    "logistic_dif",
    "mantel_haenszel",
    "marginal_reliability",
    "mark_agreement",
    "maximum_a_posteriori",
    "one_factor",
    "one_way_intraclass",
    "option_probabilities",
    "probability",
    "rapid_guessing",
    "rated_levels",
    "reliability_at",
    "response_levels",
    "round_change",
    "score_reliability",
    "score_strata",
    "standardized_person_fit",
    "suspicious_pairs",
    "weighted_kappa",
    "weighted_likelihood",
]
