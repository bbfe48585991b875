"""What learning allows: states, kinds of activity, who may do what."""

from bina.learning.rules.kinds import KINDS, ActivityKind, Compiled, Doing, register_kind, watched_share
from bina.learning.rules.people import can_give_reason, can_take, may_learn_in, may_manage_course, may_repair
from bina.learning.rules.states import (
    COURSE_STATE_NAMES,
    ENROLMENT_STATE_NAMES,
    NEXT_COURSE_STATES,
    NEXT_STATES,
    CourseState,
    EnrolmentState,
    Origin,
    ProgressState,
    can_become,
    can_course_become,
    can_enrol,
    can_learn,
    with_required_parts,
)

__all__ = [
    "COURSE_STATE_NAMES",
    "ENROLMENT_STATE_NAMES",
    "KINDS",
    "NEXT_COURSE_STATES",
    "NEXT_STATES",
    "ActivityKind",
    "Compiled",
    "CourseState",
    "Doing",
    "EnrolmentState",
    "Origin",
    "ProgressState",
    "can_become",
    "can_course_become",
    "can_enrol",
    "can_give_reason",
    "can_learn",
    "can_take",
    "may_learn_in",
    "may_manage_course",
    "may_repair",
    "register_kind",
    "watched_share",
    "with_required_parts",
]
