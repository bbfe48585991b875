"""Forms of sign-in and staff data: they read what was typed; actions decide."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bina.foundation import clock
from bina.foundation.fields import offer
from bina.people import queries
from bina.people.backends import account_named
from bina.people.models import Agency, Assignment, Employee, JobClass, Province
from bina.people.rules import ROLE_NAMES, Role

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

_T = gettext_lazy


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Sign in with employee number or e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("NIP atau surel")
        self.fields["login"].widget.attrs.update({"autocomplete": "username webauthn", "autocapitalize": "none"})
        self.fields["password"].label = _("Kata sandi")
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Tetap masuk di perangkat ini selama 14 hari")

    @property
    def demo_accounts_url(self) -> str:
        """Where the demo accounts are listed; empty in an installation without a demo."""
        try:
            return reverse("demo:accounts") if settings.DEMO else ""
        except NoReverseMatch:
            return ""

    def clean_login(self) -> str:
        """The name without the spaces that people put into a long number."""
        name: str = self.cleaned_data["login"].strip()
        return name.replace(" ", "") if name.replace(" ", "").isdigit() else name


class ResetRequestForm(ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Ask for a link by mail; the NIP does as well as the address, because that is what people remember."""

    email = forms.CharField(
        label=_T("NIP atau surel"), max_length=254, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )

    def clean_email(self) -> str:
        """The account's own address; unknown names are taken quietly, so that nobody learns who has an account."""
        user = account_named(self.cleaned_data["email"])
        self.users = [user] if user is not None and user.is_active and user.email else []
        return str(user.email if self.users and user else self.cleaned_data["email"]).strip().lower()


class _PasskeyAnswer(forms.Form):
    """A browser's answer that is not shaped like one is refused in words, not with a fault of the server."""

    def clean_credential(self) -> Any:
        """The authenticator that answered."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # allauth's form stands behind this one
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _unreadable_answer() from error


def _unreadable_answer() -> forms.ValidationError:
    return forms.ValidationError(_("Jawaban kunci sandi ini tidak dapat dibaca. Coba sekali lagi."))


class PasskeySignInForm(_PasskeyAnswer, LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Sign in with a passkey alone."""


