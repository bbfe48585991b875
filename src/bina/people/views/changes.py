"""What HR does with one person: every change is a plain form, a sentence to check, and a confirmation."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.design.formats import date
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.people import actions, forms, queries
from bina.people.models import Agency, Employee, OrgUnit, Position
from bina.people.rules import ROLE_NAMES, Permission, Role
from bina.people.views.staff import visible_person


def ask_then_do(
    request: SignedInRequest,
    form: django_forms.BaseForm,
    *,
    title: str,
    back: str,
    trail: list[tuple[str, str | None]],
    sentence: Callable[[], str],
    act: Callable[[], Any],
    done: str,
    danger: bool = False,
    note: str = "",
) -> HttpResponse:
    """First the form, then one sentence that says what will happen, then the change; a refusal keeps what was typed."""
    preview = ""
    if request.method == "POST" and form.is_valid():
        if request.POST.get("confirmed") == "1":
            try:
                act()
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, done)
                return redirect(back)
        elif request.POST.get("confirmed") != "edit":
            preview = sentence()
    return render(
        request,
        "people/change.html",
        {
            "form": form,
            "title": title,
            "back": back,
            "trail": trail,
            "preview": preview,
            "danger": danger,
            "note": note,
        },
    )


def _trail(person: Employee, last: str) -> list[tuple[str, str | None]]:
    return [
        (_("Pegawai"), reverse("people:staff")),
        (person.full_name, reverse("people:person", args=[person.public_id])),
        (last, None),
    ]


def _page_of(person: Employee) -> str:
    return reverse("people:person", args=[person.public_id])


def _unit_chosen(
    request: SignedInRequest,
    person: Employee,
    title: str,
    *,
    here: bool = True,
    agencies: Sequence[Agency] | None = None,
) -> OrgUnit | HttpResponse:
    """The unit of the post to give: named in the address, else a page on which to find it.

    With ``agencies`` the unit is in one of them, also named in the address; else in the person's own.
    """
    own = person.agency if agencies is None else None
    agency = next((row for row in agencies or () if row.code == request.GET.get("agency")), own)
    wanted = request.GET.get("unit", "")
    if agency and wanted:
        unit = queries.units().select_related("agency").filter(agency=agency, code=wanted).first()
        if unit is not None:
            return unit
    text = request.GET.get("q", "").strip()[:80]
    found = queries.find_units(agency, text) if agency and text else ([person.unit] if here and own else [])
    return render(
        request,
        "people/choose_unit.html",
        {
            "person": person,
            "title": title,
            "trail": _trail(person, title),
            "text": text,
            "found": found,
            "agencies": agencies or [],
            "agency": agency,
        },
    )


def _post(request: SignedInRequest, form: forms.PostForm) -> Position:
    """The post a form names, made when it is new."""
    chosen = form.positions.get(form.cleaned_data.get("position") or "")
    if chosen:
        return chosen
    return actions.ensure_position(
        by=request.user,
        unit=form.unit,
        title=form.cleaned_data["title"],
        job_class=form.cleaned_data["job_class"],
        functional=form.cleaned_data["functional"],
        is_head=form.cleaned_data["is_head"],
    )


@login_required
def change(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Correct a person's data."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    form = forms.ChangeForm(request.POST or None, instance=person)
    before = {name: getattr(person, name) for name in form._meta.fields or []}

    def sentence() -> str:
        labels = [str(form.fields[name].label) for name, value in form.changes.items() if value != before[name]]
        if not labels:
            return _("Tidak ada yang berubah pada data %(name)s.") % {"name": person.full_name}
        return _("Data %(name)s berubah: %(fields)s.") % {"name": person.full_name, "fields": ", ".join(labels)}

    return ask_then_do(
        request, form, title=_("Ubah data %(name)s") % {"name": person.full_name}, back=_page_of(person),
        trail=_trail(person, _("Ubah data")), sentence=sentence, done=_("Data tersimpan."),
        act=lambda: actions.change_employee(
            by=request.user, employee=person, reason=form.cleaned_data["reason"], **form.changes
        ),
    )  # fmt: skip


@login_required
def move(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Move a person to another post of the agency."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    title = _("Pindahkan %(name)s") % {"name": person.full_name}
    unit = _unit_chosen(request, person, title)
    if isinstance(unit, HttpResponse):
        return unit
    form = forms.MoveForm(request.POST or None, unit=unit)
    return ask_then_do(
        request, form, title=title, back=_page_of(person), trail=_trail(person, _("Pindahkan")),
        note=_("Unit tujuan: %(name)s (%(code)s)") % {"name": unit.name, "code": unit.code},
        sentence=lambda: _(
            "%(name)s pindah dari %(old)s di %(old_unit)s ke %(new)s di %(new_unit)s, mulai %(day)s."
        ) % {
            "name": person.full_name, "old": person.position.title, "old_unit": person.unit.label,
            "new": form.post_label, "new_unit": unit.label, "day": date(form.cleaned_data["effective_on"]),
        },
        act=lambda: actions.move_employee(
            by=request.user, employee=person, position=_post(request, form),
            effective_on=form.cleaned_data["effective_on"], reason=form.cleaned_data["reason"],
        ),
        done=_("Perpindahan tersimpan; riwayat jabatan tetap ada."),
    )  # fmt: skip


@login_required
def transfer(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Move a person to another agency; for platform administrators."""
    person = visible_person(request.user, public_id, Permission.MANAGE_PLATFORM)
    title = _("Pindahkan %(name)s ke instansi lain") % {"name": person.full_name}
    agencies = [row for row in queries.agencies() if row.pk != person.agency_id]
    unit = _unit_chosen(request, person, title, agencies=agencies)
    if isinstance(unit, HttpResponse):
        return unit
    form = forms.MoveForm(request.POST or None, unit=unit)
    return ask_then_do(
        request, form, title=title, back=_page_of(person), trail=_trail(person, _("Pindah instansi")),
        note=_("Unit tujuan: %(name)s, %(agency)s") % {"name": unit.name, "agency": unit.agency.name},
        sentence=lambda: _(
            "%(name)s pindah dari %(old)s ke %(new)s di %(unit)s, %(agency)s, mulai %(day)s. Riwayatnya ikut."
        ) % {
            "name": person.full_name, "old": person.agency.name, "new": form.post_label, "unit": unit.label,
            "agency": unit.agency.name, "day": date(form.cleaned_data["effective_on"]),
        },
        act=lambda: actions.transfer_employee(
            by=request.user, employee=person, position=_post(request, form),
            effective_on=form.cleaned_data["effective_on"], reason=form.cleaned_data["reason"],
        ),
        done=_("Perpindahan antarinstansi tersimpan."),
    )  # fmt: skip


