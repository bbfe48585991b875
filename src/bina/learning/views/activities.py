"""What the page of an activity needs: whose it is, where it stands, and what its kind shows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.crypto import get_random_string

from bina.assessment.queries import (
    answers_of,
    form_versions,
    overview,
    scores_of,
    session_visible_to,
    sessions_of,
    version_at,
)
from bina.assessment.rules import ACCEPTED, LARGEST_MB, LONGEST_TEXT, MOST_FILES, feedback_on, public_view
from bina.foundation import clock
from bina.foundation.requests import SignedInRequest
from bina.foundation.wording import second_wording
from bina.learning import actions, queries
from bina.learning.rules import (
    KINDS,
    MOST_PEERS,
    NOT_MEANT,
    OPEN_TO_LEARNER,
    EnrolmentState,
    can_try_test,
    rubric_lines,
    share_of_marks,
    watched_share,
)
from bina.learning.views.sheets import sheet_context
from bina.learning.views.videos import playing_context

if TYPE_CHECKING:
    from bina.assessment.models import Session
    from bina.learning.models import Activity, ActivityProgress, ActivityVariant, Enrolment
    from bina.people.models import Employee


PLAYED = ("video", "audio")


def own_place(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    """One's own enrolment and an activity in it; anything else is “not found”."""
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    activity = queries.activity_of(enrolment.version_id, key) if enrolment else None
    if enrolment is None or activity is None or activity.kind not in KINDS:
        raise Http404
    if enrolment.progress_marks.get(key) == NOT_MEANT:
        raise Http404
    return enrolment, activity


def zone_of(request: SignedInRequest) -> str:
    """The time zone in which the account reads moments."""
    return request.user.employee.agency.time_zone if request.user.employee else "WIB"


def language_of(enrolment: "Enrolment") -> str:
    """The language in which a learner reads the course."""
    return queries.language_for(enrolment.version, enrolment.language)


def place_url(enrolment: "Enrolment", key: str, query: str = "") -> str:
    """The address of an activity in an enrolment."""
    return reverse("learning:activity", args=[enrolment.public_id, key]) + (f"?{query}" if query else "")


def kind_context(
    request: SignedInRequest,
    enrolment: "Enrolment",
    found: "Activity",
    typed: Mapping[str, Any] | None,
    shown: queries.ShownPart,
) -> dict[str, Any]:
    """What the kind's own part of the page needs, in the language of ``shown``; pages need nothing more."""
    if found.kind == "page":
        return {}
    if found.kind in {"assignment", "workplace"}:
        rubric = shown.activity.payload.get("rubric", [])
        return _work_context(request, enrolment, found, typed, rubric)
    if found.kind == "survey":
        return sheet_context(enrolment, found, typed or {"step": request.GET.get("step", "")})
    if found.kind == "discussion":
        own = queries.own_answer(enrolment, found)
        return {
            "own": own,
            "others": queries.answers_of_discussion(enrolment, found),
            "typed_text": typed["text"] if typed else own.text if own else "",
        }
    row = queries.progress_in(enrolment, found)
    if found.kind == "quiz":
        number = request.GET.get("attempt", "")
        attempt = (
            queries.quiz_attempt(enrolment, found, int(number))
            if number.isdigit() and len(number) < 6 and typed is None
            else None
        )
        seed = f"{enrolment.public_id}:{found.key}:{attempt.number - 1 if attempt else row.attempts if row else 0}"
        answers = attempt.answers if attempt else typed or {}
        return {
            "progress": row,
            "attempt": attempt,
            "questions": quiz_questions(
                found.payload["items"], seed, answers, is_graded=attempt is not None, words=shown.item_words
            ),
            "token": get_random_string(24),
        }
    if found.kind == "test":
        return _test_context(request, enrolment, found, row)
    share = watched_share(found.payload, row.evidence) if row and found.kind in PLAYED else 0.0
    context = {"progress": row, "evidence": row.evidence if row else {}, "watched": share}
    return {**context, **playing_context(request, found, row)} if found.kind in PLAYED else context


