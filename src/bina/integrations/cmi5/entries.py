"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare
from bina.records.registry import keep_quiet

CMI5_IMPORTED = declare("cmi5.imported", _("mengimpor paket cmi5 melalui API"))
CMI5_REMOVED = declare("cmi5.removed", _("menghapus paket cmi5 melalui API"))
CMI5_LAUNCHED = declare("cmi5.launched", _("meluncurkan unit cmi5"))
CMI5_RESTARTED = declare("cmi5.restarted", _("memulai paket cmi5 dari awal"))
CMI5_SATISFIED = declare("cmi5.satisfied", _("memenuhi unit cmi5"))
CMI5_WAIVED = declare("cmi5.waived", _("membebaskan seseorang dari unit cmi5"))
CMI5_ABANDONED = declare("cmi5.abandoned", _("menutup sesi cmi5 yang ditinggalkan"))
# These stand in the store as statements of cmi5 already.
keep_quiet("cmi5.launched", "cmi5.restarted", "cmi5.satisfied", "cmi5.waived", "cmi5.abandoned")
