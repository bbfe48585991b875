"""The directory of people and one person's page."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode

from bina.foundation.requests import SignedInRequest
from bina.people import queries
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, Employee, User


def agency_of_request(request: SignedInRequest, permission: Permission) -> "Agency":
    """The agency a page is about: named in the address, else one's own, else the first visible one; 404 without any."""
    visible = queries.agencies_visible_to(request.user, permission)
    wanted = request.GET.get("agency") or request.POST.get("agency")
    if wanted:
        return get_object_or_404(visible, code=wanted)
    own = request.user.employee.agency_id if request.user.employee else None
    agency = (visible.filter(pk=own).first() if own else None) or visible.first()
    if agency is None:
        raise Http404
    return agency


def may_of(request: SignedInRequest) -> dict[str, bool]:
    """Which places of this room the visitor may enter."""
    standing = queries.standing_of(request.user)
    wanted = (
        Permission.MANAGE_STAFF, Permission.IMPORT_STAFF, Permission.GRANT_ROLES, Permission.SEE_JOURNAL,
        Permission.MANAGE_PLATFORM,
    )  # fmt: skip
    return {permission.value: standing.may(permission) for permission in wanted}


@login_required
def directory(request: SignedInRequest) -> HttpResponse:
    """Look people up by name or by the end of their NIP, within a unit."""
    agency = agency_of_request(request, Permission.SEE_STAFF)
    unit = queries.unit_visible_to(request.user, request.GET["unit"]) if _is_uuid(request.GET.get("unit")) else None
    text = request.GET.get("q", "").strip()[:80]
    left = request.GET.get("left") == "1"
    people = queries.staff_directory(request.user, text=text, unit=unit, agency=agency, left=left)
    kept = {"q": text, "unit": str(unit.public_id) if unit else "", "left": "1" if left else "", "agency": agency.code}
    return render(
        request,
        "people/_directory.html" if request.htmx else "people/directory.html",
        {
            "page": Paginator(people, 30).get_page(request.GET.get("page")),
            "agency": agency,
            "agencies": list(queries.agencies_visible_to(request.user, Permission.SEE_STAFF)[:50]),
            "unit": unit,
            "text": text,
            "left": left,
            "query": urlencode({key: value for key, value in kept.items() if value}),
            "may": may_of(request),
        },
    )


def _is_uuid(text: str | None) -> bool:
    try:
        return bool(text) and bool(UUID(text or ""))
    except ValueError:
        return False


def visible_person(user: "User", public_id: UUID, permission: Permission | None = None) -> "Employee":
    """One person to look at, or (with a permission) to act on; else 404."""
    rows = queries.employees_managed_by(user, permission) if permission else queries.employees_visible_to(user)
    related = ("agency", "unit", "unit__agency", "position", "position__job_class", "user")
    return get_object_or_404(rows.select_related(*related), public_id=public_id)


@login_required
def person(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One person: place, superior, history, acting posts, roles; and what the visitor may do."""
    employee = visible_person(request.user, public_id)
    standing = queries.standing_of(request.user)
    path = employee.unit.path
    may = {
        "manage": standing.may_in(Permission.MANAGE_STAFF, path),
        "invite": standing.may_in(Permission.INVITE_STAFF, path),
        "grant": standing.may_in(Permission.GRANT_ROLES, path),
        "transfer": standing.is_platform_admin,
    }
    account = getattr(employee, "user", None)
    sees_roles = may["grant"] or request.user.employee_id == employee.pk
    return render(
        request,
        "people/person.html",
        {
            "person": employee,
            "may": may,
            "is_self": request.user.employee_id == employee.pk,
            "sees_staff": standing.may_in(Permission.SEE_STAFF, path),
            "account": account,
            "superior": queries.superior_of(employee) if employee.left_on is None else None,
            "override": queries.current_override_of(employee),
            "placements": list(queries.placements_of(employee)[:50]),
            "roles": list(queries.roles_of(account)) if account and sees_roles else [],
            "sees_roles": sees_roles,
            "subordinates": list(queries.subordinates_of(employee)[:30]) if queries.leads_anyone(employee) else [],
            "invitation": queries.latest_invitation_of(employee) if may["invite"] else None,
            "history": list(queries.history_of_person(employee)[:20]) if may["manage"] else [],
        },
    )
