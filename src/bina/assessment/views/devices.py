"""Which device a browser is: a signed name in a cookie, so that a formal attempt can belong to one at a time."""

import secrets

from django.http import HttpRequest, HttpResponse

COOKIE = "bina_device"
SECONDS = 180 * 24 * 3600


def device_of(request: HttpRequest) -> str:
    """The name of the visitor's device; empty where it has none yet or the cookie was tampered with."""
    return str(request.get_signed_cookie(COOKIE, default="", max_age=SECONDS) or "")[:40]


def new_device() -> str:
    """A name for a device that has none."""
    return secrets.token_urlsafe(18)


def remember_device(request: HttpRequest, response: HttpResponse, device: str) -> HttpResponse:
    """Leave the device's name in its cookie."""
    response.set_signed_cookie(
        COOKIE, device, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response
