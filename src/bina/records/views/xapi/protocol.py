"""What all resources share: versions, credentials, parameters, refusals, the old request syntax."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied, Refused
from bina.records.queries import Caller, caller_of
from bina.records.rules import Invalid, Json, Outdated, Preconditions, require_agent, require_group

VERSIONS = {1: "1.0.3", 2: "2.0.0"}
MEGABYTE = 1024 * 1024
# Headers that the old request syntax sends as fields of a form.
FORM_HEADERS = {
    "authorization", "x-experience-api-version", "content-type", "content-length", "if-match", "if-none-match", "accept",
    "accept-language",
}  # fmt: skip
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")


class Missing(Exception):
    """What was asked for is not there (HTTP 404)."""


class NotSignedIn(Exception):
    """No client stands behind the request (HTTP 401)."""


class TooLarge(Exception):
    """The body is larger than the store takes (HTTP 413)."""


class NotOffered(Exception):
    """The resource does not know this method (HTTP 405)."""


@dataclass
class Call:
    """One request of a client, whichever syntax it came in."""

    request: HttpRequest
    version: int
    method: str
    parameters: dict[str, str]
    headers: Mapping[str, str]
    content: bytes | None = None
    caller: Caller = field(init=False)

    @cached_property
    def body(self) -> bytes:
        """What was sent; raises TooLarge beyond the limit."""
        return self.content if self.content is not None else _body_of(self.request)

    @property
    def content_type(self) -> str:
        """The Content-Type header."""
        return self.headers.get("content-type", "")

    @property
    def conditions(self) -> Preconditions:
        """What the request says about the state it expects."""
        return Preconditions(self.headers.get("if-match", ""), self.headers.get("if-none-match", ""))

    def require_parameters(self, allowed: frozenset[str], *needed: str) -> None:
        """Raise Invalid for a parameter that is unknown here, and for one that is missing or empty."""
        for name in self.parameters:
            if name not in allowed:
                raise Invalid(name[:60], _("parameter ini tidak dikenal di sini."))
        for name in needed:
            if not self.parameters.get(name):
                raise Invalid(name, _("parameter ini wajib diisi."))

    def agent(self, name: str = "agent") -> Json | None:
        """The agent or identified group in a parameter; raises Invalid when it is none."""
        if name not in self.parameters:
            return None
        try:
            agent: Any = msgspec.json.decode(self.parameters[name])
        except msgspec.DecodeError as error:
            raise Invalid(name, _("harus berupa pelaku dalam bentuk JSON.")) from error
        if isinstance(agent, dict) and agent.get("objectType") == "Group":
            require_group(agent, name)
        else:
            require_agent(agent, name)
        found: Json = agent
        return found


ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)
Handler = Callable[[Call], HttpResponseBase]


class Resource:
    """A view that answers the methods of one resource, in both versions."""

    csrf_exempt = True

    def __init__(self, *, is_open: bool = False, **handlers: Handler) -> None:
        self.handlers = {name.upper(): handler for name, handler in handlers.items()}
        self.is_open = is_open

    def __call__(self, request: HttpRequest, version: int) -> HttpResponseBase:
        """Answer one request; whatever is wrong with it is said in a sentence."""
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, If-Match, If-None-Match, X-Experience-API-Version, X-Experience-API-Hash, Accept-Language"
            )
            response.headers["Access-Control-Max-Age"] = "86400"
        else:
            response = self._answer(request, version)
            if request.method == "HEAD":
                response = _without_content(response)
        response.headers["X-Experience-API-Version"] = VERSIONS[version]
        # Credentials travel in a header that pages of others do not have, so answering them gives nothing away.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = (
            "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through"
        )
        response.headers["Cache-Control"] = "no-cache"
        return response

    def _answer(self, request: HttpRequest, version: int) -> HttpResponseBase:
        try:
            call = _call_of(request, version)
            if not self.is_open:
                call.caller = _caller_of(call)
                _require_version(call)
            handler = self.handlers.get("GET" if call.method == "HEAD" else call.method)
            if handler is None:
                raise NotOffered
            return handler(call)
        except Outdated as error:
            return refusal(412, str(error))
        except Invalid as error:
            return refusal(400, str(error))
        except Denied as error:
            return refusal(403, str(error))
        except Refused as error:
            return refusal(409, str(error))
        except Missing:
            return refusal(404, _("Yang diminta tidak ditemukan."))
        except TooLarge:
            return refusal(
                413,
                _("Kiriman ini lebih besar dari %(limit)s MB. Bagi menjadi beberapa kiriman.")
                % {"limit": settings.RECORDS_LIMIT_MB},
            )
        except NotOffered:
            return refusal(405, _("Metode ini tidak dilayani di alamat ini."))
        except NotSignedIn:
            response = refusal(401, _("Kunci atau rahasia aplikasi tidak dikenal, atau sudah dicabut."))
            response.headers["WWW-Authenticate"] = f'Basic realm="{settings.SITE_NAME}", Bearer'
            return response


def _without_content(response: HttpResponseBase) -> HttpResponse:
    """The same answer to somebody who asked for its head only."""
    bare = HttpResponse(status=response.status_code)
    bare.headers = response.headers
    if isinstance(response, HttpResponse):
        bare.headers.setdefault("Content-Length", str(len(response.content)))
    return bare


def refusal(status: int, sentence: str) -> HttpResponse:
    """A sentence for whoever reads the logs of the client."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def json_answer(content: bytes, *, status: int = 200) -> HttpResponse:
    """JSON that is written already."""
    return HttpResponse(content, status=status, content_type="application/json")


