"""A survey from the file to the result: imported, opened, answered on phones, closed, read; and twice for a change."""

import datetime as dt
import io
import re
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Instrument, Survey, SurveyResponse
from bina.assessment.rules.instruments import instrument_template
from bina.foundation import clock
from tests.assessment.surveying import close, crowd, make_instrument, make_survey, opened, send
from tests.cast import Cast
from tests.conftest import ClientFor


def post(client: Client, name: str, survey: Survey | Instrument, **data: str) -> str:
    """Post to a page of one survey or instrument and follow; the words of the page that comes."""
    response = client.post(reverse(f"assessment:{name}", args=[survey.public_id]), data, follow=True)
    return response.content.decode()


def page(client: Client, name: str, survey: Survey | Instrument) -> str:
    """The words of a page of one survey or instrument."""
    response = client.get(reverse(f"assessment:{name}", args=[survey.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def import_template(client: Client, cast: Cast) -> Instrument:
    """The template for tables, imported as it is."""
    upload = SimpleUploadedFile("instrumen.xlsx", instrument_template(".xlsx"))
    agency = str(cast.agency.public_id)
    address = reverse("assessment:import_instrument")
    looked = client.post(address, {"file": upload, "agency": agency, "title": "Aplikasi surat"})
    text = looked.content.decode()
    assert "5 pertanyaan, 2 bagian, 1 skala." in text
    kept = re.findall(r'name="content" value="([^"]+)"', text)[0]
    client.post(address, {"content": kept, "ending": ".xlsx", "agency": agency, "title": "Aplikasi surat"})
    return Instrument.objects.get(title="Aplikasi surat")


def asked(text: str) -> list[str]:
    """The questions on a page, in order."""
    return re.findall(r'name="seen" value="(\w+)"', text)


def answer(client: Client, survey: Survey, likes: int, words: str) -> None:
    """Fill in the two pages as a browser without JavaScript does."""
    address = reverse("assessment:answer_survey", args=[survey.public_id])
    first = client.get(address)
    assert asked(first.content.decode()) == ["memakai"]
    grown = client.post(address, {"page": "bagian_1", "seen": ["memakai"], "memakai": "ya"})
    assert "membuka pertanyaan lanjutan" in grown.content.decode()
    assert asked(grown.content.decode()) == ["memakai", "mudah", "lambat"]
    seen = ["memakai", "mudah", "lambat"]
    missing = client.post(address, {"page": "bagian_1", "seen": seen, "memakai": "ya", "mudah": str(likes)})
    assert missing.status_code == 409
    assert "Masih ada 1 pertanyaan" in missing.content.decode()
    full = {"page": "bagian_1", "seen": seen, "memakai": "ya", "mudah": str(likes), "lambat": "2"}
    assert client.post(address, full).headers["Location"] == f"{address}?step=bagian_2"
    last = {"page": "bagian_2", "seen": ["masa_kerja", "saran"], "masa_kerja": "7", "saran": words}
    assert client.post(address, last).headers["Location"] == address
    assert "sudah diterima" in client.get(address).content.decode()
    again = client.post(address, last, follow=True).content.decode()
    assert "satu orang terhitung satu kali" in again


def test_from_the_file_to_the_result(cast: Cast, client_for: ClientFor) -> None:
    people = crowd(cast.dinas, 9, 300)
    evaluator = client_for(cast.evaluator)
    instrument = import_template(evaluator, cast)
    assert "Semua jalan melalui instrumen ini" in page(evaluator, "instrument", instrument)
    assert "terbit" in post(evaluator, "step_instrument", instrument, step="publish")
    created = evaluator.post(
        reverse("assessment:new_survey"),
        {"title": "Aplikasi surat 2026", "instrument": str(instrument.public_id), "unit": str(cast.dinas.public_id),
         "mode": "anonymous"},
    )  # fmt: skip
    survey = Survey.objects.get()
    assert created.headers["Location"] == reverse("assessment:survey", args=[survey.public_id])
    assert "Langkah 3" in page(evaluator, "survey", survey)
    today = clock.today()
    days = {"opens_on": today.isoformat(), "closes_on": (today + dt.timedelta(days=7)).isoformat()}
    assert "Survei dibuka" in post(evaluator, "open_survey", survey, **days)
    assert "Aplikasi surat 2026" in client_for(cast.siti).get(reverse("assessment:home")).content.decode()
    assert "Aplikasi surat 2026" not in client_for(cast.rina).get(reverse("assessment:home")).content.decode()
    outsider = client_for(cast.rina).get(reverse("assessment:answer_survey", args=[survey.public_id]))
    assert outsider.status_code == 404
    for n, person in enumerate(people[:4]):
        answer(client_for(person), survey, 1 + n, f"Isian {n}")
    assert SurveyResponse.objects.count() == 4
    text = page(evaluator, "survey_results", survey)
    assert "setelah survei ditutup" in text
    text = page(evaluator, "survey", survey)
    assert not any(person.full_name in text for person in people)
    for n, person in enumerate(people[4:8]):
        answer(client_for(person), survey, 2 + n, f"Isian {4 + n}")
    assert "Pengingat dikirim" in post(evaluator, "step_survey", survey, step="remind")
    assert "Tunggu paling sedikit" in post(evaluator, "step_survey", survey, step="remind")
    text = post(evaluator, "step_survey", survey, step="close")
    assert "8 dari" in text
    assert "kemudahan" in text
    assert "Isian 3" in text
    assert "Keandalan belum dihitung" in text
    late = client_for(people[8]).get(reverse("assessment:answer_survey", args=[survey.public_id]))
    assert "sudah ditutup" in late.content.decode()
    for table in ("scales", "items", "questions", "answers"):
        response = evaluator.get(reverse("assessment:survey_table", args=[survey.public_id, table]))
        assert response.status_code == 200
        with zipfile.ZipFile(io.BytesIO(response.content)) as book:
            strings = book.read("xl/sharedStrings.xml").decode()
        assert "Isian 3" not in strings
        assert not any(person.full_name in strings for person in people)
    for name in ("survey", "survey_results"):
        assert client_for(cast.siti).get(reverse(f"assessment:{name}", args=[survey.public_id])).status_code == 404


def test_a_small_group_stays_hidden(cast: Cast, client_for: ClientFor) -> None:
    survey = make_survey(cast, cast.root, make_instrument(cast))
    for person in (cast.siti, cast.dewi, cast.budi):
        send(survey, person)
    text = page(client_for(cast.hr), "survey_results", close(cast, survey))
    assert "Baru 3 orang menjawab" in text
    assert reverse("assessment:survey_table", args=[survey.public_id, "answers"]) not in text
    table = client_for(cast.hr).get(reverse("assessment:survey_table", args=[survey.public_id, "answers"]))
    assert table.status_code == 404


def test_before_and_after_give_the_change(cast: Cast, client_for: ClientFor) -> None:
    people = crowd(cast.dinas, 14, 400)
    hr = client_for(cast.hr)
    first = make_survey(cast, cast.dinas, make_instrument(cast), "paired")
    text = client_for(people[0]).get(reverse("assessment:answer_survey", args=[first.public_id])).content.decode()
    assert "dihapus ketika survei kedua ditutup" in text
    for n, person in enumerate(people):
        send(first, person, memakai="ya", mudah=1 + n % 3, lambat=4)
    close(cast, first)
    post(hr, "step_survey", first, step="follow")
    second = Survey.objects.get(before=first)
    opened(cast, second)
    for n, person in enumerate(people):
        send(second, person, memakai="ya", mudah=3 + n % 3, lambat=3 - n % 2)
    text = post(hr, "step_survey", second, step="close")
    assert "14 orang rata-rata naik" in text
    assert "g Hedges" in text
    table = queries.survey_table(Survey.objects.get(pk=second.pk), "changes")
    assert table is not None
    assert next(iter(table.rows))[1] == 14


def test_writing_an_instrument_in_the_browser(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.evaluator)
    agency = str(cast.agency.public_id)
    client.post(reverse("assessment:new_instrument"), {"agency": agency, "title": "Suasana kerja"})
    draft = Instrument.objects.get(title="Suasana kerja")

    def put(piece: str, key: str = "", **data: object) -> int:
        draft.refresh_from_db()
        name = "edit_piece" if key else "new_piece"
        address = reverse(f"assessment:{name}", args=[draft.public_id, piece, *([key] if key else [])])
        assert client.get(address).status_code == 200
        return client.post(address, {"revision": draft.revision, **data}).status_code

    assert put("section", title="Tim Anda") == 302
    for text in ("Rekan saya menolong.", "Saya sering bekerja sendirian."):
        assert (
            put("question", text=text, kind="likert5", section="bagian_1", required="on", lowest="Tidak", highest="Ya")
            == 302
        )
    assert put("question", text="Mengapa?", kind="text", source="p2", comparison="at_least", bound="4") == 302
    assert put("question", text="Pilih warna", kind="choice", options="Merah | Red\nBiru") == 302
    assert put("scale", name="Dukungan", code="dukungan", items=["p1", "p2"], reversed=["p2"]) == 302
    text = page(client, "instrument", draft)
    assert "hanya boleh menunjuk pertanyaan sebelumnya" in text
    assert (
        put(
            "question",
            "p3",
            text="Mengapa?",
            kind="text",
            section="bagian_1",
            source="p2",
            comparison="at_least",
            bound="4",
        )
        == 302
    )
    draft.refresh_from_db()
    assert draft.questions[3]["options"] == [
        {"key": "o1", "text": "Merah", "text_en": "Red"},
        {"key": "o2", "text": "Biru"},
    ]
    assert draft.questions[2]["show_if"] == {"question": "p2", "is": "at_least", "values": ["4"]}
    stale = client.post(
        reverse("assessment:step_instrument", args=[draft.public_id]),
        {"step": "question-remove", "key": "p4", "revision": draft.revision - 1}, follow=True,
    )  # fmt: skip
    assert "tab lain" in stale.content.decode()
    assert put("question", text="", kind="text") == 409
    post(client, "step_instrument", draft, step="question-up", key="p2", revision=str(draft.revision))
    assert "Rekan saya menolong." in page(client, "preview_instrument", draft)
    assert "terbit" in post(client, "step_instrument", draft, step="publish")
    draft.refresh_from_db()
    assert [row["key"] for row in draft.questions][:2] == ["p2", "p1"]
    file = client.get(reverse("assessment:download_instrument", args=[draft.public_id])).content.decode()
    assert "Suasana kerja" in file
    for ending in ("csv", "xlsx"):
        assert client.get(reverse("assessment:instrument_template", args=[ending])).status_code == 200


@pytest.mark.parametrize("name", ["surveys", "new_survey", "instruments", "new_instrument", "import_instrument"])
def test_pages_of_organisers(cast: Cast, client_for: ClientFor, name: str) -> None:
    make_instrument(cast)
    for person in (cast.hr, cast.evaluator):
        assert client_for(person).get(reverse(f"assessment:{name}")).status_code == 200
    for person in (cast.siti, cast.trainer, cast.leader):
        assert client_for(person).get(reverse(f"assessment:{name}")).status_code == 404
    assert client_for(None).get(reverse(f"assessment:{name}")).status_code == 302


def test_the_list_asks_the_same_however_long(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: object
) -> None:
    instrument = make_instrument(cast)
    for _n in range(12):
        make_survey(cast, cast.root, instrument)
    client = client_for(cast.hr)
    client.get(reverse("assessment:surveys"))
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # a fixture
        assert client.get(reverse("assessment:surveys")).status_code == 200


def test_bad_steps_and_wrong_forms_lose_nothing(cast: Cast, client_for: ClientFor) -> None:
    hr = client_for(cast.hr)
    survey = make_survey(cast, cast.root, make_instrument(cast), is_open=False)
    assert hr.post(reverse("assessment:step_survey", args=[survey.public_id]), {"step": "x"}).status_code == 404
    address = reverse("assessment:change_survey", args=[survey.public_id])
    data = {"title": "Judul baru", "unit": str(cast.root.public_id), "numbers": "198001012012031999"}
    response = hr.post(address, data)
    assert response.status_code == 409
    assert "Tidak ditemukan di unit ini" in response.content.decode()
    assert "Judul baru" in response.content.decode()
    data["numbers"] = f"{cast.siti.employee_number}\n{cast.budi.employee_number}"
    assert hr.post(address, data).status_code == 302
    days = {"opens_on": clock.today().isoformat(), "closes_on": clock.today().isoformat()}
    small = hr.post(reverse("assessment:open_survey", args=[survey.public_id]), days)
    assert small.status_code == 409
    assert "paling sedikit 5 orang" in small.content.decode()
    assert "Tuliskan alasannya" in post(hr, "step_survey", survey, step="cancel")
    assert "Alasan: Salah unit" in post(hr, "step_survey", survey, step="cancel", reason="Salah unit")
    answer_page = reverse("assessment:answer_survey", args=[survey.public_id])
    assert "dibatalkan" in client_for(cast.siti).get(answer_page).content.decode()
    assert actions.cancel_survey(by=cast.hr.user, survey=survey, reason="").state == "cancelled"


def test_a_client_without_a_connection_sends_later_and_counts_once(cast: Cast, client_for: ClientFor) -> None:
    survey = make_survey(cast, cast.root, make_instrument(cast))
    client = client_for(cast.siti)
    (waiting,) = client.get("/api/v1/assessment/surveys").json()
    assert (waiting["public_id"], len(waiting["questions"])) == (str(survey.public_id), 5)
    address = f"/api/v1/assessment/surveys/{survey.public_id}/sheet"
    sheet = {"response_id": str(uuid.uuid4()), "answers": {"memakai": "ya", "mudah": 4, "lambat": 2, "lain": "x"}}
    other = {**sheet, "response_id": str(uuid.uuid4())}
    short = {**sheet, "answers": {"memakai": "ya"}}

    def send_it(data: object) -> tuple[int, str]:
        response = client.post(address, data, content_type="application/json")
        return response.status_code, str(response.json().get("receipt", ""))

    assert send_it(short)[0] == 409
    assert [send_it(row) for row in (sheet, sheet, other)] == [(200, "counted"), (200, "repeated"), (200, "another")]
    assert SurveyResponse.objects.get().answers == {"memakai": "ya", "mudah": 4, "lambat": 2}
    assert client.get("/api/v1/assessment/surveys").json() == []
    assert send_it({"response_id": "x", "answers": {}})[0] == 422
    client = client_for(cast.admin)
    assert send_it(sheet)[0] == 404
