"""Addresses of accounts, people, units, roles, the audit trail and the staff import."""

from django.urls import path

from bina.people.views import account, changes, imports, oversight, staff, units

app_name = "people"
urlpatterns = [
    path("account/", account.overview, name="account"),
    path("account/mail/", account.wish_for_mail, name="wish_for_mail"),
    path("account/sessions/<int:pk>/end/", account.end_session, name="end_session"),
    path("invitation/<str:token>/", account.accept_invitation, name="accept_invitation"),
    path("people/", staff.directory, name="staff"),
    path("people/units/", units.tree, name="units"),
    path("people/units/<uuid:public_id>/", units.unit, name="unit"),
    path("people/units/<uuid:public_id>/add/", units.add, name="add_unit"),
    path("people/units/<uuid:public_id>/rename/", units.rename, name="rename_unit"),
    path("people/units/<uuid:public_id>/close/", units.close, name="close_unit"),
    path("people/agencies/add/", units.add_agency, name="add_agency"),
    path("people/units/<uuid:public_id>/invite/", units.invite, name="invite_unit"),
    path("people/units/<uuid:public_id>/reopen/", units.reopen, name="reopen_unit"),
    path("people/units/<uuid:public_id>/add-person/", changes.add, name="add_person"),
    path("people/roles/", oversight.roles, name="roles"),
    path("people/roles/<uuid:public_id>/revoke/", changes.revoke, name="revoke_role"),
    path("people/journal/", oversight.journal, name="journal"),
    path("people/imports/", imports.index, name="imports"),
    path("people/imports/template/", imports.template, name="import_template"),
    path("people/imports/<uuid:public_id>/", imports.detail, name="import"),
    path("people/imports/<uuid:public_id>/progress/", imports.progress, name="import_progress"),
    path("people/imports/<uuid:public_id>/rows/", imports.rows, name="import_rows"),
    path("people/imports/<uuid:public_id>/apply/", imports.apply, name="import_apply"),
    path("people/imports/<uuid:public_id>/cancel/", imports.cancel, name="import_cancel"),
    path("people/imports/<uuid:public_id>/resume/", imports.resume, name="import_resume"),
    path("people/imports/<uuid:public_id>/errors/", imports.errors, name="import_errors"),
    path("people/imports/<uuid:public_id>/result/", imports.result, name="import_result"),
    path("people/acting/<uuid:public_id>/end/", changes.end_acting, name="end_acting"),
    path("people/<uuid:public_id>/", staff.person, name="person"),
    path("people/<uuid:public_id>/change/", changes.change, name="change_person"),
    path("people/<uuid:public_id>/move/", changes.move, name="move"),
    path("people/<uuid:public_id>/transfer/", changes.transfer, name="transfer"),
    path("people/<uuid:public_id>/leave/", changes.leave, name="leave"),
    path("people/<uuid:public_id>/return/", changes.come_back, name="come_back"),
    path("people/<uuid:public_id>/acting/", changes.acting, name="acting"),
    path("people/<uuid:public_id>/superior/", changes.superior, name="superior"),
    path("people/<uuid:public_id>/superior/end/", changes.end_superior, name="end_superior"),
    path("people/<uuid:public_id>/invite/", changes.invite, name="invite"),
    path("people/<uuid:public_id>/reset-access/", changes.reset_access, name="reset_access"),
    path("people/<uuid:public_id>/role/", changes.grant, name="grant_role"),
]
