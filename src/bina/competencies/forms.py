"""Forms for standards and local competencies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.competencies.models import Competency


class StandardForm(forms.Form):
    """What an agency asks of a job class on one competency from a day on."""

    competency = forms.ModelChoiceField(Competency.objects.none(), label=_("Kompetensi"))
    required_level = forms.IntegerField(
        label=_("Tingkat syarat"),
        min_value=1,
        max_value=5,
        help_text=_("1 dasar sampai 4 sangat mahir (manajerial sampai 5)."),
    )
    weight = forms.IntegerField(
        label=_("Bobot"), min_value=1, max_value=5, initial=3, help_text=_("1 pelengkap sampai 5 sangat penting.")
    )
    legal_basis = forms.CharField(
        label=_("Dasar hukum"), max_length=300, help_text=_("Nomor keputusan atau peraturan yang menetapkannya.")
    )
    valid_from = forms.DateField(
        label=_("Berlaku mulai"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, competencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["competency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = competencies


class LocalCompetencyForm(forms.Form):
    """A competency that only one agency uses."""

    code = forms.RegexField(
        r"^[A-Za-z0-9.\-]{2,20}$",
        label=_("Kode"),
        help_text=_("Huruf, angka, titik, atau tanda hubung; misalnya PTK-01."),
        error_messages={"invalid": _("Gunakan 2 sampai 20 huruf, angka, titik, atau tanda hubung.")},
    )
    name = forms.CharField(label=_("Nama kompetensi"), max_length=160)
    name_en = forms.CharField(label=_("Nama dalam bahasa Inggris"), max_length=160, required=False)
    description = forms.CharField(label=_("Uraian"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, level_count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level_count = level_count
        for number in range(1, level_count + 1):
            self.fields[f"level_{number}"] = forms.CharField(
                label=_("Perilaku tingkat %(number)s") % {"number": number}, max_length=400
            )

    def descriptors(self) -> list[str]:
        """One sentence per level, lowest first."""
        return [self.cleaned_data[f"level_{number}"] for number in range(1, self.level_count + 1)]


class StatementForm(forms.Form):
    """Why a person thinks that a level is wrong."""

    statement = forms.CharField(
        label=_("Apa yang menurut Anda keliru?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Misalnya: penilaian itu dibuat sebelum saya mengikuti pelatihan, atau nilainya milik orang lain."),
    )


class DecisionForm(forms.Form):
    """Why a request is decided as it is; the person reads it."""

    reason = forms.CharField(label=_("Alasan keputusan"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
