"""Addresses of tools: the protocol, its services, and the pages of people."""

from django.urls import path

from bina.integrations.lti.views import learners, managers, pickers, protocol, services

app_name = "lti"
urlpatterns = [
    path("authorize/", protocol.authorize, name="authorize"),
    path("token/", protocol.token, name="token"),
    path("keys/", protocol.keys, name="keys"),
    path("configuration/", protocol.configuration, name="configuration"),
    path("register/", protocol.register, name="register"),
    path("back/<uuid:public_id>/", protocol.back, name="back"),
    path("picked/<str:token>/", protocol.picked_by_tool, name="picked_by_tool"),
    path("contexts/<uuid:course_id>/lineitems", services.line_items, name="line_items"),
    path("contexts/<uuid:course_id>/lineitems/<uuid:item_id>", services.line_item, name="line_item"),
    path("contexts/<uuid:course_id>/lineitems/<uuid:item_id>/scores", services.scores, name="scores"),
    path("contexts/<uuid:course_id>/lineitems/<uuid:item_id>/results", services.results, name="results_of_item"),
    path("contexts/<uuid:course_id>/memberships", services.roster, name="roster"),
    path("tools/", managers.tools, name="tools"),
    path("tools/new/", managers.add_tool, name="add_tool"),
    path("tools/invite/", managers.invite_tool, name="invite_tool"),
    path("tools/keys/rotate/", managers.rotate_key, name="rotate_key"),
    path("tools/<uuid:public_id>/", managers.tool, name="tool"),
    path("tools/<uuid:public_id>/change/", managers.change_tool, name="change_tool"),
    path("tools/<uuid:public_id>/state/", managers.change_state, name="change_state"),
    path("tools/<uuid:public_id>/check/", managers.check_connection, name="check_connection"),
    path("tools/<uuid:public_id>/sharing/", managers.set_sharing, name="set_sharing"),
    path("pick/<slug:slug>/", pickers.choose_tool, name="choose_tool"),
    path("pick/<slug:slug>/<uuid:public_id>/start/", pickers.pick, name="pick"),
    path("picks/<uuid:public_id>/", pickers.picked, name="picked"),
    path("trial/<uuid:public_id>/<slug:key>/start/", learners.trial, name="trial"),
    path("<uuid:public_id>/<slug:key>/start/", learners.start, name="start"),
    path("<uuid:public_id>/<slug:key>/inside/", learners.inside, name="inside"),
    path("<uuid:public_id>/<slug:key>/results/", learners.results, name="results"),
]
