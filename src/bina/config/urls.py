"""Where every room lives."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from bina.config import views

ROOMS = (
    ("competencies/", "competencies"),
    ("assessment/", "assessment"),
    ("learning/", "learning"),
    ("credentials/", "credentials"),
    ("planning/", "planning"),
    ("evaluation/", "evaluation"),
    ("", "journal"),
    ("", "people"),
    ("", "portal"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", views.health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
for prefix, room in ROOMS:
    if find_spec(f"bina.{room}.urls"):
        urlpatterns.append(path(prefix, include(f"bina.{room}.urls")))
