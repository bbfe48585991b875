"""Questions about work products: whose they are, who looks at them, and who may open a file that was handed in."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bina.assessment.models import HandedFile, ProductClaim, RubricScore, WorkProduct
from bina.assessment.rules import OPEN_TO_ASSESSORS, ProductState
from bina.competencies.queries import descriptors_of
from bina.people.queries import (
    answering_to,
    employees_managed_by,
    leads_anyone,
    standing_of,
    superior_of,
    user_of,
    users_with,
)
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import LevelDescriptor
    from bina.people.models import Employee, User

_HIGHEST_CHAIN = 12
# What counts as shown already: another product with the same file or link may not be counted again.
_SHOWN = (ProductState.SUBMITTED.value, ProductState.VERIFIED.value)


def verifier_of(employee: "Employee") -> "Employee | None":
    """Who looks at a person's work products today: the superior, or the next one up where that one has no account.

    None where nobody above has an account; then those who review levels do it.
    """
    seen, person = {employee.pk}, superior_of(employee)
    for _step in range(_HIGHEST_CHAIN):
        if person is None or person.pk in seen:
            return None
        if user_of(person) is not None:
            return person
        seen.add(person.pk)
        person = superior_of(person)
    return None


def reviewers_for(employee: "Employee") -> "QuerySet[User]":
    """Accounts that review levels where a person works, without that person."""
    return users_with(Permission.REVIEW_LEVELS, employee.unit.path).exclude(employee_id=employee.pk)


def may_verify(user: "User", product: WorkProduct) -> bool:
    """Whether the account decides on a product today: the verifier, or level reviewers where there is none."""
    if user.employee_id == product.employee_id:
        return False
    verifier = verifier_of(product.employee)
    if verifier is not None:
        return verifier.pk == user.employee_id
    return reviewers_for(product.employee).filter(pk=user.pk).exists()


def products_of(employee: "Employee") -> QuerySet[WorkProduct]:
    """A person's own products, what waits for the person first."""
    return (
        WorkProduct.objects.filter(employee=employee)
        .exclude(state=ProductState.WITHDRAWN)
        .prefetch_related("claims__competency")
        .order_by("-id")
    )


def own_product(user: "User", public_id: "UUID | str") -> WorkProduct | None:
    """One product of the account's own person."""
    if user.employee_id is None:
        return None
    return (
        WorkProduct.objects.filter(public_id=public_id, employee_id=user.employee_id)
        .select_related("employee__agency", "employee__unit")
        .prefetch_related("files")
        .first()
    )


def products_to_verify(user: "User") -> list[WorkProduct]:
    """What waits for the account's decision, the longest waiting first.

    Direct subordinates' products by the tree of today; what was handed up or waits for reviewers is looked at one by one.
    """
    waiting = WorkProduct.objects.filter(state=ProductState.SUBMITTED).select_related(
        "employee__unit", "employee__agency"
    )
    theirs: list[WorkProduct] = []
    handed_up: list[Q] = []
    # Whoever leads nobody looks at nobody's products, except as a reviewer of levels: most people cost no question here.
    if user.employee is not None and leads_anyone(user.employee):
        theirs = list(waiting.filter(employee__in=answering_to(user.employee)))
        handed_up.append(Q(holder=user.employee))
    if standing_of(user).may(Permission.REVIEW_LEVELS):
        handed_up.append(Q(holder=None, employee__in=employees_managed_by(user, Permission.REVIEW_LEVELS)))
    if handed_up:
        known = {row.pk for row in theirs}
        others = waiting.filter(reduce(or_, handed_up)).exclude(pk__in=known)
        theirs += [row for row in others if may_verify(user, row)]
    return sorted(theirs, key=lambda row: (row.submitted_at or row.saved_at, row.pk))


def product_to_read(user: "User", public_id: "UUID | str") -> WorkProduct | None:
    """One product that was sent, for who decides on it and for who reviews levels there; drafts are its maker's alone."""
    found = (
        WorkProduct.objects.filter(public_id=public_id)
        .exclude(state__in=[ProductState.DRAFT.value, ProductState.WITHDRAWN.value])
        .select_related("employee__unit", "employee__agency", "employee__position")
        .prefetch_related("files")
        .first()
    )
    return found if found and (may_verify(user, found) or _reviews(user, found)) else None


def _reviews(user: "User", product: WorkProduct) -> bool:
    if user.employee_id == product.employee_id:
        return False
    return employees_managed_by(user, Permission.REVIEW_LEVELS).filter(pk=product.employee_id).exists()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim with what the levels of its competency look like."""

    claim: ProductClaim
    descriptors: tuple["LevelDescriptor", ...]


def claim_lines(product: WorkProduct) -> list[ClaimLine]:
    """The claims of a product, each beside its framework's level descriptors."""
    claims = ProductClaim.objects.filter(product=product).select_related("competency__framework").order_by("id")
    return [ClaimLine(row, tuple(descriptors_of(row.competency))) for row in claims]


def shown_before(product: WorkProduct) -> WorkProduct | None:
    """Another product of the same person with the same file or link that waits or counts already."""
    digests = [file.digest for file in product.files.all()]
    same = Q(files__digest__in=digests)
    if product.link:
        same |= Q(link=product.link)
    return (
        WorkProduct.objects.filter(same, employee_id=product.employee_id, state__in=_SHOWN)
        .exclude(pk=product.pk)
        .order_by("id")
        .first()
    )


@dataclass(frozen=True, slots=True)
class FileOnOffer:
    """A file that may be opened, and under which name: a work is anonymous for its assessors, so is its file."""

    file: HandedFile
    name: str


def file_visible_to(user: "User", public_id: "UUID | str") -> FileOnOffer | None:
    """A file that was handed in: for its person, for the assessors of the work, or for who may read the product."""
    file = (
        HandedFile.objects.filter(public_id=public_id)
        .select_related("assignment", "product__employee__unit", "product__employee__agency")
        .first()
    )
    if file is None:
        return None
    if file.product is not None:
        own = user.employee_id is not None and file.product.employee_id == user.employee_id
        allowed = own or product_to_read(user, file.product.public_id) is not None
        return FileOnOffer(file, file.name) if allowed else None
    work = file.assignment
    if work is None or user.employee_id is None:
        return None
    if work.employee_id == user.employee_id:
        return FileOnOffer(file, file.name)
    has_turn = RubricScore.objects.filter(assignment=work, assessor_id=user.employee_id).filter(
        Q(sent_at__isnull=False) | Q(assignment__state__in=[state.value for state in OPEN_TO_ASSESSORS])
    )
    return FileOnOffer(file, anonymous_name(file)) if has_turn.exists() else None


def anonymous_name(file: HandedFile) -> str:
    """What an assessor's browser calls a file: the mark of the work and the ending, never what the person called it."""
    work = file.assignment
    return f"{work.mark if work else ''}-{file.pk % 1000}{file.ending}"
