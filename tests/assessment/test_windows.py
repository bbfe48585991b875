"""Holding a formal assessment: who may, what must hold before it is announced, and what happens by the clock."""

import datetime as dt

import pytest

from bina.assessment import actions, queries
from bina.assessment.jobs import close_due_windows, remind_participants
from bina.assessment.models import AssessmentWindow, ItemBank, Participant, WindowRoom
from bina.assessment.rules import reminder_at
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.journal.queries import notifications_of
from tests.assessment.conftest import Hands
from tests.assessment.windows import announced, begin, draft, part_of, sit, terms
from tests.cast import Cast


def told(person: object) -> list[str]:
    """The titles of a person's notices."""
    return [row.title for row in notifications_of(person.user)]  # type: ignore[attr-defined]


def test_only_organisers_of_the_unit_draw_one_up(bank: ItemBank, cast: Cast) -> None:
    for person in (cast.siti, cast.budi, cast.unit_hr, cast.trainer, cast.leader):
        with pytest.raises(Denied):
            actions.create_window(by=person.user, unit=cast.dinas, terms=terms())
    window = draft(cast)
    assert window.state == "draft"
    assert list(queries.windows_organised_by(cast.hr.user)) == [window]
    assert not queries.windows_organised_by(cast.unit_hr.user).exists()


def test_moments_and_test_must_fit(bank: ItemBank, cast: Cast, course_test: object) -> None:
    now = clock.now()
    for changed, sentence in (
        ({"closes_at": now - dt.timedelta(days=1)}, "sesudah saat pembukaan"),
        ({"opens_at": now - dt.timedelta(days=9), "closes_at": now - dt.timedelta(days=2)}, "sudah lewat"),
        ({"closes_at": now + dt.timedelta(minutes=10)}, "lebih pendek"),
        ({"code": "kursus-contoh-v1-akhir"}, "tidak dapat dipakai"),
        ({"purpose": "  "}, "judul dan tujuannya"),
    ):
        with pytest.raises(Refused, match=sentence):
            draft(cast, **changed)
    assert not AssessmentWindow.objects.exists()


def test_nobody_hears_of_a_draft_and_everybody_of_an_announcement_once(bank: ItemBank, cast: Cast) -> None:
    window = draft(cast)
    with pytest.raises(Refused, match="Belum ada peserta"):
        actions.announce_window(by=cast.hr.user, window=window)
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    assert told(cast.siti) == []
    assert queries.participant_of(cast.siti.user, part_of(window, cast.siti).public_id) is None
    actions.announce_window(by=cast.hr.user, window=window)
    actions.announce_window(by=cast.hr.user, window=window)
    assert told(cast.siti) == ["Anda diundang mengikuti “Asesmen digital Dinas Dukcapil”"]
    assert told(cast.rina) == []
    with pytest.raises(Refused, match="sudah diumumkan"):
        actions.change_window(by=cast.hr.user, window=window, terms=terms(title="Lain"))


def test_people_are_invited_by_unit_by_class_and_by_number(bank: ItemBank, cast: Cast) -> None:
    window = draft(cast)
    by_class = actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas, job_class="PENGAWAS")
    assert (by_class.added, by_class.already) == (1, 0)
    whole = actions.invite_unit(by=cast.hr.user, window=window, unit=cast.seksi)
    assert (whole.added, whole.already) == (2, 1)
    numbers = f"{cast.unit_hr.employee_number}\n{cast.siti.employee_number}; 19990101 202001 1 001\n{cast.rina.employee_number}\nabc"
    listed = actions.invite_numbers(by=cast.hr.user, window=window, text=numbers)
    assert (listed.added, listed.already) == (1, 1)
    # Rina works elsewhere: for this assessment her number is as unknown as an invented one.
    assert listed.unknown == ("199901012020011001", cast.rina.employee_number, "abc")
    with pytest.raises(Refused, match="paling sedikit satu NIP"):
        actions.invite_numbers(by=cast.hr.user, window=window, text=" \n, ")
    with pytest.raises(Denied):
        actions.invite_numbers(by=cast.unit_hr.user, window=window, text=numbers)


def test_those_who_left_are_not_invited(bank: ItemBank, cast: Cast) -> None:
    cast.dewi.left_on = clock.today()
    cast.dewi.save()
    window = draft(cast)
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    assert not Participant.objects.filter(window=window, employee=cast.dewi).exists()
    assert actions.invite_numbers(by=cast.hr.user, window=window, text=str(cast.dewi.employee_number)).unknown == (
        cast.dewi.employee_number,
    )


def test_who_is_invited_later_is_told_at_once_and_may_be_let_off(bank: ItemBank, cast: Cast) -> None:
    window = draft(cast)
    actions.invite_numbers(by=cast.hr.user, window=window, text=str(cast.siti.employee_number))
    actions.announce_window(by=cast.hr.user, window=window)
    actions.invite_numbers(by=cast.hr.user, window=window, text=str(cast.dewi.employee_number))
    assert len(told(cast.dewi)) == len(told(cast.siti)) == 1
    actions.withdraw_invitation(by=cast.hr.user, participant=part_of(window, cast.dewi))
    begin(window, cast.siti)
    with pytest.raises(Refused, match="tetap tercatat"):
        actions.withdraw_invitation(by=cast.hr.user, participant=part_of(window, cast.siti))


