"""SCORM as a Django app."""

from django.apps import AppConfig


class ScormConfig(AppConfig):
    """The standard, known to courses and packages."""

    name = "bina.integrations.scorm"
    label = "scorm"

    def ready(self) -> None:
        """Register the kind of activity, the format of packages, and how they run."""
        from bina.integrations.scorm import rules  # noqa: F401  imported for what it registers
