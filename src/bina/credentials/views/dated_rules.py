"""How hours are counted here, what is asked, and in whose name certificates are issued; and setting all of it by date."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bina.credentials import actions, queries
from bina.credentials.forms import HourRequirementForm, HourRuleForm, IssuerForm
from bina.credentials.rules import certificate_number
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.people.models import Agency


@login_required
def hour_rules(request: SignedInRequest) -> HttpResponse:
    """How every form of development becomes hours here, with its legal basis and how sure we are of it."""
    agency_id = request.user.employee.agency_id if request.user.employee else None
    requirements = queries.requirement_list(agency_id)
    names, asked = queries.employment_names(), {row.employment_type for row in requirements}
    context = {
        "rules": queries.rules_in_force(agency_id),
        "requirements": requirements,
        "employment_names": names,
        "without_requirement": [(code, name) for code, name in names.items() if code not in asked],
        "may_set": bool(queries.rule_owners(request.user)),
        "may_set_issuer": queries.agencies_to_issue_for(request.user).exists(),
    }
    return render(request, "credentials/hour_rules.html", context)


def _owners(request: SignedInRequest) -> "list[Agency | None]":
    owners = queries.rule_owners(request.user)
    if not owners:
        raise Http404
    return owners


@login_required
def set_hour_rule(request: SignedInRequest, code: str) -> HttpResponse:
    """Set how one form counts from a day on, for the own agency or for everybody; with everything it ever counted by."""
    owners = _owners(request)
    own = next((agency for agency in owners if agency), None)
    rule = queries.rule_in_force(code, own.pk if own else None)
    if rule is None:
        raise Http404
    form = HourRuleForm(request.POST or None, owners=owners, rule=rule)
    if request.method == "POST" and form.is_valid():
        owner, given = form.taken_apart(owners)
        try:
            row = actions.set_hour_rule(by=request.user, agency=owner, form_code=code, **given)
        except Refused as refusal:
            form.add_error("valid_from", str(refusal))
        else:
            kept = queries.rows_counted_since(code, owner, row.valid_from)
            text = _("Aturan disimpan.")
            if kept:
                text += " " + ngettext(
                    "%(n)s catatan JP sejak tanggal itu tetap dihitung menurut aturan lamanya.",
                    "%(n)s catatan JP sejak tanggal itu tetap dihitung menurut aturan lamanya.",
                    kept,
                ) % {"n": kept}
            messages.success(request, text)
            return redirect("credentials:set_hour_rule", code=code)
    context = {
        "rule": rule,
        "rules": list(queries.rule_history(code, own.pk if own else None)),
        "form": form,
        "today": clock.today(),
    }
    return render(request, "credentials/set_hour_rule.html", context)


@login_required
def set_requirement(request: SignedInRequest, code: str) -> HttpResponse:
    """Set what is asked of one kind of employment from a day on."""
    owners = _owners(request)
    name = queries.employment_names().get(code)
    if name is None:
        raise Http404
    own = next((agency for agency in owners if agency), None)
    rows = list(queries.requirement_history(code, own.pk if own else None))
    current = next(
        (row for row in queries.requirement_list(own.pk if own else None) if row.employment_type == code), None
    )
    form = HourRequirementForm(request.POST or None, owners=owners, requirement=current)
    if request.method == "POST" and form.is_valid():
        owner, given = form.taken_apart(owners)
        try:
            actions.set_hour_requirement(by=request.user, agency=owner, employment_type=code, **given)
        except Refused as refusal:
            form.add_error("valid_from", str(refusal))
        else:
            messages.success(request, _("Kewajiban disimpan. JP yang sudah tercatat tidak berubah."))
            return redirect("credentials:set_requirement", code=code)
    context = {"name": name, "rows": rows, "form": form, "today": clock.today()}
    return render(request, "credentials/set_requirement.html", context)


@login_required
def issuer(request: SignedInRequest) -> HttpResponse:
    """In whose name an agency issues certificates, from when; platform administrators choose the agency."""
    agencies = list(queries.agencies_to_issue_for(request.user))
    if not agencies:
        raise Http404
    own_id = request.user.employee.agency_id if request.user.employee else None
    wanted = request.GET.get("agency", "")
    agency = next((row for row in agencies if row.code == wanted), None)
    if agency is None:
        if wanted:
            raise Http404
        agency = next((row for row in agencies if row.pk == own_id), agencies[0])
    facts, today = queries.issuer_of(agency), clock.today()
    start: dict[str, Any] = {
        "organiser": facts.organiser, "signatory_name": facts.signatory_name, "signatory_title": facts.signatory_title,
        "number_pattern": facts.number_pattern, "agency_code": facts.agency_code, "valid_from": today,
    }  # fmt: skip
    form = IssuerForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_issuer(by=request.user, agency=agency, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Penerbit disimpan. Sertifikat yang sudah terbit tidak berubah."))
            return redirect(f"{reverse('credentials:issuer')}?agency={agency.code}")
    sample = certificate_number(facts.number_pattern, seq=12, program="KDA", agency=facts.agency_code, year=today.year)
    context = {
        "agency": agency,
        "agencies": agencies,
        "facts": facts,
        "sample": sample,
        "rows": list(queries.issuer_history(agency)),
        "form": form,
        "today": today,
    }
    return render(request, "credentials/issuer.html", context)
