"""Forms of formal assessments: what one is about, when it closes, its rooms."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.actions import WindowTerms
from bina.assessment.forms.moments import InZone, Moment
from bina.assessment.rules import MOST_ATTEMPTS, WINDOW_MODE_NAMES, WindowMode
from bina.foundation.fields import offer

if TYPE_CHECKING:
    from bina.assessment.models import AssessmentWindow, Blueprint


class WindowForm(InZone):
    """What a formal assessment is about, as people will read it."""

    title = forms.CharField(label=_("Judul"), max_length=200)
    blueprint = forms.ChoiceField(label=_("Uji"))
    purpose = forms.CharField(
        label=_("Untuk apa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Peserta membacanya sebelum mulai. Sebutkan dipakai untuk apa dan tidak dipakai untuk apa."),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=_("Tempat"), choices=[(mode.value, WINDOW_MODE_NAMES[mode]) for mode in WindowMode],
        help_text=_("Di ruang, peserta mengetik kode yang ditunjukkan pengawas."),
    )  # fmt: skip
    opens_at = Moment(label=_("Dibuka"))
    closes_at = Moment(
        label=_("Ditutup"),
        help_text=_("Sesudah ini tidak ada yang dapat mulai; yang sudah mulai memakai waktunya sampai habis."),
    )
    attempts = forms.IntegerField(label=_("Berapa kali boleh mencoba"), min_value=1, max_value=MOST_ATTEMPTS, initial=1)
    waiting_days = forms.IntegerField(
        label=_("Jeda antarpercobaan (hari)"), min_value=0, max_value=365, initial=0,
        help_text=_("Hanya berarti bila boleh mencoba lebih dari sekali."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, blueprints: "Iterable[Blueprint]", window: "AssessmentWindow | None" = None, **options: Any
    ) -> None:
        if window is not None:
            names = ("title", "purpose", "mode", "attempts", "waiting_days", "opens_at", "closes_at")
            options["initial"] = {name: getattr(window, name) for name in names}
            options["initial"]["blueprint"] = str(window.blueprint.public_id)
        super().__init__(*args, **options)
        self.blueprints = {str(row.public_id): row for row in blueprints}
        offer(self, "blueprint", [("", "–"), *((key, str(row)) for key, row in self.blueprints.items())])

    @property
    def terms(self) -> WindowTerms:
        """What was typed, as the action takes it."""
        typed = dict(self.cleaned_data)
        return WindowTerms(blueprint=self.blueprints[typed.pop("blueprint")], **typed)


class ClosingForm(InZone):
    """Another closing moment."""

    closes_at = Moment(label=_("Ditutup"))


class RoomForm(InZone):
    """A room where people sit."""

    name = forms.CharField(label=_("Nama ruang"), max_length=120)
    place = forms.CharField(label=_("Alamat atau gedung"), max_length=200, required=False)
    capacity = forms.IntegerField(label=_("Kursi"), min_value=1, max_value=2000)
    starts_at = Moment(label=_("Mulai"))
