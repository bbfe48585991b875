"""What people type in this room."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
