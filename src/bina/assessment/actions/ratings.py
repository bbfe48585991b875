"""Ratings of behaviour: a draft that is kept, and a rating that is sent, becomes a level and stays as it was."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.scoring import Estimate, rated_level, without_prior
from bina.assessment.models import Rating, RatingScore
from bina.assessment.queries.ratings import behaviour_levels, latest_rating, may_rate, rated_on
from bina.assessment.rules import RELATION_NAMES, RatingAnswers, Relation, clean_answers, next_rating_on
from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.rules import Source
from bina.design.formats import date
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import Employee, User

SOURCES = {Relation.SELF: Source.SELF_RATING, Relation.SUPERIOR: Source.SUPERIOR_RATING}


@transaction.atomic
def save_rating_draft(*, by: "User", employee: "Employee", relation: str, answers: Mapping[Any, Any]) -> Rating:
    """Add marks to what was kept before, for this rater only; nothing counts before it is sent. Raises Denied."""
    may_rate(by, employee, relation).require()
    known = behaviour_levels(by, employee)
    kept = clean_answers(answers, {pk: levels for pk, (_row, levels) in known.items()})
    draft = (
        Rating.objects.select_for_update()
        .filter(employee=employee, rater=by.employee, relation=Relation(relation).value, submitted_at=None)
        .first()
    )
    if draft is None:
        draft = Rating(employee=employee, rater=by.employee, relation=Relation(relation).value)
    draft.answers = {**draft.answers, **kept}
    draft.saved_at = clock.now()
    draft.save()
    return draft


@transaction.atomic
def submit_rating(*, by: "User", employee: "Employee", relation: str, answers: Mapping[Any, Any]) -> Rating:
    """Send a rating: {competency id: {level: 0 to 3, or None for “cannot judge yet”}} becomes evidence per competency.

    A rating replaces the same rater's earlier one. Competencies that this rater rated less than 90 days ago are left as
    they are. Sending the same form twice gives the same rating. Raises Denied for anybody but the person (self) or the
    direct superior, Refused when nothing was marked or everything must wait (with the date).
    """
    may_rate(by, employee, relation).require()
    relation = Relation(relation)
    known = behaviour_levels(by, employee)
    kept = clean_answers(answers, {pk: levels for pk, (_row, levels) in known.items()})
    today = clock.today()
    next_dates = {pk: next_rating_on(day) for pk, day in rated_on(by, employee, relation).items()}
    waiting = {pk: day for pk, day in next_dates.items() if day and day > today and str(pk) in kept}
    latest = latest_rating(employee, relation, by.employee_id)
    if latest and kept and {pk: kept[pk] for pk in kept if int(pk) in waiting} == kept and latest.answers == kept:
        return latest
    fresh = {pk: marks for pk, marks in kept.items() if int(pk) not in waiting}
    found = _levels(fresh, {pk: row for pk, (row, _levels) in known.items()})
    if not found:
        if waiting:
            raise Refused(
                _("Penilaian ini sudah dikirim dan berlaku. Kompetensi yang sama dapat dinilai lagi mulai %(date)s.")
                % {"date": date(min(waiting.values()))}
            )
        raise Refused(_("Belum ada perilaku yang dinilai. Isi sedikitnya satu, lalu kirim."))
    rating, _created = Rating.objects.update_or_create(
        employee=employee, rater=by.employee, relation=relation.value, submitted_at=None,
        defaults={"answers": fresh, "saved_at": clock.now()},
    )  # fmt: skip
    rating.submitted_at = rating.saved_at
    rating.save(update_fields=["submitted_at"])
    RatingScore.objects.bulk_create(
        RatingScore(
            rating=rating, competency=competency, value=round(level.value, 6),
            standard_deviation=round(level.standard_deviation, 6), behaviour_count=count,
        )
        for competency, level, count in found
    )  # fmt: skip
    _record(by, employee, relation, rating, found)
    return rating


def _levels(answers: RatingAnswers, known: "dict[int, Competency]") -> "list[tuple[Competency, Estimate, int]]":
    found = []
    for pk, marks in answers.items():
        competency = known[int(pk)]
        by_level = {int(level): mark for level, mark in marks.items()}
        level = rated_level(by_level, competency.framework.level_count)
        if level:
            found.append((competency, level, sum(mark is not None for mark in by_level.values())))
    return found


def _record(
    by: "User",
    employee: "Employee",
    relation: Relation,
    rating: Rating,
    found: "list[tuple[Competency, Estimate, int]]",
) -> None:
    pieces = []
    for competency, level, count in found:
        own = without_prior(level, competency.framework.level_count)
        note = _("%(relation)s, %(count)s perilaku") % {"relation": RELATION_NAMES[relation], "count": count}
        pieces.append(NewEvidence(competency, own.value, own.standard_deviation, note))
    record_evidence(
        by=by,
        employee=employee,
        source=SOURCES[relation],
        pieces=pieces,
        observed_on=clock.today(),
        origin_kind="rating",
        origin_id=rating.public_id,
        line="self" if relation is Relation.SELF else str(by.employee_id),
    )
    record(
        entries.RATING_SUBMITTED,
        by=by,
        kind="rating",
        object_id=rating.public_id,
        name=employee.full_name,
        agency_id=employee.agency_id,
        data={"relation": relation.value, "employee_id": employee.pk, "competencies": [c.code for c, _l, _n in found]},
    )
