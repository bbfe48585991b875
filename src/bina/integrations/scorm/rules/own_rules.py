"""What a part of a SCORM package asks of its own attempts: how many there may be, when it is over, what follows its goodbye.

Source: SCORM 2004 4th Edition Sequencing and Navigation, limit conditions, precondition and postcondition rules.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.integrations.packages.rules import Trial
from bina.integrations.scorm.rules.manifest import Sco

Payload = Mapping[str, Any]


def rules_of(sco: Sco) -> dict[str, Any]:
    """What is kept of it with the activity; nothing where the package asks for nothing."""
    found: dict[str, Any] = {}
    if sco.attempts:
        found["attempts"] = sco.attempts
    if sco.closes:
        found["closes"] = sco.closes
    if sco.after:
        found["after"] = [
            {"do": move.do, "conditions": list(move.conditions), "is_any": move.is_any} for move in sco.after
        ]
    return found


def may_go_on(payload: Payload, trial: Trial) -> Verdict:
    """Whether an attempt that has ended may be gone on with, or followed by another one."""
    if not trial.is_ended:
        return ALLOWED
    reached = {"satisfied": trial.outcome.is_passed is True, "completed": trial.outcome.is_done}
    if reached.get(payload.get("closes", "")):
        return refused(_("Menurut paketnya, bagian yang sudah tuntas tidak diulang. Anda tetap dapat membacanya lagi."))
    most = payload.get("attempts")
    if most and trial.number >= most and not trial.outcome.is_suspended:
        return refused(
            _t("Paket ini boleh dicoba %(most)s kali, dan semuanya sudah dipakai. Anda tetap dapat membacanya lagi.")
            % {"most": most}
        )
    return ALLOWED


def follows(payload: Payload, trial: Trial) -> str:
    """What comes by itself after a goodbye: the first rule that holds; another attempt only where one is left."""
    most: int = payload.get("attempts", 0)
    known = {
        "satisfied": trial.outcome.is_passed is True,
        "completed": trial.outcome.is_done,
        "objectiveStatusKnown": trial.outcome.is_passed is not None,
        "attemptLimitExceeded": 0 < most <= trial.number,
        "attempted": True,
        "always": True,
    }
    for rule in payload.get("after", ()):
        held = [known[name.removeprefix("not ")] != name.startswith("not ") for name in rule["conditions"]]
        if any(held) if rule["is_any"] else all(held):
            is_left = rule["do"] != "retry" or may_go_on(payload, trial)
            return str(rule["do"]) if is_left else ""
    return ""


def kept_in_words(scos: Sequence[Sco]) -> list[str]:
    """What is carried out beside the order, for the report of an import."""
    counted = (
        (_t("batas percobaan pada %(n)s bagian"), sum(1 for sco in scos if sco.attempts)),
        (_t("%(n)s bagian yang tidak diulang setelah tuntas"), sum(1 for sco in scos if sco.closes)),
        (_t("perpindahan otomatis setelah %(n)s bagian"), sum(1 for sco in scos if sco.after)),
        (_t("%(n)s bagian yang membebaskan bagian lain"), sum(1 for sco in scos if sco.covers[1])),
        (_t("nilai terendah sebagai syarat pada %(n)s bagian"), sum(1 for sco in scos if sco.least)),
    )
    return [words % {"n": count} for words, count in counted if count]
