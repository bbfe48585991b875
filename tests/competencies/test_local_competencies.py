"""An agency's own competencies: better words, an end with a reason; what was measured stays."""

import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.actions import NewEvidence
from bina.competencies.models import Competency, Evidence, PositionStandard
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.people.models import Agency, OrgUnit
from bina.people.rules import Role
from tests.cast import Cast, add_person, grant
from tests.conftest import ClientFor


@pytest.fixture
def own(cast: Cast) -> Competency:
    """A competency of the small agency, asked of its staff and measured in one of them."""
    area = queries.area_list(queries.published_framework())[0]
    added = actions.add_local_competency(
        by=cast.hr.user, agency=cast.agency, area=area, code="PTK-01", name="Layanan sungai", name_en="River services",
        description="Melayani warga di tepi sungai", descriptors=["a", "b", "c", "d"],
    )  # fmt: skip
    actions.set_standard(
        by=cast.hr.user, agency=cast.agency, job_class=cast.siti.position.job_class, competency=added, required_level=2,
        weight=3, legal_basis="SK contoh",
    )  # fmt: skip
    actions.record_evidence(
        by=None, employee=cast.siti, source=Source.TEST, pieces=[NewEvidence(added, 2.5, 0.4)], observed_on=clock.today(),
        origin_kind="test", origin_id="1",
    )  # fmt: skip
    return added


WORDS = {"name": "Layanan tepi sungai", "name_en": "", "description": "Uraian baru", "level_1": "a", "level_2": "b baru",
         "level_3": "c", "level_4": "d"}  # fmt: skip


def test_words_and_levels_are_bettered_and_what_is_measured_stays(
    cast: Cast, own: Competency, client_for: ClientFor
) -> None:
    client, address = client_for(cast.hr), reverse("competencies:change_local", args=[own.public_id])
    assert 'value="River services"' in client.get(address).content.decode()
    for _second_click in range(2):
        assert client.post(address, WORDS).status_code == 302
    own.refresh_from_db()
    assert (own.code, own.name, own.name_en) == ("PTK-01", "Layanan tepi sungai", "")
    assert [line.descriptor for line in queries.descriptors_of(own)] == ["a", "b baru", "c", "d"]
    assert Evidence.objects.filter(competency=own).count() == 1
    entry = Entry.objects.get(verb="competency.changed")
    assert entry.data["before"]["name"] == "Layanan sungai"
    page = client.post(address, {**WORDS, "name": "", "description": "Ketikan saya"})
    assert page.status_code == 200
    assert "Ketikan saya" in page.content.decode()


def test_an_ended_one_is_offered_no_more_and_its_history_stays(
    cast: Cast, own: Competency, client_for: ClientFor
) -> None:
    client, address = client_for(cast.hr), reverse("competencies:retire_local", args=[own.public_id])
    about = reverse("competencies:competency", args=[own.public_id])
    assert address in client.get(about).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 200
    for _second_click in range(2):
        assert client.post(address, {"reason": "Layanan pindah ke provinsi"}).status_code == 302
    own.refresh_from_db()
    framework = own.framework
    assert own not in queries.assessable_competencies(framework, cast.agency.pk)
    assert own not in queries.competencies_to_require(cast.agency.pk)
    assert own not in queries.competencies_matching("sungai", cast.agency.pk)
    assert all(own not in area.children.all() for area in queries.area_list(framework, cast.agency.pk))
    assert not PositionStandard.objects.filter(competency=own, valid_to=None).exists()
    assert Evidence.objects.filter(competency=own, withdrawn_at=None).count() == 1
    assert queries.history_of_level(cast.siti, own).points
    page = client.get(about).content.decode()
    assert "Layanan pindah ke provinsi" in page
    assert address not in page
    listed = client.get(reverse("competencies:framework", args=[framework.code])).content.decode()
    assert "Kompetensi instansi yang sudah diakhiri" in listed
    assert Entry.objects.filter(verb="competency.retired").count() == 1
    with pytest.raises(Refused, match="diakhiri"):
        actions.change_local_competency(
            by=cast.hr.user, competency=own, name="x", name_en="", description="", descriptors=[]
        )


@pytest.mark.parametrize("who", ["siti", "unit_hr", "trainer", "leader"])
def test_others_find_no_form(cast: Cast, own: Competency, client_for: ClientFor, who: str) -> None:
    client = client_for(getattr(cast, who))
    for name in ("change_local", "retire_local"):
        address = reverse(f"competencies:{name}", args=[own.public_id])
        assert client.get(address).status_code == client.post(address, WORDS).status_code == 404
    assert (
        "Ubah kata-katanya" not in client.get(reverse("competencies:competency", args=[own.public_id])).content.decode()
    )


def test_neither_national_ones_nor_another_agencys(cast: Cast, own: Competency, client_for: ClientFor) -> None:
    national = queries.competencies_by_code()["1.1"]
    address = reverse("competencies:change_local", args=[national.public_id])
    assert client_for(cast.hr).get(address).status_code == 404
    with pytest.raises(Refused, match="nasional"):
        actions.retire_local_competency(by=cast.hr.user, competency=national, reason="coba")
    other = Agency.objects.create(code="lain", name="Kabupaten Contoh", short_name="Contoh", kind="regency")
    root = OrgUnit.objects.add_root({"agency": other, "code": "R", "name": "Kabupaten Contoh"})
    stranger = add_person(root, "Wulan Sari", "PELAKSANA", "Pengelola", serial=70)
    grant(stranger, Role.AGENCY_HR, root)
    assert client_for(stranger).get(reverse("competencies:change_local", args=[own.public_id])).status_code == 404
    with pytest.raises(Denied):
        actions.retire_local_competency(by=stranger.user, competency=own, reason="coba")
