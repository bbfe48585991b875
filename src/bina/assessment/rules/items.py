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


# For whom an item was written, where its story is not for everybody: a short list, so that people find each other's items.
SECTOR_NAMES: dict[str, str | Promise] = {
    "population": _("Kependudukan"), "health": _("Kesehatan"), "education": _("Pendidikan"), "finance": _("Keuangan"),
    "licensing": _("Perizinan"), "works": _("Pekerjaan umum"), "social": _("Sosial"), "farming": _("Pangan dan pertanian"),
    "transport": _("Perhubungan"), "staff": _("Kepegawaian"), "archives": _("Kearsipan"), "villages": _("Desa"),
}  # fmt: skip
REGION_NAMES: dict[str, str | Promise] = {
    "city": _("Perkotaan"), "rural": _("Perdesaan"), "islands": _("Kepulauan"), "border": _("Perbatasan"),
    "remote": _("Daerah terpencil"),
}  # fmt: skip


def moves_by_hand(state: str, *, is_approved: bool) -> tuple[ItemState, ...]:
    """Where somebody may take an item without a review: into tests only words that another person has found good."""
    return tuple(
        to
        for to in NEXT_ITEM_STATES[ItemState(state)]
        if to is not ItemState.REVIEWED and (is_approved or to in (ItemState.DRAFT, ItemState.RETIRED))
    )


def can_move_item(state: str, to: str, *, is_approved: bool) -> Verdict:
    """Whether somebody may take an item from one state to another: nothing is tried before another person reviewed it."""
    if to in moves_by_hand(state, is_approved=is_approved):
        return ALLOWED
    if to == ItemState.REVIEWED:
        return refused(_t("Butir menjadi “Sudah ditelaah” hanya lewat telaah oleh orang lain."))
    if to in NEXT_ITEM_STATES[ItemState(state)]:
        return refused(_t("Isi butir ini belum ditelaah orang lain, jadi belum boleh masuk ke uji."))
    return refused(
        _t("Butir yang “%(state)s” tidak dapat langsung menjadi “%(to)s”.")
        % {"state": ITEM_STATE_NAMES[ItemState(state)], "to": ITEM_STATE_NAMES[ItemState(to)]}
    )


def can_be_enemies(*, is_same_item: bool, is_same_bank: bool) -> Verdict:
    """Whether two items may be declared enemies, which never meet in a test."""
    if is_same_item:
        return refused(_t("Butir tidak dapat dilarang bersama dirinya sendiri. Tulis kode butir lain."))
    if not is_same_bank:
        return refused(_t("Kedua butir harus berada di bank soal yang sama."))
    return ALLOWED
