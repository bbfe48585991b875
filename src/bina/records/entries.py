"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

STORE_OPENED = declare("record_store.opened", _("membuka penyimpanan rekam belajar"))
CLIENT_ADDED = declare("record_client.added", _("mendaftarkan aplikasi rekam belajar"))
CLIENT_CHANGED = declare("record_client.changed", _("mengubah hak aplikasi rekam belajar"))
CLIENT_SECRET_RENEWED = declare("record_client.secret_renewed", _("mengganti rahasia aplikasi rekam belajar"))
CLIENT_REVOKED = declare("record_client.revoked", _("mencabut aplikasi rekam belajar"))
