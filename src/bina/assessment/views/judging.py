"""Standard setting as a panelist sees it: the promise, the items one by one, the others' judgements, sending."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.models import ItemVersion, Panelist
from bina.assessment.rules import PanelMethod, right_answer, round_of
from bina.assessment.views.steps import said
from bina.competencies.queries import descriptors_of, published_framework
from bina.design.pictures import dots_picture
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest


def _seat(request: SignedInRequest, public_id: UUID) -> Panelist:
    found = queries.panelist_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _frame(seat: Panelist) -> dict[str, Any]:
    """What every page of a panelist shows: the panel, the round, what is judged already."""
    panel, running = seat.panel, round_of(seat.panel.state)
    number = queries.current_round(panel)
    given = queries.judgements_of(seat, number)
    asked = queries.places_to_judge(panel)
    open_places = [place for place in asked if len(given.get(place, {})) < len(panel.levels)]
    return {
        "seat": seat,
        "panel": panel,
        "round": number,
        "is_angoff": panel.method == PanelMethod.ANGOFF,
        "may_judge": running is not None and seat.agreed_at is not None and not seat.has_sent(running),
        "has_sent": seat.has_sent(number),
        "given": given,
        "judged_count": len(asked) - len(open_places),
        "next_place": open_places[0] if open_places else 1,
        "asked_count": len(asked),
    }


@login_required
def judging(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The panelist's place: first the promise, then the booklet with what is judged, then what everybody said."""
    seat = _seat(request, public_id)
    context = _frame(seat)
    if seat.agreed_at is not None:
        result = queries.panel_result(seat.panel)
        level_count = published_framework(seat.panel.bank.framework_code).level_count
        context |= {
            "versions": queries.booklet_versions(seat.panel) if queries.is_at_work(seat.panel) else [],
            "found": result.final,
            "descriptors": _descriptors(seat),
            "pictures": {
                each.level: dots_picture(
                    each.judge_cuts, low=-0.5, high=level_count + 1.0, ticks=range(level_count + 1), mark=each.cut,
                    label=_("Batas tingkat %(level)s menurut %(n)s panelis") % {"level": each.level, "n": each.judges},
                )
                for each in result.final
            },
        }  # fmt: skip
    return render(request, "assessment/judging.html", context)


def _descriptors(seat: Panelist) -> list[tuple[int, str]]:
    """What the levels in question look like, where the panel is about one competency."""
    competency = seat.panel.competency
    if competency is None or competency.parent_id is None:
        return []
    return [(row.number, str(row)) for row in descriptors_of(competency) if row.number in seat.panel.levels]


@login_required
@require_POST
def agree(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The promise to keep the items secret."""
    seat = _seat(request, public_id)
    if request.POST.get("agree"):
        actions.agree_to_secrecy(by=request.user, panelist=seat)
    else:
        messages.warning(request, _("Centang persetujuannya untuk melanjutkan."))
    return redirect("assessment:judging", public_id=public_id)


def _numbers(request: SignedInRequest, seat: Panelist) -> dict[int, int]:
    """What was typed for each level, leaving out what is no number."""
    typed = {level: request.POST.get(f"level-{level}", "").strip() for level in seat.panel.levels}
    return {level: int(text) for level, text in typed.items() if text.isascii() and text.isdigit() and len(text) < 5}


@login_required
def item(request: SignedInRequest, public_id: UUID, place: int) -> HttpResponse:
    """One item with its key; sending keeps the judgement and goes on to the next."""
    seat = _seat(request, public_id)
    panel = seat.panel
    # Once a panel is over nobody needs its items any more, so they are secret again.
    if seat.agreed_at is None or not queries.is_at_work(panel) or not 1 <= place <= len(panel.booklet):
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            actions.judge(by=request.user, panelist=seat, place=place, values=_numbers(request, seat))
        except Refused as refusal:
            problem = str(refusal)
        else:
            if place == len(panel.booklet) or request.POST.get("go") == "list":
                return redirect("assessment:judging", public_id=public_id)
            return redirect("assessment:judge_item", public_id=public_id, place=place + 1)
    version = queries.booklet_versions(panel)[place - 1]
    frame = _frame(seat)
    context = frame | {
        "place": place,
        "version": version,
        "view": version.shown(str(panel.public_id)),
        "answer": right_answer(version.item.kind, version.payload),
        "key": version.explained(right_answer(version.item.kind, version.payload)),
        "values": _shown_values(request, seat, place, frame["given"]),
        "problem": problem,
        "round_one": {},
        "real_share": None,
    }
    if frame["round"] == 2 and frame["is_angoff"]:
        context |= _said_before(seat, place, version)
    return render(request, "assessment/judging_item.html", context, status=422 if problem else 200)


def _shown_values(
    request: SignedInRequest, seat: Panelist, place: int, given: dict[int, dict[int, int]]
) -> dict[int, str]:
    """What the fields hold: as it was typed, else as it is kept."""
    kept = given.get(place, {})
    return {level: request.POST.get(f"level-{level}", str(kept.get(level, ""))) for level in seat.panel.levels}


def _said_before(seat: Panelist, place: int, version: ItemVersion) -> dict[str, Any]:
    """What everybody said of an item in the first round, without names, and how people really answered it."""
    first = queries.panel_result(seat.panel).rounds.get(1, ())
    said = {each.level: each.items[place - 1] for each in first if each.items}
    card = queries.item_card(version)
    return {
        "own": queries.judgements_of(seat, 1).get(place, {}),
        "round_one": said,
        "pictures": {
            level: dots_picture(
                values, low=0, high=100, ticks=(0, 25, 50, 75, 100),
                label=_("Penilaian %(n)s panelis di putaran 1: %(low)s sampai %(high)s persen")
                % {"n": len(values), "low": min(values), "high": max(values)},
            )
            for level, values in said.items()
        },
        "real_share": card.share if card else None,
    }  # fmt: skip


@login_required
@require_POST
def mark(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Keep the bookmarks of a booklet."""
    seat = _seat(request, public_id)
    values = _numbers(request, seat)
    change = partial(actions.judge, by=request.user, panelist=seat, place=0, values=values)
    said(request, change, _("Penanda tersimpan. Kirim bila sudah yakin."))
    return redirect("assessment:judging", public_id=public_id)


@login_required
@require_POST
def send(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Make the judgements of the round final."""
    seat = _seat(request, public_id)
    change = partial(actions.send_judgements, by=request.user, panelist=seat)
    said(request, change, _("Penilaian Anda terkirim. Terima kasih."))
    return redirect("assessment:judging", public_id=public_id)
