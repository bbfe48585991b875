"""Pure rules of the store: what is valid, what is the same, how it is found, who may."""

from bina.records.rules.activities import INTERACTIONS, merged_definition, require_activity
from bina.records.rules.actors import identifier_of, require_agent, require_group
from bina.records.rules.comparing import same_statement
from bina.records.rules.formats import FORMATS, accepted_languages, by_ids, canonical
from bina.records.rules.parts import Part, media_type_of, parts_of, require_attached
from bina.records.rules.preconditions import Outdated, Preconditions
from bina.records.rules.references import (
    ACTIVITY,
    AGENT,
    REGISTRATION,
    RELATED_ACTIVITY,
    RELATED_AGENT,
    TARGET,
    VERB,
    activities_in,
    is_voiding,
    key_of,
    keys_of,
    target_of,
    through,
)
from bina.records.rules.scopes import (
    DEFAULT_SCOPES,
    SCOPE_NAMES,
    Scope,
    may_define,
    may_launch,
    may_read,
    may_read_mine,
    may_use_documents,
    may_write,
)
from bina.records.rules.signatures import is_signature, require_signature
from bina.records.rules.statements import VOIDED, require_statement
from bina.records.rules.values import Invalid, Json, is_iri, is_uuid, moment_of, require_moment, written_moment

__all__ = [
    "ACTIVITY",
    "AGENT",
    "DEFAULT_SCOPES",
    "FORMATS",
    "INTERACTIONS",
    "REGISTRATION",
    "RELATED_ACTIVITY",
    "RELATED_AGENT",
    "SCOPE_NAMES",
    "TARGET",
    "VERB",
    "VOIDED",
    "Invalid",
    "Json",
    "Outdated",
    "Part",
    "Preconditions",
    "Scope",
    "accepted_languages",
    "activities_in",
    "by_ids",
    "canonical",
    "identifier_of",
    "is_iri",
    "is_signature",
    "is_uuid",
    "is_voiding",
    "key_of",
    "keys_of",
    "may_define",
    "may_launch",
    "may_read",
    "may_read_mine",
    "may_use_documents",
    "may_write",
    "media_type_of",
    "merged_definition",
    "moment_of",
    "parts_of",
    "require_activity",
    "require_agent",
    "require_attached",
    "require_group",
    "require_moment",
    "require_signature",
    "require_statement",
    "same_statement",
    "target_of",
    "through",
    "written_moment",
]
