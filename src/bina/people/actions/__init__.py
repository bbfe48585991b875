"""Everything that may be done with agencies, units, people, their places, roles and accounts."""

from bina.people.actions.accounts import (
    INVITATION_DAYS,
    Invited,
    accept_invitation,
    create_account,
    create_platform_account,
    invite,
    reset_access,
    token_hash,
)
from bina.people.actions.agencies import add_unit, close_unit, create_agency, ensure_position, rename_unit, reopen_unit
from bina.people.actions.placements import (
    end_acting_post,
    end_superior_override,
    give_acting_post,
    move_employee,
    override_superior,
    refresh_placements,
    transfer_employee,
)
from bina.people.actions.reference import load_reference_data
from bina.people.actions.roles import grant_role, revoke_role
from bina.people.actions.sign_in import begin_sign_in, end_session, forget_old_failures, note_right_password
from bina.people.actions.staff import add_employee, change_employee, mark_left, return_employee

__all__ = [
    "INVITATION_DAYS",
    "Invited",
    "accept_invitation",
    "add_employee",
    "add_unit",
    "begin_sign_in",
    "change_employee",
    "close_unit",
    "create_account",
    "create_agency",
    "create_platform_account",
    "end_acting_post",
    "end_session",
    "end_superior_override",
    "ensure_position",
    "forget_old_failures",
    "give_acting_post",
    "grant_role",
    "invite",
    "load_reference_data",
    "mark_left",
    "move_employee",
    "note_right_password",
    "override_superior",
    "refresh_placements",
    "rename_unit",
    "reopen_unit",
    "reset_access",
    "return_employee",
    "revoke_role",
    "token_hash",
    "transfer_employee",
]
