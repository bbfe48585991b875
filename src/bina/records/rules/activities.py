"""On what: activities with their definitions, and interactions (questions) among them."""

from typing import Any

from django.utils.translation import gettext as _

from bina.records.rules.values import (
    Invalid,
    Json,
    require_extensions,
    require_iri,
    require_keys,
    require_language_map,
    require_object,
)

ACTIVITY_KEYS = frozenset({"objectType", "id", "definition"})
COMPONENT_LISTS: dict[str, frozenset[str]] = {
    "choices": frozenset({"choice", "sequencing"}),
    "scale": frozenset({"likert"}),
    "source": frozenset({"matching"}),
    "target": frozenset({"matching"}),
    "steps": frozenset({"performance"}),
}
INTERACTIONS = frozenset(
    {
        "true-false",
        "choice",
        "fill-in",
        "long-fill-in",
        "matching",
        "performance",
        "sequencing",
        "likert",
        "numeric",
        "other",
    }
)
DEFINITION_KEYS = frozenset(
    {
        "name",
        "description",
        "type",
        "moreInfo",
        "extensions",
        "interactionType",
        "correctResponsesPattern",
        *COMPONENT_LISTS,
    }
)
COMPONENT_KEYS = frozenset({"id", "description"})


def require_activity(value: Any, where: str) -> None:
    """Raise Invalid unless the value is an activity."""
    require_object(value, where)
    require_keys(value, ACTIVITY_KEYS, where)
    if value.get("objectType", "Activity") != "Activity":
        raise Invalid(f"{where}.objectType", _("harus “Activity”."))
    if "id" not in value:
        raise Invalid(where, _("harus memuat “id”."))
    require_iri(value["id"], f"{where}.id")
    if "definition" in value:
        _require_definition(value["definition"], f"{where}.definition")


def _require_definition(value: Any, where: str) -> None:
    require_object(value, where)
    require_keys(value, DEFINITION_KEYS, where)
    for key in ("name", "description"):
        if key in value:
            require_language_map(value[key], f"{where}.{key}")
    for key in ("type", "moreInfo"):
        if key in value:
            require_iri(value[key], f"{where}.{key}")
    if "extensions" in value:
        require_extensions(value["extensions"], f"{where}.extensions")
    if "interactionType" in value:
        _require_interaction(value, where)
    else:
        for key in ("correctResponsesPattern", *COMPONENT_LISTS):
            if key in value:
                raise Invalid(f"{where}.{key}", _("hanya boleh ada bersama “interactionType”."))


def _require_interaction(value: Json, where: str) -> None:
    kind = value["interactionType"]
    if type(kind) is not str or kind not in INTERACTIONS:
        raise Invalid(
            f"{where}.interactionType",
            _("harus salah satu dari %(kinds)s.") % {"kinds": ", ".join(sorted(INTERACTIONS))},
        )
    if "correctResponsesPattern" in value:
        pattern = value["correctResponsesPattern"]
        if type(pattern) is not list or any(type(text) is not str for text in pattern):
            raise Invalid(f"{where}.correctResponsesPattern", _("harus berupa daftar teks."))
    for key, kinds in COMPONENT_LISTS.items():
        if key in value:
            if kind not in kinds:
                raise Invalid(f"{where}.{key}", _("tidak berlaku untuk jenis soal “%(kind)s”.") % {"kind": kind})
            _require_components(value[key], f"{where}.{key}")


def _require_components(value: Any, where: str) -> None:
    if type(value) is not list:
        raise Invalid(where, _("harus berupa daftar."))
    seen: set[str] = set()
    for position, component in enumerate(value):
        place = f"{where}[{position}]"
        require_object(component, place)
        require_keys(component, COMPONENT_KEYS, place)
        identity = component.get("id")
        if type(identity) is not str or not identity:
            raise Invalid(f"{place}.id", _("harus berupa teks yang tidak kosong."))
        if identity in seen:
            raise Invalid(f"{place}.id", _("“%(id)s” dipakai dua kali.") % {"id": identity[:60]})
        seen.add(identity)
        if "description" in component:
            require_language_map(component["description"], f"{place}.description")


def merged_definition(known: Json, newer: Json) -> Json:
    """What is known of an activity after hearing of it again: languages and extensions add up, the rest is replaced."""
    merged = dict(known)
    for key, value in newer.items():
        before = merged.get(key)
        merged[key] = before | value if type(value) is dict and type(before) is dict else value
    return merged
