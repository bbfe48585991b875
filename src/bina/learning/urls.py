"""Addresses of courses, the player, and the workshop of authors."""

from django.urls import path

from bina.learning import views

app_name = "learning"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("mine/", views.mine, name="mine"),
    path("courses/<slug:slug>/", views.course, name="course"),
    path("courses/<slug:slug>/enrol/", views.enrol, name="enrol"),
    path("media/<slug:digest>/<str:name>", views.media, name="media"),
    path("<uuid:public_id>/", views.resume, name="resume"),
    path("<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:public_id>/<slug:key>/", views.activity, name="activity"),
    path("<uuid:public_id>/<slug:key>/done/", views.complete, name="complete"),
    path("<uuid:public_id>/<slug:key>/report/", views.report, name="report"),
    path("<uuid:public_id>/<slug:key>/download/", views.download, name="download"),
    path("<uuid:public_id>/<slug:key>/quiz/", views.submit_quiz, name="submit_quiz"),
    path("<uuid:public_id>/<slug:key>/test/", views.begin_test, name="begin_test"),
    path("<uuid:public_id>/<slug:key>/test/<int:position>/", views.answer_test, name="answer_test"),
    path("<uuid:public_id>/<slug:key>/test/finish/", views.finish_test, name="finish_test"),
    path("managed/", views.managed, name="managed"),
    path("managed/import/", views.import_course, name="import"),
    path("managed/<slug:slug>/", views.manage_course, name="manage"),
    path("managed/<slug:slug>/participants/", views.participants, name="participants"),
    path("managed/<slug:slug>/enrol/", views.enrol_others, name="enrol_others"),
    path("managed/<slug:slug>/archive/", views.archive, name="archive"),
    path("managed/<slug:slug>/restore/", views.restore, name="restore"),
    path("managed/versions/<uuid:public_id>/publish/", views.publish, name="publish"),
    path("managed/versions/<uuid:public_id>/discard/", views.discard, name="discard"),
    path("managed/versions/<uuid:public_id>/export/", views.export, name="export"),
    path("managed/versions/<uuid:public_id>/preview/", views.preview, name="preview"),
    path("managed/versions/<uuid:public_id>/preview/<slug:key>/", views.preview_activity, name="preview_activity"),
    path("managed/enrolments/<uuid:public_id>/", views.participant, name="participant"),
    path("managed/enrolments/<uuid:public_id>/repair/", views.repair, name="repair"),
    path("managed/enrolments/<uuid:public_id>/reopen/", views.reopen, name="reopen"),
    path("managed/progress/<uuid:public_id>/", views.progress, name="progress"),
]
