"""The pages of formal assessments for those who organise them."""

import io
from typing import Any

import polars
from django.urls import reverse

from bina.assessment import actions
from bina.assessment.models import AssessmentWindow, Blueprint, IntegrityHint, ItemBank, Participant
from tests.assessment.windows import announced, begin, draft, part_of, sit
from tests.cast import Cast, add_person
from tests.conftest import ClientFor

LIST = "assessment:windows"


def fields(**changed: str) -> dict[str, str]:
    """The form of a new assessment, as a browser sends it."""
    return {
        "title": "Asesmen awal 2027", "purpose": "Dasar rencana; bukan kenaikan pangkat.", "mode": "remote",
        "blueprint": str(Blueprint.objects.get(code="digital-area-4").public_id), "opens_at": "2027-01-11T08:00",
        "closes_at": "2027-01-15T16:00", "attempts": "1", "waiting_days": "0", **changed,
    }  # fmt: skip


def test_only_organisers_come_in(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast, mode="room")
    part = part_of(window, cast.siti)
    room = window.rooms.get()
    pages = [
        reverse(LIST), reverse("assessment:new_window"), reverse("assessment:window", args=[window.public_id]),
        reverse("assessment:change_window", args=[window.public_id]), reverse("assessment:invite", args=[window.public_id]),
        reverse("assessment:rooms", args=[window.public_id]), reverse("assessment:room", args=[room.public_id]),
        reverse("assessment:participant", args=[part.public_id]),
        reverse("assessment:export_participants", args=[window.public_id]),
    ]  # fmt: skip
    steps = [
        reverse("assessment:window_step", args=[window.public_id]),
        reverse("assessment:room_step", args=[room.public_id]),
        reverse("assessment:participant_step", args=[part.public_id]),
    ]
    for person in (cast.siti, cast.budi, cast.unit_hr, cast.trainer, cast.leader, cast.evaluator):
        client = client_for(person)
        assert {client.get(page).status_code for page in pages} == {404}
        assert {client.post(step, {"step": "close"}).status_code for step in steps} == {404}
    client = client_for(cast.hr)
    assert {client.get(page).status_code for page in pages} == {200}
    assert {client.get(step).status_code for step in steps} == {405}


def test_an_empty_list_says_how_to_begin(cast: Cast, client_for: ClientFor) -> None:
    page = client_for(cast.hr).get(reverse(LIST)).content.decode()
    assert "Belum ada asesmen formal" in page
    assert reverse("assessment:new_window") in page


