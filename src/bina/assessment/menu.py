"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(
        _("Ukur kompetensi"),
        "assessment:home",
        icon="clipboard-check",
        order=30,
        visible=lambda user: user.employee_id is not None,
        group="account",
    )
)
add_place(
    Place(
        _("Bank soal"),
        "assessment:items",
        icon="library",
        order=75,
        visible=lambda user: standing_of(user).may(Permission.MANAGE_ITEMS),
        group="account",
    )
)
