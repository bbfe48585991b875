"""Calibrating a bank from real answers: asked for, calculated in the background, looked at, published, taken back."""

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.comparison import FEWEST_ANCHORS, compared_with_the_last, plain
from bina.assessment.actions.item_statistics import store_item_statistics
from bina.assessment.actions.scoring import prior_for
from bina.assessment.models import CalibrationRun, ItemBank, ItemVersion
from bina.assessment.queries.calibration import BankAnswers, answers_for
from bina.assessment.queries.items import may_manage_bank
from bina.assessment.rules import (
    FEWEST_ANSWERS,
    CalibrationState,
    can_publish_calibration,
    can_roll_back_calibration,
)
from bina.competencies.queries import published_framework
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.models import Progress
from bina.foundation.progress import calculation
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.science.arrays import BoolArray
from bina.science.psychometrics import Link, Priors, ScoredItems, calibrate, check_link, link

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import User

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
        bank=bank, state=CalibrationState.WAITING, defaults={"requested_at": clock.now()}
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
    if run.state != CalibrationState.WAITING or run.progress is None:
        return run
    run.progress.result_url = reverse("assessment:calibration", args=[run.public_id])
    run.progress.save(update_fields=["result_url"])
    broken = _("Perhitungan ini gagal. Tidak ada parameter yang berubah.")
    with calculation(run, steps=4, broken=broken) as reporter:
        reporter.advance(0, message=_("Mengumpulkan jawaban"))
        data = answers_for(run.bank)
        reporter.advance(1, message=_("Menghitung statistik setiap butir"))
        store_item_statistics(run.bank, data)
        reporter.advance(2, message=_("Menghitung parameter"))
        _calculate(run, data)
        reporter.advance(3, message=_("Membandingkan dengan kalibrasi sebelumnya"))
        run.comparison = compared_with_the_last(run)
    return run


def _calculate(run: CalibrationRun, data: BankAnswers) -> None:
    count = np.bincount(data.item, minlength=len(data.version_ids))
    share = np.bincount(data.item, weights=data.right, minlength=len(data.version_ids))
    enough = (count >= FEWEST_ANSWERS) & (share > 0) & (share < count)
    run.persons, run.answers = len(data.people), len(data.item)
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
    scores = data.table(kept.tolist())
    scores = scores[~np.isnan(scores).all(axis=1)]
    usual = float(np.log(old.discrimination).mean())
    found = calibrate(
        scores, first_mean=mean, first_sd=sd, start=old, fewest_answers=FEWEST_ANSWERS,
        priors=Priors(log_slope=(usual, SLOPE_PRIOR_SD)),
    )  # fmt: skip
    change, moved = _onto_the_scale(found.items, old, mean, sd)
    placed = change.apply(found.items)
    run.summary = {
        "log_likelihood": round(found.log_likelihood, 3), "aic": round(found.aic, 1), "bic": round(found.bic, 1),
        "rounds": found.rounds, "converged": found.converged, "slope": round(change.slope, 6),
        "intercept": round(change.intercept, 6),
    }  # fmt: skip
    run.lines = [
        {
            "version": row.pk, "a": plain(placed.discrimination[place]), "b": plain(placed.difficulty[place]),
            "a_error": plain(found.standard_errors[place, 0] / change.slope),
            "b_error": plain(found.standard_errors[place, 1] * change.slope), "answers": int(found.answers[place]),
            "misfit": plain(found.misfit[place]), "infit": plain(found.infit[place]),
            "outfit": plain(found.outfit[place]), "old_a": row.a, "old_b": row.b,
            "old_provisional": row.is_provisional, "moved": bool(moved[place]),
        }
        for place, row in enumerate(rows)
    ]  # fmt: skip


