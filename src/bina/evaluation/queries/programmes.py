"""Which programmes an account may open, and what was found about them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from bina.evaluation.models import ImpactEstimate, Programme
from bina.evaluation.rules import IMPROVED, MINIMUM_PAIRS
from bina.foundation.lookups import EVERY_ROW
from bina.foundation.prepared import PreparedQuery
from bina.learning.queries import completions_of
from bina.learning.rules import CourseState
from bina.people.queries import Standing, root_unit_of, standing_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User

Visible = Programme
_READERS = (Permission.EVALUATE, Permission.SEE_REPORTS)


def _programmes() -> QuerySet[Programme]:
    return Programme.objects.select_related("agency", "course", "course__current_version", "owner")


def _held(standing: Standing, permissions: tuple[Permission, ...]) -> Q:
    condition = Q(pk__in=())
    for permission in permissions:
        agencies = standing.agencies_with(permission)
        if agencies is None:
            return EVERY_ROW
        condition |= Q(agency_id__in=agencies)
    return condition


def programmes_visible_to(user: "User") -> QuerySet[Programme]:
    """Programmes of agencies where the account evaluates or reads reports, of its own courses, and its own."""
    condition = _held(standing_of(user), _READERS) | Q(course__owner=user) | Q(owner=user)
    overall = Prefetch(
        "estimates", queryset=ImpactEstimate.objects.filter(competency=None), to_attr="overall_estimates"
    )
    return _programmes().filter(condition).prefetch_related(overall)


def programme_visible_to(user: "User", public_id: "UUID | str") -> Programme | None:
    """One programme the account may open, else None."""
    return programmes_visible_to(user).filter(public_id=public_id).first()


def _holds(standing: Standing, permission: Permission, programme: Programme) -> bool:
    agencies = standing.agencies_with(permission)
    return agencies is None or programme.agency_id in agencies


def evaluates(user: "User", programme: Programme) -> bool:
    """Whether the account evaluates in the programme's agency."""
    return _holds(standing_of(user), Permission.EVALUATE, programme)


def may_read_words(user: "User", programme: Programme) -> bool:
    """Whether the account may read what learners wrote: evaluators, and those who can improve the course."""
    return evaluates(user, programme) or user.pk in {programme.course.owner_id, programme.owner_id}


def programme_by_id(programme_id: int) -> Programme | None:
    """One programme for a job; the caller decides who may see it."""
    return _programmes().filter(pk=programme_id).first()


def programme_by_public_id(public_id: "UUID | str") -> Programme | None:
    """One programme by its public identity, for reactions; the caller decides who may see it."""
    return _programmes().filter(public_id=public_id).first()


def possible_owners(programme: Programme) -> "QuerySet[User]":
    """Accounts that evaluate in the programme's agency, and the present owner."""
    path = root_unit_of(programme.agency).path if programme.agency else ""
    accounts = users_with(Permission.EVALUATE, path)
    chosen = Q(pk__in=accounts.values("pk")) | Q(pk=programme.owner_id)
    return accounts.model._default_manager.filter(chosen).order_by("display_name", "id")


def estimates_of(agency_id: int, limit: int = 10) -> list[ImpactEstimate]:
    """Overall findings about the programmes of one agency, proven gains first, then by number of pairs (one query)."""
    rows = (
        ImpactEstimate.objects.filter(programme__agency_id=agency_id, competency=None)
        .select_related("programme", "programme__agency", "programme__course", "programme__course__current_version")
        .annotate(is_improved=Q(verdict=IMPROVED))
        .order_by("-is_improved", "-low", "-pairs", "id")
    )
    return list(rows[:limit])


@dataclass(frozen=True, slots=True)
class ProvenUseful:
    """One short honest finding: learners of this course gained so many levels, with interval and number of people."""

    title: str
    slug: str
    mean: float
    low: float
    high: float
    n: int


def _proven(employee_id: int, agency_id: int) -> QuerySet[ImpactEstimate, Any]:
    finished = completions_of(employee_id).filter(course=OuterRef("programme__course"))
    return (
        ImpactEstimate.objects.filter(
            Q(programme__agency_id=agency_id) | Q(programme__agency=None),
            competency=None, verdict=IMPROVED, pairs__gte=MINIMUM_PAIRS,
            programme__course__state=CourseState.PUBLISHED.value,
            mean_gain__isnull=False, low__isnull=False, high__isnull=False,
        )
        .annotate(is_finished=Exists(finished))
        .order_by("is_finished", F("programme__agency").asc(nulls_last=True), "-low", "id")
        .values_list(
            "programme__course__current_version__title", "programme__course__slug", "mean_gain", "low", "high", "pairs"
        )[:1]
    )  # fmt: skip


_proven_rows = PreparedQuery(_proven, int, int)


def proven_useful(employee: "Employee") -> ProvenUseful | None:
    """The best proven course for a person's home: not yet finished before finished, of the own agency before others,
    then by the lower bound of the gain. None when nothing is proven. One query on stored estimates."""
    rows = _proven_rows.rows(employee.pk, employee.agency_id)
    return ProvenUseful(*rows[0]) if rows else None
