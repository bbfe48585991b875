"""Who may do what: roles, their permissions, and pure checks of official numbers."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused


class Role(StrEnum):
    """A role granted on a subtree of one agency for a period. Employee and superior are derived, never granted."""

    UNIT_HR = "unit_hr"
    AGENCY_HR = "agency_hr"
    TRAINER = "trainer"
    EVALUATOR = "evaluator"
    LEADER = "leader"
    PARTNER = "partner"
    JUROR = "juror"
    PLATFORM_ADMIN = "platform_admin"


class IslandGroup(StrEnum):
    """The part of the country in which a province lies."""

    SUMATRA = "sumatra"
    JAVA_BALI = "java_bali"
    NUSA_TENGGARA = "nusa_tenggara"
    KALIMANTAN = "kalimantan"
    SULAWESI = "sulawesi"
    MALUKU_PAPUA = "maluku_papua"


ISLAND_GROUP_NAMES: dict[IslandGroup, str | Promise] = {
    IslandGroup.SUMATRA: _("Sumatra"),
    IslandGroup.JAVA_BALI: _("Jawa dan Bali"),
    IslandGroup.NUSA_TENGGARA: _("Nusa Tenggara"),
    IslandGroup.KALIMANTAN: _("Kalimantan"),
    IslandGroup.SULAWESI: _("Sulawesi"),
    IslandGroup.MALUKU_PAPUA: _("Maluku dan Papua"),
}
ROLE_NAMES: dict[Role, str | Promise] = {
    Role.UNIT_HR: _("Pengelola kepegawaian unit"),
    Role.AGENCY_HR: _("Pengelola kepegawaian instansi"),
    Role.TRAINER: _("Widyaiswara/instruktur"),
    Role.EVALUATOR: _("Evaluator"),
    Role.LEADER: _("Pimpinan"),
    Role.PARTNER: _("Mitra"),
    Role.JUROR: _("Juri"),
    Role.PLATFORM_ADMIN: _("Admin platform"),
}


class Permission(StrEnum):
    """Something a role may do inside the subtree it was granted on."""

    SEE_STAFF = "see_staff"
    MANAGE_STAFF = "manage_staff"
    IMPORT_STAFF = "import_staff"
    INVITE_STAFF = "invite_staff"
    GRANT_ROLES = "grant_roles"
    SEE_LEVELS = "see_levels"
    REVIEW_LEVELS = "review_levels"
    SEE_PLANS = "see_plans"
    SEE_LEARNING = "see_learning"
    SEE_HOURS = "see_hours"
    SEE_REPORTS = "see_reports"
    SEE_LEADER_PAGE = "see_leader_page"
    MANAGE_STANDARDS = "manage_standards"
    MANAGE_ITEMS = "manage_items"
    MANAGE_ASSESSMENTS = "manage_assessments"
    MANAGE_COURSES = "manage_courses"
    EVALUATE = "evaluate"
    REVOKE_CERTIFICATES = "revoke_certificates"
    SEE_JOURNAL = "see_journal"
    MANAGE_RECORDS = "manage_records"
    MANAGE_TOOLS = "manage_tools"
    MANAGE_PLATFORM = "manage_platform"


_P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.UNIT_HR: frozenset(
        {_P.SEE_STAFF, _P.INVITE_STAFF, _P.SEE_LEVELS, _P.SEE_PLANS, _P.SEE_LEARNING, _P.SEE_HOURS, _P.SEE_REPORTS}
    ),
    Role.AGENCY_HR: frozenset(
        {
            _P.SEE_STAFF, _P.MANAGE_STAFF, _P.IMPORT_STAFF, _P.INVITE_STAFF, _P.GRANT_ROLES, _P.SEE_LEVELS,
            _P.REVIEW_LEVELS,
            _P.SEE_PLANS, _P.SEE_LEARNING, _P.SEE_HOURS, _P.SEE_REPORTS, _P.SEE_LEADER_PAGE, _P.MANAGE_STANDARDS, _P.MANAGE_COURSES,
            _P.MANAGE_ASSESSMENTS, _P.EVALUATE, _P.REVOKE_CERTIFICATES, _P.SEE_JOURNAL,
            _P.MANAGE_RECORDS, _P.MANAGE_TOOLS,
        }
    ),
    Role.TRAINER: frozenset({_P.MANAGE_COURSES, _P.MANAGE_ITEMS, _P.SEE_LEARNING}),
    Role.EVALUATOR: frozenset({_P.EVALUATE, _P.SEE_REPORTS}),
    Role.LEADER: frozenset({_P.SEE_LEADER_PAGE, _P.SEE_REPORTS}),
    Role.PARTNER: frozenset(),
    Role.JUROR: frozenset(),
    Role.PLATFORM_ADMIN: frozenset({_P.MANAGE_PLATFORM, _P.GRANT_ROLES, _P.MANAGE_STAFF, _P.IMPORT_STAFF, _P.SEE_STAFF,
                                    _P.INVITE_STAFF, _P.MANAGE_STANDARDS, _P.MANAGE_ITEMS, _P.MANAGE_COURSES,
                                    _P.SEE_JOURNAL, _P.MANAGE_RECORDS, _P.MANAGE_TOOLS}),
}  # fmt: skip

PERMISSION_NAMES: dict[Permission, str | Promise] = {
    _P.SEE_STAFF: _("Melihat daftar pegawai"),
    _P.MANAGE_STAFF: _("Mengubah data dan penempatan pegawai"),
    _P.IMPORT_STAFF: _("Mengimpor data pegawai"),
    _P.INVITE_STAFF: _("Mengundang pegawai untuk masuk pertama kali"),
    _P.GRANT_ROLES: _("Memberi dan mencabut peran"),
    _P.SEE_LEVELS: _("Melihat tingkat kompetensi pegawai"),
    _P.REVIEW_LEVELS: _("Memutuskan permintaan peninjauan tingkat"),
    _P.SEE_PLANS: _("Melihat rencana pengembangan pegawai"),
    _P.SEE_LEARNING: _("Melihat kemajuan belajar pegawai"),
    _P.SEE_HOURS: _("Melihat jam pelajaran pegawai"),
    _P.SEE_REPORTS: _("Melihat dasbor dan laporan"),
    _P.SEE_LEADER_PAGE: _("Melihat halaman pimpinan"),
    _P.MANAGE_STANDARDS: _("Menetapkan standar jabatan, aturan JP, dan penerbit sertifikat"),
    _P.MANAGE_ITEMS: _("Mengelola bank soal"),
    _P.MANAGE_ASSESSMENTS: _("Menyelenggarakan asesmen"),
    _P.MANAGE_COURSES: _("Mengelola kursus"),
    _P.EVALUATE: _("Mengevaluasi program"),
    _P.REVOKE_CERTIFICATES: _("Mencabut sertifikat"),
    _P.SEE_JOURNAL: _("Membaca jejak audit"),
    _P.MANAGE_RECORDS: _("Mengelola rekam belajar dan aplikasi yang memakainya"),
    _P.MANAGE_TOOLS: _("Mengelola alat belajar dari luar"),
    _P.MANAGE_PLATFORM: _("Mengelola seluruh platform"),
}


def may_use(permission: Permission, *, held: bool) -> Verdict:
    """Whether a person may do something in a place, given whether the permission is held there."""
    if held:
        return ALLOWED
    return denied(_("Anda tidak memegang hak “%(name)s” untuk unit ini.") % {"name": PERMISSION_NAMES[permission]})


def may_grant(role: Role, *, holds_right: bool, is_platform_admin: bool, is_own_account: bool) -> Verdict:
    """Whether a person may grant or revoke a role in a place.

    The platform's own role passes only between its holders, and nobody hands a role to oneself.
    """
    if is_own_account:
        return denied(_("Peran untuk akun sendiri harus diberikan orang lain yang berhak."))
    if role is Role.PLATFORM_ADMIN and not is_platform_admin:
        return denied(_("Hanya admin platform yang dapat memberi atau mencabut peran admin platform."))
    return may_use(Permission.GRANT_ROLES, held=holds_right)


def can_last(valid_from: dt.date, valid_to: dt.date | None) -> Verdict:
    """Whether a period makes sense: it does not end before it begins."""
    if valid_to is not None and valid_to < valid_from:
        return refused(_("Tanggal berakhir mendahului tanggal mulai. Perbaiki salah satunya."))
    return ALLOWED


FREE_TRIES = 5
LONGEST_PAUSE = dt.timedelta(minutes=5)
FAILURES_FORGOTTEN_AFTER = dt.timedelta(hours=24)


def pause_after(failures: int) -> dt.timedelta:
    """How long sign-in pauses after so many wrong tries in a row: none at first, then 15 s, doubling up to 5 minutes."""
    if failures < FREE_TRIES:
        return dt.timedelta()
    return min(LONGEST_PAUSE, dt.timedelta(seconds=15 * 2 ** min(10, failures - FREE_TRIES)))


def roles_with(permission: Permission) -> frozenset[Role]:
    """Every role that carries a permission."""
    return frozenset(role for role, permissions in PERMISSIONS.items() if permission in permissions)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What an 18-digit employee number says about its owner."""

    birth_date: dt.date
    appointed_year: int
    appointed_month: int | None
    sex: str
    is_contract: bool


