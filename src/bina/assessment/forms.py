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
        self.fields["bank"].choices = banks  # type: ignore[attr-defined]  # a choice field
        self.fields["competency"].choices = [("", "–"), *competencies]  # type: ignore[attr-defined]  # a choice field


class AllowanceForm(forms.Form):
    """More time for somebody who needs it."""

    factor = forms.ChoiceField(
        label=_("Tambahan waktu"),
        required=False,
        choices=[
            ("", _("Tidak ada")),
            ("1.25", _("25% lebih lama")),
            ("1.5", _("50% lebih lama")),
            ("2", _("dua kali")),
        ],
    )
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya memakai pembaca layar. Hanya pengelola kepegawaian yang membacanya."),
    )


class ReasonForm(forms.Form):
    """Why something is changed; kept in the journal."""

    reason = forms.CharField(label=_("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
