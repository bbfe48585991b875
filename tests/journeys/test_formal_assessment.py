"""One formal assessment in one story: HR holds it, Siti sits it on her phone, HR decides about a hint, Siti gets another chance."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from bina.assessment import actions as assessment
from bina.assessment import queries
from bina.assessment.models import AssessmentWindow, Blueprint, Participant, Session
from bina.competencies.queries import evidence_of
from bina.foundation import clock
from bina.journal.queries import notifications_of
from tests.answers import right_answer
from tests.cast import Cast
from tests.conftest import ClientFor


class Clock:
    """The hands of the clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC)
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(clock, "today", lambda zone="WIB": self.now.date())

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**span)


def sent(session: Session, position: int) -> dict[str, object]:
    """The right answer to a question as a browser sends it; other kinds than choosing are skipped."""
    version = queries.version_at(session, position)
    assert version is not None
    answer = right_answer(version.item.kind, version.payload)
    if isinstance(answer, list) and version.item.kind in ("single", "multiple"):
        return {"answer": answer, "go": "next"}
    return {"go": "next"}


def place(session: Session, position: int) -> str:
    """The address of a question."""
    return reverse("assessment:question", args=[session.public_id, position])


def take(client: Client, page: str, **extra: str) -> Session:
    """Agree and begin (or go on) on a device."""
    answer = client.post(page, {"agreed": "1", **extra})
    return Session.objects.get(public_id=answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def test_held_sat_looked_at_and_given_again(cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch) -> None:
    assessment.load_reference_data()
    hands = Clock(monkeypatch)
    hr, phone, laptop = client_for(cast.hr), client_for(cast.siti), client_for(cast.siti)
    # HR draws it up, invites the dinas, announces it.
    hr.post(
        reverse("assessment:new_window"),
        {
            "unit": str(cast.dinas.public_id), "title": "Asesmen data 2026", "purpose": "Dasar rencana 2027.",
            "blueprint": str(Blueprint.objects.get(code="digital-area-4").public_id), "mode": "remote", "attempts": "1",
            "waiting_days": "0", "opens_at": "2026-11-02T09:00", "closes_at": "2026-11-06T16:00",
        },
    )  # fmt: skip
    window = AssessmentWindow.objects.get()
    hr.post(reverse("assessment:invite", args=[window.public_id]), {"unit": str(cast.dinas.public_id)})
    hr.post(reverse("assessment:window_step", args=[window.public_id]), {"step": "announce"})
    part = Participant.objects.get(window=window, employee=cast.siti)
    page = reverse("assessment:formal", args=[part.public_id])
    assert any(notice.url == page for notice in notifications_of(cast.siti.user))

    # Siti reads what counts, begins on her phone, leaves the screen for a while.
    assert "Hasilnya dihitung" in phone.get(page).content.decode()
    session = take(phone, page)
    for position in range(1, 5):
        phone.get(place(session, position))
        hands.forward(seconds=40)
        phone.post(place(session, position), sent(session, position))
    report = reverse("assessment:report_event", args=[session.public_id])
    phone.post(report, {"kind": "focus_lost"})
    hands.forward(seconds=95)
    phone.post(report, {"kind": "focus_back"})

    # The battery is empty: she goes on with the laptop; the phone is told and takes nothing away.
    assert take(laptop, page) == session
    hands.forward(seconds=20)
    assert "perangkat lain" in phone.post(place(session, 5), sent(session, 5)).content.decode()
    for position in range(5, session.item_count):
        laptop.get(place(session, position))
        hands.forward(seconds=40)
        laptop.post(place(session, position), sent(session, position))
    before = len(queries.answers_of(session))

    # The clock ends it; an answer that comes late is refused in words, what was saved counts.
    hands.forward(hours=3)
    late = laptop.post(place(session, session.item_count), sent(session, session.item_count), follow=True)
    assert "datang sesudah uji berakhir" in late.content.decode()
    assert len(queries.answers_of(session)) == before
    assert evidence_of(cast.siti).filter(withdrawn_at=None).exists()

    # It closes by the clock; HR finds a hint, its figures, and the sentence that it proves nothing.
    hands.forward(days=5)
    assessment.close_due_windows()
    assessment.prepare_due_hints()
    listed = hr.get(reverse("assessment:window", args=[window.public_id]), {"hints": "1"}).content.decode()
    assert cast.siti.display_name in listed
    file = reverse("assessment:participant", args=[part.public_id])
    seen = hr.get(file).content.decode()
    assert "seluruhnya 95 detik" in seen
    assert "Petunjuk tidak membuktikan apa pun" in seen
    step = reverse("assessment:participant_step", args=[part.public_id])
    reason = "Diakui: dibantu rekan selama layar ditinggalkan."
    hr.post(step, {"step": "invalidate", "session": str(session.public_id), "reason": reason})
    assert not evidence_of(cast.siti).filter(withdrawn_at=None).exists()

    # Siti reads why and what she can do; her superior sees no log.
    mine = phone.get(page).content.decode()
    assert reason in mine
    assert "keberatan" in mine
    assert client_for(cast.budi).get(file).status_code == 404

    # HR gives another chance; Siti sits it and the new result counts.
    hr.post(step, {"step": "grant", "until": "2026-11-30T16:00", "reason": "Sudah dibicarakan dengan atasannya."})
    assert any("kesempatan lagi" in notice.title for notice in notifications_of(cast.siti.user))
    second = take(phone, page)
    assert second != session
    for position in range(1, second.item_count + 1):
        phone.get(place(second, position))
        hands.forward(seconds=30)
        phone.post(place(second, position), sent(second, position))
    phone.post(reverse("assessment:finish", args=[second.public_id]))
    assert "Hasil asesmen Anda" in phone.get(reverse("assessment:result", args=[second.public_id])).content.decode()
    assert evidence_of(cast.siti).filter(withdrawn_at=None).exists()
    part.refresh_from_db()
    assert (part.state, part.session_id) == ("finished", second.pk)
