"""Pages of rounds: the organiser's steps, rating one person at a time, suggestions, reports; and who sees none of them."""

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bina.assessment import actions
from bina.assessment.models import RatingRound, RoundRater
from bina.assessment.queries.rounds import round_competencies
from bina.assessment.rules import RaterState, View
from bina.foundation import clock
from bina.people.models import Employee
from tests.assessment import rounds as story
from tests.assessment.rounds import Office
from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def office(cast: Cast) -> Office:
    return story.build_office(cast)


def frame(office: Office, **changes: object) -> dict[str, object]:
    return {
        "title": "Putaran pengawas", "unit": str(office.cast.root.public_id), "kind": "360",
        "closes_on": (clock.today() + dt.timedelta(days=14)).isoformat(), "peer_count": 5, "subordinate_count": 8,
        "most_per_rater": 6,
    } | changes  # fmt: skip


def marked(round_: RatingRound, page: int, mark: str = "2") -> dict[str, str]:
    rows = round_competencies(round_)[3 * (page - 1) : 3 * page]
    return {f"m-{row.pk}-{line.number}": mark for row in rows for line in row.descriptors.all() if line.indicator}


def test_a_round_from_the_first_step_to_opening(office: Office, client_for: ClientFor) -> None:
    client = client_for(office.hr)
    assert "Belum ada putaran" in client.get(reverse("assessment:rounds")).content.decode()
    new = reverse("assessment:new_round")
    page = client.get(new).content.decode()
    assert "Langkah 1 dari 3" in page
    wrong = client.post(new, frame(office, closes_on=clock.today().isoformat(), title="Putaran saya")).content.decode()
    assert "Pilih tanggal penutupan" in wrong
    assert "Putaran saya" in wrong
    response = client.post(new, frame(office))
    round_ = RatingRound.objects.get()
    assert response.headers["Location"] == reverse("assessment:round_competencies", args=[round_.public_id])
    assert "sedikitnya satu" in client.post(response.headers["Location"], {}).content.decode()
    keys = [str(row.public_id) for row in story.soft_skills()]
    response = client.post(response.headers["Location"], {"competency": [*keys, "tidak-ada"]})
    assert response.headers["Location"] == reverse("assessment:round_people", args=[round_.public_id])
    heads = client.get(response.headers["Location"]).content.decode()
    assert "Budi Santoso" in heads
    assert "Siti Rahmawati" not in heads
    everyone = f"{response.headers['Location']}?who=all&q=siti"
    assert "Siti Rahmawati" in client.get(everyone).content.decode()
    client.post(response.headers["Location"], {"person": [str(office.cast.budi.public_id)]})
    response = client.post(everyone, {"person": [str(office.cast.siti.public_id)]})
    assert round_.subjects.count() == 2
    text = client.get(response.headers["Location"]).content.decode()
    assert "Siapa menilai siapa" in text
    assert "Dewi Lestari Handayani" in text
    move = reverse("assessment:move_round", args=[round_.public_id])
    assert "Putaran dibuka" in client.post(move, {"step": "open"}, follow=True).content.decode()
    again = client.post(move, {"step": "propose"}, follow=True).content.decode()
    assert "sudah dibuka" in again
    assert client.post(move, {"step": "fly"}).status_code == 404
    assert client.get(move).status_code == 405


def test_too_many_competencies_keep_what_was_ticked(office: Office, client_for: ClientFor) -> None:
    from bina.competencies.models import Competency

    round_ = story.prepared_round(office, [office.cast.siti])
    rows = Competency.objects.filter(framework__kind="digital", parent__isnull=False)[:13]
    url = reverse("assessment:round_competencies", args=[round_.public_id])
    text = client_for(office.hr).post(url, {"competency": [str(row.public_id) for row in rows]}).content.decode()
    assert "Paling banyak 12" in text
    assert text.count(" checked") == 13
    assert round_.competencies.count() == 2


def test_somebody_of_another_round_cannot_be_ticked(office: Office, client_for: ClientFor) -> None:
    story.open_round(office, [office.cast.budi])
    other = actions.create_round(
        by=office.hr.user,
        unit=office.cast.root,
        title="Lain",
        kind="360",
        closes_on=clock.today() + dt.timedelta(days=9),
    )
    url = reverse("assessment:round_people", args=[other.public_id])
    client = client_for(office.hr)
    assert "disabled" in client.get(url).content.decode()
    assert "90 hari" in client.post(url, {"person": [str(office.cast.budi.public_id)]}).content.decode()
    assert not other.subjects.exists()


