"""The tables of this room."""

from bina.people.models.accounts import AccountSession, Invitation, RoleGrant, SignInFailure, User, UserManager
from bina.people.models.agencies import Agency, OrgUnit, Province
from bina.people.models.employees import ACTIVE_STATUSES, Assignment, Employee, SuperiorOverride
from bina.people.models.imports import StaffImport, StaffImportRow
from bina.people.models.positions import JobClass, Position
from bina.people.models.sums import KeptSums, SumMark

__all__ = [
    "ACTIVE_STATUSES",
    "AccountSession",
    "Agency",
    "Assignment",
    "Employee",
    "Invitation",
    "JobClass",
    "KeptSums",
    "OrgUnit",
    "Position",
    "Province",
    "RoleGrant",
    "SignInFailure",
    "StaffImport",
    "StaffImportRow",
    "SumMark",
    "SuperiorOverride",
    "User",
    "UserManager",
]
