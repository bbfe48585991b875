"""Telling people once what waits within courses: works due soon, and works that nobody has looked at for a week."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.design.formats import date
from bina.foundation import clock
from bina.journal.actions import notify
from bina.learning.models import HandedWork, PeerVoice
from bina.learning.queries.works import recipients_for
from bina.learning.rules import OPEN_TO_LEARNER, WAITING, WAITING_DAYS, EnrolmentState, WorkState

DUE_SOON = dt.timedelta(days=2)


def remind_of_course_works() -> int:
    """Remind of every work that is due soon or waits for a week; each thing once. Returns how many were reminded."""
    return _of_due() + _of_waiting() + _of_voices()


def _of_due() -> int:
    today, told = clock.today(), 0
    soon = HandedWork.objects.filter(
        state__in=[state.value for state in OPEN_TO_LEARNER], due_on__gte=today, due_on__lte=today + DUE_SOON,
        enrolment__state=EnrolmentState.STARTED, enrolment__employee__user__isnull=False,
    ).select_related("enrolment__employee__user", "activity")  # fmt: skip
    for work in soon.order_by("id").iterator(200):
        told += notify(
            recipient=work.enrolment.employee.user,
            title=_("“%(task)s” ditunggu sampai %(date)s") % {"task": work.activity.title, "date": date(work.due_on)},
            body=_("Draf Anda tersimpan. Serahkan bila sudah selesai."),
            url=reverse("learning:activity", args=[work.enrolment.public_id, work.activity.key]),
            dedup_key=f"course-work-due:{work.public_id}:{work.turn}",
        )
    return told


def _of_waiting() -> int:
    before, told = clock.now() - dt.timedelta(days=WAITING_DAYS), 0
    waiting = HandedWork.objects.filter(
        state__in=[state.value for state in WAITING], handed_in_at__lte=before
    ).select_related("enrolment__course", "enrolment__employee__unit", "enrolment__employee__agency", "activity")
    for work in waiting.order_by("id").iterator(200):
        for recipient in recipients_for(work):
            told += notify(
                recipient=recipient,
                title=_("Kiriman %(name)s menunggu diperiksa") % {"name": work.enrolment.employee.courteous_name},
                body=_("“%(title)s” sudah menunggu lebih dari %(n)s hari.")
                % {"title": work.activity.title, "n": WAITING_DAYS},
                url=reverse("learning:judge_work", args=[work.public_id]),
                dedup_key=f"course-work-waits:{work.public_id}:{work.turn}:{work.state}",
            )
    return told


def _of_voices() -> int:
    before, told = clock.now() - dt.timedelta(days=WAITING_DAYS), 0
    open_voices = PeerVoice.objects.filter(
        is_confirmed=None, work__state=WorkState.HANDED_IN, work__handed_in_at__lte=before, peer__user__isnull=False
    ).select_related("peer__user", "work__activity", "work__enrolment__employee")
    for voice in open_voices.order_by("id").iterator(200):
        if voice.turn != voice.work.turn:
            continue
        told += notify(
            recipient=voice.peer.user,
            title=_("%(name)s masih menunggu jawaban Anda") % {"name": voice.work.enrolment.employee.courteous_name},
            body=_("Apakah Anda melihat “%(title)s” sungguh diterapkan?") % {"title": voice.work.activity.title},
            url=reverse("learning:judge_work", args=[voice.work.public_id]),
            dedup_key=f"course-voice-waits:{voice.pk}",
        )
    return told
