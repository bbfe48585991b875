"""Work products: kept, sent to whoever decides, judged level by level, and withdrawn with the evidence they gave."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.handed_files import attach, drop_files
from bina.assessment.models import HandedFile, ProductClaim, WorkProduct
from bina.assessment.queries.products import may_verify, shown_before, verifier_of
from bina.assessment.queries.tasks import competencies_of_tasks
from bina.assessment.rules import (
    MOST_CLAIMS,
    OPEN_TO_MAKER,
    ProductState,
    can_move_product,
    can_submit_product,
    level_of_judgement,
    link_problem,
)
from bina.competencies.actions import NewEvidence, record_evidence, withdraw_evidence
from bina.competencies.queries import evidence_of
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.journal.registry import Verb
    from bina.people.models import User

LONGEST_DESCRIPTION = 4_000
LONGEST_ACCOUNT = 2_000


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a person says about a work product: name, what it is, where it is, when it was made, what it shows.

    ``claims``: (public id of the competency, own account of what was done).
    """

    title: str
    description: str
    link: str
    made_on: dt.date | None
    claims: tuple[tuple[str, str], ...]


def _own(by: "User", product: WorkProduct) -> WorkProduct:
    """The maker's own product, locked. Raises Denied for anybody else."""
    if by.employee_id != product.employee_id:
        denied(_("Hasil kerja hanya dapat diubah oleh pemiliknya.")).require()
    return _locked(product)


def _locked(product: WorkProduct) -> WorkProduct:
    return (
        WorkProduct.objects.select_for_update(of=("self",))
        .select_related("employee__unit", "employee__agency")
        .get(pk=product.pk)
    )


@transaction.atomic
def save_product(
    *, by: "User", product: WorkProduct | None, facts: ProductFacts, uploads: "Sequence[UploadedFile[Any]]" = ()
) -> WorkProduct:
    """Keep a product as a draft, new or changed, with further files. Raises Denied for others' products, Refused when it is
    out of one's hands, has no name, names an unsafe link, too many claims, or a file that may not be kept."""
    if by.employee is None:
        denied(_("Akun ini tidak terhubung dengan pegawai.")).require()
        raise AssertionError
    if not facts.title.strip():
        raise Refused(_("Beri nama hasil kerja ini."))
    if problem := link_problem(facts.link):
        raise Refused(problem)
    if product is None:
        kept = WorkProduct(employee=by.employee)
    else:
        kept = _own(by, product)
        if kept.state not in OPEN_TO_MAKER:
            can_move_product(kept.state, ProductState.SUBMITTED).require()
    kept.title, kept.description = facts.title.strip()[:160], facts.description.strip()[:LONGEST_DESCRIPTION]
    kept.link, kept.made_on, kept.saved_at = facts.link, facts.made_on, clock.now()
    kept.save()
    _keep_claims(kept, facts.claims)
    attach(uploads, product=kept)
    return kept


def _keep_claims(product: WorkProduct, claims: Sequence[tuple[str, str]]) -> None:
    wanted = {key: text for key, text in claims if key}
    offered = competencies_of_tasks(product.employee.agency_id)
    known = {key: offered[key] for key in wanted if key in offered}
    if set(wanted) - set(known):
        raise Refused(_("Salah satu kompetensi yang dipilih tidak dikenal. Muat ulang halaman."))
    if len(wanted) > MOST_CLAIMS:
        raise Refused(_("Satu hasil kerja menunjukkan paling banyak %(n)s kompetensi. Pilih yang paling jelas.")
                      % {"n": MOST_CLAIMS})  # fmt: skip
    ProductClaim.objects.filter(product=product).exclude(competency__in=known.values()).delete()
    for key, text in wanted.items():
        ProductClaim.objects.update_or_create(
            product=product, competency=known[key], defaults={"account": text.strip()[:LONGEST_ACCOUNT]}
        )


@transaction.atomic
def remove_file_of_product(*, by: "User", product: WorkProduct, file: HandedFile) -> None:
    """Take a file out of one's own product while it is open; a file that is gone already stays gone."""
    own = _own(by, product)
    if own.state not in OPEN_TO_MAKER:
        can_move_product(own.state, ProductState.SUBMITTED).require()
    drop_files(list(HandedFile.objects.filter(pk=file.pk, product=own)))


@transaction.atomic
def submit_product(*, by: "User", product: WorkProduct) -> WorkProduct:
    """Send one's product to whoever decides on it; sent already, nothing changes.

    Raises Denied for others' products, Refused when something is missing, it is out of one's hands, or the same file or link
    waits or counts already.
    """
    # All of the person's, so that the same file sent as two products at once is seen by one of them.
    hold(WorkProduct.objects.filter(employee_id=product.employee_id))
    own = _own(by, product)
    if own.state == ProductState.SUBMITTED:
        return own
    can_move_product(own.state, ProductState.SUBMITTED).require()
    accounts = list(ProductClaim.objects.filter(product=own).values_list("account", flat=True))
    can_submit_product(
        claims=len(accounts),
        accounts=accounts,
        has_link_or_file=bool(own.link) or own.files.exists(),
        made_on=own.made_on,
        today=clock.today(),
    ).require()
    twin = shown_before(own)
    if twin is not None:
        raise Refused(
            _("Berkas atau tautan yang sama sudah Anda kirim sebagai “%(title)s”; satu hasil kerja dihitung satu kali.")
            % {"title": twin.title}
        )
    own.state, own.submitted_at = ProductState.SUBMITTED.value, clock.now()
    own.holder = verifier_of(own.employee)
    own.save(update_fields=["state", "submitted_at", "holder"])
    _note(entries.PRODUCT_SUBMITTED, by, own)
    return own


