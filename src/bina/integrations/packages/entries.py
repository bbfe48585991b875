"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

PACKAGE_STARTED = declare("package.started", _("membuka paket belajar"))
PACKAGE_RESTARTED = declare("package.restarted", _("mengulang paket belajar dari awal"))
PACKAGE_JUDGED = declare("package.judged", _("mendapat hasil dari paket belajar"))
