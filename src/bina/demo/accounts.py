"""The accounts a visitor may sign in with: one per role, with the story each of them lives in."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.people.rules import ROLE_NAMES, Role

# Shown on the sign-in page and in the terminal of a demo; real installations never hold these accounts.
PASSWORD = "bina-contoh-2026"  # noqa: S105
DOMAIN = "contoh.go.id.test"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account: who the person is, where the person works, and what a visitor can see through these eyes."""

    key: str
    role_name: str | Promise
    sentence: str | Promise
    full_name: str
    agency: str
    unit: str = ""
    title: str = ""
    job_class: str = ""
    family: str = ""
    sex: str = "F"
    birth_date: dt.date = dt.date(1988, 4, 12)
    appointed_on: dt.date = dt.date(2012, 3, 1)
    employment_type: str = "PNS"
    education: str = "S1"
    title_suffix: str = ""
    leads: bool = False
    # role → unit on which it is granted; empty = the whole agency, None = everywhere
    grants: tuple[tuple[Role, str | None], ...] = field(default=())

    @property
    def email(self) -> str:
        """The address the visitor signs in with."""
        return f"{self.key}@{DOMAIN}"


_DUKCAPIL = "Dinas Kependudukan dan Pencatatan Sipil"
_IDENTITY = "Seksi Identitas Penduduk"
_CLERK = "Pengelola Layanan Kependudukan"
_DEVELOPMENT = "Bidang Pengembangan Kompetensi Aparatur"

ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "siti", _("Pegawai"), _("Punya rencana yang disetujui dan satu kursus yang sedang berjalan."), "Siti Rahmawati",
        "pontianak", _IDENTITY, _CLERK, "PELAKSANA", birth_date=dt.date(1991, 4, 12), appointed_on=dt.date(2014, 3, 1),
        education="D3", title_suffix="A.Md.",
    ),
    DemoAccount(
        "fadli", _("Pegawai baru"), _("Belum pernah diukur: jalani seluruh siklus dari awal."), "Fadli Junaidi",
        "pontianak", _IDENTITY, _CLERK, "PELAKSANA", sex="M", birth_date=dt.date(1998, 9, 3),
        appointed_on=dt.date(2025, 3, 1), employment_type="PPPK", education="D3", title_suffix="A.Md.",
    ),
    DemoAccount(
        "rusli", _("Atasan"), _("Kepala Seksi dari Siti dan Fadli; ada rencana yang menunggu persetujuan."),
        "Rusli Hardiansyah", "pontianak", _IDENTITY, f"Kepala {_IDENTITY}", "PENGAWAS", sex="M",
        birth_date=dt.date(1979, 1, 21), appointed_on=dt.date(2005, 1, 1), title_suffix="S.Sos.", leads=True,
    ),
    DemoAccount(
        "nurbaiti", ROLE_NAMES[Role.UNIT_HR], _("Mengurus pegawai Dinas Dukcapil: tingkat, rencana, dan jam pelajaran."),
        "Nurbaiti Marlina", "pontianak", "Sekretariat Dinas Dukcapil", "Pengelola Kepegawaian", "PELAKSANA",
        birth_date=dt.date(1986, 11, 30), appointed_on=dt.date(2010, 1, 1), education="D3", title_suffix="A.Md.",
        grants=((Role.UNIT_HR, _DUKCAPIL),),
    ),
    DemoAccount(
        "mardiana", ROLE_NAMES[Role.AGENCY_HR], _("BKPSDM: peta kesenjangan, impor pegawai, dan laporan seluruh kota."),
        "Mardiana Oktavia", "pontianak", _DEVELOPMENT, "Analis SDM Aparatur Ahli Muda", "JF_AHLI_MUDA",
        "Analis SDM Aparatur", birth_date=dt.date(1984, 6, 8), appointed_on=dt.date(2009, 1, 1), education="S2",
        title_suffix="S.IP., M.Si.", grants=((Role.AGENCY_HR, ""),),
    ),
    DemoAccount(
        "sugeng", ROLE_NAMES[Role.TRAINER], _("Menulis dan menerbitkan kursus serta soal uji."), "Sugeng Wicaksono",
        "pontianak", _DEVELOPMENT, "Widyaiswara Ahli Madya", "JF_AHLI_MADYA", "Widyaiswara", sex="M",
        birth_date=dt.date(1974, 2, 17), appointed_on=dt.date(2000, 12, 1), education="S2",
        title_suffix="S.Pd., M.Pd.", grants=((Role.TRAINER, ""),),
    ),
    DemoAccount(
        "kristina", ROLE_NAMES[Role.EVALUATOR], _("Membaca hasil program: tanggapan, sebelum dan sesudah, kecukupan data."),
        "Kristina Bungai", "pontianak", "Bidang Penilaian Kinerja dan Penghargaan", "Analis Kebijakan Ahli Muda",
        "JF_AHLI_MUDA", "Analis Kebijakan", birth_date=dt.date(1987, 8, 25), appointed_on=dt.date(2011, 1, 1),
        education="S2", title_suffix="S.Sos., M.AP.", grants=((Role.EVALUATOR, ""),),
    ),
    DemoAccount(
        "hamdi", ROLE_NAMES[Role.LEADER], _("Sekretaris Daerah: satu layar tentang apa yang berubah."), "Hamdi Rasyid",
        "pontianak", "", "Sekretaris Daerah Kota", "JPT_PRATAMA", sex="M", birth_date=dt.date(1969, 7, 14),
        appointed_on=dt.date(1994, 3, 1), education="S2", title_suffix="S.IP., M.Si.", leads=True,
        grants=((Role.LEADER, ""),),
    ),
    DemoAccount(
        "admin", ROLE_NAMES[Role.PLATFORM_ADMIN], _("Menjaga seluruh pemasangan: instansi, peran, kamus kompetensi."),
        "Admin Platform", "", grants=((Role.PLATFORM_ADMIN, None),),
    ),
    DemoAccount(
        "laila", _("Pegawai DKI Jakarta"), _("Pranata Humas di Diskominfotik."), "Laila Nurjanah", "jakarta",
        "Bidang Informasi Publik", "Pranata Humas Ahli Pertama", "JF_AHLI_PERTAMA", "Pranata Humas",
        birth_date=dt.date(1995, 12, 2), appointed_on=dt.date(2020, 12, 1), title_suffix="S.I.Kom.",
    ),
    DemoAccount(
        "daud", _("Pegawai Otorita IKN"), _("Bekerja di pos layanan dengan sinyal yang sering hilang."), "Daud Wayoi",
        "ikn", "Pos Layanan Masyarakat Sepaku", "Penata Layanan Operasional", "PELAKSANA", sex="M",
        birth_date=dt.date(1993, 5, 19), appointed_on=dt.date(2022, 1, 1), title_suffix="S.Sos.",
    ),
    DemoAccount(
        "puspawati", _("Pegawai Kemenpora"), _("Analis Kebijakan di bidang kewirausahaan pemuda."), "Ni Made Puspawati",
        "kemenpora", "Asisten Deputi Kewirausahaan Pemuda", "Analis Kebijakan Ahli Muda", "JF_AHLI_MUDA",
        "Analis Kebijakan", birth_date=dt.date(1985, 10, 27), appointed_on=dt.date(2010, 1, 1), education="S2",
        title_suffix="S.E., M.Si.",
    ),
)  # fmt: skip


def account(key: str) -> DemoAccount:
    """One account by its key; raises KeyError."""
    return {row.key: row for row in ACCOUNTS}[key]
