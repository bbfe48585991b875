"""Competencies as a Django app."""

from django.apps import AppConfig


class CompetenciesConfig(AppConfig):
    """Frameworks, standards, evidence and levels."""

    name = "bina.competencies"
    label = "competencies"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.competencies import entries, menu, reactions  # noqa: F401  imported for what they register
