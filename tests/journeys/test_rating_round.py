"""A 360 round from the tree to the profile: HR holds it, colleagues answer, the job reminds and closes, two read what was found."""

import datetime as dt

import pytest
from django.urls import reverse

from bina.assessment import actions
from bina.assessment.models import RatingRound, RoundRater
from bina.competencies.models import Evidence
from bina.competencies.queries import level_of
from bina.foundation import clock
from bina.journal.models import Notification
from bina.people.models import Employee
from tests.assessment import rounds as story
from tests.assessment.rounds import Office
from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def office(cast: Cast) -> Office:
    return story.build_office(cast)


def waiting_for(person: Employee) -> RoundRater:
    """The next rating that a person is asked for, about somebody else."""
    return RoundRater.objects.filter(rater=person, state="invited").exclude(view="self").order_by("id")[0]


def rate(client_for: ClientFor, person: Employee, row: RoundRater, mark: str, words: str = "") -> None:
    """Fill in every page and send."""
    client, url = client_for(person), reverse("assessment:round_rating", args=[row.public_id])
    fields = {
        f"m-{pk}-{level}": mark for pk, levels in story.marks(row.subject.round).items() for level in levels
    }  # fmt: skip
    assert client.post(f"{url}?page=1", {**fields, "go": "next"}).status_code == 302
    sent = client.post(f"{url}?page=2", {"go": "send", "keep": words, "grow": ""}, follow=True)
    assert "terkirim" in sent.content.decode()


def test_a_360_round(office: Office, client_for: ClientFor) -> None:
    budi, siti, dewi = office.cast.budi, office.cast.siti, office.cast.dewi
    hr = client_for(office.hr)

    # HR prepares the round: frame, competencies, people; raters come from the tree.
    hr.post(
        reverse("assessment:new_round"),
        {
            "title": "Putaran 360 kepala seksi", "unit": str(office.cast.dinas.public_id), "kind": "360",
            "closes_on": (clock.today() + dt.timedelta(days=14)).isoformat(), "peer_count": 5,
            "subordinate_count": 8, "most_per_rater": 6,
        },
    )  # fmt: skip
    round_ = RatingRound.objects.get()
    competencies = story.soft_skills()
    hr.post(
        reverse("assessment:round_competencies", args=[round_.public_id]),
        {"competency": [str(row.public_id) for row in competencies]},
    )
    hr.post(
        f"{reverse('assessment:round_people', args=[round_.public_id])}?who=all",
        {"person": [str(budi.public_id), str(siti.public_id)]},
    )
    page = hr.get(reverse("assessment:round", args=[round_.public_id])).content.decode()
    assert "Maya Anggraini" in page
    assert "Dewi Lestari Handayani" in page
    move = reverse("assessment:move_round", args=[round_.public_id])
    hr.post(move, {"step": "open"})

    # Raters hear of it; one declines, one stops half-way and goes on from another device.
    assert Notification.objects.filter(recipient=dewi.user, title__contains="diminta menilai").count() == 1
    agus, bayu, candra, dimas = office.clerks[2:]
    refusing = story.row_of(round_, siti, agus)
    client_for(agus).post(
        reverse("assessment:decline_round_rating", args=[refusing.public_id]), {"reason": "Beda giliran."}
    )
    half = story.row_of(round_, budi, dewi)
    first = next(iter(story.marks(round_)))
    url = reverse("assessment:round_rating", args=[half.public_id])
    client_for(dewi).post(f"{url}?page=1", {f"m-{first}-1": "2", "go": "stay"}, headers={"HX-Request": "true"})
    assert client_for(dewi).get(f"{url}?page=1").content.decode().count(" checked") == 1
    rate(client_for, dewi, half, "1", "Tenang di loket")
    for rater in (agus, bayu, candra):
        rate(client_for, rater, story.row_of(round_, budi, rater), "1")
    for rater in (dewi, bayu):
        rate(client_for, rater, story.row_of(round_, siti, rater), "2", "Sangat teliti")
    rate(client_for, budi, story.row_of(round_, budi, budi), "3")
    rate(client_for, budi, story.row_of(round_, siti, budi), "2")
    rate(client_for, office.cast.division_head, story.row_of(round_, budi, office.cast.division_head), "1")
    assert "Beda giliran." in hr.get(reverse("assessment:round", args=[round_.public_id])).content.decode()

    # Midway the job reminds those who still owe something, and only them.
    with story.later(7):
        actions.tend_rounds()
    reminded = Notification.objects.filter(dedup_key__startswith="rounds-reminder")
    assert reminded.filter(recipient=dimas.user).exists()
    assert not reminded.filter(recipient__in=[dewi.user, bayu.user, budi.user]).exists()

    # The last day passes: the job closes, the reports are made.
    with story.later(15):
        actions.tend_rounds()
    round_.refresh_from_db()
    assert round_.state == "reported"

    # Budi reads that others see less than he does; his superior reads the same, and nobody's name stands there.
    report = reverse("assessment:round_report", args=[story.subject_of(round_, budi).public_id])
    for reader in (budi, office.cast.division_head):
        text = client_for(reader).get(report).content.decode()
        assert "Titik buta" in text
        assert "enilai diri" in text
        assert "Tenang di loket" in text
        assert all(rater.full_name not in text for rater in office.clerks)
    assert client_for(siti).get(report).status_code == 404
    assert hr.get(report).status_code == 404

    # Only two colleagues rated Siti: nothing of them is shown, counted, or summed.
    hers = reverse("assessment:round_report", args=[story.subject_of(round_, siti).public_id])
    text = client_for(siti).get(hers).content.decode()
    assert "kurang dari tiga orang yang menilai" in text
    assert "Sangat teliti" not in text
    assert set(Evidence.objects.filter(employee=siti).values_list("source", flat=True)) == {"superior_rating"}

    # Budi's profile holds the evidence of the round.
    assert set(Evidence.objects.filter(employee=budi).values_list("source", flat=True)) == {
        "self_rating", "superior_rating", "peer_rating",
    }  # fmt: skip
    level = level_of(budi, competencies[0])
    assert level is not None
    assert level.mean is not None
    assert level.mean < 3
    reason = client_for(budi).get(reverse("competencies:reason", args=[competencies[0].public_id])).content.decode()
    assert "rekan dan bawahan bersama" in reason
    summary = hr.get(reverse("assessment:round", args=[round_.public_id])).content.decode()
    assert "1 dengan hasil kelompok" in summary
