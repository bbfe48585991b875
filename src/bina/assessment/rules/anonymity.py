"""What may be shown of raters who were promised that nobody learns what each of them said.

Only whole groups are shown, of at least three people who really judged. Four things keep a single rater from being worked
out: a person is shown either the groups apart or all together, never both with one of them below three; what is not shown is
left out of every calculation whose result is shown; results are reckoned once, at closing, and never again; and sums over
people are made of shown results alone.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SMALLEST_RATER_GROUP = 3


class Layout(StrEnum):
    """How the results of peers and subordinates are shown for one competency."""

    APART = "apart"
    PEERS = "peers"
    SUBORDINATES = "subordinates"
    TOGETHER = "together"
    HIDDEN = "hidden"


LAYOUT_NOTES: dict[Layout, str | Promise] = {
    Layout.TOGETHER: _(
        "Rekan dan bawahan ditampilkan bersama, karena salah satu kelompok kurang dari tiga orang yang menilai."
    ),
    Layout.HIDDEN: _(
        "Penilaian rekan dan bawahan tidak ditampilkan, karena kurang dari tiga orang yang menilai. Begitulah kami menjaga "
        "agar tidak seorang pun dapat dikenali."
    ),
}


def layout_of(peers: int, subordinates: int) -> Layout:
    """How to show groups in which so many judged a competency.

    Groups stand apart only when both have three or more (or the other is empty); else all together when that makes three;
    else nothing. A group below three never stands beside one that leaves it as the difference.
    """
    enough = SMALLEST_RATER_GROUP
    if peers >= enough and subordinates >= enough:
        return Layout.APART
    if peers >= enough and not subordinates:
        return Layout.PEERS
    if subordinates >= enough and not peers:
        return Layout.SUBORDINATES
    return Layout.TOGETHER if peers + subordinates >= enough else Layout.HIDDEN
