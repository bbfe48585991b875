"""How many people it takes to say how competencies go together, and who may put it to use."""

from django.utils.translation import gettext as _t

from bina.foundation.verdict import ALLOWED, Verdict, refused

FEWEST_PROFILES = 100  # people with results of two competencies or more, before anything is estimated
MOST_PROFILES = 5_000  # more people make the estimate hardly better, only slower
# The assumption counts as much as so many people who were measured without error.
ASSUMED_WEIGHT = 30.0


def can_estimate_correlations(people: int) -> Verdict:
    """Whether enough people have results of two competencies or more."""
    if people >= FEWEST_PROFILES:
        return ALLOWED
    return refused(
        _t(
            "Baru %(n)s orang mempunyai hasil pada dua kompetensi atau lebih; diperlukan sedikitnya %(need)s orang, jadi masih "
            "kurang %(missing)s."
        )
        % {"n": people, "need": FEWEST_PROFILES, "missing": FEWEST_PROFILES - people}
    )


def can_adopt_correlations(*, is_done: bool, is_newest: bool) -> Verdict:
    """Whether an estimate may replace what the diagnostic assumes now."""
    if not is_done:
        return refused(_t("Taksiran ini belum selesai atau tidak dapat dihitung, jadi tidak dapat dipakai."))
    if not is_newest:
        return refused(_t("Sudah ada taksiran yang lebih baru. Muat ulang halaman."))
    return ALLOWED
