"""What wraps every request: compression, a strict content policy, and plain-word pages when an action is refused."""

import logging
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils.translation import gettext as _

from bina.foundation.errors import Denied, Refused

logger = logging.getLogger(__name__)
COMPRESSED = ("text/", "application/json", "image/svg+xml")
POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


class ContentSecurityPolicy:
    """Adds the policy: scripts only from this origin, nothing inline, nobody may frame us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the policy unless the view set a stricter one."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class CompressedPages(GZipMiddleware):
    """Sends pages compressed; leaves files and videos alone, which are packed already or asked for in ranges."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress text that is all there."""
        if response.streaming or not response.headers.get("Content-Type", "").startswith(COMPRESSED):
            return response
        return super().process_response(request, response)


class RefusalPages:
    """Turns a refused action into a page that says what happened, what was kept and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; refusals are caught below."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer Denied with 403, Refused with 409 and what no text field can hold with 400; the rest stays a server error."""
        if isinstance(exception, Denied):
            return render(request, "config/refusal.html", {"sentence": str(exception), "denied": True}, status=403)
        if isinstance(exception, Refused):
            return render(request, "config/refusal.html", {"sentence": str(exception), "denied": False}, status=409)
        if isinstance(exception, DataError):
            # PostgreSQL keeps no zero character, which no keyboard types; whatever else comes this way is worth a look.
            logger.warning("a value that the database cannot keep", exc_info=exception)
            sentence = _("Isian memuat tanda yang tidak dapat disimpan. Hapus tanda itu, lalu kirim lagi.")
            return render(request, "config/refusal.html", {"sentence": sentence, "denied": False}, status=400)
        return None
