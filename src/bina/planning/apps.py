"""Planning as a Django app."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Individual plans."""

    name = "bina.planning"
    label = "planning"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.planning import entries, menu, reactions  # noqa: F401  imported for what they register
