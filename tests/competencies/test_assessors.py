"""Between a request and its decision: a colleague who knows the matter and gave no evidence says what is right."""

import datetime as dt

import pytest

from bina.competencies import actions, queries
from bina.competencies.models import Appeal, Competency
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import notifications_of
from bina.people.models import Employee
from bina.people.rules import Role
from tests.cast import Cast, grant

pytestmark = pytest.mark.django_db
WHY = "Penilaian itu dibuat sebelum saya mengikuti pelatihan keamanan."
OPINION = "Nilai atasan tidak cocok dengan hasil uji dan hasil kerjanya."


@pytest.fixture
def competency(cast: Cast, reference_data: None) -> Competency:
    """Siti has a test and Budi's rating; Rina and Budi are strong, Dewi only thinks she is."""
    found = queries.competencies_by_code()["4.2"]
    measure(cast.siti, found, Source.TEST, 3.0)
    measure(cast.siti, found, Source.SUPERIOR_RATING, 0.5, line=str(cast.budi.pk))
    for person in (cast.rina, cast.budi, cast.hr):
        measure(person, found, Source.TEST, 4.2)
    measure(cast.dewi, found, Source.SELF_RATING, 4.5)
    return found


def measure(person: Employee, competency: Competency, source: Source, value: float, *, line: str = "") -> None:
    actions.record_evidence(
        by=None, employee=person, source=source, pieces=[actions.NewEvidence(competency, value, 0.3)],
        observed_on=clock.today(), origin_kind="test", origin_id=f"{source.value}{value}{clock.now()}", line=line,
    )  # fmt: skip


@pytest.fixture
def appeal(cast: Cast, competency: Competency) -> Appeal:
    return actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)


def name(cast: Cast, appeal: Appeal, person: Employee) -> Appeal:
    return actions.name_assessor(by=cast.hr.user, appeal=appeal, assessor_id=str(person.public_id))


def titles(person: Employee) -> list[str]:
    return [str(row.title) for row in notifications_of(person.user)]


def test_only_those_who_know_the_matter_and_gave_no_evidence_are_offered(cast: Cast, appeal: Appeal) -> None:
    offered = [row.employee.pk for row in queries.assessors_for(appeal, cast.hr.user)]
    assert offered == [cast.rina.pk, cast.trainer.pk]
    for person in (cast.budi, cast.siti, cast.hr, cast.dewi, cast.leader):
        with pytest.raises(Refused, match="tidak dapat ditunjuk"):
            name(cast, appeal, person)


def test_from_naming_to_the_decision(cast: Cast, appeal: Appeal) -> None:
    named = name(cast, appeal, cast.rina)
    assert named.state == "assessing"
    assert named.opinion_due_on == clock.today() + dt.timedelta(days=14)
    assert name(cast, appeal, cast.rina).past_assessors == []
    assert "Anda diminta memberi pendapat atas sebuah tingkat" in titles(cast.rina)
    assert "Penelaah untuk peninjauan Anda sudah ditunjuk" in titles(cast.siti)
    assert list(queries.opinions_asked_of(cast.rina.user)) == [appeal]
    actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="too_low", reason=OPINION)
    assert "Pendapat penelaah sudah ada" in titles(cast.hr)
    assert not queries.opinions_asked_of(cast.rina.user).exists()
    with pytest.raises(Refused, match="tidak ditunggu"):
        actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="right", reason=OPINION)
    with pytest.raises(Refused, match="sudah dinilai"):
        name(cast, appeal, cast.trainer)
    decided = actions.decide_review(by=cast.hr.user, appeal=appeal, reason="Sesuai pendapat penelaah.")
    assert (decided.state, decided.decided_by) == ("kept", cast.hr.user)


def test_nobody_else_names_or_judges(cast: Cast, appeal: Appeal) -> None:
    with pytest.raises(Denied):
        actions.name_assessor(by=cast.unit_hr.user, appeal=appeal, assessor_id=str(cast.rina.public_id))
    name(cast, appeal, cast.rina)
    for account in (cast.siti.user, cast.hr.user, cast.trainer.user, cast.admin):
        with pytest.raises(Denied):
            actions.give_opinion(by=account, appeal=appeal, opinion="right", reason=OPINION)
    with pytest.raises(Refused, match="satu kalimat"):
        actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="right", reason="Ya.")
    with pytest.raises(Refused, match="Pilih salah satu"):
        actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="great", reason=OPINION)


