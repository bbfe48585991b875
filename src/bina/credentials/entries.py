"""What this room writes in the journal."""

from django.utils.translation import gettext_lazy as _

from bina.journal.registry import declare

HOURS_RECORDED = declare("hours.recorded", _("mencatat jam pelajaran"))
HOURS_VOIDED = declare("hours.voided", _("membatalkan catatan jam pelajaran"))
HOUR_RULE_SET = declare("hour_rule.set", _("menetapkan aturan jam pelajaran"))
HOUR_REQUIREMENT_SET = declare("hour_requirement.set", _("menetapkan batas jam pelajaran"))
ISSUER_SET = declare("issuer.set", _("menetapkan penerbit sertifikat"))
CERTIFICATE_ISSUED = declare("certificate.issued", _("menerbitkan sertifikat"))
CERTIFICATE_REVOKED = declare("certificate.revoked", _("mencabut sertifikat"))
