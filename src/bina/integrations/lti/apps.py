"""LTI as a Django app."""

from django.apps import AppConfig


class LtiConfig(AppConfig):
    """Tools of others, opened from courses."""

    name = "bina.integrations.lti"
    label = "lti"

    def ready(self) -> None:
        """Announce the journal entries, the menu and the kind of activity."""
        from bina.integrations.lti import entries, menu, rules  # noqa: F401  imported for what they register
