"""H5P as a Django app."""

from django.apps import AppConfig


class H5pConfig(AppConfig):
    """The format, known to courses and packages."""

    name = "bina.integrations.h5p"
    label = "h5p"

    def ready(self) -> None:
        """Register the kind of activity, the format of packages, and how they run."""
        from bina.integrations.h5p import rules  # noqa: F401  imported for what it registers
