"""The place of this room in the menu."""

from django.utils.translation import gettext_lazy as _

from bina.design.navigation import Place, add_place
from bina.people.queries import standing_of
from bina.people.rules import Permission

add_place(
    Place(_("Alat belajar"), "lti:tools", "plug", 69, lambda user: standing_of(user).may(Permission.MANAGE_TOOLS),
          prefix="/lti/")
)  # fmt: skip
