"""The people of a formal assessment for its organiser: inviting, the list as a table, one person with log and decisions."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.participants import DecisionForm, GrantForm, InviteNumbersForm, InviteUnitForm
from bina.assessment.views.windows import office_moment, organised
from bina.design.formats import moment
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet

SHOWN_NUMBERS = 20


@login_required
def invite(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Invite a unit, those of one job class in it, or a list of NIP; what was typed stays when something is wrong."""
    window = organised(request, public_id)
    by_unit, by_numbers = "unit" in request.POST, "numbers" in request.POST
    units = queries.units_to_invite(request.user, window)[:500]
    unit_form = InviteUnitForm(
        request.POST if by_unit else None, units=units, job_classes=queries.job_classes_of(window)
    )
    number_form = InviteNumbersForm(request.POST if by_numbers else None)
    form = unit_form if by_unit else number_form
    if request.method == "POST" and form.is_valid():
        try:
            if by_unit:
                typed = unit_form.cleaned_data
                result = actions.invite_unit(
                    by=request.user, window=window, unit=unit_form.units[typed["unit"]], job_class=typed["job_class"]
                )
            else:
                text = number_form.cleaned_data["numbers"]
                result = actions.invite_numbers(by=request.user, window=window, text=text)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say(request, result)
            if not result.unknown:
                return redirect("assessment:window", public_id=public_id)
            number_form = InviteNumbersForm({"numbers": "\n".join(result.unknown)})
            number_form.add_error("numbers", _unknown(result))
    context = {"window": window, "unit_form": unit_form, "number_form": number_form}
    return render(request, "assessment/invite_participants.html", context)


def _say(request: SignedInRequest, result: actions.Invitation) -> None:
    words = ngettext("%(n)s orang diundang.", "%(n)s orang diundang.", result.added) % {"n": result.added}
    if result.already:
        words += " " + _("%(n)s orang sudah diundang sebelumnya.") % {"n": result.already}
    messages.success(request, words) if result.added else messages.warning(request, words)


def _unknown(result: actions.Invitation) -> str:
    return ngettext(
        "%(n)s NIP berikut tidak dikenal di unit ini atau orangnya tidak aktif. Perbaiki, lalu undang lagi.",
        "%(n)s NIP berikut tidak dikenal di unit ini atau orangnya tidak aktif. Perbaiki, lalu undang lagi.",
        len(result.unknown),
    ) % {"n": len(result.unknown)}


@login_required
def export_participants(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Everybody invited as a table: state, times, average level, hints and decisions; never answers."""
    window = organised(request, public_id)
    zone = window.agency.time_zone
    header = [
        _("NIP"), _("Nama"), _("Unit"), _("Jabatan"), _("Ruang"), _("Keadaan"), _("Mulai"), _("Selesai"),
        _("Rata-rata tingkat"), _("Petunjuk"), _("Keputusan"),
    ]  # fmt: skip
    rows = [
        [
            row.employee.employee_number, row.employee.display_name, row.employee.unit.name, row.employee.position.title,
            row.room.name if row.room else None, row.state_name,
            moment(row.session.started_at, zone) if row.session else None,
            moment(row.session.finished_at, zone) if row.session and row.session.finished_at else None,
            round(level, 2) if (level := getattr(row, "level", None)) is not None else None,
            "; ".join(dict.fromkeys(hint.kind_name for hint in row.session.hints.all())) if row.session else None,
            "; ".join(f"{one.kind_name}: {one.reason}" for one in row.session.decisions.all()) if row.session else None,
        ]
        for row in queries.participants_of(window)
    ]  # fmt: skip
    notes = [_("Petunjuk tidak membuktikan apa pun; keputusan diambil manusia sesudah memeriksanya.")]
    return workbook_reply("peserta-asesmen", Sheet(_("Peserta"), header, rows, notes))


@login_required
def participant(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One person: attempts with times, levels, log and hints, and what a human may decide."""
    found = queries.participant_organised_by(request.user, public_id)
    if found is None:
        raise Http404
    zone = found.window.agency.time_zone
    context = {
        "participant": found,
        "window": found.window,
        "zone": zone,
        "files": queries.attempt_files(found),
        "rooms": list(queries.rooms_of(found.window)),
        "has_chance": queries.has_chance(found),
        "is_own": found.employee_id == request.user.employee_id,
        "decision_form": DecisionForm(),
        "grant_form": GrantForm(zone=zone, initial={"until": office_moment(zone, days=7, hour=16)}),
    }
    return render(request, "assessment/participant.html", context)


@login_required
@require_POST
def step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Decide about an attempt, give another chance, change the room, or take the invitation back."""
    found = queries.participant_organised_by(request.user, public_id)
    if found is None:
        raise Http404
    wanted, reason = request.POST.get("step"), request.POST.get("reason", "")
    try:
        if wanted in ("invalidate", "clear"):
            sent = request.POST.get("session", "")
            session = next((row for row in queries.attempts_in_window(found) if str(row.public_id) == sent), None)
            if session is None:
                raise Http404
            if wanted == "invalidate":
                actions.invalidate_attempt(by=request.user, session=session, reason=reason)
                messages.success(
                    request, _("Hasil dinyatakan tidak sah dan buktinya ditarik. Peserta diberi tahu alasannya.")
                )
            else:
                actions.clear_hints(by=request.user, session=session, reason=reason)
                messages.success(request, _("Tercatat: petunjuk sudah diperiksa dan hasil tetap berlaku."))
        elif wanted == "grant":
            form = GrantForm(request.POST, zone=found.window.agency.time_zone)
            if not form.is_valid():
                raise Refused(_("Isi sampai kapan kesempatan ini berlaku dan alasannya."))
            actions.grant_attempt(by=request.user, participant=found, **form.cleaned_data)
            messages.success(request, _("Kesempatan diberikan dan peserta diberi tahu."))
        elif wanted == "seat":
            rooms = {str(room.public_id): room for room in queries.rooms_of(found.window)}
            actions.seat_participant(by=request.user, participant=found, room=rooms.get(request.POST.get("room", "")))
            messages.success(request, _("Ruang tersimpan."))
        elif wanted == "withdraw":
            actions.withdraw_invitation(by=request.user, participant=found)
            messages.success(request, _("Undangan ditarik."))
            return redirect("assessment:window", public_id=found.window.public_id)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("assessment:participant", public_id=public_id)
