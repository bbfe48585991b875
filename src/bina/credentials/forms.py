"""What people type in this room."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.credentials.rules import (
    NUMBER_PATTERN,
    PERIOD_NAMES,
    REQUIREMENT_KIND_NAMES,
    RULE_KIND_NAMES,
    can_be_pattern,
)
from bina.foundation import clock
from bina.foundation.fields import Day, offer

if TYPE_CHECKING:
    from bina.credentials.models import HourRequirement, HourRule
    from bina.people.models import Agency

NATIONAL = "national"


class VerifyForm(forms.Form):
    """The code on a paper certificate."""

    code = forms.CharField(
        label=_("Kode verifikasi"),
        max_length=60,
        help_text=_("Dua belas huruf dan angka di bawah kode QR, misalnya K7QF-M2XR-9TDP."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class RevokeForm(forms.Form):
    """Why a certificate no longer holds."""

    reason = forms.CharField(
        label=_("Alasan pencabutan"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Pemilik sertifikat akan membaca alasan ini. Halaman publik hanya menampilkan keadaan dan tanggalnya."
        ),
    )
    also_void_hours = forms.BooleanField(
        label=_("Batalkan juga jam pelajaran dari kegiatan ini"), required=False, initial=True
    )


class VoidForm(forms.Form):
    """Why a ledger row does not count."""

    reason = forms.CharField(
        label=_("Alasan pembatalan"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Catatan tetap terbaca beserta alasannya; jumlah JP pegawai dihitung ulang saat itu juga."),
    )


def _hours(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=1000, max_digits=7, decimal_places=2, localize=True, **options
    )


class DatedForm(forms.Form):
    """From which day something holds, on which basis, and why; what the three kinds of dated rules share."""

    valid_from = Day(label=_("Berlaku mulai"))
    legal_basis = forms.CharField(
        label=_("Dasar hukum"), max_length=300, help_text=_("Nomor keputusan atau peraturan yang menetapkannya.")
    )
    reason = forms.CharField(
        label=_("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Tercatat di jejak audit beserta nama Anda."),
    )  # fmt: skip


class OwnedForm(DatedForm):
    """A dated rule of one agency, or of all of them where the account may set both."""

    owner = forms.ChoiceField(label=_("Berlaku untuk"))

    def __init__(self, *args: Any, owners: "list[Agency | None]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            "owner",
            [(row.code if row else NATIONAL, row.short_name if row else _("semua instansi")) for row in owners],
        )
        if len(owners) == 1:
            del self.fields["owner"]

    def taken_apart(self, owners: "list[Agency | None]") -> "tuple[Agency | None, dict[str, Any]]":
        """For whom, and everything else."""
        given = dict(self.cleaned_data)
        wanted = given.pop("owner", None)
        owner = (
            owners[0] if wanted is None else next(row for row in owners if (row.code if row else NATIONAL) == wanted)
        )
        return owner, given


class HourRuleForm(OwnedForm):
    """How one form of development counts from a day on."""

    kind = forms.ChoiceField(
        label=_("Dihitung"), choices=[(kind.value, name) for kind, name in RULE_KIND_NAMES.items()]
    )
    value_national = _hours(
        _("Nilai nasional"),
        help_text=_("JP untuk satu hari, sesi, penugasan, atau kegiatan; pengali bila menurut JP program."),
    )
    value_international = _hours(
        _("Nilai internasional"), required=False, help_text=_("Kosong berarti sama dengan nilai nasional.")
    )
    cap_quantity = _hours(
        _("Batas yang dihitung"), required=False, help_text=_("Misalnya 2 sesi; kosong berarti tanpa batas.")
    )
    cap_period = forms.ChoiceField(
        label=_("Batas itu per"),
        required=False,
        choices=[(period.value, name) for period, name in PERIOD_NAMES.items()],
    )
    longest_months = forms.IntegerField(label=_("Paling lama (bulan)"), required=False, min_value=1, max_value=120)

    field_order = (
        "owner", "kind", "value_national", "value_international", "cap_quantity", "cap_period", "longest_months",
        "valid_from", "legal_basis", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, owners: "list[Agency | None]", rule: "HourRule", **kwargs: Any) -> None:
        start = {
            "kind": rule.kind, "value_national": rule.value_national, "value_international": rule.value_international,
            "cap_quantity": rule.cap_quantity, "cap_period": rule.cap_period, "longest_months": rule.longest_months,
            "valid_from": clock.today(),
        }  # fmt: skip
        super().__init__(*args, owners=owners, initial=start, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A limit and its period belong together."""
        data = super().clean() or {}
        if data.get("cap_quantity") is not None and not data.get("cap_period"):
            self.add_error("cap_period", _("Pilih per bulan atau per tahun untuk batas itu."))
        if data.get("cap_period") and data.get("cap_quantity") is None and "cap_quantity" not in self.errors:
            self.add_error("cap_quantity", _("Isi batasnya, atau kosongkan periodenya."))
        return data


class HourRequirementForm(OwnedForm):
    """What is asked of one kind of employment from a day on."""

    kind = forms.ChoiceField(
        label=_("Jenis"), choices=[(kind.value, name) for kind, name in REQUIREMENT_KIND_NAMES.items()]
    )
    hours = _hours(_("Jumlah JP"))

    field_order = ("owner", "kind", "hours", "valid_from", "legal_basis", "reason")

    def __init__(
        self, *args: Any, owners: "list[Agency | None]", requirement: "HourRequirement | None", **kwargs: Any
    ) -> None:
        start: dict[str, Any] = {"valid_from": clock.today()}
        if requirement:
            start |= {"kind": requirement.kind, "hours": requirement.hours}
        super().__init__(*args, owners=owners, initial=start, **kwargs)


class IssuerForm(DatedForm):
    """In whose name and with which numbers an agency issues certificates from a day on."""

    organiser = forms.CharField(label=_("Penyelenggara"), max_length=200, help_text=_("Tercetak pada sertifikat."))
    signatory_name = forms.CharField(label=_("Nama penanda tangan"), max_length=200)
    signatory_title = forms.CharField(label=_("Jabatan penanda tangan"), max_length=200)
    number_pattern = forms.CharField(
        label=_("Pola nomor"), max_length=80, initial=NUMBER_PATTERN,
        help_text=_("Boleh memakai {seq:06d} (nomor urut), {program}, {agency}, dan {year}."),
    )  # fmt: skip
    agency_code = forms.CharField(
        label=_("Kode instansi dalam nomor"),
        max_length=20,
        required=False,
        help_text=_("Kosong berarti kode instansi."),
    )

    field_order = (
        "organiser", "signatory_name", "signatory_title", "number_pattern", "agency_code", "valid_from", "legal_basis",
        "reason",
    )  # fmt: skip

    def clean_number_pattern(self) -> str:
        """A pattern that can number."""
        pattern: str = self.cleaned_data["number_pattern"]
        verdict = can_be_pattern(pattern)
        if not verdict:
            raise forms.ValidationError(str(verdict.sentence))
        return pattern
