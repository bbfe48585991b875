"""What is typed about a programme."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.evaluation.queries import possible_owners
from bina.foundation.fields import Day

if TYPE_CHECKING:
    from bina.evaluation.models import Programme
    from bina.people.models import User


class ProgrammeForm(forms.Form):
    """Title, period and owner of a programme."""

    title = forms.CharField(label=_("Judul"), max_length=200)
    period_from = Day(
        label=_("Mulai"), required=False, help_text=_("Peserta yang mulai sejak tanggal ini. Kosong: sejak awal.")
    )
    period_to = Day(label=_("Sampai"), required=False, help_text=_("Kosong: masih berjalan."))
    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label=_("Penanggung jawab"), queryset=None, required=False, empty_label=_("Belum ditetapkan")
    )

    def __init__(self, programme: "Programme", data: Any = None) -> None:
        initial = {
            "title": programme.title, "period_from": programme.period_from, "period_to": programme.period_to,
            "owner": programme.owner_id,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self.fields["owner"].queryset = possible_owners(programme)  # type: ignore[attr-defined]  # a choice of rows
