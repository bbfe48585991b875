"""The form of a panel that sets standards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import FEWEST_PANEL_ITEMS, METHOD_NAMES, MOST_PANEL_ITEMS
from bina.foundation.fields import offer


class PanelForm(forms.Form):
    """What a panel for standard setting is about, and how it judges."""

    title = forms.CharField(label=_("Nama panel"), max_length=160)
    scope = forms.ChoiceField(label=_("Lingkup"), required=False)
    method = forms.ChoiceField(
        label=_("Cara menilai"), choices=METHOD_NAMES.items(),
        help_text=_("Angoff: panelis menaksir peluang setiap butir. Penanda: panelis menandai satu batas pada urutan butir."),
    )  # fmt: skip
    levels = forms.TypedMultipleChoiceField(
        label=_("Tingkat yang dicari batasnya"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    item_count = forms.IntegerField(
        label=_("Jumlah butir"), min_value=FEWEST_PANEL_ITEMS, max_value=MOST_PANEL_ITEMS, initial=20,
        help_text=_("Diambil merata dari yang mudah sampai yang sulit. Dua puluh butir memakan waktu sekitar 40 menit per putaran."),
    )  # fmt: skip

    def __init__(self, *args: Any, scopes: list[tuple[str, str]], level_count: int, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "scope", [("", _("Seluruh kamus")), *scopes])
        offer(self, "levels", [(level, level) for level in range(1, level_count + 1)])
