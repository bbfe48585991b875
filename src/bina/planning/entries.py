"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

PLAN_STARTED = declare("plan.started", _("mulai menyusun rencana"))
PLAN_SUBMITTED = declare("plan.submitted", _("mengajukan rencana"))
PLAN_WITHDRAWN = declare("plan.withdrawn", _("menarik kembali rencana"))
PLAN_APPROVED = declare("plan.approved", _("menyetujui rencana"))
PLAN_RETURNED = declare("plan.returned", _("mengembalikan rencana"))
PLAN_REVISED = declare("plan.revised", _("mengubah rencana yang sudah disetujui"))
PLAN_DISCARDED = declare("plan.discarded", _("membatalkan perubahan rencana"))
ITEM_ADDED = declare("plan_item.added", _("menambahkan kegiatan ke rencana"))
ITEM_CHANGED = declare("plan_item.changed", _("mengubah kegiatan dalam rencana"))
ITEM_DROPPED = declare("plan_item.dropped", _("mengeluarkan kegiatan dari rencana"))
ITEM_STARTED = declare("plan_item.started", _("memulai kegiatan dalam rencana"))
ITEM_DONE = declare("plan_item.done", _("menyelesaikan kegiatan dalam rencana"))
ITEM_REOPENED = declare("plan_item.reopened", _("membuka kembali kegiatan dalam rencana"))
CYCLE_SET = declare("planning_cycle.set", _("menetapkan masa penyusunan rencana"))
