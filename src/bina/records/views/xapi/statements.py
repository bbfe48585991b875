"""The statements resource."""

import base64
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied
from bina.records import queries
from bina.records.actions import read_statement, store_statements
from bina.records.queries import Search
from bina.records.rules import (
    FORMATS,
    Invalid,
    Json,
    accepted_languages,
    by_ids,
    canonical,
    identifier_of,
    is_iri,
    is_uuid,
    may_read,
    may_read_mine,
    may_write,
    media_type_of,
    parts_of,
    require_attached,
    require_moment,
    written_moment,
)
from bina.records.views.xapi.protocol import Call, Missing, Resource, json_answer, with_date

MOST_AT_ONCE = 500
USUAL = 100
MICROSECONDS = 1_000_000
ONE = frozenset({"statementId", "voidedStatementId", "format", "attachments"})
MANY = frozenset(
    {
        "agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit",
        "ascending", "format", "attachments",
    }
)  # fmt: skip
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_encode = msgspec.json.encode
Attached = dict[str, tuple[str, bytes]]


def put(call: Call) -> HttpResponse:
    """Store one statement under an id that the client chose."""
    _require_writing(call)
    call.require_parameters(frozenset({"statementId"}), "statementId")
    statement_id = call.parameters["statementId"]
    if not is_uuid(statement_id):
        raise Invalid("statementId", _("harus berupa UUID dalam bentuk bakunya."))
    content, attached = _received(call)
    if content.lstrip()[:1] == b"[":
        raise Invalid("", _("Dengan PUT hanya satu pernyataan dapat dikirim."))
    _store(call, [content], attached, statement_id)
    return HttpResponse(status=204)


def _store(call: Call, raw: Sequence[bytes], attached: Attached | None, statement_id: str | None = None) -> list[str]:
    caller = call.caller

    def write() -> list[str]:
        return store_statements(
            by=caller, store_id=caller.store_id, raw=raw, version=call.version, attached=attached,
            statement_id=statement_id,
        )  # fmt: skip

    if caller.visit is None:
        return write()
    told = {} if statement_id is None else {"id": statement_id}
    return caller.visit.store([told | read_statement(words, version=call.version) for words in raw], write)


def post(call: Call) -> HttpResponse:
    """Store one statement or many; their ids in order."""
    _require_writing(call)
    call.require_parameters(frozenset())
    content, attached = _received(call)
    if content.lstrip()[:1] == b"[":
        try:
            raw: list[bytes] = [bytes(one) for one in _raw_list.decode(content)]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid("", _("Isi yang dikirim bukan JSON yang sah: %(error)s") % {"error": str(error)}) from error
    else:
        raw = [content]
    return json_answer(_encode(_store(call, raw, attached) if raw else []))


def _require_writing(call: Call) -> None:
    if not may_write(call.caller.scopes):
        raise Denied(_("Aplikasi ini tidak berhak menulis pernyataan."))


def _received(call: Call) -> tuple[bytes, Attached | None]:
    """The JSON of a request and the files that came with it; raises Invalid for any other kind of body."""
    kind, parameters = media_type_of(call.content_type)
    if kind == "application/json":
        return call.body, None
    if kind != "multipart/mixed":
        raise Invalid("Content-Type", _("harus application/json, atau multipart/mixed bila disertai lampiran."))
    parts = parts_of(call.body, parameters.get("boundary", ""))
    if not parts or media_type_of(parts[0].headers.get("content-type", ""))[0] != "application/json":
        raise Invalid("", _("Bagian pertama harus berisi pernyataan, berjenis application/json."))
    attached: Attached = {}
    for position, part in enumerate(parts[1:], start=2):
        digest = require_attached(part, position)
        attached[digest] = (part.headers.get("content-type", "application/octet-stream"), part.content)
    return parts[0].content, attached


def get(call: Call) -> HttpResponseBase:
    """One statement by its id, or a page of those that match."""
    if not may_read_mine(call.caller.scopes):
        raise Denied(_("Aplikasi ini tidak berhak membaca pernyataan."))
    # Taken before anything is read, so that it never promises more than was looked at.
    through = queries.consistent_through(call.caller.store_id)
    response: HttpResponseBase
    try:
        if "more" in call.parameters:
            response = _page(call, *_continued(call))
        elif "statementId" in call.parameters or "voidedStatementId" in call.parameters:
            response = _one(call)
        else:
            call.require_parameters(MANY)
            response = _page(call, call.parameters, None)
    except (Invalid, Missing) as error:
        response = _told(error)
    response.headers["X-Experience-API-Consistent-Through"] = _words_of(through)
    return response