def test_what_was_typed_stays_and_moments_are_the_agencys(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client, url = client_for(cast.hr), reverse("assessment:new_window")
    bad = client.post(url, fields(closes_at="2027-01-10T16:00")).content.decode()
    assert "sesudah saat pembukaan" in bad
    assert "Asesmen awal 2027" in bad
    assert "2027-01-10T16:00" in bad
    for broken in (
        {"opens_at": "besok"},
        {"blueprint": "tidak ada"},
        {"attempts": "99"},
        {"title": ""},
        {"mode": "bulan"},
    ):
        assert client.post(url, fields(**broken)).status_code == 200
    assert not AssessmentWindow.objects.exists()
    done = client.post(url, {**fields(), "unit": str(cast.dinas.public_id)})
    window = AssessmentWindow.objects.get()
    assert done["Location"] == reverse("assessment:window", args=[window.public_id])
    assert window.opens_at.isoformat() == "2027-01-11T01:00:00+00:00"
    assert window.unit == cast.dinas
    change = reverse("assessment:change_window", args=[window.public_id])
    assert "2027-01-11T08:00" in client.get(change).content.decode()
    client.post(change, fields(title="Asesmen akhir 2027"))
    window.refresh_from_db()
    assert window.title == "Asesmen akhir 2027"


def test_unknown_numbers_come_back_in_words(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = draft(cast)
    client, url = client_for(cast.hr), reverse("assessment:invite", args=[window.public_id])
    page = client.post(url, {"numbers": f"{cast.siti.employee_number}\n199901012020011001"}).content.decode()
    assert "1 orang diundang" in page
    assert "1 NIP berikut tidak dikenal" in page
    assert "199901012020011001</textarea>" in page
    assert window.participants.count() == 1
    foreign = client.post(url, {"unit": str(cast.other_dinas.public_id)})
    assert "border-error" in foreign.content.decode()
    assert window.participants.count() == 1
    sent = client.post(url, {"unit": str(cast.seksi.public_id), "job_class": ""}, follow=True)
    assert "2 orang diundang. 1 orang sudah diundang sebelumnya." in sent.content.decode()


def test_the_page_of_one_asks_few_questions_whatever_its_size(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        add_person(cast.seksi, f"Orang {n:02}", "PELAKSANA", "Pelaksana", serial=200 + n)
    window = announced(cast)
    sit(window, cast.siti)
    client, url = client_for(cast.hr), reverse("assessment:window", args=[window.public_id])
    client.get(url)
    with django_assert_max_num_queries(16):
        assert "36 peserta" in client.get(url).content.decode()
    with django_assert_max_num_queries(12):
        client.get(reverse("assessment:export_participants", args=[window.public_id]))
    for query, count in (("state=finished", 1), ("text=orang", 30), (f"text={cast.siti.employee_number}", 1),
                         ("room=none", 36), ("room=x", 36), ("hints=1", 0), ("state=nonsense", 36)):  # fmt: skip
        assert f"{count} peserta" in client.get(f"{url}?{query}").content.decode()


def test_the_table_has_levels_and_decisions_but_no_answers(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = announced(cast)
    session = sit(window, cast.siti)
    IntegrityHint.objects.create(session=session, kind="focus", figures={"count": 4, "seconds": 80})
    actions.clear_hints(by=cast.hr.user, session=session, reason="Sudah ditanya.")
    file = client_for(cast.hr).get(reverse("assessment:export_participants", args=[window.public_id]))
    table = polars.read_excel(io.BytesIO(file.content), engine="calamine")
    row = next(row for row in table.iter_rows() if row[1] == "Siti Rahmawati")
    assert row[5] == "Selesai"
    assert 0 < float(str(row[8])) <= 4.5
    assert row[9] == "Sering meninggalkan layar"
    assert "Sudah ditanya." in str(row[10])


def test_the_supervisors_page_shows_code_and_people_and_refreshes(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    window = announced(cast, mode="room")
    client = client_for(cast.hr)
    rooms = reverse("assessment:rooms", args=[window.public_id])
    assert "belum punya ruang" in client.get(rooms).content.decode()
    client.post(rooms, {"step": "seat"})
    room = window.rooms.get()
    url = reverse("assessment:room", args=[room.public_id])
    begin(window, cast.siti, code=room.code)
    page = client.get(url).content.decode()
    assert room.spoken_code in page
    assert "1 dari" in page
    assert "Tanda tangan" in page
    with django_assert_max_num_queries(8):
        part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "Sedang mengerjakan" in part
    client.post(reverse("assessment:room_step", args=[room.public_id]), {"step": "renew"})
    room.refresh_from_db()
    assert room.spoken_code not in page
    assert (
        "tetap tercatat"
        in client.post(
            reverse("assessment:room_step", args=[room.public_id]), {"step": "remove"}, follow=True
        ).content.decode()
    )
    bad = client.post(rooms, {"name": "B", "capacity": "0", "starts_at": "kapan"}).content.decode()
    assert 'value="B"' in bad


def test_steps_of_the_page_are_said_in_words(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    window = draft(cast)
    client, url = client_for(cast.hr), reverse("assessment:window_step", args=[window.public_id])
    assert "Belum ada peserta" in client.post(url, {"step": "announce"}, follow=True).content.decode()
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    assert "diumumkan" in client.post(url, {"step": "announce"}, follow=True).content.decode()
    assert "tidak terbaca" in client.post(url, {"step": "move", "closes_at": "x"}, follow=True).content.decode()
    assert (
        "tersimpan" in client.post(url, {"step": "move", "closes_at": "2030-01-01T10:00"}, follow=True).content.decode()
    )
    assert client.post(url, {"step": "nonsense"}).status_code == 302
    assert "Asesmen ditutup" in client.post(url, {"step": "close"}, follow=True).content.decode()
    assert "tidak dapat menjadi" in client.post(url, {"step": "cancel", "reason": "x"}, follow=True).content.decode()
    assert Participant.objects.filter(window=window, state="absent").count() == 6


def test_one_persons_page_shows_hints_log_and_what_can_be_decided(
    bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    window = announced(cast)
    session = sit(window, cast.siti)
    other = sit(window, cast.dewi)
    IntegrityHint.objects.create(
        session=session, other=other, kind="similar", figures={"matches": 9, "expected": 1.2, "p": 0.0004}
    )
    part = part_of(window, cast.siti)
    client, url = client_for(cast.hr), reverse("assessment:participant", args=[part.public_id])
    page = client.get(url).content.decode()
    assert "9 pilihan keliru sama dengan Dewi Lestari Handayani" in page
    assert "Petunjuk tidak membuktikan apa pun" in page
    assert "Catatan pelaksanaan" in page
    step = reverse("assessment:participant_step", args=[part.public_id])
    foreign = {"step": "invalidate", "session": str(other.public_id), "reason": "x"}
    assert client.post(step, foreign).status_code == 404
    sent = {"step": "invalidate", "session": str(session.public_id)}
    assert "alasannya" in client.post(step, {**sent, "reason": ""}, follow=True).content.decode()
    page = client.post(step, {**sent, "reason": "Mengaku menyalin."}, follow=True).content.decode()
    assert "Mengaku menyalin." in page
    assert "Beri kesempatan" in page
    granted = client.post(
        step, {"step": "grant", "until": "2030-01-01T10:00", "reason": "Sesudah pembinaan."}, follow=True
    )
    assert "Kesempatan diberikan" in granted.content.decode()
    assert "kapan" in client.post(step, {"step": "grant", "until": "", "reason": ""}, follow=True).content.decode()
