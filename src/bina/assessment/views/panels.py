"""Standard setting as its organiser sees it: the panels, one of them with its people and results, and its steps."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.panels import PanelForm
from bina.assessment.forms.reasons import ReasonForm
from bina.assessment.models import StandardPanel
from bina.assessment.rules import PanelMethod, PanelState
from bina.assessment.views.calibration import chosen_bank
from bina.assessment.views.steps import Step, said, take_step
from bina.competencies.queries import published_framework, recomputing_of
from bina.design.pictures import dots_picture
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet
from bina.journal.queries import history_of

MOST_NAMES = 100


@login_required
def panels(request: SignedInRequest) -> HttpResponse:
    """Every panel on the banks that the account keeps, and the cuts in force."""
    banks, bank = chosen_bank(request)
    context = {
        "banks": banks,
        "bank": bank,
        "panels": list(queries.panels_with_counts(request.user).filter(bank=bank)[:100]),
        "cuts": queries.cuts_in_force(bank),
    }
    return render(request, "assessment/panels.html", context)


@login_required
def new_panel(request: SignedInRequest) -> HttpResponse:
    """Prepare a panel: what it is about, how it judges, for which levels."""
    banks, bank = chosen_bank(request)
    sent = request.POST.get("bank", "")
    bank = next((row for row in banks if row.code == sent), bank)
    scopes = {str(row.public_id): row for row in queries.scopes_of(bank)}
    options: dict[str, Any] = {
        "scopes": [(key, f"{row.code} {row}") for key, row in scopes.items()],
        "level_count": published_framework(bank.framework_code).level_count,
    }
    form = PanelForm(request.POST or None, **options)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            panel = actions.create_panel(
                by=request.user, bank=bank, title=data["title"], method=data["method"], levels=data["levels"],
                item_count=data["item_count"], competency=scopes.get(data["scope"]),
            )  # fmt: skip
            return redirect("assessment:panel", public_id=panel.public_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "assessment/panel_new.html", {"form": form, "bank": bank})


def _panel(request: SignedInRequest, public_id: UUID) -> StandardPanel:
    found = queries.panel_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def panel(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One panel: its people, what was judged, the cuts that follow, and the next step."""
    found = _panel(request, public_id)
    return _page(request, found)


def _page(request: SignedInRequest, found: StandardPanel, names: str = "") -> HttpResponse:
    result = queries.panel_result(found)
    level_count = published_framework(found.bank.framework_code).level_count
    context = {
        "panel": found,
        "people": list(queries.panelists_of(found)),
        "round": queries.current_round(found),
        "result": result,
        "pictures": _pictures(result.rounds, level_count),
        "items": _items(found, result.final) if result.final else [],
        "history": list(history_of("panel", found.public_id)[:30]),
        "cuts": queries.cuts_of_panel(found),
        "progress": recomputing_of(found.public_id),
        "awaited": len(queries.seats_awaited(found)),
        "today": clock.today(),
        "concerned": queries.people_concerned(found) if found.state == PanelState.CLOSED else 0,
        "reason_form": ReasonForm(),
        "names": names,
        "is_angoff": found.method == PanelMethod.ANGOFF,
    }
    return render(request, "assessment/panel.html", context)


def _pictures(rounds: dict[int, tuple[queries.LevelRound, ...]], level_count: int) -> dict[tuple[int, int], str]:
    return {
        (number, each.level): dots_picture(
            each.judge_cuts,
            low=-0.5,
            high=level_count + 1.0,
            label=_("Batas tingkat %(level)s menurut %(n)s panelis, putaran %(round)s")
            % {"level": each.level, "n": each.judges, "round": number},
            ticks=range(level_count + 1),
            mark=each.cut,
        )
        for number, levels in rounds.items()
        for each in levels
    }


def _items(found: StandardPanel, final: tuple[queries.LevelRound, ...]) -> list[dict[str, Any]]:
    """Each item of the booklet with the mean and the ends of what the panel said, level by level (Angoff)."""
    return [
        {
            "version": version,
            "place": place + 1,
            "b": found.booklet[place]["b"],
            "said": [
                (sum(each.items[place]) / len(each.items[place]), min(each.items[place]), max(each.items[place]))
                for each in final
                if each.items
            ],
        }
        for place, version in enumerate(queries.booklet_versions(found))
    ]


