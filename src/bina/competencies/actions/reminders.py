"""Telling people in time: levels that will lapse, requests that come to their day."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bina.competencies.models import Appeal, Competency, CompetencyLevel, ExpiryNotice
from bina.competencies.queries.appeals import deciders_of, open_appeals
from bina.competencies.rules import AppealState, Status
from bina.foundation import clock
from bina.journal.actions import notify
from bina.people.queries import employees, user_of

EXPIRY_AHEAD = dt.timedelta(days=60)
# A lapse that moves by less than this, because something small was recorded, is the same lapse.
SAME_EXPIRY = dt.timedelta(days=30)
APPEAL_AHEAD = dt.timedelta(days=3)
PORTION = 500


def remind_of_expiry() -> int:
    """Tell everybody whose proven requirements will lapse within 60 days, once for each competency and lapse.

    One notice a person, however many competencies; people go by portions, each in its own transaction, so that a crash
    repeats nothing. Returns how many people were told.
    """
    today = clock.today()
    due: dict[int, dict[int, dt.date]] = defaultdict(dict)
    rows = CompetencyLevel.objects.filter(
        status=Status.PROVEN, required_level__isnull=False, expires_on__gte=today, expires_on__lte=today + EXPIRY_AHEAD,
        employee__left_on=None,
    ).values_list("employee_id", "competency_id", "expires_on")  # fmt: skip
    for employee_id, competency_id, lapse in rows:
        if lapse is not None:
            due[employee_id][competency_id] = lapse
    people, told = sorted(due), 0
    for start in range(0, len(people), PORTION):
        told += _tell_portion({pk: due[pk] for pk in people[start : start + PORTION]})
    return told


@transaction.atomic
def _tell_portion(due: dict[int, dict[int, dt.date]]) -> int:
    known = {
        (row.employee_id, row.competency_id): row for row in ExpiryNotice.objects.filter(employee_id__in=list(due))
    }
    names = Competency.objects.in_bulk({competency for lapses in due.values() for competency in lapses})
    told = 0
    for person in employees().filter(pk__in=list(due)).select_related("user").order_by("pk"):
        fresh = {
            competency: lapse
            for competency, lapse in due[person.pk].items()
            if (row := known.get((person.pk, competency))) is None or abs(lapse - row.expires_on) > SAME_EXPIRY
        }
        account = user_of(person)
        if not fresh or account is None:
            continue
        for competency, lapse in fresh.items():
            ExpiryNotice.objects.update_or_create(
                employee=person, competency_id=competency, defaults={"expires_on": lapse, "told_at": clock.now()}
            )
        first = min(fresh, key=lambda competency: (fresh[competency], competency))
        notify(
            recipient=account,
            title=ngettext(
                "Satu syarat jabatan perlu diukur lagi", "%(n)s syarat jabatan perlu diukur lagi", len(fresh)
            )
            % {"n": len(fresh)},
            body=_("Buktinya menua, jadi tidak lama lagi tidak cukup untuk “terbukti”: %(names)s. Mengukur lagi sekarang "
                   "menjaganya.") % {"names": ", ".join(str(names[pk]) for pk in sorted(fresh, key=fresh.__getitem__))},
            url=reverse("competencies:reason", args=[names[first].public_id]),
            dedup_key=f"expiry:{names[first].public_id}:{fresh[first].isoformat()}",
        )  # fmt: skip
        told += 1
    return told


def remind_of_appeals() -> int:
    """Remind assessors and those who decide three days before their day, and when it has passed; returns how many notices.

    When a decision is late the person hears that it is not forgotten. Each notice goes out once.
    """
    today, sent = clock.today(), 0
    for appeal in open_appeals():
        if appeal.state == AppealState.ASSESSING and appeal.opinion_due_on:
            if today > appeal.opinion_due_on:
                sent += _tell_deciders(
                    appeal, _("Pendapat penelaah terlambat"), f"opinion-late:{appeal.opinion_due_on}"
                )
            elif today >= appeal.opinion_due_on - APPEAL_AHEAD:
                sent += _tell_assessor(appeal)
        if appeal.due_on and today >= appeal.due_on - APPEAL_AHEAD:
            sent += _tell_deciders(appeal, _("Peninjauan perlu segera diputuskan"), "due")
        if appeal.due_on and today > appeal.due_on:
            sent += _tell_person(appeal)
    return sent


def _tell_assessor(appeal: Appeal) -> int:
    account = user_of(appeal.assessor) if appeal.assessor else None
    return account is not None and notify(
        recipient=account,
        title=_("Pendapat Anda ditunggu"),
        body=_("%(competency)s: pendapat Anda atas permintaan peninjauan ditunggu paling lambat tiga hari lagi.")
        % {"competency": appeal.competency},
        url=reverse("competencies:give_opinion", args=[appeal.public_id]),
        dedup_key=f"opinion-soon:{appeal.public_id}:{appeal.opinion_due_on}",
    )


def _tell_deciders(appeal: Appeal, title: str, key: str) -> int:
    return sum(
        notify(
            recipient=account,
            title=title,
            body=_("%(name)s, %(competency)s.") % {"name": appeal.employee.full_name, "competency": appeal.competency},
            url=reverse("competencies:decide_review", args=[appeal.public_id]),
            dedup_key=f"appeal-{key}:{appeal.public_id}",
        )
        for account in deciders_of(appeal)
    )


def _tell_person(appeal: Appeal) -> int:
    account = user_of(appeal.employee)
    return account is not None and notify(
        recipient=account,
        title=_("Peninjauan Anda belum diputuskan pada waktunya"),
        body=_("%(competency)s: pengelola kepegawaian sudah diingatkan. Permintaan Anda tetap berlaku.")
        % {"competency": appeal.competency},
        url=reverse("competencies:reason", args=[appeal.competency.public_id]),
        dedup_key=f"appeal-late:{appeal.public_id}",
    )
