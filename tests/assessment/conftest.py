"""What tests of measuring share: the shipped bank, a small course test with all kinds of questions, right answers."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemReview, Panelist, Session, StandardPanel
from bina.assessment.rules import REVIEW_CHECKS, right_answer
from bina.foundation import clock
from bina.people.models import Employee, RoleGrant, User
from bina.people.rules import Role
from tests.cast import START, Cast

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


class Hands:
    """The hands of the clock in a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = NOW
        monkeypatch.setattr(clock, "now", lambda: self.moment)
        monkeypatch.setattr(clock, "today", lambda zone="WIB": self.moment.date())

    def forward(self, **span: float) -> None:
        self.moment += dt.timedelta(**span)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


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


def seat_of(panel: StandardPanel, person: Employee) -> Panelist:
    """The seat of a person in a panel."""
    return Panelist.objects.get(panel=panel, employee=person)


def add_keeper(cast: Cast, role: Role = Role.PLATFORM_ADMIN) -> User:
    """A second keeper of items: of every bank, or a trainer of the agency."""
    user = User.objects.create(username=f"{role}-2@contoh.example", display_name="Bagas Pratama")
    unit = None if role is Role.PLATFORM_ADMIN else cast.root
    RoleGrant.objects.create(user=user, role=role.value, unit=unit, valid_from=START)
    return user


def approve(reviewer: User, *items: Item) -> None:
    """Somebody finds the words of these items good."""
    for review in ItemReview.objects.filter(version__item__in=items, outcome=""):
        decision = actions.Decision(review, review.version.digest, approve=True)
        actions.review_item(by=reviewer, decision=decision, checks=REVIEW_CHECKS)


def bring_into_use(cast: Cast, items: Iterable[Item]) -> None:
    """Drafts of the trainer, reviewed by the platform and taken into use."""
    found = list(items)
    actions.ask_for_review(by=cast.trainer.user, items=found)
    approve(cast.admin, *found)
    actions.move_items(by=cast.admin, items=found, state="in_use", reason="Sudah ditelaah.")
