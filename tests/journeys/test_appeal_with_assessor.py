"""A level is doubted: Siti asks, a colleague who gave no evidence judges, agency HR decides, everybody reads why."""

import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.models import Appeal, Competency
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.people.models import Employee
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db
WHY = "Penilaian itu dibuat sebelum saya mengikuti pelatihan keamanan."
OPINION = "Nilai atasan tidak cocok dengan hasil uji dan hasil kerjanya."


def measure(person: Employee, competency: Competency, source: Source, value: float) -> None:
    actions.record_evidence(
        by=None, employee=person, source=source, pieces=[actions.NewEvidence(competency, value, 0.3)],
        observed_on=clock.today(), origin_kind="test", origin_id=f"{source.value}{value}",
    )  # fmt: skip


@pytest.fixture
def competency(cast: Cast, reference_data: None) -> Competency:
    """Siti is measured, Rina knows the matter well."""
    found = queries.competencies_by_code()["4.2"]
    measure(cast.siti, found, Source.TEST, 2.0)
    measure(cast.rina, found, Source.TEST, 4.2)
    return found


def test_siti_asks_rina_judges_hr_decides(cast: Cast, competency: Competency, client_for: ClientFor) -> None:
    ask = reverse("competencies:request_review", args=[competency.public_id])
    client_for(cast.siti).post(ask, {"statement": WHY})
    appeal = Appeal.objects.get()
    hr, rina, siti = client_for(cast.hr), client_for(cast.rina), client_for(cast.siti)
    decide = reverse("competencies:decide_review", args=[appeal.public_id])
    assert cast.rina.full_name in hr.get(decide).content.decode()
    url = reverse("competencies:give_opinion", args=[appeal.public_id])
    assert rina.get(url).status_code == 404
    hr.post(reverse("competencies:name_assessor", args=[appeal.public_id]), {"assessor": str(cast.rina.public_id)})
    assert url in rina.get(reverse("assessment:home")).content.decode()
    page = rina.get(url).content.decode()
    assert WHY in page
    assert client_for(cast.trainer).get(url).status_code == 404
    short = rina.post(url, {"opinion": "too_low", "reason": "Rendah."}).content.decode()
    assert "satu kalimat" in short
    assert "Rendah." in short
    back = rina.post(reverse("competencies:decline_opinion", args=[appeal.public_id]), {"reason": "Tidak."})
    assert "Tidak." in back.content.decode()
    rina.post(url, {"opinion": "too_low", "reason": OPINION})
    assert OPINION in hr.get(decide).content.decode()
    reason = reverse("competencies:reason", args=[appeal.competency.public_id])
    open_page = siti.get(reason).content.decode()
    assert cast.rina.full_name in open_page
    assert OPINION not in open_page
    hr.post(decide, {"reason": "Penilaian atasan tetap sah."})
    assert OPINION in siti.get(reason).content.decode()
    assert "Penilaian atasan tetap sah." in rina.get(url).content.decode()
    late = rina.post(url, {"opinion": "right", "reason": OPINION}).content.decode()
    assert "tidak ditunggu" in late or "Penilaian atasan tetap sah." in late