class NumberError(ValueError):
    """An employee number is wrong; ``str(error)`` says how, in the user's words."""


def read_employee_number(number: str, *, today: dt.date) -> NumberFacts:
    """Read an NIP (PNS) or NI PPPK: birth ``YYYYMMDD``, start ``YYYYMM`` (PPPK: year and a code from 13), sex, serial.

    Raises NumberError with a sentence when digits, dates, age at appointment (17 to 60) or the sex digit are wrong.
    """
    digits = re.sub(r"[\s.\-']", "", number)
    if not re.fullmatch(r"[0-9]{18}", digits):
        raise NumberError(_("NIP harus 18 angka; yang tertulis %(count)s karakter.") % {"count": len(digits)})
    try:
        birth = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise NumberError(_("Delapan angka pertama NIP bukan tanggal lahir yang ada di kalender.")) from None
    year, code = int(digits[8:12]), int(digits[12:14])
    is_contract = code > 12
    if not 1950 <= year <= today.year or code == 0:
        raise NumberError(_("Angka ke-9 sampai ke-14 NIP bukan waktu pengangkatan yang mungkin."))
    month = None if is_contract else code
    if month and dt.date(year, month, 1) > today:
        raise NumberError(_("Waktu pengangkatan pada NIP masih di masa depan."))
    age = year - birth.year - (1 if month and month < birth.month else 0)
    if not 17 <= age <= 60:
        raise NumberError(_("Menurut NIP, usia saat diangkat %(age)s tahun; seharusnya 17 sampai 60.") % {"age": age})
    if digits[14] not in "12":
        raise NumberError(_("Angka ke-15 NIP harus 1 (laki-laki) atau 2 (perempuan)."))
    if digits.endswith("000"):
        raise NumberError(
            _("Tiga angka terakhir NIP tidak pernah 000; biasanya terjadi bila NIP tersimpan sebagai angka.")
        )
    return NumberFacts(birth, year, month, "M" if digits[14] == "1" else "F", is_contract)


