"""Packages as a Django app."""

from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """Import, delivery and results of packages."""

    name = "bina.integrations.packages"
    label = "packages"

    def ready(self) -> None:
        """Announce the journal entries."""
        from bina.integrations.packages import entries  # noqa: F401  imported for what it registers
