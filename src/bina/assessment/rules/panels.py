"""Standard setting: experts judge what somebody who just reaches a level can do, in two rounds; the cut is adopted."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bina.foundation.verdict import ALLOWED, Verdict, refused

FEWEST_PANELISTS = 3
FEWEST_PANEL_ITEMS, MOST_PANEL_ITEMS = 5, 60
# Levels closer together than this, on the scale of the tests, cannot be told apart by any test; a person would jump.
LEAST_WIDTH = 0.25


class PanelMethod(StrEnum):
    """How the panel judges: a chance for every item, or one mark in a booklet from easy to hard."""

    ANGOFF = "angoff"
    BOOKMARK = "bookmark"


METHOD_NAMES: dict[PanelMethod, str | Promise] = {
    PanelMethod.ANGOFF: _("Angoff: peluang setiap butir"),
    PanelMethod.BOOKMARK: _("Penanda: batas dalam urutan butir"),
}


class PanelState(StrEnum):
    """Where a panel stands."""

    DRAFT = "draft"
    ROUND_1 = "round_1"
    DISCUSSION = "discussion"
    ROUND_2 = "round_2"
    CLOSED = "closed"
    ADOPTED = "adopted"
    CANCELLED = "cancelled"


PANEL_STATE_NAMES: dict[PanelState, str | Promise] = {
    PanelState.DRAFT: _("Disiapkan"),
    PanelState.ROUND_1: _("Putaran 1"),
    PanelState.DISCUSSION: _("Diskusi panel"),
    PanelState.ROUND_2: _("Putaran 2"),
    PanelState.CLOSED: _("Selesai, belum ditetapkan"),
    PanelState.ADOPTED: _("Batas ditetapkan"),
    PanelState.CANCELLED: _("Dibatalkan"),
}
NEXT_PANEL_STATES: dict[PanelState, tuple[PanelState, ...]] = {
    PanelState.DRAFT: (PanelState.ROUND_1, PanelState.CANCELLED),
    PanelState.ROUND_1: (PanelState.DISCUSSION, PanelState.CANCELLED),
    PanelState.DISCUSSION: (PanelState.ROUND_2, PanelState.CANCELLED),
    PanelState.ROUND_2: (PanelState.CLOSED, PanelState.CANCELLED),
    PanelState.CLOSED: (PanelState.ADOPTED, PanelState.CANCELLED),
    # Taking an adopted cut back leaves the judgements as they were.
    PanelState.ADOPTED: (PanelState.CLOSED,),
    PanelState.CANCELLED: (),
}
_ROUNDS = {PanelState.ROUND_1: 1, PanelState.ROUND_2: 2}


# A round has no last day, so its panelists hear of it every few days, and not for ever: then its organiser decides.
REMIND_EVERY, REMIND_FOR = dt.timedelta(days=3), dt.timedelta(days=15)


def panel_reminder_due(*, began: dt.date, reminded: dt.date | None, today: dt.date) -> bool:
    """Whether a round that began on a day is to remind by itself: every third day since its last word, for 15 days."""
    latest = max(began, reminded or began)
    return latest + REMIND_EVERY <= today <= began + REMIND_FOR


def can_remind_panel(state: str, *, waiting: int, reminded: dt.date | None, today: dt.date) -> Verdict:
    """Whether panelists may be reminded now: in a round, while somebody owes a judgement, once a day."""
    if round_of(state) is None:
        return refused(_t("Panelis hanya dapat diingatkan selama sebuah putaran berjalan."))
    if not waiting:
        return refused(_t("Semua panelis sudah mengirim penilaian putaran ini."))
    if reminded == today:
        return refused(_t("Panelis sudah diingatkan hari ini. Pengingat dikirim paling banyak sekali sehari."))
    return ALLOWED


def line_of_bank(bank_id: int) -> str:
    """How the evidence of a bank's tests is named: all forms of one bank share their questions, and its cuts are theirs."""
    return f"bank:{bank_id}"


def round_of(state: str) -> int | None:
    """The round that is being judged in a state: 1, 2 or None."""
    return _ROUNDS.get(PanelState(state))


