"""The form of a work product."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.assessment.actions import ProductFacts
from bina.foundation.fields import Day

if TYPE_CHECKING:
    from bina.assessment.models import WorkProduct


class ProductForm(forms.Form):
    """What a work product is; the competencies that it shows are typed beside it."""

    title = forms.CharField(label=_("Nama hasil kerja"), max_length=160)
    description = forms.CharField(
        label=_("Apa ini, dan untuk apa dipakai"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    made_on = Day(label=_("Selesai dibuat pada"), required=False)
    link = forms.CharField(
        label=_("Tautan"), required=False, max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Hanya https. Pastikan pemeriksa boleh membukanya."),
    )  # fmt: skip

    @staticmethod
    def values_of(product: "WorkProduct | None") -> dict[str, Any]:
        """A product as the form shows it."""
        names = ("title", "description", "made_on", "link")
        return {name: getattr(product, name) for name in names} if product else {}

    def facts(self, claims: Sequence[tuple[str, str]]) -> ProductFacts:
        """What was typed, with the claims beside it; only after ``is_valid``."""
        values = self.cleaned_data
        return ProductFacts(
            values["title"], values["description"], values["link"].strip(), values["made_on"], tuple(claims)
        )
