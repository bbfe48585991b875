"""A small complete course folder for tests, easy to bend; everything in it is invented."""

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import yaml

from bina.learning import actions
from bina.learning.models import Course, CourseVersion
from bina.people.models import Agency, User

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><title>Gambar</title><rect width="9" height="9"/></svg>'


def tiny_mp4(seconds: int = 60, size: int = 4_000) -> bytes:
    """Bytes that begin like an MP4 file and state a length; enough for typing, ranges and the movie header."""
    header = struct.pack(">IIIIII", 0, 0, 0, 1_000, seconds * 1_000, 0)
    mvhd = struct.pack(">I4s", len(header) + 8, b"mvhd") + header
    moov = struct.pack(">I4s", len(mvhd) + 8, b"moov") + mvhd
    ftyp = struct.pack(">I4s8s", 16, b"ftyp", b"isommp42")
    body = bytes(range(256)) * (size // 256 + 1)
    rest = size - len(ftyp) - len(moov) - 8
    return ftyp + moov + struct.pack(">I4s", rest + 8, b"mdat") + body[:rest]


def question(code: str, *, competency: str | None = "4.2", right: str = "Lapor ke pengelola") -> dict[str, Any]:
    """One single-choice question."""
    item: dict[str, Any] = {
        "code": code, "level": 2, "kind": "single", "stem": f"Apa langkah pertama pada kejadian {code}?",
        "options": [
            {"text": right, "correct": True, "feedback": "Tepat."},
            {"text": "Menunggu", "feedback": "Belum."},
            {"text": "Menghapus jejak", "feedback": "Belum."},
        ],
        "explanation": "Melapor lebih awal menolong semua.",
    }  # fmt: skip
    if competency:
        item["competency"] = competency
    return item


def outline() -> dict[str, Any]:
    """The content of course.yaml: 45 minutes, 1 JP, six activities."""
    return {
        "slug": "kursus-mini", "title": "Kursus mini", "summary": "Kursus singkat untuk uji.",
        "description": "Setelah ini Anda dapat:\n\n- melapor lebih awal;\n- menjaga data.\n", "language": "id",
        "learning_hours": 1, "form": "NK_ELEARNING", "level": 2, "audience": "Semua pegawai", "author": "Tim uji",
        "licence": "CC-BY-SA-4.0", "passing_grade": 70,
        "competencies": [{"framework": "digcomp-3.0", "code": "4.2", "target_level": 2, "expected_gain": 0.4}],
        "sections": [
            {
                "title": "Mulai",
                "activities": [
                    {"key": "uji-awal", "kind": "test", "role": "pre", "title": "Uji awal", "minutes": 5, "file": "awal.yaml"},
                    {"key": "halaman", "kind": "page", "title": "Lapor lebih awal", "minutes": 15, "file": "01.md"},
                    {"key": "kuis", "kind": "quiz", "title": "Kuis", "minutes": 5, "file": "kuis.yaml", "passing": 60},
                ],
            },
            {
                "title": "Praktik",
                "activities": [
                    {"key": "berkas", "kind": "file", "title": "Berkas", "minutes": 5, "file": "media/latihan.csv",
                     "description": "Isi tabel ini."},
                    {"key": "video", "kind": "video", "title": "Video", "minutes": 5, "file": "media/v.mp4",
                     "captions": "media/v.vtt", "poster": "media/a.svg", "transcript": "transkrip.md"},
                    {"key": "uji-akhir", "kind": "test", "role": "post", "title": "Uji akhir", "minutes": 10,
                     "file": "akhir.yaml", "passing": 70},
                ],
            },
        ],
    }  # fmt: skip


def files(course: dict[str, Any] | None = None, changes: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """All files of the folder; ``changes`` replace files by name or add them."""
    found: dict[str, bytes] = {
        "course.yaml": dumped(course or outline()),
        "01.md": b"## Satu pagi\n\nTeks tentang *melapor*.\n\n![Alur melapor](media/a.svg)\n",
        "transkrip.md": b"## Transkrip\n\nIsi video dalam kata-kata.\n",
        "kuis.yaml": dumped([question("K-1", competency=None), question("K-2", competency=None)]),
        "awal.yaml": dumped([question("A-1"), question("A-2")]),
        "akhir.yaml": dumped([question("Z-1"), question("Z-2")]),
        "media/a.svg": SVG,
        "media/latihan.csv": b"nama;rt\nWarga contoh;03\n",
        "media/v.mp4": tiny_mp4(),
        "media/v.vtt": b"WEBVTT\n\n00:00.000 --> 00:05.000\nHalo\n",
    }
    found.update(changes or {})
    return found


def dumped(content: Any) -> bytes:
    """YAML bytes."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()


def zipped(content: dict[str, bytes], *, around: str = "kursus-mini/") -> bytes:
    """A zip of the files, with one folder around them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(around + name, data)
    return stream.getvalue()


def import_mini(
    content: dict[str, bytes] | None = None, *, by: User | None = None, agency: Agency | None = None
) -> CourseVersion:
    """Bring the folder in as a draft; fails with the report when something is wrong with it."""
    report = actions.import_course_folder(zipped(content or files()), by=by, agency=agency)
    assert report.version is not None, [f"{p.file}:{p.line} {p.sentence}" for p in report.errors]
    return report.version


def publish_mini(content: dict[str, bytes] | None = None, *, agency: Agency | None = None) -> Course:
    """Bring the folder in and publish it."""
    return actions.publish_version(by=None, version=import_mini(content, agency=agency))
