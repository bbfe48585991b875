"""What tools may ask: columns, results and people of the courses from which they are opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _t

from bina.integrations.lti.models import LineItem, ResourceLink, Result, Tool, ToolPerson, ToolSharing
from bina.integrations.lti.queries.addresses import line_item_address, result_address
from bina.integrations.lti.rules import (
    INSTITUTION_LEARNER,
    LEARNER,
    Known,
    Rejected,
    Scope,
    ToolState,
    is_role_asked,
)
from bina.learning.queries import course_by_public_id, current_enrolments
from bina.people.queries import active_employees

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment
    from bina.people.models import Employee, User

TOKEN_SECONDS = 3600
_SALT = "bina.lti.access"


@dataclass(frozen=True, slots=True)
class Caller:
    """A tool with the rights that it was handed."""

    tool: Tool
    scopes: frozenset[str]

    def require(self, *accepted: Scope) -> None:
        """Raise Rejected (403) unless one of these rights is held."""
        if not self.scopes & {scope.value for scope in accepted}:
            raise Rejected(
                _t("Token ini tidak membawa hak yang diperlukan: %(scope)s.") % {"scope": accepted[0].value},
                status=403, code="insufficient_scope",
            )  # fmt: skip


def access_token(tool: Tool, scopes: list[str]) -> str:
    """A token that carries rights for an hour; it ends earlier when the tool's generation rises."""
    return signing.dumps([tool.pk, tool.generation, scopes], salt=_SALT, compress=True)


