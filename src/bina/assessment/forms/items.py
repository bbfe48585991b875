"""The form of a file of items."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.foundation.fields import offer


class ItemFileForm(forms.Form):
    """A file of items, with their pictures or without, and the bank it is meant for."""

    bank = forms.ChoiceField(label=_("Bank soal"))
    file = forms.FileField(
        label=_("Berkas soal"),
        help_text=_(
            "YAML (.yaml), ZIP berisi items.yaml dan gambarnya, GIFT (.gift, .txt), Moodle XML (.xml), QTI (.xml, .zip), atau "
            "tabel (.csv, .xlsx); teks paling besar 1 MB, yang lain 3 MB. Berkas diperiksa dulu; tidak ada yang ditulis "
            "sebelum Anda setuju."
        ),
    )
    competency = forms.ChoiceField(
        label=_("Kompetensi bila berkas tidak menyebutnya"), required=False,
        help_text=_("Untuk berkas dari sistem lain. Tanda (tag) seperti “competency:4.2” di dalam berkas didahulukan."),
    )  # fmt: skip
    level = forms.TypedChoiceField(
        label=_("Tingkat bila berkas tidak menyebutnya"), required=False, coerce=int, empty_value=None,
        choices=[("", "–"), *((level, level) for level in range(1, 6))],
        help_text=_("Tanda (tag) seperti “level:2” di dalam berkas didahulukan."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, banks: list[tuple[str, str]], competencies: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        offer(self, "bank", banks)
        offer(self, "competency", [("", "–"), *competencies])