def _told(error: Exception) -> HttpResponse:
    status = 404 if isinstance(error, Missing) else 400
    sentence = _("Pernyataan ini tidak ditemukan.") if status == 404 else str(error)
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _words_of(stored: int) -> str:
    import datetime as dt

    return written_moment(
        dt.datetime.fromtimestamp(stored // MICROSECONDS, dt.UTC) + dt.timedelta(microseconds=stored % MICROSECONDS)
    )


def _only_mine(call: Call) -> int | None:
    return None if may_read(call.caller.scopes) else call.caller.pk


def _one(call: Call) -> HttpResponseBase:
    call.require_parameters(ONE)
    if "statementId" in call.parameters and "voidedStatementId" in call.parameters:
        raise Invalid("statementId", _("tidak boleh bersama “voidedStatementId”."))
    voided = "voidedStatementId" in call.parameters
    name = "voidedStatementId" if voided else "statementId"
    if not is_uuid(call.parameters[name]):
        raise Invalid(name, _("harus berupa UUID dalam bentuk bakunya."))
    row = queries.statement_by_id(
        call.caller.store_id, call.parameters[name], voided=voided, client_id=_only_mine(call)
    )
    told = _format_of(call.parameters)
    if row is None or not _is_open_to_visit(call, bytes(row.body)):
        raise Missing
    body = _formatted(call, [bytes(row.body)], told)[0]
    files = _files_of(call, [bytes(row.body)])[0] if _flag(call.parameters, "attachments") else None
    return with_date(_answer(call, body, files), row.stored / MICROSECONDS)


def _is_open_to_visit(call: Call, body: bytes) -> bool:
    visit = call.caller.visit
    if visit is None:
        return True
    found: str = msgspec.json.decode(body).get("context", {}).get("registration", "")
    return found.lower() == visit.registration().lower()


def _page(call: Call, parameters: dict[str, str], after: tuple[int, int] | None) -> HttpResponseBase:
    found = queries.search(call.caller.store_id, _search_of(call, parameters, after))
    told = _format_of(parameters)
    files = None
    if _flag(parameters, "attachments"):
        files, count = _files_of(call, found.bodies)
        found = found.until(count)
    bodies = _formatted(call, found.bodies, told)
    more = ""
    if found.next is not None:
        token = base64.urlsafe_b64encode(_encode([parameters, list(found.next)])).decode().rstrip("=")
        more = reverse("records:statements", kwargs={"version": call.version}) + f"?more={token}"
    content = b'{"statements":[' + b",".join(bodies) + b'],"more":' + _encode(more) + b"}"
    return _answer(call, content, files)


def _continued(call: Call) -> tuple[dict[str, str], tuple[int, int]]:
    """The search that a page went on with."""
    call.require_parameters(frozenset({"more"}))
    token = call.parameters["more"]
    try:
        words = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        parameters, after = msgspec.json.decode(words, type=tuple[dict[str, str], tuple[int, int]])
    except (ValueError, msgspec.DecodeError) as error:
        raise Invalid("more", _("alamat lanjutan ini tidak lengkap.")) from error
    if max(map(abs, after)) >= 2**63 or not parameters.keys() <= MANY:
        raise Invalid("more", _("alamat lanjutan ini tidak lengkap."))
    return parameters, after


def _search_of(call: Call, parameters: dict[str, str], after: tuple[int, int] | None) -> Search:
    asked = Call(call.request, call.version, call.method, parameters, call.headers)
    agent = asked.agent()
    identifier = identifier_of(agent) if agent is not None else ""
    if identifier is None:
        raise Invalid("agent", _("kelompok yang dicari harus memiliki pengenal."))
    for name in ("verb", "activity"):
        if name in parameters and not is_iri(parameters[name]):
            raise Invalid(name, _("harus berupa IRI lengkap."))
    registration = parameters.get("registration", "")
    if call.caller.visit is not None:
        only = call.caller.visit.registration()
        if registration.lower() not in {"", only.lower()}:
            raise Denied(_("Sesi ini hanya boleh membaca pernyataan dari registrasinya sendiri."))
        registration = only
    if "registration" in parameters and not is_uuid(registration):
        raise Invalid("registration", _("harus berupa UUID dalam bentuk bakunya."))
    return Search(
        agent=identifier, verb=parameters.get("verb", ""), activity=parameters.get("activity", ""),
        registration=registration.lower(), related_agents=_flag(parameters, "related_agents"),
        related_activities=_flag(parameters, "related_activities"), since=_moment(parameters, "since"),
        until=_moment(parameters, "until"), ascending=_flag(parameters, "ascending"), limit=_limit(parameters),
        client_id=_only_mine(call), after=after,
    )  # fmt: skip


def _flag(parameters: dict[str, str], name: str) -> bool:
    value = parameters.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise Invalid(name, _("harus true atau false."))
    return value == "true"


def _moment(parameters: dict[str, str], name: str) -> int | None:
    if name not in parameters:
        return None
    # A plus sign that was not escaped arrives as a space.
    moment = require_moment(parameters[name].replace(" ", "+"), name)
    return round(moment.timestamp() * MICROSECONDS)


def _limit(parameters: dict[str, str]) -> int:
    told = parameters.get("limit", str(USUAL))
    if not (told.isascii() and told.isdecimal()):
        raise Invalid("limit", _("harus berupa bilangan bulat, nol atau lebih."))
    return min(int(told[:9]) or MOST_AT_ONCE, MOST_AT_ONCE)


def _format_of(parameters: dict[str, str]) -> str:
    told = parameters.get("format", "exact")
    if told not in FORMATS:
        raise Invalid("format", _("harus exact, ids, atau canonical."))
    return told


def _formatted(call: Call, bodies: Sequence[bytes], told: str) -> list[bytes]:
    if told == "exact":
        return list(bodies)
    statements: list[Json] = [msgspec.json.decode(body) for body in bodies]
    if told == "ids":
        return [_encode(by_ids(statement)) for statement in statements]
    languages = accepted_languages(call.headers.get("accept-language", ""))
    known = queries.definitions_of(
        call.caller.store_id, {one for statement in statements for one in _ids_in(statement)}
    )
    return [_encode(canonical(statement, languages, known.get)) for statement in statements]


def _ids_in(statement: Json) -> set[str]:
    thing: Any = statement["object"]
    ids = {thing["id"]} if thing.get("objectType", "Activity") == "Activity" else set()
    if thing.get("objectType") == "SubStatement":
        ids |= _ids_in(thing)
    for found in statement.get("context", {}).get("contextActivities", {}).values():
        ids |= {activity["id"] for activity in found}
    return ids


@dataclass(frozen=True, slots=True)
class _File:
    """An attached file as the store has it: its SHA-2, the media type that a statement tells of it, its size in bytes."""

    digest: str
    kind: str
    size: int


def _files_of(call: Call, bodies: Sequence[bytes]) -> tuple[list[_File], int]:
    """The files that belong to statements, and how many of the statements fit on one page with them: at least one."""
    named: list[dict[str, str]] = []
    for body in bodies:
        statement = msgspec.json.decode(body)
        kinds: dict[str, str] = {}
        for holder in (statement, statement["object"]):
            for attachment in holder.get("attachments", ()):
                kinds.setdefault(attachment["sha2"].lower(), attachment["contentType"])
        named.append(kinds)
    sizes = queries.sizes_of_attachments(call.caller.store_id, {digest for kinds in named for digest in kinds})
    files: dict[str, _File] = {}
    total = 0
    for count, (body, kinds) in enumerate(zip(bodies, named, strict=True), start=1):
        fresh = [
            _File(digest, kind.replace("\r", " ").replace("\n", " "), sizes[digest])
            for digest, kind in kinds.items()
            if digest in sizes and digest not in files
        ]
        files |= {file.digest: file for file in fresh}
        total += len(body) + sum(file.size for file in fresh)
        if total >= queries.MOST_BYTES:
            return list(files.values()), count
    return list(files.values()), len(bodies)


def _answer(call: Call, content: bytes, files: Sequence[_File] | None) -> HttpResponseBase:
    """JSON; with ``files`` as several parts: the JSON, then every attached file, of which one at a time is in memory."""
    if files is None:
        return json_answer(content)
    boundary = uuid.uuid4().hex
    begin = f"--{boundary}\r\nContent-Type: application/json\r\n\r\n".encode() + content + b"\r\n"
    heads = [
        (
            f"--{boundary}\r\nContent-Type: {file.kind}\r\nContent-Transfer-Encoding: binary\r\n"
            f"X-Experience-API-Hash: {file.digest}\r\n\r\n"
        ).encode()
        for file in files
    ]
    end = f"--{boundary}--\r\n".encode()

    def parts() -> Iterator[bytes]:
        yield begin
        for head, file in zip(heads, files, strict=True):
            yield head
            yield queries.attachment_of(call.caller.store_id, file.digest)
            yield b"\r\n"
        yield end

    response = StreamingHttpResponse(parts(), content_type=f"multipart/mixed; boundary={boundary}")
    length = len(begin) + len(end) + sum(len(head) + file.size + 2 for head, file in zip(heads, files, strict=True))
    response.headers["Content-Length"] = str(length)
    return response


statements = Resource(get=get, put=put, post=post)
