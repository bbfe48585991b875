"""Work products: the maker's list and pages, and the desk of whoever judges them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.products import ProductForm
from bina.assessment.rules import ACCEPTED, LARGEST_MB, MOST_CLAIMS, MOST_FILES, OPEN_TO_MAKER, ProductState
from bina.assessment.views.home import employee_of
from bina.assessment.views.steps import said
from bina.foundation.errors import DomainError, Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import WorkProduct


@login_required
def products(request: SignedInRequest) -> HttpResponse:
    """One's own work products, and those that wait for one's judgement."""
    employee = employee_of(request)
    context = {
        "page": Paginator(queries.products_of(employee), 20).get_page(request.GET.get("page")),
        "waiting": queries.products_to_verify(request.user),
    }
    return render(request, "assessment/products.html", context)


def _own(request: SignedInRequest, public_id: UUID) -> "WorkProduct":
    found = queries.own_product(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def product(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One of one's own products: what it shows, who has it, what was decided."""
    found = _own(request, public_id)
    waits = found.state == ProductState.SUBMITTED
    context = {
        "product": found,
        "claims": queries.claim_lines(found),
        "files": list(found.files.all()),
        "verifier": queries.verifier_of(found.employee) if waits else None,
        "waits": waits,
        "is_open": found.state in OPEN_TO_MAKER,
        "zone": found.employee.agency.time_zone,
    }
    return render(request, "assessment/product.html", context)


@login_required
def new_product(request: SignedInRequest) -> HttpResponse:
    """Show a new work product."""
    employee_of(request)
    return _editor(request, None)


@login_required
def edit_product(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Complete or change a product that is still in one's hands."""
    found = _own(request, public_id)
    if found.state not in OPEN_TO_MAKER:
        return redirect("assessment:product", public_id=public_id)
    return _editor(request, found)


def _claims_in(sent: QueryDict) -> list[tuple[str, str]]:
    """The claims in a sent form: fields ``k-<n>`` and ``a-<n>``."""
    return [(sent.get(f"k-{row}", "")[:60], sent.get(f"a-{row}", "")) for row in range(MOST_CLAIMS)]


def _editor(request: SignedInRequest, found: "WorkProduct | None") -> HttpResponse:
    """The form of a product; drafts are kept whatever is missing, and sent when everything is there."""
    form, problem = ProductForm(initial=ProductForm.values_of(found)), ""
    claims = (
        [(str(row.claim.competency.public_id), row.claim.account) for row in queries.claim_lines(found)]
        if found
        else []
    )
    if request.method == "POST":
        form, claims = ProductForm(request.POST), _claims_in(request.POST)
        if form.is_valid():
            try:
                kept = actions.save_product(by=request.user, product=found, facts=form.facts(claims))
                found = kept
                return _after(request, kept, form, claims)
            except Refused as refusal:
                problem = str(refusal)
    context: dict[str, Any] = {
        "product": found,
        "form": form,
        "problem": problem,
        "claims": [*claims, *[("", "")] * MOST_CLAIMS][:MOST_CLAIMS],
        "competencies": queries.competencies_of_tasks(employee_of(request).agency_id),
        "files": list(found.files.all()) if found else [],
        "most_files": MOST_FILES,
        "accepted": ACCEPTED,
        "largest_mb": LARGEST_MB,
    }
    return render(request, "assessment/product_form.html", context, status=409 if problem else 200)


def _after(
    request: SignedInRequest, kept: "WorkProduct", form: ProductForm, claims: list[tuple[str, str]]
) -> HttpResponse:
    """The words are safe; now files and what the pressed button asks for. Raises Refused."""
    go = request.POST.get("go", "save")
    if go.startswith("remove-"):
        file = next((row for row in kept.files.all() if go == f"remove-{row.public_id}"), None)
        if file is not None:
            actions.remove_file_of_product(by=request.user, product=kept, file=file)
        return redirect("assessment:edit_product", public_id=kept.public_id)
    actions.save_product(
        by=request.user, product=kept, facts=form.facts(claims), uploads=request.FILES.getlist("files")
    )
    if go == "send":
        actions.submit_product(by=request.user, product=kept)
        messages.success(request, _("Hasil kerja terkirim untuk diperiksa."))
    else:
        messages.success(request, _("Draf tersimpan."))
    return redirect("assessment:product", public_id=kept.public_id)


@login_required
@require_POST
def withdraw_product(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take one's product back, with the evidence that it gave."""
    found = _own(request, public_id)
    said(
        request,
        lambda: actions.withdraw_product(by=request.user, product=found),
        _("“%(title)s” ditarik; berkasnya dihapus dan buktinya tidak dihitung lagi.") % {"title": found.title},
    )
    return redirect("assessment:products")


def _judged(sent: QueryDict, product: "WorkProduct") -> dict[int, int | None]:
    """The judgements in a sent form: fields ``j-<competency id>``, “x” means that the work does not show it."""
    found: dict[int, int | None] = {}
    for row in queries.claim_lines(product):
        value = sent.get(f"j-{row.claim.competency_id}", "")
        if value == "x":
            found[row.claim.competency_id] = None
        elif value.isascii() and value.isdigit() and len(value) < 3:
            found[row.claim.competency_id] = int(value)
    return found


@login_required
def verify_product(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One product for whoever decides: what it is, each claim beside the levels of its competency, and the decision."""
    found = queries.product_to_read(request.user, public_id)
    if found is None:
        raise Http404
    problem, comment, judged = "", "", {}
    if request.method == "POST":
        comment, judged = request.POST.get("comment", ""), _judged(request.POST, found)
        try:
            return _decide(request, found, comment, judged)
        except DomainError as refusal:
            problem = str(refusal)
    context = {
        "product": found,
        "claims": queries.claim_lines(found),
        "files": list(found.files.all()),
        "decides": found.state == ProductState.SUBMITTED and queries.may_verify(request.user, found),
        "problem": problem,
        "comment": comment,
        "judged": judged,
        "zone": found.employee.agency.time_zone,
    }
    return render(request, "assessment/verify_product.html", context, status=409 if problem else 200)


def _decide(
    request: SignedInRequest, found: "WorkProduct", comment: str, judged: dict[int, int | None]
) -> HttpResponse:
    go = request.POST.get("go", "")
    if go == "verify":
        actions.verify_product(by=request.user, product=found, judged=judged, comment=comment)
        messages.success(request, _("Terverifikasi. Tingkat yang Anda nilai diperhitungkan dalam profil."))
    elif go == "return":
        actions.return_product(by=request.user, product=found, comment=comment)
        messages.success(request, _("Dikembalikan dengan catatan Anda."))
    elif go == "refuse":
        actions.refuse_product(by=request.user, product=found, reason=comment)
        messages.success(request, _("Tidak diterima; pegawai membaca alasan Anda."))
    else:
        raise Http404
    return redirect("assessment:products")
