"""The places of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Kompetensi"), "competencies:profile", "gauge", 20, lambda user: user.employee_id is not None, in_bar=True,
          prefix="/competencies/")
)  # fmt: skip
add_place(
    Place(_("Kamus kompetensi"), "competencies:frameworks", "book-open", 69,
          lambda user: standing_of(user).may(Permission.MANAGE_STANDARDS), group="account")
)  # fmt: skip
add_place(
    Place(_("Standar jabatan"), "competencies:standards", "ruler", 70,
          lambda user: standing_of(user).may(Permission.MANAGE_STANDARDS), group="account")
)  # fmt: skip
add_place(
    Place(_("Kepercayaan sumber"), "competencies:sources", "scale-3d", 71,
          lambda user: standing_of(user).may(Permission.MANAGE_STANDARDS), group="account")
)  # fmt: skip
add_place(
    Place(_("Peninjauan tingkat"), "competencies:reviews", "scale", 72,
          lambda user: standing_of(user).may(Permission.REVIEW_LEVELS), group="account")
)  # fmt: skip
