"""Forms of surveys: the three steps of one that is prepared, and a later last day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import SURVEY_MODE_NAMES
from bina.foundation.fields import Day, offer


class NewSurveyForm(forms.Form):
    """The first step of a survey: with what, of whom, and how names are kept."""

    title = forms.CharField(
        label=_("Judul"), max_length=200,
        help_text=_("Dibaca oleh orang yang diundang, misalnya “Penerapan hasil pelatihan tata naskah, gelombang 2”."),
    )  # fmt: skip
    instrument = forms.ChoiceField(label=_("Instrumen"))
    unit = forms.ChoiceField(
        label=_("Unit"), help_text=_("Bersama semua unit di bawahnya. Dapat dipersempit sesudah ini.")
    )
    mode = forms.ChoiceField(
        label=_("Nama penjawab"), choices=list(SURVEY_MODE_NAMES.items()), initial="anonymous",
        help_text=_("Tidak dapat diganti setelah ini, karena menjadi janji kepada yang menjawab."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, instruments: list[tuple[str, str]], units: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        offer(self, "instrument", instruments)
        offer(self, "unit", units)


class AudienceForm(forms.Form):
    """The second step: whom a survey asks."""

    title = forms.CharField(label=_("Judul"), max_length=200)
    unit = forms.ChoiceField(label=_("Unit"), help_text=_("Bersama semua unit di bawahnya."))
    job_classes = forms.MultipleChoiceField(
        label=_("Hanya kelas jabatan"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Kosong: semua kelas jabatan."),
    )  # fmt: skip
    numbers = forms.CharField(
        label=_("Hanya orang ini"), required=False, max_length=40_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("NIP, satu per baris, misalnya peserta sebuah pelatihan. Kosong: semua orang di unit itu."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, job_classes: list[tuple[str, str]], units: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        offer(self, "job_classes", job_classes)
        offer(self, "unit", units)


class SurveyDaysForm(forms.Form):
    """The third step: from when to when."""

    opens_on = Day(label=_("Dibuka"))
    closes_on = Day(
        label=_("Hari terakhir"), help_text=_("Yang belum menjawab diingatkan otomatis tiga hari sebelumnya.")
    )


class LastDayForm(forms.Form):
    """A later last day for an open survey."""

    closes_on = Day(label=_("Hari terakhir"))
