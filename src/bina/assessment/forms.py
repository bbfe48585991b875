"""Forms of the item bank and of setting an attempt aside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ItemFileForm(forms.Form):
    """A file of items, with their pictures or without, and the bank it is meant for."""

    bank = forms.ChoiceField(label=_("Bank soal"))
    file = forms.FileField(
        label=_("Berkas soal"),
        help_text=_(
            "YAML (.yaml) paling besar 1 MB, atau ZIP (.zip) paling besar 3 MB berisi items.yaml dan gambarnya. Berkas "
            "diperiksa dulu; tidak ada yang ditulis sebelum Anda setuju."
        ),
    )

    def __init__(self, *args: Any, banks: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bank"].choices = banks  # type: ignore[attr-defined]  # a choice field


class ReasonForm(forms.Form):
    """Why something is changed; kept in the journal."""

    reason = forms.CharField(label=_("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
