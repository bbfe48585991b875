"""Trust in sources of evidence: estimated in the background, adopted or taken back as a dated row, levels follow."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.actions.levels import recompute_everyone
from bina.competencies.models import EvidenceSource, SourceEstimate
from bina.competencies.queries.sources import (
    RECOMPUTING,
    estimated_lines,
    may_change_trust,
    may_see_trust,
    overlapping_evidence,
    trust_in_force,
    trust_on,
)
from bina.competencies.rules import FEWEST_OVERLAPS, Source, can_adopt_estimate
from bina.design.formats import date
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter, calculation
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def request_source_estimate(*, by: "User") -> SourceEstimate:
    """Ask for an estimate of every source; a reaction calculates it. While one is waiting, that one comes back.

    Raises Denied for anybody who does not look after standards.
    """
    if not may_see_trust(by):
        denied(_("Hanya pengelola standar kompetensi yang dapat meminta taksiran ini.")).require()
    run, is_new = SourceEstimate.objects.get_or_create(
        state=SourceEstimate.State.WAITING, defaults={"requested_at": clock.now()}
    )
    if is_new:
        run.progress = Progress.objects.create(
            kind="source_estimate", title=_("Taksiran kepercayaan sumber"), owner=by,
            result_url=reverse("competencies:sources"),
        )  # fmt: skip
        run.save(update_fields=["progress"])
        record(entries.SOURCE_ESTIMATE_REQUESTED, by=by, kind="source_estimate", object_id=run.public_id)
    return run


def calculate_source_estimate(public_id: str) -> SourceEstimate:
    """Calculate an estimate that was asked for; with too few overlaps the run says so. A second call changes nothing."""
    run = SourceEstimate.objects.select_related("progress").get(public_id=public_id)
    if run.state != SourceEstimate.State.WAITING or run.progress is None:
        return run
    with calculation(run, steps=2, broken=_("Perhitungan ini gagal. Tidak ada yang berubah.")) as reporter:
        reporter.advance(0, message=_("Mengumpulkan bukti yang berdampingan"))
        today = clock.today()
        overlaps = overlapping_evidence(today)
        reporter.advance(1, message=_("Menaksir setiap sumber"))
        run.people = overlaps.persons
        if overlaps.people.max(initial=0) == 0:
            raise Refused(
                _("Belum ada orang yang mempunyai hasil uji dan bukti lain tentang kompetensi yang sama dalam waktu "
                  "berdekatan. Diperlukan sedikitnya %(need)s orang untuk setiap sumber.") % {"need": FEWEST_OVERLAPS}
            )  # fmt: skip
        run.lines = estimated_lines(overlaps, trust_on(today))
    return run


@transaction.atomic
def adopt_estimate(*, by: "User", estimate: SourceEstimate, code: str, reason: str) -> EvidenceSource:
    """Trust a source from today on as the estimate says: a new dated row; all levels are computed anew.

    A second call changes nothing. Raises Denied for anybody who may not change the trust, Refused without a reason, for a run
    that is not done, for the yardstick itself, or with too few overlaps.
    """
    current = _current(by, code, reason)
    line = next((row for row in estimate.lines if row["code"] == code), None)
    if estimate.state != SourceEstimate.State.DONE or line is None:
        raise Refused(_("Taksiran ini belum selesai atau tidak memuat sumber itu."))
    can_adopt_estimate(people=line["people"], is_reference=code == Source.TEST).require()
    if current.estimate_id == estimate.pk:
        return current
    basis = _("Ditaksir dari %(n)s orang pada %(day)s. %(reason)s") % {
        "n": line["people"], "day": date(estimate.finished_at), "reason": reason.strip(),
    }  # fmt: skip
    # A test brings its own spread; what is kept here is only the least it may claim.
    spread = current.standard_deviation if current.is_floor else round(line["spread"], 2)
    return _replace(by, current, round(line["bias"], 2), spread, basis, reason, estimate)


@transaction.atomic
def restore_source(*, by: "User", row: EvidenceSource, reason: str) -> EvidenceSource:
    """Go back to what held before a row, as a new dated row. A second call for the same row is refused.

    Raises Denied for anybody who may not change the trust, Refused without a reason, when the row does not hold any more, or
    when nothing held before it.
    """
    current = _current(by, row.code, reason)
    if current.pk != row.pk:
        raise Refused(_("Baris itu sudah tidak berlaku. Muat ulang halaman."))
    former = EvidenceSource.objects.filter(code=row.code).exclude(pk=row.pk).order_by("-valid_from", "-id").first()
    if former is None:
        raise Refused(_("Tidak ada nilai sebelumnya untuk sumber ini."))
    basis = _("Kembali ke nilai sebelum %(day)s. %(reason)s") % {"day": date(row.valid_from), "reason": reason.strip()}
    return _replace(by, current, former.bias, former.standard_deviation, basis, reason, former.estimate)


def _current(by: "User", code: str, reason: str) -> EvidenceSource:
    """The row that holds today, locked against a second change at the same time."""
    if not may_change_trust(by):
        denied(
            _(
                "Kepercayaan sumber berlaku bagi semua instansi di sini, jadi hanya admin platform yang dapat mengubahnya."
            )
        ).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya; perubahan ini menyangkut tingkat semua orang."))
    list(EvidenceSource.objects.select_for_update().filter(code=code))
    current = trust_in_force(code)
    if current is None:
        raise Refused(_("Sumber bukti itu tidak dikenal."))
    return current


def _replace(
    by: "User", current: EvidenceSource, bias: float, spread: float, basis: str, reason: str,
    estimate: SourceEstimate | None,
) -> EvidenceSource:  # fmt: skip
    today = clock.today()
    before = {"bias": current.bias, "standard_deviation": current.standard_deviation}
    # A row that began today keeps its day: of two rows of one day the later one holds.
    current.valid_to = max(current.valid_from, today - dt.timedelta(days=1))
    current.save(update_fields=["valid_to"])
    fresh = EvidenceSource.objects.create(
        code=current.code, name=current.name, name_en=current.name_en, standard_deviation=spread,
        is_floor=current.is_floor, bias=bias, drift_per_year=current.drift_per_year, can_prove=current.can_prove,
        valid_from=today, basis=basis, estimate=estimate,
    )  # fmt: skip
    progress = Progress.objects.create(
        kind=RECOMPUTING, title=_("Menghitung ulang tingkat semua orang"), owner=by,
        result_url=reverse("competencies:sources"),
    )  # fmt: skip
    record(
        entries.SOURCE_CHANGED, by=by, kind="evidence_source", object_id=fresh.code, name=fresh.name,
        reason=reason.strip(),
        data={"before": before, "bias": bias, "standard_deviation": spread, "progress": str(progress.public_id),
              "estimate": str(estimate.public_id) if estimate else ""},
    )  # fmt: skip
    return fresh


def recompute_after_change(progress_public_id: str) -> None:
    """Compute everybody's levels anew and say how far it is; a second call changes nothing."""
    progress = Progress.objects.get(public_id=progress_public_id)
    if progress.is_over:
        return
    with ProgressReporter(progress) as reporter:
        recompute_everyone(on_portion=lambda done, total: reporter.advance(done, total=total))
