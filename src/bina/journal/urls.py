"""Addresses of the notices."""

from django.urls import path

from bina.journal import views

app_name = "journal"
urlpatterns = [
    path("notifications/", views.inbox, name="inbox"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<uuid:public_id>/", views.open_notice, name="open_notice"),
]
