"""Practical tasks: who has to do, to score or to decide something learns of it."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import queries
from bina.assessment.models import RubricScore, TaskAssignment
from bina.design.formats import date, duration
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import user_of


def _work(entry: Entry) -> "TaskAssignment | None":
    return (
        TaskAssignment.objects.filter(public_id=entry.object_id)
        .select_related("employee__unit", "employee__user", "version")
        .first()
    )


@react_to("task.assigned")
def tell_about_new_tasks(entry: Entry) -> None:
    """A task was set to people: each of them with an account hears of it."""
    works = TaskAssignment.objects.filter(public_id__in=entry.data["works"], employee__user__isnull=False)
    for work in works.select_related("employee__user", "version"):
        notify(
            recipient=work.employee.user,
            title=_("Tugas praktik untuk Anda: %(task)s") % {"task": work.version.title},
            body=_("Sekitar %(time)s, ditunggu sampai %(date)s.")
            % {"time": duration(work.version.minutes), "date": date(work.due_on)},
            url=reverse("assessment:work", args=[work.public_id]),
            dedup_key=f"task:{work.public_id}",
        )


@react_to("work.turn_given")
def tell_the_assessor(entry: Entry) -> None:
    """A work waits for an assessor, who is not told whose it is."""
    score = (
        RubricScore.objects.filter(public_id=entry.object_id)
        .select_related("assessor__user", "assignment__version")
        .first()
    )
    recipient = user_of(score.assessor) if score else None
    if score is None or recipient is None:
        return
    if score.is_third:
        title = _("Dua penilaian “%(task)s” berbeda jauh; Anda memutuskan") % {"task": entry.object_name}
    else:
        title = _("Satu kiriman “%(task)s” menunggu penilaian Anda") % {"task": entry.object_name}
    notify(
        recipient=recipient,
        title=title,
        body=_("Nama pegawainya tidak ditampilkan, agar yang dinilai hanya pekerjaannya."),
        url=reverse("assessment:score", args=[score.public_id]),
        dedup_key=f"turn:{score.public_id}",
    )


@react_to("work.lacks_assessors")
def tell_the_organisers(entry: Entry) -> None:
    """A work waits and nobody named may score it: the organisers name somebody."""
    work = _work(entry)
    if work is None:
        return
    for account in queries.organisers_for(work.employee):
        notify(
            recipient=account,
            title=_("“%(task)s” kekurangan penilai") % {"task": work.version.title},
            body=_(
                "Ada kiriman yang menunggu, tetapi penilai yang ditunjuk sudah menilai atau tidak boleh menilainya."
            ),
            url=reverse("assessment:managed_work", args=[work.public_id]),
            dedup_key=f"lacks:{work.public_id}:{entry.public_id}",
        )


@react_to("work.scored", "work.returned", "work.cancelled")
def tell_what_became_of_a_work(entry: Entry) -> None:
    """A work was scored, sent back or called off: its person hears of it, with the reason where there is one."""
    work = _work(entry)
    recipient = user_of(work.employee) if work else None
    if work is None or recipient is None:
        return
    task = {"task": work.version.title}
    titles = {
        "work.scored": _("Hasil “%(task)s” sudah ada") % task,
        "work.returned": _("“%(task)s” dikembalikan untuk diperbaiki") % task,
        "work.cancelled": _("“%(task)s” dibatalkan") % task,
    }
    scored = _("Anda dapat membaca nilai setiap kriteria dan catatan penilai.")
    notify(
        recipient=recipient,
        title=titles[entry.verb],
        body=scored if entry.verb == "work.scored" else _("Alasan: %(reason)s") % {"reason": entry.reason},
        url=reverse("assessment:home")
        if entry.verb == "work.cancelled"
        else reverse("assessment:work", args=[work.public_id]),
        dedup_key=f"{entry.verb}:{entry.public_id}",
    )
