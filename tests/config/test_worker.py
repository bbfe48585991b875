"""The worker: every job once, none lost when it is killed, what may pass is tried again."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from bina.config.commands import worker
from bina.config.commands.running import HOST, Presence, is_alive, running
from bina.config.commands.schedule import SCHEDULE, Repeated, Scheduler
from bina.foundation import clock
from tests.config import chores

Row = DBTaskResult[Any, Any]


def queue(name: str, *arguments: object, **fields: object) -> Row:
    return DBTaskResult.objects.create(
        args_kwargs={"args": list(arguments), "kwargs": {}}, task_path=f"tests.config.chores.{name}",
        backend_name="default", **{"run_after": get_date_max(), **fields},
    )  # fmt: skip


def reread(job: Row) -> Row:
    return DBTaskResult.objects.get(pk=job.pk)


def test_a_job_is_claimed_by_one_worker_only(db: None) -> None:
    first, second = queue("note", 1), queue("note", 2)
    claimed = [worker.claim("a"), worker.claim("b"), worker.claim("c")]
    assert {job.pk for job in claimed if job} == {first.pk, second.pk}
    assert claimed[2] is None
    assert reread(first).status == TaskResultStatus.RUNNING


def test_a_job_that_somebody_else_has_just_claimed_is_not_taken(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queue("note", 1)
    stale = list(DBTaskResult.objects.ready())
    DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.RUNNING, worker_ids=["faster"])
    monkeypatch.setattr(DBTaskResult.objects, "ready", lambda: _Ready(stale))
    assert worker.claim("slower") is None
    assert reread(job).worker_ids == ["faster"]


class _Ready(list[Row]):
    """What a worker saw a moment ago."""

    def filter(self, **_: object) -> "_Ready":
        return self


def test_jobs_run_in_order_and_leave_their_results(db: None) -> None:
    chores.DONE.clear()
    jobs = [queue("note", number) for number in range(5)]
    assert worker.run_until_empty() == 5
    assert chores.DONE == [0, 1, 2, 3, 4]
    assert [reread(job).status for job in jobs] == [TaskResultStatus.SUCCESSFUL] * 5
    assert reread(jobs[3]).return_value == 3


def test_a_job_for_later_waits(db: None) -> None:
    queue("note", 1, run_after=timezone.now() + dt.timedelta(hours=1))
    assert worker.run_until_empty() == 0


def test_a_passing_failure_is_tried_again_later_but_not_for_ever(db: None) -> None:
    job = queue("stumble")
    for attempt in range(1, worker.MOST_ATTEMPTS + 1):
        claimed = worker.claim("w")
        assert claimed is not None, attempt
        worker.run_job(claimed)
        row = reread(job)
        if attempt < worker.MOST_ATTEMPTS:
            assert row.status == TaskResultStatus.READY
            assert row.run_after > timezone.now()
            assert worker.claim("w") is None
            DBTaskResult.objects.filter(pk=job.pk).update(run_after=timezone.now())
    assert reread(job).status == TaskResultStatus.FAILED
    assert "locked" in reread(job).traceback


def test_a_real_failure_is_kept_with_its_trace_and_the_worker_goes_on(db: None) -> None:
    broken, fine = queue("break_down"), queue("note", 7)
    assert worker.run_until_empty() == 2
    assert reread(broken).status == TaskResultStatus.FAILED
    assert "no such thing" in reread(broken).traceback
    assert reread(fine).status == TaskResultStatus.SUCCESSFUL


def test_the_job_of_a_killed_worker_is_given_back_and_runs(db: None) -> None:
    job = queue("note", 1)
    DBTaskResult.objects.filter(pk=job.pk).update(
        status=TaskResultStatus.RUNNING, started_at=timezone.now(), worker_ids=[f"worker-{HOST}-99999999-dead"]
    )
    assert worker.give_back_lost_jobs() == 1
    assert worker.run_until_empty() == 1
    assert reread(job).status == TaskResultStatus.SUCCESSFUL


def test_the_job_of_a_living_worker_is_left_alone(db: None) -> None:
    presence = Presence(f"worker-{HOST}-{uuid.uuid4().hex[:6]}")
    assert presence.announce()
    job = queue("note", 1)
    DBTaskResult.objects.filter(pk=job.pk).update(
        status=TaskResultStatus.RUNNING, started_at=timezone.now(), worker_ids=[presence.path.stem]
    )
    assert worker.give_back_lost_jobs() == 0
    presence.leave()
    assert worker.give_back_lost_jobs() == 1


def test_a_worker_of_another_machine_is_given_time(db: None) -> None:
    job = queue("note", 1)
    facts = {"status": TaskResultStatus.RUNNING, "worker_ids": ["worker-faraway-1-aa"]}
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=timezone.now() - dt.timedelta(hours=1), **facts)
    assert worker.give_back_lost_jobs() == 0
    DBTaskResult.objects.filter(pk=job.pk).update(started_at=timezone.now() - dt.timedelta(hours=7), **facts)
    assert worker.give_back_lost_jobs() == 1


def test_a_job_that_kills_its_worker_each_time_ends_as_failed(db: None) -> None:
    job = queue("note", 1)
    for _ in range(worker.MOST_ATTEMPTS):
        claimed = worker.claim(f"worker-{HOST}-99999999-dead")
        if claimed is not None:
            worker.give_back_lost_jobs()
    assert reread(job).status == TaskResultStatus.FAILED


def test_a_name_is_held_by_one_process_at_a_time() -> None:
    name = f"worker-{uuid.uuid4().hex}"
    first, second = Presence(name), Presence(name)
    assert first.announce(port=1)
    assert not second.announce()
    assert is_alive(name)
    assert running(name)[0].facts["port"] == 1
    first.leave()
    assert not is_alive(name)
    assert second.announce()
    second.leave()


def test_what_is_due_is_queued_once_however_many_ask(db: None) -> None:
    now = clock.now()
    schedule = (Repeated("bina.assessment.jobs.expire_sessions", every_minutes=5), SCHEDULE[-1])
    assert Scheduler(schedule).enqueue_due(now) == 2
    again = Scheduler(schedule)
    assert again.enqueue_due(now) == 0
    assert again.enqueue_due(now + dt.timedelta(minutes=5)) == 1
    assert again.enqueue_due(now + dt.timedelta(days=1)) == 2
    assert DBTaskResult.objects.count() == 5


def test_a_daily_job_comes_with_the_indonesian_morning() -> None:
    daily = Repeated("x", daily_after=2)
    before = dt.datetime(2026, 3, 1, 18, 59, tzinfo=dt.UTC)  # 01.59 WIB on 2 March
    after = dt.datetime(2026, 3, 1, 19, 1, tzinfo=dt.UTC)
    assert daily.period(before) == "2026-03-01"
    assert daily.period(after) == "2026-03-02"


def test_every_scheduled_job_exists_and_runs(reference_data: None) -> None:
    assert Scheduler().enqueue_due(clock.now()) == len(SCHEDULE)
    assert worker.run_until_empty() == len(SCHEDULE)
    failed = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL)
    assert not [(job.task_path, job.traceback) for job in failed]
