"""Everything that may be asked of evaluation: programmes and their reports, surveys, and findings for other pages."""

from bina.evaluation.queries.gains import GainLine, gain_line, paired_scores
from bina.evaluation.queries.programmes import (
    ProvenUseful,
    Visible,
    estimates_of,
    evaluates,
    may_read_words,
    possible_owners,
    programme_by_id,
    programme_by_public_id,
    programme_visible_to,
    programmes_visible_to,
    proven_useful,
)
from bina.evaluation.queries.reports import (
    Gains,
    ProgrammeReport,
    Reach,
    gains_of,
    programme_report,
    reach_of,
)
from bina.evaluation.queries.surveys import Reaction, SurveySheet, has_answered, reaction_to, survey_for
from bina.evaluation.queries.tables import report_table

__all__ = [
    "GainLine",
    "Gains",
    "ProgrammeReport",
    "ProvenUseful",
    "Reach",
    "Reaction",
    "SurveySheet",
    "Visible",
    "estimates_of",
    "evaluates",
    "gain_line",
    "gains_of",
    "has_answered",
    "may_read_words",
    "paired_scores",
    "possible_owners",
    "programme_by_id",
    "programme_by_public_id",
    "programme_report",
    "programme_visible_to",
    "programmes_visible_to",
    "proven_useful",
    "reach_of",
    "reaction_to",
    "report_table",
    "survey_for",
]
