"""The tree of units: browse it, add to it, rename and close."""

from uuid import UUID

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.design.formats import date
from bina.foundation import clock
from bina.foundation.requests import SignedInRequest
from bina.people import actions, forms, queries
from bina.people.models import OrgUnit
from bina.people.rules import Permission
from bina.people.views.changes import ask_then_do
from bina.people.views.staff import agency_of_request, may_of


@login_required
def tree(request: SignedInRequest) -> HttpResponse:
    """The top of the agency's tree."""
    root = queries.root_unit_of(agency_of_request(request, Permission.SEE_STAFF))
    return redirect("people:unit", public_id=root.public_id)


def _visible_unit(request: SignedInRequest, public_id: UUID) -> OrgUnit:
    unit = queries.unit_visible_to(request.user, public_id)
    if unit is None:
        raise Http404
    return unit


@login_required
def unit(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One unit: where it stands, what is below, who works in it."""
    found = _visible_unit(request, public_id)
    text = request.GET.get("q", "").strip()[:80]
    people = queries.staff_directory(request.user).filter(unit=found).order_by("-position__is_head", "full_name", "id")
    standing = queries.standing_of(request.user)
    return render(
        request,
        "people/unit.html",
        {
            "unit": found,
            "above": queries.ancestors_of(found),
            "below": queries.units_below(found),
            "head": queries.head_of(found),
            "page": Paginator(people, 30).get_page(request.GET.get("page")),
            "may": may_of(request),
            "may_invite": standing.may_in(Permission.INVITE_STAFF, found.path),
            "may_manage": standing.may_in(Permission.MANAGE_STAFF, found.path),
            "text": text,
            "found": queries.find_units(found.agency, text) if text else [],
            "today": clock.today(),
        },
    )


def _trail(unit: OrgUnit, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Unit"), reverse("people:units")),
        (unit.label, reverse("people:unit", args=[unit.public_id])),
        (last, None),
    ]


@login_required
def add_agency(request: SignedInRequest) -> HttpResponse:
    """Open a new agency; for platform administrators."""
    if not queries.standing_of(request.user).may(Permission.MANAGE_PLATFORM):
        raise Http404
    form = forms.AgencyForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Buka instansi baru"), back=reverse("people:staff"),
        trail=[(_("Pegawai"), reverse("people:staff")), (_("Instansi baru"), None)],
        sentence=lambda: _("%(name)s dibuka dengan kode %(code)s. Pengelolanya diberi peran dari halaman orangnya.") % {
            "name": form.cleaned_data["name"], "code": form.cleaned_data["code"]
        },
        act=lambda: actions.create_agency(by=request.user, **form.cleaned_data), done=_("Instansi dibuka."),
    )  # fmt: skip


@login_required
def add(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Add a unit below."""
    parent = _visible_unit(request, public_id)
    form = forms.UnitForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Tambah unit di bawah %(name)s") % {"name": parent.label},
        back=reverse("people:unit", args=[parent.public_id]), trail=_trail(parent, _("Tambah unit")),
        sentence=lambda: _("Unit %(name)s (%(code)s) dibuat di bawah %(parent)s.") % {
            "name": form.cleaned_data["name"], "code": form.cleaned_data["code"], "parent": parent.name
        },
        act=lambda: actions.add_unit(by=request.user, parent=parent, **form.cleaned_data), done=_("Unit ditambahkan."),
    )  # fmt: skip


@login_required
def rename(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give a unit other names."""
    found = _visible_unit(request, public_id)
    form = forms.RenameUnitForm(
        request.POST or None,
        initial={"name": found.name, "short_name": found.short_name, "is_remote": found.is_remote},
    )
    return ask_then_do(
        request, form, title=_("Ubah nama %(name)s") % {"name": found.label},
        back=reverse("people:unit", args=[found.public_id]), trail=_trail(found, _("Ubah nama")),
        sentence=lambda: _("“%(old)s” menjadi “%(new)s”. Pegawai dan riwayatnya tidak berubah.") % {
            "old": found.name, "new": form.cleaned_data["name"]
        },
        act=lambda: actions.rename_unit(by=request.user, unit=found, **form.cleaned_data), done=_("Nama unit diubah."),
    )  # fmt: skip


@login_required
def close(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Close a unit after a day."""
    found = _visible_unit(request, public_id)
    form = forms.CloseUnitForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Tutup %(name)s") % {"name": found.label}, danger=True,
        back=reverse("people:unit", args=[found.public_id]), trail=_trail(found, _("Tutup unit")),
        sentence=lambda: _("%(name)s ditutup setelah %(day)s. Riwayat orang yang pernah bekerja di sini tetap ada.") % {
            "name": found.name, "day": date(form.cleaned_data["on"])
        },
        act=lambda: actions.close_unit(by=request.user, unit=found, **form.cleaned_data), done=_("Unit ditutup."),
    )  # fmt: skip


@login_required
def invite(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Invite everyone of a unit who cannot sign in yet."""
    found = _visible_unit(request, public_id)
    form = django_forms.Form(request.POST if request.method == "POST" else None)
    count = queries.employees_to_invite(found).count()
    return ask_then_do(
        request, form, title=_("Undang pegawai %(name)s") % {"name": found.label},
        back=reverse("people:unit", args=[found.public_id]), trail=_trail(found, _("Undang")),
        note=_("%(count)s orang di unit ini dan di bawahnya punya surel tetapi belum punya akun maupun undangan.")
        % {"count": count},
        sentence=lambda: _("Surat undangan dikirim kepada %(count)s orang. Setiap tautan berlaku %(days)s hari.") % {
            "count": count, "days": actions.INVITATION_DAYS
        },
        act=lambda: actions.request_unit_invitations(by=request.user, unit=found),
        done=_("Undangan sedang dikirim di latar belakang."),
    )  # fmt: skip


@login_required
def reopen(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take back a closing made by mistake."""
    found = _visible_unit(request, public_id)
    form = forms.ReasonForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Buka kembali %(name)s") % {"name": found.label},
        back=reverse("people:unit", args=[found.public_id]), trail=_trail(found, _("Buka kembali")),
        sentence=lambda: _("%(name)s dibuka kembali bersama jabatan-jabatannya.") % {"name": found.name},
        act=lambda: actions.reopen_unit(by=request.user, unit=found, **form.cleaned_data), done=_("Unit dibuka kembali."),
    )  # fmt: skip
