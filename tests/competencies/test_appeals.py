"""A person asks for a level to be looked at again: open once, decided by somebody else, with a reason that is read."""

import datetime as dt

import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.models import Appeal, Competency
from bina.competencies.rules import Source
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of, notifications_of
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
WHY = "Penilaian itu dibuat sebelum saya mengikuti pelatihan keamanan."


@pytest.fixture
def competency(cast: Cast, reference_data: None) -> Competency:
    """A competency on which Siti has a good test and a poor old rating."""
    found = queries.competencies_by_code()["4.2"]
    for source, value, origin in ((Source.TEST, 3.0, "a"), (Source.SUPERIOR_RATING, 0.5, "b")):
        actions.record_evidence(
            by=None, employee=cast.siti, source=source, pieces=[actions.NewEvidence(found, value, 0.4, "")],
            observed_on=dt.date(2026, 3, 2), origin_kind="test", origin_id=origin,
        )  # fmt: skip
    return found


def ask(cast: Cast, competency: Competency) -> Appeal:
    return actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)


def level(cast: Cast, competency: Competency) -> float:
    line = queries.level_of(cast.siti, competency)
    assert line is not None
    assert line.mean is not None
    return line.mean


def test_a_request_is_open_once_and_those_who_decide_hear_of_it(cast: Cast, competency: Competency) -> None:
    first = ask(cast, competency)
    assert ask(cast, competency) == first
    assert [row.public_id for row in queries.appeals_to_decide(cast.hr.user)] == [first.public_id]
    assert any("ditinjau" in str(row.title) for row in notifications_of(cast.hr.user))


def test_evidence_that_does_not_hold_is_taken_out_and_the_level_follows(cast: Cast, competency: Competency) -> None:
    appeal = ask(cast, competency)
    before = level(cast, competency)
    poor = next(piece for piece in queries.evidence_in_question(appeal) if piece.source == Source.SUPERIOR_RATING)
    decided = actions.decide_review(
        by=cast.hr.user, appeal=appeal, reason="Penilaian dibuat untuk orang lain.", withdrawn=[str(poor.public_id)]
    )
    assert decided.state == "changed"
    assert level(cast, competency) > before
    told = [row for row in notifications_of(cast.siti.user) if "diputuskan" in str(row.title)]
    assert "Penilaian dibuat untuk orang lain." in told[0].body
    assert history_of("appeal", appeal.public_id)[0].reason == "Penilaian dibuat untuk orang lain."
    with pytest.raises(Refused, match="sudah diputuskan"):
        actions.decide_review(by=cast.hr.user, appeal=appeal, reason="Sekali lagi.")


def test_a_level_may_be_kept_with_a_reason(cast: Cast, competency: Competency) -> None:
    appeal = ask(cast, competency)
    before = level(cast, competency)
    with pytest.raises(Refused, match="alasan"):
        actions.decide_review(by=cast.hr.user, appeal=appeal, reason=" ")
    assert actions.decide_review(by=cast.hr.user, appeal=appeal, reason="Kedua bukti sah.").state == "kept"
    assert level(cast, competency) == before
    assert ask(cast, competency) != appeal


def test_nobody_decides_without_the_right_or_on_themselves(cast: Cast, competency: Competency) -> None:
    appeal = ask(cast, competency)
    for account in (cast.siti.user, cast.budi.user, cast.unit_hr.user, cast.evaluator.user, cast.admin):
        with pytest.raises(Denied):
            actions.decide_review(by=account, appeal=appeal, reason="Saya kira benar.")
    actions.record_evidence(
        by=None, employee=cast.hr, source=Source.TEST, pieces=[actions.NewEvidence(competency, 2.0, 0.4, "")],
        observed_on=dt.date(2026, 3, 2), origin_kind="test", origin_id="c",
    )  # fmt: skip
    own = actions.request_review(by=cast.hr.user, employee=cast.hr, competency=competency, statement=WHY)
    with pytest.raises(Denied):
        actions.decide_review(by=cast.hr.user, appeal=own, reason="Untuk saya sendiri.")
    with pytest.raises(Denied):
        actions.request_review(by=cast.budi.user, employee=cast.siti, competency=competency, statement=WHY)


def test_a_foreign_piece_and_an_empty_request_are_refused(cast: Cast, competency: Competency) -> None:
    with pytest.raises(Refused, match="satu kalimat"):
        actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement="Salah.")
    other = queries.competencies_by_code()["1.1"]
    with pytest.raises(Refused, match="Belum ada bukti"):
        actions.request_review(by=cast.siti.user, employee=cast.siti, competency=other, statement=WHY)
    appeal = ask(cast, competency)
    with pytest.raises(Refused, match="Muat ulang"):
        actions.decide_review(
            by=cast.hr.user, appeal=appeal, reason="Keliru.", withdrawn=["01a1fe9f-118b-7447-9c4c-eb60e6582e62"]
        )
    assert Appeal.objects.get(pk=appeal.pk).is_open


def test_the_pages_from_asking_to_reading_the_decision(
    cast: Cast, competency: Competency, client_for: ClientFor
) -> None:
    siti, hr = client_for(cast.siti), client_for(cast.hr)
    reason = reverse("competencies:reason", args=[competency.public_id])
    ask_page = reverse("competencies:request_review", args=[competency.public_id])
    assert ask_page in siti.get(reason).content.decode()
    short = siti.post(ask_page, {"statement": "Salah."}).content.decode()
    assert "satu kalimat" in short
    assert "Salah." in short
    assert WHY in siti.post(ask_page, {"statement": WHY}, follow=True).content.decode()
    appeal = Appeal.objects.get()
    assert cast.siti.full_name in hr.get(reverse("competencies:reviews")).content.decode()
    url = reverse("competencies:decide_review", args=[appeal.public_id])
    assert WHY in hr.get(url).content.decode()
    piece = queries.evidence_in_question(appeal)[0]
    refused = hr.post(url, {"withdrawn": str(piece.public_id), "reason": ""}).content.decode()
    assert f'value="{piece.public_id}" checked' in refused
    hr.post(url, {"withdrawn": str(piece.public_id), "reason": "Bukan tentang pegawai ini."})
    text = siti.get(reason).content.decode()
    assert "Bukan tentang pegawai ini." in text
    assert "Bukti ditarik" in text
    assert siti.get(reverse("competencies:reviews")).status_code == 404
    assert client_for(cast.budi).get(url).status_code == 404


def test_a_request_can_be_taken_back(cast: Cast, competency: Competency, client_for: ClientFor) -> None:
    appeal = ask(cast, competency)
    url = reverse("competencies:withdraw_review", args=[appeal.public_id])
    assert client_for(cast.budi).post(url).status_code == 404
    client_for(cast.siti).post(url)
    assert Appeal.objects.get(pk=appeal.pk).state == "withdrawn"
