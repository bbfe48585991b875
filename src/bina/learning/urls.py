"""Addresses of courses, the player, and the workshop of authors."""

from django.urls import path

from bina.learning import views

app_name = "learning"
urlpatterns = [
    path("media/<slug:digest>/<str:name>", views.media, name="media"),
]
