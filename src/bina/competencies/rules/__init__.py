"""Pure rules: states of a framework, sources of evidence, what may count."""

import datetime as dt
from enum import IntEnum, StrEnum

from django.utils.translation import gettext_lazy as _

from bina.design.formats import date
from bina.foundation.verdict import ALLOWED, Verdict, refused


class FrameworkState(StrEnum):
    """Life of one version of a framework."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


NEXT_STATES: dict[FrameworkState, frozenset[FrameworkState]] = {
    FrameworkState.DRAFT: frozenset({FrameworkState.PUBLISHED}),
    FrameworkState.PUBLISHED: frozenset({FrameworkState.RETIRED}),
    FrameworkState.RETIRED: frozenset(),
}
STATE_NAMES = {
    FrameworkState.DRAFT: _("Draf"),
    FrameworkState.PUBLISHED: _("Terbit"),
    FrameworkState.RETIRED: _("Tidak berlaku lagi"),
}


def can_become(state: str, target: FrameworkState) -> Verdict:
    """Whether a framework in ``state`` may take the state ``target``."""
    if target in NEXT_STATES[FrameworkState(state)]:
        return ALLOWED
    return refused(_("Kamus kompetensi yang sudah terbit tidak dapat diubah kembali; buat versi baru."))


def can_retire(leaning: list[str]) -> Verdict:
    """Whether a framework may be retired; ``leaning`` names what could not go on without it."""
    if not leaning:
        return ALLOWED
    return refused(
        _("Kamus ini belum dapat diakhiri karena masih dipakai %(n)s bank soal, antara lain %(names)s. Pindahkan dahulu ke "
          "kamus yang baru.")
        % {"n": len(leaning), "names": ", ".join(leaning[:3])}
    )  # fmt: skip


class Status(IntEnum):
    """What is known about a person on a competency, against the standard of the job."""

    NOT_MEASURED = 0
    UNPROVEN = 1
    PROVISIONAL = 2
    PROVEN = 3

    @property
    def word(self) -> str:
        """The word the level track uses."""
        return ("not_measured", "unproven", "provisional", "proven")[self.value]


class Source(StrEnum):
    """Where a piece of evidence comes from; the trust in each is a dated row (EvidenceSource)."""

    TEST = "test"
    COURSE_TEST = "course_test"
    SUPERIOR_RATING = "superior_rating"
    SELF_RATING = "self_rating"
    PEER_RATING = "peer_rating"
    WORK_PRODUCT = "work_product"
    PRACTICAL_TASK = "practical_task"
    CERTIFICATE = "certificate"
    INNOVATION_WORK = "innovation_work"


# The kinds of framework for which there are banks of items, so that everybody can be measured by a test at any time.
TESTED_KINDS = ("digital", "leadership", "soft")


def can_be_evidence(*, value: float, standard_deviation: float, level_count: int) -> Verdict:
    """Whether a measured value makes sense on the scale (half a level of room at both ends, and some below)."""
    if not -1.0 <= value <= level_count + 1.5:
        return refused(_("Nilai bukti berada di luar skala tingkat."))
    if not 0.0 < standard_deviation <= 5.0:
        return refused(_("Ketidakpastian bukti harus lebih dari nol."))
    return ALLOWED


def can_require(level: int, level_count: int) -> Verdict:
    """Whether a standard may ask for this level."""
    if 1 <= level <= level_count:
        return ALLOWED
    return refused(_("Tingkat syarat harus antara 1 dan %(most)s.") % {"most": level_count})


def can_begin(start: dt.date, *, current: dt.date | None) -> Verdict:
    """Whether a new row may begin on a day, when the owner's newest that has begun did so on ``current``: what has been in
    force stays on file."""
    if current is None or start >= current:
        return ALLOWED
    return refused(
        _("Yang berlaku sekarang mulai %(day)s. Pilih tanggal itu atau sesudahnya, agar riwayatnya tidak hilang.")
        % {"day": date(current)}
    )


class AppealState(StrEnum):
    """Life of a request to look at a level again."""

    OPEN = "open"
    ASSESSING = "assessing"
    ASSESSED = "assessed"
    KEPT = "kept"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


APPEAL_NEXT_STATES: dict[AppealState, frozenset[AppealState]] = {
    AppealState.OPEN: frozenset({AppealState.ASSESSING, AppealState.KEPT, AppealState.CHANGED, AppealState.WITHDRAWN}),
    # An assessor who cannot judge gives the request back; a late one may be replaced.
    AppealState.ASSESSING: frozenset(
        {AppealState.OPEN, AppealState.ASSESSED, AppealState.KEPT, AppealState.CHANGED, AppealState.WITHDRAWN}
    ),
    AppealState.ASSESSED: frozenset({AppealState.KEPT, AppealState.CHANGED, AppealState.WITHDRAWN}),
    AppealState.KEPT: frozenset(),
    AppealState.CHANGED: frozenset(),
    AppealState.WITHDRAWN: frozenset(),
}
APPEAL_STATE_NAMES = {
    AppealState.OPEN: _("Menunggu keputusan"),
    AppealState.ASSESSING: _("Menunggu pendapat penelaah"),
    AppealState.ASSESSED: _("Pendapat penelaah sudah ada"),
    AppealState.KEPT: _("Tingkat tetap"),
    AppealState.CHANGED: _("Bukti ditarik"),
    AppealState.WITHDRAWN: _("Ditarik pemohon"),
}
OPEN_APPEALS = (AppealState.OPEN, AppealState.ASSESSING, AppealState.ASSESSED)
# How long a person waits at most, and an assessor has; the house's own promise, shown to everybody concerned.
DECISION_DAYS, OPINION_DAYS = 30, 14
# A colleague whose level reaches the required one with this chance knows the matter well enough to judge.
QUALIFIED_FROM = 0.90
SHORTEST_STATEMENT = 20


class Opinion(StrEnum):
    """What an assessor thinks of a level."""

    RIGHT = "right"
    TOO_LOW = "too_low"
    TOO_HIGH = "too_high"
    UNSURE = "unsure"


OPINION_NAMES = {
    Opinion.RIGHT: _("Tingkatnya sudah tepat"),
    Opinion.TOO_LOW: _("Tingkatnya terlalu rendah"),
    Opinion.TOO_HIGH: _("Tingkatnya terlalu tinggi"),
    Opinion.UNSURE: _("Buktinya belum cukup; sebaiknya diukur lagi"),
}


def can_ask_again(decided: int) -> Verdict:
    """Whether a level may be asked about once more, after so many decisions on the evidence there is."""
    if decided < 2:
        return ALLOWED
    return refused(
        _("Tingkat ini sudah dua kali diputuskan atas bukti yang sama. Permintaan berikutnya dapat diajukan setelah ada "
          "bukti baru; mengukur lagi adalah jalan tercepat.")
    )  # fmt: skip


def can_name_assessor(state: str) -> Verdict:
    """Whether an assessor can be named: nobody has given an opinion or a decision yet."""
    if state in (AppealState.OPEN, AppealState.ASSESSING):
        return ALLOWED
    return refused(_("Permintaan ini sudah dinilai, diputuskan, atau ditarik."))


def can_give_opinion(state: str) -> Verdict:
    """Whether an assessor's opinion is still waited for."""
    if state == AppealState.ASSESSING:
        return ALLOWED
    return refused(_("Pendapat untuk permintaan ini tidak ditunggu lagi."))


