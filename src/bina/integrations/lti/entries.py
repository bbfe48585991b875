"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare
from bina.records.registry import ADL, keep_quiet, tell_as

TOOL_REGISTERED = declare("lti_tool.registered", _("mendaftarkan alat belajar"))
TOOL_CHANGED = declare("lti_tool.changed", _("mengubah pendaftaran alat belajar"))
TOOL_SWITCHED_ON = declare("lti_tool.switched_on", _("menyalakan alat belajar"))
TOOL_SWITCHED_OFF = declare("lti_tool.switched_off", _("mematikan alat belajar"))
TOOL_REMOVED = declare("lti_tool.removed", _("menghapus alat belajar"))
SHARING_CHANGED = declare("lti_tool.sharing_changed", _("mengubah data yang diketahui alat belajar"))
KEY_ROTATED = declare("lti_key.rotated", _("mengganti kunci tanda tangan untuk alat belajar"))
TOOL_OPENED = declare("lti.opened", _("membuka alat belajar"))
SCORE_TAKEN = declare("lti.scored", _("mendapat nilai dari alat belajar"))
CONTENT_PICKED = declare("lti.picked", _("memilih isi dari alat belajar"))
CONTENT_ADDED = declare("lti.added", _("memasukkan isi alat belajar ke kursus"))

tell_as("lti.opened", verb=f"{ADL}verbs/launched")
tell_as("lti.scored", verb=f"{ADL}verbs/scored")
keep_quiet("lti_key.rotated")
