"""The document resources: states of activities, profiles of activities and of agents."""

from collections.abc import Callable

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied
from bina.records import queries
from bina.records.actions import Care, keep_document, remove_document, remove_documents
from bina.records.queries import Kind, Shelf
from bina.records.rules import Invalid, identifier_of, is_iri, is_uuid, may_use_documents, require_moment
from bina.records.views.xapi.protocol import Call, Missing, Resource, json_answer, with_date

LONGEST_NAME = 2_000
OWNERS = {
    Kind.STATE: ("activityId", "agent"),
    Kind.ACTIVITY: ("activityId",),
    Kind.AGENT: ("agent",),
}


def _require_right(call: Call, kind: Kind) -> None:
    writing = call.method not in {"GET", "HEAD"}
    if not may_use_documents(call.caller.scopes, state=kind == Kind.STATE, writing=writing):
        raise Denied(_("Aplikasi ini tidak berhak memakai dokumen ini."))


def _ask_visit(call: Call, shelf: Shelf, name: str) -> None:
    if call.caller.visit is not None:
        content = call.body if call.method in {"PUT", "POST"} else b""
        call.caller.visit.use_document(shelf, name, method=call.method, content_type=call.content_type, content=content)


def _name_of(kind: Kind) -> str:
    return "stateId" if kind == Kind.STATE else "profileId"


def _shelf_of(call: Call, kind: Kind, *further: str, needs_name: bool) -> Shelf:
    """Where the request points; raises Invalid when a parameter is missing, unknown or wrong."""
    allowed = {*OWNERS[kind], _name_of(kind), *further}
    if kind == Kind.STATE:
        allowed.add("registration")
    call.require_parameters(frozenset(allowed), *OWNERS[kind], *((_name_of(kind),) if needs_name else ()))
    activity = call.parameters.get("activityId", "")
    if "activityId" in allowed and not is_iri(activity):
        raise Invalid("activityId", _("harus berupa IRI lengkap."))
    agent = call.agent() if "agent" in allowed else None
    identifier = identifier_of(agent) if agent is not None else ""
    if identifier is None:
        raise Invalid("agent", _("harus memiliki pengenal."))
    registration = call.parameters.get("registration", "")
    if "registration" in call.parameters and not is_uuid(registration):
        raise Invalid("registration", _("harus berupa UUID dalam bentuk bakunya."))
    name = call.parameters.get(_name_of(kind), "")
    if len(name) > LONGEST_NAME or "\x00" in name:
        raise Invalid(_name_of(kind), _("terlalu panjang, atau memuat tanda yang tidak terlihat."))
    return Shelf(kind, activity, identifier, registration)


def _get(kind: Kind) -> Callable[[Call], HttpResponse]:
    def get(call: Call) -> HttpResponse:
        """One document by its name, or the names of those changed since a moment."""
        _require_right(call, kind)
        shelf = _shelf_of(call, kind, "since", needs_name=False)
        name = call.parameters.get(_name_of(kind))
        _ask_visit(call, shelf, name or "")
        if name:
            document = queries.document_named(call.caller.store_id, shelf, name)
            if document is None:
                raise Missing
            response = HttpResponse(
                bytes(document.content), content_type=document.content_type or "application/octet-stream"
            )
            response.headers["ETag"] = f'"{document.etag}"'
            # What a client stored is shown to nobody as a page of this house.
            response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
            return with_date(response, document.updated_at.timestamp())
        since = (
            require_moment(call.parameters["since"].replace(" ", "+"), "since") if "since" in call.parameters else None
        )
        rows = list(queries.documents_on(call.caller.store_id, shelf, since=since).values_list("name", "updated_at"))
        response = json_answer(msgspec.json.encode(list(dict.fromkeys(name for name, _moment in rows))))
        return with_date(response, max(moment for _name, moment in rows).timestamp()) if rows else response

    return get


def _keep(kind: Kind, *, merge: bool) -> Callable[[Call], HttpResponse]:
    def keep(call: Call) -> HttpResponse:
        """Put a document in its place, or merge it into the one that is there."""
        _require_right(call, kind)
        shelf = _shelf_of(call, kind, needs_name=True)
        _ask_visit(call, shelf, call.parameters[_name_of(kind)])
        keep_document(
            by=call.caller, shelf=shelf, name=call.parameters[_name_of(kind)], content=call.body,
            content_type=call.content_type or "application/octet-stream", conditions=call.conditions, merge=merge,
            care=Care.EXISTING if call.version == 2 else Care.NONE if kind == Kind.STATE else Care.ALWAYS,
        )  # fmt: skip
        return HttpResponse(status=204)

    return keep


def _delete(kind: Kind) -> Callable[[Call], HttpResponse]:
    def delete(call: Call) -> HttpResponse:
        """Remove a document; of states without a name all."""
        _require_right(call, kind)
        shelf = _shelf_of(call, kind, needs_name=kind != Kind.STATE)
        name = call.parameters.get(_name_of(kind))
        _ask_visit(call, shelf, name or "")
        if name:
            remove_document(by=call.caller, shelf=shelf, name=name, conditions=call.conditions)
        else:
            remove_documents(by=call.caller, shelf=shelf)
        return HttpResponse(status=204)

    return delete


def _resource(kind: Kind) -> Resource:
    return Resource(get=_get(kind), put=_keep(kind, merge=False), post=_keep(kind, merge=True), delete=_delete(kind))


state = _resource(Kind.STATE)
activity_profile = _resource(Kind.ACTIVITY)
agent_profile = _resource(Kind.AGENT)
