"""Addresses of packages: bringing them in, opening them, their files, their reports."""

from django.urls import path

from bina.integrations.packages import views

app_name = "packages"
urlpatterns = [
    path("import/", views.import_package, name="import"),
    path("<uuid:public_id>/<slug:key>/start/", views.start, name="start"),
    path("<uuid:public_id>/<slug:key>/again/", views.again, name="again"),
    path("<uuid:public_id>/<slug:key>/attempts/", views.attempts, name="attempts"),
    path("versions/<uuid:public_id>/<slug:key>/", views.preview, name="preview"),
    path("run/<str:token>/~state.js", views.state, name="state"),
    path("run/<str:token>/~save", views.save, name="save"),
    path("run/<str:token>/~player", views.player, name="player"),
    path("run/<str:token>/<path:name>", views.member, name="member"),
]
