"""Pages of practical tasks and work products: rubric without JavaScript, blind scoring, what stays after a refusal."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from bina.assessment import actions
from bina.assessment.models import PracticalTask, RubricScore, TaskAssignment, WorkProduct
from bina.competencies.queries import competencies_by_code
from tests.assessment.tasks import TEXT, published_task, score, upload, work_of
from tests.assessment.test_products import ACCOUNT, LINK, product_facts, sent
from tests.cast import Cast, add_person
from tests.conftest import ClientFor


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def typed(*rows: str, **more: str) -> dict[str, str]:
    """A task form with criteria of these names."""
    known = competencies_by_code()
    sent = {
        "title": "Menjawab pengaduan", "brief": "Tulis **jawaban**.", "wants_text": "on", "minutes": "30", "due_days": "7",
        "is_double": "2", "largest_difference": "3", "go": "save",
    }  # fmt: skip
    for n, name in enumerate(rows):
        sent |= {f"c-{n}-name": name, f"c-{n}-competency": str(known["2.1"].public_id), f"c-{n}-level": "2"}
        sent |= {f"c-{n}-d{mark}": f"Nilai {mark}" for mark in range(5)}
    return sent | more


def test_a_rubric_is_written_line_by_line_without_javascript(cast: Cast, client_for: ClientFor) -> None:
    client, url = client_for(cast.hr), reverse("assessment:new_task")
    assert 'name="c-0-name"' in client.get(url).content.decode()
    page = client.post(url, typed("Isi", go="add")).content.decode()
    assert 'name="c-1-name"' in page
    assert 'value="Isi"' in page
    page = client.post(url, typed("Isi", "Nada", go="remove-0")).content.decode()
    assert 'value="Nada"' in page
    assert 'value="Isi"' not in page
    assert not PracticalTask.objects.exists()
    response = client.post(url, {**typed("Isi"), "c-0-competency": ""})
    assert response.status_code == 409
    page = response.content.decode()
    assert "belum menunjuk kompetensi" in page
    assert "Tulis **jawaban**." in page
    client.post(url, typed("Isi", "Nada"))
    task = PracticalTask.objects.get()
    shown = reverse("assessment:task", args=[task.public_id])
    client.post(reverse("assessment:move_task", args=[task.public_id]), {"state": "published"})
    page = client.get(shown).content.decode()
    assert "<strong>jawaban</strong>" in page
    assert "Tunjuk sedikitnya 3 orang" in page
    client.post(reverse("assessment:copy_task", args=[task.public_id]))
    assert PracticalTask.objects.count() == 2


@pytest.mark.parametrize("name", ["siti", "budi", "unit_hr", "trainer", "leader", "evaluator"])
def test_organisers_pages_are_not_found_by_others(cast: Cast, client_for: ClientFor, name: str) -> None:
    task = published_task(cast, cast.head)
    work = work_of(cast, task, cast.siti)
    client = client_for(getattr(cast, name))
    for address in (
        reverse("assessment:tasks"), reverse("assessment:new_task"),
        *(reverse(f"assessment:{page}", args=[task.public_id])
          for page in ("task", "edit_task", "task_assessors", "task_people", "task_agreement")),
        reverse("assessment:managed_work", args=[work.public_id]),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_a_task_is_set_to_people_and_units(cast: Cast, client_for: ClientFor) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    client, url = client_for(cast.hr), reverse("assessment:task_people", args=[task.public_id])
    assert "Siti Rahmawati" in client.get(url, {"q": "siti"}).content.decode()
    page = client.post(url, {"person": [str(cast.siti.public_id)], "due_on": ""}, follow=True).content.decode()
    assert "1 orang ditugasi" in page
    page = client.post(url, {"unit": str(cast.dinas.public_id)}, follow=True).content.decode()
    assert "1 orang sudah sedang mengerjakannya" in page
    assert "1 orang dilewati karena ditunjuk menilai" in page
    assert "Pilih sedikitnya satu" in client.post(url, {}, follow=True).content.decode()
    assert client.post(url, {"unit": str(uuid.uuid4())}).status_code == 404
    assert client.post(url, {"person": "bukan"}).status_code == 404
    named = reverse("assessment:task_assessors", args=[task.public_id])
    page = client.post(named, {"person": str(cast.siti.public_id)}, follow=True).content.decode()
    assert "sedang mengerjakan tugas yang sama" in page


def test_a_person_works_and_nothing_typed_is_lost(cast: Cast, client_for: ClientFor) -> None:
    task = published_task(cast, cast.head, cast.trainer, wants_files=True)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
    work = TaskAssignment.objects.get()
    client, url = client_for(cast.siti), reverse("assessment:work", args=[work.public_id])
    assert "Menjawab pengaduan" in client.get(reverse("assessment:home")).content.decode()
    assert "Tersimpan" in client.post(url, {"text": "Setengah", "go": "stay"}).content.decode()
    bad = client.post(url, {"text": TEXT, "go": "save", "files": upload("x.svg", b"<svg/>")})
    assert bad.status_code == 409
    assert TEXT in bad.content.decode()
    work.refresh_from_db()
    assert work.text == TEXT
    refused = client.post(url, {"text": TEXT, "go": "hand_in"})
    assert "sedikitnya satu berkas" in refused.content.decode()
    client.post(url, {"text": TEXT, "go": "save", "files": [upload("a.txt"), upload("b.txt", b"lain")]})
    file = work.files.get(name="b.txt")
    client.post(url, {"text": TEXT, "go": f"remove-{file.public_id}"})
    assert [row.name for row in work.files.all()] == ["a.txt"]
    page = client.post(url, {"text": TEXT, "go": "hand_in"}, follow=True).content.decode()
    assert "Tugas diserahkan" in page
    client.post(url, {"text": TEXT, "go": "hand_in"})
    assert client.post(url, {"text": "lain", "go": "hand_in"}).status_code == 409
    assert client_for(cast.dewi).get(url).status_code == 404


def test_an_assessor_scores_blind_and_keeps_drafts(cast: Cast, client_for: ClientFor) -> None:
    task = published_task(cast, cast.head, cast.trainer, wants_files=True)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
    work = TaskAssignment.objects.get()
    actions.save_work(by=cast.siti.user, assignment=work, text=TEXT, uploads=[upload("Jawaban Siti Rahmawati.txt")])
    actions.hand_in(by=cast.siti.user, assignment=work, text=TEXT)
    turn = RubricScore.objects.get(assessor=cast.head)
    client, url = client_for(cast.head), reverse("assessment:score", args=[turn.public_id])
    for address in (reverse("assessment:scoring"), url):
        page = client.get(address).content.decode()
        assert work.mark in page
        assert "Siti" not in page
    file = client.get(reverse("assessment:handed_file", args=[work.files.get().public_id]))
    assert b"".join(file.streaming_content) == b"Isi jawaban"  # type: ignore[attr-defined]  # a streaming response
    assert "Siti" not in file.headers["Content-Disposition"]
    assert "attachment" in file.headers["Content-Disposition"]
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert "Tersimpan" in client.post(url, {"m-1": "3", "go": "stay"}).content.decode()
    refused = client.post(url, {"comment": "Catatan saya", "go": "send"})
    assert refused.status_code == 409
    assert "1 kriteria belum dinilai" in refused.content.decode()
    assert "Catatan saya" in refused.content.decode()
    turn.refresh_from_db()
    assert (turn.marks, turn.comment) == ({"1": 3}, "Catatan saya")
    assert "Penilaian terkirim" in client.post(url, {"m-2": "3", "go": "send"}, follow=True).content.decode()
    assert client.post(url, {"m-2": "0", "go": "send"}).status_code == 409
    assert client_for(cast.trainer).get(url).status_code == 404


def test_the_result_is_read_by_the_person_and_leads_from_the_profile(cast: Cast, client_for: ClientFor) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    score(work, cast.head, 3, 2, comment="Sopan dan jelas.")
    score(work, cast.trainer, 3, 3)
    client, url = client_for(cast.siti), reverse("assessment:work", args=[work.public_id])
    page = client.get(url).content.decode()
    assert "Sopan dan jelas." in page
    assert "2,5" in page
    assert cast.head.full_name not in page
    reason = reverse("competencies:reason", args=[competencies_by_code()["2.1"].public_id])
    assert url in client.get(reason).content.decode()
    managed = client_for(cast.hr).get(reverse("assessment:managed_work", args=[work.public_id])).content.decode()
    assert TEXT not in managed
    assert "2,5" in managed


def test_agreement_page_says_when_it_is_too_early(cast: Cast, client_for: ClientFor) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    url = reverse("assessment:task_agreement", args=[task.public_id])
    assert "Belum ada yang dinilai dua orang" in client_for(cast.hr).get(url).content.decode()
    work = work_of(cast, task, cast.siti)
    score(work, cast.head, 3, 3)
    score(work, cast.trainer, 3, 2)
    page = client_for(cast.hr).get(url).content.decode()
    assert "Baru 1 kiriman dinilai dua orang" in page
    assert "50%" in page


def product_form(**changes: Any) -> dict[str, Any]:
    known = competencies_by_code()
    return {
        "title": "Dasbor", "description": "Mingguan", "link": LINK, "made_on": "2026-01-05",
        "k-0": str(known["1.3"].public_id), "a-0": ACCOUNT, "go": "send",
    } | changes  # fmt: skip


def test_a_product_goes_to_the_superior_and_comes_back(cast: Cast, client_for: ClientFor) -> None:
    siti, budi = client_for(cast.siti), client_for(cast.budi)
    refused = siti.post(reverse("assessment:new_product"), product_form(**{"a-0": "singkat"}))
    assert refused.status_code == 409
    assert "tersimpan sebagai draf" in refused.content.decode()
    product = WorkProduct.objects.get()
    edit = reverse("assessment:edit_product", args=[product.public_id])
    page = siti.post(edit, product_form(), follow=True).content.decode()
    assert cast.budi.display_name in page
    assert "Dasbor" in budi.get(reverse("assessment:products")).content.decode()
    assert "1 hasil kerja menunggu pemeriksaan Anda" in budi.get(reverse("assessment:home")).content.decode()
    verify = reverse("assessment:verify_product", args=[product.public_id])
    assert ACCOUNT in budi.get(verify).content.decode()
    assert budi.post(verify, {"go": "return"}).status_code == 409
    budi.post(verify, {"go": "return", "comment": "Lampirkan tangkapan layarnya."})
    assert "Lampirkan tangkapan layarnya." in siti.get(edit).content.decode()
    siti.post(edit, product_form(files=upload("tangkapan.png", b"\x89PNG\r\n\x1a\nxx")))
    key = f"j-{competencies_by_code()['1.3'].pk}"
    assert budi.post(verify, {"go": "verify"}).status_code == 409
    budi.post(verify, {"go": "verify", key: "3", "comment": "Rapi."})
    shown = siti.get(reverse("assessment:product", args=[product.public_id])).content.decode()
    assert "tingkat 3" in shown
    assert "Rapi." in shown
    for other in (cast.dewi, cast.division_head, cast.unit_hr):
        assert client_for(other).get(verify).status_code == 404
    assert client_for(cast.hr).get(verify).status_code == 200
    siti.post(reverse("assessment:withdraw_product", args=[product.public_id]))
    assert siti.get(reverse("assessment:products")).content.decode().count("Dasbor") == 1, "only in the message"


def test_lists_cost_the_same_however_long(
    cast: Cast, client_for: ClientFor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    for n in range(8):
        person = add_person(cast.seksi, f"Pegawai {n}", "PELAKSANA", "Pengelola Layanan Kependudukan", serial=100 + n)
        work_of(cast, task, person)
        sent(person)
    for person, address, most in (
        (cast.hr, reverse("assessment:tasks"), 16), (cast.hr, reverse("assessment:task", args=[task.public_id]), 20),
        (cast.head, reverse("assessment:scoring"), 16), (cast.budi, reverse("assessment:products"), 24),
    ):  # fmt: skip
        client = client_for(person)
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_hostile_form_values_are_not_found_or_dropped(cast: Cast, client_for: ClientFor) -> None:
    product = actions.save_product(by=cast.siti.user, product=None, facts=product_facts())
    client = client_for(cast.siti)
    edit = reverse("assessment:edit_product", args=[product.public_id])
    assert client.post(edit, product_form(**{"k-0": "x' OR 1"})).status_code in {200, 302, 409}
    page = client.post(edit, product_form(title="<script>alert(1)</script>", go="save"), follow=True).content.decode()
    assert "<script>alert" not in page
    assert client.get(reverse("assessment:handed_file", args=[uuid.uuid4()])).status_code == 404
    task = published_task(cast)
    work = work_of(cast, task, cast.siti)
    managed = reverse("assessment:managed_work", args=[work.public_id])
    assert client_for(cast.hr).post(managed, {"go": "turn", "person": "bukan"}).status_code == 404
    assert client_for(cast.hr).post(managed, {"go": "hapus"}).status_code == 404
