"""What people type about clients, and what they look for among statements."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bina.foundation.fields import Day
from bina.records.rules import DEFAULT_SCOPES, SCOPE_NAMES, Scope, is_iri


class ClientForm(forms.Form):
    """Name and rights of a client."""

    name = forms.CharField(
        label=_("Nama aplikasi"), max_length=120, help_text=_("Misalnya: LMS Diklat, Simulasi pelayanan.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Hak"), choices=[(scope.value, SCOPE_NAMES[scope]) for scope in Scope],
        initial=[scope.value for scope in DEFAULT_SCOPES], widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih sedikitnya satu hak untuk aplikasi ini.")},
    )  # fmt: skip
    born = forms.UUIDField(widget=forms.HiddenInput, required=False)


class StatementFilterForm(forms.Form):
    """What to look for among statements."""

    agent = forms.CharField(
        label=_("Pelaku"), required=False, max_length=300, help_text=_("Alamat surel, atau nama akun pelaku.")
    )
    verb = forms.CharField(label=_("Kata kerja (IRI)"), required=False, max_length=2000)
    activity = forms.CharField(label=_("Kegiatan (IRI)"), required=False, max_length=2000)
    since = Day(label=_("Sejak"), required=False)
    until = Day(label=_("Sampai"), required=False)

    def clean_verb(self) -> str:
        """An IRI or nothing."""
        return self._iri("verb")

    def clean_activity(self) -> str:
        """An IRI or nothing."""
        return self._iri("activity")

    def _iri(self, name: str) -> str:
        text = str(self.cleaned_data[name]).strip()
        if text and not is_iri(text):
            raise forms.ValidationError(_("Isi alamat lengkap (IRI), misalnya https://contoh.go.id/kursus/1."))
        return text

    def identifier(self) -> str:
        """The agent as stores file it."""
        text = str(self.cleaned_data.get("agent") or "").strip()
        if not text:
            return ""
        if "@" in text and not text.startswith(("http:", "https:")):
            return f"mbox:{text if text.startswith('mailto:') else f'mailto:{text}'}"
        return f"openid:{text}" if is_iri(text) else f"account:{settings.BASE_URL}|{text}"

    def kept(self) -> dict[str, Any]:
        """What the address keeps from page to page."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}