@login_required
def progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far the levels are that follow an adoption or a withdrawal: a fragment that asks for itself until it is over."""
    found = recomputing_of(_panel(request, public_id).public_id)
    if found is None:
        raise Http404
    response = render(request, "assessment/_panel_progress.html", {"progress": found, "panel_id": public_id})
    if found.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def invite(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Invite people by employee number or e-mail address, one to a line; what fits nobody stays in the form."""
    found = _panel(request, public_id)
    typed = [line.strip() for line in request.POST.get("names", "").replace(",", "\n").splitlines() if line.strip()]
    people, unknown = queries.invitable_people(request.user, found.bank, typed[:MOST_NAMES])
    try:
        new = actions.invite_panelists(by=request.user, panel=found, people=people)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("assessment:panel", public_id=public_id)
    if new:
        messages.success(
            request, ngettext("%(n)s panelis ditambahkan.", "%(n)s panelis ditambahkan.", new) % {"n": new}
        )
    left = unknown + typed[MOST_NAMES:]
    if left:
        messages.warning(
            request,
            _("Tidak ditemukan di antara pegawai yang dapat diundang: %(names)s. Periksa NIP atau surelnya.")
            % {"names": ", ".join(left[:10])},
        )
        return _page(request, found, "\n".join(left))
    if not typed:
        messages.warning(request, _("Tuliskan NIP atau surel sedikitnya satu orang."))
    elif not new:
        messages.info(request, _("Mereka sudah menjadi panelis."))
    return redirect("assessment:panel", public_id=public_id)


@login_required
@require_POST
def remove(request: SignedInRequest, public_id: UUID, seat_id: UUID) -> HttpResponse:
    """Take somebody out of a panel."""
    found = _panel(request, public_id)
    seat = queries.panelists_of(found).filter(public_id=seat_id).first()
    if seat is not None:
        said(request, lambda: actions.remove_panelist(by=request.user, panelist=seat), _("Panelis dikeluarkan."))
    return redirect("assessment:panel", public_id=public_id)


@login_required
@require_POST
def step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The next step of a panel: begin, end a round, judge again, adopt, take back, give up."""
    found = _panel(request, public_id)
    reason = request.POST.get("reason", "")
    steps = {
        "open": Step(partial(actions.open_panel, panel=found), _("Putaran 1 dimulai dan para panelis diberi tahu.")),
        "end_1": Step(
            partial(actions.end_round, panel=found, number=1),
            _("Putaran 1 diakhiri. Panelis kini melihat sebarannya tanpa nama."),
        ),
        "second": Step(
            partial(actions.begin_second_round, panel=found), _("Putaran 2 dimulai dari penilaian putaran 1.")
        ),
        "end_2": Step(
            partial(actions.end_round, panel=found, number=2), _("Putaran 2 diakhiri. Batasnya siap ditetapkan.")
        ),
        "remind": Step(partial(actions.remind_panel, panel=found), _("Panelis yang belum mengirim diingatkan.")),
        "adopt": Step(
            partial(actions.adopt_cuts, panel=found, reason=reason),
            _("Batas ditetapkan mulai hari ini. Tingkat orang yang terukur dihitung ulang."),
        ),
        "withdraw": Step(
            partial(actions.withdraw_cuts, panel=found, reason=reason),
            _("Batas ditarik; yang berlaku sebelumnya dipakai lagi dan tingkat dihitung ulang."),
        ),
        "cancel": Step(partial(actions.cancel_panel, panel=found, reason=reason), _("Panel dibatalkan.")),
    }
    return take_step(request, steps, reverse("assessment:panel", args=[public_id]))


@login_required
def report(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What the panel said about each item, and the cuts, as a workbook without names."""
    found = _panel(request, public_id)
    result = queries.panel_result(found)
    if not result.rounds:
        raise Http404
    header = [_("Urutan"), _("Butir"), _("Tingkat butir"), _("Kesukaran")]
    for number, levels in result.rounds.items():
        for each in levels:
            name = _("Putaran %(n)s, tingkat %(k)s") % {"n": number, "k": each.level}
            header += [f"{name}: {_('rerata')} %", f"{name}: {_('terendah')} %", f"{name}: {_('tertinggi')} %"]
    rows = []
    for place, version in enumerate(queries.booklet_versions(found)):
        row: list[Any] = [place + 1, version.item.code, version.item.level, round(found.booklet[place]["b"], 3)]
        for levels in result.rounds.values():
            for each in levels:
                said = each.items[place] if each.items else ()
                row += [round(sum(said) / len(said), 1), min(said), max(said)] if said else [None, None, None]
        rows.append(row)
    notes = [f"{found.title} · {found.method_name} · {found.state_name}"]
    for number, levels in result.rounds.items():
        notes += [
            _("Putaran %(n)s, tingkat %(k)s: batas %(cut).2f, galat baku %(error).2f, %(judges)s panelis")
            % {"n": number, "k": each.level, "cut": each.cut, "error": each.standard_error or 0, "judges": each.judges}
            for each in levels
            if each.cut is not None
        ]
    return workbook_reply(f"panel-{found.title}", Sheet(_("Penetapan batas"), header, rows, notes))
