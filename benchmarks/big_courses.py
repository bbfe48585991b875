"""Courses of a stated size, written as folders and taken in through the door that authors use."""

from pathlib import Path

MINUTES_PER_HOUR = 45
QUIZ_KEY = "kuis"
PAGE_KEY = "bacaan-2"
SIZES = (64, 311)

_PAGE = """## Bacaan {number}

Petugas loket membaca setiap berkas satu kali, mencatat yang kurang, lalu memberi tahu warga lewat satu pesan yang jelas.
Kebiasaan kecil ini menghemat waktu **dua belas menit** per berkas.

| Langkah | Waktu |
|---|---|
| Membaca | 3 menit |
| Mencatat | 2 menit |
| Memberi tahu | 1 menit |

1. Buka daftar antrean.
2. Tandai berkas yang lengkap.
3. Kirim pesan kepada warga yang berkasnya belum lengkap.

Bahan {number} dari pengukuran. Semua contoh rekaan.
"""
_QUESTION = """- code: UKUR-{size}-{number}
  competency: "1.1"
  level: 1
  kind: single
  stem: |
    Soal {number}: apa langkah pertama ketika sebuah berkas belum lengkap?
  options:
    - {{text: "Mencatat apa yang kurang", correct: true, feedback: "Tepat. Catatan membuat pesan menjadi jelas."}}
    - {{text: "Menunggu warga datang lagi", feedback: "Warga tidak tahu apa yang kurang."}}
    - {{text: "Mengembalikan seluruh berkas", feedback: "Yang sudah lengkap tidak perlu diulang."}}
    - {{text: "Memindahkan berkas ke loket lain", feedback: "Masalahnya ikut berpindah."}}
  explanation: Catatan singkat memungkinkan satu pesan yang jelas.
"""


def slug_of(size: int) -> str:
    """The address of the course with so many activities."""
    return f"pengukuran-{size}"


def write(folder: Path, size: int) -> None:
    """A course folder of ``size`` activities: pages of 2 minutes in sections of eight, and one quiz of five questions."""
    minutes = 2 * size
    hours = max(1, round(minutes / MINUTES_PER_HOUR))
    # Hours and minutes must agree within a tenth: the quiz takes up what is missing.
    quiz_minutes = max(1, MINUTES_PER_HOUR * hours - 2 * (size - 1))
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"slug: {slug_of(size)}", f'title: "Kursus pengukuran dengan {size} kegiatan"',
        'summary: "Kursus tiruan untuk mengukur kecepatan halaman."', "language: id", f"learning_hours: {hours}",
        "form: NK_ELEARNING", "level: 1", "competencies:",
        '  - {framework: digcomp-3.0, code: "1.1", target_level: 1, expected_gain: 0.3}', "sections:",
    ]  # fmt: skip
    for number in range(1, size + 1):
        if number % 8 == 1:
            lines += [f'  - title: "Bagian {number // 8 + 1}"', "    activities:"]
        if number == 1:
            entry = f'key: {QUIZ_KEY}, kind: quiz, title: "Kuis lima soal", minutes: {quiz_minutes}, file: kuis.yaml, passing: 60'
        else:
            entry = f'key: bacaan-{number}, kind: page, title: "Bacaan {number}", minutes: 2, file: {number}.md'
            (folder / f"{number}.md").write_text(_PAGE.format(number=number), encoding="utf-8")
        lines.append(f"      - {{{entry}}}")
    (folder / "course.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    questions = "\n".join(_QUESTION.format(size=size, number=number) for number in range(1, 6))
    (folder / "kuis.yaml").write_text(questions, encoding="utf-8")


def take_in(folder: Path, size: int) -> None:
    """Inside Django: import and publish the course; doing it twice changes nothing."""
    from bina.learning.actions import import_course_folder, publish_version

    write(folder, size)
    report = import_course_folder(folder, by=None)
    if report.version is None:
        raise RuntimeError("; ".join(str(problem) for problem in report.errors))
    if report.version.published_at is None:
        publish_version(by=None, version=report.version)