def number_conflicts(
    facts: NumberFacts, *, employment_type: str, sex: str = "", birth_date: dt.date | None = None
) -> list[str]:
    """What a person's data and the employee number say differently, as sentences; empty when they agree."""
    found: list[str | Promise] = []
    if employment_type in {"PNS", "CPNS"} and facts.is_contract:
        found.append(_("Status tertulis %(type)s, tetapi bentuk NIP-nya NI PPPK.") % {"type": employment_type})
    if employment_type in {"PPPK", "PPPK_PARUH_WAKTU"} and not facts.is_contract:
        found.append(_("Status tertulis PPPK, tetapi bentuk NIP-nya NIP PNS."))
    if sex and sex != facts.sex:
        in_number = _("laki-laki") if facts.sex == "M" else _("perempuan")
        found.append(_("Jenis kelamin tidak cocok dengan NIP; menurut NIP %(sex)s.") % {"sex": in_number})
    if birth_date and birth_date != facts.birth_date:
        found.append(
            _("Tanggal lahir tidak cocok dengan NIP; menurut NIP %(date)s.") % {"date": f"{facts.birth_date:%d-%m-%Y}"}
        )
    return [str(sentence) for sentence in found]


def masked_number(number: str) -> str:
    """An employee number for lists: the middle hidden, e.g. ``19900215******1002``."""
    return f"{number[:8]}{'*' * 6}{number[-4:]}" if len(number) == 18 else number
