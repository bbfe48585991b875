"""Who holds which role in an agency, and what was done there."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from bina.foundation.requests import SignedInRequest
from bina.people import queries
from bina.people.rules import PERMISSION_NAMES, PERMISSIONS, ROLE_NAMES, Permission, Role
from bina.people.views.staff import agency_of_request, may_of


@login_required
def roles(request: SignedInRequest) -> HttpResponse:
    """Every role in force in an agency, and what each allows."""
    agency = agency_of_request(request, Permission.GRANT_ROLES)
    past = request.GET.get("past") == "1"
    grants = queries.role_grants_visible_to(request.user, agency=agency, past=past)
    return render(
        request,
        "people/roles.html",
        {
            "agency": agency,
            "agencies": list(queries.agencies_visible_to(request.user, Permission.GRANT_ROLES)[:50]),
            "page": Paginator(grants, 50).get_page(request.GET.get("page")),
            "past": past,
            "query": urlencode({"agency": agency.code} | ({"past": "1"} if past else {})),
            "may": may_of(request),
            "role_names": {role.value: name for role, name in ROLE_NAMES.items()},
            "allowed": {
                role.value: [
                    PERMISSION_NAMES[permission] for permission in Permission if permission in PERMISSIONS[role]
                ]
                for role in Role
            },
        },
    )


@login_required
def journal(request: SignedInRequest) -> HttpResponse:
    """The audit trail of an agency: who did what, when and why."""
    agency = agency_of_request(request, Permission.SEE_JOURNAL)
    verb = request.GET.get("verb", "")
    text = request.GET.get("q", "").strip()[:80]
    before = request.GET.get("before", "")
    return render(
        request,
        "people/journal.html",
        {
            "agency": agency,
            "agencies": list(queries.agencies_visible_to(request.user, Permission.SEE_JOURNAL)[:50]),
            "page": queries.journal_of(
                agency, verb=verb, text=text, before=int(before) if before.isdecimal() else None
            ),
            "may": may_of(request),
            "verbs": queries.journal_verbs(),
            "verb": verb,
            "text": text,
            "is_first_page": not before,
            "query": urlencode({k: v for k, v in (("agency", agency.code), ("verb", verb), ("q", text)) if v}),
        },
    )
