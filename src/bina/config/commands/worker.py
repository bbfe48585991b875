"""The worker: takes jobs from the queue in the database, one at a time, and loses none when it is killed.

A job is claimed by one UPDATE that only one worker can win, on SQLite and PostgreSQL alike. A job whose worker died is
given back and run again; jobs are made so that this does no harm. What fails for a passing reason is tried again later.
"""

import datetime as dt
import logging
import os
import random
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bina.config.commands.running import HOST, Presence, is_alive
from bina.config.commands.schedule import BACKEND, Scheduler
from bina.foundation import clock

logger = logging.getLogger("bina.worker")
Job = DBTaskResult[Any, Any]

# Set by the process that started this one and restarts it: without it there is nobody to work for.
SUPERVISED = "BINA_SUPERVISED"
IDLE_SECONDS = 1.0
BUSY_SECONDS = 0.05
# A job is begun at most so often; then it stays failed, for people to look at.
MOST_ATTEMPTS = 4
PAUSES = (dt.timedelta(seconds=10), dt.timedelta(minutes=2), dt.timedelta(minutes=15))
# Reactions belong to other rooms and may meet something half-ready; they are idempotent by the house's rules.
RETRIED_TASKS = frozenset({"bina.journal.jobs.react"})
PASSING = (OperationalError, InterfaceError, ConnectionError, TimeoutError)
# Workers of other machines cannot be asked whether they live; nothing in the house takes this long.
LOST_AFTER = dt.timedelta(hours=6)


class Worker:
    """One worker process."""

    def __init__(self) -> None:
        self.name = f"worker-{HOST}-{os.getpid()}-{random.randrange(16**4):04x}"  # noqa: S311  a name, not a secret
        self._presence = Presence(self.name)
        self._stopping = threading.Event()
        self._scheduler = Scheduler()
        self._orphans_due = 0.0
        self._schedule_due = 0.0

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Finish the job at hand and take no other."""
        self._stopping.set()

    def run(self) -> None:
        """Work until told to stop, or until the process that started this one is gone."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        self._presence.announce()
        parent, supervised = os.getppid(), bool(os.environ.get(SUPERVISED))
        threading.Thread(target=self._beat, daemon=True).start()
        try:
            while not self._stopping.is_set() and (not supervised or os.getppid() == parent):
                did_something = self._step()
                self._stopping.wait(BUSY_SECONDS if did_something else IDLE_SECONDS)
        finally:
            self._presence.leave()

    def _beat(self) -> None:
        """Signs of life, also while a long job runs."""
        while not self._stopping.wait(5.0):
            self._presence.beat()

    def _step(self) -> bool:
        """One round: give back lost jobs, queue what is due, run one job. Trouble with the database is waited out."""
        close_old_connections()
        try:
            moment = time.monotonic()
            if moment >= self._orphans_due:
                self._orphans_due = moment + 30
                give_back_lost_jobs()
            if moment >= self._schedule_due:
                self._schedule_due = moment + 20
                self._scheduler.enqueue_due(clock.now())
            job = claim(self.name)
        except DatabaseError:
            logger.warning("the database does not answer; trying again", exc_info=True)
            self._stopping.wait(5.0)
            return False
        if job is None:
            return False
        run_job(job)
        return True


def run_until_empty(*, most: int = 1_000) -> int:
    """Run everything that is ready, then return how many jobs that were; for commands and tests."""
    name = f"once-{HOST}-{os.getpid()}"
    presence = Presence(name)
    presence.announce()
    done = 0
    try:
        while done < most and (job := claim(name)) is not None:
            run_job(job)
            done += 1
    finally:
        presence.leave()
    return done


def claim(worker: str) -> Job | None:
    """The next ready job, now belonging to this worker; None when nothing waits."""
    ready = DBTaskResult.objects.ready().filter(backend_name=BACKEND)
    for job in ready[:4]:
        workers = [*job.worker_ids, worker]
        moment = clock.now()
        won = DBTaskResult.objects.filter(pk=job.pk, status=TaskResultStatus.READY).update(
            status=TaskResultStatus.RUNNING, started_at=moment, worker_ids=workers
        )
        if won:
            job.status, job.started_at, job.worker_ids = TaskResultStatus.RUNNING, moment, workers
            return job
    return None


def run_job(job: Job) -> None:
    """Run a claimed job and write how it ended; a passing failure puts it back for later."""
    try:
        value = task_of(job).call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.set_successful(value)
    except Exception as error:  # whatever a job raises is written down; the worker goes on
        if not connection.in_atomic_block:
            close_old_connections()
        attempts = len(job.worker_ids)
        may_pass = isinstance(error, PASSING) or job.task_path in RETRIED_TASKS
        if may_pass and attempts < MOST_ATTEMPTS:
            pause = PAUSES[min(attempts, len(PAUSES)) - 1]
            logger.warning("job %s failed, trying again in %s: %s", job.task_path, pause, error)
            _put_back(job, clock.now() + pause)
        else:
            logger.exception("job %s failed", job.task_path)
            job.set_failed(error)


def task_of(job: Job) -> Task[Any, Any]:
    """The task of a job; raises SuspiciousOperation when its path names something else."""
    task = import_string(job.task_path)
    if not isinstance(task, Task):
        raise SuspiciousOperation(f"{job.task_path} is not a task")
    return task


def _put_back(job: Job, run_after: dt.datetime) -> None:
    DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.READY, run_after=run_after, started_at=None)


def give_back_lost_jobs() -> int:
    """Put jobs of dead workers back into the queue; returns how many. What was begun too often is left as failed."""
    lost = 0
    for job in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, backend_name=BACKEND):
        worker = job.worker_ids[-1] if job.worker_ids else ""
        if not _is_lost(worker, job.started_at):
            continue
        lost += 1
        if len(job.worker_ids) >= MOST_ATTEMPTS:
            job.set_failed(RuntimeError("the worker died each time this job was begun"))
        else:
            logger.warning("job %s lost its worker; giving it back", job.task_path)
            _put_back(job, clock.now())
    return lost


def _is_lost(worker: str, started_at: dt.datetime | None) -> bool:
    if f"-{HOST}-" in worker:
        return not is_alive(worker)
    return started_at is None or clock.now() - started_at > LOST_AFTER


def main_loop() -> None:
    """What ``bina worker`` runs."""
    logging.getLogger("bina.worker").setLevel(logging.INFO if settings.DEBUG else logging.WARNING)
    Worker().run()
