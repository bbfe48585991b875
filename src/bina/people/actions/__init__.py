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
from bina.people.actions.imports import (
    apply_staff_file,
    cancel_import,
    check_staff_file,
    error_file,
    give_up_check,
    request_apply,
    result_lines,
    resume_import,
    staff_template,
    upload_staff_file,
)
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
    "apply_staff_file",
    "begin_sign_in",
    "cancel_import",
    "change_employee",
    "check_staff_file",
    "close_unit",
    "create_account",
    "create_agency",
    "create_platform_account",
    "end_acting_post",
    "end_session",
    "end_superior_override",
    "ensure_position",
    "error_file",
    "forget_old_failures",
    "give_acting_post",
    "give_up_check",
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
    "request_apply",
    "reset_access",
    "result_lines",
    "resume_import",
    "return_employee",
    "revoke_role",
    "staff_template",
    "token_hash",
    "transfer_employee",
    "upload_staff_file",
]
