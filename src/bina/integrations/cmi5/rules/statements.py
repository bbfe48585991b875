"""What a unit may say in its session, and how it is told what was wrong. Every rule names its section of the specification.

Statements that arrive here are valid xAPI already; what breaks a rule of cmi5 is turned down with 403 (section 4.2 of the
requirements derived from the specification), so that nothing has to be voided afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.integrations.cmi5.rules.sessions import SessionState
from bina.integrations.cmi5.rules.words import (
    CMI5_CATEGORY,
    JUDGING,
    MASTERY_SCORE,
    MOVE_ON_CATEGORY,
    SESSION_ID,
    VERBS_OF_UNITS,
    LaunchMode,
    Word,
)
from bina.records.rules import VOIDED, identifier_of, moment_of

Json = dict[str, Any]


@dataclass(slots=True)
class Sitting:
    """A session while statements are looked at: what is fixed by its launch, and what was said so far."""

    session_id: str
    registration: str
    agent: str
    activity_id: str
    publisher_id: str
    mode: str
    mastery_score: float | None
    state: str
    has_read_launch_data: bool
    has_read_preferences: bool
    # What was said in this session, and what in the whole registration about this unit.
    has_judged: bool = False
    is_completed: bool = False
    is_passed: bool = False


def is_defined(statement: Mapping[str, Any]) -> bool:
    """Whether a statement claims to be one that cmi5 defines (7.1.3, 9.6.2.1)."""
    return CMI5_CATEGORY in _ids(statement, "category")


def fault_of(statement: Mapping[str, Any], sitting: Sitting) -> str:
    """What is wrong with the next statement of a session, as a sentence for its log; empty when nothing is."""
    return (
        _fault_of_moment(statement, sitting)
        or _fault_of_frame(statement, sitting)
        or (_fault_of_defined(statement, sitting) if is_defined(statement) else _fault_of_allowed(statement))
    )


def take(statement: Mapping[str, Any], sitting: Sitting) -> None:
    """Go on with a statement that is right: what it says holds for those after it."""
    if not is_defined(statement):
        return
    verb = statement["verb"]["id"]
    if verb == Word.INITIALIZED:
        sitting.state = SessionState.INITIALIZED.value
    elif verb == Word.TERMINATED:
        sitting.state = SessionState.TERMINATED.value
    elif verb == Word.COMPLETED:
        sitting.is_completed = True
    else:
        sitting.has_judged = True
        sitting.is_passed = sitting.is_passed or verb == Word.PASSED


def _fault_of_moment(statement: Mapping[str, Any], sitting: Sitting) -> str:
    """Order within the session (7.1.1, 7.1.2, 9.3, 10.2.1, 11)."""
    verb = statement["verb"]["id"]
    if sitting.state not in {SessionState.LAUNCHED.value, SessionState.INITIALIZED.value}:
        return _("Sesi ini sudah berakhir; tidak ada lagi yang diterima.")
    if not sitting.has_read_launch_data:
        return _("Dokumen LMS.LaunchData harus dibaca sebelum pernyataan pertama.")
    if not sitting.has_read_preferences:
        return _("Dokumen cmi5LearnerPreferences harus dibaca sebelum pernyataan pertama.")
    begins = verb == Word.INITIALIZED and is_defined(statement)
    if sitting.state == SessionState.LAUNCHED and not begins:
        return _("Pernyataan pertama sebuah sesi harus “initialized”.")
    if sitting.state == SessionState.INITIALIZED and begins:
        return _("“initialized” hanya boleh sekali dalam satu sesi.")
    return ""


def _fault_of_frame(statement: Mapping[str, Any], sitting: Sitting) -> str:
    """What every statement of a session carries (6.3, 9.1, 9.2, 9.6, 9.7, 10.2.1)."""
    if statement["verb"]["id"] == VOIDED:
        return _("Sebuah sesi tidak boleh membatalkan pernyataan.")
    if "id" not in statement:
        return _("Pernyataan harus memuat “id”.")
    moment = statement.get("timestamp")
    if moment is None or not str(moment).upper().endswith(("Z", "+00:00", "+0000", "+00")) or moment_of(moment) is None:
        return _("Pernyataan harus memuat “timestamp” dalam UTC.")
    actor = statement["actor"]
    if actor.get("objectType", "Agent") != "Agent" or identifier_of(actor) != sitting.agent:
        return _("Pelaku harus sama dengan “actor” pada peluncuran.")
    context = statement.get("context", {})
    if str(context.get("registration", "")).lower() != sitting.registration:
        return _("“context.registration” harus sama dengan registrasi pada peluncuran.")
    if context.get("extensions", {}).get(SESSION_ID) != sitting.session_id:
        return _("“context.extensions” harus memuat pengenal sesi dari LMS.LaunchData.")
    if sitting.publisher_id not in _ids(statement, "grouping"):
        return _("“contextActivities.grouping” dari contextTemplate tidak boleh diubah.")
    return ""


def _fault_of_allowed(statement: Mapping[str, Any]) -> str:
    if MOVE_ON_CATEGORY in _ids(statement, "category"):
        return _("Kategori moveOn hanya untuk “completed”, “passed”, dan “failed”.")
    return ""


def _fault_of_defined(statement: Mapping[str, Any], sitting: Sitting) -> str:
    """What cmi5 asks of the statements that it defines (9.3 to 9.6)."""
    verb = statement["verb"]["id"]
    if verb not in VERBS_OF_UNITS:
        return _("Kata kerja ini bukan milik unit, atau tidak ditetapkan oleh cmi5.")
    if (
        statement["object"].get("objectType", "Activity") != "Activity"
        or statement["object"]["id"] != sitting.activity_id
    ):
        return _("Objek harus kegiatan dengan “activityId” dari peluncuran.")
    if verb in JUDGING and sitting.mode != LaunchMode.NORMAL:
        return _("Dalam mode %(mode)s tidak ada hasil yang dicatat.") % {"mode": sitting.mode}
    if (MOVE_ON_CATEGORY in _ids(statement, "category")) != (verb in JUDGING):
        return _("Kategori moveOn wajib untuk “completed”, “passed”, dan “failed”, dan hanya untuk itu.")
    return (
        _fault_of_result(statement, verb)
        or _fault_of_repetition(verb, sitting)
        or (_fault_of_score(statement, verb, sitting) if verb in {Word.PASSED, Word.FAILED} else "")
    )


def _fault_of_result(statement: Mapping[str, Any], verb: str) -> str:
    result = statement.get("result", {})
    wanted_success = {Word.PASSED: True, Word.FAILED: False}.get(Word(verb))
    wanted_completion = True if verb == Word.COMPLETED else None
    if result.get("success") is not wanted_success:
        return _("“result.success” harus true pada “passed”, false pada “failed”, dan tidak ada pada yang lain.")
    if result.get("completion") is not wanted_completion:
        return _("“result.completion” harus true pada “completed”, dan tidak ada pada yang lain.")
    if verb != Word.INITIALIZED and "duration" not in result:
        return _("“result.duration” wajib ada.")
    if "score" in result and verb not in {Word.PASSED, Word.FAILED}:
        return _("Nilai hanya boleh ada pada “passed” dan “failed”.")
    return ""


def _fault_of_repetition(verb: str, sitting: Sitting) -> str:
    if verb == Word.COMPLETED and sitting.is_completed:
        return _("“completed” hanya boleh sekali dalam satu registrasi.")
    if verb in {Word.PASSED, Word.FAILED} and sitting.is_passed:
        return _("Sesudah “passed” tidak boleh ada “passed” atau “failed” lagi dalam registrasi ini.")
    if verb in {Word.PASSED, Word.FAILED} and sitting.has_judged:
        return _("“passed” atau “failed” hanya boleh sekali dalam satu sesi.")
    return ""


def _fault_of_score(statement: Mapping[str, Any], verb: str, sitting: Sitting) -> str:
    """Scores agree with the mastery score, which stands beside them (9.3.4, 9.3.5, 9.5.1, 9.6.3.2)."""
    score = statement["result"].get("score", {})
    if "raw" in score and not {"min", "max"} <= score.keys():
        return _("“score.raw” harus disertai “min” dan “max”.")
    scaled = score.get("scaled")
    if scaled is not None and not 0 <= scaled <= 1:
        return _("“score.scaled” harus bilangan dari 0 sampai 1.")
    mastery, told = sitting.mastery_score, statement["context"]["extensions"].get(MASTERY_SCORE)
    if mastery is None:
        return ""
    if (scaled is not None or told is not None) and told != mastery:
        return _("“context.extensions” harus memuat masteryScore dari LMS.LaunchData.")
    if scaled is not None and (scaled >= mastery) != (verb == Word.PASSED):
        return _("Nilai tidak cocok dengan masteryScore %(mastery)s.") % {"mastery": f"{mastery:g}"}
    return ""


def _ids(statement: Mapping[str, Any], place: str) -> set[str]:
    """The activities in one place of the context; a single one may stand there without a list."""
    found = statement.get("context", {}).get("contextActivities", {}).get(place, [])
    return {activity["id"] for activity in (found if isinstance(found, list) else [found])}
