"""The tables of this room."""

from bina.assessment.models.banks import Item, ItemBank, ItemEnemies, ItemImage, ItemVersion
from bina.assessment.models.calibrations import CalibrationRun, ItemStatistics
from bina.assessment.models.correlations import CorrelationEstimate, ProfileCorrelations
from bina.assessment.models.formal import (
    AssessmentWindow,
    IntegrityDecision,
    IntegrityEvent,
    IntegrityHint,
    Participant,
    WindowRoom,
)
from bina.assessment.models.panels import CutScore, Panelist, PanelJudgement, StandardPanel
from bina.assessment.models.products import HandedFile, ProductClaim, WorkProduct
from bina.assessment.models.ratings import Rating, RatingScore
from bina.assessment.models.reviews import ItemReview
from bina.assessment.models.rounds import RatingRound, RoundRater, RoundSubject
from bina.assessment.models.sessions import CompetencyScore, Response, Session, TimeAllowance
from bina.assessment.models.surveys import Instrument, Survey, SurveyDraft, SurveyResponse, SurveyTicket
from bina.assessment.models.tasks import (
    PracticalTask,
    RubricCriterion,
    RubricScore,
    TaskAssessor,
    TaskAssignment,
    TaskVersion,
)
from bina.assessment.models.tests import Blueprint, BlueprintItem

__all__ = [
    "AssessmentWindow",
    "Blueprint",
    "BlueprintItem",
    "CalibrationRun",
    "CompetencyScore",
    "CorrelationEstimate",
    "CutScore",
    "HandedFile",
    "Instrument",
    "IntegrityDecision",
    "IntegrityEvent",
    "IntegrityHint",
    "Item",
    "ItemBank",
    "ItemEnemies",
    "ItemImage",
    "ItemReview",
    "ItemStatistics",
    "ItemVersion",
    "PanelJudgement",
    "Panelist",
    "Participant",
    "PracticalTask",
    "ProductClaim",
    "ProfileCorrelations",
    "Rating",
    "RatingRound",
    "RatingScore",
    "Response",
    "RoundRater",
    "RoundSubject",
    "RubricCriterion",
    "RubricScore",
    "Session",
    "StandardPanel",
    "Survey",
    "SurveyDraft",
    "SurveyResponse",
    "SurveyTicket",
    "TaskAssessor",
    "TaskAssignment",
    "TaskVersion",
    "TimeAllowance",
    "WindowRoom",
    "WorkProduct",
]
