"""How competencies go together: estimated from real answers, adopted for attempts to come, taken back the same way."""

import datetime as dt

import numpy as np
import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bina.assessment import actions, queries
from bina.assessment.models import (
    Blueprint,
    CorrelationEstimate,
    Item,
    ItemBank,
    ProfileCorrelations,
    Response,
    Session,
)
from bina.assessment.rules import FEWEST_PROFILES, right_answer
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of
from bina.people.models import Employee
from bina.science.psychometrics import ScoredItems, probability
from tests.answers import crowd, finished_attempts
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
WHY = "Dua gelombang jawaban, cukup banyak orang."
CODES = ("1.1", "1.2", "4.1", "4.2")
PEOPLE = 900


def answer(bank: ItemBank, cast: Cast, count: int, *, codes: tuple[str, ...] = CODES) -> None:
    """People whose answers follow the model; 1.1 and 4.1 go together far less than assumed, 1.1 and 1.2 far more."""
    matrix = np.array([[1.0, 0.95, 0.1, 0.3], [0.95, 1.0, 0.1, 0.3], [0.1, 0.1, 1.0, 0.6], [0.3, 0.3, 0.6, 1.0]])
    rng = np.random.default_rng(11)
    theta = 2.0 + rng.standard_normal((count, len(CODES))) @ np.linalg.cholesky(matrix).T
    now = clock.now()
    sessions = finished_attempts(crowd(cast.siti, "F" * count), bank.blueprints.get(code="digital-lengkap"), [])
    rows = []
    for column, code in enumerate(codes):
        versions = [
            item.current
            for item in Item.objects.filter(bank=bank, competency__code=code).select_related("current")[:6]
            if item.current
        ]
        items = ScoredItems.without_guessing([row.a for row in versions], [row.b for row in versions])
        right = rng.random((count, len(versions))) < probability(theta[:, column], items)
        rows += [
            Response(
                session=session, position=10 * column + place + 1, item_version=version, answer=["x"], saved_at=now,
                score=float(right[number, place]),
            )
            for number, session in enumerate(sessions)
            for place, version in enumerate(versions)
        ]  # fmt: skip
    Response.objects.bulk_create(rows)


@pytest.fixture
def estimate(bank: ItemBank, cast: Cast) -> CorrelationEstimate:
    """An estimate from the answers of nine hundred people."""
    answer(bank, cast, PEOPLE)
    run = actions.request_correlation_estimate(by=cast.admin, bank=bank)
    run.refresh_from_db()
    return run


def pair(bank: ItemBank, estimate: CorrelationEstimate, first: str, second: str) -> queries.CompetencyPair:
    page = queries.correlation_page(bank, None, estimate)
    assert page is not None
    return next(row for row in page.pairs if {row.first.code, row.second.code} == {first, second})


def test_what_goes_together_is_found_pair_by_pair(bank: ItemBank, estimate: CorrelationEstimate) -> None:
    assert estimate.state == "done"
    assert estimate.people == PEOPLE
    close, apart = pair(bank, estimate, "1.1", "1.2"), pair(bank, estimate, "1.1", "4.1")
    assert (close.people, apart.people) == (PEOPLE, PEOPLE)
    assert close.in_use == pytest.approx(0.75)
    assert apart.in_use == pytest.approx(0.55)
    assert close.estimated is not None
    assert apart.estimated is not None
    assert apart.error is not None
    assert close.estimated > 0.8
    assert abs(apart.estimated - 0.1) < 2.5 * apart.error < 0.2
    unasked = pair(bank, estimate, "2.1", "3.1")
    assert unasked.people == 0
    assert unasked.estimated == pytest.approx(0.55, abs=0.1)
    page = queries.correlation_page(bank, None, estimate)
    assert page is not None
    differences = [abs(row.difference) for row in page.pairs]
    assert differences == sorted(differences, reverse=True)
    assert len(differences) == 21 * 20 / 2


def test_too_few_people_say_how_many_are_missing(bank: ItemBank, cast: Cast) -> None:
    answer(bank, cast, 60)
    run = actions.request_correlation_estimate(by=cast.admin, bank=bank)
    run.refresh_from_db()
    assert run.state == "failed"
    assert f"Baru 60 orang mempunyai hasil pada dua kompetensi atau lebih; diperlukan sedikitnya {FEWEST_PROFILES}" in (
        run.problem
    )
    assert "masih kurang 40" in run.problem
    with pytest.raises(Refused, match="belum selesai"):
        actions.adopt_correlations(by=cast.admin, estimate=run, reason=WHY)