def with_date(response: ResponseT, seconds: float) -> ResponseT:
    """The answer with the moment of its content."""
    response.headers["Last-Modified"] = http_date(seconds)
    return response


def _body_of(request: HttpRequest) -> bytes:
    limit = settings.RECORDS_LIMIT_MB * MEGABYTE
    try:
        told = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        told = 0
    if told > limit:
        raise TooLarge
    content = request.read(limit + 1)
    if len(content) > limit:
        raise TooLarge
    return content


def _call_of(request: HttpRequest, version: int) -> Call:
    method = request.method or "GET"
    parameters: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            raise Invalid(name[:60], _("parameter ini hanya boleh sekali."))
        parameters[name] = values[0]
    headers = {name.lower(): value for name, value in request.headers.items()}
    if "method" not in parameters:
        return Call(request, version, method, parameters, headers)
    if version != 1:
        raise Invalid("method", _("cara mengirim melalui formulir sudah tidak ada sejak xAPI 2.0."))
    return _call_by_form(request, method, parameters, headers)


def _call_by_form(request: HttpRequest, method: str, parameters: dict[str, str], headers: dict[str, str]) -> Call:
    """The old syntax for browsers that knew only POST: everything is a field of a form (xAPI 1.0.3, Communication 1.3)."""
    inner = parameters["method"].upper()
    if method != "POST" or inner not in METHODS:
        raise Invalid("method", _("hanya boleh dikirim dengan POST, dengan nama metode yang dikenal."))
    if len(parameters) > 1:
        raise Invalid("method", _("tidak boleh ada parameter lain di alamat; kirim semuanya sebagai isian formulir."))
    if not headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        raise Invalid("Content-Type", _("harus application/x-www-form-urlencoded."))
    try:
        fields = dict(
            parse_qsl(_body_of(request).decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=200)
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid("", _("Isian formulir tidak dapat dibaca.")) from error
    content = fields.pop("content", None)
    if inner in {"PUT", "POST"} and content is None:
        raise Invalid("content", _("isian ini wajib ada."))
    told = {name.lower(): value for name, value in fields.items() if name.lower() in FORM_HEADERS}
    headers = {name: value for name, value in headers.items() if name not in {"content-type", "content-length"}}
    headers = {"content-type": "application/json"} | headers | told
    return Call(
        request, 1, inner, {name: value for name, value in fields.items() if name.lower() not in FORM_HEADERS}, headers,
        (content or "").encode(),
    )  # fmt: skip


def _require_version(call: Call) -> None:
    told = call.headers.get("x-experience-api-version", "")
    family = "1.0" if call.version == 1 else "2.0"
    if told != family and not (told.startswith(f"{family}.") and told[4:].isdecimal()):
        raise Invalid(
            "X-Experience-API-Version", _("harus %(version)s di alamat ini.") % {"version": VERSIONS[call.version]}
        )


def _caller_of(call: Call) -> Caller:
    kind, _gap, token = call.headers.get("authorization", "").strip().partition(" ")
    token = token.strip()
    key = secret = ""
    if kind.lower() == "basic":
        try:
            key, _colon, secret = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise NotSignedIn from None
    elif kind.lower() == "bearer":
        key, _dot, secret = token.partition(".")
    caller = caller_of(key, secret)
    if caller is None:
        raise NotSignedIn
    return caller
