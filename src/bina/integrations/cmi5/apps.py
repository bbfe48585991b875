"""cmi5 as a Django app."""

from django.apps import AppConfig


class Cmi5Config(AppConfig):
    """The standard, known to courses, packages and the record store."""

    name = "bina.integrations.cmi5"
    label = "cmi5"

    def ready(self) -> None:
        """Register the kind of activity, the format of packages, where they run, and who may visit the store."""
        from bina.integrations.cmi5 import entries, rules  # noqa: F401  imported for what they register
        from bina.integrations.cmi5.adapters import open_visit
        from bina.integrations.cmi5.queries import place_of_session
        from bina.integrations.packages.queries import register_places
        from bina.records.registry import receive

        register_places("c", place_of_session)
        receive("cmi5", open_visit)
