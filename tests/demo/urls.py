"""The addresses of a demo installation, whatever the settings of the test run say."""

from django.urls import include, path

from bina.config.urls import urlpatterns as house

urlpatterns = [*house, path("demo/", include("bina.demo.urls"))]
