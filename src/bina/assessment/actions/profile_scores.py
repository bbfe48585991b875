"""What an ended adaptive test leaves: levels of competencies, areas and the whole, and how often its questions were seen."""

from django.db.models import F, QuerySet

from bina.assessment.models import CompetencyScore, Item, Response, Session
from bina.assessment.queries.adaptive import known_so_far, pool_for


def _counted(session: Session) -> QuerySet[Response]:
    """The answers that count: to questions that were not merely tried."""
    return Response.objects.filter(session=session).exclude(item_version__in=session.adaptive.get("pilots", []))


def keep_levels(session: Session) -> None:
    """What an ended adaptive test says: levels of the competencies asked, of the areas and of the whole.

    Counts the questions as offered and asked. Nothing becomes evidence here.
    """
    pool = pool_for(session)
    if pool is None:
        return
    estimate, answered = known_so_far(session, pool)
    if not answered:
        return
    errors = estimate.sd
    shares: dict[int, list[float]] = {}
    for competency, score in _counted(session).values_list("item_version__item__competency_id", "score"):
        shares.setdefault(competency, []).append(score or 0.0)
    CompetencyScore.objects.bulk_create(
        CompetencyScore(
            session=session, competency_id=pk, value=round(float(estimate.mean[place]), 6),
            standard_deviation=round(float(errors[place]), 6), share=round(sum(shares[pk]) / len(shares[pk]), 6),
            item_count=len(shares[pk]),
        )
        for place, pk in enumerate(pool.competency_ids)
        if pk in shares
    )  # fmt: skip
    asked_areas = {int(pool.area[place]) for place, pk in enumerate(pool.competency_ids) if pk in shares}
    session.adaptive["areas"] = {
        str(pool.area_ids[place]): [round(number, 6) for number in estimate.average(pool.weights_of_area(place))]
        for place in sorted(asked_areas)
    }
    session.adaptive["whole"] = [round(number, 6) for number in estimate.average(pool.even_weights)]
    session.save(update_fields=["adaptive"])
    _count_exposure(session, pool.version_ids)


def _count_exposure(session: Session, version_ids: tuple[int, ...]) -> None:
    withheld = set(session.adaptive.get("withheld", [])) - set(session.form)
    offered = [pk for pk in version_ids if pk not in withheld]
    Item.objects.filter(current_id__in=offered).update(offered_count=F("offered_count") + 1)
    Item.objects.filter(versions__in=session.form).update(asked_count=F("asked_count") + 1)
