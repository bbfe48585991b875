"""What a session may do with documents: its own states, the learner's preferences, the profile of its unit."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from bina.integrations.cmi5.rules.words import LAUNCH_DATA, PREFERENCES
from bina.records.rules import media_type_of

_LANGUAGES = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*(,[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)*").fullmatch


def preferences(language: str) -> dict[str, str]:
    """The preferences a learner begins with, in the language of the account."""
    other = "en" if language.startswith("id") else "id"
    return {"languagePreference": f"{language},{other}", "audioPreference": "on"}


def fault_of_state(
    name: str, *, method: str, activity: str, agent: str, registration: str, own: Mapping[str, str]
) -> str:
    """What is wrong with the use of a state, empty when nothing is; ``own`` has activity, agent and registration."""
    if agent != own["agent"]:
        return _("Dokumen keadaan hanya boleh milik “actor” dari peluncuran.")
    if registration.lower() not in {"", own["registration"]}:
        return _("Dokumen keadaan hanya boleh milik registrasi dari peluncuran.")
    if activity != own["activity"]:
        return _("Dokumen keadaan hanya boleh milik “activityId” dari peluncuran.")
    if method not in {"GET", "HEAD"} and name in {LAUNCH_DATA, ""}:
        return _("LMS.LaunchData hanya boleh dibaca.")
    return ""


def fault_of_preferences(name: str, *, method: str, content_type: str, content: bytes) -> str:
    """What is wrong with the use of an agent's profile, which holds the learner's preferences (section 11)."""
    if name and name != PREFERENCES and method not in {"GET", "HEAD"}:
        return _("Di profil pelaku hanya cmi5LearnerPreferences boleh ditulis.")
    if method in {"GET", "HEAD"}:
        return ""
    if method == "DELETE":
        return _("Preferensi peserta tidak boleh dihapus.")
    if media_type_of(content_type)[0] != "application/json":
        return _("Preferensi peserta harus dikirim sebagai application/json.")
    try:
        told: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = None
    if not isinstance(told, dict):
        return _("Preferensi peserta harus berupa objek JSON.")
    languages, audio = told.get("languagePreference"), told.get("audioPreference")
    if not isinstance(languages, str) or not _LANGUAGES(languages):
        return _("“languagePreference” harus daftar tanda bahasa yang dipisahkan koma.")
    if audio not in {"on", "off"}:
        return _("“audioPreference” harus “on” atau “off”.")
    return ""
