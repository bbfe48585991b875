"""Foundation as a Django app: it owns the progress rows of long work."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Plumbing; lowest floor."""

    name = "bina.foundation"
    label = "foundation"
