"""The trainer's next version of the city's own course, while a colleague who knows the work looks at it."""

import datetime as dt

from bina.demo.accounts import account
from bina.demo.packaging import packed
from bina.demo.studying import LOCAL, course_folder
from bina.foundation import clock
from bina.learning.actions import (
    ask_for_review,
    comment_on_draft,
    decide_review,
    import_course_folder,
    look_again_by,
    name_reviewer,
    resolve_thread,
    set_review_rule,
)
from bina.learning.models import Course, CourseVersion
from bina.people.models import Agency, User

FOLDERS = "02-map-bersama.md"
# Each remark is sent once.
SENT = ("demo-1", "demo-2", "demo-3")
FIRST_TRY = (
    ("Map bersama sebaiknya paling dalam tiga tingkat.", "Map bersama sebaiknya paling dalam empat tingkat."),
    ("Setiap enam bulan, sediakan lima belas menit", "Setiap tiga bulan, sediakan lima belas menit"),
)
SECOND_TRY = (
    ("Setiap enam bulan, sediakan lima belas menit", "Setiap tiga bulan, sediakan lima belas menit"),
    (
        "4. ke mana berkas lama dipindahkan setiap akhir tahun.",
        "4. ke mana berkas lama dipindahkan setiap akhir tahun;\n5. siapa yang ditanya ketika aturannya tidak jelas.",
    ),
)


def review_courses() -> None:
    """One round with changes asked, its answer in new words that wait for the reviewer, and a day to look again that is near."""
    trainer, reviewer, keeper = (
        User.objects.select_related("employee__agency").get(email=account(key).email)
        for key in ("sugeng", "rusli", "mardiana")
    )
    course = Course.objects.select_related("current_version", "agency").get(slug=LOCAL)
    agency = course.agency
    if agency is None:
        raise LookupError("the course of the demo's city has no agency")
    name_reviewer(by=trainer, course=course, person=reviewer)
    name_reviewer(by=keeper, course=course, person=keeper)
    first = _draft(trainer, agency, FIRST_TRY)
    ask_for_review(by=trainer, version=first, note="Bab map bersama diperbarui. Mohon diperiksa dari sisi loket.")
    said = comment_on_draft(
        by=reviewer, version=first, part="map-bersama", token=SENT[0],
        text="Empat tingkat terlalu dalam: petugas loket mencari di ponsel dan berhenti di tingkat ketiga.",
    )  # fmt: skip
    comment_on_draft(
        by=reviewer, version=first, part="map-bersama", token=SENT[1],
        text="Tambahkan siapa yang ditanya bila aturannya tidak jelas. Itu yang paling sering terjadi di kelurahan.",
    )  # fmt: skip
    decide_review(
        by=reviewer, version=first, approve=False, seen=first.content_hash,
        reason="Susunan map perlu tetap tiga tingkat, dan halaman aturan memerlukan satu butir lagi.",
    )  # fmt: skip
    second = _draft(trainer, agency, SECOND_TRY)
    comment_on_draft(by=trainer, version=second, thread=said, token=SENT[2], text="Setuju, kembali ke tiga tingkat.")
    resolve_thread(by=reviewer, thread=said, resolved=True)
    ask_for_review(by=trainer, version=second, note="Kedua catatan sudah dijawab.")
    look_again_by(
        by=trainer, course=course, day=clock.today() + dt.timedelta(days=21),
        words="Pola nama berkas masih sesuai tata naskah dinas kota.",
    )  # fmt: skip
    set_review_rule(
        by=keeper, agency=agency, demands=True, valid_from=dt.date(clock.today().year + 1, 1, 1),
        reason="Kesepakatan rapat mutu pengembangan kompetensi: setiap kursus dibaca orang kedua.",
    )  # fmt: skip


def _draft(trainer: User, agency: Agency, words: tuple[tuple[str, str], ...]) -> CourseVersion:
    """The folder of the course with some words changed, brought in as one does on the screen."""
    files = {name: _changed(name, content, words) for name, content in course_folder(LOCAL).items()}
    report = import_course_folder(packed(files), by=trainer, agency=agency)
    if report.version is None:
        raise ValueError("; ".join(f"{row.file}: {row.sentence}" for row in report.errors))
    return report.version


def _changed(name: str, content: bytes, words: tuple[tuple[str, str], ...]) -> bytes:
    if name != FOLDERS:
        return content
    text = content.decode()
    for former, new in words:
        if former not in text:
            raise ValueError(f"{name} no longer says: {former}")
        text = text.replace(former, new)
    return text.encode()
