"""Nightly tidying of what nobody needs any more."""

import datetime as dt

from django.db import connection
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from bina.foundation import clock
from bina.people.sessions import SessionStore

KEPT = {TaskResultStatus.SUCCESSFUL: dt.timedelta(days=7), TaskResultStatus.FAILED: dt.timedelta(days=90)}


@task()
def tidy_up() -> None:
    """Remove ended sign-ins and old job results, and let the database look after its figures."""
    SessionStore.clear_expired()
    for status, age in KEPT.items():
        DBTaskResult.objects.filter(status=status, finished_at__lt=clock.now() - age).delete()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize" if connection.vendor == "sqlite" else "ANALYZE")
