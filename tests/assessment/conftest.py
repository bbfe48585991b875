"""What tests of measuring share: the shipped bank, a small course test with all kinds of questions, right answers."""

from typing import Any

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, ItemBank, Session
from bina.assessment.rules import right_answer
from bina.people.models import Employee

ITEMS: list[dict[str, Any]] = [
    {
        "code": "U-1", "competency": "4.2", "level": 1, "kind": "single", "context": "data warga",
        "stem": "Manakah yang termasuk **data pribadi**?",
        "options": [
            {"text": "Nomor induk kependudukan", "correct": True, "feedback": "Tepat, nomor itu mengenali seseorang."},
            {"text": "Jumlah penduduk sebuah kelurahan", "feedback": "Ini angka gabungan."},
            {"text": "Alamat kantor dinas", "feedback": "Ini bukan tentang orang."},
        ],
        "explanation": "Ukurannya adalah apakah seseorang dapat dikenali.",
    },
    {
        "code": "U-2", "competency": "4.2", "level": 2, "kind": "multiple", "stem": "Pilih dua langkah yang tepat.",
        "options": [
            {"text": "Mengunci layar", "correct": True, "feedback": "Tepat."},
            {"text": "Memakai akun bersama", "feedback": "Tidak jelas siapa yang bertanggung jawab."},
            {"text": "Membatasi akses", "correct": True, "feedback": "Tepat."},
            {"text": "Menempel sandi di meja", "feedback": "Semua orang dapat membacanya."},
        ],
        "explanation": "Akses dibatasi, perangkat dikunci.",
    },
    {
        "code": "U-3", "competency": "4.2", "level": 2, "kind": "ordering", "stem": "Urutkan penanganan kebocoran data.",
        "sequence": ["Menghentikan kebocoran", "Mencatat kejadian", "Melapor kepada pengendali data", "Memberi tahu warga"],
        "explanation": "Yang pertama selalu menghentikan.",
    },
    {
        "code": "U-4", "competency": "1.3", "level": 2, "kind": "matching", "stem": "Pasangkan keperluan dan alatnya.",
        "pairs": [
            {"left": "Menjumlah", "right": "SUM"},
            {"left": "Menghitung banyaknya", "right": "COUNT"},
            {"left": "Merata-ratakan", "right": "AVERAGE"},
        ],
        "distractors": ["MAX"], "explanation": "Setiap keperluan punya fungsinya.",
    },
    {
        "code": "U-5", "competency": "1.3", "level": 3, "kind": "numeric", "stem": "Berapa persen 46 dari 50?",
        "answer": 92, "tolerance": 0.5, "unit": "%", "explanation": "46 dibagi 50.",
    },
]  # fmt: skip


@pytest.fixture
def bank(reference_data: None) -> ItemBank:
    """The shipped bank with its forms."""
    actions.load_reference_data()
    return ItemBank.objects.get(code="digital")


@pytest.fixture
def course_test(reference_data: None) -> Blueprint:
    """A course's own test with one question of each kind, passing at 70."""
    return actions.create_course_blueprint(
        code="kursus-contoh-v1-akhir", title="Uji akhir contoh", items=ITEMS, minutes=20, passing=70
    )


def start(person: Employee, blueprint: Blueprint, **context: str) -> Session:
    """An attempt of a person."""
    return actions.start_session(by=person.user, employee=person, blueprint=blueprint, **context)


def answer_rightly(session: Session, positions: range | None = None) -> None:
    """Give the right answer at the places (all by default)."""
    user = session.employee.user
    for position, version in enumerate(queries.form_versions(session), start=1):
        if positions is None or position in positions:
            answer = right_answer(version.item.kind, version.payload)
            actions.answer_item(by=user, session=session, position=position, answer=answer)