def caller_of(authorization: str) -> Caller:
    """Who holds a token; raises Rejected (401) for one that is missing, forged, over, or of a tool that was switched off."""
    kind, _space, token = authorization.partition(" ")
    try:
        if kind.lower() != "bearer" or len(token) > 4_000:
            raise signing.BadSignature
        pk, generation, scopes = signing.loads(token.strip(), salt=_SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Rejected(
            _t("Token akses tidak ada, palsu, atau sudah kedaluwarsa. Minta token baru."),
            status=401,
            code="invalid_token",
        ) from error
    tool = Tool.objects.filter(pk=pk).first()
    if tool is None or tool.state != ToolState.ON or tool.generation != generation:
        raise Rejected(_t("Alat ini dimatikan, dihapus, atau haknya diubah."), status=401, code="invalid_token")
    allowed = {scope.value for scope in tool.scopes}
    return Caller(tool, frozenset(scopes) & allowed)


def course_of_tool(tool: Tool, public_id: UUID) -> "Course":
    """A course from which the tool is opened; raises Rejected (404) for any other."""
    course = course_by_public_id(public_id)
    if course is None or not ResourceLink.objects.filter(tool=tool, course=course).exists():
        raise Rejected(_t("Kursus ini tidak memakai alat tersebut."), status=404, code="not_found")
    return course


def line_items_of(tool: Tool, course: "Course", query: Mapping[str, str]) -> QuerySet[LineItem]:
    """The tool's own columns in a course, narrowed by link, resource and tag."""
    rows = LineItem.objects.filter(tool=tool, course=course, removed_at=None).select_related("link", "course")
    if link := query.get("resource_link_id"):
        rows = rows.filter(link__public_id=link) if _is_identity(link) else rows.none()
    if resource := query.get("resource_id"):
        rows = rows.filter(resource_id=resource)
    if tag := query.get("tag"):
        rows = rows.filter(tag=tag)
    return rows


def line_item_of(tool: Tool, course: "Course", public_id: UUID) -> LineItem:
    """One column of the tool; raises Rejected (404) for any other."""
    found = line_items_of(tool, course, {}).filter(public_id=public_id).first()
    if found is None:
        raise Rejected(_t("Kolom nilai ini tidak ada, atau bukan milik alat ini."), status=404, code="not_found")
    return found


def line_item_json(item: LineItem) -> dict[str, Any]:
    """A column in the words of the standard."""
    told: dict[str, Any] = {"id": line_item_address(item), "label": item.label, "scoreMaximum": item.maximum}
    if item.resource_id:
        told["resourceId"] = item.resource_id
    if item.tag:
        told["tag"] = item.tag
    if item.link is not None:
        told["resourceLinkId"] = str(item.link.public_id)
    if item.starts_at:
        told["startDateTime"] = item.starts_at.isoformat()
    if item.ends_at:
        told["endDateTime"] = item.ends_at.isoformat()
    return told


def results_of(item: LineItem, user_id: str = "") -> QuerySet[Result]:
    """The results of a column, of one person if so asked."""
    rows = Result.objects.filter(line_item=item, employee__in=_people_of(item.tool, item.course).values("employee_id"))
    if user_id:
        known = ToolPerson.objects.filter(tool_id=item.tool_id, subject=user_id, employee_id=OuterRef("employee_id"))
        rows = rows.filter(Exists(known))
    return rows


def results_json(item: LineItem, results: list[Result]) -> list[dict[str, Any]]:
    """Results in the words of the standard, scaled to the points of the column (two queries)."""
    people = ToolPerson.objects.filter(tool_id=item.tool_id, employee__in=[row.employee_id for row in results])
    subjects = dict(people.values_list("employee_id", "subject"))
    told = []
    for row in results:
        entry: dict[str, Any] = {
            "id": result_address(item, row), "scoreOf": line_item_address(item), "userId": subjects.get(row.employee_id, ""),
            "resultMaximum": item.maximum,
        }  # fmt: skip
        if row.share is not None:
            entry["resultScore"] = round(row.share * item.maximum, 6)
        if row.comment:
            entry["comment"] = row.comment
        told.append(entry)
    return told


def _people_of(tool: Tool, course: "Course") -> "QuerySet[Enrolment]":
    """Running and completed enrolments of active people whom the tool may know of at all."""
    rows = current_enrolments(course).filter(employee__in=active_employees())
    return rows if tool.agency_id is None else rows.filter(employee__agency_id=tool.agency_id)


def enrolment_for_score(tool: Tool, course: "Course", employee_id: int) -> "Enrolment | None":
    """The person's enrolment that a score is about: the running one, else the completed one."""
    rows = _people_of(tool, course).filter(employee_id=employee_id)
    related = ("course", "version", "employee__user", "employee__agency", "employee__unit")
    return rows.select_related(*related).order_by("-state", "-id").first()


def members_of(tool: Tool, course: "Course", *, role: str, link_id: str) -> "QuerySet[Employee]":
    """The people of a course for its roster, everyone once. Raises Rejected for a link that is not the tool's here."""
    rows = _people_of(tool, course)
    if link_id:
        link = (
            ResourceLink.objects.filter(tool=tool, course=course, public_id=link_id) if _is_identity(link_id) else None
        )
        found = link.first() if link is not None else None
        if found is None:
            raise Rejected(
                _t("Tautan (rlid) ini bukan milik alat tersebut di kursus ini."), status=404, code="not_found"
            )
        rows = rows.filter(version__activities__key=found.key)
    if not (is_role_asked(role, LEARNER) or role == INSTITUTION_LEARNER):
        rows = rows.none()
    people = active_employees().filter(pk__in=rows.values("employee_id"))
    return people.select_related("user").order_by("pk")


def known_people(tool: Tool, people: "list[Employee]") -> list[Known]:
    """What a tool may know of people, in their order (two queries); those without a name in this tool are left out."""
    subjects = dict(ToolPerson.objects.filter(tool=tool, employee__in=people).values_list("employee_id", "subject"))
    sharing = {row.agency_id: row for row in ToolSharing.objects.filter(tool=tool)}
    return [
        known_as(subjects[person.pk], sharing.get(person.agency_id), person.full_name, person.email)
        for person in people
        if person.pk in subjects
    ]


def known_user(tool: Tool, user: "User", subject: str) -> Known:
    """What a tool may know of an account that is sent to it."""
    employee = user.employee
    if employee is None:
        return Known(subject)
    sharing = ToolSharing.objects.filter(tool=tool, agency_id=employee.agency_id).first()
    return known_as(subject, sharing, employee.full_name, employee.email)


def known_as(subject: str, sharing: ToolSharing | None, name: str, email: str) -> Known:
    """A person under the name of a tool, with no more than the agency allowed."""
    if sharing is None:
        return Known(subject)
    return Known(subject, name if sharing.shares_name else "", email if sharing.shares_email else "")


def _is_identity(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
