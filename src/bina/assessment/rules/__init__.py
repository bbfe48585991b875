"""Pure rules of measuring: kinds of questions, grading, states of an attempt, rating scale, surveys."""

from bina.assessment.rules.checking import item_problems
from bina.assessment.rules.content import digest_of, english_of, parameters_of, payload_of, with_stored_image
from bina.assessment.rules.files import ITEMS_NAME, LARGEST_ARCHIVE_MB, ItemFile, read_item_archive, read_item_file
from bina.assessment.rules.grading import Feedback, feedback_on, grade, right_answer, wrong_answer
from bina.assessment.rules.items import ITEM_STATE_NAMES, NEXT_ITEM_STATES, ItemState, can_move_item
from bina.assessment.rules.kinds import KIND_NAMES, PARTLY_ANSWERED, Kind
from bina.assessment.rules.kinds.parts import Answer, Choice, PartFeedback, PublicItem, part_key
from bina.assessment.rules.numbers import numbers_in
from bina.assessment.rules.pictures import StoredPicture, read_picture
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
from bina.assessment.rules.showing import is_complete, public_view, read_answer
from bina.assessment.rules.surveys import SMALLEST_GROUP, missing_answers, question_problems, read_survey

__all__ = [
    "FRESH_DAYS",
    "GRACE",
    "ITEMS_NAME",
    "ITEM_STATE_NAMES",
    "KIND_NAMES",
    "LARGEST_ARCHIVE_MB",
    "NEXT_ITEM_STATES",
    "PARTLY_ANSWERED",
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
    "ItemFile",
    "ItemState",
    "Kind",
    "PartFeedback",
    "PublicItem",
    "Purpose",
    "RatingAnswers",
    "Relation",
    "SessionState",
    "StoredPicture",
    "can_answer",
    "can_cancel",
    "can_move_item",
    "can_start_again",
    "clean_answers",
    "digest_of",
    "english_of",
    "feedback_on",
    "grade",
    "is_complete",
    "item_problems",
    "missing_answers",
    "next_rating_on",
    "numbers_in",
    "parameters_of",
    "part_key",
    "passed",
    "payload_of",
    "public_view",
    "question_problems",
    "read_answer",
    "read_item_archive",
    "read_item_file",
    "read_picture",
    "read_survey",
    "right_answer",
    "with_stored_image",
    "wrong_answer",
]
