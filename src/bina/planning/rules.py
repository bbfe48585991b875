"""Pure rules of planning: states of plans and items, who may act, what a complete plan holds."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused


class PlanState(StrEnum):
    """Life of one revision of an individual plan."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


NEXT_STATES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.SUBMITTED, PlanState.DISCARDED}),
    PlanState.SUBMITTED: frozenset({PlanState.APPROVED, PlanState.RETURNED, PlanState.DRAFT}),
    PlanState.RETURNED: frozenset({PlanState.SUBMITTED, PlanState.DISCARDED}),
    PlanState.APPROVED: frozenset({PlanState.SUPERSEDED}),
    PlanState.SUPERSEDED: frozenset(),
    PlanState.DISCARDED: frozenset(),
}
STATE_NAMES: dict[PlanState, str | Promise] = {
    PlanState.DRAFT: _("Draf"),
    PlanState.SUBMITTED: _("Menunggu atasan"),
    PlanState.RETURNED: _("Dikembalikan"),
    PlanState.APPROVED: _("Disetujui"),
    PlanState.SUPERSEDED: _("Digantikan"),
    PlanState.DISCARDED: _("Dibatalkan"),
}
# States in which the employee is still writing, and states in which a plan counts for anything at all.
EDITABLE_STATES = frozenset({PlanState.DRAFT, PlanState.RETURNED})
LIVE_STATES = frozenset({PlanState.DRAFT, PlanState.SUBMITTED, PlanState.RETURNED, PlanState.APPROVED})


class ItemState(StrEnum):
    """Where one intention stands; courses move it by themselves."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


NEXT_ITEM_STATES: dict[ItemState, frozenset[ItemState]] = {
    ItemState.PLANNED: frozenset({ItemState.RUNNING, ItemState.DONE, ItemState.DROPPED}),
    ItemState.RUNNING: frozenset({ItemState.PLANNED, ItemState.DONE, ItemState.DROPPED}),
    ItemState.DONE: frozenset({ItemState.PLANNED}),
    ItemState.DROPPED: frozenset({ItemState.PLANNED}),
}
ITEM_STATE_NAMES: dict[ItemState, str | Promise] = {
    ItemState.PLANNED: _("Direncanakan"),
    ItemState.RUNNING: _("Sedang berjalan"),
    ItemState.DONE: _("Selesai"),
    ItemState.DROPPED: _("Dikeluarkan"),
}


class ItemOrigin(StrEnum):
    """Who thought of an item."""

    PROPOSAL = "proposal"
    OWN = "own"
    HR = "hr"


ORIGIN_NAMES: dict[ItemOrigin, str | Promise] = {
    ItemOrigin.PROPOSAL: _("Usulan dari kesenjangan"),
    ItemOrigin.OWN: _("Usulan sendiri"),
    ItemOrigin.HR: _("Penugasan instansi"),
}

MOST_ITEMS = 30
MOST_HOURS = Decimal(1000)


def can_become(state: str, target: PlanState) -> Verdict:
    """Whether a plan in ``state`` may take the state ``target``."""
    if target in NEXT_STATES[PlanState(state)]:
        return ALLOWED
    return refused(
        {
            PlanState.SUBMITTED: _("Rencana ini sudah diajukan. Muat ulang halaman untuk melihat keadaan terbarunya."),
            PlanState.APPROVED: _("Rencana ini tidak sedang menunggu persetujuan. Mungkin sudah diputuskan atau ditarik."),
            PlanState.RETURNED: _("Rencana ini tidak sedang menunggu persetujuan. Mungkin sudah diputuskan atau ditarik."),
            PlanState.DRAFT: _("Hanya rencana yang menunggu persetujuan yang dapat ditarik kembali."),
            PlanState.SUPERSEDED: _("Hanya rencana yang disetujui yang dapat digantikan."),
            PlanState.DISCARDED: _("Hanya perubahan yang belum diajukan yang dapat dibatalkan."),
        }[target]
    )  # fmt: skip


def can_edit(state: str) -> Verdict:
    """Whether items may change in this state."""
    if PlanState(state) in EDITABLE_STATES:
        return ALLOWED
    if state == PlanState.SUBMITTED:
        return refused(_("Rencana sedang menunggu atasan. Tarik kembali dulu bila ingin mengubahnya."))
    if state == PlanState.APPROVED:
        return refused(_("Rencana sudah disetujui. Pilih “Ubah rencana” untuk mengajukan perubahan."))
    return refused(_("Rencana ini sudah digantikan oleh yang lebih baru."))


def can_item_become(state: str, target: ItemState) -> Verdict:
    """Whether an item in ``state`` may take the state ``target``."""
    if target in NEXT_ITEM_STATES[ItemState(state)]:
        return ALLOWED
    return refused(_("Kegiatan ini sudah berubah keadaan. Muat ulang halaman untuk melihat yang terbaru."))


def is_current(version: int, seen: int) -> Verdict:
    """Whether the plan is still as the person saw it."""
    if version == seen:
        return ALLOWED
    return refused(
        _("Rencana ini sudah berubah sejak halaman Anda dibuka, mungkin di jendela lain. Belum ada yang disimpan; "
          "muat ulang, lalu ulangi.")
    )  # fmt: skip


def may_write(*, is_owner: bool) -> Verdict:
    """Only the employee writes the own plan."""
    return ALLOWED if is_owner else denied(_("Hanya pemilik rencana yang dapat mengubahnya."))


def may_decide(*, is_superior: bool, has_superior: bool, looks_after_staff: bool, is_owner: bool) -> Verdict:
    """Only the superior of today (definitive or acting) decides; where nobody stands above, agency HR does, so that a
    head's plan finds no closed door. Nobody decides on the own plan."""
    if is_owner:
        return denied(_("Rencana Anda sendiri diputuskan oleh atasan Anda."))
    if is_superior or (not has_superior and looks_after_staff):
        return ALLOWED
    return denied(_("Hanya atasan langsung yang sedang menjabat yang dapat memutuskan rencana ini."))


