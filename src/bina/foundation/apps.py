"""Foundation as a Django app: it owns the progress rows of long work."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Plumbing; lowest floor."""

    name = "bina.foundation"
    label = "foundation"

    def ready(self) -> None:
        """Teach the fields their further lookups."""
        from bina.foundation import lookups  # noqa: F401  registers itself
