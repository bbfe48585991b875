"""Levels that somebody doubted: requests for review in every state, one of which took a rating out of the count."""

import datetime as dt
from dataclasses import dataclass

from bina.competencies.models import Appeal, Evidence
from bina.competencies.rules import DECISION_DAYS, OPINION_DAYS, AppealState, Opinion, Source
from bina.demo.chance import at, workday
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.world import World

DECIDER, ASSESSOR, AGENCY = "mardiana", "sugeng", "pontianak"
WHY = (
    "Penilaian itu dibuat sebelum saya mengikuti pelatihan, jadi tidak menggambarkan pekerjaan saya sekarang.",
    "Atasan yang menilai baru dua minggu memimpin unit kami dan belum pernah melihat pekerjaan ini.",
    "Nilai uji saya jauh di atas penilaian itu; mohon dilihat kembali.",
)
OPINION = "Hasil uji dan hasil kerjanya searah; penilaian perilaku hanya didasarkan pada sedikit pengamatan."
KEPT = "Penilaian dibuat menurut panduan dan masih berlaku. Mengukur lagi dengan uji akan menambah kepastian."
CHANGED = "Penilaian dibuat sebelum penelaah bekerja bersama pegawai ini, jadi tidak dihitung lagi."


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One request: how many days ago it was asked, and in what state it is."""

    days: int
    state: AppealState


DOUBTS = (
    _Doubt(12, AppealState.ASSESSING),
    _Doubt(4, AppealState.OPEN),
    _Doubt(19, AppealState.ASSESSED),
    _Doubt(58, AppealState.KEPT),
    _Doubt(75, AppealState.CHANGED),
    _Doubt(9, AppealState.WITHDRAWN),
)


def doubt(world: World) -> None:
    """Write the requests with their entries in the journal; call it when all evidence is written."""
    people = {person.id: place for place, person in enumerate(world.people)}
    asking = [person.id for person in world.people if person.agency.key == AGENCY and not person.account]
    rated = list(
        Evidence.objects.filter(
            source=Source.SUPERIOR_RATING.value, competency__framework__code="digcomp-3.0",
            employee_id__in=asking,
        ).select_related("competency")
    )  # fmt: skip
    # Everybody doubts the lowest rating.
    lowest: dict[int, Evidence] = {}
    for piece in sorted(rated, key=lambda piece: (piece.employee_id, piece.value, piece.competency_id)):
        lowest.setdefault(piece.employee_id, piece)
    rows = [
        _row(world, row, piece, people[piece.employee_id], number)
        for number, (row, piece) in enumerate(zip(DOUBTS, lowest.values(), strict=False))
    ]
    world.ledger.write(Appeal, COLUMNS, rows)


COLUMNS = (
    "public_id", "employee_id", "competency_id", "statement", "state", "requested_at", "due_on",
    "assessor_id", "assessor_name", "assessor_named_at", "opinion_due_on", "past_assessors", "opinion", "opinion_reason",
    "opinion_at", "decided_at", "decided_by_id", "decided_by_name", "decision_reason",
)  # fmt: skip


def _row(world: World, row: _Doubt, piece: Evidence, place: int, number: int) -> tuple[object, ...]:
    """The columns of one request; what happened goes into the journal on the way."""
    chance, decider, assessor = world.chance, world.people[world.row(DECIDER)], world.people[world.row(ASSESSOR)]
    asked = at(workday(chance.days_ago(row.days)), 610)
    named, judged = asked + dt.timedelta(days=2, hours=1), asked + dt.timedelta(days=6)
    decided = asked + dt.timedelta(days=8) if row.state in (AppealState.KEPT, AppealState.CHANGED) else None
    if row.state is AppealState.WITHDRAWN:
        decided = asked + dt.timedelta(days=1)
    is_named = row.state not in (AppealState.OPEN, AppealState.WITHDRAWN)
    is_judged = is_named and row.state is not AppealState.ASSESSING
    identity = chance.identities("appeals", 1, asked, skip=number)[0]

    def happened(moment: dt.datetime, verb: str, actor: int, reason: str = "") -> None:
        data = {"competency": piece.competency.code}
        world.happenings.append(
            (moment, verb, actor, "appeal", dashed(identity), world.people[place].full_name,
             world.people[place].agency.id, data, reason)
        )  # fmt: skip

    happened(asked, "appeal.requested", place)
    if is_named:
        happened(named, "appeal.assessor_named", world.row(DECIDER))
    if is_judged:
        happened(judged, "appeal.assessed", world.row(ASSESSOR))
    reason = {AppealState.KEPT: KEPT, AppealState.CHANGED: CHANGED}.get(row.state, "")
    if decided and reason:
        happened(decided, "appeal.decided", world.row(DECIDER), reason)
    elif decided:
        happened(decided, "appeal.withdrawn", place)
    if row.state is AppealState.CHANGED and decided:
        Evidence.objects.filter(pk=piece.pk).update(withdrawn_at=decided, withdrawn_reason=reason)
    return (
        identity, piece.employee_id, piece.competency_id, WHY[number % len(WHY)], row.state.value,
        stamp(asked), (asked + dt.timedelta(days=DECISION_DAYS)).date().isoformat(),
        assessor.id if is_named else None, assessor.full_name if is_named else "", stamp(named) if is_named else None,
        (named + dt.timedelta(days=OPINION_DAYS)).date().isoformat() if is_named else None, as_json([]),
        Opinion.TOO_LOW.value if is_judged else "", OPINION if is_judged else "", stamp(judged) if is_judged else None,
        stamp(decided) if decided else None, decider.user_id if reason else None,
        decider.display_name if reason else "", reason,
    )  # fmt: skip
