"""Everything that may be done in this room: items, forms, attempts, ratings, surveys."""

from bina.assessment.actions.adaptive import adopt_result, answer_and_go_on, make_diagnostic
from bina.assessment.actions.allowances import give_time_allowance
from bina.assessment.actions.calibration import (
    calculate_calibration,
    publish_calibration,
    request_calibration,
    roll_back_calibration,
)
from bina.assessment.actions.course_tests import create_course_blueprint
from bina.assessment.actions.exchange import import_foreign_items
from bina.assessment.actions.forms_of_tests import refresh_forms
from bina.assessment.actions.items import (
    ImportReport,
    import_items,
    move_item,
    own_bank,
    store_pictures,
)
from bina.assessment.actions.ratings import save_rating_draft, submit_rating
from bina.assessment.actions.sessions import answer_item, cancel_session, expire_sessions, finish_session, start_session
from bina.assessment.actions.shipped import load_reference_data
from bina.assessment.actions.surveys import load_instrument, respond_to_survey

__all__ = [
    "ImportReport",
    "adopt_result",
    "answer_and_go_on",
    "answer_item",
    "calculate_calibration",
    "cancel_session",
    "create_course_blueprint",
    "expire_sessions",
    "finish_session",
    "give_time_allowance",
    "import_foreign_items",
    "import_items",
    "load_instrument",
    "load_reference_data",
    "make_diagnostic",
    "move_item",
    "own_bank",
    "publish_calibration",
    "refresh_forms",
    "request_calibration",
    "respond_to_survey",
    "roll_back_calibration",
    "save_rating_draft",
    "start_session",
    "store_pictures",
    "submit_rating",
]
