"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Jam pelajaran"), "credentials:hours", "clock", 20, lambda user: user.employee_id is not None,
          group="account", prefix="/credentials/hours")
)  # fmt: skip
add_place(
    Place(_("Sertifikat pegawai"), "credentials:certificates", "award", 40,
          lambda user: standing_of(user).may(Permission.REVOKE_CERTIFICATES), group="account")
)  # fmt: skip
add_place(
    Place(_("Aturan JP dan penerbit"), "credentials:hour_rules", "clock", 73,
          lambda user: standing_of(user).may(Permission.MANAGE_STANDARDS), group="account")
)  # fmt: skip
