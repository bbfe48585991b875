"""The trainer writes in the browser: the city's own course opened for its next version, and a new one that is half done."""

from bina.demo.accounts import account
from bina.demo.studying import LOCAL
from bina.learning.actions import Seen, arrange_course, begin_course, open_workspace, save_part
from bina.learning.models import Course
from bina.learning.rules import KINDS, CourseStart, form_of_part
from bina.people.models import User

OPENING = """## Pukul delapan lewat lima

Sebelum loket dibuka, empat belas warga sudah bertanya lewat percakapan. Sebagian besar menanyakan hal yang sama: syarat, jam buka, dan
berapa lama menunggu.

> [!PENTING]
> Jangan meminta foto KTP lewat percakapan. Arahkan warga ke loket atau ke laman resmi.

Setelah kursus ini Anda dapat menjawab pertanyaan yang berulang dengan satu kalimat yang jelas, dan tahu kapan harus meneruskannya.
"""


def build_courses() -> None:
    """One working copy from a version, and one from nothing in which two pages are written and a part was moved."""
    trainer = User.objects.select_related("employee__agency").get(email=account("sugeng").email)
    course = Course.objects.select_related("agency").get(slug=LOCAL)
    open_workspace(by=trainer, course=course)
    start = CourseStart(
        slug="", title="Menjawab warga lewat percakapan", summary="Jawaban singkat, benar, dan aman di aplikasi percakapan.",
        framework="digcomp-3.0", competency="2.1", target_level=2, level=1, learning_hours=2, form="NK_ELEARNING",
        author=trainer.display_name,
    )  # fmt: skip
    begun = begin_course(by=trainer, agency=course.agency, start=start)
    kind = KINDS["page"]
    for key, title, text in (
        ("mengapa-ini-penting", "Empat belas pertanyaan sebelum pukul delapan", OPENING),
        ("pokok-bahasan-pertama", "Satu pertanyaan, satu kalimat", "Jawab dahulu, jelaskan kemudian.\n"),
    ):
        form = form_of_part(kind, {"key": key, "title": title, "minutes": 14}, {})
        form.texts["file"] = text
        save_part(by=trainer, course=begun, key=key, form=form, seen=Seen("", f"part:{key}:demo"))
    arrange_course(by=trainer, course=begun, do="down:kuis")
