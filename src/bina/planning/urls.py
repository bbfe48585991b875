"""Addresses of this room."""

from django.urls import path

from bina.planning import views

app_name = "planning"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("print/", views.print_mine, name="print_mine"),
    path("table.xlsx", views.table, name="table"),
    path("planned-hours/", views.planned_hours, name="planned_hours"),
    path("proposals/", views.take_proposal, name="take_proposal"),
    path("proposals/all/", views.take_all, name="take_all"),
    path("items/add/", views.add, name="add"),
    path("items/<uuid:public_id>/", views.item, name="item"),
    path("items/<uuid:public_id>/move/", views.move, name="move"),
    path("items/<uuid:public_id>/remove/", views.remove, name="remove"),
    path("items/<uuid:public_id>/restore/", views.restore, name="restore"),
    path("items/<uuid:public_id>/begin/", views.begin, name="begin"),
    path("items/<uuid:public_id>/done/", views.done, name="done"),
    path("items/<uuid:public_id>/reopen/", views.reopen, name="reopen"),
    path("plans/<uuid:public_id>/", views.plan, name="plan"),
    path("plans/<uuid:public_id>/print/", views.print_plan, name="print_plan"),
    path("plans/<uuid:public_id>/submit/", views.submit, name="submit"),
    path("plans/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("plans/<uuid:public_id>/revise/", views.revise, name="revise"),
    path("plans/<uuid:public_id>/discard/", views.discard, name="discard"),
    path("plans/<uuid:public_id>/decide/", views.decide, name="decide"),
    path("team/", views.team, name="team"),
    path("staff/", views.staff, name="staff"),
    path("cycle/<int:year>/", views.cycle, name="cycle"),
]
