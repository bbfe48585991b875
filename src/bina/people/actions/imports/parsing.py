"""One row of a staff file read against what the agency knows: units, classes, posts; every mistake becomes a sentence."""

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from bina.people.actions.imports.columns import plain
from bina.people.actions.imports.reading import Table, describe
from bina.people.models import Agency, Employee, JobClass, OrgUnit, Position
from bina.people.rules import NumberError, number_conflicts, read_employee_number

PNS_GRADES = {f"{step}/{letter}" for step in ("I", "II", "III") for letter in "abcd"} | {f"IV/{x}" for x in "abcde"}
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII")
EDUCATION = {
    "sd": "SD", "sekolahdasar": "SD", "smp": "SMP", "sltp": "SMP", "sma": "SMA", "slta": "SMA", "smk": "SMA",
    "d1": "D1", "di": "D1", "diplomai": "D1", "d2": "D2", "dii": "D2", "diplomaii": "D2", "d3": "D3", "diii": "D3",
    "diplomaiii": "D3", "d4": "D4", "div": "D4", "diplomaiv": "D4", "s1": "S1", "sarjana": "S1", "profesi": "Profesi",
    "s2": "S2", "magister": "S2", "s3": "S3", "doktor": "S3",
}  # fmt: skip
EMPLOYMENT = {
    "pns": "PNS", "cpns": "CPNS", "pppk": "PPPK", "p3k": "PPPK", "pppkparuhwaktu": "PPPK_PARUH_WAKTU",
    "p3kparuhwaktu": "PPPK_PARUH_WAKTU", "nonasn": "NON_ASN", "honorer": "NON_ASN", "tenagakontrak": "NON_ASN",
    "thl": "NON_ASN", "ptt": "NON_ASN",
}  # fmt: skip
SEXES = {
    "l": "M", "lk": "M", "lakilaki": "M", "pria": "M", "m": "M", "1": "M",
    "p": "F", "pr": "F", "perempuan": "F", "wanita": "F", "f": "F", "2": "F",
}  # fmt: skip
YES = {"ya", "y", "true", "1", "x", "yes", "kepala"}
NO = {"tidak", "t", "false", "0", "no", "bukan", "tdk"}
LEGAL = {
    "aktif": "01", "cltn": "02", "cutidiluartanggungannegara": "02", "tugasbelajar": "03", "tubel": "03",
    "diberhentikansementara": "04", "hukumandisiplin": "15", "sedangdijatuhihukumandisiplin": "15",
    "mpp": "20", "masapersiapanpensiun": "20", "berhenti": "77", "pensiun": "99",
}  # fmt: skip
GONE = {"77", "99"}
LEGAL_CODES = frozenset(Employee.LegalStatus.values)
MONTHS = {
    "januari": 1, "jan": 1, "februari": 2, "feb": 2, "maret": 3, "mar": 3, "april": 4, "apr": 4, "mei": 5, "juni": 6,
    "jun": 6, "juli": 7, "jul": 7, "agustus": 8, "agu": 8, "agt": 8, "ags": 8, "september": 9, "sep": 9, "oktober": 10,
    "okt": 10, "november": 11, "nov": 11, "desember": 12, "des": 12,
}  # fmt: skip
LENGTHS = {"name": 160, "title_prefix": 40, "title_suffix": 60, "position": 200, "functional": 80, "email": 254}
MOST_SUGGESTIONS = 200

