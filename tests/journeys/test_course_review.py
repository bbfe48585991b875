"""A trainer's draft on its way to learners: sent, commented on, answered with new words, approved, published; read in two languages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.foundation import clock
from bina.learning.models import CourseComment, CourseReview, CourseVersion, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, zipped

pytestmark = pytest.mark.django_db

NEW_WORDS = {
    "01.md": b"## Satu pagi\n\nTeks dengan contoh dari loket.\n\n![Alur melapor](media/a.svg)\n",
    "01.en.md": b"## One morning\n\nWith an example.\n\n![How to report](media/a.svg)\n",
    "course.en.yaml": dumped({"title": "Mini course", "activities": {"halaman": "Reporting early"}}),
}


def test_from_a_draft_to_the_catalogue(cast: Cast, client_for: ClientFor) -> None:
    hr, trainer, rina, siti = (client_for(one) for one in (cast.hr, cast.trainer, cast.rina, cast.siti))

    # The agency wants a second pair of eyes from today on.
    rule = {"agency": str(cast.agency.public_id), "demands": "yes", "valid_from": clock.today().isoformat()}
    assert hr.post("/learning/reviews/rules/", {**rule, "reason": "Keputusan rapat mutu."}).status_code == 302

    def bring_in(content: dict[str, bytes]) -> CourseVersion:
        upload = SimpleUploadedFile("kursus.zip", zipped(content))
        answer = trainer.post("/learning/managed/import/", {"file": upload, "agency": rule["agency"], "intent": "keep"})
        assert answer.status_code == 302
        return CourseVersion.objects.get(published_at=None)

    def sheet(version: CourseVersion) -> str:
        return f"/learning/managed/versions/{version.public_id}/review/"

    draft = bring_in(files())
    publish = f"/learning/managed/versions/{draft.public_id}/publish/"
    assert trainer.post(publish).status_code == 409
    care = "/learning/managed/kursus-mini/care/"
    assert cast.rina.full_name in trainer.get(care, {"q": "rina"}).content.decode()
    trainer.post(care, {"go": "name", "person": cast.rina.public_id})
    trainer.post(sheet(draft), {"go": "ask", "words": "Mohon dibaca dari sisi loket."})

    # The reviewer is told, reads a part, remarks on it and asks for changes.
    assert "menunggu telaah Anda" in rina.get("/notifications/").content.decode()
    assert "Mohon dibaca dari sisi loket." in rina.get("/learning/reviews/").content.decode()
    part = rina.get(f"/learning/managed/versions/{draft.public_id}/preview/halaman/").content.decode()
    assert f"{sheet(draft)}?part=halaman" in part
    rina.post(sheet(draft), {"go": "comment", "part": "halaman", "words": "Beri contoh dari loket.", "token": "r1"})
    rina.post(sheet(draft), {"go": "return", "words": "Satu contoh lagi.", "seen": draft.content_hash})
    assert "perlu diperbaiki" in trainer.get("/notifications/").content.decode()

    # The trainer answers with new words; the remark is still there and is settled.
    second = bring_in(files(None, NEW_WORDS))
    assert second.pk != draft.pk
    thread = CourseComment.objects.get()
    shown = trainer.get(sheet(second)).content.decode()
    assert "Beri contoh dari loket." in shown
    assert "tentang isi sebelumnya" in shown
    answer = {"go": "comment", "thread": thread.public_id, "words": "Sudah saya tambah.", "token": "t1"}
    trainer.post(sheet(second), answer)
    trainer.post(sheet(second), {"go": "ask", "words": "Contohnya sudah ada."})
    assert trainer.post(f"/learning/managed/versions/{second.public_id}/publish/").status_code == 409

    # Approved, and published by the trainer; only now learners find it.
    rina.post(sheet(second), {"go": "resolve", "thread": thread.public_id})
    rina.post(sheet(second), {"go": "approve", "words": "Jelas bagi loket.", "seen": second.content_hash})
    assert siti.get("/learning/courses/kursus-mini/").status_code == 404
    assert trainer.post(f"/learning/managed/versions/{second.public_id}/publish/").status_code == 302
    assert siti.get("/learning/courses/kursus-mini/").status_code == 200

    # A learner begins in English and goes on in Indonesian; what was done is done.
    siti.post("/learning/courses/kursus-mini/enrol/")
    enrolment = Enrolment.objects.get()
    switch = f"/learning/languages/{enrolment.public_id}/"
    assert siti.post(switch, {"language": "en", "back": "halaman"}).status_code == 302
    assert "With an example." in siti.get(f"/learning/{enrolment.public_id}/halaman/").content.decode()
    siti.post(f"/learning/{enrolment.public_id}/halaman/done/")
    siti.post(switch, {"language": "id", "back": "halaman"})
    shown = siti.get(f"/learning/{enrolment.public_id}/halaman/").content.decode()
    assert "Teks dengan contoh dari loket." in shown
    enrolment.refresh_from_db()
    assert (enrolment.language, enrolment.progress_marks["halaman"], enrolment.parts_done) == ("id", "c", 1)
    assert list(CourseReview.objects.order_by("id").values_list("outcome", flat=True)) == ["changes_asked", "approved"]
