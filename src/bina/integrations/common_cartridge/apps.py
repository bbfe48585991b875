"""Common Cartridge as a Django app."""

from django.apps import AppConfig


class CommonCartridgeConfig(AppConfig):
    """The standard, known to the import of packages."""

    name = "bina.integrations.common_cartridge"
    label = "common_cartridge"

    def ready(self) -> None:
        """Register the format of packages."""
        from bina.integrations.common_cartridge import rules  # noqa: F401  imported for what it registers