def can_submit(*, item_count: int) -> Verdict:
    """Whether there is anything to agree on."""
    return ALLOWED if item_count else refused(_("Tambahkan sedikitnya satu kegiatan sebelum mengajukan rencana."))


def can_add(*, item_count: int) -> Verdict:
    """Whether the plan has room for one more item."""
    if item_count < MOST_ITEMS:
        return ALLOWED
    return refused(_("Satu rencana memuat paling banyak %(most)s kegiatan.") % {"most": MOST_ITEMS})


def can_be_item(
    *, title: str, hours: Decimal, quarter: int, target_level: int | None, level_count: int | None
) -> Verdict:
    """Whether the content of an item makes sense."""
    if not title.strip():
        return refused(_("Tuliskan kegiatan yang akan dilakukan."))
    if quarter not in (1, 2, 3, 4):
        return refused(_("Pilih triwulan 1 sampai 4."))
    if not 0 <= hours <= MOST_HOURS:
        return refused(_("JP harus antara 0 dan %(most)s.") % {"most": MOST_HOURS})
    if target_level is not None and not 1 <= target_level <= (level_count or 5):
        return refused(_("Tingkat sasaran harus antara 1 dan %(most)s.") % {"most": level_count or 5})
    return ALLOWED


def is_comment_enough(comment: str) -> Verdict:
    """Sending a plan back needs words that help."""
    if len(comment.strip()) >= 5:
        return ALLOWED
    return refused(_("Tuliskan catatan agar pegawai tahu apa yang perlu diubah."))


def is_reason_enough(reason: str) -> Verdict:
    """Marking something done by hand needs a sentence on what was done."""
    if len(reason.strip()) >= 5:
        return ALLOWED
    return refused(_("Tuliskan singkat apa yang sudah dilakukan."))


def is_open(*, opens_on: dt.date | None, closes_on: dt.date | None, on: dt.date) -> Verdict:
    """Whether the agency accepts plans today; an agency without dates always does."""
    if opens_on and on < opens_on:
        return refused(_("Masa pengajuan rencana belum dibuka."))
    if closes_on and on > closes_on:
        return refused(
            _("Masa pengajuan rencana sudah ditutup. Hubungi pengelola kepegawaian bila perlu dibuka kembali.")
        )
    return ALLOWED


def quarter_of(day: dt.date) -> int:
    """The quarter of the year, 1 to 4."""
    return (day.month + 2) // 3


@dataclass(frozen=True, slots=True)
class SuggestedForm:
    """A way to grow without a course: the form, and how many of its units to begin with."""

    form_code: str
    units: int


def form_for_gap(gap: float) -> SuggestedForm:
    """What to propose where no course exists: practice beside a colleague for a wide gap, talks with the superior for a
    middling one, the company of others for what only has to be proven."""
    if gap >= 1.0:
        return SuggestedForm("NK_OJT", 4)
    return SuggestedForm("NK_COACHING", 2) if gap >= 0.3 else SuggestedForm("NK_KOMUNITAS", 2)


def suggested_quarter(place: int, *, year: int, today: dt.date) -> int:
    """The quarter for the proposal at ``place`` (0 is the most pressing): two in each, from now or from the year's start."""
    start = quarter_of(today) if year == today.year else 1
    return min(4, start + place // 2)


def offered_years(today: dt.date) -> list[int]:
    """The years for which a plan can be begun: this one, and from October the next."""
    return [today.year, today.year + 1] if today.month >= 10 else [today.year]