class PasskeyStepForm(_PasskeyAnswer, AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey as the second step."""


class PasskeyConfirmForm(_PasskeyAnswer, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey to prove that it is still you."""


class PasskeyAddForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A new passkey."""

    def clean(self) -> Any:
        """The answer of the browser must be one."""
        try:
            return super().clean()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _unreadable_answer() from error


class DateInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput(), **options)


def _reason(*, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=_T("Alasan atau dasar surat"), max_length=300, required=required,
        help_text=_T("Tersimpan di jejak audit, misalnya nomor surat keputusan."),
    )  # fmt: skip


class AcceptInvitationForm(forms.Form):
    """The first password, typed twice."""

    password = forms.CharField(
        label=_T("Kata sandi baru"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_T("Paling sedikit 10 huruf atau angka. Beberapa kata yang mudah Anda ingat adalah pilihan baik."),
    )  # fmt: skip
    again = forms.CharField(
        label=_T("Ketik sekali lagi"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        typed = super().clean() or {}
        if typed.get("password") and typed.get("again") and typed["password"] != typed["again"]:
            self.add_error("again", _("Kedua kata sandi belum sama."))
        return typed


class UnitForm(forms.Form):
    """A unit's code and names."""

    code = forms.CharField(label=_T("Kode unit"), max_length=40)
    name = forms.CharField(label=_T("Nama unit"), max_length=200)
    short_name = forms.CharField(label=_T("Nama singkat"), max_length=60, required=False)
    is_remote = forms.BooleanField(label=_T("Sinyal di sini lemah atau datang terlambat (daerah 3T)"), required=False)


class RenameUnitForm(forms.Form):
    """Other names for a unit."""

    name = forms.CharField(label=_T("Nama unit"), max_length=200)
    short_name = forms.CharField(label=_T("Nama singkat"), max_length=60, required=False)
    is_remote = forms.BooleanField(label=_T("Sinyal di sini lemah atau datang terlambat (daerah 3T)"), required=False)
    reason = _reason()


class AgencyForm(forms.Form):
    """A new agency."""

    code = forms.CharField(label=_T("Kode instansi"), max_length=20)
    name = forms.CharField(label=_T("Nama instansi"), max_length=200)
    short_name = forms.CharField(label=_T("Nama singkat"), max_length=60)
    kind = forms.ChoiceField(label=_T("Jenis"), choices=Agency.Kind.choices)
    province = forms.ModelChoiceField(
        label=_T("Provinsi"), queryset=Province.objects.none(), required=False, empty_label=_T("Tingkat pusat")
    )
    time_zone = forms.ChoiceField(label=_T("Zona waktu"), choices=[(zone, zone) for zone in ("WIB", "WITA", "WIT")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].queryset = queries.provinces()  # type: ignore[attr-defined]


class CloseUnitForm(forms.Form):
    """The last day of a unit."""

    on = _day(_T("Hari terakhir unit ini"), initial=clock.today)
    reason = _reason()


class ReasonForm(forms.Form):
    """Only a reason."""

    reason = _reason(required=True)


class EndForm(forms.Form):
    """The last day of something, and why."""

    on = _day(_T("Hari terakhir"), initial=clock.today)
    reason = _reason()


class PostForm(forms.Form):
    """A post in a unit: one that exists, or a new one."""

    position = forms.ChoiceField(label=_T("Jabatan"), required=False)
    title = forms.CharField(label=_T("Nama jabatan baru"), max_length=200, required=False)
    job_class = forms.ModelChoiceField(
        label=_T("Kelas jabatan baru"), queryset=JobClass.objects.none(), required=False, empty_label=_T("Pilih kelas")
    )
    functional = forms.CharField(label=_T("Rumpun fungsional jabatan baru"), max_length=80, required=False)
    is_head = forms.BooleanField(label=_T("Jabatan baru ini memimpin unit"), required=False)

    folded = ("title", "job_class", "functional", "is_head")
    folded_title = _T("Jabatannya belum ada di daftar?")

    def __init__(self, *args: Any, unit: "OrgUnit", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.positions = {str(row.public_id): row for row in queries.positions_in(unit)}
        positions = [
            (key, f"{row.title} ({_('kepala unit')})" if row.is_head else row.title)
            for key, row in self.positions.items()
        ]
        offer(self, "position", [("", _("Pilih jabatan")), *positions])
        self.fields["job_class"].queryset = queries.job_classes()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two ways must be filled."""
        typed = super().clean() or {}
        if not typed.get("position") and not (typed.get("title") and typed.get("job_class")):
            self.add_error("position", _("Pilih jabatan, atau isi nama dan kelas jabatan baru."))
        return typed

    @property
    def is_unfolded(self) -> bool:
        """Whether the fields of a new post are in use, or no post exists to choose from."""
        return not self.positions or any(self.data.get(self.add_prefix(name)) for name in self.folded)

    @property
    def post_label(self) -> str:
        """The post in words, for the sentence before confirming."""
        chosen = self.positions.get(self.cleaned_data.get("position") or "")
        return chosen.title if chosen else self.cleaned_data["title"]


class MoveForm(PostForm):
    """Where and from when."""

    effective_on = _day(_T("Mulai tanggal"), initial=clock.today)
    reason = _reason()

    field_order = ["position", "effective_on", "reason"]


class ActingForm(PostForm):
    """A further post for a time."""

    kind = forms.ChoiceField(
        label=_T("Bentuk"), choices=[choice for choice in Assignment.Kind.choices if choice[0] != "D"]
    )
    valid_from = _day(_T("Mulai tanggal"), initial=clock.today)
    valid_to = _day(_T("Sampai tanggal"), required=False)
    reason = _reason()

    field_order = [
        "position",
        "kind",
        "valid_from",
        "valid_to",
        "reason",
        "title",
        "job_class",
        "functional",
        "is_head",
    ]


class LeaveForm(forms.Form):
    """The last day and the kind of leaving."""

    on = _day(_T("Hari terakhir bekerja"), initial=clock.today)
    legal_status = forms.ChoiceField(
        label=_T("Kedudukan hukum"),
        choices=[choice for choice in Employee.LegalStatus.choices if choice[0] in {"99", "77", "04", "02"}],
    )
    reason = _reason()


class PersonField(forms.CharField):
    """Names one person of an agency by NIP or by words of the name."""

    agency: "Agency | None" = None

    def clean(self, value: Any) -> Any:
        """The person; an unclear name is answered with the people it could mean."""
        text = super().clean(value)
        if not text or self.agency is None:
            return None
        found = queries.find_person(self.agency, text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("Tidak ada pegawai dengan NIP atau nama itu di instansi ini."))
        raise forms.ValidationError(
            ngettext("Ada %(count)s orang yang cocok: %(names)s. Tulis NIP-nya.",
                     "Ada %(count)s orang yang cocok: %(names)s. Tulis NIP-nya.", len(found))
            % {"count": len(found), "names": "; ".join(f"{row.full_name} ({row.unit.label})" for row in found)}
        )  # fmt: skip


class SuperiorForm(forms.Form):
    """Who is to be the superior, for how long and why."""

    superior = PersonField(label=_T("Atasan (NIP atau nama)"), max_length=160)
    valid_from = _day(_T("Mulai tanggal"), initial=clock.today)
    valid_to = _day(_T("Sampai tanggal"), required=False)
    reason = _reason(required=True)

    def __init__(self, *args: Any, agency: "Agency", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].agency = agency  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Which role, where and for how long."""

    role = forms.ChoiceField(label=_T("Peran"))
    unit_code = forms.CharField(
        label=_T("Kode unit tempat peran berlaku"), max_length=40, required=False,
        help_text=_T("Peran berlaku di unit ini dan semua unit di bawahnya."),
    )  # fmt: skip
    valid_from = _day(_T("Mulai tanggal"), initial=clock.today)
    valid_to = _day(_T("Sampai tanggal"), required=False)
    reason = _reason()

    def __init__(self, *args: Any, agency: "Agency", with_platform_role: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        roles = [role for role in ROLE_NAMES if with_platform_role or role is not Role.PLATFORM_ADMIN]
        offer(self, "role", [(role.value, ROLE_NAMES[role]) for role in roles])

    def clean(self) -> dict[str, Any]:
        """The unit must exist in the agency."""
        typed = super().clean() or {}
        typed["unit"] = None
        if typed.get("role") != Role.PLATFORM_ADMIN.value:
            unit = queries.units().filter(agency=self.agency, code__iexact=typed.get("unit_code", "").strip()).first()
            if unit is None:
                self.add_error("unit_code", _("Unit dengan kode ini tidak ada. Lihat kodenya di halaman Unit."))
            typed["unit"] = unit
        return typed


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's data as HR may correct them; saving happens in the action."""

    reason = _reason()

    class Meta:
        model = Employee
        fields = [
            "full_name", "title_prefix", "title_suffix", "employee_number", "employment_type", "legal_status", "grade",
            "education", "email", "phone", "contract_from", "contract_to",
        ]  # fmt: skip
        labels = {
            "full_name": _T("Nama tanpa gelar"),
            "title_prefix": _T("Gelar depan"),
            "title_suffix": _T("Gelar belakang"),
            "employee_number": _T("NIP"),
            "employment_type": _T("Status kepegawaian"),
            "legal_status": _T("Kedudukan hukum"),
            "grade": _T("Golongan"),
            "education": _T("Pendidikan terakhir"),
            "email": _T("Surel"),
            "phone": _T("Telepon"),
            "contract_from": _T("Awal kontrak"),
            "contract_to": _T("Akhir kontrak"),
        }
        help_texts = {"grade": "", "education": ""}
        widgets = {"contract_from": DateInput(), "contract_to": DateInput()}

    def _post_clean(self) -> None:
        """The row itself is left alone: uniqueness and sense are the action's business."""

    @property
    def changes(self) -> dict[str, Any]:
        """What was typed, without the reason."""
        typed = dict(self.cleaned_data)
        typed.pop("reason", None)
        typed["employee_number"] = typed.get("employee_number") or None
        return typed


class AddForm(PostForm):
    """A new person in a unit."""

    full_name = forms.CharField(label=_T("Nama tanpa gelar"), max_length=160)
    employment_type = forms.ChoiceField(label=_T("Status kepegawaian"), choices=Employee.EmploymentType.choices)
    employee_number = forms.CharField(label=_T("NIP"), max_length=24, required=False)
    sex = forms.ChoiceField(
        label=_T("Jenis kelamin"), choices=[("", _T("Menurut NIP")), *Employee.Sex.choices], required=False
    )
    grade = forms.CharField(label=_T("Golongan"), max_length=8, required=False)
    education = forms.CharField(label=_T("Pendidikan terakhir"), max_length=10, required=False)
    email = forms.EmailField(label=_T("Surel"), required=False)
    starts_on = _day(_T("Mulai tanggal"), initial=clock.today)

    field_order = [
        "full_name", "employee_number", "employment_type", "position", "starts_on", "grade", "education", "email", "sex",
    ]  # fmt: skip

    def clean_employee_number(self) -> str:
        """Digits only, however they were grouped."""
        return "".join(letter for letter in self.cleaned_data["employee_number"] if letter.isalnum())


class ImportForm(forms.Form):
    """A file of staff data and what it stands for."""

    file = forms.FileField(
        label=_T("Berkas XLSX atau CSV"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_T("Paling banyak 200.000 baris. Tidak ada yang diubah sebelum Anda menekan Terapkan."),
    )  # fmt: skip
    effective_on = _day(_T("Penempatan berlaku mulai"), initial=clock.today)
    is_complete_list = forms.BooleanField(
        label=_T("Berkas ini daftar lengkap pegawai: yang tidak tercantum dianggap keluar"), required=False
    )

    def clean_effective_on(self) -> dt.date:
        """A day that is neither far behind nor ahead."""
        day: dt.date = self.cleaned_data["effective_on"]
        if day > clock.today():
            raise forms.ValidationError(_("Tanggal berlaku tidak boleh di masa depan."))
        return day


VALUE_LABELS = {
    "sex": dict(Employee.Sex.choices),
    "employment_type": dict(Employee.EmploymentType.choices),
    "legal_status": dict(Employee.LegalStatus.choices),
    "is_head": {"True": _T("ya"), "False": _T("tidak")},
}
FIELD_LABELS = {
    **ChangeForm.Meta.labels,
    "sex": _T("Jenis kelamin"),
    "birth_date": _T("Tanggal lahir"),
    "position": _T("Jabatan"),
    "functional": _T("Rumpun fungsional"),
    "is_head": _T("Kepala unit"),
}
