"""Addresses of cmi5: opening units, the token of a session, the record of a learner."""

from django.urls import path

from bina.integrations.cmi5 import views

app_name = "cmi5"
urlpatterns = [
    path("fetch/<str:key>", views.fetch, name="fetch"),
    path("returned/", views.returned, name="returned"),
    path("returned/<uuid:public_id>/<slug:key>/", views.returned, name="returned_to"),
    path("versions/<uuid:public_id>/<slug:key>/", views.preview, name="preview"),
    path("<uuid:public_id>/<slug:key>/start/", views.start, name="start"),
    path("<uuid:public_id>/<slug:key>/state/", views.state, name="state"),
    path("<uuid:public_id>/<slug:key>/again/", views.again, name="again"),
    path("<uuid:public_id>/<slug:key>/record/", views.record, name="record"),
    path("<uuid:public_id>/<slug:key>/waive/", views.waive, name="waive"),
    path("<uuid:public_id>/<slug:key>/sessions/<uuid:session>/abandon/", views.abandon, name="abandon"),
]
