"""Everything that may be asked about hours and certificates: rules in force, standings, sums, papers."""

from bina.credentials.queries.certificates import (
    IssuerFacts,
    certificate_by_code,
    certificate_of_origin,
    certificate_visible_to,
    certificates_of,
    certificates_visible_to,
    issuer_of,
)
from bina.credentials.queries.forms import (
    FormOfDevelopment,
    RequirementBook,
    RequirementFacts,
    forms_of_development,
    requirements_on,
    rule_in_force,
    rules_in_force,
)
from bina.credentials.queries.hours import (
    HoursGroup,
    HoursStanding,
    HoursSummary,
    hours_of,
    hours_of_many,
    hours_summary,
    hours_visible_to,
    row_visible_to,
    rows_of,
    years_of,
)
from bina.credentials.queries.papers import certificate_pdf, verification_address

__all__ = [
    "FormOfDevelopment",
    "HoursGroup",
    "HoursStanding",
    "HoursSummary",
    "IssuerFacts",
    "RequirementBook",
    "RequirementFacts",
    "certificate_by_code",
    "certificate_of_origin",
    "certificate_pdf",
    "certificate_visible_to",
    "certificates_of",
    "certificates_visible_to",
    "forms_of_development",
    "hours_of",
    "hours_of_many",
    "hours_summary",
    "hours_visible_to",
    "issuer_of",
    "requirements_on",
    "row_visible_to",
    "rows_of",
    "rule_in_force",
    "rules_in_force",
    "verification_address",
    "years_of",
]
