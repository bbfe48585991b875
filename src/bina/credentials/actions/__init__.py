"""Everything that may be done with hours and certificates."""

from bina.credentials.actions.certificates import CurriculumLine, issue_certificate, revoke_certificate
from bina.credentials.actions.hours import recompute_hours, record_hours, void_hours
from bina.credentials.actions.reference import load_reference_data, set_hour_requirement, set_hour_rule, set_issuer
from bina.credentials.actions.verification import look_up_code

__all__ = [
    "CurriculumLine",
    "issue_certificate",
    "load_reference_data",
    "look_up_code",
    "recompute_hours",
    "record_hours",
    "revoke_certificate",
    "set_hour_requirement",
    "set_hour_rule",
    "set_issuer",
    "void_hours",
]
