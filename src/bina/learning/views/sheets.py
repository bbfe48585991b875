"""The sheet of a survey in a course as a page shows it: one section at a time, or all of it for its author."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

from bina.assessment.queries import sheet_questions
from bina.assessment.rules import asked_pages
from bina.foundation.wording import localized
from bina.learning import queries
from bina.learning.rules import NAMING_NAMES, NAMING_PROMISES, Naming, content_in

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment


def _facts(found: "Activity") -> dict[str, Any]:
    naming = Naming(found.payload["naming"])
    return {
        "naming": naming.value,
        "naming_name": NAMING_NAMES[naming],
        "promise": NAMING_PROMISES[naming],
        "opening": localized(found.payload["intro"], found.payload["intro_en"]),
    }


def sheet_context(enrolment: "Enrolment", found: "Activity", typed: Mapping[str, Any]) -> dict[str, Any]:
    """One page of the sheet in hand. ``typed``: the wanted ``step``; after a refusal also the answers and what is missing."""
    answers = typed["answers"] if "answers" in typed else queries.course_sheet_draft(enrolment, found)
    content = content_in(found.payload)
    pages = asked_pages(content, answers)
    place = next((n for n, row in enumerate(pages) if row[0].key == typed.get("step", "")), 0)
    page, questions = pages[place]
    order = [row.key for row in content.pages]
    # Another account on the same machine gets another name for what the browser keeps.
    draft_key = salted_hmac("bina.learning.survey.typed", f"{enrolment.pk}\n{found.pk}").hexdigest()[:16]
    return {
        **_facts(found),
        "page": page,
        "questions": sheet_questions(questions),
        "typed": answers,
        "missing": typed.get("missing", ()),
        "grown": typed.get("grown", False),
        "place": place + 1,
        "page_count": len(pages),
        "previous": pages[place - 1][0].key if place else None,
        "is_last": order.index(page.key) == len(order) - 1,
        "draft_key": draft_key,
        "is_kept": bool(answers),
    }


def whole_sheet(found: "Activity") -> dict[str, Any]:
    """All questions of a survey for its author's preview, also those that conditions would hide."""
    pages = [(page, sheet_questions(page.questions)) for page in content_in(found.payload).pages]
    return {**_facts(found), "pages": pages}
