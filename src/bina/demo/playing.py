"""What packages told about the people who used them: attempts with their scores, and a few answers."""

import datetime as dt

from bina.demo.studying import LOCAL
from bina.demo.world import World
from bina.integrations.packages.models import PackageAttempt, PackageInteraction
from bina.integrations.packages.rules import AttemptState
from bina.learning.models import ActivityProgress

MOST = 40
CARDS = (
    "Tanggal di depan nama berkas membuat berkas terurut sendiri.",
    "Surat dinas boleh disimpan hanya di ponsel pribadi.",
    "Membagikan map dengan hak baca sudah cukup bagi yang hanya melihat.",
    "Tautan “siapa pun yang memiliki tautan” aman karena alamatnya panjang.",
)


def play_packages(world: World) -> None:
    """Give finished parts that packages played the attempts behind them; at most some dozens, however many took part."""
    rng = world.chance.stream("packages")
    parts = ActivityProgress.objects.filter(
        activity__version__course__slug=LOCAL, activity__kind__in=("h5p", "scorm"), completed_at__isnull=False
    )
    rows = list(parts.select_related("activity").order_by("pk")[:MOST])
    made = []
    for row, identity in zip(rows, world.chance.identities("package attempts", len(rows)), strict=True):
        if row.completed_at is None:
            continue
        begun = row.opened_at or row.completed_at - dt.timedelta(minutes=6)
        made.append(
            PackageAttempt(
                public_id=identity,
                enrolment_id=row.enrolment_id,
                activity_id=row.activity_id,
                run=1,
                sequence=1,
                status=AttemptState.PASSED.value if row.activity.kind == "scorm" else AttemptState.DONE.value,
                score=row.best_score,
                seconds=rng.randint(150, 420),
                started_at=begun,
                run_at=begun,
                saved_at=row.completed_at,
                ended_at=row.completed_at,
            )
        )
    PackageAttempt.objects.bulk_create(made)
    kinds = {row.activity_id: row.activity.kind for row in rows}
    PackageInteraction.objects.bulk_create(
        PackageInteraction(
            attempt=attempt, place=place, code=f"kartu-{place + 1}", kind="true-false", description=words,
            response=rng.choice(("true", "false")),
            result="correct" if place < round((attempt.score or 0) * len(CARDS)) else "incorrect", latency="PT6S",
        )
        for attempt in made if kinds[attempt.activity_id] == "h5p" for place, words in enumerate(CARDS)
    )  # fmt: skip
