"""The list of demo accounts, as a page of its own and as a part of the sign-in page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from bina.demo import queries
from bina.demo.accounts import PASSWORD


class _Request(HttpRequest):
    """A request that knows whether htmx sent it."""

    htmx: HtmxDetails


@never_cache
@require_safe
def accounts(request: _Request) -> HttpResponse:
    """The accounts a visitor may try; only where the installation is a demo."""
    if not settings.DEMO:
        raise Http404
    template = "demo/_accounts.html" if request.htmx else "demo/accounts.html"
    return render(request, template, {"accounts": queries.demo_accounts(), "password": PASSWORD})
