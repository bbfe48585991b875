"""Questions about frameworks and their competencies."""

from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet

from bina.competencies.models import Competency, Crosswalk, EvidenceSource, Framework, LevelDescriptor
from bina.competencies.rules import FrameworkState
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from bina.people.models import User


def published_framework(code: str = "digcomp-3.0") -> Framework:
    """A published framework by code; raises Framework.DoesNotExist."""
    return Framework.objects.get(code=code, state=FrameworkState.PUBLISHED)


def frameworks_visible_to(user: "User") -> QuerySet[Framework]:
    """Published frameworks for everyone; drafts and retired ones for those who manage standards."""
    agency_id = user.employee.agency_id if user.employee else None
    condition = Q(state=FrameworkState.PUBLISHED) & (Q(agency=None) | Q(agency_id=agency_id))
    if standing_of(user).may(Permission.MANAGE_STANDARDS):
        condition |= Q(agency=None) | Q(agency_id=agency_id)
    return Framework.objects.filter(condition)


def assessable_competencies(framework: Framework, agency_id: int | None = None) -> QuerySet[Competency]:
    """The competencies (not areas) of a framework that an agency uses: the national ones and its own."""
    return (
        Competency.objects.filter(framework=framework, parent__isnull=False)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .select_related("parent")
        .order_by("order", "id")
    )


def area_list(framework: Framework, agency_id: int | None = None) -> list[Competency]:
    """Areas in order, each with ``children`` prefetched (national and the agency's own)."""
    return _with_children(Competency.objects.filter(framework=framework), agency_id)


def areas_of_kinds(kinds: "Sequence[str]", agency_id: int | None = None) -> list[Competency]:
    """The areas of every published framework of these kinds, framework by framework, as ``area_list`` gives them."""
    published = {"framework__state": FrameworkState.PUBLISHED, "framework__kind__in": kinds}
    return _with_children(Competency.objects.filter(**published), agency_id)


def _with_children(rows: QuerySet[Competency], agency_id: int | None) -> list[Competency]:
    children = Competency.objects.filter(Q(agency=None) | Q(agency_id=agency_id)).order_by("order", "id")
    return list(
        rows.filter(Q(agency=None) | Q(agency_id=agency_id), parent=None)
        .prefetch_related(Prefetch("children", queryset=children))
        .order_by("framework_id", "order", "id")
    )


def areas_by_id(area_ids: "Iterable[int]") -> dict[int, Competency]:
    """Areas by id in their order, each with its national ``children``."""
    children = Competency.objects.filter(agency=None).order_by("order", "id")
    rows = Competency.objects.filter(pk__in=list(area_ids)).prefetch_related(Prefetch("children", queryset=children))
    return {row.pk: row for row in rows.order_by("order", "id")}


def competencies_by_code(framework_code: str = "digcomp-3.0") -> dict[str, Competency]:
    """National competencies (not areas) of a framework by their official code."""
    rows = Competency.objects.filter(framework__code=framework_code, parent__isnull=False, agency=None)
    return {row.code: row for row in rows.select_related("framework", "parent")}


def descriptors_of(competency: Competency) -> QuerySet[LevelDescriptor]:
    """What the competency looks like, level by level."""
    return LevelDescriptor.objects.filter(competency=competency).order_by("number")


def competency_by_public_id(public_id: "UUID", agency_id: int | None) -> Competency | None:
    """One competency that an agency may use, by public id."""
    return (
        Competency.objects.filter(public_id=public_id, parent__isnull=False)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .select_related("framework", "parent")
        .first()
    )


def area_by_public_id(public_id: "UUID") -> Competency | None:
    """One national area by public id."""
    return Competency.objects.filter(public_id=public_id, parent=None, agency=None).select_related("framework").first()


def competencies_to_require(agency_id: int | None) -> QuerySet[Competency]:
    """Every competency with levels that an agency may put into a standard."""
    return (
        Competency.objects.filter(parent__isnull=False, framework__state=FrameworkState.PUBLISHED)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .select_related("framework")
        .order_by("framework_id", "order")
    )


def feeding(framework: Framework) -> dict[int, list[Crosswalk]]:
    """Which competencies feed each domain of an overlay, by domain id."""
    found: dict[int, list[Crosswalk]] = {}
    for row in Crosswalk.objects.filter(target__framework=framework).select_related("source").order_by("source__order"):
        found.setdefault(row.target_id, []).append(row)
    return found


def source_names() -> dict[str, str]:
    """What each kind of evidence is called, in the reader's language."""
    return {row.code: str(row) for row in EvidenceSource.objects.order_by("valid_from")}


def competencies_matching(text: str, agency_id: int | None) -> QuerySet[Competency]:
    """Competencies of published frameworks whose name or description holds the text."""
    return (
        Competency.objects.filter(parent__isnull=False, framework__state=FrameworkState.PUBLISHED)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(description__icontains=text))
        .select_related("framework")
        .order_by("framework_id", "order")
    )
