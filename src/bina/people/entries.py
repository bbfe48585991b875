"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

AGENCY_CREATED = declare("agency.created", _("membuka instansi"))
EMPLOYEE_ADDED = declare("employee.added", _("menambahkan pegawai"))
EMPLOYEE_CHANGED = declare("employee.changed", _("mengubah data pegawai"))
EMPLOYEE_MOVED = declare("employee.moved", _("memindahkan pegawai"))
MOVE_PLANNED = declare("employee.move_planned", _("merencanakan perpindahan pegawai"))
EMPLOYEE_LEFT = declare("employee.left", _("mencatat pegawai keluar"))
EMPLOYEE_RETURNED = declare("employee.returned", _("mencatat pegawai kembali"))
ACTING_POST_GIVEN = declare("assignment.acting_given", _("menugaskan sebagai pejabat sementara"))
ACTING_POST_ENDED = declare("assignment.acting_ended", _("mengakhiri tugas pejabat sementara"))
SUPERIOR_OVERRIDDEN = declare("superior.overridden", _("menetapkan atasan khusus"))
SUPERIOR_OVERRIDE_ENDED = declare("superior.override_ended", _("mengakhiri atasan khusus"))
ROLE_GRANTED = declare("role.granted", _("memberi peran"))
ROLE_REVOKED = declare("role.revoked", _("mencabut peran"))
UNIT_INVITED = declare("unit.invited", _("mengundang pegawai unit"))
INVITATION_SENT = declare("invitation.sent", _("mengirim undangan"))
INVITATION_ACCEPTED = declare("invitation.accepted", _("menerima undangan"))
ACCOUNT_CREATED = declare("account.created", _("membuat akun"))
IMPORT_UPLOADED = declare("staff_import.uploaded", _("mengunggah berkas pegawai"))
IMPORT_PREVIEWED = declare("staff_import.previewed", _("memeriksa berkas pegawai"))
IMPORT_APPLY_REQUESTED = declare("staff_import.apply_requested", _("meminta penerapan berkas pegawai"))
IMPORT_CANCELLED = declare("staff_import.cancelled", _("membatalkan berkas pegawai"))
IMPORT_APPLIED = declare("staff_import.applied", _("menerapkan berkas pegawai"))
UNIT_ADDED = declare("unit.added", _("menambahkan unit"))
UNIT_CHANGED = declare("unit.changed", _("mengubah unit"))
UNIT_CLOSED = declare("unit.closed", _("menutup unit"))
ACCESS_RESET = declare("account.access_reset", _("memulihkan akses akun"))
SESSION_REVOKED = declare("session.revoked", _("mengakhiri sesi masuk"))
