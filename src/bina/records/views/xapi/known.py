"""What the store knows of activities, of agents, and of itself."""

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied
from bina.records import queries
from bina.records.rules import Invalid, is_iri, may_read
from bina.records.views.xapi.protocol import VERSIONS, Call, Resource, json_answer

IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
OLDER = ["1.0.0", "1.0.1", "1.0.2"]


def get_activity(call: Call) -> HttpResponse:
    """An activity with everything that was said of it."""
    _require_reading(call)
    call.require_parameters(frozenset({"activityId"}), "activityId")
    activity = call.parameters["activityId"]
    if not is_iri(activity):
        raise Invalid("activityId", _("harus berupa IRI lengkap."))
    known = queries.definitions_of(call.caller.store_id, [activity]).get(activity)
    told = {"objectType": "Activity", "id": activity} | ({"definition": known} if known else {})
    return json_answer(msgspec.json.encode(told))


def get_agent(call: Call) -> HttpResponse:
    """Everything known of the person behind an agent."""
    _require_reading(call)
    call.require_parameters(frozenset({"agent"}), "agent")
    agent = call.agent() or {}
    person: dict[str, object] = {"objectType": "Person"}
    names = queries.names_of_agent(call.caller.store_id, agent)
    if names:
        person["name"] = names
    person |= {key: [agent[key]] for key in IDENTIFIERS if key in agent}
    return json_answer(msgspec.json.encode(person))


def _require_reading(call: Call) -> None:
    if not may_read(call.caller.scopes):
        raise Denied(_("Aplikasi ini tidak berhak membaca apa yang diketahui penyimpanan ini."))


def get_about(call: Call) -> HttpResponse:
    """Which versions are spoken at this address; for everybody."""
    call.require_parameters(frozenset())
    versions = [*OLDER, VERSIONS[1]] if call.version == 1 else [VERSIONS[2]]
    return json_answer(msgspec.json.encode({"version": versions}))


activities = Resource(get=get_activity)
agents = Resource(get=get_agent)
about = Resource(is_open=True, get=get_about)
