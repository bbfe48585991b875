"""The demo as a Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Fictional agencies to look around in."""

    name = "bina.demo"
    label = "demo"
