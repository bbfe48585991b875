"""180/360 rating rounds: their kinds and states, who may be asked, and how raters are shared out fairly."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused

MOST_COMPETENCIES = 12
MOST_SUBJECTS = 150
SHORTEST_DAYS, LONGEST_DAYS = 3, 90


class RoundKind(StrEnum):
    """Whose eyes a round looks through."""

    PAIR = "180"
    TEAM = "180t"
    FULL = "360"


ROUND_KIND_NAMES: dict[RoundKind, str | Promise] = {
    RoundKind.PAIR: _("180: diri sendiri dan atasan"),
    RoundKind.TEAM: _("180: diri sendiri, atasan, dan bawahan"),
    RoundKind.FULL: _("360: diri sendiri, atasan, rekan, dan bawahan"),
}


class View(StrEnum):
    """How a rater stands to the person: oneself, above, beside, below."""

    SELF = "self"
    SUPERIOR = "superior"
    PEER = "peer"
    SUBORDINATE = "subordinate"


VIEW_NAMES: dict[View, str | Promise] = {
    View.SELF: _("Diri sendiri"),
    View.SUPERIOR: _("Atasan"),
    View.PEER: _("Rekan"),
    View.SUBORDINATE: _("Bawahan"),
}
VIEWS_OF: dict[RoundKind, tuple[View, ...]] = {
    RoundKind.PAIR: (View.SELF, View.SUPERIOR),
    RoundKind.TEAM: (View.SELF, View.SUPERIOR, View.SUBORDINATE),
    RoundKind.FULL: (View.SELF, View.SUPERIOR, View.PEER, View.SUBORDINATE),
}


class RoundState(StrEnum):
    """Where a round stands; results exist only once it is reported."""

    DRAFT = "draft"
    REVIEW = "review"
    OPEN = "open"
    CLOSED = "closed"
    REPORTED = "reported"
    CANCELLED = "cancelled"


ROUND_STATE_NAMES: dict[RoundState, str | Promise] = {
    RoundState.DRAFT: _("Disiapkan"),
    RoundState.REVIEW: _("Usul penilai ditinjau"),
    RoundState.OPEN: _("Sedang dinilai"),
    RoundState.CLOSED: _("Dihitung"),
    RoundState.REPORTED: _("Laporan terbit"),
    RoundState.CANCELLED: _("Dibatalkan"),
}
ROUND_NEXT_STATES: dict[RoundState, tuple[RoundState, ...]] = {
    RoundState.DRAFT: (RoundState.REVIEW, RoundState.OPEN, RoundState.CANCELLED),
    RoundState.REVIEW: (RoundState.DRAFT, RoundState.OPEN, RoundState.CANCELLED),
    RoundState.OPEN: (RoundState.CLOSED, RoundState.CANCELLED),
    # Never back: two sets of results of the same round could be held against each other.
    RoundState.CLOSED: (RoundState.REPORTED,),
    RoundState.REPORTED: (),
    RoundState.CANCELLED: (),
}
PREPARING = (RoundState.DRAFT, RoundState.REVIEW)


class RaterState(StrEnum):
    """Where one rating of one person by one rater stands."""

    SUGGESTED = "suggested"
    INVITED = "invited"
    DECLINED = "declined"
    DONE = "done"


RATER_STATE_NAMES: dict[RaterState, str | Promise] = {
    RaterState.SUGGESTED: _("Diusulkan yang dinilai"),
    RaterState.INVITED: _("Diminta menilai"),
    RaterState.DECLINED: _("Tidak dapat menilai"),
    RaterState.DONE: _("Sudah menilai"),
}
RATER_NEXT_STATES: dict[RaterState, tuple[RaterState, ...]] = {
    RaterState.SUGGESTED: (RaterState.INVITED,),
    RaterState.INVITED: (RaterState.DONE, RaterState.DECLINED),
    RaterState.DECLINED: (RaterState.INVITED,),
    RaterState.DONE: (),
}


def can_move_round(state: str, to: RoundState) -> Verdict:
    """Whether a round may go from one state to another."""
    if to in ROUND_NEXT_STATES[RoundState(state)]:
        return ALLOWED
    return refused(
        _t("Putaran yang “%(state)s” tidak dapat menjadi “%(to)s”.")
        % {"state": ROUND_STATE_NAMES[RoundState(state)], "to": ROUND_STATE_NAMES[to]}
    )


def can_prepare(state: str) -> Verdict:
    """Whether people, competencies and raters of a round may still be rearranged freely."""
    if state in PREPARING:
        return ALLOWED
    return refused(_("Putaran ini sudah dibuka, jadi susunannya tidak dapat diubah lagi."))


def can_rate_in(state: str) -> Verdict:
    """Whether a round takes ratings now."""
    if state == RoundState.OPEN:
        return ALLOWED
    if state in PREPARING:
        return refused(_("Putaran ini belum dibuka."))
    return refused(_("Putaran ini sudah ditutup, jadi penilaian tidak dapat dikirim lagi."))


def can_change_rater(round_state: str, rater_state: str) -> Verdict:
    """Whether a rater may still be taken out: never once an answer is in, for what is shown must not depend on it."""
    if round_state in PREPARING:
        return ALLOWED
    if round_state != RoundState.OPEN:
        return refused(_("Putaran ini sudah ditutup, jadi penilainya tidak dapat diubah lagi."))
    if rater_state == RaterState.DONE:
        return refused(_("Penilai ini sudah mengirim penilaian. Jawaban yang sudah masuk tidak dapat dikeluarkan."))
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a person sits: unit, superior, and the rank of the job (1 is the highest)."""

    person: int
    unit: int
    superior: int | None
    rank: int


def propose_raters(
    subjects: Sequence[Seat],
    peers: Mapping[int, Sequence[Seat]],
    subordinates: Mapping[int, Sequence[Seat]],
    *,
    peer_count: int,
    subordinate_count: int,
    most_per_rater: int,
) -> dict[int, dict[int, View]]:
    """Who rates whom: {subject: {rater: view}}, the same for the same input.

    ``peers`` and ``subordinates`` name the people who could be asked for each subject. Everyone rates oneself and is
    rated by the superior, however many that are. Then seats are given round by round, first to those who have fewest
    raters left to choose from: to a colleague of the same unit before others, to the one who rates fewest so far, then
    to the nearest job. Nobody is asked as a peer or subordinate to rate more than ``most_per_rater`` people in all;
    rating oneself does not count.
    """
    found: dict[int, dict[int, View]] = {seat.person: {seat.person: View.SELF} for seat in subjects}
    load: dict[int, int] = defaultdict(int)
    for seat in subjects:
        if seat.superior is not None and seat.superior != seat.person:
            found[seat.person][seat.superior] = View.SUPERIOR
            load[seat.superior] += 1
    for view, pools, wanted in (
        (View.SUBORDINATE, subordinates, subordinate_count), (View.PEER, peers, peer_count),
    ):  # fmt: skip
        order = sorted(subjects, key=lambda seat: (len(pools.get(seat.person, ())), seat.person))
        for _round in range(wanted):
            for seat in order:
                taken = found[seat.person]
                free = [
                    row
                    for row in pools.get(seat.person, ())
                    if row.person not in taken and load[row.person] < most_per_rater
                ]
                if free:
                    best = min(
                        free,
                        key=lambda row: (
                            row.unit != seat.unit,
                            load[row.person],
                            abs(row.rank - seat.rank),
                            row.person,
                        ),
                    )
                    taken[best.person] = view
                    load[best.person] += 1
    return found
