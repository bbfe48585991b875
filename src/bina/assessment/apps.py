"""Assessment as a Django app."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Item banks, tests, ratings and surveys."""

    name = "bina.assessment"
    label = "assessment"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.assessment import entries, menu, reactions  # noqa: F401  imported for what they register
