"""Forms for standards and local competencies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bina.competencies.models import Competency
from bina.competencies.rules import OPINION_NAMES
from bina.foundation.errors import Refused
from bina.foundation.fields import Day, offer
from bina.foundation.uploads import require_upload

NATIONAL = "national"


class StandardForm(forms.Form):
    """What is asked of a job class on one competency from a day on, and for whom: one agency, or all of them."""

    owner = forms.ChoiceField(label=_("Berlaku untuk"))
    functional = forms.ChoiceField(
        label=_("Rumpun jabatan"), required=False,
        help_text=_("Syarat rumpun didahulukan daripada syarat seluruh kelas jabatan."),
    )  # fmt: skip
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
    valid_from = Day(label=_("Berlaku mulai"))
    reason = forms.CharField(
        label=_("Alasan"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Wajib untuk standar nasional; tercatat di jejak audit."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, competencies: Any, owners: list[tuple[str, str]], families: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["competency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = competencies
        offer(self, "owner", owners)
        offer(self, "functional", [("", _("Seluruh kelas jabatan")), *((name, name) for name in families)])
        if len(owners) == 1:
            self.fields["owner"].widget = forms.HiddenInput()
            self.fields["owner"].required = False
            self.fields["owner"].initial = owners[0][0]
        if not families:
            del self.fields["functional"]
        self.is_only_national = [code for code, _name in owners] == [NATIONAL]
        if NATIONAL not in dict(owners):
            del self.fields["reason"]
        elif self.is_only_national:
            self.fields["reason"].required = True

    def clean(self) -> dict[str, Any]:
        """A national standard needs a reason."""
        data = super().clean() or {}
        if self.is_national and not data.get("reason", "x").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Tuliskan alasannya; standar nasional menyangkut semua instansi."))
        return data

    @property
    def is_national(self) -> bool:
        """Whether the row is for every agency."""
        return self.is_only_national or self.cleaned_data.get("owner") == NATIONAL


class ReasonForm(forms.Form):
    """Why something ends or is put in force."""

    reason = forms.CharField(
        label=_("Alasan"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tercatat di jejak audit beserta nama Anda."),
    )  # fmt: skip


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

    def __init__(self, *args: Any, level_count: int, with_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level_count = level_count
        if not with_code:
            del self.fields["code"]
        for number in range(1, level_count + 1):
            self.fields[f"level_{number}"] = forms.CharField(
                label=_("Perilaku tingkat %(number)s") % {"number": number}, max_length=400
            )

    def descriptors(self) -> list[str]:
        """One sentence per level, lowest first."""
        return [self.cleaned_data[f"level_{number}"] for number in range(1, self.level_count + 1)]


class FrameworkFileForm(forms.Form):
    """The file of a framework."""

    file = forms.FileField(
        label=_("Berkas kamus (YAML)"), widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
        help_text=_("Paling besar 1 MB. Tidak ada yang disimpan sebelum Anda membaca laporannya dan menekan Simpan sebagai draf."),
    )  # fmt: skip

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data["file"]
        try:
            require_upload(upload, endings={".yaml", ".yml"}, limit_mb=1)
            text: str = upload.read().decode("utf-8-sig")
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("Berkas ini bukan teks UTF-8. Tidak ada yang diubah.")) from error
        return text


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


class OpinionForm(forms.Form):
    """What an assessor thinks of a level, and why."""

    opinion = forms.ChoiceField(
        label=_("Pendapat Anda"), choices=[(key.value, name) for key, name in OPINION_NAMES.items()],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Alasannya"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Pegawai membacanya setelah keputusan diambil. Sebutkan bukti mana yang Anda maksud."),
    )


class DeclineForm(forms.Form):
    """Why somebody cannot judge a level."""

    reason = forms.CharField(
        label=_("Mengapa Anda tidak dapat menilai"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya karena hubungan keluarga, perselisihan, atau bidangnya tidak Anda kuasai."),
    )
