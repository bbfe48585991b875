"""The portal as a Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages that span the house; owns no tables."""

    name = "bina.portal"
    label = "portal"

    def ready(self) -> None:
        """Announce the menu."""
        from bina.portal import menu  # noqa: F401  imported for what it registers
