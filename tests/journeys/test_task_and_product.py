"""Two ways to show what one can do: a practical task scored by people who do not know whose it is, and a product of daily work.

Everything goes through the pages that people use.
"""

from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django import Settings

from bina.assessment import actions
from bina.assessment.models import PracticalTask, RubricScore, TaskAssignment, WorkProduct
from bina.competencies.models import Evidence
from bina.competencies.queries import competencies_by_code
from bina.journal.queries import notifications_of
from bina.people.models import Employee
from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def house(cast: Cast, settings: Settings, tmp_path: Path) -> Cast:
    """The cast in an installation with the tasks that ship."""
    settings.MEDIA_ROOT = tmp_path
    actions.load_reference_data()
    return cast


def newest_notice(person: Employee) -> str:
    found = notifications_of(person.user).order_by("-id").first()
    return found.title if found else ""


def test_a_task_from_draft_to_profile(house: Cast, client_for: ClientFor) -> None:
    hr, siti = client_for(house.hr), client_for(house.siti)
    # The organiser copies a national task, publishes it and names two assessors.
    national = PracticalTask.objects.get(code="jawab-pengaduan")
    hr.post(reverse("assessment:copy_task", args=[national.public_id]))
    task = PracticalTask.objects.get(agency=house.agency)
    hr.post(reverse("assessment:move_task", args=[task.public_id]), {"state": "published"})
    assessors = reverse("assessment:task_assessors", args=[task.public_id])
    assert house.head.full_name in hr.get(assessors, {"q": "hendra"}).content.decode()
    for person in (house.head, house.trainer):
        hr.post(assessors, {"person": str(person.public_id), "go": "name"})
    people = reverse("assessment:task_people", args=[task.public_id])
    hr.post(people, {"person": [str(house.siti.public_id)], "due_on": ""})
    # The employee finds it where measuring is, writes, and hands it in.
    work = TaskAssignment.objects.get(version__task=task)
    mine = reverse("assessment:work", args=[work.public_id])
    assert mine in siti.get(reverse("assessment:home")).content.decode()
    siti.post(mine, {"text": "Setengah jadi", "go": "save"})
    siti.post(mine, {"text": "Bu Wati, kami minta maaf. Blanko sudah datang.", "go": "hand_in"})
    # Both score without her name; they lie too far apart, and nobody is left to decide.
    for person, marks in ((house.head, "1"), (house.trainer, "4")):
        client = client_for(person)
        desk = client.get(reverse("assessment:scoring")).content.decode()
        assert "Siti" not in desk
        turn = RubricScore.objects.get(assignment=work, assessor=person)
        page = reverse("assessment:score", args=[turn.public_id])
        assert page in desk
        sent = {f"m-{key}": marks for key in "123"}
        client.post(page, {**sent, "comment": f"Catatan {marks}", "go": "send"})
    assert "kekurangan penilai" in newest_notice(house.hr)
    assert not Evidence.objects.filter(employee=house.siti).exists()
    # The organiser names a third, who sees both and decides.
    managed = reverse("assessment:managed_work", args=[work.public_id])
    assert "menunggu penilai ketiga" in hr.get(managed).content.decode()
    hr.post(assessors, {"person": str(house.evaluator.public_id), "go": "name"})
    third = RubricScore.objects.get(assignment=work, is_third=True)
    client = client_for(house.evaluator)
    page = reverse("assessment:score", args=[third.public_id])
    shown = client.get(page).content.decode()
    assert "Catatan 4" in shown
    assert "Siti" not in shown
    client.post(page, {"m-1": "3", "m-2": "3", "m-3": "2", "go": "send"})
    # She reads the result, and her profile names where it came from.
    assert "Hasil “" in newest_notice(house.siti)
    result = siti.get(mine).content.decode()
    assert "penilai ketiga memutuskan" in result
    for person in (house.head, house.trainer, house.evaluator):
        assert person.full_name not in result
    reason = reverse("competencies:reason", args=[competencies_by_code()["2.5"].public_id])
    shown = siti.get(reason).content.decode()
    assert "Tugas praktik" in shown
    assert mine in shown
    assert (
        "1 diputuskan penilai ketiga"
        in hr.get(reverse("assessment:task_agreement", args=[task.public_id])).content.decode()
    )


def test_a_product_from_draft_to_profile(house: Cast, client_for: ClientFor) -> None:
    siti, budi = client_for(house.siti), client_for(house.budi)
    competency = competencies_by_code()["1.3"]
    form = {
        "title": "Lembar pantau berkas", "description": "Untuk loket.", "made_on": "2026-02-02",
        "link": "https://arsip.example/pantau", "k-0": str(competency.public_id),
        "a-0": "Saya merancang kolom dan rumus tenggatnya.", "go": "send",
    }  # fmt: skip
    siti.post(reverse("assessment:new_product"), form)
    product = WorkProduct.objects.get()
    mine = reverse("assessment:product", args=[product.public_id])
    assert house.budi.full_name in siti.get(mine).content.decode()
    assert "mengirim hasil kerja" in newest_notice(house.budi)
    verify = reverse("assessment:verify_product", args=[product.public_id])
    assert verify in budi.get(reverse("assessment:products")).content.decode()
    budi.post(verify, {"go": "return", "comment": "Jelaskan bagian rekan Anda."})
    assert "dikembalikan untuk dilengkapi" in newest_notice(house.siti)
    form["a-0"] = "Saya merancang kolom dan rumus tenggatnya; rekan loket mengisi data setiap sore."
    siti.post(reverse("assessment:edit_product", args=[product.public_id]), form)
    budi.post(verify, {"go": "verify", f"j-{competency.pk}": "2", "comment": "Dipakai setiap hari."})
    assert "terverifikasi" in newest_notice(house.siti)
    reason = reverse("competencies:reason", args=[competency.public_id])
    shown = siti.get(reason).content.decode()
    assert "Lembar pantau berkas, diperiksa Budi Santoso" in shown
    assert mine in shown
    siti.post(reverse("assessment:withdraw_product", args=[product.public_id]))
    assert "ditarik oleh pemiliknya" in siti.get(reason).content.decode()
