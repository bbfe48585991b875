"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

COURSE_IMPORTED = declare("course.imported", _("mengimpor versi kursus"))
COURSE_PUBLISHED = declare("course.published", _("menerbitkan kursus"))
COURSE_ARCHIVED = declare("course.archived", _("mengarsipkan kursus"))
COURSE_RESTORED = declare("course.restored", _("membuka kembali kursus dari arsip"))
DRAFT_DISCARDED = declare("course.draft_discarded", _("membuang draf kursus"))
EFFECT_RECORDED = declare("course.effect_recorded", _("mencatat dampak kursus"))
ENROLMENT_STARTED = declare("enrolment.started", _("mulai mengikuti kursus"))
ENROLMENT_RESUMED = declare("enrolment.resumed", _("kembali mengikuti kursus"))
ENROLMENT_WITHDRAWN = declare("enrolment.withdrawn", _("berhenti dari kursus"))
ENROLMENT_COMPLETED = declare("enrolment.completed", _("menyelesaikan kursus"))
ENROLMENT_REOPENED = declare("enrolment.reopened", _("membuka kembali keikutsertaan kursus"))
UNIT_ENROLMENT_REQUESTED = declare("enrolment.unit_requested", _("mendaftarkan satu unit ke kursus"))
ACTIVITY_COMPLETED = declare("activity.completed", _("menyelesaikan bagian kursus"))
ACTIVITY_REPAIRED = declare("activity.repaired", _("memperbaiki catatan bagian kursus"))
