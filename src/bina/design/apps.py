"""Design as a Django app: it owns static files and templates, no tables."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """The look."""

    name = "bina.design"
    label = "design"
