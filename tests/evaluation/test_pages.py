"""Pages of evaluation: the survey of a learner, the list, the report, its workbook; who may open them."""

import io
import re
import uuid
import zipfile

import polars
import pytest
from django.test import Client

from bina.assessment.models import SurveyResponse
from bina.evaluation import actions
from bina.evaluation.models import Programme
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.evaluation.stage import GOOD_ANSWERS, add_course, add_learners, enrol, react, teach

pytestmark = pytest.mark.django_db


def text_of(client: Client, path: str, status: int = 200) -> str:
    """The words of a page; no page may show a broken number."""
    response = client.get(path)
    assert response.status_code == status, path
    page = response.content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert not re.search(r"\b(NaN|None|nan|inf|Undefined)\b", words), path
    return words


@pytest.fixture
def programme(cast: Cast) -> Programme:
    """A course that ten people finished and gained from, in the agency."""
    course = add_course(owner=cast.trainer.user)
    teach(add_learners(cast.seksi, 10), course)
    programme = actions.open_programme(by=None, course=course, agency=cast.agency)
    actions.estimate_programme(programme=programme)
    return programme


def test_the_survey_is_answered_once_and_kept_without_a_name(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrol(cast.siti, add_course())
    path = f"/evaluation/survey/{enrolment.public_id}/"
    client = client_for(cast.siti)
    assert "Isinya sesuai dengan pekerjaan saya." in text_of(client, path)
    assert client.post(path, GOOD_ANSWERS).status_code == 302
    assert "Terima kasih atas tanggapan Anda" in text_of(client, path)
    again = client.post(path, GOOD_ANSWERS)
    assert "Terima kasih atas tanggapan Anda" in again.content.decode()
    response = SurveyResponse.objects.get()
    assert response.answers["access"] == 3
    assert (response.context_kind, response.context_id) == ("programme", str(Programme.objects.get().public_id))
    kept = str(SurveyResponse.objects.values().get())
    assert str(enrolment.public_id) not in kept
    assert "Siti" not in kept


def test_a_survey_with_gaps_keeps_what_was_typed_and_writes_nothing(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrol(cast.siti, add_course())
    sent = {key: value for key, value in GOOD_ANSWERS.items() if key != "clarity"} | {
        "improvement": "Huruf <b>besar</b>"
    }
    response = client_for(cast.siti).post(f"/evaluation/survey/{enrolment.public_id}/", sent)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Masih ada 1 pertanyaan yang belum dijawab" in page
    assert "Huruf &lt;b&gt;besar&lt;/b&gt;" in page
    assert len(re.findall(r'name="relevance" value="5" checked', page)) == 1
    assert not SurveyResponse.objects.exists()


def test_nobody_else_opens_somebodys_survey(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrol(cast.siti, add_course())
    path = f"/evaluation/survey/{enrolment.public_id}/"
    for person in (cast.dewi, cast.budi, cast.hr, cast.evaluator, cast.admin):
        assert client_for(person).get(path).status_code == 404
        assert client_for(person).post(path, GOOD_ANSWERS).status_code == 404
    assert client_for(None).get(path).status_code == 302
    assert not SurveyResponse.objects.exists()


def test_the_survey_waits_for_the_end_of_the_course(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrol(cast.siti, add_course(), state="started")
    path = f"/evaluation/survey/{enrolment.public_id}/"
    assert "Tanggapan dibuka setelah selesai belajar" in text_of(client_for(cast.siti), path)
    assert client_for(cast.siti).post(path, GOOD_ANSWERS).status_code == 409
    assert not SurveyResponse.objects.exists()


def test_the_report_tells_the_figures_worked_out_by_hand(
    cast: Cast, client_for: ClientFor, programme: Programme
) -> None:
    words = text_of(client_for(cast.evaluator), f"/evaluation/programmes/{programme.public_id}/")
    assert "10 peserta rata-rata naik 0,40 tingkat" in words
    assert "0,26 sampai 0,54" in words
    assert "Tanpa kelompok pembanding" in words
    assert "naik nyata 70%" in words
    assert "tidak berubah nyata 30%" in words
    assert "Baru 0 orang menjawab" in words
    assert "Cara menghitungnya" in words
    assert "Melindungi perangkat" in words


def test_a_small_programme_says_so_and_shows_no_figure(cast: Cast, client_for: ClientFor) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 9), course)
    small = actions.open_programme(by=None, course=course, agency=cast.agency)
    words = text_of(client_for(cast.evaluator), f"/evaluation/programmes/{small.public_id}/")
    assert "Terlalu sedikit untuk disimpulkan: baru 9 peserta" in words
    assert "0,40" not in words
    assert "naik nyata" not in words.split("Cara menghitungnya")[0]


def test_an_unclear_programme_says_that_it_cannot_tell(cast: Cast, client_for: ClientFor) -> None:
    course = add_course()
    teach(add_learners(cast.seksi, 10), course, gains=(0.5, -0.5, 0.3, -0.3, 0.2, -0.2, 0.1, -0.1, 0.4, -0.3))
    unclear = actions.open_programme(by=None, course=course, agency=cast.agency)
    words = text_of(client_for(cast.evaluator), f"/evaluation/programmes/{unclear.public_id}/")
    assert "Belum dapat disimpulkan: rata-rata 10 peserta berubah" in words


def test_an_empty_programme_has_a_page_without_broken_numbers(cast: Cast, client_for: ClientFor) -> None:
    empty = actions.open_programme(by=None, course=add_course(), agency=cast.agency)
    words = text_of(client_for(cast.evaluator), f"/evaluation/programmes/{empty.public_id}/")
    assert "Belum ada hasil uji" in words
    assert "baru 0 peserta" in words


def test_words_of_learners_are_for_those_who_can_improve_the_course(
    cast: Cast, client_for: ClientFor, programme: Programme
) -> None:
    for person in add_learners(cast.seksi, 5, start=200):
        react(person, programme, words=f"Perbanyak latihan <script>alert({person.pk})</script>")
    path = f"/evaluation/programmes/{programme.public_id}/"
    for person in (cast.evaluator, cast.hr, cast.trainer):
        page = client_for(person).get(path).content.decode()
        assert page.count("Perbanyak latihan") == 5
        assert "<script>alert" not in page
        assert "Peserta Nomor" not in page
    for person in (cast.leader, cast.unit_hr):
        words = text_of(client_for(person), path)
        assert "Perbanyak latihan" not in words
        assert "5 orang menjawab tanpa nama" in words


def test_reports_open_for_readers_only(cast: Cast, client_for: ClientFor, programme: Programme) -> None:
    path = f"/evaluation/programmes/{programme.public_id}/"
    for person in (cast.siti, cast.budi, cast.rina, cast.admin):
        assert client_for(person).get(path).status_code == 404
        assert client_for(person).get(f"{path}gain.xlsx").status_code == 404
        assert client_for(person).get(f"{path}change/").status_code == 404
    for person in (cast.leader, cast.trainer, cast.unit_hr):
        assert client_for(person).get(path).status_code == 200
        assert client_for(person).get(f"{path}change/").status_code == 404
    assert client_for(cast.hr).get(f"/evaluation/programmes/{uuid.uuid4()}/").status_code == 404


def test_a_programme_is_changed_in_a_form_that_keeps_what_was_typed(
    cast: Cast, client_for: ClientFor, programme: Programme
) -> None:
    path = f"/evaluation/programmes/{programme.public_id}/change/"
    client = client_for(cast.hr)
    assert "Fitri Nuraini" in text_of(client, path)
    sent = {"title": "Keamanan 2026", "period_from": "2026-06-01", "period_to": "2026-05-01", "owner": ""}
    refused = client.post(path, sent)
    assert refused.status_code == 409
    assert "mendahului" in refused.content.decode()
    assert 'value="Keamanan 2026"' in refused.content.decode()
    sent |= {"period_to": "2026-07-01", "owner": str(cast.evaluator.user.pk)}
    assert client.post(path, sent).status_code == 302
    programme.refresh_from_db()
    assert (programme.title, programme.owner) == ("Keamanan 2026", cast.evaluator.user)
    outsider = client.post(path, sent | {"owner": str(cast.siti.user.pk)})
    assert outsider.status_code == 409


def test_the_workbook_holds_the_same_figures(cast: Cast, client_for: ClientFor, programme: Programme) -> None:
    response = client_for(cast.evaluator).get(f"/evaluation/programmes/{programme.public_id}/gain.xlsx")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    table = polars.read_excel(io.BytesIO(response.content), engine="calamine")
    overall = table.row(0, named=True)
    assert overall["Kompetensi"] == "Semua kompetensi kursus"
    assert (overall["Pasangan uji"], overall["Perubahan (tingkat)"]) == (10, pytest.approx(0.4, abs=1e-4))
    assert overall["Kesimpulan"] == "naik"
    text = zipfile.ZipFile(io.BytesIO(response.content)).read("xl/sharedStrings.xml").decode()
    assert "Tanpa kelompok pembanding" in text
    assert client_for(cast.evaluator).get(f"/evaluation/programmes/{programme.public_id}/other.xlsx").status_code == 404


def test_the_reaction_workbook_holds_counts_and_no_words(
    cast: Cast, client_for: ClientFor, programme: Programme
) -> None:
    for person in add_learners(cast.seksi, 5, start=200):
        react(person, programme, words="Perbanyak latihan")
    content = client_for(cast.evaluator).get(f"/evaluation/programmes/{programme.public_id}/reaction.xlsx").content
    table = polars.read_excel(io.BytesIO(content), engine="calamine")
    first = table.row(0, named=True)
    assert (first["Jawaban"], first["Rata-rata (1–5)"], first["5"]) == (5, 5, 5)
    assert "Perbanyak" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()


def test_the_list_finds_programmes_and_costs_the_same_for_many(
    cast: Cast, client_for: ClientFor, programme: Programme, django_assert_max_num_queries: object
) -> None:
    client = client_for(cast.evaluator)
    words = text_of(client, "/evaluation/programmes/")
    assert "10 dari 10 peserta selesai" in words
    assert "naik 0,40 tingkat" in words
    for number in range(12):
        actions.open_programme(by=None, course=add_course(f"lain-{number}"), agency=cast.agency)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert text_of(client, "/evaluation/programmes/").count("Belum ada hasil uji untuk dibandingkan") == 12
    assert "Tidak ada program yang cocok" in text_of(client, "/evaluation/programmes/?q=zzz")
    assert "Belum ada program" in text_of(client_for(cast.siti), "/evaluation/programmes/")


def test_the_report_costs_the_same_for_ten_and_sixty_learners(
    cast: Cast, client_for: ClientFor, programme: Programme, django_assert_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, path = client_for(cast.evaluator), f"/evaluation/programmes/{programme.public_id}/"
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(path)
    teach(add_learners(cast.bidang, 50, start=500), programme.course, gains=(0.3,) * 50)
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few) <= 16
