"""Reviews of items: asked for by those who wrote them, decided by somebody else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.authoring import note_item
from bina.assessment.actions.forms_of_tests import count_change, refresh_forms
from bina.assessment.actions.items import withdraw_open_review
from bina.assessment.models import Item, ItemBank, ItemReview, ItemVersion
from bina.assessment.queries.items import may_manage_bank
from bina.assessment.rules import REVIEW_CHECKS, ItemState, can_conclude_review, may_review
from bina.foundation import clock
from bina.foundation.errors import DomainError, Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import User

MOST_AT_ONCE = 600


@transaction.atomic
def ask_for_review(*, by: "User", items: Sequence[Item], note: str = "") -> int:
    """Ask that somebody else looks at the words of these items that nobody has approved yet; how many requests are new.

    Those that wait already, or have nothing to review, are left as they are. Raises Denied without the right, Refused
    where nothing at all is left to review.
    """
    items = list(items)[:MOST_AT_ONCE]
    _require_keeper(by, [item.bank for item in items])
    rows = Item.objects.filter(pk__in=[item.pk for item in items])
    hold(rows)
    locked = list(rows.select_related("bank", "current", "proposal"))
    pairs = [(item, item.working) for item in locked]
    open_now = set(
        ItemReview.objects.filter(
            version__in=[words.pk for _item, words in pairs if words], outcome=ItemReview.Outcome.OPEN
        ).values_list("version_id", flat=True)
    )
    to_ask = [(item, words) for item, words in pairs if words and _has_something_to_review(item, words)]
    if not to_ask:
        raise Refused(_("Tidak ada isi yang menunggu telaah di sini."))
    new = [(item, words) for item, words in to_ask if words.pk not in open_now]
    now = clock.now()
    ItemReview.objects.bulk_create(
        ItemReview(version=words, asked_by=by, asked_at=now, note=note.strip()[:300]) for _item, words in new
    )
    for item, _words in new:
        note_item(entries.REVIEW_ASKED, by, item, reason=note.strip()[:300])
    for bank in {item.bank_id: item.bank for item, _words in new}.values():
        count = sum(item.bank_id == bank.pk for item, _words in new)
        record(entries.REVIEWS_ASKED, by=by, kind="item_bank", object_id=bank.public_id, name=bank.name,
               agency_id=bank.agency_id, data={"count": count})  # fmt: skip
    return len(new)


def _has_something_to_review(item: Item, words: ItemVersion) -> bool:
    return words.pk == item.proposal_id or item.state == ItemState.DRAFT


@transaction.atomic
def withdraw_review(*, by: "User", item: Item) -> None:
    """Take back the request for a review of an item's words; without one nothing changes."""
    _require_keeper(by, [item.bank])
    item = _held(item.pk)
    if item.working is not None and withdraw_open_review(item.working):
        note_item(entries.REVIEW_WITHDRAWN, by, item)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer says about one request: the words they saw (their digest), and whether they are good."""

    review: ItemReview
    seen: str
    approve: bool
    comment: str = ""


@transaction.atomic
def review_item(*, by: "User", decision: Decision, checks: Collection[str]) -> Item:
    """Decide on the words of an item; approved ones are ready for tests, or take the place of the current ones.

    The same decision by the same person again changes nothing. Raises Denied for who wrote or asked, Refused when the
    words changed since the reviewer opened them, when it was decided otherwise, or when the review says too little.
    """
    item = _decided(by, decision, checks)
    if item is None:
        return decision.review.version.item
    if item.state in (ItemState.IN_USE, ItemState.PILOT) and decision.approve:
        count_change(item.bank)
        refresh_forms(item.bank)
    return item


def review_items(*, by: "User", decisions: Sequence[Decision], checks: Collection[str]) -> list[tuple[Decision, str]]:
    """Decide on a set of items that were read one after the other; each stands by itself. Returns what was not written.

    Every refusal comes with its sentence; the others are written.
    """
    refused, banks = [], dict[int, ItemBank]()
    for decision in decisions[:MOST_AT_ONCE]:
        try:
            with transaction.atomic():
                item = _decided(by, decision, checks)
        except DomainError as reason:
            refused.append((decision, str(reason)))
            continue
        if item is not None and decision.approve and item.state in (ItemState.IN_USE, ItemState.PILOT):
            banks[item.bank_id] = item.bank
    for bank in banks.values():
        with transaction.atomic():
            count_change(bank)
            refresh_forms(bank)
    return refused


def _decided(by: "User", decision: Decision, checks: Collection[str]) -> Item | None:
    """Write one decision; the item, or None when the same person had decided the same before."""
    # The item first, as everywhere: its author may be writing other words, or giving them up, at this moment.
    item = _held(decision.review.version.item_id)
    _require_keeper(by, [item.bank])
    review = ItemReview.objects.filter(pk=decision.review.pk).select_related("version", "decided_by").first()
    if review is None:
        raise Refused(_("Permintaan telaah ini sudah ditarik oleh penulisnya."))
    outcome = ItemReview.Outcome.APPROVED if decision.approve else ItemReview.Outcome.RETURNED
    if review.outcome == outcome and review.decided_by_id == by.pk:
        return None
    if review.outcome == ItemReview.Outcome.WITHDRAWN:
        raise Refused(_("Permintaan telaah ini sudah ditarik oleh penulisnya."))
    if review.outcome:
        raise Refused(_("Butir ini sudah ditelaah oleh %(name)s.")
                      % {"name": review.decided_by.display_name if review.decided_by else "–"})  # fmt: skip
    version = review.version
    authors = set(version.authors.values_list("pk", flat=True))
    may_review(reviewer=by.pk, authors=authors, asked_by=review.asked_by_id).require()
    if version.digest != decision.seen:
        raise Refused(_("Isi butir berubah sejak Anda membukanya. Baca lagi, lalu putuskan."))
    can_conclude_review(approve=decision.approve, checks=checks, comment=decision.comment).require()
    now = clock.now()
    review.outcome, review.decided_by, review.decided_at = outcome, by, now
    review.seen, review.comment = version.digest, decision.comment.strip()[:1_000]
    review.checks = [name for name in REVIEW_CHECKS if name in checks] if decision.approve else []
    review.save()
    if decision.approve:
        _approve(item, version)
    note_item(
        entries.ITEM_APPROVED if decision.approve else entries.ITEM_RETURNED, by, item, reason=review.comment,
        asked_by=review.asked_by_id, version=version.number, review=str(review.public_id),
    )  # fmt: skip
    return item


def _held(pk: int) -> Item:
    """An item with its words as they stand, held until the transaction ends; its requests for reviews change under it."""
    hold(Item.objects.filter(pk=pk))
    return Item.objects.select_related("bank", "current", "proposal").get(pk=pk)


def _approve(item: Item, version: ItemVersion) -> None:
    version.approved_at = clock.now()
    version.save(update_fields=["approved_at"])
    if item.proposal_id == version.pk:
        item.current, item.proposal = version, None
    if item.state == ItemState.DRAFT:
        item.state, item.state_reason = ItemState.REVIEWED.value, ""
    item.save(update_fields=["current", "proposal", "state", "state_reason"])


def _require_keeper(by: "User", banks: Sequence[ItemBank]) -> None:
    if not all(may_manage_bank(by, bank) for bank in banks):
        denied(_("Hanya pengelola bank soal ini yang dapat meminta atau memberi telaah.")).require()
