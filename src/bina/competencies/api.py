"""The levels of the signed-in person, for other programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from bina.competencies import queries

router = Router(tags=["competencies"])


class LevelOut(Schema):
    """One competency of a profile; levels on the scale of its framework, interval of 90 %."""

    competency: str
    mean: float | None
    low: float | None
    high: float | None
    required: int | None
    gap: float | None
    status: str


@router.get("/profile", response=list[LevelOut], summary="Own levels against the standard of the job")
def own_profile(request: HttpRequest) -> Any:
    """Every competency that is required or measured."""
    employee = getattr(request.user, "employee", None)
    lines = queries.profile_of(employee).lines if employee else ()
    return [
        LevelOut(
            competency=line.name, mean=line.mean, low=line.low, high=line.high, required=line.required, gap=line.gap,
            status=line.status,
        )
        for line in lines
    ]  # fmt: skip
