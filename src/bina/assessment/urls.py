"""Addresses of this room."""

from django.urls import path

from bina.assessment.views import attempts, calibration, diagnostic, home, items, ratings, sessions

app_name = "assessment"
urlpatterns = [
    path("", home.home, name="home"),
    path("history/", home.history, name="history"),
    path("competencies/<uuid:competency_id>/", home.measure, name="measure"),
    path("tests/<uuid:public_id>/", home.test, name="test"),
    path("diagnostic/", diagnostic.begin, name="begin_diagnostic"),
    path("diagnostic/<uuid:public_id>/", diagnostic.diagnostic, name="diagnostic"),
    path("sessions/<uuid:public_id>/adopt/", diagnostic.adopt, name="adopt"),
    path("sessions/<uuid:public_id>/", sessions.session, name="session"),
    path("sessions/<uuid:public_id>/<int:position>/", sessions.question, name="question"),
    path("sessions/<uuid:public_id>/review/", sessions.review, name="review"),
    path("sessions/<uuid:public_id>/finish/", sessions.finish, name="finish"),
    path("sessions/<uuid:public_id>/result/", sessions.result, name="result"),
    path("ratings/self/", ratings.self_rating, name="self_rating"),
    path("ratings/team/", ratings.to_rate, name="to_rate"),
    path("ratings/of/<uuid:public_id>/", ratings.rate, name="rate"),
    path("ratings/<uuid:public_id>/", ratings.rating, name="rating"),
    path("people/<uuid:public_id>/", attempts.attempts, name="attempts"),
    path("people/<uuid:public_id>/time/", attempts.allow_time, name="allow_time"),
    path("people/<uuid:public_id>/<uuid:session_id>/cancel/", attempts.cancel, name="cancel"),
    path("images/<slug:digest>/", items.image, name="image"),
    path("items/", items.items, name="items"),
    path("calibrations/", calibration.calibrations, name="calibrations"),
    path("calibrations/<uuid:public_id>/", calibration.calibration, name="calibration"),
    path("calibrations/<uuid:public_id>/progress/", calibration.progress, name="calibration_progress"),
    path("calibrations/<uuid:public_id>/decide/", calibration.decide, name="decide_calibration"),
    path("items/import/", items.import_items, name="import_items"),
    path("items/import/template.<str:ending>", items.table_template, name="table_template"),
    path("items/export/", items.export_items, name="export_items"),
    path("items/export/formats/", items.export_formats, name="export_formats"),
    path("items/<uuid:public_id>/", items.item, name="item"),
    path("items/<uuid:public_id>/state/", items.change_item_state, name="change_item_state"),
]
