"""The public page on which anybody checks a paper."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bina.credentials import actions
from bina.credentials.forms import VerifyForm
from bina.credentials.rules import read_code
from bina.foundation.errors import Refused


def _address(request: HttpRequest) -> str:
    """Where a visitor comes from; behind our own proxy, what that proxy says last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:60]


@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Anybody types the code of a paper here."""
    if "code" not in request.GET:
        return render(request, "credentials/verify.html", {"form": VerifyForm(), "unknown": False})
    code = read_code(request.GET["code"])
    if code:
        return redirect("credentials:verify_one", code=code)
    return _not_found(request, request.GET["code"])


def _not_found(request: HttpRequest, typed: str) -> HttpResponse:
    form = VerifyForm(initial={"code": typed[:60]})
    return render(request, "credentials/verify.html", {"form": form, "unknown": True}, status=404)


@never_cache
@require_GET
def verify_one(request: HttpRequest, code: str) -> HttpResponse:
    """What a certificate says, for anybody who holds its code: nothing about the person beyond the paper's name."""
    try:
        found = actions.look_up_code(code, address=_address(request))
    except Refused as refusal:
        context = {"form": VerifyForm(initial={"code": code[:60]}), "unknown": False, "sentence": str(refusal)}
        return render(request, "credentials/verify.html", context, status=429)
    if found is None:
        return _not_found(request, code)
    response = render(request, "credentials/verified.html", {"certificate": found})
    response["X-Robots-Tag"] = "noindex"
    return response
