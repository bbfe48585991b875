"""Learning as a Django app."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """Courses, enrolments and progress."""

    name = "bina.learning"
    label = "learning"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.learning import entries, menu, reactions  # noqa: F401  imported for what they register
