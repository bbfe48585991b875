"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import leads_anyone, standing_of
from bina.people.rules import Permission

add_place(Place(_("Beranda"), "portal:home", "house", 10, lambda user: True, in_bar=True))
add_place(
    Place(_("Tim saya"), "portal:team", "users-round", 15,
          lambda user: user.employee is not None and leads_anyone(user.employee), in_bar=True, prefix="/team/")
)  # fmt: skip
add_place(
    Place(_("Dasbor"), "portal:dashboard", "layout-dashboard", 62,
          lambda user: standing_of(user).may(Permission.SEE_REPORTS), prefix="/dashboard/")
)  # fmt: skip
add_place(
    Place(
        _("Pimpinan"), "portal:leader", "landmark", 64, lambda user: standing_of(user).may(Permission.SEE_LEADER_PAGE)
    )
)
add_place(
    Place(_("Data acuan dan aturan"), "admin:index", "database", 80, lambda user: user.is_staff, group="account",
          prefix="/admin/")
)  # fmt: skip
