"""Pages of those who look after tools: registering them, what they may know, how they do, and the keys of the platform."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.ids import new_public_id
from bina.foundation.requests import SignedInRequest
from bina.integrations.lti import actions, queries
from bina.integrations.lti.forms import InvitationForm, ToolForm

if TYPE_CHECKING:
    from bina.integrations.lti.models import Tool

TONES = {"on": "good", "off": "plain", "waiting": "wait"}
STARTING_WITH = {"uses_grades": True, "uses_picking": True}


def _tool(request: SignedInRequest, public_id: UUID) -> "Tool":
    found = queries.tool_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _own_tool(request: SignedInRequest, public_id: UUID) -> "Tool":
    found = _tool(request, public_id)
    if not queries.may_change(request.user, found):
        raise Http404
    return found


def _require_manager(request: SignedInRequest) -> None:
    if not queries.agencies_for_tools(request.user).exists() and not queries.may_register_for_everyone(request.user):
        raise Http404


@login_required
@require_safe
def tools(request: SignedInRequest) -> HttpResponse:
    """The registered tools, and what the other side has to enter about this platform."""
    _require_manager(request)
    is_keeper = queries.may_register_for_everyone(request.user)
    context = {
        "tools": list(queries.tools_visible_to(request.user)[:200]),
        "tones": TONES,
        "addresses": queries.platform_addresses(),
        "is_keeper": is_keeper,
        "keys": queries.published_keys() if is_keeper else [],
    }
    return render(request, "lti/tools.html", context)


@login_required
def add_tool(request: SignedInRequest) -> HttpResponse:
    """Register a tool."""
    _require_manager(request)
    form = ToolForm(request.POST or None, user=request.user, initial=STARTING_WITH | {"born": new_public_id()})
    if request.method == "POST" and form.is_valid():
        try:
            tool = actions.register_tool(
                by=request.user, agency=form.chosen_agency, words=form.words(), public_id=form.cleaned_data["born"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Alat terdaftar. Salin alamat di bawah ke sisi alat, lalu periksa sambungannya.")
            )
            return redirect("lti:tool", tool.public_id)
    return _form_page(request, form, None)


@login_required
def invite_tool(request: SignedInRequest) -> HttpResponse:
    """Invite a tool to register itself: the way there, in a tab of its own."""
    _require_manager(request)
    form = InvitationForm(request.POST or None, user=request.user)
    invitation = ""
    if request.method == "POST" and form.is_valid():
        try:
            invitation = actions.invite_tool(
                by=request.user, agency=form.chosen_agency, address=form.cleaned_data["address"]
            )
        except Refused as refusal:
            form.add_error("address", str(refusal))
    status = 422 if form.errors else 200
    return render(request, "lti/invite.html", {"form": form, "invitation": invitation}, status=status)


@login_required
def change_tool(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change what is registered of a tool."""
    tool = _own_tool(request, public_id)
    form = ToolForm(request.POST or None, user=request.user, tool=tool, initial=ToolForm.initial_of(tool))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_tool(by=request.user, tool=tool, words=form.words())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Pendaftaran alat disimpan."))
            return redirect("lti:tool", public_id)
    return _form_page(request, form, tool)


def _form_page(request: SignedInRequest, form: ToolForm, tool: "Tool | None") -> HttpResponse:
    context = {"form": form, "tool": tool, "addresses": queries.platform_addresses()}
    return render(request, "lti/tool_form.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def tool(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One tool: its state, its names and addresses, what it may know, who opened it, and what went wrong, in words."""
    found = _tool(request, public_id)
    may_change = queries.may_change(request.user, found)
    notes = list(queries.notes_of(found)[:20]) if may_change else []
    context: dict[str, Any] = {
        "tool": found,
        "tones": TONES,
        "addresses": queries.platform_addresses(),
        "may_change": may_change,
        "sharing": queries.sharing_of(request.user, found),
        "launches": list(queries.latest_launches(request.user, found)[:15]),
        "notes": notes,
        "unanswered": queries.unanswered_count(found),
        "zone": request.user.employee.agency.time_zone if request.user.employee else "WIB",
    }
    return render(request, "lti/tool.html", context)


@login_required
@require_POST
def change_state(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Switch a tool on or off, or let it go."""
    found = _own_tool(request, public_id)
    wanted, reason = request.POST.get("state"), request.POST.get("reason", "")
    if wanted == "on":
        actions.switch_tool_on(by=request.user, tool=found)
        messages.success(request, _("Alat menyala. Peserta dapat membukanya lagi."))
    elif wanted == "off":
        actions.switch_tool_off(by=request.user, tool=found, reason=reason)
        messages.success(request, _("Alat dimatikan. Peserta melihat penjelasan; kemajuan mereka tetap tersimpan."))
    elif wanted == "removed":
        actions.remove_tool(by=request.user, tool=found, reason=reason)
        messages.success(request, _("Alat dihapus. Nilai yang pernah dikirimnya tetap tersimpan."))
        return redirect("lti:tools")
    return redirect("lti:tool", public_id)


@login_required
@require_POST
def check_connection(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask the tool whether it is there; what it answered stands in the notes."""
    for finding in actions.check_connection(by=request.user, tool=_own_tool(request, public_id)):
        (messages.warning if finding.is_fault else messages.success)(request, finding.sentence)
    return redirect("lti:tool", public_id)


@login_required
@require_POST
def set_sharing(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Say what a tool may know about the people of an agency."""
    found = _tool(request, public_id)
    wanted = queries.agencies_for_tools(request.user).filter(code=request.POST.get("agency", ""))
    agency = get_object_or_404(wanted)
    actions.set_sharing(
        by=request.user,
        tool=found,
        agency=agency,
        shares_name="name" in request.POST,
        shares_email="email" in request.POST,
    )
    messages.success(request, _("Disimpan. Berlaku mulai pembukaan berikutnya."))
    return redirect("lti:tool", public_id)


@login_required
@require_POST
def rotate_key(request: SignedInRequest) -> HttpResponse:
    """Sign with a new key from now on."""
    actions.rotate_key(by=request.user)
    messages.success(request, _("Kunci baru dipakai mulai sekarang. Kunci lama tetap diumumkan selama tujuh hari."))
    return redirect("lti:tools")
