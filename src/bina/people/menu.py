"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Pegawai"), "people:staff", "users", 60, lambda user: standing_of(user).may(Permission.SEE_STAFF),
          prefix="/people/")
)  # fmt: skip
add_place(Place(_("Akun dan keamanan"), "people:account", "shield-check", 90, lambda user: True, group="account"))
