"""Addresses of evaluation."""

from django.urls import path

from bina.evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<uuid:public_id>/", views.programme, name="programme"),
    path("programmes/<uuid:public_id>/change/", views.change_programme, name="change_programme"),
    path("programmes/<uuid:public_id>/<slug:table>.xlsx", views.programme_table, name="programme_table"),
    path("survey/<uuid:public_id>/", views.survey, name="survey"),
]
