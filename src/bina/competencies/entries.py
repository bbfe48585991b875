"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

EVIDENCE_RECORDED = declare("evidence.recorded", _("mencatat bukti kompetensi"))
EVIDENCE_WITHDRAWN = declare("evidence.withdrawn", _("menarik bukti kompetensi"))
STANDARD_SET = declare("standard.set", _("menetapkan standar kompetensi jabatan"))
STANDARD_ENDED = declare("standard.ended", _("mengakhiri standar kompetensi jabatan"))
COMPETENCY_ADDED = declare("competency.added", _("menambahkan kompetensi instansi"))
FRAMEWORK_PUBLISHED = declare("framework.published", _("menerbitkan kamus kompetensi"))
FRAMEWORK_RETIRED = declare("framework.retired", _("mengakhiri kamus kompetensi"))
APPEAL_REQUESTED = declare("appeal.requested", _("meminta tingkat ditinjau"))
APPEAL_WITHDRAWN = declare("appeal.withdrawn", _("menarik permintaan peninjauan"))
APPEAL_DECIDED = declare("appeal.decided", _("memutuskan permintaan peninjauan"))
