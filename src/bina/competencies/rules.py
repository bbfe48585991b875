"""Pure rules: states of a framework, sources of evidence, what may count."""

from enum import IntEnum, StrEnum

from django.utils.translation import gettext_lazy as _

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
    CERTIFICATE = "certificate"
    INNOVATION_WORK = "innovation_work"


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


class AppealState(StrEnum):
    """Life of a request to look at a level again."""

    OPEN = "open"
    KEPT = "kept"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


APPEAL_STATE_NAMES = {
    AppealState.OPEN: _("Menunggu keputusan"),
    AppealState.KEPT: _("Tingkat tetap"),
    AppealState.CHANGED: _("Bukti ditarik"),
    AppealState.WITHDRAWN: _("Ditarik pemohon"),
}


def can_decide_appeal(state: str) -> Verdict:
    """Whether a request still waits for a decision."""
    return ALLOWED if state == AppealState.OPEN else refused(_("Permintaan ini sudah diputuskan atau ditarik."))