def test_results_in_one_competency_alone_say_nothing(bank: ItemBank, cast: Cast) -> None:
    answer(bank, cast, 150, codes=("1.1",))
    run = actions.request_correlation_estimate(by=cast.admin, bank=bank)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Baru 0 orang" in run.problem


def test_a_second_click_finds_the_waiting_run_and_a_second_call_changes_nothing(
    bank: ItemBank, cast: Cast, estimate: CorrelationEstimate
) -> None:
    again = actions.calculate_correlation_estimate(str(estimate.public_id))
    assert (again.finished_at, again.facts) == (estimate.finished_at, estimate.facts)
    CorrelationEstimate.objects.filter(pk=estimate.pk).update(state=CorrelationEstimate.State.WAITING)
    assert actions.request_correlation_estimate(by=cast.admin, bank=bank) == estimate


def diagnostic() -> Blueprint:
    found = queries.diagnostics().first()
    assert found is not None
    return found


def go_on(session: Session) -> Session:
    position, version = queries.latest_place(session)
    answered = right_answer(version.item.kind, version.payload) if position % 3 else None
    return actions.answer_and_go_on(by=session.employee.user, session=session, position=position, answer=answered)


def finished(session: Session) -> Session:
    while session.is_open:
        session = go_on(session)
    return session


def begin(person: Employee) -> Session:
    return actions.start_session(by=person.user, employee=person, blueprint=diagnostic())


def replayed(session: Session) -> tuple[list[int], list[float]]:
    """The same attempt once more, answered in the same way: its questions and its levels."""
    twin = Session.objects.get(pk=session.pk)
    Response.objects.filter(session=twin).delete()
    twin.scores.all().delete()
    twin.form, twin.state, twin.finished_at = twin.form[:1], "open", None
    twin.deadline_at = clock.now() + dt.timedelta(hours=1)
    twin.save()
    twin = finished(twin)
    return twin.form, [row.value for row in queries.scores_of(twin)]


def test_new_attempts_believe_what_was_adopted_and_running_ones_what_they_began_with(
    bank: ItemBank, cast: Cast, estimate: CorrelationEstimate
) -> None:
    running = begin(cast.siti)
    for _ in range(4):
        running = go_on(running)
    Item.objects.filter(bank=bank).update(offered_count=0, asked_count=0)
    row = actions.adopt_correlations(by=cast.admin, estimate=estimate, reason=WHY)
    assert row.valid_from == clock.today()
    running = finished(running)
    assert "correlations" not in running.adaptive
    levels = [score.value for score in queries.scores_of(running)]
    fresh = begin(cast.dewi)
    assert fresh.adaptive["correlations"] == str(row.public_id)
    pool = queries.pool_for(fresh)
    old = queries.pool_for(running)
    assert pool is not None
    assert old is not None
    assert not np.allclose(pool.prior.covariance, old.prior.covariance)
    assert np.diag(pool.prior.covariance) == pytest.approx(np.diag(old.prior.covariance))
    assert (pool.prior.mean == old.prior.mean).all()
    # Either attempt, run again whatever holds by now, asks the same questions and finds the same levels.
    fresh = finished(fresh)
    later = [score.value for score in queries.scores_of(fresh)]
    actions.restore_correlations(by=cast.admin, row=row, reason="Terlalu dini.")
    assert replayed(running) == (running.form, levels)
    assert replayed(fresh) == (fresh.form, later)


def test_adopting_is_a_dated_row_with_its_reason_and_going_back_another(
    bank: ItemBank, cast: Cast, estimate: CorrelationEstimate
) -> None:
    row = actions.adopt_correlations(by=cast.admin, estimate=estimate, reason=WHY)
    assert WHY in row.basis
    assert actions.adopt_correlations(by=cast.admin, estimate=estimate, reason="Klik kedua.") == row
    (entry,) = history_of("correlations", row.public_id)
    assert (entry.verb, entry.reason) == ("correlations.changed", WHY)
    assert entry.data["estimate"] == str(estimate.public_id)
    back = actions.restore_correlations(by=cast.admin, row=row, reason="Terlalu dini.")
    assert back.is_assumption
    assert queries.correlations_in_force(bank) == back
    assert "correlations" not in begin(cast.siti).adaptive
    with pytest.raises(Refused, match="Muat ulang"):
        actions.restore_correlations(by=cast.admin, row=row, reason="Sekali lagi.")
    forward = actions.restore_correlations(by=cast.admin, row=back, reason="Ternyata benar.")
    assert forward.matrix == row.matrix
    assert begin(cast.dewi).adaptive["correlations"] == str(forward.public_id)
    assert ProfileCorrelations.objects.filter(bank=bank).count() == 3


