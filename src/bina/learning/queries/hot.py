"""The questions that every page of the player asks, compiled once; their answers are ordinary model instances."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import CharField, Model, QuerySet, Value

from bina.foundation.prepared import PreparedQuery
from bina.learning.models import Activity, ActivityProgress, Course, CourseVersion, Enrolment

Row = TypeVar("Row", bound=Model)
# The long words of a version are only wanted on its course page.
PROSE = ("description", "description_html", "search_text", "summary", "audience", "warnings")
Part = tuple[str, type[Model], tuple[str, ...]]


class PreparedRows(Generic[Row]):
    """A question about rows of one model with related rows beside it, asked with one compiled query.

    ``build`` gives the queryset for marks of the ``kinds``; ``related`` names foreign keys with the columns to leave out.
    """

    def __init__(
        self,
        model: type[Row],
        build: Callable[..., QuerySet[Row]],
        *kinds: type,
        related: dict[str, tuple[type[Model], tuple[str, ...]]] | None = None,
    ) -> None:
        self._model = model
        self._build = build
        self._related = related or {}
        self._query = PreparedQuery(self._values, *kinds)

    @cached_property
    def _parts(self) -> list[Part]:
        """Every column wanted, as (path, model, names)."""
        found: list[Part] = [("", self._model, _names(self._model, ()))]
        return found + [(path, model, _names(model, left_out)) for path, (model, left_out) in self._related.items()]

    def _values(self, *marks: Any) -> QuerySet[Row, Any]:
        names = [f"{path}__{name}" if path else name for path, _model, columns in self._parts for name in columns]
        return self._build(*marks).values_list(*names)

    def rows(self, *values: Any) -> list[Row]:
        """The rows for these values, related rows attached."""
        found = []
        for row in self._query.rows(*values):
            rest = list(row)
            instances: dict[str, Any] = {}
            for path, model, names in self._parts:
                part, rest = rest[: len(names)], rest[len(names) :]
                is_missing = part[names.index(str(model._meta.pk.attname))] is None
                instances[path] = None if is_missing else model.from_db("default", names, part)
                if path:
                    instances[""]._state.fields_cache[path] = instances[path]
            found.append(instances[""])
        return found

    def first(self, *values: Any) -> Row | None:
        """The first of them."""
        found = self.rows(*values)
        return found[0] if found else None


def _names(model: type[Model], left_out: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in left_out)


def hex_of(public_id: UUID | str) -> str:
    """A public identity as both databases take it from a text parameter; raises ValueError for nonsense."""
    return UUID(str(public_id)).hex


def _is(text: str) -> Value:
    """A text put beside a UUID column without being read as one first, so that a mark can take its place."""
    return Value(text, output_field=CharField())


own_enrolment: PreparedRows[Enrolment] = PreparedRows(
    Enrolment,
    lambda public_id, employee_id: Enrolment.objects.filter(public_id=_is(public_id), employee_id=employee_id).order_by(),
    str, int,
    related={"course": (Course, ()), "version": (CourseVersion, PROSE)},
)  # fmt: skip
enrolments_in_course: PreparedRows[Enrolment] = PreparedRows(
    Enrolment,
    lambda employee_id, course_id: Enrolment.objects.filter(employee_id=employee_id, course_id=course_id).order_by("-id"),
    int, int,
    related={"version": (CourseVersion, ())},
)  # fmt: skip
course_by_address: PreparedRows[Course] = PreparedRows(
    Course,
    lambda slug: Course.objects.filter(slug=slug).order_by(),
    str,
    related={"current_version": (CourseVersion, ())},
)
activity_by_key: PreparedRows[Activity] = PreparedRows(
    Activity, lambda version_id, key: Activity.objects.filter(version_id=version_id, key=key).order_by(), int, str
)
progress_in_activity: PreparedRows[ActivityProgress] = PreparedRows(
    ActivityProgress,
    lambda enrolment_id, activity_id: ActivityProgress.objects.filter(
        enrolment_id=enrolment_id, activity_id=activity_id
    ).order_by(),
    int, int,
)  # fmt: skip
