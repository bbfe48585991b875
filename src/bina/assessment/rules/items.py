"""The life of an item: written, reviewed, tried unseen, in use, retired."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused


class ItemState(StrEnum):
    """Where an item stands; only one in use counts in tests."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PILOT = "pilot"
    IN_USE = "in_use"
    RETIRED = "retired"


ITEM_STATE_NAMES: dict[ItemState, str | Promise] = {
    ItemState.DRAFT: _("Draf"),
    ItemState.REVIEWED: _("Sudah ditelaah"),
    ItemState.PILOT: _("Uji coba"),
    ItemState.IN_USE: _("Dipakai"),
    ItemState.RETIRED: _("Tidak dipakai"),
}
NEXT_ITEM_STATES: dict[ItemState, tuple[ItemState, ...]] = {
    ItemState.DRAFT: (ItemState.REVIEWED, ItemState.RETIRED),
    ItemState.REVIEWED: (ItemState.PILOT, ItemState.IN_USE, ItemState.DRAFT, ItemState.RETIRED),
    ItemState.PILOT: (ItemState.IN_USE, ItemState.DRAFT, ItemState.RETIRED),
    ItemState.IN_USE: (ItemState.RETIRED, ItemState.PILOT),
    ItemState.RETIRED: (ItemState.IN_USE, ItemState.DRAFT),
}


def can_move_item(state: str, to: str) -> Verdict:
    """Whether an item may go from one state to another: nothing is tried before somebody has reviewed it."""
    if to in NEXT_ITEM_STATES[ItemState(state)]:
        return ALLOWED
    return refused(
        _t("Butir yang “%(state)s” tidak dapat langsung menjadi “%(to)s”.")
        % {"state": ITEM_STATE_NAMES[ItemState(state)], "to": ITEM_STATE_NAMES[ItemState(to)]}
    )
