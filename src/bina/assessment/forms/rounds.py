"""Forms of rating rounds: one that begins, one that is extended, a rater who cannot judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import ROUND_KIND_NAMES
from bina.foundation.fields import Day, offer


class RoundForm(forms.Form):
    """A 180/360 round: where, through whose eyes, until when, and how many are asked."""

    title = forms.CharField(
        label=_("Nama putaran"),
        max_length=160,
        help_text=_("Dibaca semua penilai, misalnya “Putaran 360 pengawas 2026”."),
    )
    unit = forms.ChoiceField(
        label=_("Unit"), help_text=_("Yang dinilai dipilih dari unit ini dan semua unit di bawahnya.")
    )
    kind = forms.ChoiceField(label=_("Siapa yang menilai"), choices=[(k.value, n) for k, n in ROUND_KIND_NAMES.items()])
    closes_on = Day(label=_("Ditutup pada"), help_text=_("Hari terakhir penilaian diterima. Dua pekan biasanya cukup."))
    peer_count = forms.IntegerField(
        label=_("Rekan per orang"), min_value=0, max_value=12, initial=5,
        help_text=_("Dipakai dalam putaran 360. Lima memberi ruang bila satu atau dua tidak menjawab."),
    )  # fmt: skip
    subordinate_count = forms.IntegerField(
        label=_("Bawahan per orang"), min_value=0, max_value=20, initial=8,
        help_text=_("Bila bawahannya lebih banyak, dipilih yang paling sedikit dimintai."),
    )  # fmt: skip
    most_per_rater = forms.IntegerField(
        label=_("Paling banyak menilai"), min_value=1, max_value=20, initial=6,
        help_text=_("Tidak ada yang diminta menilai lebih dari sekian orang sebagai rekan atau bawahan."),
    )  # fmt: skip
    allows_suggestions = forms.BooleanField(
        label=_("Yang dinilai boleh mengusulkan rekan penilai; atasannya yang memutuskan"), required=False
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        if units:
            offer(self, "unit", units)
        else:
            del self.fields["unit"]


class ExtendRoundForm(forms.Form):
    """More time for a round, and why."""

    closes_on = Day(label=_("Tanggal penutupan baru"))
    reason = forms.CharField(label=_("Alasan"), max_length=300, help_text=_("Dibaca para penilai."))


class DeclineForm(forms.Form):
    """Why somebody cannot judge a person."""

    reason = forms.CharField(
        label=_("Mengapa Anda tidak dapat menilai"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya jarang bekerja bersama. Hanya penyelenggara yang membacanya."),
    )  # fmt: skip
