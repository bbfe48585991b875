"""Asking, before a change, whether the acting person holds the permission in the place concerned."""

from typing import TYPE_CHECKING

from bina.people.queries import standing_of
from bina.people.rules import Permission, may_use

if TYPE_CHECKING:
    from bina.people.models import User


def require_permission(by: "User | None", permission: Permission, *unit_paths: str) -> None:
    """Raise Denied unless ``by`` holds the permission on every unit; None is the system itself and may."""
    if by is None:
        return
    standing = standing_of(by)
    for path in unit_paths:
        may_use(permission, held=standing.may_in(permission, path)).require()
