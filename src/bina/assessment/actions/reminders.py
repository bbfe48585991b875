"""Telling people once what waits for them: works due soon, turns and products that wait for a week."""

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment.models import RubricScore, TaskAssignment, WorkProduct
from bina.assessment.queries.products import reviewers_for, verifier_of
from bina.assessment.rules import (
    OPEN_TO_ASSESSORS,
    OPEN_TO_PERSON,
    SCORING_DAYS,
    VERIFYING_DAYS,
    ProductState,
)
from bina.design.formats import date
from bina.foundation import clock
from bina.journal.actions import notify
from bina.people.queries import user_of

DUE_SOON = dt.timedelta(days=2)


def remind_of_tasks_and_products() -> int:
    """Remind of everything that is due soon or waits for long; each thing once. Returns how many were reminded."""
    return _of_works() + _of_turns() + _of_products()


def _of_works() -> int:
    today, told = clock.today(), 0
    soon = TaskAssignment.objects.filter(
        state__in=[state.value for state in OPEN_TO_PERSON], due_on__gte=today, due_on__lte=today + DUE_SOON
    ).select_related("employee__user", "version")
    for work in soon.filter(employee__user__isnull=False).order_by("id").iterator(200):
        told += notify(
            recipient=work.employee.user,
            title=_("“%(task)s” ditunggu sampai %(date)s") % {"task": work.version.title, "date": date(work.due_on)},
            body=_("Draf Anda tersimpan. Serahkan bila sudah selesai."),
            url=reverse("assessment:work", args=[work.public_id]),
            dedup_key=f"work-due:{work.public_id}:{work.due_on}",
        )
    return told


def _of_turns() -> int:
    before, told = clock.now() - dt.timedelta(days=SCORING_DAYS), 0
    waiting = RubricScore.objects.filter(
        sent_at=None, given_at__lte=before, assignment__state__in=[state.value for state in OPEN_TO_ASSESSORS]
    ).select_related("assessor__user", "assignment__version")
    for score in waiting.filter(assessor__user__isnull=False).order_by("id").iterator(200):
        told += notify(
            recipient=score.assessor.user,
            title=_("Satu kiriman “%(task)s” menunggu penilaian Anda") % {"task": score.assignment.version.title},
            body=_("Kiriman ini sudah menunggu lebih dari %(n)s hari.") % {"n": SCORING_DAYS},
            url=reverse("assessment:score", args=[score.public_id]),
            dedup_key=f"turn-waits:{score.public_id}",
        )
    return told


def _of_products() -> int:
    """Products that wait for a week; whoever holds the post now hears of those that a predecessor was told about."""
    before, told = clock.now() - dt.timedelta(days=VERIFYING_DAYS), 0
    waiting = WorkProduct.objects.filter(state=ProductState.SUBMITTED).filter(
        Q(submitted_at__lte=before) | Q(holder=None) | Q(holder__left_on__isnull=False)
    )
    for product in waiting.select_related("employee__unit", "employee__agency", "holder").order_by("id").iterator(200):
        verifier = verifier_of(product.employee)
        if verifier != product.holder:
            WorkProduct.objects.filter(pk=product.pk).update(holder=verifier)
        if product.submitted_at is None or product.submitted_at > before:
            continue
        account = user_of(verifier) if verifier else None
        for recipient in [account] if account else list(reviewers_for(product.employee)):
            told += notify(
                recipient=recipient,
                title=_("Hasil kerja %(name)s menunggu diperiksa") % {"name": product.employee.courteous_name},
                body=_("“%(title)s” sudah menunggu lebih dari %(n)s hari.")
                % {"title": product.title, "n": VERIFYING_DAYS},
                url=reverse("assessment:verify_product", args=[product.public_id]),
                dedup_key=f"product-waits:{product.public_id}:{product.submitted_at:%Y%m%d%H%M}",
            )
    return told
