"""The form of extra time."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.models import TimeAllowance


class AllowanceForm(forms.Form):
    """More time for somebody who needs it."""

    factor = forms.ChoiceField(
        label=_("Tambahan waktu"),
        required=False,
        choices=[("", _("Tidak ada")), *TimeAllowance.Factor.choices],
    )
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya memakai pembaca layar. Hanya pengelola kepegawaian yang membacanya."),
    )
