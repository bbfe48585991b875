"""Questions about frameworks and their competencies."""

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from bina.competencies.models import (
    Competency,
    Crosswalk,
    EvidenceSource,
    Framework,
    LevelDescriptor,
    PositionStandard,
)
from bina.competencies.rules import FrameworkState
from bina.competencies.rules.framework_file import without_blanks, write_framework_file
from bina.foundation.prepared import PreparedRows, as_identity, hex_of
from bina.people.queries import agencies_visible_to, standing_of
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
    """The competencies (not areas) of a framework that an agency uses: the national ones and its own that are not retired."""
    return (
        Competency.objects.filter(framework=framework, parent__isnull=False, retired_on=None)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .select_related("parent")
        .order_by("order", "id")
    )


def area_list(framework: Framework, agency_id: int | None = None) -> list[Competency]:
    """Areas in order, each with ``children`` prefetched (national and the agency's own)."""
    return _with_children(Competency.objects.filter(framework=framework), agency_id)


def areas_beside(framework: Framework, kinds: "Sequence[str]", agency_id: int | None = None) -> list[Competency]:
    """The areas of a framework and of every published one of these kinds, framework by framework, as ``area_list`` gives
    them. Two queries."""
    published = Q(framework__state=FrameworkState.PUBLISHED, framework__kind__in=kinds)
    return _with_children(Competency.objects.filter(Q(framework=framework) | published), agency_id)


def _with_children(rows: QuerySet[Competency], agency_id: int | None) -> list[Competency]:
    children = Competency.objects.filter(Q(agency=None) | Q(agency_id=agency_id), retired_on=None).order_by(
        "order", "id"
    )
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


def competencies_by_id(competency_ids: "Iterable[int]") -> dict[int, Competency]:
    """Competencies of any framework and agency by id, each with its area."""
    return Competency.objects.select_related("parent").in_bulk(list(competency_ids))


def descriptors_of(competency: Competency) -> QuerySet[LevelDescriptor]:
    """What the competency looks like, level by level."""
    return LevelDescriptor.objects.filter(competency=competency).order_by("number")


_usable: PreparedRows[Competency] = PreparedRows(
    Competency,
    lambda public_id, agency_id: (
        Competency.objects.filter(public_id=as_identity(public_id), parent__isnull=False)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .order_by()
    ),
    str, int, related={"framework": (), "parent": ()},
)  # fmt: skip


def competency_by_public_id(public_id: "UUID", agency_id: int | None) -> Competency | None:
    """One competency that an agency may use, by public id (one compiled query)."""
    return _usable.first(hex_of(public_id), agency_id)


def competency_or_area(public_id: "UUID", agency_id: int | None) -> Competency | None:
    """One competency or area with levels that an agency may use, by public id."""
    return (
        Competency.objects.filter(public_id=public_id, framework__level_count__gt=0)
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
        Competency.objects.filter(parent__isnull=False, framework__state=FrameworkState.PUBLISHED, retired_on=None)
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
        Competency.objects.filter(parent__isnull=False, framework__state=FrameworkState.PUBLISHED, retired_on=None)
        .filter(Q(agency=None) | Q(agency_id=agency_id))
        .filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(description__icontains=text))
        .select_related("framework")
        .order_by("framework_id", "order")
    )


def own_competency(user: "User", public_id: "UUID") -> Competency | None:
    """A competency of an agency whose dictionary the account keeps, retired or not, with its framework and area."""
    return (
        Competency.objects.filter(
            public_id=public_id, agency__in=agencies_visible_to(user, Permission.MANAGE_STANDARDS), parent__isnull=False
        )
        .select_related("framework", "parent", "agency")
        .first()
    )


def retired_competencies(framework: Framework, agency_id: int | None) -> QuerySet[Competency]:
    """The agency's own competencies of a framework that are offered no more, the latest first."""
    if agency_id is None:
        return Competency.objects.none()
    rows = Competency.objects.filter(framework=framework, agency_id=agency_id, retired_on__isnull=False)
    return rows.order_by("-retired_on", "code")


def may_keep_frameworks(user: "User") -> bool:
    """Whether the account may bring in, publish and retire frameworks."""
    return standing_of(user).may(Permission.MANAGE_PLATFORM)


def framework_by_code(code: str) -> Framework | None:
    """A framework in any state; callers have checked that the account keeps frameworks."""
    return Framework.objects.filter(code=code).first()


def framework_to_compare(code: str, kind: str) -> Framework | None:
    """What a file is held against: the framework with its code, else the newest published national one of its kind."""
    same = framework_by_code(code)
    rows = Framework.objects.filter(kind=kind, agency=None, state=FrameworkState.PUBLISHED)
    return same or rows.order_by("-published_at", "-id").first()


def framework_data(framework: Framework) -> dict[str, Any]:
    """A framework with its national competencies as the data of its file. Three queries."""
    rows = list(
        Competency.objects.filter(framework=framework, agency=None)
        .order_by("order", "id")
        .prefetch_related("descriptors")
    )
    areas = {row.pk: _words_of(row) for row in rows if row.parent_id is None}
    for row in rows:
        if row.parent_id is None:
            continue
        entry = _words_of(row)
        levels = [
            without_blanks({name: getattr(line, name) for name in ("number", *_DESCRIPTOR_FIELDS)})
            for line in row.descriptors.all()
        ]
        if levels:
            entry["levels"] = sorted(levels, key=lambda level: level["number"])
        areas[row.parent_id].setdefault("competencies", []).append(entry)
    head = without_blanks({name: getattr(framework, name) for name in _HEAD_FIELDS})
    levels = [
        without_blanks({name: getattr(level, name) for name in ("number", *_LEVEL_FIELDS)})
        for level in framework.levels.order_by("number")
    ]
    return {**head, "levels": levels, "areas": list(areas.values())}


def _words_of(row: Competency) -> dict[str, Any]:
    return without_blanks({name: getattr(row, name) for name in ("code", *_COMPETENCY_FIELDS)})


_HEAD_FIELDS = ("code", "name", "name_en", "version", "kind", "source", "source_en")
_LEVEL_FIELDS = ("name", "name_en", "description", "description_en")
_COMPETENCY_FIELDS = ("name", "name_en", "short_name", "short_name_en", "description", "description_en")
_DESCRIPTOR_FIELDS = ("descriptor", "descriptor_en", "indicator", "indicator_en")


def draft_mark(data: dict[str, Any] | None) -> str:
    """A short mark of a framework's data, by which a report and its draft are known to belong together; empty for none."""
    return sha256(write_framework_file(data).encode()).hexdigest()[:32] if data else ""


def standards_on(framework: Framework) -> int:
    """How many standards in force, or to come, ask for a competency of a framework."""
    return PositionStandard.objects.filter(competency__framework=framework, valid_to=None).count()
