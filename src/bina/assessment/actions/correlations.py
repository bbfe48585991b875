"""How competencies go together: estimated in the background, adopted or taken back as a dated row, for attempts to come."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import CorrelationEstimate, ItemBank, ProfileCorrelations
from bina.assessment.queries.adaptive import correlation_rows, correlations_in_force, pool_of
from bina.assessment.queries.correlations import measured_profiles
from bina.assessment.queries.items import may_manage_bank
from bina.assessment.rules import ASSUMED_WEIGHT, can_adopt_correlations, can_estimate_correlations
from bina.design.formats import date
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.models import Progress
from bina.foundation.progress import calculation
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.science.psychometrics.adaptive import estimate_correlations

if TYPE_CHECKING:
    from bina.people.models import User


def _require_keeper(by: "User", bank: ItemBank) -> None:
    if not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat menaksir dan memakai korelasi kompetensinya.")).require()


@transaction.atomic
def request_correlation_estimate(*, by: "User", bank: ItemBank) -> CorrelationEstimate:
    """Ask how the competencies of a bank go together; a reaction calculates it. While one is waiting, that one comes back.

    Raises Denied for anybody who does not keep the bank.
    """
    _require_keeper(by, bank)
    run, is_new = CorrelationEstimate.objects.get_or_create(
        bank=bank, state=CorrelationEstimate.State.WAITING, defaults={"requested_at": clock.now()}
    )
    if is_new:
        run.progress = Progress.objects.create(
            kind="correlation_estimate", title=_("Taksiran korelasi kompetensi"), owner=by,
            result_url=reverse("assessment:correlations") + f"?bank={bank.code}",
        )  # fmt: skip
        run.save(update_fields=["progress"])
        record(
            entries.CORRELATIONS_REQUESTED, by=by, kind="correlation_estimate", object_id=run.public_id, name=bank.name,
            agency_id=bank.agency_id,
        )  # fmt: skip
    return run


def calculate_correlation_estimate(public_id: str) -> CorrelationEstimate:
    """Calculate an estimate that was asked for; with too few people the run says how many are missing.

    A second call changes nothing.
    """
    run = CorrelationEstimate.objects.select_related("bank", "progress").get(public_id=public_id)
    if run.state != CorrelationEstimate.State.WAITING or run.progress is None:
        return run
    with calculation(run, steps=2, broken=_("Perhitungan ini gagal. Tidak ada yang berubah.")) as reporter:
        reporter.advance(0, message=_("Mengumpulkan hasil setiap orang"))
        pool = pool_of(run.bank)
        if pool is None or len(pool.competency_ids) < 2:
            raise Refused(_("Bank soal ini belum mengukur dua kompetensi atau lebih."))
        measured = measured_profiles(run.bank, pool)
        run.people = measured.found
        can_estimate_correlations(measured.found).require()
        reporter.advance(1, message=_("Menaksir korelasi setiap pasangan"))
        # Always from the first assumption, so that what was adopted once does not confirm itself.
        found = estimate_correlations(measured.results, pool.prior, weight=ASSUMED_WEIGHT)
        run.facts = {
            "competencies": list(pool.competency_keys), "correlation": found.correlation.round(4).tolist(),
            "error": found.error.round(4).tolist(), "people": found.people.tolist(),
        }  # fmt: skip
    return run


@transaction.atomic
def adopt_correlations(*, by: "User", estimate: CorrelationEstimate, reason: str) -> ProfileCorrelations:
    """Let adaptive tests that begin from now on believe an estimate: a new dated row. A second call changes nothing.

    Attempts that have begun go on with what they began with. Raises Denied for anybody who does not keep the bank, Refused
    without a reason, for a run that is not done, or when a newer one is.
    """
    current = _current(by, estimate.bank, reason)
    if current is not None and current.estimate_id == estimate.pk:
        return current
    done = CorrelationEstimate.objects.filter(bank=estimate.bank, state=CorrelationEstimate.State.DONE)
    can_adopt_correlations(
        is_done=estimate.state == CorrelationEstimate.State.DONE,
        is_newest=not done.filter(pk__gt=estimate.pk).exists(),
    ).require()
    basis = _("Ditaksir dari %(n)s orang pada %(day)s. %(reason)s") % {
        "n": estimate.people, "day": date(estimate.finished_at), "reason": reason.strip(),
    }  # fmt: skip
    facts = estimate.facts
    fresh = ProfileCorrelations(
        bank=estimate.bank, competencies=facts["competencies"], matrix=facts["correlation"], basis=basis,
        estimate=estimate,
    )  # fmt: skip
    return _replace(by, current, fresh, reason)


@transaction.atomic
def restore_correlations(*, by: "User", row: ProfileCorrelations, reason: str) -> ProfileCorrelations:
    """Go back to what held before a row, at first the assumption, as a new dated row.

    Raises Denied for anybody who does not keep the bank, Refused without a reason or when the row does not hold any more.
    """
    current = _current(by, row.bank, reason)
    if current is None or current.pk != row.pk:
        raise Refused(_("Baris itu sudah tidak berlaku. Muat ulang halaman."))
    former = correlation_rows(row.bank).exclude(pk=row.pk).first()
    basis = _("Kembali ke nilai sebelum %(day)s. %(reason)s") % {"day": date(row.valid_from), "reason": reason.strip()}
    fresh = ProfileCorrelations(bank=row.bank, basis=basis)
    if former is not None:
        fresh.competencies, fresh.matrix, fresh.estimate = former.competencies, former.matrix, former.estimate
    return _replace(by, current, fresh, reason)


def _current(by: "User", bank: ItemBank, reason: str) -> ProfileCorrelations | None:
    """The row that holds today, its bank locked against a second change at the same time."""
    _require_keeper(by, bank)
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))
    ItemBank.objects.select_for_update().get(pk=bank.pk)
    return correlations_in_force(bank)


def _replace(
    by: "User", current: ProfileCorrelations | None, fresh: ProfileCorrelations, reason: str
) -> ProfileCorrelations:
    today = clock.today()
    if current is not None:
        # A row that began today keeps its day: of two rows of one day the later one holds.
        current.valid_to = max(current.valid_from, today - dt.timedelta(days=1))
        current.save(update_fields=["valid_to"])
    fresh.valid_from = today
    fresh.save()
    record(
        entries.CORRELATIONS_CHANGED, by=by, kind="correlations", object_id=fresh.public_id, name=fresh.bank.name,
        agency_id=fresh.bank.agency_id, reason=reason.strip(),
        data={"before": str(current.public_id) if current else "", "competencies": len(fresh.competencies),
              "estimate": str(fresh.estimate.public_id) if fresh.estimate else ""},
    )  # fmt: skip
    return fresh
