"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Rencana"), "planning:mine", "clipboard-list", 30, lambda user: user.employee_id is not None, in_bar=True,
          prefix="/planning/")
)  # fmt: skip
add_place(
    Place(_("Rencana pegawai"), "planning:staff", "clipboard-check", 30,
          lambda user: standing_of(user).may(Permission.SEE_PLANS), group="account")
)  # fmt: skip
