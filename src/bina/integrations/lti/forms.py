"""What people type about tools, and about content that comes into a course."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bina.foundation.fields import offer
from bina.integrations.lti.actions import ToolWords
from bina.integrations.lti.queries import agencies_for_tools, allows_loopback, may_register_for_everyone
from bina.integrations.lti.rules import (
    CODE,
    CUSTOM_HELP,
    DEFAULT_MINUTES,
    LONGEST_ADDRESS,
    LONGEST_CODE,
    MOST_REDIRECTS,
    can_use_address,
    custom_of_lines,
    key_of_text,
    lines_of_custom,
)

if TYPE_CHECKING:
    from bina.integrations.lti.models import Tool
    from bina.people.models import Agency, User


def _address(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    field = forms.CharField(label=label, max_length=LONGEST_ADDRESS, required=required, help_text=help_text)
    field.widget.attrs.update({"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"})
    return field


class AgencyForm(forms.Form):
    """For whom something is: everybody, or the people of one agency."""

    agency = forms.ChoiceField(label=_("Untuk siapa"))

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(agency.public_id): agency for agency in agencies_for_tools(user)[:200]}
        everyone = [("everyone", _("Pegawai semua instansi"))] if may_register_for_everyone(user) else []
        each = [(key, _("Pegawai %(agency)s") % {"agency": row.short_name}) for key, row in self._agencies.items()]
        offer(self, "agency", [*everyone, *each])

    @property
    def chosen_agency(self) -> "Agency | None":
        """The agency that was chosen; None for all."""
        return self._agencies.get(self.cleaned_data["agency"])


class InvitationForm(AgencyForm):
    """Where a tool registers itself."""

    address = _address(
        _("Alamat pendaftaran alat (dynamic registration URL)"), _("Dari pembuat alat. Tab baru dibuka di sana.")
    )


class ToolForm(AgencyForm):
    """A tool as its makers describe it."""

    name = forms.CharField(
        label=_("Nama alat"), max_length=120, help_text=_("Seperti yang dikenal peserta, misalnya Simulasi loket.")
    )
    code = forms.CharField(
        label=_("Kode"), max_length=LONGEST_CODE,
        help_text=_("Dipakai di course.yaml, misalnya simulasi-loket. Jangan diganti bila kursus sudah memakainya."),
    )  # fmt: skip
    description = forms.CharField(label=_("Keterangan"), max_length=300, required=False)
    login_url = _address(
        _("Alamat mulai (login initiation URL)"), _("Dari pembuat alat; ke sana peserta dikirim lebih dahulu.")
    )
    launch_url = _address(
        _("Alamat pembukaan (target link URI)"), _("Dipakai bila kursus tidak menyebut alamat sendiri.")
    )
    redirect_uris = forms.CharField(
        label=_("Alamat penerima pesan (redirect URI)"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Satu alamat per baris, persis seperti yang dipakai alat. Hanya ke sini Bina mengirim data."),
    )  # fmt: skip
    picking_url = _address(
        _("Alamat pemilihan isi (deep linking)"), _("Bila kosong, alamat pembukaan dipakai."), required=False
    )
    keys_url = _address(_("Alamat kunci alat (JWKS)"), _("Isi ini, atau tempelkan kuncinya di bawah."), required=False)
    public_key = forms.CharField(
        label=_("Kunci publik alat (PEM)"),
        max_length=8_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    uses_grades = forms.BooleanField(label=_("Boleh mengirim nilai (AGS)"), required=False)
    uses_roster = forms.BooleanField(
        label=_("Boleh membaca daftar peserta kursus yang memakainya (NRPS)"), required=False
    )
    uses_picking = forms.BooleanField(
        label=_("Menawarkan isi untuk dipilih widyaiswara (deep linking)"), required=False
    )
    may_frame = forms.BooleanField(label=_("Boleh tampil di dalam halaman Bina"), required=False)
    custom = forms.CharField(
        label=_("Nilai tambahan"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=CUSTOM_HELP,
    )  # fmt: skip
    born = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: "User", tool: "Tool | None" = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if tool is not None:
            del self.fields["agency"], self.fields["born"]

    @staticmethod
    def initial_of(tool: "Tool") -> dict[str, Any]:
        """What is registered, to be typed on."""
        names = (
            "name", "code", "description", "login_url", "launch_url", "picking_url", "keys_url", "public_key", "uses_grades",
            "uses_roster", "uses_picking", "may_frame",
        )  # fmt: skip
        return {name: getattr(tool, name) for name in names} | {
            "redirect_uris": "\n".join(tool.redirect_uris), "custom": lines_of_custom(tool.custom),
        }  # fmt: skip

    def clean_code(self) -> str:
        """A code as course.yaml can name it."""
        code = str(self.cleaned_data["code"]).strip()
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_("Kode alat hanya boleh huruf kecil, angka, dan tanda hubung."))
        return code

    def _sound(self, address: str) -> str:
        if address:
            verdict = can_use_address(address, own=settings.BASE_URL, allows_loopback=allows_loopback())
            if not verdict:
                raise forms.ValidationError(str(verdict.sentence))
        return address

    def clean_login_url(self) -> str:
        """An address that may belong to a tool."""
        return self._sound(self.cleaned_data["login_url"].strip())

    def clean_launch_url(self) -> str:
        """An address that may belong to a tool."""
        return self._sound(self.cleaned_data["launch_url"].strip())

    def clean_picking_url(self) -> str:
        """An address that may belong to a tool, or nothing."""
        return self._sound(self.cleaned_data["picking_url"].strip())

    def clean_keys_url(self) -> str:
        """An address that may belong to a tool, or nothing."""
        return self._sound(self.cleaned_data["keys_url"].strip())

    def clean_redirect_uris(self) -> list[str]:
        """One address per line."""
        rows = [row.strip() for row in self.cleaned_data["redirect_uris"].splitlines() if row.strip()]
        if len(rows) > MOST_REDIRECTS:
            raise forms.ValidationError(
                _("Sebutkan satu sampai %(most)s alamat penerima pesan.") % {"most": MOST_REDIRECTS}
            )
        return [self._sound(row) for row in dict.fromkeys(rows)]

    def clean_public_key(self) -> str:
        """A key that can be read, or nothing."""
        text = str(self.cleaned_data["public_key"]).strip()
        if text and key_of_text(text) is None:
            raise forms.ValidationError(
                _("Kunci publik tidak dapat dibaca. Tempelkan kunci RSA 2.048 bit atau lebih dalam bentuk PEM.")
            )
        return text

    def clean_custom(self) -> dict[str, str]:
        """Names and values."""
        values, faults = custom_of_lines(self.cleaned_data["custom"])
        if faults:
            raise forms.ValidationError(faults)
        return values

    def clean(self) -> dict[str, Any]:
        """Exactly one way to know the tool's keys."""
        data = super().clean() or {}
        if not {"keys_url", "public_key"} & set(self.errors) and bool(data.get("keys_url")) == bool(
            data.get("public_key")
        ):
            self.add_error("keys_url", _("Isi salah satu: alamat kunci (JWKS), atau kunci publiknya sendiri."))
        return data

    def words(self) -> ToolWords:
        """What was typed."""
        data = self.cleaned_data
        flags = {name: data[name] for name in ("uses_grades", "uses_roster", "uses_picking", "may_frame")}
        return ToolWords(
            code=data["code"], name=data["name"], login_url=data["login_url"], launch_url=data["launch_url"],
            redirect_uris=tuple(data["redirect_uris"]), description=data["description"], picking_url=data["picking_url"],
            keys_url=data["keys_url"], public_key=data["public_key"], custom=tuple(data["custom"].items()), **flags,
        )  # fmt: skip


