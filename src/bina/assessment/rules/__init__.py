"""Pure rules of measuring: kinds of questions, grading, states of an attempt, rating scale, surveys."""

from bina.assessment.rules.checking import item_problems
from bina.assessment.rules.files import read_item_file
from bina.assessment.rules.grading import Feedback, PartFeedback, feedback_on, grade, numbers_in
from bina.assessment.rules.kinds import KIND_NAMES, Answer, Kind, digest_of, part_key, payload_of, right_answer
from bina.assessment.rules.ratings import (
    FRESH_DAYS,
    RELATION_NAMES,
    SCALE,
    SLOPE,
    STEPS_AROUND_LEVEL,
    WAITING_DAYS,
    RatingAnswers,
    Relation,
    clean_answers,
    next_rating_on,
)
from bina.assessment.rules.sessions import (
    GRACE,
    PURPOSE_NAMES,
    STATE_NAMES,
    Purpose,
    SessionState,
    can_answer,
    can_cancel,
    can_start_again,
    passed,
)
from bina.assessment.rules.showing import Choice, PublicItem, is_complete, public_view, read_answer
from bina.assessment.rules.surveys import SMALLEST_GROUP, missing_answers, question_problems, read_survey

__all__ = [
    "FRESH_DAYS",
    "GRACE",
    "KIND_NAMES",
    "PURPOSE_NAMES",
    "RELATION_NAMES",
    "SCALE",
    "SLOPE",
    "SMALLEST_GROUP",
    "STATE_NAMES",
    "STEPS_AROUND_LEVEL",
    "WAITING_DAYS",
    "Answer",
    "Choice",
    "Feedback",
    "Kind",
    "PartFeedback",
    "PublicItem",
    "Purpose",
    "RatingAnswers",
    "Relation",
    "SessionState",
    "can_answer",
    "can_cancel",
    "can_start_again",
    "clean_answers",
    "digest_of",
    "feedback_on",
    "grade",
    "is_complete",
    "item_problems",
    "missing_answers",
    "next_rating_on",
    "numbers_in",
    "part_key",
    "passed",
    "payload_of",
    "public_view",
    "question_problems",
    "read_answer",
    "read_item_file",
    "read_survey",
    "right_answer",
]
