"""Credentials as a Django app."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    """Hours and certificates."""

    name = "bina.credentials"
    label = "credentials"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.credentials import entries, menu, reactions  # noqa: F401  imported for what they register
