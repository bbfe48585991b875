"""Work products: who verifies learns of them, and their makers what became of them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import queries
from bina.assessment.models import WorkProduct
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import user_of


def _product(entry: Entry) -> "WorkProduct | None":
    return (
        WorkProduct.objects.filter(public_id=entry.object_id)
        .select_related("employee__unit", "employee__agency")
        .first()
    )


@react_to("product.submitted")
def tell_the_verifier(entry: Entry) -> None:
    """A work product was sent: whoever decides on it hears of it."""
    product = _product(entry)
    if product is None:
        return
    verifier = queries.verifier_of(product.employee)
    account = user_of(verifier) if verifier else None
    for recipient in [account] if account else list(queries.reviewers_for(product.employee)):
        notify(
            recipient=recipient,
            title=_("%(name)s mengirim hasil kerja untuk diperiksa") % {"name": product.employee.courteous_name},
            body=_("“%(title)s”. Lihat hasilnya, lalu nilai tingkat yang ditunjukkannya.") % {"title": product.title},
            url=reverse("assessment:verify_product", args=[product.public_id]),
            dedup_key=f"product:{entry.public_id}",
        )


@react_to("product.verified", "product.returned", "product.refused")
def tell_the_maker(entry: Entry) -> None:
    """A work product was decided on: its maker hears what became of it, with the words of who decided."""
    product = _product(entry)
    recipient = user_of(product.employee) if product else None
    if product is None or recipient is None:
        return
    names = {"title": product.title}
    titles = {
        "product.verified": _("“%(title)s” terverifikasi dan diperhitungkan") % names,
        "product.returned": _("“%(title)s” dikembalikan untuk dilengkapi") % names,
        "product.refused": _("“%(title)s” tidak diterima sebagai bukti") % names,
    }
    notify(
        recipient=recipient,
        title=titles[entry.verb],
        body=entry.reason or product.decision,
        url=reverse("assessment:product", args=[product.public_id]),
        dedup_key=f"product:{entry.public_id}",
    )