PostKey = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit of the agency, as far as a row needs it."""

    id: int
    path: str
    code: str
    name: str
    is_open: bool


@dataclass(slots=True)
class PostFacts:
    """A post: the one on file, or (without id) the one the file asks for."""

    id: int | None
    title: str
    functional: str
    is_head: bool


@dataclass(slots=True)
class Row:
    """What one row says, and what is wrong with it. ``data`` holds only the fields that are filled."""

    line: int
    cells: dict[str, str]
    number: str = ""
    name: str = ""
    problems: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    unit: UnitFacts | None = None
    job_class: str = ""
    title: str = ""
    functional: str | None = None
    is_head: bool | None = None
    is_leaving: bool = False

    @property
    def post_key(self) -> PostKey:
        """What makes a post the same post: unit, title whatever its letter case, class."""
        return (self.unit.id if self.unit else 0, self.title.casefold(), self.job_class)

    @property
    def identity(self) -> str:
        """What the person is known by: the NIP, or for people without one the e-mail address."""
        return self.number or self.data.get("email", "")


class Book:
    """What an agency has on file, read once: its units, its posts, and the job classes of the law."""

    def __init__(self, agency: Agency, today: dt.date) -> None:
        self.agency, self.today = agency, today
        self.units_by_id: dict[int, UnitFacts] = {}
        self._units: dict[str, UnitFacts] = {}
        names: dict[str, list[UnitFacts]] = {}
        for pk, path, code, name, valid_to in OrgUnit.objects.filter(agency=agency).values_list(
            "id", "path", "code", "name", "valid_to"
        ):
            unit = UnitFacts(pk, path, code, name, valid_to is None)
            self.units_by_id[pk] = unit
            self._units[code.casefold()] = unit
            names.setdefault(plain(name), []).append(unit)
        self._unit_names = {name: units[0] for name, units in names.items() if len(units) == 1}
        self._classes: dict[str, str] = {}
        for row in JobClass.objects.all():
            short = row.name.removeprefix("Jabatan ").removeprefix("Fungsional ")
            for name in (row.code, row.name, row.name.removeprefix("Jabatan "), short):
                self._classes.setdefault(plain(name), row.code)
            for echelon in filter(None, row.echelon.split("/")):
                self._classes.setdefault(plain(echelon), row.code)
                self._classes.setdefault(plain(f"eselon {echelon}"), row.code)
        self.posts: dict[PostKey, PostFacts] = {}
        self.posts_by_id: dict[int, tuple[int, PostFacts]] = {}
        for pk, unit_id, title, job_class, functional, is_head in Position.objects.filter(
            unit__agency=agency
        ).values_list("id", "unit_id", "title", "job_class_id", "functional", "is_head"):
            self.add_post((unit_id, title.casefold(), job_class), PostFacts(pk, title, functional, is_head))
        self._suggested: dict[str, str] = {}

    def add_post(self, key: PostKey, post: PostFacts) -> None:
        """Remember a post that is (now) on file."""
        self.posts[key] = post
        if post.id is not None:
            self.posts_by_id[post.id] = (key[0], post)

    def unit(self, text: str) -> UnitFacts | None:
        """The unit with this code, or with this name when only one bears it."""
        return self._units.get(text.casefold()) or self._unit_names.get(plain(text))

    def job_class(self, text: str) -> str:
        """The code of a job class by code, name or echelon; empty when unknown."""
        return self._classes.get(plain(text), "")

    def nearest(self, text: str, *, kind: str) -> str:
        """“ Mungkin “D1B1”?” for a mistyped code, as far as that can be told in reasonable time."""
        if text not in self._suggested:
            if len(self._suggested) >= MOST_SUGGESTIONS:
                return ""
            by_code = {code: unit.code for code, unit in self._units.items()}
            names = by_code if kind == "unit" else self._classes
            close = difflib.get_close_matches(
                text.casefold() if kind == "unit" else plain(text), names, n=1, cutoff=0.6
            )
            self._suggested[text] = names[close[0]] if close else ""
        found = self._suggested[text]
        return " " + _("Mungkin maksudnya “%(code)s”.") % {"code": found} if found else ""


class RowReader:
    """Reads the rows of one file in order, remembering what earlier rows said.

    ``unreadable_names`` are people whose number cannot be read: they must not be taken for people who left.
    """

    def __init__(self, book: Book, table: Table) -> None:
        self._book, self._table = book, table
        self._seen: dict[str, int] = {}
        self._heads: dict[int, int] = {}
        self._posts: dict[PostKey, dict[str, tuple[int, str | bool]]] = {}
        self.unreadable_names: set[str] = set()

    @property
    def identities(self) -> set[str]:
        """Everyone the file names so far."""
        return set(self._seen)

    def read(self, line: int, cells: dict[str, str]) -> Row:
        """One row; ``problems`` says everything that must be mended."""
        row = Row(line, cells)
        for key, most in LENGTHS.items():
            if len(cells.get(key, "")) > most:
                row.problems.append(_("%(title)s lebih dari %(most)s huruf.") % {"title": describe(key), "most": most})
        self._read_person(row)
        self._read_number(row)
        self._read_place(row)
        if row.identity:
            first = self._seen.setdefault(row.identity, line)
            if first != line:
                row.problems.append(_("Orang ini sudah ada di baris %(line)s. Sisakan satu.") % {"line": first})
        if not row.problems:
            self._compare_with_earlier(row)
        return row

    def _missing(self, row: Row, key: str) -> None:
        if self._table.is_merged(row.line, key):
            row.problems.append(
                _("%(title)s kosong karena selnya digabung. Pisahkan sel gabungan dan isi setiap baris.")
                % {"title": describe(key)}
            )
        else:
            row.problems.append(_("%(title)s kosong.") % {"title": describe(key)})

    def _word(self, row: Row, key: str, words: dict[str, str], example: str) -> str:
        """A value that must be one of a set of words; empty when absent or unknown (with a problem noted)."""
        text = row.cells.get(key, "")
        if not text:
            return ""
        found = words.get(plain(text), "")
        if not found:
            row.problems.append(
                _("%(title)s “%(value)s” tidak dikenal. Contoh: %(example)s.")
                % {"title": describe(key), "value": text[:40], "example": example}
            )
        return found

    def _read_person(self, row: Row) -> None:
        cells = row.cells
        row.name = " ".join(cells.get("name", "").split())[:160]
        if row.name:
            row.data["full_name"] = row.name
        else:
            self._missing(row, "name")
        for key in ("title_prefix", "title_suffix"):
            if cells.get(key):
                row.data[key] = cells[key]
        if sex := self._word(row, "sex", SEXES, "L"):
            row.data["sex"] = sex
        if employment := self._word(row, "employment_type", EMPLOYMENT, "PNS, PPPK"):
            row.data["employment_type"] = employment
        if education := self._word(row, "education", EDUCATION, "S1, D3, SMA"):
            row.data["education"] = education
        self._read_grade(row)
        self._read_status(row)
        for key in ("birth_date", "contract_to"):
            if cells.get(key):
                day = read_date(cells[key])
                if day is None:
                    row.problems.append(
                        _("%(title)s “%(value)s” bukan tanggal. Contoh: 15-02-1990.")
                        % {"title": describe(key), "value": cells[key][:30]}
                    )
                else:
                    row.data[key] = day
        if email := cells.get("email", "").lower():
            try:
                validate_email(email)
                row.data["email"] = email
            except ValidationError:
                row.problems.append(_("Surel “%(value)s” bukan alamat yang benar.") % {"value": email[:60]})

    def _read_grade(self, row: Row) -> None:
        text = row.cells.get("grade", "")
        if not text:
            return
        match = re.fullmatch(r"(I{1,3}|IV|[1-4])[\s/.\-]*([A-Ea-e])", text.strip(), re.IGNORECASE)
        if match:
            step = match[1].upper()
            grade = f"{ROMAN[int(step) - 1] if step.isdigit() else step}/{match[2].lower()}"
            if grade in PNS_GRADES:
                row.data["grade"] = grade
                return
        step = text.strip().upper()
        if step.isdigit() and 1 <= int(step) <= 17:
            step = ROMAN[int(step) - 1]
        if step in ROMAN:
            row.data["grade"] = step
            return
        row.problems.append(
            _("Golongan “%(value)s” tidak dikenal. Contoh: III/b untuk PNS, IX untuk PPPK.") % {"value": text[:20]}
        )

    def _read_status(self, row: Row) -> None:
        text = row.cells.get("legal_status", "")
        if not text:
            return
        digits = re.match(r"\d{1,2}", text)
        code = digits[0].zfill(2) if digits else LEGAL.get(plain(text), "")
        code = {"66": "77", "88": "77"}.get(code, code)
        if code not in LEGAL_CODES:
            row.problems.append(
                _("Kedudukan hukum “%(value)s” tidak dikenal. Contoh: 01 atau Aktif.") % {"value": text[:40]}
            )
            return
        row.is_leaving = code in GONE
        row.data["legal_status"] = code

    def _read_number(self, row: Row) -> None:
        text = row.cells.get("number", "")
        if not text:
            if row.data.get("employment_type") == Employee.EmploymentType.NON_ASN and row.data.get("email"):
                return
            self._missing(row, "number")
            self.unreadable_names.add(row.name.casefold())
            return
        if row.line in self._table.numeric_number_lines or re.search(r"\d[eE]\+?\d", text):
            row.number = text[:30]
            row.problems.append(
                _("NIP tersimpan sebagai angka, sehingga angka terakhirnya hilang. Ubah format kolom NIP menjadi Teks, "
                  "lalu tempel ulang NIP-nya.")
            )  # fmt: skip
            self.unreadable_names.add(row.name.casefold())
            return
        row.number = re.sub(r"[\s.\-'’`]", "", text)[:30]
        try:
            facts = read_employee_number(row.number, today=self._book.today)
        except NumberError as error:
            row.problems.append(str(error))
            self.unreadable_names.add(row.name.casefold())
            return
        row.problems += number_conflicts(
            facts, employment_type=row.data.get("employment_type", ""), sex=row.data.get("sex", ""),
            birth_date=row.data.get("birth_date"),
        )  # fmt: skip
        grade = row.data.get("grade", "")
        if grade and ("/" in grade) == facts.is_contract:
            row.problems.append(
                _("Golongan “%(value)s” tidak cocok dengan bentuk NIP-nya: PNS memakai III/b, PPPK memakai IX.")
                % {"value": grade}
            )
        row.data.setdefault("sex", facts.sex)
        row.data.setdefault("birth_date", facts.birth_date)

    def _read_place(self, row: Row) -> None:
        cells = row.cells
        if not cells.get("unit"):
            self._missing(row, "unit")
        else:
            row.unit = self._book.unit(cells["unit"])
            if row.unit is None:
                row.problems.append(
                    _("Kode unit “%(code)s” tidak ada di instansi ini.") % {"code": cells["unit"][:40]}
                    + self._book.nearest(cells["unit"][:40], kind="unit")
                )
            elif not row.unit.is_open:
                row.problems.append(_("Unit “%(name)s” sudah ditutup.") % {"name": row.unit.name})
        row.title = " ".join(cells.get("position", "").split())[:200]
        if not row.title:
            self._missing(row, "position")
        if not cells.get("job_class"):
            self._missing(row, "job_class")
        else:
            row.job_class = self._book.job_class(cells["job_class"])
            if not row.job_class:
                row.problems.append(
                    _("Kelas jabatan “%(code)s” tidak dikenal.") % {"code": cells["job_class"][:40]}
                    + self._book.nearest(cells["job_class"][:40], kind="class")
                )
        row.functional = cells.get("functional")
        if text := plain(cells.get("is_head", "")):
            if text in YES or text in NO:
                row.is_head = text in YES
            else:
                row.problems.append(
                    _("Kepala unit “%(value)s” tidak dikenal. Isi ya atau tidak.") % {"value": cells["is_head"][:20]}
                )

    def _compare_with_earlier(self, row: Row) -> None:
        """The same post must mean the same in every row, and a unit has one head."""
        said = self._posts.setdefault(row.post_key, {})
        values: list[tuple[str, str | bool | None]] = [("functional", row.functional), ("is_head", row.is_head)]
        for key, value in values:
            if value is None:
                continue
            line, earlier = said.setdefault(key, (row.line, value))
            if earlier != value:
                row.problems.append(
                    _("%(title)s untuk jabatan ini berbeda dengan baris %(line)s. Samakan keduanya.")
                    % {"title": describe(key), "line": line}
                )
        if row.is_head and row.unit and not row.is_leaving and not row.problems:
            line = self._heads.setdefault(row.unit.id, row.line)
            if line != row.line:
                row.problems.append(
                    _(
                        "Unit ini sudah punya kepala di baris %(line)s. Hanya satu orang yang dapat memimpin sebuah unit."
                    )
                    % {"line": line}
                )


def read_date(text: str) -> dt.date | None:
    """A day as people and spreadsheets write it: 15-02-1990, 1990-02-15, 15 Februari 1990, or Excel's day number."""
    text = text.strip()
    try:
        if match := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$", text):
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        if match := re.match(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[ T].*)?$", text):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        if match := re.match(r"(\d{1,2})[-/ ]([A-Za-z]+)[-/ ](\d{4})$", text):
            month = MONTHS.get(match[2].casefold())
            return dt.date(int(match[3]), month, int(match[1])) if month else None
        if re.fullmatch(r"\d{4,5}(?:\.0+)?", text) and 3_000 < float(text) < 80_000:
            return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
    except ValueError:
        return None
    return None
