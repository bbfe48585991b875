"""Addresses of this room."""

from django.urls import path

from bina.competencies import views

app_name = "competencies"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("why/<uuid:competency_id>/", views.reason, name="reason"),
    path("why/<uuid:competency_id>/review/", views.request_review, name="request_review"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/<uuid:public_id>/", views.decide_review, name="decide_review"),
    path("reviews/<uuid:public_id>/withdraw/", views.withdraw_review, name="withdraw_review"),
    path("of/<uuid:public_id>/", views.profile_of, name="profile_of"),
    path("of/<uuid:public_id>/why/<uuid:competency_id>/", views.reason_of, name="reason_of"),
    path("frameworks/", views.frameworks, name="frameworks"),
    path("frameworks/<str:code>/", views.framework, name="framework"),
    path("areas/<uuid:area_id>/add/", views.add_local, name="add_local"),
    path("about/<uuid:competency_id>/", views.competency, name="competency"),
    path("standards/", views.standards, name="standards"),
    path("standards/<slug:code>/", views.standards_of_class, name="standards_of_class"),
    path("standards/end/<int:standard_id>/", views.end_standard, name="end_standard"),
]