def test_the_organiser_rearranges_raters(office: Office, client_for: ClientFor) -> None:
    round_ = story.prepared_round(office, [office.cast.siti])
    subject = story.subject_of(round_, office.cast.siti)
    url = reverse("assessment:round_subject", args=[round_.public_id, subject.public_id])
    client = client_for(office.hr)
    assert "Rina Marlina" in client.get(f"{url}?q=rina").content.decode()
    text = client.post(url, {"add": f"{office.cast.rina.public_id}:peer"}, follow=True).content.decode()
    assert "Rina Marlina diminta menilai" in text
    row = story.row_of(round_, office.cast.siti, office.cast.rina)
    client.post(url, {"remove": str(row.public_id)})
    client.post(url, {"remove": str(row.public_id)})
    assert not RoundRater.objects.filter(pk=row.pk).exists()
    for bad in ("", "x", f"{office.cast.rina.public_id}:boss", f"{uuid.uuid4()}:peer"):
        assert client.post(url, {"add": bad}).status_code == 404
    assert (
        "sudah ada" in client.post(url, {"add": f"{office.cast.head.public_id}:superior"}, follow=True).content.decode()
    )


def test_only_organisers_reach_the_organisers_pages(office: Office, client_for: ClientFor) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    subject = story.subject_of(round_, office.cast.siti)
    pages = [
        reverse("assessment:rounds"), reverse("assessment:new_round"),
        *(
            reverse(f"assessment:{name}", args=[round_.public_id])
            for name in ("round", "edit_round", "round_competencies", "round_people", "round_progress", "round_summary_file")
        ),
        reverse("assessment:round_subject", args=[round_.public_id, subject.public_id]),
    ]  # fmt: skip
    for person in (office.cast.siti, office.cast.budi, office.cast.unit_hr, office.cast.leader, office.cast.trainer):
        client = client_for(person)
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)
        assert (
            client.post(reverse("assessment:move_round", args=[round_.public_id]), {"step": "close"}).status_code == 404
        )
    client = client_for(office.hr)
    assert [client.get(page).status_code for page in pages] == [200] * 6 + [404, 404, 200]


def test_progress_names_who_is_missing_but_not_what_was_said(office: Office, client_for: ClientFor) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    story.answer(round_, office.cast.siti, office.cast.dewi, 3, keep="Sangat rapi")
    actions.decline_round_rating(
        by=office.clerks[2].user, row=story.row_of(round_, office.cast.siti, office.clerks[2]), reason="Beda loket."
    )
    client = client_for(office.hr)
    text = client.get(reverse("assessment:round", args=[round_.public_id])).content.decode()
    assert "1 dari 5 menjawab" in text
    assert "Beda loket." in text
    assert "Bayu Pratama" in text
    assert "Sangat rapi" not in text
    move = reverse("assessment:move_round", args=[round_.public_id])
    assert "diingatkan" in client.post(move, {"step": "remind"}, follow=True).content.decode()
    assert "sekali sehari" in client.post(move, {"step": "remind"}, follow=True).content.decode()
    later = (round_.closes_on + dt.timedelta(days=3)).isoformat()
    assert "Isi tanggal" in client.post(move, {"step": "extend", "closes_on": later}, follow=True).content.decode()
    client.post(move, {"step": "extend", "closes_on": later, "reason": "Cuti bersama"})
    round_.refresh_from_db()
    assert round_.closes_on.isoformat() == later