def test_only_keepers_with_a_reason_and_only_the_newest_estimate(
    bank: ItemBank, cast: Cast, estimate: CorrelationEstimate
) -> None:
    for account in (cast.siti.user, cast.hr.user, cast.trainer.user):
        with pytest.raises(Denied):
            actions.request_correlation_estimate(by=account, bank=bank)
        with pytest.raises(Denied):
            actions.adopt_correlations(by=account, estimate=estimate, reason=WHY)
    with pytest.raises(Refused, match="alasan"):
        actions.adopt_correlations(by=cast.admin, estimate=estimate, reason="  ")
    newer = actions.request_correlation_estimate(by=cast.admin, bank=bank)
    with pytest.raises(Refused, match="lebih baru"):
        actions.adopt_correlations(by=cast.admin, estimate=estimate, reason=WHY)
    newer.refresh_from_db()
    row = actions.adopt_correlations(by=cast.admin, estimate=newer, reason=WHY)
    with pytest.raises(Denied):
        actions.restore_correlations(by=cast.trainer.user, row=row, reason=WHY)


def test_an_item_that_leaves_does_not_tear_the_beliefs_of_a_running_attempt(
    bank: ItemBank, cast: Cast, estimate: CorrelationEstimate
) -> None:
    """A competency that has no item left, or came after the estimate, falls back on the first assumption."""
    row = actions.adopt_correlations(by=cast.admin, estimate=estimate, reason=WHY)
    session = begin(cast.siti)
    ProfileCorrelations.objects.filter(pk=row.pk).update(
        competencies=row.competencies[1:], matrix=[line[1:] for line in row.matrix[1:]]
    )
    for item in Item.objects.filter(bank=bank, competency__code="4.2"):
        actions.move_item(by=cast.admin, item=item, state="retired", reason="Soal bocor.")
    session = finished(Session.objects.get(pk=session.pk))
    assert session.state == "finished"
    assert queries.scores_of(session)


def test_the_page_from_nothing_to_adopted_and_back(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_for(cast.admin)
    address = reverse("assessment:correlations")
    first = client.get(address).content.decode()
    assert "Belum ada taksiran dari jawaban nyata." in first
    assert "Peta korelasi" in first
    client.post(address, {"bank": bank.code})
    assert "diperlukan sedikitnya 100 orang" in client.get(address).content.decode()
    answer(bank, cast, 120)
    assert client.post(address, {"bank": bank.code}).status_code == 302
    with django_assert_max_num_queries(22):
        page = client.get(address).content.decode()
    assert "dari 120 orang" in page
    assert "Pasangan yang paling berbeda" in page
    run = CorrelationEstimate.objects.latest("id")
    change = reverse("assessment:change_correlations")
    client.post(change, {"step": "adopt", "which": str(run.public_id), "reason": ""})
    assert not ProfileCorrelations.objects.exists()
    done = client.post(change, {"step": "adopt", "which": str(run.public_id), "reason": WHY}, follow=True)
    assert "taksiran terakhir dipakai" in done.content.decode()
    row = ProfileCorrelations.objects.get()
    back = client.post(change, {"step": "restore", "which": str(row.public_id), "reason": "Keliru."}, follow=True)
    assert "Asumsi awal" in back.content.decode()
    stale = client.post(change, {"step": "restore", "which": str(row.public_id), "reason": "Keliru."}, follow=True)
    assert "Muat ulang halaman" in stale.content.decode()
    assert client.get(address, {"page": "9"}).status_code == 200
    progress = client.get(reverse("assessment:correlations_progress"))
    assert progress.headers["HX-Refresh"] == "true"


def test_hostile_addresses_and_strangers(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    change = reverse("assessment:change_correlations")
    client = client_for(cast.admin)
    for which in ("", "x", "0" * 400, "00000000-0000-0000-0000-000000000000"):
        for step in ("adopt", "restore", "x"):
            assert client.post(change, {"step": step, "which": which, "reason": WHY}).status_code == 404
    assert client.post(reverse("assessment:correlations"), {"bank": "lain"}).status_code == 404
    assert client.get(reverse("assessment:correlations_progress")).status_code == 404
    for person in (cast.siti, cast.hr):
        for name in ("correlations", "correlations_progress"):
            assert client_for(person).get(reverse(f"assessment:{name}")).status_code == 404
        assert client_for(person).post(change, {"which": "x"}).status_code == 404
