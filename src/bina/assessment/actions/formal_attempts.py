"""Sitting a formal assessment: begun once, carried on from one device at a time, with a log of what happened."""

import datetime as dt
import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.actions.sessions import finish_session, first_form, open_attempt, require_owner, zone_of
from bina.assessment.models import Blueprint, IntegrityEvent, Item, Participant, Session, WindowRoom
from bina.assessment.queries.enemies import barred_by, enemy_versions
from bina.assessment.queries.formal import attempts_allowed, attempts_used, next_attempt_on
from bina.assessment.rules import (
    MOST_EVENTS,
    REPORTED_EVENTS,
    EventKind,
    ItemState,
    ParticipantState,
    Purpose,
    SessionState,
    can_attempt,
    can_enter,
    can_sit,
    plain_code,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold

if TYPE_CHECKING:
    from bina.people.models import User

# What items of a form have in common, so that one stands for another: competency and level.
Key = tuple[int | None, int]
DRAWS = 20  # tries at a form without enemies that is as long as the common one


@transaction.atomic
def begin_formal_attempt(
    *, by: "User", participant: Participant, device: str, agreed: bool = False, code: str = ""
) -> Session:
    """Begin the attempt of an invited person, or go on with the open one on this device (which then holds it).

    Every person gets an own seed, an own form where the bank allows, and an own order. Raises Refused outside the window,
    without a chance left, without having agreed to what was said beforehand, or with a wrong room code; Denied for anybody
    but the person.
    """
    require_owner(by, participant.employee_id)
    hold(Participant.objects.filter(pk=participant.pk))
    rows = Participant.objects.select_related(
        "window__blueprint__bank", "employee__agency", "room", "session__blueprint"
    )
    participant = rows.get(pk=participant.pk)
    session = participant.session
    if session is not None and session.is_open:
        if not session.is_overdue(clock.now()):
            take_device(by=by, session=session, device=device)
            return session
        finish_session(by=None, session=session)
        participant.refresh_from_db(fields=["state"])
    return _begin(by, participant, device, agreed, code)


def _begin(by: "User", participant: Participant, device: str, agreed: bool, code: str) -> Session:
    window, now = participant.window, clock.now()
    can_enter(
        state=window.state, opens_at=window.opens_at, closes_at=window.closes_at, own_until=participant.own_until,
        now=now, zone=zone_of(by),
    ).require()  # fmt: skip
    can_attempt(
        used=attempts_used(participant), allowed=attempts_allowed(participant),
        again_on=next_attempt_on(participant), today=clock.today(),
    ).require()  # fmt: skip
    if not agreed:
        raise Refused(_("Centang bahwa Anda sudah membaca keterangannya, lalu mulai."))
    room = _room_for(participant, plain_code(code))
    seed = secrets.randbelow(2**31)
    form, adaptive = own_form(window.blueprint, seed)
    context = {"context_kind": "window", "context_id": str(window.public_id)}
    session = open_attempt(by, participant.employee, window.blueprint, Purpose.FORMAL, context, seed, form, adaptive)
    session.device, session.device_since = device, now
    session.save(update_fields=["device", "device_since"])
    _note(session, EventKind.STARTED, now)
    participant.session, participant.room, participant.agreed_at = session, room, now
    participant.state = ParticipantState.STARTED.value
    participant.save(update_fields=["session", "room", "agreed_at", "state"])
    return session


def _room_for(participant: Participant, typed: str) -> WindowRoom | None:
    """The room whose code was typed; the person's own, or any where none was assigned."""
    window, room = participant.window, participant.room
    if not window.is_in_rooms:
        return None
    if room is None and typed:
        room = WindowRoom.objects.filter(window=window, code=typed).first()
    can_sit(mode=window.mode, room_code=room.code if room else "", typed=typed).require()
    return room


def own_form(blueprint: Blueprint, seed: int) -> tuple[list[int], dict[str, object]]:
    """The questions of one person's formal attempt, and what an adaptive one remembers.

    A form that follows a rule is drawn anew from the items in use, with as many items of each competency and level as the
    common form has, so that neighbours rarely meet the same question and every form is equally hard; enemies never meet.
    A form that was given as a list keeps its questions. Both go from easy to hard, in an own order within each level.
    """
    form, adaptive = first_form(blueprint, seed)
    if blueprint.is_adaptive:
        return form, adaptive
    if not form:
        raise Refused(_("Uji ini belum berisi soal, jadi belum dapat dimulai. Beri tahu penyelenggaranya."))
    rng = random.Random(seed)  # noqa: S311  variety, not secrecy
    facts: dict[int, Key] = {
        pk: (competency, level)
        for pk, competency, level in blueprint.places.values_list(
            "item_version_id", "item_version__item__competency_id", "item_version__item__level"
        )
    }
    if blueprint.rule.get("items_each"):
        pool: dict[Key, list[int]] = defaultdict(list)
        rows = Item.objects.filter(bank=blueprint.bank_id, state=ItemState.IN_USE, current__isnull=False)
        wanted = {competency for competency, _level in facts.values()}
        for pk, competency, level in (
            rows.filter(competency__in=wanted).order_by("code").values_list("current_id", "competency_id", "level")
        ):
            pool[competency, level].append(pk)
        counts: Counter[Key] = Counter(facts.values())
        for key in counts:
            facts.update(dict.fromkeys(pool[key], key))
        form = _drawn(pool, counts, enemy_versions(blueprint.bank.public_id), rng)
    rng.shuffle(form)
    return sorted(form, key=lambda pk: facts[pk][1]), adaptive


def _drawn(
    pool: Mapping[Key, Sequence[int]],
    counts: Mapping[Key, int],
    enemies: Mapping[int, frozenset[int]],
    rng: random.Random,
) -> list[int]:
    """So many items of each kind, drawn at random, never two enemies.

    Where enemies leave a kind short the draw is made again; what holds most items after some tries is the form.
    """
    wanted = sum(min(count, len(pool[key])) for key, count in counts.items())
    longest: list[int] = []
    tries = DRAWS if enemies else 1
    while tries and len(longest) < wanted:
        tries -= 1
        drawn: list[int] = []
        for key, count in counts.items():
            left = count
            for pk in rng.sample(pool[key], len(pool[key])):
                if left and pk not in barred_by(drawn, enemies):
                    drawn.append(pk)
                    left -= 1
        longest = max(longest, drawn, key=len)
    return longest


@transaction.atomic
def take_device(*, by: "User", session: Session, device: str) -> dt.datetime | None:
    """Carry an open formal attempt on from this device; the device before may take it back. Both are written in the log.

    Returns since when the other device had held it, None when it was this one all along.
    """
    require_owner(by, session.employee_id)
    row = Session.objects.select_for_update().get(pk=session.pk)
    now, before = clock.now(), row.device_since
    if not row.is_open or not row.is_formal:
        return None
    if row.device == device:
        _note(row, EventKind.RESUMED, now)
        session.device = row.device
        return None
    _note(row, EventKind.DEVICE, now)
    row.device, row.device_since = device, now
    # Time on another screen is nobody's time on this question.
    row.shown_position, row.shown_at = None, None
    row.save(update_fields=["device", "device_since", "shown_position", "shown_at"])
    session.device, session.device_since = device, now
    return before


def note_shown(*, session: Session, position: int, device: str) -> None:
    """A question of a formal attempt came onto its screen: its time begins, unless it runs already."""
    if not session.is_formal or not session.is_open or session.device != device or session.shown_position == position:
        return
    now = clock.now()
    Session.objects.filter(pk=session.pk, state=SessionState.OPEN.value, device=device).update(
        shown_position=position, shown_at=now
    )
    session.shown_position, session.shown_at = position, now


def note_late_answer(*, by: "User", session: Session) -> None:
    """An answer came when the attempt had ended: it was not kept, and that is written down."""
    require_owner(by, session.employee_id)
    if session.is_formal and not session.is_open:
        _note(session, EventKind.LATE, clock.now())


@transaction.atomic
def report_event(*, by: "User", session: Session, kind: str, device: str) -> bool:
    """What the browser noticed by itself: the screen was left, or is back. False where it is not written down.

    Reports of another device, of an ended attempt, of an unknown kind, twice the same, or far too many are dropped.
    """
    require_owner(by, session.employee_id)
    if kind not in {event.value for event in REPORTED_EVENTS}:
        return False
    session = Session.objects.select_for_update().get(pk=session.pk)
    if not session.is_formal or not session.is_open or session.device != device:
        return False
    latest = session.events.filter(kind__in=[event.value for event in REPORTED_EVENTS]).order_by("-at", "-id").first()
    is_lost = kind == EventKind.FOCUS_LOST
    if (latest is not None and latest.kind == kind) or (latest is None and not is_lost):
        return False
    now = clock.now()
    data = {} if is_lost or latest is None else {"seconds": round((now - latest.at).total_seconds())}
    return _note(session, EventKind(kind), now, data)


def _note(session: Session, kind: EventKind, at: dt.datetime, data: dict[str, int] | None = None) -> bool:
    if session.events.count() >= MOST_EVENTS:
        return False
    IntegrityEvent.objects.create(session=session, kind=kind.value, at=at, data=data or {})
    return True
