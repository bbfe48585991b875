"""Where every room lives."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from bina.config import views
from bina.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", views.health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("competencies/", include("bina.competencies.urls")),
    path("assessment/", include("bina.assessment.urls")),
    path("learning/", include("bina.learning.urls")),
    path("credentials/", include("bina.credentials.urls")),
    path("lti/", include("bina.integrations.lti.urls")),
    path("packages/", include("bina.integrations.packages.urls")),
    path("cmi5/", include("bina.integrations.cmi5.urls")),
    path("planning/", include("bina.planning.urls")),
    path("evaluation/", include("bina.evaluation.urls")),
    path("", include("bina.records.urls")),
    path("", include("bina.journal.urls")),
    path("", include("bina.people.urls")),
    path("", include("bina.portal.urls")),
    path("account/", include("allauth.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("bina.demo.urls")))
