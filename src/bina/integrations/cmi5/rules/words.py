"""The words of cmi5: IRIs of verbs, categories and extensions, and the vocabularies of its course structure.

Source: cmi5 Specification Profile for xAPI, Quartz (1st edition), sections 8 to 14.
"""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
MANIFEST = "cmi5.xml"
_ADL, _W3ID = "http://adlnet.gov/expapi/verbs/", "https://w3id.org/xapi/adl/verbs/"
_CMI5 = "https://w3id.org/xapi/cmi5/"

CMI5_CATEGORY = f"{_CMI5}context/categories/cmi5"
MOVE_ON_CATEGORY = f"{_CMI5}context/categories/moveon"
SESSION_ID = f"{_CMI5}context/extensions/sessionid"
MASTERY_SCORE = f"{_CMI5}context/extensions/masteryscore"
LAUNCH_MODE = f"{_CMI5}context/extensions/launchmode"
LAUNCH_URL = f"{_CMI5}context/extensions/launchurl"
MOVE_ON = f"{_CMI5}context/extensions/moveon"
LAUNCH_PARAMETERS = f"{_CMI5}context/extensions/launchparameters"
REASON = f"{_CMI5}result/extensions/reason"
BLOCK_TYPE = f"{_CMI5}activitytype/block"
COURSE_TYPE = f"{_CMI5}activitytype/course"
LAUNCH_DATA = "LMS.LaunchData"
PREFERENCES = "cmi5LearnerPreferences"
# What a launch adds to the address of a unit (section 8.1); a package may not use these names itself.
LAUNCH_NAMES = ("endpoint", "fetch", "actor", "registration", "activityId")


class Word(StrEnum):
    """The verbs that cmi5 gives a meaning."""

    LAUNCHED = f"{_ADL}launched"
    INITIALIZED = f"{_ADL}initialized"
    COMPLETED = f"{_ADL}completed"
    PASSED = f"{_ADL}passed"
    FAILED = f"{_ADL}failed"
    TERMINATED = f"{_ADL}terminated"
    ABANDONED = f"{_W3ID}abandoned"
    WAIVED = f"{_W3ID}waived"
    SATISFIED = f"{_W3ID}satisfied"


# What each verb means in words, as readers of statements see it.
DISPLAYS: dict[Word, dict[str, str]] = {
    Word.LAUNCHED: {"id": "diluncurkan", "en": "launched"},
    Word.ABANDONED: {"id": "ditinggalkan", "en": "abandoned"},
    Word.WAIVED: {"id": "dibebaskan", "en": "waived"},
    Word.SATISFIED: {"id": "terpenuhi", "en": "satisfied"},
}
VERBS_OF_UNITS = frozenset({Word.INITIALIZED, Word.COMPLETED, Word.PASSED, Word.FAILED, Word.TERMINATED})
JUDGING = frozenset({Word.COMPLETED, Word.PASSED, Word.FAILED})


class LaunchMode(StrEnum):
    """Why a unit is opened: to be done, to be looked around in, or to be read again."""

    NORMAL = "Normal"
    BROWSE = "Browse"
    REVIEW = "Review"


LAUNCH_MODE_NAMES = {
    LaunchMode.NORMAL: _("Belajar"),
    LaunchMode.BROWSE: _("Melihat-lihat"),
    LaunchMode.REVIEW: _("Membaca ulang"),
}


class LaunchMethod(StrEnum):
    """Where a unit may be shown."""

    ANY_WINDOW = "AnyWindow"
    OWN_WINDOW = "OwnWindow"


class MoveOn(StrEnum):
    """What a unit asks before one may move on."""

    NOT_APPLICABLE = "NotApplicable"
    PASSED = "Passed"
    COMPLETED = "Completed"
    COMPLETED_AND_PASSED = "CompletedAndPassed"
    COMPLETED_OR_PASSED = "CompletedOrPassed"


MOVE_ON_NAMES = {
    MoveOn.NOT_APPLICABLE: _("cukup dibuka"),
    MoveOn.PASSED: _("lulus"),
    MoveOn.COMPLETED: _("selesai"),
    MoveOn.COMPLETED_AND_PASSED: _("selesai dan lulus"),
    MoveOn.COMPLETED_OR_PASSED: _("selesai atau lulus"),
}


def is_met(move_on: str, *, is_completed: bool, is_passed: bool, is_waived: bool = False) -> bool:
    """Whether a unit is satisfied (section 13.1.4); a waived one always is (9.3.9)."""
    if is_waived:
        return True
    match MoveOn(move_on):
        case MoveOn.NOT_APPLICABLE:
            return True
        case MoveOn.PASSED:
            return is_passed
        case MoveOn.COMPLETED:
            return is_completed
        case MoveOn.COMPLETED_AND_PASSED:
            return is_completed and is_passed
        case MoveOn.COMPLETED_OR_PASSED:
            return is_completed or is_passed