@login_required
def leave(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Note that a person has left."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    form = forms.LeaveForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Catat %(name)s keluar") % {"name": person.full_name}, back=_page_of(person), danger=True,
        trail=_trail(person, _("Catat keluar")),
        sentence=lambda: _(
            "%(name)s tercatat keluar setelah %(day)s (%(status)s). Jabatan dan perannya berakhir, akunnya ditutup, "
            "riwayatnya tetap tersimpan."
        ) % {
            "name": person.full_name, "day": date(form.cleaned_data["on"]),
            "status": dict(Employee.LegalStatus.choices)[form.cleaned_data["legal_status"]],
        },
        act=lambda: actions.mark_left(
            by=request.user, employee=person, on=form.cleaned_data["on"],
            legal_status=form.cleaned_data["legal_status"], reason=form.cleaned_data["reason"],
        ),
        done=_("Pegawai tercatat keluar."),
    )  # fmt: skip


@login_required
def come_back(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take a person back who had left."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    title = _("Catat %(name)s kembali") % {"name": person.full_name}
    unit = _unit_chosen(request, person, title)
    if isinstance(unit, HttpResponse):
        return unit
    form = forms.MoveForm(request.POST or None, unit=unit)
    return ask_then_do(
        request, form, title=title, back=_page_of(person), trail=_trail(person, _("Catat kembali")),
        note=_("Unit: %(name)s (%(code)s)") % {"name": unit.name, "code": unit.code},
        sentence=lambda: _("%(name)s kembali bekerja sebagai %(new)s di %(unit)s, mulai %(day)s. Akunnya dibuka lagi.") % {
            "name": person.full_name, "new": form.post_label, "unit": unit.label,
            "day": date(form.cleaned_data["effective_on"]),
        },
        act=lambda: actions.return_employee(
            by=request.user, employee=person, position=_post(request, form), on=form.cleaned_data["effective_on"],
            reason=form.cleaned_data["reason"],
        ),
        done=_("Pegawai tercatat kembali."),
    )  # fmt: skip


@login_required
def acting(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Let a person hold a further post for a time."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    title = _("Tugaskan %(name)s sebagai pejabat sementara") % {"name": person.full_name}
    unit = _unit_chosen(request, person, title, here=False)
    if isinstance(unit, HttpResponse):
        return unit
    form = forms.ActingForm(request.POST or None, unit=unit)
    return ask_then_do(
        request, form, title=title, back=_page_of(person), trail=_trail(person, _("Pejabat sementara")),
        note=_("Unit: %(name)s (%(code)s)") % {"name": unit.name, "code": unit.code},
        sentence=lambda: _("%(name)s menjadi %(kind)s %(post)s di %(unit)s, mulai %(start)s sampai %(end)s.") % {
            "name": person.full_name, "kind": form.cleaned_data["kind"], "post": form.post_label, "unit": unit.label,
            "start": date(form.cleaned_data["valid_from"]),
            "end": date(form.cleaned_data["valid_to"]) if form.cleaned_data["valid_to"] else _("diakhiri"),
        },
        act=lambda: actions.give_acting_post(
            by=request.user, employee=person, position=_post(request, form), kind=form.cleaned_data["kind"],
            valid_from=form.cleaned_data["valid_from"], valid_to=form.cleaned_data["valid_to"],
            reason=form.cleaned_data["reason"],
        ),
        done=_("Penugasan tersimpan."),
    )  # fmt: skip


@login_required
def end_acting(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """End an acting post."""
    assignment = get_object_or_404(queries.acting_posts_visible_to(request.user), public_id=public_id)
    person = assignment.employee
    form = forms.EndForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Akhiri tugas sementara"), back=_page_of(person),
        trail=_trail(person, _("Akhiri tugas sementara")),
        sentence=lambda: _("Tugas %(name)s sebagai %(kind)s %(post)s berakhir setelah %(day)s.") % {
            "name": person.full_name, "kind": assignment.kind, "post": assignment.position.title,
            "day": date(form.cleaned_data["on"]),
        },
        act=lambda: actions.end_acting_post(
            by=request.user, assignment=assignment, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"]
        ),
        done=_("Penugasan diakhiri."),
    )  # fmt: skip


@login_required
def superior(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Name another superior than the tree gives."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    form = forms.SuperiorForm(request.POST or None, agency=person.agency)
    return ask_then_do(
        request, form, title=_("Tetapkan atasan khusus untuk %(name)s") % {"name": person.full_name},
        back=_page_of(person), trail=_trail(person, _("Atasan khusus")),
        sentence=lambda: _("Mulai %(day)s %(name)s menjawab kepada %(superior)s (%(post)s, %(unit)s).") % {
            "day": date(form.cleaned_data["valid_from"]), "name": person.full_name,
            "superior": form.cleaned_data["superior"].full_name,
            "post": form.cleaned_data["superior"].position.title, "unit": form.cleaned_data["superior"].unit.label,
        },
        act=lambda: actions.override_superior(
            by=request.user, employee=person, superior=form.cleaned_data["superior"],
            valid_from=form.cleaned_data["valid_from"], valid_to=form.cleaned_data["valid_to"],
            reason=form.cleaned_data["reason"],
        ),
        done=_("Atasan khusus ditetapkan."),
    )  # fmt: skip


@login_required
def end_superior(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Go back to the superior that the tree gives."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    override = queries.current_override_of(person)
    if override is None:
        return redirect("people:person", public_id=public_id)
    form = forms.EndForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Akhiri atasan khusus"), back=_page_of(person),
        trail=_trail(person, _("Akhiri atasan khusus")),
        sentence=lambda: _("Setelah %(day)s %(name)s kembali menjawab kepada atasan menurut susunan unit.") % {
            "day": date(form.cleaned_data["on"]), "name": person.full_name
        },
        act=lambda: actions.end_superior_override(
            by=request.user, override=override, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"]
        ),
        done=_("Atasan khusus diakhiri."),
    )  # fmt: skip


@login_required
def invite(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Send the link for the first sign-in; without an e-mail address it is shown once, to hand over on paper."""
    person = visible_person(request.user, public_id, Permission.INVITE_STAFF)
    refusal = ""
    if request.method == "POST":
        try:
            invited = actions.invite(by=request.user, employee=person)
        except Refused as error:
            refusal = str(error)
        else:
            if invited.is_mailed:
                messages.success(request, _("Undangan dikirim ke %(email)s.") % {"email": person.email})
                return redirect("people:person", public_id=public_id)
            response = render(request, "people/invited.html", {"person": person, "invited": invited})
            response.headers["Cache-Control"] = "no-store"
            return response
    return render(
        request, "people/invite.html",
        {"person": person, "refusal": refusal, "days": actions.INVITATION_DAYS, "trail": _trail(person, _("Undang"))},
    )  # fmt: skip


@login_required
def reset_access(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Help somebody who lost password, telephone and codes: everything is taken away and a new invitation made."""
    person = visible_person(request.user, public_id, Permission.MANAGE_STAFF)
    form = forms.ReasonForm(request.POST or None)
    sentence = _(
        "Kata sandi, kunci sandi, autentikator, dan semua perangkat %(name)s dihapus. Undangan baru dikirim, dan yang "
        "bersangkutan diberi tahu."
    ) % {"name": person.full_name}
    if request.method == "POST" and form.is_valid() and request.POST.get("confirmed") == "1":
        try:
            invited = actions.reset_access(by=request.user, employee=person, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if invited.is_mailed:
                messages.success(request, _("Undangan dikirim ke %(email)s.") % {"email": person.email})
                return redirect("people:person", public_id=public_id)
            response = render(request, "people/invited.html", {"person": person, "invited": invited})
            response.headers["Cache-Control"] = "no-store"
            return response
    preview = sentence if request.method == "POST" and form.is_valid() else ""
    return render(
        request, "people/change.html",
        {
            "form": form, "title": _("Pulihkan akses %(name)s") % {"name": person.full_name}, "back": _page_of(person),
            "trail": _trail(person, _("Pulihkan akses")), "preview": preview, "danger": True,
            "note": _("Pakai hanya bila yang bersangkutan tidak dapat memulihkan sendiri lewat surel atau kode pemulihan, "
                      "dan Anda sudah memastikan orangnya."),
        },
    )  # fmt: skip


@login_required
def grant(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give a person a role on a subtree."""
    person = visible_person(request.user, public_id, Permission.GRANT_ROLES)
    standing = queries.standing_of(request.user)
    form = forms.RoleForm(
        request.POST or None, agency=person.agency, with_platform_role=standing.is_platform_admin,
        initial={"unit_code": person.unit.code},
    )  # fmt: skip

    def act() -> None:
        actions.grant_role(
            by=request.user, user=actions.create_account(employee=person, by=request.user),
            role=form.cleaned_data["role"], unit=form.cleaned_data["unit"], valid_from=form.cleaned_data["valid_from"],
            valid_to=form.cleaned_data["valid_to"], reason=form.cleaned_data["reason"],
        )  # fmt: skip

    def sentence() -> str:
        unit = form.cleaned_data["unit"]
        return _("%(name)s menjadi %(role)s di %(unit)s dan semua unit di bawahnya, mulai %(start)s sampai %(end)s.") % {
            "name": person.full_name, "role": ROLE_NAMES[Role(form.cleaned_data["role"])],
            "unit": unit.name if unit else _("seluruh platform"), "start": date(form.cleaned_data["valid_from"]),
            "end": date(form.cleaned_data["valid_to"]) if form.cleaned_data["valid_to"] else _("dicabut"),
        }  # fmt: skip

    return ask_then_do(
        request, form, title=_("Beri peran kepada %(name)s") % {"name": person.full_name}, back=_page_of(person),
        trail=_trail(person, _("Beri peran")), sentence=sentence, act=act, done=_("Peran diberikan."),
    )  # fmt: skip


@login_required
def revoke(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take a role back."""
    held = get_object_or_404(queries.role_grants_visible_to(request.user), public_id=public_id)
    back = _page_of(held.user.employee) if held.user.employee else reverse("people:roles")
    form = forms.ReasonForm(request.POST or None)
    return ask_then_do(
        request, form, title=_("Cabut peran %(role)s") % {"role": held.get_role_display()}, back=back, danger=True,
        trail=[(_("Peran"), reverse("people:roles")), (_("Cabut"), None)],
        sentence=lambda: _("%(name)s tidak lagi menjadi %(role)s di %(unit)s, berlaku sekarang juga.") % {
            "name": held.user.display_name, "role": held.get_role_display(),
            "unit": held.unit.name if held.unit else _("seluruh platform"),
        },
        act=lambda: actions.revoke_role(by=request.user, grant=held, reason=form.cleaned_data["reason"]),
        done=_("Peran dicabut."),
    )  # fmt: skip


@login_required
def add(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Put a new person on file in a unit."""
    unit = get_object_or_404(
        queries.units_visible_to(request.user, Permission.MANAGE_STAFF).select_related("agency"), public_id=public_id
    )
    form = forms.AddForm(request.POST or None, unit=unit)

    def act() -> None:
        typed = form.cleaned_data
        actions.add_employee(
            by=request.user, position=_post(request, form), full_name=typed["full_name"],
            employment_type=typed["employment_type"], employee_number=typed["employee_number"], sex=typed["sex"],
            starts_on=typed["starts_on"], grade=typed["grade"], education=typed["education"], email=typed["email"],
        )  # fmt: skip

    return ask_then_do(
        request, form, title=_("Tambah pegawai"), back=reverse("people:unit", args=[unit.public_id]),
        trail=[
            (_("Pegawai"), reverse("people:staff")), (unit.label, reverse("people:unit", args=[unit.public_id])),
            (_("Tambah pegawai"), None),
        ],
        sentence=lambda: _("%(name)s dicatat sebagai %(post)s di %(unit)s, mulai %(day)s.") % {
            "name": form.cleaned_data["full_name"], "post": form.post_label, "unit": unit.name,
            "day": date(form.cleaned_data["starts_on"]),
        },
        act=act, done=_("Pegawai ditambahkan."),
    )  # fmt: skip
