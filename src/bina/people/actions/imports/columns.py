"""The columns of a staff file: what they are called, what may stand in them, and how to recognise them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in code, its title in the template, other titles people use, and help for the template."""

    key: str
    title: str
    is_required: bool
    synonyms: tuple[str, ...]
    help: str | Promise
    example: str = ""


COLUMNS: tuple[Column, ...] = (
    Column("number", "NIP", True,
           ("nip baru", "nip/ni pppk", "ni pppk", "nomor induk pegawai", "nip pegawai", "no nip", "nipbaru"),
           _("18 angka, disimpan sebagai teks. Boleh kosong hanya untuk Non-ASN yang surelnya diisi."),
           "199002152015032001"),
    Column("name", "Nama", True,
           ("nama pegawai", "nama lengkap", "nama tanpa gelar"), _("Tanpa gelar."), "Ayu Puspitasari"),
    Column("title_prefix", "Gelar depan", False, ("gelar dpn", "gelar di depan"), _("Misalnya Dr."), ""),
    Column("title_suffix", "Gelar belakang", False, ("gelar blk", "gelar", "gelar di belakang"),
           _("Misalnya S.Kom., M.Si."), "S.Kom."),
    Column("sex", "Jenis kelamin", False, ("jk", "l/p", "kelamin", "sex", "gender"),
           _("L atau P. Bila kosong dibaca dari NIP; bila berbeda dengan NIP baris ditolak."), "P"),
    Column("birth_date", "Tanggal lahir", False, ("tgl lahir", "lahir", "tanggal lahir (hh-bb-tttt)"),
           _("Misalnya 15-02-1990. Bila kosong dibaca dari NIP; bila berbeda dengan NIP baris ditolak."), "15-02-1990"),
    Column("employment_type", "Status kepegawaian", False,
           ("status", "jenis pegawai", "status pegawai", "jenis kepegawaian"),
           _("PNS, CPNS, PPPK, PPPK paruh waktu, atau Non-ASN. Wajib untuk pegawai baru."), "PNS"),
    Column("grade", "Golongan", False, ("gol", "golongan ruang", "pangkat/golongan", "gol/ruang", "pangkat golongan"),
           _("PNS: I/a sampai IV/e. PPPK: I sampai XVII."), "III/b"),
    Column("education", "Pendidikan", False,
           ("pendidikan terakhir", "jenjang pendidikan", "tingkat pendidikan"),
           _("SD, SMP, SMA, D1, D2, D3, D4, S1, Profesi, S2, atau S3."), "S1"),
    Column("email", "Surel", False, ("email", "e-mail", "alamat email", "alamat surel", "email dinas"),
           _("Untuk undangan dan lupa kata sandi."), "ayu.puspitasari@contoh.go.id"),
    Column("unit", "Kode unit", True, ("kode unor", "unit", "kode unit kerja", "unit kerja", "unor", "kd unit"),
           _("Kode unit yang ada di lembar Unit."), ""),
    Column("position", "Jabatan", True, ("nama jabatan", "jabatan saat ini"),
           _("Nama jabatan. Jabatan baru dibuat bila belum ada di unit itu."), "Analis Sistem Informasi"),
    Column("job_class", "Kelas jabatan", True,
           ("jenis jabatan", "jenjang jabatan", "kode kelas jabatan", "eselon", "kelompok jabatan"),
           _("Kode atau nama di lembar Kelas jabatan."), "JF_AHLI_PERTAMA"),
    Column("functional", "Rumpun fungsional", False, ("rumpun", "jabatan fungsional", "rumpun jabatan fungsional"),
           _("Hanya untuk jabatan fungsional, misalnya Pranata Komputer."), "Pranata Komputer"),
    Column("is_head", "Kepala unit", False, ("kepala", "pimpinan unit", "kepala unit (ya/tidak)"),
           _("Ya bila jabatan ini memimpin unitnya."), "tidak"),
    Column("legal_status", "Kedudukan hukum", False, ("kedudukan", "status hukum", "kedudukan pegawai"),
           _("01 Aktif, 02 CLTN, 03 Tugas belajar, 04 Diberhentikan sementara, 15 Hukuman disiplin, "
             "20 Masa persiapan pensiun, 77 Berhenti, 99 Pensiun. Kosong berarti aktif atau tetap."), "01"),
    Column("contract_to", "Akhir kontrak", False, ("akhir masa kontrak", "kontrak sampai", "tmt akhir kontrak"),
           _("Untuk PPPK, misalnya 31-12-2028."), ""),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}


@lru_cache(maxsize=8_192)
def plain(text: str) -> str:
    """A title or value without case, spaces and signs, for comparing."""
    return re.sub(r"[^0-9a-z]", "", text.casefold())


_KNOWN = {plain(name): column.key for column in COLUMNS for name in (column.title, *column.synonyms)}


def recognise(cells: Iterable[str | None]) -> dict[str, int]:
    """Which column stands where in a heading row: key → index. The first of two equal columns counts."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        key = _KNOWN.get(plain(cell or ""))
        if key:
            found.setdefault(key, index)
    return found
