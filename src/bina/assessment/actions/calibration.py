"""Calibrating a bank from real answers: asked for, calculated in the background, looked at, published, taken back."""

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.scoring import prior_for
from bina.assessment.models import CalibrationRun, ItemBank, ItemVersion
from bina.assessment.queries.calibration import BankAnswers, answers_for
from bina.assessment.queries.items import may_manage_bank
from bina.competencies.queries import published_framework
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.science.psychometrics import Priors, ScoredItems, calibrate, check_link, link

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import User

FEWEST_ANSWERS = 50
# Slopes of good test items lie around this; a thin item may differ, but not wildly.
SLOPE_PRIOR_SD = 0.4


def _require_keeper(by: "User", bank: ItemBank) -> None:
    if not may_manage_bank(by, bank):
        denied(_("Hanya pengelola bank soal ini yang dapat mengkalibrasi butirnya.")).require()


@transaction.atomic
def request_calibration(*, by: "User", bank: ItemBank) -> CalibrationRun:
    """Ask for a calibration of a bank; a reaction calculates it. While one is waiting, that one comes back.

    Raises Denied for anybody who does not keep the bank.
    """
    _require_keeper(by, bank)
    run, is_new = CalibrationRun.objects.get_or_create(
        bank=bank, state=CalibrationRun.State.WAITING, defaults={"requested_at": clock.now()}
    )
    if is_new:
        run.progress = Progress.objects.create(
            kind="calibration", title=_("Kalibrasi %(bank)s") % {"bank": bank.name}, owner=by
        )
        run.save(update_fields=["progress"])
        _note(entries.CALIBRATION_REQUESTED, by, run)
    return run


def calculate_calibration(public_id: str) -> CalibrationRun:
    """Calculate a calibration that was asked for; with too little data the run says how much is missing.

    Items without enough answers are left out and listed. The scale stays where the bank has it: what is found is moved by
    Stocking–Lord onto the parameters in use. A second call changes nothing.
    """
    run = CalibrationRun.objects.select_related("bank", "progress").get(public_id=public_id)
    if run.state != CalibrationRun.State.WAITING or run.progress is None:
        return run
    run.progress.result_url = reverse("assessment:calibration", args=[run.public_id])
    run.progress.save(update_fields=["result_url"])
    with ProgressReporter(run.progress) as reporter:
        reporter.advance(0, total=3, message=_("Mengumpulkan jawaban"))
        data = answers_for(run.bank)
        reporter.advance(1, message=_("Menghitung parameter"))
        try:
            _calculate(run, data)
        except Refused as refusal:
            _end(run, CalibrationRun.State.FAILED, str(refusal))
        except Exception:
            # A run that stayed waiting would stand in the way of every later one.
            _end(run, CalibrationRun.State.FAILED, _("Perhitungan ini gagal. Tidak ada parameter yang berubah."))
            raise
        else:
            _end(run, CalibrationRun.State.DONE)
        reporter.advance(3, message="")
    return run


def _end(run: CalibrationRun, state: str, problem: str = "") -> None:
    run.state, run.problem, run.finished_at = state, problem[:300], clock.now()
    run.save()