def test_rating_somebody_page_by_page(office: Office, client_for: ClientFor) -> None:
    siti, dewi = office.cast.siti, office.cast.dewi
    round_ = story.prepared_round(office, [siti])
    actions.choose_competencies(by=office.hr.user, round_=round_, competencies=story.soft_skills(4))
    actions.open_round(by=office.hr.user, round_=round_)
    client, row = client_for(dewi), story.row_of(round_, siti, dewi)
    assert "1 penilaian menunggu Anda" in client.get(reverse("assessment:home")).content.decode()
    mine = client.get(reverse("assessment:my_rounds")).content.decode()
    assert "Siti Rahmawati" in mine
    assert "Budi Santoso" not in mine
    url = reverse("assessment:round_rating", args=[row.public_id])
    assert "Tidak seorang pun melihat jawaban Anda" in client.get(url).content.decode()
    page = client.get(f"{url}?page=1").content.decode()
    assert page.count("<fieldset") == len(marked(round_, 1))
    first = dict(list(marked(round_, 1).items())[:3])
    saved = client.post(f"{url}?page=1", {**first, "go": "stay"}, headers={"HX-Request": "true"})
    assert "Tersimpan" in saved.content.decode()
    assert client.get(f"{url}?page=1").content.decode().count(" checked") == 3
    assert "draf tersimpan" in client.get(reverse("assessment:my_rounds")).content.decode()
    response = client.post(f"{url}?page=1", {**marked(round_, 1), "go": "next"})
    assert response.headers["Location"] == f"{url}?page=2"
    client.post(f"{url}?page=2", {**marked(round_, 2, "x"), "go": "next"})
    response = client.post(f"{url}?page=3", {"go": "previous", "keep": "Selalu ramah"})
    assert response.headers["Location"] == f"{url}?page=2"
    assert "Selalu ramah" in client.get(f"{url}?page=3").content.decode()
    assert (
        "terkirim" in client.post(f"{url}?page=3", {"go": "send", "keep": "Selalu ramah"}, follow=True).content.decode()
    )
    row.refresh_from_db()
    assert (row.state, row.keep) == (RaterState.DONE, "Selalu ramah")
    assert "sudah terkirim" in client.get(f"{url}?page=1").content.decode()
    late = client.post(f"{url}?page=1", {**first, "go": "stay"}, headers={"HX-Request": "true"})
    assert late.status_code == 409
    assert "tidak dapat diubah lagi" in client.post(f"{url}?page=1", {"go": "next"}, follow=True).content.decode()


def test_sending_nothing_says_what_to_do(office: Office, client_for: ClientFor) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    url = f"{reverse('assessment:round_rating', args=[row.public_id])}?page=2"
    text = client_for(office.cast.dewi).post(url, {"go": "send", "grow": "Lebih berani"}, follow=True).content.decode()
    assert "Belum ada perilaku" in text


@pytest.mark.parametrize("page", ["0", "99", "-1", "x", "²", ""])
def test_odd_pages_show_the_beginning(office: Office, client_for: ClientFor, page: str) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    url = reverse("assessment:round_rating", args=[row.public_id])
    assert "Mulai menilai" in client_for(office.cast.dewi).get(url, {"page": page}).content.decode()


def test_declining_on_the_page(office: Office, client_for: ClientFor) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    client, url = client_for(office.cast.dewi), reverse("assessment:decline_round_rating", args=[row.public_id])
    assert "alasannya" in client.post(url, {"reason": ""}, follow=True).content.decode()
    assert "Dicatat" in client.post(url, {"reason": "Jarang bertemu"}, follow=True).content.decode()
    rating = reverse("assessment:round_rating", args=[row.public_id])
    assert "berubah pikiran" in client.get(rating).content.decode()
    assert client.post(rating, {"go": "again"}).headers["Location"] == f"{rating}?page=1"
    assert client_for(office.cast.siti).post(url, {"reason": "x"}).status_code == 404


def test_suggesting_and_deciding_on_pages(office: Office, client_for: ClientFor) -> None:
    siti, budi, rina = office.cast.siti, office.cast.budi, office.cast.rina
    round_ = story.prepared_round(office, [siti], peer_count=3, allows_suggestions=True)
    url = reverse("assessment:suggest_peers", args=[story.subject_of(round_, siti).public_id])
    assert client_for(siti).get(url).status_code == 404
    client_for(office.hr).post(reverse("assessment:move_round", args=[round_.public_id]), {"step": "review"})
    own, leader = client_for(siti), client_for(budi)
    assert "Lihat dan usulkan" in own.get(reverse("assessment:my_rounds")).content.decode()
    assert "Rina Marlina" in own.get(f"{url}?q=rina").content.decode()
    own.post(url, {"add": str(rina.public_id)})
    assert own.post(url, {"add": "x"}).status_code == 404
    peer = RoundRater.objects.filter(subject__round=round_, view=View.PEER, state="invited")[0]
    own.post(url, {"rater": str(peer.public_id), "step": "remove"})
    assert "mengusulkan perubahan" in leader.get(reverse("assessment:my_rounds")).content.decode()
    wish = story.row_of(round_, siti, rina)
    leader.post(url, {"rater": str(wish.public_id), "step": "agree"})
    leader.post(url, {"rater": str(peer.public_id), "step": "refuse"})
    wish.refresh_from_db()
    peer.refresh_from_db()
    assert (wish.state, peer.removal_asked) == ("invited", False)
    for other in (office.cast.dewi, office.hr, rina):
        assert client_for(other).get(url).status_code == 404


