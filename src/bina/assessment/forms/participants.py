"""Forms about the people of a formal assessment: who is invited, what is decided, another chance."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.forms.moments import InZone, Moment
from bina.foundation.fields import offer

if TYPE_CHECKING:
    from bina.people.models import JobClass, OrgUnit


class InviteUnitForm(forms.Form):
    """Everybody of a unit, or those of one job class."""

    unit = forms.ChoiceField(label=_("Unit, termasuk semua unit di bawahnya"))
    job_class = forms.ChoiceField(label=_("Kelas jabatan"), required=False)

    def __init__(
        self, *args: Any, units: "Iterable[OrgUnit]", job_classes: "Iterable[JobClass]", **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.units = {str(unit.public_id): unit for unit in units}
        offer(self, "unit", [(key, f"{'– ' * (unit.depth - 1)}{unit.name}") for key, unit in self.units.items()])
        offer(self, "job_class", [("", _("Semua")), *((row.pk, str(row)) for row in job_classes)])


class InviteNumbersForm(forms.Form):
    """A list of NIP, typed or pasted from a sheet."""

    numbers = forms.CharField(
        label=_("Daftar NIP"), max_length=150_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Satu NIP di setiap baris, misalnya ditempel dari lembar kerja."),
    )  # fmt: skip


class DecisionForm(forms.Form):
    """Why a human decides so."""

    reason = forms.CharField(label=_("Alasan"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class GrantForm(InZone):
    """Another chance until a moment."""

    until = Moment(label=_("Berlaku sampai"))
    reason = forms.CharField(label=_("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
