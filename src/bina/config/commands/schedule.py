"""What is done again and again, in one table; and how it is put into the queue exactly once however many workers watch."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult, get_date_max

from bina.foundation import clock

_NAMESPACE = uuid.UUID("6f1c1d52-6c2b-4d51-9a53-0d5f6f3c7b11")
BACKEND = "default"


@dataclass(frozen=True, slots=True)
class Repeated:
    """One job that comes back: every so many minutes, or once a day after an hour of western Indonesian time."""

    task: str
    every_minutes: int = 0
    daily_after: int = 0
    args: tuple[object, ...] = ()

    def period(self, now: dt.datetime) -> str:
        """The name of the period that ``now`` lies in; a job is due once in each."""
        if self.every_minutes:
            return str(int(now.timestamp() // (60 * self.every_minutes)))
        local = now.astimezone(clock.ZONES["WIB"]) - dt.timedelta(hours=self.daily_after)
        return local.date().isoformat()


SCHEDULE: tuple[Repeated, ...] = (
    Repeated("bina.assessment.jobs.expire_sessions", every_minutes=5),
    Repeated("bina.assessment.jobs.tend_surveys", every_minutes=60),
    Repeated("bina.assessment.jobs.close_due_windows", every_minutes=5),
    Repeated("bina.assessment.jobs.remind_participants", every_minutes=15),
    Repeated("bina.assessment.jobs.prepare_due_hints", every_minutes=5),
    Repeated("bina.records.jobs.tell_journals", every_minutes=5),
    Repeated("bina.integrations.cmi5.jobs.abandon_forgotten", every_minutes=15),
    Repeated("bina.people.jobs.resume_staff_imports", every_minutes=5),
    Repeated("bina.competencies.jobs.refresh_unit_gaps", every_minutes=15),
    Repeated("bina.people.jobs.refresh_sums", every_minutes=1),
    Repeated("bina.people.jobs.refresh_placements", daily_after=1),
    Repeated("bina.people.jobs.forget_old_failures", daily_after=1),
    Repeated("bina.assessment.jobs.tend_rounds", daily_after=7),
    Repeated("bina.assessment.jobs.tend_panels", daily_after=7),
    Repeated("bina.assessment.jobs.remind_of_tasks_and_products", daily_after=7),
    Repeated("bina.learning.jobs.remind_of_course_works", daily_after=7),
    Repeated("bina.learning.jobs.remind_of_course_reviews", daily_after=7),
    Repeated("bina.learning.jobs.forget_old_uploads", daily_after=3),
    Repeated("bina.learning.jobs.tend_light_videos", every_minutes=1),
    Repeated("bina.learning.jobs.request_missing_light_videos", daily_after=3),
    # Evidence ages and standards begin on their day: every night the levels are as of that day.
    Repeated("bina.competencies.jobs.recompute_agency", daily_after=2, args=(None,)),
    Repeated("bina.people.jobs.rebuild_sums", daily_after=2),
    Repeated("bina.competencies.jobs.remind_of_appeals", daily_after=6),
    Repeated("bina.competencies.jobs.remind_of_expiry", daily_after=6),
    Repeated("bina.integrations.lti.jobs.tidy_tools", daily_after=3),
    Repeated("bina.config.commands.tidying.tidy_up", daily_after=3),
)


class Scheduler:
    """Puts due jobs into the queue; remembers what it has seen, so that asking often costs nothing."""

    def __init__(self, schedule: tuple[Repeated, ...] = SCHEDULE) -> None:
        self._schedule = schedule
        self._seen: dict[str, str] = {}

    def enqueue_due(self, now: dt.datetime) -> int:
        """Queue what is due in the running period and was not queued by anybody; returns how many jobs that were."""
        queued = 0
        for row in self._schedule:
            period = row.period(now)
            if self._seen.get(row.task) == period:
                continue
            queued += self._enqueue(row, period)
            self._seen[row.task] = period
        return queued

    def _enqueue(self, row: Repeated, period: str) -> int:
        # The identity follows from job and period: a second worker finds it taken.
        identity = uuid.uuid5(_NAMESPACE, f"{row.task}/{period}")
        if DBTaskResult.objects.filter(pk=identity).exists():
            return 0
        task = import_string(row.task)
        DBTaskResult.objects.bulk_create(
            [
                DBTaskResult(
                    id=identity, args_kwargs={"args": list(row.args), "kwargs": {}}, priority=task.priority,
                    task_path=task.module_path, queue_name=task.queue_name, run_after=get_date_max(),
                    backend_name=BACKEND, exception_class_path="", traceback="",
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        return 1