def test_a_request_can_be_given_back_and_passed_on(cast: Cast, appeal: Appeal) -> None:
    name(cast, appeal, cast.rina)
    actions.decline_opinion(by=cast.rina.user, appeal=appeal, reason="Siti adalah saudara kandung saya.")
    assert Appeal.objects.get(pk=appeal.pk).state == "open"
    assert "Penelaah tidak dapat menilai; tunjuk orang lain" in titles(cast.hr)
    with pytest.raises(Refused, match="tidak dapat ditunjuk"):
        name(cast, appeal, cast.rina)
    with pytest.raises(Denied):
        actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="right", reason=OPINION)
    assert name(cast, appeal, cast.trainer).assessor == cast.trainer


def test_an_assessor_may_be_replaced_while_the_opinion_is_waited_for(cast: Cast, appeal: Appeal) -> None:
    name(cast, appeal, cast.rina)
    name(cast, appeal, cast.trainer)
    with pytest.raises(Denied):
        actions.give_opinion(by=cast.rina.user, appeal=appeal, opinion="right", reason=OPINION)
    actions.give_opinion(by=cast.trainer.user, appeal=appeal, opinion="unsure", reason=OPINION)


def test_the_second_request_needs_an_opinion_and_somebody_else_and_there_is_no_third(
    cast: Cast, competency: Competency, appeal: Appeal
) -> None:
    grant(cast.evaluator, Role.AGENCY_HR, cast.root)
    actions.decide_review(by=cast.hr.user, appeal=appeal, reason="Kedua bukti sah.")
    second = actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)
    assert second.round_number == 2
    with pytest.raises(Refused, match="Tunjuk penelaah dahulu"):
        actions.decide_review(by=cast.evaluator.user, appeal=second, reason="Tetap.")
    actions.name_assessor(by=cast.evaluator.user, appeal=second, assessor_id=str(cast.rina.public_id))
    actions.give_opinion(by=cast.rina.user, appeal=second, opinion="right", reason=OPINION)
    with pytest.raises(Refused, match="rekan Anda"):
        actions.decide_review(by=cast.hr.user, appeal=second, reason="Tetap.")
    actions.decide_review(by=cast.evaluator.user, appeal=second, reason="Tetap.")
    with pytest.raises(Refused, match="sudah dua kali"):
        actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)
    measure(cast.siti, competency, Source.WORK_PRODUCT, 3.0)
    third = actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)
    assert third.round_number == 1


def test_where_only_one_person_decides_the_same_one_may_decide_twice(
    cast: Cast, competency: Competency, appeal: Appeal
) -> None:
    actions.decide_review(by=cast.hr.user, appeal=appeal, reason="Kedua bukti sah.")
    second = actions.request_review(by=cast.siti.user, employee=cast.siti, competency=competency, statement=WHY)
    name(cast, second, cast.trainer)
    actions.give_opinion(by=cast.trainer.user, appeal=second, opinion="right", reason=OPINION)
    assert actions.decide_review(by=cast.hr.user, appeal=second, reason="Tetap.").state == "kept"


def test_days_are_reminded_of_once(cast: Cast, appeal: Appeal) -> None:
    name(cast, appeal, cast.rina)
    assert actions.remind_of_appeals() == 0
    Appeal.objects.update(opinion_due_on=clock.today() + dt.timedelta(days=2))
    assert actions.remind_of_appeals() == 1
    assert actions.remind_of_appeals() == 0
    yesterday = clock.today() - dt.timedelta(days=1)
    Appeal.objects.update(opinion_due_on=yesterday, due_on=yesterday)
    assert actions.remind_of_appeals() == 3
    assert actions.remind_of_appeals() == 0
    assert "Pendapat penelaah terlambat" in titles(cast.hr)
    assert "Peninjauan Anda belum diputuskan pada waktunya" in titles(cast.siti)