def _work_context(
    request: SignedInRequest,
    enrolment: "Enrolment",
    found: "Activity",
    typed: Mapping[str, Any] | None,
    rubric: list[dict[str, Any]],
) -> dict[str, Any]:
    """One's own work as it stands: the draft, what was handed in, what became of it; the days count from the first look."""
    if enrolment.state != EnrolmentState.WITHDRAWN:
        actions.begin_work(by=request.user, enrolment=enrolment, activity=found)
    work = queries.own_work(enrolment, found)
    marks = work.marks if work else {}
    is_open = work is not None and work.state in OPEN_TO_LEARNER
    voices = (
        [row for row in work.voices.all() if row.turn == work.turn and row.is_confirmed is not None] if work else []
    )
    return {
        "work": work,
        "is_open": is_open,
        "files": list(work.files.all()) if work else [],
        "voices": voices,
        "rubric": rubric_lines(rubric, marks),
        "share": share_of_marks(marks),
        "typed_text": (typed or {}).get("text", work.text if work else ""),
        "typed_appeal": (typed or {}).get("appeal", ""),
        "asked_peers": typed.getlist("peers") if isinstance(typed, QueryDict) else [],
        "peers": queries.peers_for(enrolment) if is_open and found.kind == "workplace" else [],
        "most_peers": MOST_PEERS,
        "most_files": MOST_FILES,
        "longest_text": LONGEST_TEXT,
        "accepted": ACCEPTED,
        "largest_mb": LARGEST_MB,
    }


def quiz_questions(
    items: list[dict[str, Any]],
    seed: str,
    answers: Mapping[str, Any],
    *,
    is_graded: bool,
    words: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Each question as the page shows it: the view without its key, the answer given, and feedback once graded.

    ``words`` are those of the course's language by code; None: the questions follow the language of the pages.
    """
    found = []
    for number, item in enumerate(items, start=1):
        own, answer = words.get(item["code"]) if words is not None else None, answers.get(item["code"])
        with second_wording(None if words is None else own is not None):
            found.append(
                {
                    "prefix": f"q{number}",
                    "number": number,
                    "view": public_view(item["kind"], item, f"{seed}:{item['code']}", item["stem"], own),
                    "answer": answer,
                    "feedback": feedback_on(item["kind"], item, answer, english=own) if is_graded else None,
                }
            )
    return found


def open_session(enrolment: "Enrolment", found: "Activity") -> "Session | None":
    """The attempt at a test that is under way; None when there is none."""
    kind, context_id = queries.context_of(enrolment)
    rows = sessions_of(enrolment.employee).filter(
        blueprint__code=found.payload.get("blueprint", ""), context_kind=kind, context_id=context_id
    )
    latest = rows.first()
    return latest if latest is not None and latest.is_open else None


def _test_context(
    request: SignedInRequest, enrolment: "Enrolment", found: "Activity", row: "ActivityProgress | None"
) -> dict[str, Any]:
    """The test as it stands: not begun, under way at one question, or its latest result."""
    session = open_session(enrolment, found)
    if session is not None and session.is_overdue(clock.now()):
        # Nobody came back in time: what was saved counts, and the page shows the result.
        actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        session, row = None, queries.progress_in(enrolment, found)
    if session is not None:
        return {"progress": row, **_question_context(request, session)}
    tries = row.evidence.get("tries", []) if row else []
    latest = session_visible_to(request.user, tries[-1]["session"]) if tries else None
    verdict = can_try_test(
        found.payload,
        row.evidence if row else {},
        best_score=row.best_score if row else None,
        studied_at=enrolment.studied_at,
        today=clock.today(zone_of(request)),
    )
    context: dict[str, Any] = {
        "progress": row,
        "session": None,
        "latest": latest,
        "verdict": verdict,
        "scores": [],
        "review": [],
    }
    if latest is not None:
        context["scores"] = scores_of(latest)
        if request.GET.get("review"):
            answers = answers_of(latest)
            context["review"] = [
                {
                    "prefix": f"q{number}",
                    "number": number,
                    "view": version.shown(latest.seed_at(number)),
                    "answer": answers[number].answer if number in answers else None,
                    "feedback": version.explained(answers[number].answer if number in answers else None),
                }
                for number, version in enumerate(form_versions(latest), start=1)
            ]
    return context


def _question_context(request: SignedInRequest, session: "Session") -> dict[str, Any]:
    answers = answers_of(session)
    states = overview(session, answers=answers)
    wanted = request.GET.get("question", "")
    first_open = next((place.position for place in states if place.state != "done"), 0)
    position = int(wanted) if wanted.isdigit() and len(wanted) < 4 else first_open
    version = version_at(session, position) if position else None
    left = max(0, int((session.deadline_at - clock.now()).total_seconds()))
    context: dict[str, Any] = {
        "session": session, "states": states, "position": position if version else 0, "seconds_left": left,
    }  # fmt: skip
    if version is not None:
        given = answers.get(position)
        context["view"] = version.shown(session.seed_at(position))
        context["answer"] = given.answer if given else None
    return context


def show_variant(
    found: "Activity",
    employee: "Employee | None",
    wanted: str = "",
    unsaved: "Sequence[ActivityVariant] | None" = None,
) -> "queries.VariantShown | None":
    """Put the text for a person's place, or the one that is asked for, on an activity that comes in variants."""
    variant = queries.variant_for(employee, found, wanted, unsaved)
    if variant is not None and variant.body_html:
        found.body_html = variant.body_html
    return variant
