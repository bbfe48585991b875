"""Tells Django that the top floor holds commands, middleware and message catalogues."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The top floor as a Django app."""

    name = "bina.config"
    label = "config"