class AddToCourseForm(forms.Form):
    """Where in a course picked content goes."""

    section = forms.TypedChoiceField(label=_("Masukkan di akhir bagian"), coerce=int)
    minutes = forms.IntegerField(
        label=_("Perkiraan menit untuk setiap isi"), min_value=1, max_value=600, initial=DEFAULT_MINUTES
    )
    passing = forms.IntegerField(
        label=_("Nilai lulus (0–100)"), min_value=0, max_value=100, required=False,
        help_text=_("Untuk isi yang dinilai. Bila kosong, bagian selesai begitu alat menyatakannya selesai."),
    )  # fmt: skip
    learning_hours = forms.IntegerField(
        label=_("JP kursus sesudahnya"), min_value=1, max_value=200, required=False,
        help_text=_("Bila kosong, JP tetap. Jumlah menit kursus harus sesuai dengan JP-nya (45 menit per JP)."),
    )  # fmt: skip

    def __init__(self, *args: Any, sections: list[str], items: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "section", [(place, title) for place, title in enumerate(sections)])
        self.fields["section"].initial = len(sections) - 1
        self._items = items
        self._places = [place for place, item in enumerate(items) if item["kind"] == "lti"]
        for place in self._places:
            self.fields[f"custom_{place}"] = forms.CharField(
                label=_("Nilai tambahan: %(title)s") % {"title": items[place]["title"]}, max_length=20_000, required=False,
                initial=lines_of_custom(items[place]["custom"]), help_text=CUSTOM_HELP if place == self._places[0] else "",
                widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What is sent to the tool beside, by the place of the item."""
        data = super().clean() or {}
        custom: dict[int, dict[str, str]] = {}
        for place in self._places:
            if f"custom_{place}" not in self.data:
                # Not asked, not changed: what the tool proposed stands.
                custom[place] = dict(self._items[place]["custom"])
                continue
            custom[place], faults = custom_of_lines(data.get(f"custom_{place}", ""))
            for sentence in faults:
                self.add_error(f"custom_{place}", sentence)
        return {**data, "custom": custom}
