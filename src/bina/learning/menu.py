"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Belajar"), "learning:catalogue", "book-open", 40, lambda user: True, in_bar=True, prefix="/learning/")
)
add_place(
    Place(_("Kursus yang saya kelola"), "learning:managed", "library", 50,
          lambda user: standing_of(user).may(Permission.MANAGE_COURSES), group="account")
)  # fmt: skip
add_place(
    Place(_("Jalur yang saya kelola"), "learning:managed_pathways", "route", 50,
          lambda user: standing_of(user).may(Permission.MANAGE_COURSES), group="account")
)  # fmt: skip
add_place(
    Place(_("Kiriman peserta"), "learning:works", "inbox", 51,
          lambda user: standing_of(user).may(Permission.MANAGE_COURSES), group="account")
)  # fmt: skip