def can_decide_appeal(state: str, *, round_number: int = 1, was_decider: bool = False) -> Verdict:
    """Whether a request can be decided: it is open, and a second one has an opinion and somebody else to decide."""
    if state not in OPEN_APPEALS:
        return refused(_("Permintaan ini sudah diputuskan atau ditarik."))
    if round_number > 1 and state != AppealState.ASSESSED:
        return refused(
            _(
                "Ini permintaan kedua atas bukti yang sama. Tunjuk penelaah dahulu; keputusan diambil setelah pendapatnya ada."
            )
        )
    if was_decider:
        return refused(
            _("Anda memutuskan permintaan pertama. Permintaan kedua diputuskan oleh rekan Anda yang berhak.")
        )
    return ALLOWED


def can_withdraw_appeal(state: str) -> Verdict:
    """Whether a request can still be taken back."""
    return can_decide_appeal(state)


# How many people must have two kinds of evidence side by side before anything is said about a source.
FEWEST_OVERLAPS = 30
# Pieces further apart than this do not speak about the same level any more.
OVERLAP_DAYS = 120


def can_adopt_estimate(*, people: int, is_reference: bool) -> Verdict:
    """Whether what was estimated for a source may replace what is assumed of it."""
    if is_reference:
        return refused(_("Uji kompetensi menjadi patokan sumber lain, jadi kecenderungannya tidak ditaksir."))
    if people < FEWEST_OVERLAPS:
        return refused(
            _(
                "Baru %(n)s orang mempunyai bukti ini berdampingan dengan bukti lain; diperlukan sedikitnya %(need)s orang."
            )
            % {"n": people, "need": FEWEST_OVERLAPS}
        )
    return ALLOWED
