"""People as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who works where, who leads whom, who may do what."""

    name = "bina.people"
    label = "people"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.people import entries, menu, reactions  # noqa: F401  imported for what they register
