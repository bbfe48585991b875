"""Addresses of the store: one base per version of xAPI, and the pages of those who look after it."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from bina.records.views import pages
from bina.records.views.xapi import documents, known, statements

app_name = "records"


class VersionConverter:
    """The version in an address: ``1.0.3`` is 1, ``2.0`` is 2."""

    regex = r"1\.0\.3|2\.0"

    def to_python(self, value: str) -> int:
        """The version as the rules know it."""
        return int(value[0])

    def to_url(self, value: int) -> str:
        """The version as addresses write it."""
        return "1.0.3" if value == 1 else "2.0"


register_converter(VersionConverter, "xapi")

_resources: list[URLPattern | URLResolver] = [
    path("statements", statements.statements, name="statements"),
    path("activities/state", documents.state, name="state"),
    path("activities/profile", documents.activity_profile, name="activity_profile"),
    path("activities", known.activities, name="activities"),
    path("agents/profile", documents.agent_profile, name="agent_profile"),
    path("agents", known.agents, name="agents"),
    path("about", known.about, name="about"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    # Programs join a base that ends with a slash and a resource that begins with one as often as not.
    path("xapi/<xapi:version>//", include(_resources)),
    path("xapi/<xapi:version>/", include(_resources)),
    path("records/", pages.home, name="home"),
    path("records/clients/new/", pages.add_client, name="add_client"),
    path("records/clients/<uuid:public_id>/", pages.client, name="client"),
    path("records/clients/<uuid:public_id>/secret/", pages.renew_secret, name="renew_secret"),
    path("records/clients/<uuid:public_id>/revoke/", pages.revoke_client, name="revoke_client"),
    path("records/statements/", pages.statements, name="browse"),
    path("records/vocabulary/", pages.vocabulary, name="vocabulary"),
    path("records/vocabulary/<slug:kind>/<str:code>", pages.vocabulary, name="word"),
]
