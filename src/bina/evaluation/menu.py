"""The places of this room in the menu."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import User


def _reads(user: "User") -> bool:
    standing = standing_of(user)
    return standing.may(Permission.EVALUATE) or standing.may(Permission.SEE_REPORTS)


def _only_teaches(user: "User") -> bool:
    return standing_of(user).may(Permission.MANAGE_COURSES) and not _reads(user)


add_place(
    Place(_("Evaluasi"), "evaluation:programmes", "clipboard-check", 66, _reads, prefix="/evaluation/programmes/")
)
add_place(Place(_("Hasil kursus saya"), "evaluation:programmes", "clipboard-check", 52, _only_teaches, group="account"))
