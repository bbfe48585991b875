"""Addresses of the demo."""

from django.urls import path

from bina.demo import views

app_name = "demo"
urlpatterns = [path("accounts/", views.accounts, name="accounts")]
