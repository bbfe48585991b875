"""Hints for a human and what a human decides: never automatic, with a reason, seen by the person, with another chance."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from bina.assessment import actions, queries
from bina.assessment.jobs import prepare_due_hints
from bina.assessment.models import (
    AssessmentWindow,
    IntegrityDecision,
    IntegrityHint,
    ItemBank,
    ItemVersion,
    Participant,
    Response,
    Session,
)
from bina.assessment.rules import hint_sentence
from bina.competencies.queries import evidence_of
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.journal.queries import notifications_of
from tests.assessment.conftest import Hands
from tests.assessment.windows import DEVICE, announced, begin, part_of, sit
from tests.cast import Cast, add_person


def hints_of(session: Session) -> dict[str, IntegrityHint]:
    return {row.kind: row for row in IntegrityHint.objects.filter(session=session)}


def closed_with(cast: Cast, count: int = 24, code: str = "digital-lengkap") -> tuple[AssessmentWindow, list[Session]]:
    """A closed assessment that ``count`` people sat, all with the same questions, right by their ability; seeded."""
    people = [add_person(cast.seksi, f"Peserta {n}", "PELAKSANA", "Pelaksana", serial=100 + n) for n in range(count)]
    window = announced(cast, code=code)
    rng = np.random.default_rng(7)
    common = list(window.blueprint.places.order_by("position").values_list("item_version_id", flat=True))
    versions = list(
        ItemVersion.objects.filter(pk__in=common, item__kind="single").select_related("item").order_by("pk")
    )
    sessions = []
    for place, person in enumerate(people):
        session = begin(window, person)
        session.form = [row.pk for row in versions]
        session.save()
        ability = 1.0 + 2.0 * place / count
        rows = []
        for position, version in enumerate(versions, start=1):
            right = rng.random() < 1 / (1 + np.exp(-version.a * (ability - version.b)))
            rows.append(row_for(session, position, version, right, rng.integers(20_000, 60_000), rng))
        Response.objects.bulk_create(rows)
        sessions.append(session)
    return window, sessions


def options_of(version: ItemVersion) -> tuple[str, list[str]]:
    """The right key of a single question, and the wrong ones."""
    from bina.assessment.rules import part_key

    rows = version.payload["options"]
    right = next(part_key(row["text"]) for row in rows if row.get("correct"))
    return right, [part_key(row["text"]) for row in rows if not row.get("correct")]


def row_for(session: Session, position: int, version: ItemVersion, right: Any, time: Any, rng: Any) -> Response:
    key, wrong = options_of(version)
    chosen = key if right else wrong[int(rng.integers(len(wrong)))]
    return Response(
        session=session, position=position, item_version=version, answer=[chosen], saved_at=clock.now(),
        milliseconds=int(time),
    )  # fmt: skip


def end_all(window: AssessmentWindow, sessions: list[Session], cast: Cast) -> None:
    for session in sessions:
        actions.finish_session(by=session.employee.user, session=session)
    actions.close_window(by=cast.hr.user, window=window)
    prepare_due_hints.enqueue()
    window.refresh_from_db()


def test_copied_mistakes_quick_answers_and_odd_patterns_are_shown_with_figures(bank: ItemBank, cast: Cast) -> None:
    window, sessions = closed_with(cast)
    rows = {n: list(Response.objects.filter(session=sessions[n]).order_by("position")) for n in (2, 3, 5, 8)}
    # The fourth copies the third, the sixth clicks through, the ninth knows only what is hard.
    for mine, theirs in zip(rows[3], rows[2], strict=True):
        mine.answer = theirs.answer
    for row in rows[5]:
        row.milliseconds = 900
    middle = np.median([row.item_version.b for row in rows[8]])
    for row in rows[8]:
        key, wrong = options_of(row.item_version)
        row.answer = [key if row.item_version.b > middle else wrong[0]]
    for answers in rows.values():
        Response.objects.bulk_update(answers, ["answer", "milliseconds"])
    end_all(window, sessions, cast)
    assert {"similar"} <= set(hints_of(sessions[3])) & set(hints_of(sessions[2]))
    pair = hints_of(sessions[3])["similar"]
    assert pair.other_id == sessions[2].pk
    assert pair.figures["matches"] > pair.figures["expected"] + 3
    assert "Peserta 2" in pair.sentence
    quick = hints_of(sessions[5])["rapid"]
    assert quick.figures["rapid"] == len(rows[5])
    assert hints_of(sessions[8])["fit"].figures["lz"] < -2.33
    # Nearly everybody else is left in peace.
    honest = [session for n, session in enumerate(sessions) if n not in rows]
    assert sum(bool(hints_of(session)) for session in honest) <= 2
    assert any("belum dikalibrasi" in note for note in window.hints_note)
    # And nothing has happened to anybody.
    assert not IntegrityDecision.objects.exists()
    assert not Participant.objects.filter(window=window, state="invalidated").exists()


def test_hints_wait_until_nobody_answers_and_come_again_after_a_late_attempt(
    bank: ItemBank, cast: Cast, hands: Hands
) -> None:
    window = announced(cast)
    sit(window, cast.siti)
    late = begin(window, cast.dewi)
    actions.close_window(by=cast.hr.user, window=window)
    hands.forward(minutes=1)
    assert actions.prepare_due_hints() == 0
    actions.finish_session(by=cast.dewi.user, session=late)
    assert actions.prepare_due_hints() == 1
    assert actions.prepare_due_hints() == 0
    actions.grant_attempt(
        by=cast.hr.user,
        participant=part_of(window, cast.budi),
        until=clock.now() + dt.timedelta(days=2),
        reason="Sakit.",
    )
    sit(window, cast.budi)
    assert actions.prepare_due_hints() == 1
    window.refresh_from_db()
    # Too few people say too little, and that is said.
    assert any("terlalu sedikit" in note for note in window.hints_note)


def test_the_log_becomes_a_hint(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)
    for _time in range(3):
        actions.report_event(by=cast.siti.user, session=session, kind="focus_lost", device=DEVICE)
        hands.forward(seconds=30)
        actions.report_event(by=cast.siti.user, session=session, kind="focus_back", device=DEVICE)
    for device in ("laptop", DEVICE):
        actions.take_device(by=cast.siti.user, session=session, device=device)
    calm = begin(window, cast.dewi)
    end_all(window, [session, calm], cast)
    assert hints_of(session)["focus"].sentence == "Layar uji ditinggalkan 3 kali, seluruhnya 90 detik."
    assert hints_of(session)["devices"].figures == {"count": 2}
    assert hints_of(calm) == {}
    assert "menunggu pemeriksaan" in next(row.title for row in notifications_of(cast.hr.user))
    assert queries.counts_of(window).undecided == 1


def test_a_human_invalidates_with_a_reason_and_the_evidence_goes(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast)
    running = begin(window, cast.dewi)
    session = sit(window, cast.siti)
    for person in (cast.siti, cast.budi, cast.unit_hr, cast.trainer):
        with pytest.raises(Denied):
            actions.invalidate_attempt(by=person.user, session=session, reason="x")
    with pytest.raises(Refused, match="alasannya"):
        actions.invalidate_attempt(by=cast.hr.user, session=session, reason="  ")
    with pytest.raises(Refused, match="belum selesai"):
        actions.invalidate_attempt(by=cast.hr.user, session=running, reason="x")
    assert evidence_of(cast.siti).filter(withdrawn_at=None).count() == 4
    actions.invalidate_attempt(by=cast.hr.user, session=session, reason="Dikerjakan orang lain; diakui sendiri.")
    with pytest.raises(Refused, match="sudah dinyatakan"):
        actions.invalidate_attempt(by=cast.hr.user, session=session, reason="Lagi.")
    assert not evidence_of(cast.siti).filter(withdrawn_at=None).exists()
    assert part_of(window, cast.siti).state == "invalidated"
    notice = notifications_of(cast.siti.user)[0]
    assert "tidak sah" in notice.title
    assert "Dikerjakan orang lain" in notice.body
    entry = Entry.objects.get(verb="attempt.invalidated")
    assert entry.reason == "Dikerjakan orang lain; diakui sendiri."
    # The chance is used; only a human gives another.
    with pytest.raises(Refused, match="sudah terpakai"):
        begin(window, cast.siti)


def test_hints_are_cleared_with_a_note_and_the_result_stands(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast)
    session = sit(window, cast.siti)
    IntegrityHint.objects.create(session=session, kind="focus", figures={"count": 4, "seconds": 80})
    assert queries.counts_of(window).undecided == 1
    actions.clear_hints(by=cast.hr.user, session=session, reason="Kamera presensi berbunyi; sudah ditanya.")
    actions.clear_hints(by=cast.hr.user, session=session, reason="Klik kedua.")
    assert IntegrityDecision.objects.get(session=session).reason.startswith("Kamera")
    assert Entry.objects.filter(verb="attempt.cleared").count() == 1
    assert queries.counts_of(window).undecided == 0
    assert evidence_of(cast.siti).filter(withdrawn_at=None).count() == 4
    # Something new may still come up.
    actions.invalidate_attempt(by=cast.hr.user, session=session, reason="Pengakuan.")
    assert part_of(window, cast.siti).state == "invalidated"


def test_nobody_decides_about_oneself(bank: ItemBank, cast: Cast) -> None:
    window = actions.create_window(by=cast.hr.user, unit=cast.root, terms=_terms())
    actions.invite_numbers(by=cast.hr.user, window=window, text=str(cast.hr.employee_number))
    actions.announce_window(by=cast.hr.user, window=window)
    session = sit(window, cast.hr)
    with pytest.raises(Denied, match="penyelenggara lain"):
        actions.clear_hints(by=cast.hr.user, session=session, reason="Saya jujur.")
    with pytest.raises(Denied, match="penyelenggara lain"):
        grant(cast, part_of(window, cast.hr))


def _terms() -> Any:
    from tests.assessment.windows import terms

    return terms()


def grant(cast: Cast, part: Participant, days: int = 3, reason: str = "Sakit.") -> None:
    actions.grant_attempt(by=cast.hr.user, participant=part, until=clock.now() + dt.timedelta(days=days), reason=reason)


def test_another_chance_is_given_once_until_a_moment(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    with pytest.raises(Refused, match="masih mempunyai"):
        grant(cast, part_of(window, cast.siti))
    first = sit(window, cast.siti)
    actions.invalidate_attempt(by=cast.hr.user, session=first, reason="Pengakuan.")
    with pytest.raises(Refused, match="alasan"):
        grant(cast, part_of(window, cast.siti), reason=" ")
    with pytest.raises(Refused, match="sudah lewat"):
        grant(cast, part_of(window, cast.siti), days=-1)
    grant(cast, part_of(window, cast.siti))
    with pytest.raises(Refused, match="masih mempunyai"):
        grant(cast, part_of(window, cast.siti))
    actions.close_window(by=cast.hr.user, window=window)
    hands.forward(minutes=1)
    second = sit(window, cast.siti)
    assert second.pk != first.pk
    assert part_of(window, cast.siti).state == "finished"
    assert evidence_of(cast.siti).filter(withdrawn_at=None).count() == 4
    # Absent people get one too, and it ends by itself.
    grant(cast, part_of(window, cast.dewi), days=1)
    hands.forward(days=2)
    with pytest.raises(Refused, match="sudah ditutup"):
        begin(window, cast.dewi)


def test_every_hint_is_a_sentence_with_its_figures() -> None:
    for kind, figures in (
        ("fit", {"lz": -2.91, "items": 40}), ("rapid", {"rapid": 9, "items": 40}), ("focus", {"count": 3, "seconds": 9}),
        ("devices", {"count": 2}), ("similar", {"matches": 9, "expected": 1.25, "p": 0.00000001}),
    ):  # fmt: skip
        words = hint_sentence(kind, figures, "Bu Siti")
        assert words.endswith(".")
        assert "%(" not in words
    assert "< 0,0001" in hint_sentence("similar", {"matches": 9, "expected": 1.25, "p": 0.00000001}, "Bu Siti")


def test_the_same_person_twice_is_no_pair(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast, attempts=2)
    one, two = sit(window, cast.siti, rightly=False), sit(window, cast.siti, rightly=False)
    end_all(window, [], cast)
    assert "similar" not in {**hints_of(one), **hints_of(two)}
