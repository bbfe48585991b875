"""What views behind sign-in receive: a request whose person is known; and the workbook they may answer with."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify

from bina.foundation.spreadsheets import XLSX, Sheet, write_xlsx

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from bina.people.models import User


class SignedInRequest(HttpRequest):
    """A request after ``login_required``: ``user`` is always a real account."""

    user: "User"
    htmx: "HtmxDetails"


def workbook_reply(name: str, *sheets: Sheet) -> HttpResponse:
    """A workbook to be kept as a file; whatever ``name`` holds, the name of the file is harmless."""
    file = f"{slugify(name)[:80]}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(write_xlsx(*sheets), content_type=XLSX, headers=headers)
