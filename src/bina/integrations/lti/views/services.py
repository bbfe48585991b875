"""The services that tools call with a token: columns of grades, scores, results, and the roster of a course."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.lti import actions, queries
from bina.integrations.lti.queries import Caller
from bina.integrations.lti.rules import (
    LEARNER,
    MediaType,
    Rejected,
    Scope,
    link_header,
    read_line_item,
    read_portion,
    read_score,
)

LARGEST = 100_000
Handler = Callable[..., HttpResponse]


def service(**handlers: Handler) -> Handler:
    """A view that answers a tool: one handler for each method; every refusal is JSON with a sentence, and is noted."""

    @csrf_exempt
    def answer(request: HttpRequest, **names: UUID) -> HttpResponse:
        handler = handlers.get((request.method or "").lower())
        if handler is None:
            return HttpResponseNotAllowed([name.upper() for name in handlers])
        caller: Caller | None = None
        try:
            caller = queries.caller_of(request.headers.get("Authorization", ""))
            response = handler(request, caller, **names)
        except Rejected as fault:
            response = _fault(str(fault), fault.status, fault.code)
        except Refused as fault:
            # The state of the course speaks, not the message: withdrawn, or a part that is not open.
            response = _fault(str(fault), 403, "forbidden")
        if caller is not None and response.status_code >= 400:
            words = json.loads(response.content)["error_description"]
            actions.note(caller.tool, words, is_fault=True)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


def _fault(sentence: str, status: int, code: str) -> HttpResponse:
    response = _json({"error": code, "error_description": sentence}, "application/json", status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer realm="{settings.SITE_NAME}", error="invalid_token"'
    return response


def _json(content: object, kind: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(content, ensure_ascii=False), content_type=kind, status=status)


def _body(request: HttpRequest, kind: MediaType) -> Any:
    told = (request.content_type or "").lower()
    if told != kind.value:
        raise Rejected(
            _("Isi harus berjenis %(kind)s.") % {"kind": kind.value}, status=415, code="unsupported_media_type"
        )
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Rejected(_("Kiriman ini terlalu besar."), status=413, code="too_large")
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Rejected(_("Isi bukan JSON yang dapat dibaca.")) from error


def _portion(request: HttpRequest, rows: "QuerySet[Any]", address: str) -> tuple[list[Any], str]:
    """The rows that are asked for, and the header that leads on."""
    query: Mapping[str, str] = {name: str(value) for name, value in request.GET.dict().items()}
    portion = read_portion(query)
    header = link_header(address, query, portion, rows.count())
    return list(rows[portion.start : portion.end]), header


def _with_way(response: HttpResponse, header: str) -> HttpResponse:
    if header:
        response.headers["Link"] = header
    return response


def _list_items(request: HttpRequest, caller: Caller, course_id: UUID) -> HttpResponse:
    caller.require(Scope.LINE_ITEM, Scope.LINE_ITEM_READ)
    course = queries.course_of_tool(caller.tool, course_id)
    wanted = {name: str(value) for name, value in request.GET.dict().items()}
    rows, header = _portion(
        request, queries.line_items_of(caller.tool, course, wanted), queries.line_items_address(course)
    )
    response = _json([queries.line_item_json(row) for row in rows], MediaType.LINE_ITEMS.value)
    return _with_way(response, header)


def _make_item(request: HttpRequest, caller: Caller, course_id: UUID) -> HttpResponse:
    caller.require(Scope.LINE_ITEM)
    course = queries.course_of_tool(caller.tool, course_id)
    words = read_line_item(_body(request, MediaType.LINE_ITEM))
    made = actions.make_line_item(tool=caller.tool, course=course, words=words)
    response = _json(queries.line_item_json(made), MediaType.LINE_ITEM.value, status=201)
    response.headers["Location"] = queries.line_item_address(made)
    return response


def _item(caller: Caller, course_id: UUID, item_id: UUID) -> Any:
    return queries.line_item_of(caller.tool, queries.course_of_tool(caller.tool, course_id), item_id)


def _show_item(request: HttpRequest, caller: Caller, course_id: UUID, item_id: UUID) -> HttpResponse:
    caller.require(Scope.LINE_ITEM, Scope.LINE_ITEM_READ)
    return _json(queries.line_item_json(_item(caller, course_id, item_id)), MediaType.LINE_ITEM.value)


def _change_item(request: HttpRequest, caller: Caller, course_id: UUID, item_id: UUID) -> HttpResponse:
    caller.require(Scope.LINE_ITEM)
    item = _item(caller, course_id, item_id)
    words = read_line_item(_body(request, MediaType.LINE_ITEM))
    return _json(queries.line_item_json(actions.change_line_item(item=item, words=words)), MediaType.LINE_ITEM.value)


def _remove_item(request: HttpRequest, caller: Caller, course_id: UUID, item_id: UUID) -> HttpResponse:
    caller.require(Scope.LINE_ITEM)
    actions.remove_line_item(item=_item(caller, course_id, item_id))
    return HttpResponse(status=204)


def _take_score(request: HttpRequest, caller: Caller, course_id: UUID, item_id: UUID) -> HttpResponse:
    caller.require(Scope.SCORE)
    item = _item(caller, course_id, item_id)
    actions.take_score(item=item, score=read_score(_body(request, MediaType.SCORE), now=clock.now()))
    return HttpResponse(status=204)


def _list_results(request: HttpRequest, caller: Caller, course_id: UUID, item_id: UUID) -> HttpResponse:
    caller.require(Scope.RESULT_READ)
    item = _item(caller, course_id, item_id)
    wanted = queries.results_of(item, request.GET.get("user_id", "")[:255])
    rows, header = _portion(request, wanted, f"{queries.line_item_address(item)}/results")
    response = _json(queries.results_json(item, rows), MediaType.RESULTS.value)
    return _with_way(response, header)


def _list_people(request: HttpRequest, caller: Caller, course_id: UUID) -> HttpResponse:
    caller.require(Scope.ROSTER)
    course = queries.course_of_tool(caller.tool, course_id)
    wanted = queries.members_of(
        caller.tool, course, role=request.GET.get("role", ""), link_id=request.GET.get("rlid", "")
    )
    rows, header = _portion(request, wanted, queries.roster_address(course))
    people = actions.read_people(tool=caller.tool, course=course, people=rows)
    told = {
        "id": queries.roster_address(course),
        "context": {"id": str(course.public_id), "label": course.slug, "title": course.title},
        "members": [person.member((LEARNER,)) for person in people],
    }
    response = _json(told, MediaType.ROSTER.value)
    return _with_way(response, header)


line_items = service(get=_list_items, post=_make_item)
line_item = service(get=_show_item, put=_change_item, delete=_remove_item)
scores = service(post=_take_score)
results = service(get=_list_results)
roster = service(get=_list_people)