def test_it_is_called_off_with_a_reason_until_somebody_begins(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast)
    with pytest.raises(Refused, match="alasan"):
        actions.cancel_window(by=cast.hr.user, window=window, reason=" ")
    begin(window, cast.siti)
    with pytest.raises(Refused, match="Sudah ada peserta yang mulai"):
        actions.cancel_window(by=cast.hr.user, window=window, reason="Ruang banjir.")
    other = announced(cast, title="Kedua")
    actions.cancel_window(by=cast.hr.user, window=other, reason="Ruang banjir.")
    actions.cancel_window(by=cast.hr.user, window=other, reason="Lagi.")
    assert "“Kedua” dibatalkan" in told(cast.siti)
    with pytest.raises(Refused, match="dibatalkan"):
        begin(other, cast.dewi)


def test_the_clock_closes_it_and_notes_who_was_absent(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    sit(window, cast.siti)
    running = begin(window, cast.dewi)
    hands.forward(days=4, hours=23, minutes=30)
    late = begin(window, cast.budi)
    assert late.deadline_at > window.closes_at
    hands.forward(minutes=31)
    close_due_windows.enqueue()
    close_due_windows.enqueue()
    states = dict(Participant.objects.filter(window=window).values_list("employee__full_name", "state"))
    assert states["Siti Rahmawati"] == "finished"
    assert states["Budi Santoso"] == "started"
    assert states["Yusuf Hidayat"] == "absent"
    assert "sudah ditutup" in told(cast.unit_hr)[0]
    assert Entry.objects.filter(verb="window.closed").count() == 1
    with pytest.raises(Refused, match="sudah ditutup"):
        begin(window, cast.unit_hr)
    # Who began in time uses the whole time.
    actions.answer_item(by=cast.budi.user, session=late, position=1, answer=["x"], device=late.device)
    assert running.is_overdue(clock.now())


def test_who_has_not_begun_is_reminded_once_before_the_end(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    sit(window, cast.siti)
    remind_participants.enqueue()
    hands.forward(days=4, hours=1)
    remind_participants.enqueue()
    remind_participants.enqueue()
    assert sum("ditutup" in title for title in told(cast.dewi)) == 1
    assert not any("ditutup" in title for title in told(cast.siti))
    # A later end is worth another reminder.
    actions.move_closing(by=cast.hr.user, window=window, closes_at=clock.now() + dt.timedelta(days=3))
    hands.forward(days=2, hours=1)
    remind_participants.enqueue()
    assert sum("ditutup" in title for title in told(cast.dewi)) == 2


def test_when_the_reminder_comes() -> None:
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert reminder_at(start, start + dt.timedelta(days=5)) == start + dt.timedelta(days=4)
    assert reminder_at(start, start + dt.timedelta(hours=8)) == start + dt.timedelta(hours=4)
    assert reminder_at(start, start + dt.timedelta(hours=3)) is None


def test_rooms_have_codes_and_seats(bank: ItemBank, cast: Cast) -> None:
    remote = draft(cast)
    with pytest.raises(Refused, match="tidak memerlukan ruang"):
        actions.add_room(by=cast.hr.user, window=remote, name="A", place="", capacity=2, starts_at=remote.opens_at)
    window = draft(cast, mode="room", title="Di ruang")
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    with pytest.raises(Refused, match="satu ruang"):
        actions.announce_window(by=cast.hr.user, window=window)
    with pytest.raises(Refused, match="di antara"):
        actions.add_room(by=cast.hr.user, window=window, name="A", place="", capacity=2, starts_at=window.closes_at)
    one = actions.add_room(by=cast.hr.user, window=window, name="A", place="", capacity=2, starts_at=window.opens_at)
    again = actions.add_room(by=cast.hr.user, window=window, name="A", place="", capacity=9, starts_at=window.opens_at)
    assert again.pk == one.pk
    people = window.participants.count()
    with pytest.raises(Refused, match=f"Kursi kurang {people - 2}"):
        actions.seat_everybody(by=cast.hr.user, window=window)
    two = actions.add_room(by=cast.hr.user, window=window, name="B", place="", capacity=40, starts_at=window.opens_at)
    assert actions.seat_everybody(by=cast.hr.user, window=window) == people
    assert actions.seat_everybody(by=cast.hr.user, window=window) == 0
    assert [(row.name, row.seated) for row in queries.rooms_of(window)] == [("A", 2), ("B", people - 2)]  # type: ignore[attr-defined]
    someone = Participant.objects.filter(room=two).first()
    assert someone is not None
    with pytest.raises(Refused, match="penuh"):
        actions.seat_participant(by=cast.hr.user, participant=someone, room=one)
    before = one.code
    assert actions.renew_room_code(by=cast.hr.user, room=one) != before
    actions.remove_room(by=cast.hr.user, room=one)
    assert WindowRoom.objects.filter(window=window).count() == 1
