"""Instruments of surveys: what they hold, when a question is asked, how they are checked, changed, read and written."""

from bina.assessment.rules.instruments.branching import (
    CONDITION_NAMES,
    Comparison,
    Path,
    Paths,
    condition_words,
    paths_of,
    shown_questions,
)
from bina.assessment.rules.instruments.checking import Finding, content_problems, findings_of, question_problems
from bina.assessment.rules.instruments.content import (
    QUESTION_KIND_NAMES,
    STEPS,
    Content,
    Page,
    Question,
    content_of,
    options_of,
    words_of,
)
from bina.assessment.rules.instruments.editing import (
    moved_question,
    moved_section,
    with_question,
    with_scale,
    with_section,
    without_question,
    without_scale,
    without_section,
)
from bina.assessment.rules.instruments.files import (
    INSTRUMENT_ENDINGS,
    InstrumentFile,
    instrument_as_yaml,
    instrument_template,
    read_instrument_file,
)

__all__ = [
    "CONDITION_NAMES",
    "INSTRUMENT_ENDINGS",
    "QUESTION_KIND_NAMES",
    "STEPS",
    "Comparison",
    "Content",
    "Finding",
    "InstrumentFile",
    "Page",
    "Path",
    "Paths",
    "Question",
    "condition_words",
    "content_of",
    "content_problems",
    "findings_of",
    "instrument_as_yaml",
    "instrument_template",
    "moved_question",
    "moved_section",
    "options_of",
    "paths_of",
    "question_problems",
    "read_instrument_file",
    "shown_questions",
    "with_question",
    "with_scale",
    "with_section",
    "without_question",
    "without_scale",
    "without_section",
    "words_of",
]