def test_the_report_reads_for_the_person_and_for_the_superior(office: Office, client_for: ClientFor) -> None:
    siti, *peers = office.clerks
    round_ = story.open_round(office, [siti])
    story.answer(round_, siti, siti, 3)
    story.answer(round_, siti, office.cast.budi, 1, keep="Teruskan ketelitian")
    for number, rater in enumerate(peers[:4]):
        story.answer(round_, siti, rater, 1, grow=f"Saran {number}")
    client_for(office.hr).post(reverse("assessment:move_round", args=[round_.public_id]), {"step": "close"})
    url = reverse("assessment:round_report", args=[story.subject_of(round_, siti).public_id])
    own = client_for(siti).get(url).content.decode()
    assert "Titik buta" in own
    assert "Anda menilai diri" in own
    assert all(f"Saran {number}" in own for number in range(4))
    assert "Teruskan ketelitian" in own
    assert all(rater.full_name not in own for rater in peers)
    assert reverse("planning:mine") in own
    leader = client_for(office.cast.budi)
    assert url in leader.get(reverse("assessment:my_rounds")).content.decode()
    text = leader.get(url).content.decode()
    assert "Laporan Bu Siti" in text
    assert all(rater.full_name not in text for rater in peers)
    assert "Baca laporan" in client_for(siti).get(reverse("assessment:my_rounds")).content.decode()


def test_the_organiser_reads_sums_of_a_reported_round(office: Office, client_for: ClientFor) -> None:
    siti, *peers = office.clerks
    round_ = story.open_round(office, [siti])
    for rater in peers[:3]:
        story.answer(round_, siti, rater, 1, grow="Rahasia")
    client = client_for(office.hr)
    move = reverse("assessment:move_round", args=[round_.public_id])
    client.post(move, {"step": "close"})
    text = client.get(reverse("assessment:round", args=[round_.public_id])).content.decode()
    assert "Laporan terbit" in text
    assert "Belum cukup hasil" in text
    assert "Rahasia" not in text
    assert "Siti Rahmawati" not in text
    assert client.get(reverse("assessment:round_summary_file", args=[round_.public_id])).status_code == 200
    assert client.get(reverse("assessment:round_progress", args=[round_.public_id])).headers["HX-Refresh"] == "true"


def test_a_broken_calculation_offers_another_try(office: Office, client_for: ClientFor) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    actions.close_round(by=office.hr.user, round_=round_)
    RatingRound.objects.filter(pk=round_.pk).update(state="closed")
    client = client_for(office.hr)
    url = reverse("assessment:round", args=[round_.public_id])
    assert "terhenti" in client.get(url).content.decode()
    text = client.post(reverse("assessment:move_round", args=[round_.public_id]), {"step": "score"}, follow=True)
    assert "Laporan terbit" in text.content.decode()


def test_editing_the_frame(office: Office, client_for: ClientFor) -> None:
    round_ = story.prepared_round(office, [office.cast.siti])
    url = reverse("assessment:edit_round", args=[round_.public_id])
    client = client_for(office.hr)
    assert "Putaran contoh" in client.get(url).content.decode()
    client.post(url, frame(office, kind="180", title="Putaran 180"))
    round_.refresh_from_db()
    assert (round_.title, round_.kind) == ("Putaran 180", "180")
    assert not RoundRater.objects.filter(subject__round=round_, view="peer").exists()
    actions.open_round(by=office.hr.user, round_=round_)
    assert "sudah dibuka" in client.post(url, frame(office)).content.decode()


def test_pages_ask_the_same_number_of_questions_however_many_people(office: Office, client_for: ClientFor) -> None:
    def questions(people: list[Employee]) -> list[int]:
        found = []
        with transaction.atomic():
            round_ = story.prepared_round(office, people)
            for state in ("draft", "open"):
                if state == "open":
                    actions.open_round(by=office.hr.user, round_=round_)
                for person, url in (
                    (office.hr, reverse("assessment:round", args=[round_.public_id])),
                    (office.cast.dewi, reverse("assessment:my_rounds")),
                ):
                    client = client_for(person)
                    client.get(url)
                    with CaptureQueriesContext(connection) as asked:
                        client.get(url)
                    found.append(len(asked))
            transaction.set_rollback(True)
        return found

    few, many = questions(office.clerks[:2]), questions([*office.clerks, office.cast.budi, office.cast.division_head])
    assert few == many
    assert max(many) <= 24