def can_move_panel(state: str, to: str) -> Verdict:
    """Whether a panel may go from one state to another."""
    if PanelState(to) in NEXT_PANEL_STATES[PanelState(state)]:
        return ALLOWED
    return refused(
        _t("Panel yang “%(state)s” tidak dapat langsung menjadi “%(to)s”.")
        % {"state": PANEL_STATE_NAMES[PanelState(state)], "to": PANEL_STATE_NAMES[PanelState(to)]}
    )


def can_open_panel(*, panelists: int, items: int) -> Verdict:
    """Whether a panel has enough people and items to begin."""
    if panelists < FEWEST_PANELISTS:
        return refused(
            _t("Panel memerlukan sedikitnya %(need)s panelis; sekarang %(n)s.")
            % {"need": FEWEST_PANELISTS, "n": panelists}
        )
    if items < FEWEST_PANEL_ITEMS:
        return refused(
            _t("Panel memerlukan sedikitnya %(need)s butir yang dipakai; di lingkup ini ada %(n)s.")
            % {"need": FEWEST_PANEL_ITEMS, "n": items}
        )
    return ALLOWED


def can_judge(state: str, *, has_agreed: bool, has_sent: bool) -> Verdict:
    """Whether a panelist may still write a judgement."""
    if round_of(state) is None:
        return refused(_t("Panel ini tidak sedang menilai. Penilaian yang sudah tersimpan tetap ada."))
    if not has_agreed:
        return refused(_t("Setujui dahulu kerahasiaan soal sebelum menilai."))
    if has_sent:
        return refused(_t("Penilaian Anda untuk putaran ini sudah dikirim dan tidak dapat diubah lagi."))
    return ALLOWED


def can_send_judgements(*, missing: int) -> Verdict:
    """Whether a panelist has judged everything that the round asks."""
    if not missing:
        return ALLOWED
    return refused(
        ngettext("Masih ada %(n)s butir yang belum dinilai.", "Masih ada %(n)s butir yang belum dinilai.", missing)
        % {"n": missing}
    )


def can_end_round(*, sent: int) -> Verdict:
    """Whether enough panelists have sent their judgements to end a round."""
    if sent >= FEWEST_PANELISTS:
        return ALLOWED
    return refused(
        _t("Putaran baru dapat diakhiri setelah sedikitnya %(need)s panelis mengirim; sekarang %(n)s.")
        % {"need": FEWEST_PANELISTS, "n": sent}
    )


def judgement_problem(method: str, levels: Sequence[int], values: Mapping[int, int], pages: int) -> str:
    """What is wrong with the judgement of one item (Angoff, percents) or of the booklet (pages); empty when nothing is.

    The higher the level, the likelier a right answer and the later the mark.
    """
    highest = 100 if method == PanelMethod.ANGOFF else pages
    lowest = 0 if method == PanelMethod.ANGOFF else 1
    if any(level not in values or not lowest <= values[level] <= highest for level in levels):
        return (
            _t("Isikan bilangan bulat 0 sampai 100 untuk setiap tingkat.")
            if method == PanelMethod.ANGOFF
            else _t("Isikan nomor butir 1 sampai %(n)s untuk setiap tingkat.") % {"n": pages}
        )
    ordered = [values[level] for level in sorted(levels)]
    if ordered != sorted(ordered):
        return _t("Angka untuk tingkat yang lebih tinggi tidak boleh lebih kecil daripada tingkat di bawahnya.")
    return ""


def can_adopt_cuts(cuts: Sequence[float | None]) -> Verdict:
    """Whether the cuts of a panel make a scale: each is known, and each level begins clearly above the one before it."""
    if any(cut is None for cut in cuts):
        return refused(_t("Batas belum dapat dihitung dari penilaian panel ini."))
    known = [cut for cut in cuts if cut is not None]
    if any(above <= below for below, above in pairwise(known)):
        return refused(_t("Batas tingkat yang lebih tinggi tidak lebih besar daripada batas di bawahnya."))
    if any(above - below < LEAST_WIDTH for below, above in pairwise(known)):
        return refused(
            _t("Dua batas tingkat terlalu berdekatan (kurang dari %(width)s di skala uji): tidak ada uji yang dapat "
               "membedakan orang di antaranya.") % {"width": localize(LEAST_WIDTH)}
        )  # fmt: skip
    return ALLOWED
