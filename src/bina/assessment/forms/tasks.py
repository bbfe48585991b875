"""The form of a practical task."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import TaskFacts


class TaskForm(forms.Form):
    """The words of a practical task; its rubric is typed line by line beside it."""

    title = forms.CharField(label=_("Judul"), max_length=160)
    brief = forms.CharField(
        label=_("Apa yang diminta"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Boleh memakai Markdown: **tebal**, daftar, dan tabel. Sertakan semua bahan yang diperlukan."),
    )
    wants_text = forms.BooleanField(label=_("Diserahkan sebagai jawaban tertulis"), required=False)
    wants_files = forms.BooleanField(label=_("Diserahkan sebagai berkas"), required=False)
    minutes = forms.IntegerField(label=_("Perkiraan waktu mengerjakan (menit)"), min_value=5, max_value=2_400)
    due_days = forms.IntegerField(label=_("Ditunggu dalam berapa hari"), min_value=1, max_value=180)
    is_double = forms.TypedChoiceField(
        label=_("Dinilai oleh"),
        coerce=lambda value: value == "2",
        choices=[("2", _("dua penilai, yang ketiga memutuskan bila berbeda jauh")), ("1", _("satu penilai"))],
    )
    largest_difference = forms.IntegerField(
        label=_("Selisih jumlah nilai yang masih diterima"),
        min_value=0,
        max_value=48,
        help_text=_("Lebih dari ini, atau lebih dari satu langkah pada satu kriteria, diputuskan penilai ketiga."),
    )

    @staticmethod
    def initial_values() -> dict[str, Any]:
        """What a new task begins with."""
        return {"wants_text": True, "minutes": 45, "due_days": 14, "is_double": "2", "largest_difference": 3}

    @staticmethod
    def values_of(facts: TaskFacts) -> dict[str, Any]:
        """The words of a task as the form shows them."""
        return {**asdict(facts), "is_double": "2" if facts.is_double else "1"}

    def facts(self) -> TaskFacts:
        """What was typed; only after ``is_valid``."""
        return TaskFacts(**self.cleaned_data)
