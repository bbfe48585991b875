"""The journal as a Django app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Entries and notifications."""

    name = "bina.journal"
    label = "journal"