def _calculate(run: CalibrationRun, data: BankAnswers) -> None:
    scores = data.scores
    count = (~np.isnan(scores)).sum(axis=0)
    share = np.nansum(scores, axis=0)
    enough = (count >= FEWEST_ANSWERS) & (share > 0) & (share < count)
    run.persons, run.answers = len(scores), int(count.sum())
    run.short = [
        {"version": version, "missing": max(1, FEWEST_ANSWERS - int(answers))}
        for version, answers, is_enough in zip(data.version_ids, count, enough, strict=True)
        if not is_enough
    ]
    if enough.sum() < 3:
        raise Refused(
            _("Baru %(n)s butir yang dijawab sedikitnya %(need)s orang; kalibrasi memerlukan paling sedikit 3 butir.")
            % {"n": int(enough.sum()), "need": FEWEST_ANSWERS}
        )
    kept = np.flatnonzero(enough)
    versions = {row.pk: row for row in ItemVersion.objects.filter(pk__in=[data.version_ids[place] for place in kept])}
    rows = [versions[data.version_ids[place]] for place in kept]
    old = ScoredItems.without_guessing([row.a for row in rows], [row.b for row in rows])
    prior = prior_for(published_framework(run.bank.framework_code).level_count)
    mean, sd = float(np.asarray(prior.mean)), float(np.asarray(prior.sd))
    some = ~np.isnan(scores[:, kept]).all(axis=1)
    usual = float(np.log(old.discrimination).mean())
    found = calibrate(
        scores[np.ix_(some, kept)], first_mean=mean, first_sd=sd, start=old, fewest_answers=FEWEST_ANSWERS,
        priors=Priors(log_slope=(usual, SLOPE_PRIOR_SD)),
    )  # fmt: skip
    change = link(found.items, old, mean=mean, sd=sd)
    placed = change.apply(found.items)
    moved = check_link(found.items, old, change, mean=mean, sd=sd).flagged
    run.summary = {
        "log_likelihood": round(found.log_likelihood, 3), "aic": round(found.aic, 1), "bic": round(found.bic, 1),
        "rounds": found.rounds, "converged": found.converged, "slope": round(change.slope, 6),
        "intercept": round(change.intercept, 6),
    }  # fmt: skip
    run.lines = [
        {
            "version": row.pk, "a": _plain(placed.discrimination[place]), "b": _plain(placed.difficulty[place]),
            "a_error": _plain(found.standard_errors[place, 0] / change.slope),
            "b_error": _plain(found.standard_errors[place, 1] * change.slope), "answers": int(found.answers[place]),
            "misfit": _plain(found.misfit[place]), "infit": _plain(found.infit[place]),
            "outfit": _plain(found.outfit[place]), "old_a": row.a, "old_b": row.b,
            "old_provisional": row.is_provisional, "moved": bool(moved[place]),
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _plain(number: Any) -> float | None:
    """A number for JSON, which knows no NaN."""
    return round(float(number), 6) if np.isfinite(number) else None


@transaction.atomic
def publish_calibration(*, by: "User", run: CalibrationRun, reason: str) -> None:
    """Put the parameters of a calibration to use; tests scored from now on use them. A second call changes nothing.

    Raises Denied for anybody who does not keep the bank, Refused without a reason, when the run is not done, or when an
    item has got a new version since.
    """
    locked = _locked(by, run, reason)
    if locked.state == CalibrationRun.State.PUBLISHED:
        return
    if locked.state != CalibrationRun.State.DONE:
        raise Refused(_("Kalibrasi ini belum selesai atau sudah dibatalkan, jadi tidak dapat dipakai."))
    versions = ItemVersion.objects.select_related("item").in_bulk([line["version"] for line in locked.lines])
    replaced = sorted(row.item.code for row in versions.values() if row.item.current_id != row.pk)
    if replaced:
        raise Refused(
            _("Butir berikut sudah punya versi baru sejak dihitung: %(codes)s. Kalibrasikan lagi.")
            % {"codes": ", ".join(replaced[:10])}
        )
    for line in locked.lines:
        version = versions[line["version"]]
        # What is in use when it is published is what taking back restores.
        line["old_a"], line["old_b"], line["old_provisional"] = version.a, version.b, version.is_provisional
        version.a, version.b, version.is_provisional = line["a"], line["b"], False
    _put_to_use(locked, list(versions.values()), CalibrationRun.State.PUBLISHED)
    _note(entries.CALIBRATION_PUBLISHED, by, locked, reason)
    run.state = locked.state


@transaction.atomic
def roll_back_calibration(*, by: "User", run: CalibrationRun, reason: str) -> None:
    """Bring back the parameters that were in use before a published calibration. A second call changes nothing.

    Raises Denied for anybody who does not keep the bank, Refused without a reason, when it is not published, or when a
    newer one is in use.
    """
    locked = _locked(by, run, reason)
    if locked.state == CalibrationRun.State.ROLLED_BACK:
        return
    if locked.state != CalibrationRun.State.PUBLISHED:
        raise Refused(_("Hanya kalibrasi yang sedang dipakai yang dapat dibatalkan."))
    newer = CalibrationRun.objects.filter(
        bank=locked.bank, state=CalibrationRun.State.PUBLISHED, pk__gt=locked.pk
    ).exists()
    if newer:
        raise Refused(_("Kalibrasi yang lebih baru sedang dipakai; batalkan yang itu dahulu."))
    versions = ItemVersion.objects.in_bulk([line["version"] for line in locked.lines])
    for line in locked.lines:
        version = versions[line["version"]]
        version.a, version.b, version.is_provisional = line["old_a"], line["old_b"], line["old_provisional"]
    _put_to_use(locked, list(versions.values()), CalibrationRun.State.ROLLED_BACK)
    _note(entries.CALIBRATION_ROLLED_BACK, by, locked, reason)
    run.state = locked.state


def _locked(by: "User", run: CalibrationRun, reason: str) -> CalibrationRun:
    _require_keeper(by, run.bank)
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))
    return CalibrationRun.objects.select_for_update(of=("self",)).select_related("bank").get(pk=run.pk)


def _put_to_use(run: CalibrationRun, versions: list[ItemVersion], state: str) -> None:
    ItemVersion.objects.bulk_update(versions, ["a", "b", "is_provisional"])
    run.state = state
    run.save(update_fields=["state", "lines"])
    ItemBank.objects.filter(pk=run.bank_id).update(revision=F("revision") + 1)


def _note(verb: "Verb", by: "User", run: CalibrationRun, reason: str = "") -> None:
    record(
        verb, by=by, kind="calibration", object_id=run.public_id, name=run.bank.name, agency_id=run.bank.agency_id,
        reason=reason.strip(), data={"items": len(run.lines), "answers": run.answers},
    )  # fmt: skip
