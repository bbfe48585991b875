"""Questions passed over before the last answer of an ended fixed attempt score 0, as they always did in its result."""

from django.db import migrations
from django.db.models import Count, F, Max, Q


def score_skipped(apps, schema_editor):
    sessions, responses = apps.get_model("assessment", "Session"), apps.get_model("assessment", "Response")
    given = Q(responses__answer__isnull=False)
    with_gaps = (
        sessions.objects.filter(state__in=["finished", "expired"], blueprint__mode="fixed")
        .annotate(answered=Count("responses", filter=given), last=Max("responses__position", filter=given))
        .filter(last__gt=F("answered"))
        .order_by("pk")
    )
    for session in with_gaps.iterator(chunk_size=500):
        kept = dict(responses.objects.filter(session=session).values_list("position", "answer"))
        skipped = [place for place in range(1, session.last) if kept.get(place) is None]
        responses.objects.filter(session=session, position__in=skipped).update(score=0.0)
        responses.objects.bulk_create(
            responses(
                session=session, position=place, item_version_id=session.form[place - 1], score=0.0,
                saved_at=session.finished_at or session.deadline_at,
            )
            for place in skipped
            if place not in kept
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("assessment", "0019_calibrations_know_their_publication")]
    operations = [migrations.RunPython(score_skipped, migrations.RunPython.noop)]
