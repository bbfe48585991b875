"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

EVIDENCE_RECORDED = declare("evidence.recorded", _("mencatat bukti kompetensi"))
EVIDENCE_WITHDRAWN = declare("evidence.withdrawn", _("menarik bukti kompetensi"))
STANDARD_SET = declare("standard.set", _("menetapkan standar kompetensi jabatan"))
STANDARD_ENDED = declare("standard.ended", _("mengakhiri standar kompetensi jabatan"))
COMPETENCY_ADDED = declare("competency.added", _("menambahkan kompetensi instansi"))
COMPETENCY_CHANGED = declare("competency.changed", _("mengubah kata-kata kompetensi instansi"))
COMPETENCY_RETIRED = declare("competency.retired", _("mengakhiri kompetensi instansi"))
FRAMEWORK_UPLOADED = declare("framework.uploaded", _("mengunggah draf kamus kompetensi"))
FRAMEWORK_DISCARDED = declare("framework.discarded", _("membuang draf kamus kompetensi"))
FRAMEWORK_PUBLISHED = declare("framework.published", _("menerbitkan kamus kompetensi"))
FRAMEWORK_RETIRED = declare("framework.retired", _("mengakhiri kamus kompetensi"))
APPEAL_REQUESTED = declare("appeal.requested", _("meminta tingkat ditinjau"))
APPEAL_WITHDRAWN = declare("appeal.withdrawn", _("menarik permintaan peninjauan"))
APPEAL_ASSESSOR_NAMED = declare("appeal.assessor_named", _("menunjuk penelaah untuk peninjauan"))
APPEAL_OPINION_DECLINED = declare("appeal.opinion_declined", _("tidak dapat menilai permintaan peninjauan"))
APPEAL_ASSESSED = declare("appeal.assessed", _("memberi pendapat atas permintaan peninjauan"))
APPEAL_DECIDED = declare("appeal.decided", _("memutuskan permintaan peninjauan"))
SOURCE_ESTIMATE_REQUESTED = declare("source_estimate.requested", _("meminta taksiran kepercayaan sumber bukti"))
LEVEL_CUTS_ADOPTED = declare("level_cuts.adopted", _("memberlakukan batas tingkat"))
LEVEL_CUTS_WITHDRAWN = declare("level_cuts.withdrawn", _("menarik batas tingkat"))
SOURCE_CHANGED = declare("evidence_source.changed", _("mengubah kepercayaan pada sumber bukti"))
