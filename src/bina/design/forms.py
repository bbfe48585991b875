"""The proof that a form came from one of our pages."""

from typing import Any

from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString


def csrf_token_of(request: Any) -> str:
    """The token of a page; one for all its forms, because making one is dear."""
    made: str | None = getattr(request, "_bina_csrf_token", None)
    if made is None:
        made = request._bina_csrf_token = get_token(request)
    return made


def csrf_field(request: Any) -> SafeString:
    """The hidden field every form needs."""
    made: SafeString | None = getattr(request, "_bina_csrf_field", None)
    if made is None:
        made = request._bina_csrf_field = format_html(
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', csrf_token_of(request)
        )
    return made
