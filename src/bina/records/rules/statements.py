"""What makes a statement a statement, in both versions of the specification; pure, quick, with a sentence per mistake."""

import re
from typing import Any

from django.utils.translation import gettext as _

from bina.records.rules.activities import require_activity
from bina.records.rules.actors import require_actor, require_agent, require_authority, require_group
from bina.records.rules.values import (
    Invalid,
    Json,
    is_duration,
    is_language,
    is_media_type,
    is_sha2,
    require_extensions,
    require_iri,
    require_keys,
    require_language_map,
    require_moment,
    require_no_null,
    require_object,
    require_text,
    require_uuid,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SUB_KEYS = frozenset({"objectType", "actor", "verb", "object", "result", "context", "timestamp", "attachments"})
STATEMENT_KEYS = (SUB_KEYS - {"objectType"}) | {"id", "stored", "authority", "version"}
VERB_KEYS = frozenset({"id", "display"})
REFERENCE_KEYS = frozenset({"objectType", "id"})
RESULT_KEYS = frozenset({"score", "success", "completion", "response", "duration", "extensions"})
SCORE_KEYS = frozenset({"scaled", "raw", "min", "max"})
CONTEXT_KEYS_1 = frozenset(
    {
        "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
        "extensions",
    }
)  # fmt: skip
CONTEXT_KEYS_2 = CONTEXT_KEYS_1 | {"contextAgents", "contextGroups"}
CONTEXT_ACTIVITIES = ("parent", "grouping", "category", "other")
CONTEXT_ACTIVITY_KEYS = frozenset(CONTEXT_ACTIVITIES)
ATTACHMENT_KEYS = frozenset({"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"})
_VERSION_1 = re.compile(r"1\.0(\.\d+)?").fullmatch
_VERSION_2 = re.compile(r"(1\.0(\.\d+)?|2\.0(\.\d+)?)").fullmatch


def require_statement(statement: Any, *, version: int, where: str = "", may_hold_null: bool = True) -> None:
    """Raise Invalid unless this is a statement of xAPI 1.0.3 (``version`` 1) or 2.0 (``version`` 2).

    ``may_hold_null`` False says that its words hold no null, so that none is looked for.
    """
    if type(statement) is not dict:
        raise Invalid(where or _("pernyataan"), _("harus berupa objek JSON."))
    prefix = f"{where}." if where else ""
    if may_hold_null:
        require_no_null(statement, where)
    require_keys(statement, STATEMENT_KEYS, where)
    if "id" in statement:
        require_uuid(statement["id"], f"{prefix}id")
    if "stored" in statement:
        require_moment(statement["stored"], f"{prefix}stored")
    if "authority" in statement:
        require_authority(statement["authority"], f"{prefix}authority")
    if "version" in statement:
        pattern = _VERSION_1 if version == 1 else _VERSION_2
        if type(statement["version"]) is not str or not pattern(statement["version"]):
            raise Invalid(f"{prefix}version", _("versi ini tidak dilayani."))
    _require_core(statement, version, prefix)


def _require_core(statement: Json, version: int, prefix: str) -> None:
    """What statements and sub-statements share."""
    for key in ("actor", "verb", "object"):
        if key not in statement:
            raise Invalid(prefix.rstrip("."), _("harus memuat “%(key)s”.") % {"key": key})
    require_actor(statement["actor"], f"{prefix}actor")
    verb = require_object(statement["verb"], f"{prefix}verb")
    require_keys(verb, VERB_KEYS, f"{prefix}verb")
    if "id" not in verb:
        raise Invalid(f"{prefix}verb", _("harus memuat “id”."))
    require_iri(verb["id"], f"{prefix}verb.id")
    if "display" in verb:
        require_language_map(verb["display"], f"{prefix}verb.display")
    thing = require_object(statement["object"], f"{prefix}object")
    kind = thing.get("objectType", "Activity")
    _require_thing(thing, kind, version, prefix)
    if verb["id"] == VOIDED and kind != "StatementRef":
        raise Invalid(f"{prefix}object", _("pembatalan harus menunjuk pernyataan lain (“StatementRef”)."))
    if "result" in statement:
        _require_result(statement["result"], f"{prefix}result")
    if "context" in statement:
        _require_context(statement["context"], version, f"{prefix}context", is_activity=kind == "Activity")
    if "timestamp" in statement:
        require_moment(statement["timestamp"], f"{prefix}timestamp")
    if "attachments" in statement:
        _require_attachments(statement["attachments"], f"{prefix}attachments")


def _require_thing(thing: Json, kind: Any, version: int, prefix: str) -> None:
    where = f"{prefix}object"
    if kind == "Activity":
        require_activity(thing, where)
    elif kind == "Agent":
        require_agent(thing, where)
    elif kind == "Group":
        require_group(thing, where)
    elif kind == "StatementRef":
        _require_reference(thing, where)
    elif kind == "SubStatement" and not prefix.endswith("object."):
        require_keys(thing, SUB_KEYS, where)
        _require_core(thing, version, f"{where}.")
    else:
        raise Invalid(
            f"{where}.objectType", _("“%(kind)s” tidak dapat menjadi objek di sini.") % {"kind": str(kind)[:60]}
        )


def _require_reference(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, REFERENCE_KEYS, where)
    if value.get("objectType") != "StatementRef":
        raise Invalid(f"{where}.objectType", _("harus “StatementRef”."))
    require_uuid(value.get("id"), f"{where}.id")


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _require_result(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, RESULT_KEYS, where)
    if "score" in value:
        _require_score(value["score"], f"{where}.score")
    for key in ("success", "completion"):
        if key in value and type(value[key]) is not bool:
            raise Invalid(f"{where}.{key}", _("harus true atau false."))
    if "response" in value:
        require_text(value["response"], f"{where}.response")
    if "duration" in value and (type(value["duration"]) is not str or not is_duration(value["duration"])):
        raise Invalid(f"{where}.duration", _("harus berupa durasi ISO 8601, misalnya PT1H30M."))
    if "extensions" in value:
        require_extensions(value["extensions"], f"{where}.extensions")


def _require_score(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, SCORE_KEYS, where)
    for key, number in value.items():
        if not _is_number(number):
            raise Invalid(f"{where}.{key}", _("harus berupa angka."))
    if "scaled" in value and not -1 <= value["scaled"] <= 1:
        raise Invalid(f"{where}.scaled", _("harus di antara -1 dan 1."))
    low, high, raw = value.get("min"), value.get("max"), value.get("raw")
    if low is not None and high is not None and low >= high:
        raise Invalid(f"{where}.min", _("harus lebih kecil daripada “max”."))
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        raise Invalid(f"{where}.raw", _("harus di antara “min” dan “max”."))


def _require_context(value: Any, version: int, where: str, *, is_activity: bool) -> None:
    require_object(value, where)
    require_keys(value, CONTEXT_KEYS_1 if version == 1 else CONTEXT_KEYS_2, where)
    if "registration" in value:
        require_uuid(value["registration"], f"{where}.registration")
    if "instructor" in value:
        require_actor(value["instructor"], f"{where}.instructor")
    if "team" in value:
        require_group(value["team"], f"{where}.team")
    if "contextActivities" in value:
        _require_context_activities(value["contextActivities"], f"{where}.contextActivities")
    for key in ("revision", "platform"):
        if key in value:
            require_text(value[key], f"{where}.{key}")
            if not is_activity:
                raise Invalid(f"{where}.{key}", _("hanya boleh ada bila objeknya kegiatan (“Activity”)."))
    if "language" in value and not is_language(require_text(value["language"], f"{where}.language")):
        raise Invalid(f"{where}.language", _("harus berupa kode bahasa RFC 5646."))
    if "statement" in value:
        _require_reference(value["statement"], f"{where}.statement")
    if "extensions" in value:
        require_extensions(value["extensions"], f"{where}.extensions")
    if "contextAgents" in value:
        _require_parties(value["contextAgents"], "contextAgent", "agent", f"{where}.contextAgents")
    if "contextGroups" in value:
        _require_parties(value["contextGroups"], "contextGroup", "group", f"{where}.contextGroups")


def _require_context_activities(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, CONTEXT_ACTIVITY_KEYS, where)
    for key, activities in value.items():
        if type(activities) is list:
            for position, activity in enumerate(activities):
                require_activity(activity, f"{where}.{key}[{position}]")
        else:
            require_activity(activities, f"{where}.{key}")


def _require_parties(value: Any, kind: str, who: str, where: str) -> None:
    """The agents or groups of a context in 2.0, each with the types of its part."""
    if type(value) is not list:
        raise Invalid(where, _("harus berupa daftar."))
    allowed = frozenset({"objectType", who, "relevantTypes"})
    for position, party in enumerate(value):
        place = f"{where}[{position}]"
        require_object(party, place)
        require_keys(party, allowed, place)
        if party.get("objectType") != kind:
            raise Invalid(f"{place}.objectType", _("harus “%(kind)s”.") % {"kind": kind})
        if who not in party:
            raise Invalid(place, _("harus memuat “%(key)s”.") % {"key": who})
        (require_agent if who == "agent" else require_group)(party[who], f"{place}.{who}")
        if "relevantTypes" in party:
            types = party["relevantTypes"]
            if type(types) is not list or not types:
                raise Invalid(f"{place}.relevantTypes", _("harus berupa daftar IRI yang tidak kosong."))
            for number, iri in enumerate(types):
                require_iri(iri, f"{place}.relevantTypes[{number}]")


def _require_attachments(value: Any, where: str) -> None:
    if type(value) is not list:
        raise Invalid(where, _("harus berupa daftar."))
    for position, attachment in enumerate(value):
        place = f"{where}[{position}]"
        require_object(attachment, place)
        require_keys(attachment, ATTACHMENT_KEYS, place)
        for key in ("usageType", "display", "contentType", "length", "sha2"):
            if key not in attachment:
                raise Invalid(place, _("harus memuat “%(key)s”.") % {"key": key})
        require_iri(attachment["usageType"], f"{place}.usageType")
        for key in ("display", "description"):
            if key in attachment:
                require_language_map(attachment[key], f"{place}.{key}")
        if not is_media_type(require_text(attachment["contentType"], f"{place}.contentType")):
            raise Invalid(f"{place}.contentType", _("harus berupa jenis media Internet, misalnya text/plain."))
        if type(attachment["length"]) is not int or attachment["length"] < 0:
            raise Invalid(f"{place}.length", _("harus berupa bilangan bulat."))
        if not is_sha2(require_text(attachment["sha2"], f"{place}.sha2")):
            raise Invalid(f"{place}.sha2", _("harus berupa SHA-2 heksadesimal."))
        if "fileUrl" in attachment:
            require_iri(attachment["fileUrl"], f"{place}.fileUrl")