def _onto_the_scale(found: ScoredItems, old: ScoredItems, mean: float, sd: float) -> tuple[Link, BoolArray]:
    """The change of scale onto the parameters in use, and which items moved against it.

    Items that do not move with the others, a leaked one for example, are left out and the rest is linked once more, so
    that one item cannot shift the scale of all.
    """
    change = link(found, old, mean=mean, sd=sd)
    stay = ~check_link(found, old, change, mean=mean, sd=sd).flagged
    if FEWEST_ANCHORS <= stay.sum() < len(stay):
        change = link(found.only(stay), old.only(stay), mean=mean, sd=sd)
    return change, check_link(found, old, change, mean=mean, sd=sd).flagged


@transaction.atomic
def publish_calibration(*, by: "User", run: CalibrationRun, reason: str) -> None:
    """Put the parameters of a calibration to use; tests scored from now on use them. A second call changes nothing.

    Raises Denied for anybody who does not keep the bank, Refused without a reason, when the run is not done, or when an
    item has got a new version since.
    """
    locked = _locked(by, run, reason)
    if locked.state == CalibrationState.PUBLISHED:
        return
    can_publish_calibration(locked.state).require()
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
    locked.published_at = _next_moment(locked.bank)
    _put_to_use(locked, list(versions.values()), CalibrationState.PUBLISHED)
    _note(entries.CALIBRATION_PUBLISHED, by, locked, reason)
    run.state = locked.state


@transaction.atomic
def roll_back_calibration(*, by: "User", run: CalibrationRun, reason: str) -> None:
    """Bring back the parameters that were in use before a published calibration. A second call changes nothing.

    Raises Denied for anybody who does not keep the bank, Refused without a reason, when it is not published, or when one
    that was published after it is in use, however old its calculation is.
    """
    locked = _locked(by, run, reason)
    if locked.state == CalibrationState.ROLLED_BACK:
        return
    others = CalibrationRun.objects.filter(bank=locked.bank, state=CalibrationState.PUBLISHED)
    later = locked.published_at is not None and others.filter(published_at__gt=locked.published_at).exists()
    can_roll_back_calibration(locked.state, later_in_use=later).require()
    versions = ItemVersion.objects.in_bulk([line["version"] for line in locked.lines])
    for line in locked.lines:
        version = versions[line["version"]]
        version.a, version.b, version.is_provisional = line["old_a"], line["old_b"], line["old_provisional"]
    _put_to_use(locked, list(versions.values()), CalibrationState.ROLLED_BACK)
    _note(entries.CALIBRATION_ROLLED_BACK, by, locked, reason)
    run.state = locked.state


def _locked(by: "User", run: CalibrationRun, reason: str) -> CalibrationRun:
    _require_keeper(by, run.bank)
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar pengelola lain mengerti."))
    # What a publication notes as the parameters before it must still be so when it ends: one decision of a bank at a time.
    hold(ItemBank.objects.filter(pk=run.bank_id))
    return CalibrationRun.objects.select_for_update(of=("self",)).select_related("bank").get(pk=run.pk)


def _next_moment(bank: ItemBank) -> dt.datetime:
    """Now, and after every earlier publication of the bank, even where the clock was set back meanwhile."""
    last = CalibrationRun.objects.filter(bank=bank).aggregate(last=Max("published_at"))["last"]
    now = clock.now()
    return now if last is None else max(now, last + dt.timedelta(microseconds=1))


def _put_to_use(run: CalibrationRun, versions: list[ItemVersion], state: str) -> None:
    ItemVersion.objects.bulk_update(versions, ["a", "b", "is_provisional"])
    run.state = state
    run.save(update_fields=["state", "lines", "published_at"])
    ItemBank.objects.filter(pk=run.bank_id).update(revision=F("revision") + 1)


def _note(verb: "Verb", by: "User", run: CalibrationRun, reason: str = "") -> None:
    record(
        verb, by=by, kind="calibration", object_id=run.public_id, name=run.bank.name, agency_id=run.bank.agency_id,
        reason=reason.strip(), data={"items": len(run.lines), "answers": run.answers},
    )  # fmt: skip