def _decide(by: "User", product: WorkProduct, to: ProductState, words: str) -> WorkProduct:
    """The product, locked and decided, where the account may decide. Raises Denied or Refused."""
    locked = _locked(product)
    if not may_verify(by, locked):
        denied(_("Hasil kerja ini tidak menunggu keputusan Anda.")).require()
    can_move_product(locked.state, to).require()
    locked.state, locked.decided_at = to.value, clock.now()
    locked.decided_by_name, locked.decision = by.display_name, words
    locked.save(update_fields=["state", "decided_at", "decided_by_name", "decision"])
    return locked


@transaction.atomic
def return_product(*, by: "User", product: WorkProduct, comment: str) -> None:
    """Send a product back to be completed, with a comment that the maker reads; sent back already, nothing changes.

    Raises Denied for anybody who does not decide on it, Refused without a comment or when it is decided.
    """
    _stop(by, product, ProductState.RETURNED, comment, entries.PRODUCT_RETURNED)


@transaction.atomic
def refuse_product(*, by: "User", product: WorkProduct, reason: str) -> None:
    """Do not take a product as evidence, with a reason that the maker reads; refused already, nothing changes.

    Raises Denied for anybody who does not decide on it, Refused without a reason or when it is decided.
    """
    _stop(by, product, ProductState.REFUSED, reason, entries.PRODUCT_REFUSED)


def _stop(by: "User", product: WorkProduct, to: ProductState, words: str, verb: "Verb") -> None:
    if _locked(product).state == to and may_verify(by, product):
        return
    if not words.strip():
        raise Refused(_("Tuliskan sebabnya; pegawai akan membacanya."))
    locked = _decide(by, product, to, words.strip())
    _note(verb, by, locked, words.strip())


@transaction.atomic
def verify_product(
    *, by: "User", product: WorkProduct, judged: Mapping[int, int | None], comment: str = ""
) -> WorkProduct:
    """Judge the level that each claim shows (by competency id; None where the work does not show it): that becomes evidence.

    Verified already, nothing changes. Raises Denied for anybody who does not decide on it, Refused when a claim is not
    judged, a level does not exist, nothing is shown at all, or it is decided.
    """
    if _locked(product).state == ProductState.VERIFIED and may_verify(by, product):
        return product
    claims = list(ProductClaim.objects.filter(product=product).select_related("competency__framework").order_by("id"))
    if any(claim.competency_id not in judged for claim in claims):
        raise Refused(
            _("Nilai setiap kompetensi, atau pilih “tidak tampak di hasil kerja ini”. Isian lain tersimpan di layar.")
        )
    levels = {claim.competency_id: judged[claim.competency_id] for claim in claims}
    if any(
        level is not None and not 0 <= level <= claim.competency.framework.level_count
        for claim in claims
        for level in [levels[claim.competency_id]]
    ):
        raise Refused(_("Tingkat yang dipilih tidak ada pada kompetensi itu."))
    if all(level is None for level in levels.values()):
        raise Refused(_("Bila tidak ada kompetensi yang tampak, kembalikan atau tolak hasil kerja ini dengan alasan."))
    locked = _decide(by, product, ProductState.VERIFIED, comment.strip())
    pieces = []
    note = _("%(title)s, diperiksa %(name)s") % {"title": locked.title, "name": by.display_name}
    for claim in claims:
        claim.judged_level = levels[claim.competency_id]
        if claim.judged_level is not None:
            value, spread = level_of_judgement(claim.judged_level)
            pieces.append(NewEvidence(claim.competency, value, spread, note))
    ProductClaim.objects.bulk_update(claims, ["judged_level"])
    record_evidence(
        by=by, employee=locked.employee, source=Source.WORK_PRODUCT, pieces=pieces,
        observed_on=locked.made_on or clock.today(), origin_kind="work_product", origin_id=locked.public_id,
        line=f"product:{locked.pk}",
    )  # fmt: skip
    _note(entries.PRODUCT_VERIFIED, by, locked)
    return locked


@transaction.atomic
def withdraw_product(*, by: "User", product: WorkProduct) -> None:
    """Take one's product back, whatever was decided: its evidence no longer counts and its files are removed.

    Withdrawn already, nothing changes. Raises Denied for anybody else.
    """
    own = _own(by, product)
    if own.state == ProductState.WITHDRAWN:
        return
    can_move_product(own.state, ProductState.WITHDRAWN).require()
    own.state = ProductState.WITHDRAWN.value
    own.save(update_fields=["state"])
    drop_files(list(own.files.all()))
    reason = _("Hasil kerja ditarik oleh pemiliknya.")
    pieces = evidence_of(own.employee).filter(origin_kind="work_product", origin_id=str(own.public_id))
    for piece in pieces.filter(withdrawn_at=None).select_related("employee", "competency"):
        withdraw_evidence(by=by, evidence=piece, reason=reason)
    _note(entries.PRODUCT_WITHDRAWN, by, own)


def _note(verb: "Verb", by: "User", product: WorkProduct, reason: str = "") -> None:
    record(
        verb, by=by, kind="work_product", object_id=product.public_id, name=product.title,
        agency_id=product.employee.agency_id, reason=reason, data={"employee_id": product.employee_id},
    )  # fmt: skip
