"""What authors of items are at in the demo city: drafts, one sent back, some waiting for a colleague, some ready or tried."""

from pathlib import Path
from typing import Any

import yaml

from bina.assessment.actions import (
    Decision,
    ask_for_review,
    mark_of,
    move_items,
    own_bank,
    review_item,
    rewrite_item,
    write_item,
)
from bina.assessment.models import Item, ItemBank, ItemReview
from bina.assessment.queries import entry_of
from bina.assessment.rules import REVIEW_CHECKS
from bina.demo.accounts import account
from bina.people.models import RoleGrant, User
from bina.people.rules import Role

DATA = Path(__file__).resolve().parent / "data"


def write_items() -> None:
    """The trainer of the demo city and a colleague write, ask for reviews and decide, all through the same actions."""
    trainer = User.objects.select_related("employee__agency").get(email=account("sugeng").email)
    if trainer.employee is None:
        raise LookupError("the demo's trainer has no employee")
    agency = trainer.employee.agency
    colleague = _colleague(trainer, agency.pk)
    bank = own_bank(by=trainer, agency=agency)
    stages: dict[str, list[dict[str, Any]]] = yaml.safe_load((DATA / "items.yaml").read_text(encoding="utf-8"))
    for stage, entries in stages.items():
        own, other = (colleague, trainer) if stage == "from_colleague" else (trainer, colleague)
        items = [write_item(by=own, bank=bank, entry=entry) for entry in entries]
        if stage != "drafts":
            ask_for_review(by=own, items=items, note="Untuk uji singkat petugas loket.")
        if stage == "returned":
            _decide(
                other,
                items,
                approve=False,
                comment="Dua pilihan sama-sama benar bagi petugas loket. Pertegas keadaannya.",
            )
        elif stage in {"reviewed", "pilot"}:
            _decide(other, items, approve=True, comment="Jelas dan sesuai tingkatnya.")
        if stage == "pilot":
            move_items(by=trainer, items=items, state="pilot", reason="Dicoba dahulu sebelum dipakai.")
    _propose(trainer, bank)


def _colleague(trainer: User, agency_id: int) -> User:
    """Another trainer of the agency, else the platform's keeper."""
    grants = RoleGrant.objects.filter(role=Role.TRAINER.value, unit__agency_id=agency_id).exclude(user=trainer)
    first = grants.select_related("user").order_by("pk").first()
    return first.user if first else User.objects.get(email=account("admin").email)


def _decide(by: User, items: list[Item], *, approve: bool, comment: str) -> None:
    for review in ItemReview.objects.filter(version__item__in=items, outcome=ItemReview.Outcome.OPEN):
        decision = Decision(review, review.version.digest, approve=approve, comment=comment)
        review_item(by=by, decision=decision, checks=REVIEW_CHECKS)


def _propose(by: User, bank: ItemBank) -> None:
    """New words for a tried item, so that a difference between versions can be seen."""
    item = Item.objects.filter(bank=bank, state="pilot").select_related("bank", "competency", "current").first()
    if item is None or item.current is None:
        return
    entry = entry_of(item, item.current)
    entry["explanation"] = f"{entry['explanation']} Catat juga waktu dan nama yang meminta."
    rewrite_item(by=by, item=item, entry=entry, seen=mark_of(item.current))
