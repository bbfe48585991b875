"""What the pages of organisers share: which of their tabs the visitor may open."""

from bina.foundation.requests import SignedInRequest
from bina.people.queries import standing_of
from bina.people.rules import Permission


def may_of(request: SignedInRequest) -> dict[str, bool]:
    """The rights that open tabs of the place “Asesmen”, by their names; for ``assessment/_organise_tabs.html``."""
    standing = standing_of(request.user)
    return {
        permission.value: standing.may(permission)
        for permission in (Permission.MANAGE_ASSESSMENTS, Permission.EVALUATE)
    }
