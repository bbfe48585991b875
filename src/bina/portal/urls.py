"""Addresses of the pages that span the house."""

from django.urls import path

from bina.portal.views import home, reports

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("about/", home.about, name="about"),
    path("team/", reports.team, name="team"),
    path("team/table.xlsx", reports.team_table, name="team_table"),
    path("dashboard/", reports.dashboard, name="dashboard"),
    path("dashboard/people/", reports.dashboard_people, name="dashboard_people"),
    path("dashboard/<slug:table>.xlsx", reports.dashboard_table, name="dashboard_table"),
    path("leader/", reports.leader, name="leader"),
    path("leader/<slug:table>.xlsx", reports.leader_table, name="leader_table"),
]
