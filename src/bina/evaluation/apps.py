"""Evaluation as a Django app."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Did it work: programmes, reactions, gains."""

    name = "bina.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the reactions."""
        from bina.evaluation import entries, menu, reactions  # noqa: F401  imported for what they register
