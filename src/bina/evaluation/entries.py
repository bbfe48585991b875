"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

PROGRAMME_OPENED = declare("programme.opened", _("membuka evaluasi program"))
PROGRAMME_CHANGED = declare("programme.changed", _("mengubah program evaluasi"))
EFFECT_ESTIMATED = declare("programme.effect_estimated", _("menghitung hasil program"))
