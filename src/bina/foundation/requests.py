"""The type of a request whose person is known: what views behind sign-in receive."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from bina.people.models import User


class SignedInRequest(HttpRequest):
    """A request after ``login_required``: ``user`` is always a real account."""

    user: "User"
    htmx: "HtmxDetails"
