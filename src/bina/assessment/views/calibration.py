"""The analyst's room: calibrations of a bank and what they found, items that need a look, how precise the tests are."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from markupsafe import Markup

from bina.assessment import actions, queries
from bina.assessment.forms.reasons import ReasonForm
from bina.assessment.models import CalibrationRun, ItemBank
from bina.assessment.queries import PrecisionOfTest, RunComparison
from bina.assessment.rules import CalibrationState
from bina.competencies.queries import published_framework
from bina.design.formats import short_date
from bina.design.pictures import agreement_picture, curve_picture, curve_table
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet

# Half of a 90 % interval, in standard errors.
CERTAIN = 1.645


@login_required
def calibrations(request: SignedInRequest) -> HttpResponse:
    """Every calibration of the banks that the account keeps; sending the form asks for a new one."""
    banks = queries.banks_managed_by(request.user)
    if not banks:
        raise Http404
    if request.method == "POST":
        bank = next((row for row in banks if row.code == request.POST.get("bank")), None)
        if bank is None:
            raise Http404
        run = actions.request_calibration(by=request.user, bank=bank)
        return redirect("assessment:calibration", public_id=run.public_id)
    context = {"banks": banks, "runs": list(queries.runs_visible_to(request.user)[:50])}
    return render(request, "assessment/calibrations.html", context)


def _run(request: SignedInRequest, public_id: UUID) -> CalibrationRun:
    found = queries.run_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def calibration(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One calibration: how far it is, what it found item by item, and how precisely the bank measures along the levels."""
    run = _run(request, public_id)
    context = {"run": run, "form": ReasonForm(), "is_waiting": run.state == CalibrationState.WAITING}
    if run.lines:
        level_count = published_framework(run.bank.framework_code).level_count
        levels, told = queries.bank_information([line["version"] for line in run.lines], level_count)
        context |= {
            "lines": queries.lines_of_run(run),
            "precision": curve_picture(
                levels.tolist(), told.tolist(), label=_("Informasi bank soal per tingkat"), ticks=range(level_count + 1)
            )
            + curve_table(levels.tolist(), told.tolist(), column=_("Informasi")),
        }
    comparison = queries.comparison_of(run)
    context |= {"comparison": comparison, "picture": _drift_picture(comparison) if comparison else ""}
    context["short"] = queries.short_of_run(run)
    return render(request, "assessment/calibration.html", context)


def _drift_picture(comparison: RunComparison) -> Markup:
    return agreement_picture(
        [
            (line.old_b, CERTAIN * line.old_b_error, line.b, CERTAIN * line.b_error, line.has_drifted)
            for line in comparison.lines
        ],
        label=_("Kesukaran %(n)s butir dulu dan sekarang; %(moved)s bergeser")
        % {"n": len(comparison.lines), "moved": comparison.drifted_count},
        across=_("Kesukaran dulu"),
        upward=_("Kesukaran sekarang"),
    )


@login_required
def calibration_table(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The comparison with the last calibration as a workbook."""
    run = _run(request, public_id)
    comparison = queries.comparison_of(run)
    if comparison is None:
        raise Http404
    header = [
        _("Butir"), _("Kesukaran dulu"), _("Galat baku"), _("Kesukaran sekarang"), _("Galat baku"), _("Beda"), "z",
        _("Daya beda dulu"), _("Galat baku"), _("Daya beda sekarang"), _("Galat baku"), _("Bergeser"), _("Jangkar tidak stabil"),
    ]  # fmt: skip
    yes, no = _("ya"), _("tidak")
    rows = [
        (
            line.item.code, line.old_b, line.old_b_error, line.b, line.b_error, line.difference, line.z, line.old_a,
            line.old_a_error, line.a, line.a_error, yes if line.has_drifted else no, yes if line.is_unstable else no,
        )
        for line in comparison.lines
    ]  # fmt: skip
    notes = [f"{run.bank.name}, {short_date(run.requested_at)}"]
    notes += [f"{link.method}: A = {link.slope:.4f}, B = {link.intercept:.4f}" for link in comparison.links]
    return workbook_reply(f"kalibrasi-{run.bank.code}", Sheet(_("Kalibrasi"), header, rows, notes))


def chosen_bank(request: SignedInRequest) -> tuple[list[ItemBank], ItemBank]:
    """The banks that the account keeps, and the one that the address names (the first by default)."""
    banks = queries.banks_managed_by(request.user)
    if not banks:
        raise Http404
    return banks, next((row for row in banks if row.code == request.GET.get("bank")), banks[0])


@login_required
def watched_items(request: SignedInRequest) -> HttpResponse:
    """The items of a bank whose figures need a look."""
    banks, bank = chosen_bank(request)
    found, known = queries.watched_items(bank)
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    context = {"banks": banks, "bank": bank, "page": page, "known": known}
    return render(request, "assessment/watched_items.html", context)


def _tests_and_chosen(request: SignedInRequest, bank: ItemBank) -> tuple[list[PrecisionOfTest], PrecisionOfTest | None]:
    """The tests of a bank, and the one that the address names (the first by default)."""
    tests = queries.precision_of_tests(bank)
    named = (row for row in tests if row.blueprint.code == request.GET.get("test"))
    return tests, next(named, tests[0] if tests else None)


@login_required
def precision(request: SignedInRequest) -> HttpResponse:
    """How precisely each test of a bank measures, and one of them along the whole scale."""
    banks, bank = chosen_bank(request)
    tests, chosen = _tests_and_chosen(request, bank)
    context = {"banks": banks, "bank": bank, "tests": tests, "chosen": chosen}
    if chosen:
        context |= {
            "adopted": any(cut.is_adopted for cut in chosen.cuts),
            "picture": curve_picture(
                chosen.levels.tolist(),
                chosen.information.tolist(),
                label=_("Informasi %(test)s per tingkat; paling lemah di sekitar tingkat %(n)s")
                % {"test": chosen.blueprint, "n": chosen.weakest.level},
                ticks=range(len(chosen.cuts) + 1),
                marks=[cut.value for cut in chosen.cuts],
            )
            + curve_table(chosen.levels.tolist(), chosen.information.tolist(), column=_("Informasi")),
        }
    return render(request, "assessment/precision.html", context)


@login_required
def precision_table(request: SignedInRequest) -> HttpResponse:
    """The precision of the chosen test, and of all tests of its bank, as a workbook."""
    _banks, bank = chosen_bank(request)
    tests, chosen = _tests_and_chosen(request, bank)
    if chosen is None:
        raise Http404
    return workbook_reply(
        f"ketepatan-{bank.code}-{chosen.blueprint.code}", *queries.precision_sheets(bank, tests, chosen)
    )


@login_required
def progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far a calibration is; the page asks every second and is sent on when it is over."""
    run = _run(request, public_id)
    response = render(request, "assessment/_calibration_progress.html", {"run": run})
    if run.state != CalibrationState.WAITING:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def decide(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Put a calibration to use, or take it back, with a reason."""
    run = _run(request, public_id)
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("step") == "roll_back":
            actions.roll_back_calibration(by=request.user, run=run, reason=reason)
            messages.success(request, _("Parameter sebelumnya dipakai kembali."))
        else:
            actions.publish_calibration(by=request.user, run=run, reason=reason)
            messages.success(
                request, _("Parameter baru dipakai mulai sekarang. Hasil uji yang sudah ada tidak berubah.")
            )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("assessment:calibration", public_id=public_id)
