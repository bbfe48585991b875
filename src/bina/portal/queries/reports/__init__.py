"""The figures of the reports: dashboard of HR, page of the leader, team of a superior, and their tables."""

from bina.portal.queries.reports.dashboards import Dashboard, dashboard_of
from bina.portal.queries.reports.gaps import (
    PEOPLE_PER_PAGE,
    HeatMap,
    HeatRow,
    area_asked_for,
    competency_asked_for,
    heat_map,
    page_against_standard,
    people_against_standard,
)
from bina.portal.queries.reports.leader import Attention, LeaderPage, leader_page
from bina.portal.queries.reports.places import ReportPlace, report_place
from bina.portal.queries.reports.tables import (
    dashboard_table,
    leader_table,
    people_table,
    team_table,
)
from bina.portal.queries.reports.team import Member, Needed, members, needed_today, team_members

__all__ = [
    "PEOPLE_PER_PAGE",
    "Attention",
    "Dashboard",
    "HeatMap",
    "HeatRow",
    "LeaderPage",
    "Member",
    "Needed",
    "ReportPlace",
    "area_asked_for",
    "competency_asked_for",
    "dashboard_of",
    "dashboard_table",
    "heat_map",
    "leader_page",
    "leader_table",
    "members",
    "needed_today",
    "page_against_standard",
    "people_against_standard",
    "people_table",
    "report_place",
    "team_members",
    "team_table",
]
