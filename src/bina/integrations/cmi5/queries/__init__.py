"""Everything that may be asked about cmi5 courses, registrations and sessions."""

from bina.integrations.cmi5.queries.addresses import block_address, course_address, unit_address
from bina.integrations.cmi5.queries.courses import course_in_store, courses_in_store, unit_at
from bina.integrations.cmi5.queries.sessions import (
    HOURS,
    Record,
    Way,
    forgotten_sessions,
    has_spoken,
    is_over,
    latest_registration,
    place_of_session,
    record_of,
    registration_in_store,
    running_sessions,
    session_by_key,
    session_in_record,
    session_in_store,
    standing_in,
)

__all__ = [
    "HOURS",
    "Record",
    "Way",
    "block_address",
    "course_address",
    "course_in_store",
    "courses_in_store",
    "forgotten_sessions",
    "has_spoken",
    "is_over",
    "latest_registration",
    "place_of_session",
    "record_of",
    "registration_in_store",
    "running_sessions",
    "session_by_key",
    "session_in_record",
    "session_in_store",
    "standing_in",
    "unit_address",
    "unit_at",
]
