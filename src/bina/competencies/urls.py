"""Addresses of this room."""

from django.urls import path

from bina.competencies.views import (
    dictionaries,
    framework_files,
    histories,
    local_competencies,
    profiles,
    reviews,
    sources,
    standards,
)

app_name = "competencies"
urlpatterns = [
    path("", profiles.profile, name="profile"),
    path("table.xlsx", profiles.profile_table, name="profile_table"),
    path("why/<uuid:competency_id>/", profiles.reason, name="reason"),
    path("why/<uuid:competency_id>/review/", reviews.request_review, name="request_review"),
    path("history/<uuid:subject_id>/", histories.history, name="history"),
    path("history/<uuid:subject_id>/table.xlsx", histories.history_table, name="history_table"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<uuid:public_id>/", reviews.decide_review, name="decide_review"),
    path("reviews/<uuid:public_id>/withdraw/", reviews.withdraw_review, name="withdraw_review"),
    path("reviews/<uuid:public_id>/assessor/", reviews.name_assessor, name="name_assessor"),
    path("reviews/<uuid:public_id>/opinion/", reviews.give_opinion, name="give_opinion"),
    path("reviews/<uuid:public_id>/opinion/decline/", reviews.decline_opinion, name="decline_opinion"),
    path("of/<uuid:public_id>/", profiles.profile_of, name="profile_of"),
    path("of/<uuid:public_id>/table.xlsx", profiles.profile_table_of, name="profile_table_of"),
    path("of/<uuid:public_id>/why/<uuid:competency_id>/", profiles.reason_of, name="reason_of"),
    path("of/<uuid:public_id>/history/<uuid:subject_id>/", histories.history_of, name="history_of"),
    path(
        "of/<uuid:public_id>/history/<uuid:subject_id>/table.xlsx", histories.history_table_of, name="history_table_of"
    ),
    path("frameworks/", dictionaries.frameworks, name="frameworks"),
    path("frameworks/upload/", framework_files.upload, name="upload_framework"),
    path("frameworks/<str:code>/file.yaml", framework_files.download, name="framework_file"),
    path("frameworks/<str:code>/publish/", framework_files.publish, name="publish_framework"),
    path("frameworks/<str:code>/retire/", framework_files.retire, name="retire_framework"),
    path("frameworks/<str:code>/discard/", framework_files.discard, name="discard_framework"),
    path("frameworks/<str:code>/", dictionaries.framework, name="framework"),
    path("areas/<uuid:area_id>/add/", local_competencies.add, name="add_local"),
    path("about/<uuid:competency_id>/change/", local_competencies.change, name="change_local"),
    path("about/<uuid:competency_id>/retire/", local_competencies.retire, name="retire_local"),
    path("about/<uuid:competency_id>/", dictionaries.competency, name="competency"),
    path("sources/", sources.sources, name="sources"),
    path("sources/progress/", sources.sources_progress, name="sources_progress"),
    path("sources/<slug:code>/change/", sources.change_source, name="change_source"),
    path("standards/", standards.standards, name="standards"),
    path("standards/<slug:code>/", standards.standards_of_class, name="standards_of_class"),
    path("standards/end/<int:standard_id>/", standards.end_standard, name="end_standard"),
]
