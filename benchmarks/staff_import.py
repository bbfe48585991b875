"""Taking in 100,000 people from one file: read, judged row by row, shown, applied with placement and result per row."""

import datetime as dt
import random
import time
from pathlib import Path
from typing import Any

from benchmarks.databases import Cluster, empty_stage, settle
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_django
from benchmarks.stage import DATA

PEOPLE = 100_000
WRONG_EVERY = 100
HEADER = (
    "NIP", "Nama", "Gelar belakang", "Jenis kelamin", "Tanggal lahir", "Status kepegawaian", "Golongan", "Pendidikan",
    "Surel", "Kode unit", "Jabatan", "Kelas jabatan", "Rumpun fungsional", "Kepala unit",
)  # fmt: skip
JOBS = (
    ("Pengadministrasi Perkantoran", "PELAKSANA", ""), ("Pengelola Layanan", "PELAKSANA", ""),
    ("Pranata Komputer Ahli Pertama", "JF_AHLI_PERTAMA", "Pranata Komputer"),
    ("Analis Kebijakan Ahli Muda", "JF_AHLI_MUDA", "Analis Kebijakan"), ("Arsiparis Terampil", "JF_TERAMPIL", "Arsiparis"),
)  # fmt: skip


def measure(clusters: list[Cluster | None], people: int = PEOPLE) -> Record:
    """Check and apply of XLSX and CSV on each database: wall, CPU and peak memory; and the same file a second time."""
    record = Record(
        "staff_import",
        f"Staff import of {people:,} rows",
        f"A file with {len(HEADER)} columns and {people:,} new people in 400 units of one agency, one row in {WRONG_EVERY} "
        "with an unknown unit. A fresh process uploads it, checks it (every row judged and kept for the preview) and "
        "applies it (every right row becomes a person with a placement and its result) through the doors of `people` that "
        "the pages use. Wall seconds and peak memory of that process; the promise covers check and apply together.",
    )
    for cluster in clusters:
        for ending in ("xlsx", "csv"):
            stage = empty_stage("staff", cluster)
            in_django(stage, "benchmarks.crowd:build", employees=0)
            path = DATA / f"staff-{people}.{ending}"
            in_django(stage, "benchmarks.staff_import:make_file", path=str(path), people=people)
            settle(stage)
            for what in ("all new", "the same file again"):
                if what != "all new" and ending == "csv":
                    continue
                found, cost = in_django(stage, "benchmarks.staff_import:take_in", path=str(path))
                expected = people - people // WRONG_EVERY
                if found["counts"]["new" if what == "all new" else "same"] != expected:
                    raise RuntimeError(f"unexpected result of the import: {found['counts']}")
                beside = {
                    "check": f"{found['check']:.1f} s", "apply": f"{found['apply']:.1f} s", "CPU s": round(cost.cpu, 1),
                    "database CPU s": round(cost.database_cpu, 1),
                }  # fmt: skip
                seconds = round(found["check"] + found["apply"], 1)
                name = f"{ending.upper()}, {what}"
                record.figures += [
                    Figure(f"{name}: check and apply", seconds, "s", 60, stage.label, beside=beside),
                    Figure(f"{name}: peak memory", round(cost.peak_mb), "MB", 1_000, stage.label),
                ]
    return record


def make_file(path: str, people: int) -> int:
    """The inner half: write the file; its size in bytes."""
    import csv

    from bina.foundation.spreadsheets import Sheet, write_xlsx
    from bina.people.models import OrgUnit

    codes = list(OrgUnit.objects.filter(depth=3).order_by("path").values_list("code", flat=True))
    rows = list(_rows(people, codes))
    target = Path(path)
    if target.suffix == ".xlsx":
        target.write_bytes(write_xlsx(Sheet("Pegawai", HEADER, rows)))
    else:
        with target.open("w", newline="", encoding="utf-8-sig") as stream:
            csv.writer(stream, delimiter=";").writerows([HEADER, *rows])
    return target.stat().st_size


def _rows(people: int, codes: list[str]) -> "Any":
    draw = random.Random(7)
    serials: dict[str, int] = {}
    for index in range(1, people + 1):
        born = dt.date(1968, 1, 1) + dt.timedelta(days=draw.randrange(365 * 30))
        appointed = f"{born.year + draw.randrange(23, 27)}{draw.randrange(1, 13):02d}"
        stem = f"{born:%Y%m%d}{appointed}{1 + index % 2}"
        serials[stem] = serials.get(stem, 0) + 1
        title, job_class, family = draw.choice(JOBS)
        yield (
            f"{stem}{serials[stem]:03d}", f"Pegawai Contoh {index}", "S.Sos.", "P" if index % 2 else "L",
            f"{born:%d-%m-%Y}", "PNS", "III/b", "S1", f"pegawai{index}@contoh.go.id.test",
            "TIDAK-ADA" if index % WRONG_EVERY == 0 else draw.choice(codes), title, job_class, family, "tidak",
        )  # fmt: skip


def take_in(path: str) -> dict[str, Any]:
    """The inner half: upload, check, ask to apply, apply; seconds of each and the counts of outcomes."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from bina.people.actions.imports import apply_staff_file, check_staff_file, request_apply, upload_staff_file
    from bina.people.models import Agency

    agency = Agency.objects.get(code="UKUR")
    started = time.perf_counter()
    upload = SimpleUploadedFile(Path(path).name, Path(path).read_bytes())
    staff_import = upload_staff_file(by=None, agency=agency, upload=upload, in_background=False)
    checked = check_staff_file(staff_import)
    middle = time.perf_counter()
    if checked.problem:
        raise RuntimeError(checked.problem)
    applied = apply_staff_file(request_apply(by=None, staff_import=checked, in_background=False))
    return {"check": middle - started, "apply": time.perf_counter() - middle, "counts": applied.counts}
