"""Records as a Django app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What people experienced, as statements."""

    name = "bina.records"
    label = "records"

    def ready(self) -> None:
        """Announce the journal entries and the menu."""
        from bina.records import entries, menu  # noqa: F401  imported for what they register
