"""Pages that belong to no room: a failed form check, the health of the server."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent from an outdated page; nothing is written and the text in the browser stays."""
    sentence = _(
        "Halaman ini sudah terlalu lama terbuka atau dibuka dari tempat lain. Kembali, muat ulang, lalu kirim lagi."
    )
    return render(request, "config/refusal.html", {"sentence": sentence, "denied": False}, status=403)


def health(request: HttpRequest) -> JsonResponse:
    """Whether the server and its database answer; for load balancers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
