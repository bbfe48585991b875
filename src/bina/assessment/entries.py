"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

SESSION_STARTED = declare("session.started", _("memulai uji"))
SESSION_FINISHED = declare("session.finished", _("menyelesaikan uji"))
SESSION_EXPIRED = declare("session.expired", _("kehabisan waktu uji"))
SESSION_CANCELLED = declare("session.cancelled", _("membatalkan uji"))
RESULT_ADOPTED = declare("session.adopted", _("memakai hasil uji sebagai bukti"))
RATING_SUBMITTED = declare("rating.submitted", _("mengirim penilaian perilaku"))
SURVEY_ANSWERED = declare("survey.answered", _("menerima satu tanggapan survei"))
ITEMS_IMPORTED = declare("items.imported", _("mengimpor butir soal"))
ITEM_MOVED = declare("item.moved", _("mengubah keadaan butir soal"))
TIME_ALLOWED = declare("session.time_allowed", _("mengatur tambahan waktu uji"))
CALIBRATION_REQUESTED = declare("calibration.requested", _("meminta kalibrasi butir soal"))
CALIBRATION_PUBLISHED = declare("calibration.published", _("memakai hasil kalibrasi"))
CALIBRATION_ROLLED_BACK = declare("calibration.rolled_back", _("membatalkan hasil kalibrasi"))
