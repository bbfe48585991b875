"""How allauth behaves in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from staff data and invitations; nobody signs up alone."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Never: an agency decides who works for it."""
        return False
