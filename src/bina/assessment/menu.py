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
        _("Asesmen"),
        "assessment:windows",
        icon="clipboard-list",
        order=74,
        visible=lambda user: standing_of(user).may(Permission.MANAGE_ASSESSMENTS),
        group="account",
        prefix="/assessment/windows/",
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
add_place(
    Place(
        _("Survei"),
        "assessment:surveys",
        icon="message-square-text",
        order=74,
        # Whoever holds assessments finds surveys among the tabs of that place.
        visible=lambda user: (
            standing_of(user).may(Permission.EVALUATE) and not standing_of(user).may(Permission.MANAGE_ASSESSMENTS)
        ),
        group="account",
        prefix="/assessment/surveys/",
    )
)
