"""Pages of learners: found, readable without JavaScript, cheap however long the course is."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from ninja.testing import TestClient

from bina.assessment.models import Session
from bina.assessment.rules import right_answer
from bina.learning.actions import import_course_folder
from bina.learning.api import router
from bina.learning.models import ActivityProgress, Enrolment, QuizAttempt
from tests.assessment.kinds import DRAWING, NEW_ITEMS, PICTURE
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, outline, publish_mini, zipped
from tests.learning.walking import RIGHT, do_everything_but_the_test, enrolled, fresh, pass_quiz, take_test

pytestmark = pytest.mark.django_db


def text_of(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def long_course(count: int, slug: str) -> object:
    """A course with many one-minute pages; the first page takes what is left to full hours."""
    data = outline()
    data["slug"] = slug
    pages = [
        {"key": f"h-{number}", "kind": "page", "title": f"Halaman {number}", "minutes": 1, "file": "01.md"}
        for number in range(count - 6)
    ]
    size = 20
    data["sections"] += [
        {"title": f"Bagian {start}", "activities": pages[start : start + size]} for start in range(0, len(pages), size)
    ]
    hours = -(-(45 + len(pages)) // 45)
    data["learning_hours"] = hours
    data["sections"][0]["activities"][1]["minutes"] = 15 + 45 * hours - 45 - len(pages)
    return publish_mini(files(data))


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_catalogue_finds_by_words_and_filters(cast: Cast, client_for: ClientFor) -> None:
    publish_mini()
    data = outline()
    data.update(slug="kursus-lain", title="Menulis surat dinas", summary="Surat yang jelas.", level=3, learning_hours=1)
    data["competencies"] = [{"framework": "digcomp-3.0", "code": "1.1", "target_level": 2}]
    publish_mini(files(data))
    client = client_for(cast.siti)
    assert "Kursus mini" in text_of(client, "/learning/")
    found = text_of(client, "/learning/", q="SURAT jelas")
    assert "Menulis surat dinas" in found
    assert "Kursus mini" not in found
    assert "Kursus mini" in text_of(client, "/learning/", q="melindungi data pribadi")
    assert "Menulis surat" not in text_of(client, "/learning/", level="2")
    assert "Belum ada kursus yang cocok" in text_of(client, "/learning/", hours="long")
    assert "Belum ada kursus yang cocok" in text_of(client, "/learning/", q="100% _ ' \"")
    for nonsense in ({"area": "x"}, {"level": "99999999999"}, {"hours": "abc"}, {"page": "zz"}, {"needs": "1"}):
        text_of(client, "/learning/", **nonsense)


def test_enrolling_leads_to_the_first_part_and_back_to_where_one_stopped(cast: Cast, client_for: ClientFor) -> None:
    publish_mini()
    client = client_for(cast.siti)
    assert client.get("/learning/courses/kursus-mini/enrol/").status_code == 302
    assert not Enrolment.objects.exists()
    response = client.post("/learning/courses/kursus-mini/enrol/", follow=True)
    way = Enrolment.objects.get()
    assert response.redirect_chain[-1][0] == f"/learning/{way.public_id}/uji-awal/"
    client.get(f"/learning/{way.public_id}/halaman/")
    assert client.get(f"/learning/{way.public_id}/").headers["Location"] == f"/learning/{way.public_id}/halaman/"


def test_a_whole_course_without_javascript(cast: Cast, client_for: ClientFor) -> None:
    publish_mini()
    client = client_for(cast.siti)
    client.post("/learning/courses/kursus-mini/enrol/")
    base = f"/learning/{Enrolment.objects.get().public_id}/"

    def take(key: str) -> str:
        assert "question=1" in client.post(f"{base}{key}/test/").headers["Location"]
        session = Session.objects.latest("id")
        for position in (1, 2):
            page = text_of(client, f"{base}{key}/", question=str(position))
            assert f"Soal {position} dari 2" in page
            sent = client.post(f"{base}{key}/test/{position}/", {"session": str(session.public_id), "answer": RIGHT})
        assert sent.headers["Location"].endswith("question=0")
        assert "Kumpulkan jawaban" in text_of(client, f"{base}{key}/", question="0")
        client.post(f"{base}{key}/test/finish/")
        return text_of(client, f"{base}{key}/")

    assert "Nilainya tidak menentukan kelulusan" in take("uji-awal")
    page = text_of(client, f"{base}halaman/")
    assert 'alt="Alur melapor"' in page
    sent = client.post(f"{base}halaman/done/", {"seconds": "75"})
    assert sent.headers["Location"] == f"{base}kuis/"
    assert ActivityProgress.objects.get(activity__key="halaman").evidence == {"seconds": 75}
    token = re.search(r'name="token" value="([^"]+)"', text_of(client, f"{base}kuis/"))
    assert token is not None
    for _click in range(2):
        sent = client.post(f"{base}kuis/quiz/", {"token": token[1], "q1": RIGHT, "q2": RIGHT})
        assert sent.headers["Location"] == f"{base}kuis/?attempt=1"
    assert QuizAttempt.objects.count() == 1
    assert "Melapor lebih awal menolong semua." in text_of(client, f"{base}kuis/", attempt="1")
    refused = client.post(f"{base}berkas/done/")
    assert refused.status_code == 409
    assert "Unduh berkas ini" in refused.content.decode()
    assert client.get(f"{base}berkas/download/").headers["Location"].startswith("/learning/media/")
    client.post(f"{base}berkas/done/")
    assert client.post(f"{base}video/done/").status_code == 409
    assert "Saya sudah membaca transkrip" in text_of(client, f"{base}video/")
    assert client.post(f"{base}video/done/", {"transcript": "1"}).headers["Location"] == f"{base}uji-akhir/"
    assert "Anda lulus uji akhir" in take("uji-akhir")
    assert "Tepat" in text_of(client, f"{base}uji-akhir/", review="1")
    assert "Lihat JP dan sertifikat" in text_of(client, "/learning/courses/kursus-mini/")
    assert "nilai akhir 100" in text_of(client, "/learning/mine/")


def test_an_unfinished_quiz_keeps_what_was_chosen(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    sent = client.post(f"/learning/{way.public_id}/kuis/quiz/", {"token": "t"})
    assert sent.status_code == 409
    assert "Belum ada soal yang dijawab" in sent.content.decode()


def test_the_key_of_a_question_never_reaches_the_browser(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    client.post(f"/learning/{way.public_id}/uji-akhir/test/")
    for key in ("kuis", "uji-akhir"):
        page = text_of(client, f"/learning/{way.public_id}/{key}/")
        assert "Lapor ke pengelola" in page
        for word in ("correct", "Tepat.", "menolong semua"):
            assert word not in page


def test_reports_of_the_player(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    url = f"/learning/{way.public_id}/video/report/"
    for raw in (
        json.dumps({"intervals": [[0, 50]], "at": 50, "seconds": 50}),
        "",
        "{",
        "[]",
        '"x"',
        "[" * 9_999,
        "9" * 30_000,
    ):
        assert client.post(url, {"report": raw}).status_code == 204
    assert ActivityProgress.objects.get().evidence["intervals"] == [[0.0, 50.0]]
    assert client.get(url).status_code == 405
    assert client.post(f"/learning/{way.public_id}/video/done/").status_code == 302


def test_others_do_not_walk_in_a_learners_shoes(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    for person in (cast.dewi, cast.budi, cast.hr, cast.trainer):
        client = client_for(person)
        assert client.get(f"/learning/{way.public_id}/halaman/").status_code == 404
        assert client.get(f"/learning/{way.public_id}/").status_code == 404
        for end in (
            "withdraw/",
            "halaman/done/",
            "halaman/report/",
            "kuis/quiz/",
            "uji-akhir/test/",
            "uji-akhir/test/1/",
            "uji-akhir/test/finish/",
        ):
            assert client.post(f"/learning/{way.public_id}/{end}").status_code == 404
    assert client_for(None).get(f"/learning/{way.public_id}/halaman/").status_code == 302
    assert not ActivityProgress.objects.exists()


def test_an_answer_cannot_be_sent_into_another_course(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    other = enrolled(cast.dewi, way.course)
    client_for(cast.dewi).post(f"/learning/{other.public_id}/uji-akhir/test/")
    session = Session.objects.get()
    client = client_for(cast.siti)
    for value in (str(session.public_id), "x", ""):
        assert client.post(f"/learning/{way.public_id}/uji-akhir/test/1/", {"session": value}).status_code == 404


def test_stopping_asks_first_and_keeps_the_way_back(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    assert "Ya, berhenti" in text_of(client, "/learning/courses/kursus-mini/")
    assert client.get(f"/learning/{way.public_id}/withdraw/").status_code == 405
    client.post(f"/learning/{way.public_id}/withdraw/")
    assert fresh(way).state == "withdrawn"
    assert "Ikuti lagi" in text_of(client, "/learning/courses/kursus-mini/")
    assert client.get(f"/learning/{way.public_id}/halaman/").status_code == 302


def test_results_of_a_failed_test_say_what_to_do(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    take_test(cast.siti.user, way, "uji-akhir", right=1)
    page = text_of(client_for(cast.siti), f"/learning/{way.public_id}/uji-akhir/")
    assert "Nilai lulus 70" in page
    assert "Buka dahulu satu bagian" in page


def test_queries_do_not_grow_with_the_course(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    counts = {}
    for count in (12, 64, 311):
        way = enrolled(cast.siti, long_course(count, f"kursus-{count}"))
        base = f"/learning/{way.public_id}/"
        counts[count] = (
            queries_of(client, f"/learning/courses/kursus-{count}/"),
            queries_of(client, f"{base}h-3/"),
            queries_of(client, f"{base}kuis/"),
            queries_of(client, f"{base}uji-akhir/"),
        )
        assert text_of(client, f"/learning/courses/kursus-{count}/").count(f'href="{base}h-') == count - 6
    assert counts[12] == counts[64] == counts[311]
    # Session, account, roles and “leads anyone” belong to the frame of every page.
    course, page, quiz, test = counts[311]
    assert course <= 6
    assert page <= 6
    assert quiz <= 7
    assert test <= 9


def test_queries_do_not_grow_with_the_catalogue(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    found = []
    for count in (2, 8):
        for number in range(count):
            data = outline()
            data["slug"] = f"kursus-{count}-{number}"
            enrolled(cast.siti, publish_mini(files(data)))
        found.append((queries_of(client, "/learning/"), queries_of(client, "/learning/mine/")))
    assert found[0] == found[1]
    assert found[0][0] <= 9
    assert found[0][1] <= 6


def test_progress_is_written_once_however_often_a_page_is_opened(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    client.get(f"/learning/{way.public_id}/halaman/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/learning/{way.public_id}/halaman/")
    assert not [
        row["sql"] for row in captured if row["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]


def test_markdown_is_not_rendered_again_when_a_page_is_read(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)

    def fail(*args: object, **kwargs: object) -> str:
        raise AssertionError("rendered while reading")

    monkeypatch.setattr("bina.learning.actions.courses.render_markdown", fail)
    monkeypatch.setattr("bina.foundation.rich_text._markdown.render", fail)
    for url in (
        "/learning/",
        "/learning/courses/kursus-mini/",
        f"/learning/{way.public_id}/halaman/",
        f"/learning/{way.public_id}/video/",
    ):
        text_of(client, url)


def test_completed_course_page(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    client = client_for(cast.siti)
    assert "Selesai" in text_of(client, "/learning/courses/kursus-mini/")
    assert "Sedang Anda ikuti" not in text_of(client, "/learning/")
    assert pass_quiz(cast.siti.user, way, token="again").number == 2
    text_of(client, f"/learning/{way.public_id}/halaman/")


def test_api_lists_courses_and_own_enrolments_only(cast: Cast) -> None:
    course = publish_mini()
    enrolled(cast.siti, course)
    enrolled(cast.dewi, course)
    client = TestClient(router)
    siti = cast.siti.user
    rows = client.get("/courses", user=siti).json()
    assert [(row["slug"], row["learning_hours"], row["competencies"][0]["code"]) for row in rows] == [
        ("kursus-mini", 1, "4.2")
    ]
    assert client.get("/courses?q=tidak%20ada", user=siti).json() == []
    assert client.get("/courses?offset=-5", user=siti).status_code == 200
    mine = client.get("/enrolments", user=siti).json()
    assert [(row["course"], row["state"], row["parts_total"]) for row in mine] == [("kursus-mini", "started", 6)]
    assert client.get("/enrolments", user=cast.admin).json() == []


def test_a_test_nobody_came_back_to_ends_by_the_clock(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.siti)
    base = f"/learning/{way.public_id}/uji-akhir/"
    client.post(f"{base}test/")
    session = Session.objects.get()
    client.post(f"{base}test/1/", {"session": str(session.public_id), "answer": RIGHT})
    assert "Sisa waktu" in text_of(client, base)
    assert "Lewati dulu" not in text_of(client, base)
    session.deadline_at -= dt.timedelta(hours=1)
    session.save()
    page = text_of(client, base)
    assert "50<span" in page
    assert fresh(way).grade == 50.0
    late = client.post(f"{base}test/2/", {"session": str(session.public_id), "answer": RIGHT}, follow=True)
    assert "sudah selesai" in late.content.decode()
    assert ActivityProgress.objects.get(activity__key="uji-akhir").attempts == 1


def test_a_quiz_may_ask_in_any_way_and_show_pictures(cast: Cast, client_for: ClientFor) -> None:
    items = [item | ({"image": "media/surel.svg"} if "image" in item else {}) for item in NEW_ITEMS]
    changes = {"kuis.yaml": dumped(items), "media/surel.svg": DRAWING}
    way = enrolled(cast.siti, publish_mini(files(changes=changes)))
    client = client_for(cast.siti)
    url = f"/learning/{way.public_id}/kuis/"
    page = text_of(client, url)
    assert client.get(f"/assessment/images/{PICTURE.digest}/").content == DRAWING
    for words in (PICTURE.digest, "Isian 1 dari 2", "Berkas 3", "Sel B4", "Pilih tindakan yang paling tepat."):
        assert words in page
    sent: dict[str, Any] = {"token": "t"}
    for number, item in enumerate(items, start=1):
        answer = right_answer(item["kind"], item)
        if isinstance(answer, dict):
            sent |= {f"q{number}-{key}": value for key, value in answer.items()}
        else:
            sent[f"q{number}"] = answer
    page = client.post(f"{url}quiz/", sent, follow=True).content.decode()
    assert "100" in page
    assert "Lihat alamatnya." in page
    client.cookies["bina_language"] = "en"
    with translation.override("en"):  # the page's language must not outlive the page
        assert "Look at the address." in text_of(client, f"{url}?attempt=1")


def test_a_quiz_with_an_active_picture_is_refused() -> None:
    items = [NEW_ITEMS[4] | {"image": "media/surel.svg"}]
    hostile = DRAWING.replace(b"<text", b"<animate attributeName='x'/><text")
    folder = files(changes={"kuis.yaml": dumped(items), "media/surel.svg": hostile})
    report = import_course_folder(zipped(folder), by=None)
    assert any("SVG polos" in problem.sentence for problem in report.errors)
    report = import_course_folder(zipped(files(changes={"kuis.yaml": dumped(items)})), by=None)
    assert any("tidak ikut" in problem.sentence for problem in report.errors)
