"""Pages of people: who may open them, what they show, what they ask the database, and what a form does before it acts."""

import re
import uuid
from collections.abc import Callable
from typing import Any
from typing import cast as cast_type

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bina.foundation import clock
from bina.foundation.requests import SignedInRequest
from bina.people import actions, queries
from bina.people.models import Agency, Assignment, Employee, Invitation, OrgUnit, RoleGrant, StaffImport
from bina.people.rules import Role
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.people.staff_files import as_csv, people, row, table, upload

Text = Callable[[Any], str]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def post(client: Client, address: str, data: dict[str, Any], *, confirmed: bool = True) -> Any:
    """Fill a form in, and confirm the sentence."""
    return client.post(address, data | ({"confirmed": "1"} if confirmed else {}))


# --- who may ---------------------------------------------------------------------------------------------------------

EVERYONE = ("siti", "budi", "rina", "trainer", "evaluator", "leader", "unit_hr", "hr", "admin")


@pytest.mark.parametrize(
    ("page", "allowed"),
    [
        ("people:staff", {"unit_hr", "hr", "admin"}),
        ("people:units", {"unit_hr", "hr", "admin"}),
        ("people:roles", {"hr", "admin"}),
        ("people:journal", {"hr", "admin"}),
        ("people:imports", {"hr", "admin"}),
        ("people:import_template", {"hr", "admin"}),
    ],
)
def test_places_open_for_those_with_the_right(cast: Cast, client_for: ClientFor, page: str, allowed: set[str]) -> None:
    for who in EVERYONE:
        status = client_for(getattr(cast, who)).get(reverse(page), follow=True).status_code
        assert (status == 200) == (who in allowed), who
        assert status in {200, 404}, who


@pytest.mark.parametrize("page", ["people:staff", "people:account", "people:imports", "people:journal"])
def test_without_signing_in_nothing_opens(cast: Cast, page: str) -> None:
    answer = Client().get(reverse(page))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("viewer", "status"),
    [("siti", 200), ("budi", 200), ("unit_hr", 200), ("hr", 200), ("admin", 200), ("dewi", 404), ("rina", 404),
     ("division_head", 404), ("leader", 404), ("trainer", 404)],
)  # fmt: skip
def test_who_may_open_sitis_page(cast: Cast, client_for: ClientFor, viewer: str, status: int) -> None:
    answer = client_for(getattr(cast, viewer)).get(reverse("people:person", args=[cast.siti.public_id]))
    assert answer.status_code == status


@pytest.mark.parametrize("page", ["people:person", "competencies:profile_of"])
def test_every_link_of_sitis_pages_leads_somewhere_for_whoever_sees_it(
    cast: Cast, client_for: ClientFor, page: str
) -> None:
    for who in ("budi", "unit_hr", "hr", "admin"):
        client = client_for(getattr(cast, who))
        words = text_of(client.get(reverse(page, args=[cast.siti.public_id])))
        for target in set(re.findall(r'href="(/[^"#]*)"', words.partition("<main")[2])):
            assert client.get(target.replace("&amp;", "&"), follow=True).status_code == 200, (who, target)


CHANGES = (
    "people:change_person", "people:move", "people:leave", "people:acting", "people:superior", "people:reset_access",
    "people:grant_role", "people:come_back", "people:end_superior",
)  # fmt: skip


@pytest.mark.parametrize("page", CHANGES)
def test_only_hr_reaches_the_forms_that_change_people(cast: Cast, client_for: ClientFor, page: str) -> None:
    address = reverse(page, args=[cast.siti.public_id])
    for who in ("siti", "budi", "unit_hr", "leader", "rina"):
        assert client_for(getattr(cast, who)).get(address).status_code == 404, who
    assert client_for(cast.hr).get(address).status_code in {200, 302}
    assert client_for(cast.hr).get(reverse(page, args=[uuid.uuid4()])).status_code == 404


def test_unit_hr_may_invite_but_only_within_the_unit(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.unit_hr)
    assert client.get(reverse("people:invite", args=[cast.siti.public_id])).status_code == 200
    assert client.get(reverse("people:invite", args=[cast.rina.public_id])).status_code == 404


def test_the_number_is_whole_for_its_owner_and_hr_and_masked_for_others(cast: Cast, client_for: ClientFor) -> None:
    number, masked = cast.siti.employee_number or "", cast.siti.masked_number
    for who, whole in (("siti", True), ("hr", True), ("budi", False), ("unit_hr", False)):
        page = text_of(client_for(getattr(cast, who)).get(reverse("people:person", args=[cast.siti.public_id])))
        assert (number in page) == whole, who
        assert (masked in page) != whole, who
    listing = text_of(client_for(cast.hr).get(reverse("people:staff")))
    assert masked in listing
    assert number not in listing


def test_another_agency_is_not_found(cast: Cast, client_for: ClientFor) -> None:
    other = actions.create_agency(by=None, code="O", name="Instansi Lain", short_name="Lain", kind="other")
    stranger = add_person(queries.root_unit_of(other), "Orang Lain", "PELAKSANA", "Staf", serial=77)
    client = client_for(cast.hr)
    for address in (
        reverse("people:staff") + "?agency=O", reverse("people:journal") + "?agency=O", reverse("people:roles") + "?agency=O",
        reverse("people:imports") + "?agency=O", reverse("people:unit", args=[stranger.unit.public_id]),
        reverse("people:person", args=[stranger.public_id]),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    theirs = upload(as_csv(table(people(1))), other, name="a.csv")
    for page in ("import", "import_rows", "import_errors", "import_result", "import_progress"):
        assert client.get(reverse(f"people:{page}", args=[theirs.public_id])).status_code == 404, page
    assert client.post(reverse("people:import_apply", args=[theirs.public_id])).status_code == 404
    admin = client_for(cast.admin)
    assert "Orang Lain" in text_of(admin.get(reverse("people:staff") + "?agency=O"))


# --- the directory and a person --------------------------------------------------------------------------------------


def test_the_directory_narrows_down_and_keeps_what_was_asked(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    page = text_of(client.get(reverse("people:staff"), {"q": "lestari"}))
    assert "Dewi Lestari" in page
    assert "Siti Rahmawati" not in page
    assert 'value="lestari"' in page
    inside = text_of(client.get(reverse("people:staff"), {"unit": str(cast.seksi.public_id)}))
    assert "Siti Rahmawati" in inside
    assert "Rina Marlina" not in inside
    part = client.get(reverse("people:staff"), {"q": "rina"}, headers={"HX-Request": "true"})
    assert "<html" not in text_of(part)
    assert "Rina Marlina" in text_of(part)
    assert "Tidak ada yang cocok" in text_of(client.get(reverse("people:staff"), {"q": "<script>"}))
    assert client.get(reverse("people:staff"), {"unit": "bukan-unit", "page": "99999"}).status_code == 200


def test_pages_ask_as_much_of_many_people_as_of_few(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    addresses = [
        reverse("people:staff"), reverse("people:unit", args=[cast.seksi.public_id]), reverse("people:roles"),
        reverse("people:journal"), reverse("people:person", args=[cast.budi.public_id]),
        reverse("people:unit", args=[cast.root.public_id]),
    ]  # fmt: skip

    def asked() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.append(len(captured))
        return counts

    for address in addresses:
        client.get(address)
    few = asked()
    for serial in range(200, 225):
        somebody = add_person(cast.seksi, f"Orang Banyak {serial}", "PELAKSANA", f"Staf {serial}", serial=serial)
        RoleGrant.objects.create(user=somebody.user, role="trainer", unit=cast.dinas, valid_from=clock.today())
        actions.change_employee(by=cast.hr.user, employee=somebody, grade="III/c")
        actions.add_unit(by=cast.hr.user, parent=OrgUnit.objects.get(pk=cast.root.pk), code=f"Z{serial}", name="Unit")
    many = asked()
    assert many == few
    assert max(many) <= 24, dict(zip(addresses, many, strict=True))


def test_a_page_tells_history_superior_and_acting_posts(cast: Cast, client_for: ClientFor) -> None:
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=cast.rina.position)
    actions.override_superior(by=cast.hr.user, employee=cast.siti, superior=cast.head, reason="Gugus tugas")
    page = text_of(client_for(cast.hr).get(reverse("people:person", args=[cast.siti.public_id])))
    assert "Pengelola Layanan Kependudukan" in page
    assert "Pranata Komputer Ahli Pertama" in page
    assert "Hendra Wijaya" in page
    assert "Gugus tugas" in page
    assert "memindahkan pegawai" in page


# --- forms that ask before they act ----------------------------------------------------------------------------------


def test_a_form_first_says_what_will_happen_and_writes_nothing(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:move", args=[cast.siti.public_id]) + "?unit=D2"
    data = {"position": str(cast.rina.position.public_id), "effective_on": clock.today().isoformat(), "reason": "SK 9"}
    asked = text_of(post(client, address, data, confirmed=False))
    assert "Belum ada yang diubah" in asked
    assert "Siti Rahmawati pindah dari Pengelola Layanan Kependudukan" in asked
    assert "ke Pranata Komputer Ahli Pertama di Dinas Kesehatan" in asked
    assert Employee.objects.get(pk=cast.siti.pk).unit == cast.seksi
    back = text_of(client.post(address, data | {"confirmed": "edit"}))
    assert 'value="SK 9"' in back
    done = post(client, address, data)
    assert done.status_code == 302
    assert Employee.objects.get(pk=cast.siti.pk).unit == cast.other_dinas
    # The back button and a second press change nothing more.
    post(client, address, data)
    assert Assignment.objects.filter(employee=cast.siti).count() == 2


def test_a_refusal_keeps_what_was_typed(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:change_person", args=[cast.siti.public_id])
    data = {
        "full_name": "Siti Rahmawati", "employee_number": "123", "employment_type": "PNS", "legal_status": "01",
        "grade": "III/d", "reason": "Perbaikan",
    }  # fmt: skip
    page = text_of(post(client, address, data))
    assert "18 angka" in page
    assert 'value="III/d"' in page
    assert Employee.objects.get(pk=cast.siti.pk).grade == "III/b"


def test_finding_the_unit_of_a_post(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:move", args=[cast.siti.public_id])
    assert "Dinas Kesehatan" in text_of(client.get(address, {"q": "kesehatan"}))
    assert "Tidak ada unit yang cocok" in text_of(client.get(address, {"q": "zzz"}))


@pytest.mark.parametrize(
    ("page", "data", "check"),
    [
        ("leave", {"on": "2026-01-05", "legal_status": "99"}, lambda person: person.left_on is not None),
        ("change_person", {"full_name": "Siti R", "employment_type": "PNS", "legal_status": "01",
                           "employee_number": "198804122012032005", "grade": "IV/a"},
         lambda person: person.grade == "IV/a"),
        ("superior", {"superior": "Hendra Wijaya", "valid_from": "2026-01-05", "reason": "Tim"},
         lambda person: person.superior_overrides.exists()),
        ("grant_role", {"role": "trainer", "unit_code": "D1", "valid_from": "2026-01-05"},
         lambda person: person.user.grants.filter(role="trainer").exists()),
    ],
)  # fmt: skip
def test_every_form_acts_after_its_sentence(
    cast: Cast, client_for: ClientFor, page: str, data: dict[str, str], check: Callable[[Employee], bool]
) -> None:
    client = client_for(cast.hr)
    address = reverse(f"people:{page}", args=[cast.siti.public_id])
    asked = post(client, address, data, confirmed=False)
    assert "Belum ada yang diubah" in text_of(asked)
    assert not check(Employee.objects.get(pk=cast.siti.pk))
    assert post(client, address, data).status_code == 302
    assert check(Employee.objects.get(pk=cast.siti.pk))


def test_an_unclear_name_is_answered_with_the_people_it_could_mean(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:superior", args=[cast.siti.public_id])
    data = {"superior": "a", "valid_from": "2026-01-05", "reason": "Tim"}
    assert "orang yang cocok" in text_of(post(client, address, data))
    assert "Tidak ada pegawai" in text_of(post(client, address, data | {"superior": "Zzz"}))


def test_an_acting_post_is_given_and_ended(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:acting", args=[cast.dewi.public_id]) + "?unit=D1B1S1"
    head = cast.budi.position
    data = {"position": str(head.public_id), "kind": "PLT", "valid_from": clock.today().isoformat()}
    assert "menjadi PLT Kepala Seksi" in text_of(post(client, address, data, confirmed=False))
    post(client, address, data)
    assert queries.head_of(cast.seksi) == cast.dewi
    acting = Assignment.objects.get(kind="PLT")
    end = reverse("people:end_acting", args=[acting.public_id])
    assert client_for(cast.unit_hr).get(end).status_code == 404
    post(client, end, {"on": "2026-01-01"})
    assert queries.head_of(cast.seksi) == cast.budi


def test_somebody_is_added_to_a_unit_and_comes_back_after_leaving(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    address = reverse("people:add_person", args=[cast.seksi.public_id])
    data = {
        "full_name": "Ayu Puspitasari", "employee_number": "19950708 202003 2 004", "employment_type": "PNS",
        "title": "Analis Data", "job_class": "JF_AHLI_PERTAMA", "starts_on": "2026-01-05",
    }  # fmt: skip
    assert "dicatat sebagai Analis Data" in text_of(post(client, address, data, confirmed=False))
    assert post(client, address, data).status_code == 302
    ayu = Employee.objects.get(employee_number="199507082020032004")
    assert "sudah dipakai" in text_of(post(client, address, data))
    actions.mark_left(by=cast.hr.user, employee=ayu, on=clock.today())
    back = reverse("people:come_back", args=[ayu.public_id]) + "?unit=D2"
    post(client, back, {"position": str(cast.rina.position.public_id), "effective_on": clock.today().isoformat()})
    ayu.refresh_from_db()
    assert (ayu.left_on, ayu.unit_id) == (None, cast.other_dinas.pk)


def test_units_are_added_renamed_and_closed_by_form(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    post(client, reverse("people:add_unit", args=[cast.dinas.public_id]), {"code": "D1X", "name": "Bidang Inovasi"})
    unit = OrgUnit.objects.get(code="D1X")
    post(client, reverse("people:rename_unit", args=[unit.public_id]), {"name": "Bidang Inovasi Layanan"})
    page = text_of(post(client, reverse("people:close_unit", args=[cast.seksi.public_id]), {"on": "2026-11-01"}))
    assert "Masih ada 3 pegawai" in page
    post(client, reverse("people:close_unit", args=[unit.public_id]), {"on": clock.today().isoformat()})
    unit.refresh_from_db()
    assert (unit.name, unit.valid_to) == ("Bidang Inovasi Layanan", clock.today())
    post(client, reverse("people:reopen_unit", args=[unit.public_id]), {"reason": "Keliru"})
    unit.refresh_from_db()
    assert unit.valid_to is None
    assert client_for(cast.unit_hr).get(reverse("people:unit", args=[unit.public_id])).status_code == 200
    answer = post(
        client_for(cast.unit_hr), reverse("people:add_unit", args=[cast.dinas.public_id]), {"code": "Q", "name": "Q"}
    )
    assert answer.status_code == 403


def test_a_role_is_taken_back_with_a_reason(cast: Cast, client_for: ClientFor) -> None:
    grant = RoleGrant.objects.get(user=cast.trainer.user)
    client = client_for(cast.hr)
    page = text_of(client.get(reverse("people:roles")))
    assert "Anton Siregar" in page
    address = reverse("people:revoke_role", args=[grant.public_id])
    assert client_for(cast.unit_hr).get(address).status_code == 404
    assert "wajib" in text_of(post(client, address, {})).lower() or RoleGrant.objects.get(pk=grant.pk).valid_to is None
    post(client, address, {"reason": "Selesai tugas"})
    assert not queries.standing_of(type(cast.trainer.user).objects.get(pk=cast.trainer.user.pk)).grants
    assert "Anton Siregar" in text_of(client.get(reverse("people:roles"), {"past": "1"}))


def test_hr_does_not_see_the_roles_of_the_platform(cast: Cast, client_for: ClientFor) -> None:
    assert "Admin Platform" not in text_of(client_for(cast.hr).get(reverse("people:roles")))
    assert "Admin Platform" in text_of(client_for(cast.admin).get(reverse("people:roles")))
    form = text_of(client_for(cast.hr).get(reverse("people:grant_role", args=[cast.siti.public_id])))
    assert Role.PLATFORM_ADMIN.value not in form


def test_a_whole_unit_is_invited_at_once_and_nobody_twice(cast: Cast, client_for: ClientFor) -> None:
    apply_rows = as_csv(table([*people(3), row(Surel="")]))
    actions.apply_staff_file(
        actions.request_apply(by=None, staff_import=upload(apply_rows, cast.agency, name="a.csv"), in_background=False)
    )
    client = client_for(cast.unit_hr)
    address = reverse("people:invite_unit", args=[cast.dinas.public_id])
    assert "3 orang" in text_of(client.get(address))
    assert "dikirim kepada 3 orang" in text_of(post(client, address, {}, confirmed=False))
    assert Invitation.objects.count() == 0
    assert post(client, address, {}).status_code == 302
    assert Invitation.objects.count() == 3
    assert "sudah diundang" in text_of(post(client, address, {}))
    assert Invitation.objects.count() == 3
    assert (
        post(client_for(cast.unit_hr), reverse("people:invite_unit", args=[cast.other_dinas.public_id]), {}).status_code
        == 403
    )


def test_the_platform_opens_agencies_and_moves_people_between_them(cast: Cast, client_for: ClientFor) -> None:
    admin = client_for(cast.admin)
    assert client_for(cast.hr).get(reverse("people:add_agency")).status_code == 404
    data = {"code": "7171", "name": "Pemerintah Kota Manado (contoh)", "short_name": "Kota Manado", "kind": "city",
            "province": "71", "time_zone": "WITA"}  # fmt: skip
    assert post(admin, reverse("people:add_agency"), data).status_code == 302
    agency = Agency.objects.get(code="7171")
    assert "sudah dipakai" in text_of(post(admin, reverse("people:add_agency"), data))
    address = reverse("people:transfer", args=[cast.siti.public_id])
    assert client_for(cast.hr).get(address).status_code == 404
    assert "Kota Manado" in text_of(admin.get(address))
    assert "Pemerintah Kota Manado" in text_of(admin.get(address, {"agency": "7171", "q": "manado"}))
    there = f"{address}?agency=7171&unit=7171"
    move = {"title": "Analis Data", "job_class": "JF_AHLI_PERTAMA", "effective_on": clock.today().isoformat()}
    assert "Riwayatnya ikut" in text_of(post(admin, there, move, confirmed=False))
    post(admin, there, move)
    assert Employee.objects.get(pk=cast.siti.pk).agency == agency
    assert Assignment.objects.filter(employee=cast.siti).count() == 2


def test_notices_by_mail_are_a_choice(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    client.post(reverse("people:wish_for_mail"), {"wanted": "0"})
    assert not type(cast.siti.user).objects.get(pk=cast.siti.user.pk).wants_mail
    client.post(reverse("people:wish_for_mail"), {"wanted": "1"})
    assert type(cast.siti.user).objects.get(pk=cast.siti.user.pk).wants_mail


# --- the audit trail -------------------------------------------------------------------------------------------------


def test_the_trail_tells_who_did_what_and_why_and_turns_its_pages(cast: Cast, client_for: ClientFor) -> None:
    for step in range(60):
        actions.change_employee(
            by=cast.hr.user, employee=cast.siti, grade=("III/c", "III/d")[step % 2], reason=f"SK {step}"
        )
    actions.move_employee(by=cast.hr.user, employee=cast.dewi, position=cast.rina.position)
    client = client_for(cast.hr)
    page = text_of(client.get(reverse("people:journal")))
    assert "Lina Susanti" in page
    assert "SK 59" in page
    assert "Lebih lama" in page
    older = next(part.split('"')[0] for part in page.split("before=")[1:])
    second = text_of(client.get(reverse("people:journal"), {"before": older}))
    assert "SK 0" in second
    assert "SK 59" not in second
    moved = text_of(client.get(reverse("people:journal"), {"verb": "employee.moved"}))
    assert "Dewi Lestari Handayani" in moved
    assert "SK 59" not in moved
    assert "Tidak ada catatan" in text_of(client.get(reverse("people:journal"), {"q": "zzz"}))
    assert client.get(reverse("people:journal"), {"before": "abc"}).status_code == 200


# --- the staff import ------------------------------------------------------------------------------------------------


def send(client: Client, content: bytes, **data: Any) -> Any:
    fields = {"effective_on": clock.today().isoformat(), **data}
    return client.post(
        reverse("people:imports"), fields | {"file": SimpleUploadedFile("pegawai.csv", content)}, follow=True
    )


def test_from_upload_to_result_in_the_browser(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    page = text_of(send(client, as_csv(table([row(), row(NIP="1"), *people(3)]))))
    staff_import = StaffImport.objects.get()
    assert "Terapkan 4 perubahan?" in page
    assert "18 angka" in page
    assert "19950708******2004" in page
    assert "199507082020032004" not in page
    assert Employee.objects.filter(full_name="Ayu Puspitasari").count() == 0
    done = text_of(client.post(reverse("people:import_apply", args=[staff_import.public_id]), follow=True))
    assert "Diterapkan" in done
    assert Employee.objects.filter(full_name="Ayu Puspitasari").count() == 1
    rows = text_of(client.get(reverse("people:import_rows", args=[staff_import.public_id]), {"outcome": "error"}))
    assert "18 angka" in rows
    found = text_of(client.get(reverse("people:import_rows", args=[staff_import.public_id]), {"q": "2004"}))
    assert "Ayu Puspitasari" in found
    errors = client.get(reverse("people:import_errors", args=[staff_import.public_id]))
    assert errors.content[:2] == b"PK"
    result = b"".join(client.get(reverse("people:import_result", args=[staff_import.public_id])).streaming_content)  # type: ignore[attr-defined]
    assert result.decode().count("\n") == 6
    assert "pegawai.csv" in text_of(client.get(reverse("people:imports")))


def test_the_preview_speaks_in_words_not_in_codes(cast: Cast, client_for: ClientFor) -> None:
    rows = [
        row(NIP=cast.siti.employee_number, Nama=cast.siti.full_name, Kedudukan_hukum="99", Tanggal_lahir=""),
        row(NIP=cast.rina.employee_number, Nama="Rina Marlina", Kode_unit="D2", Jabatan=cast.rina.position.title,
            Kelas_jabatan="JF_AHLI_PERTAMA", Kepala_unit="ya", Tanggal_lahir="", Rumpun_fungsional="", Surel=""),
    ]  # fmt: skip
    page = text_of(send(client_for(cast.hr), as_csv(table(rows))))
    assert "Pensiun" in page
    assert "Kepala unit:</span> tidak" in page
    assert "True" not in page


def test_a_refused_upload_keeps_the_form_and_the_sentence(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    answer = client.post(
        reverse("people:imports"),
        {"effective_on": "2026-01-05", "file": SimpleUploadedFile("pegawai.exe", b"MZ")},
    )
    assert "Jenis yang diterima" in text_of(answer)
    assert 'value="2026-01-05"' in text_of(answer)
    assert not StaffImport.objects.exists()
    future = client.post(
        reverse("people:imports"),
        {"effective_on": "2099-01-05", "file": SimpleUploadedFile("a.csv", as_csv(table([row()])))},
    )
    assert "masa depan" in text_of(future)


def test_an_unreadable_file_says_what_to_do(cast: Cast, client_for: ClientFor) -> None:
    page = text_of(send(client_for(cast.hr), b"Nama;Jabatan\nAyu;Analis\n"))
    assert "Berkas ini tidak dapat dipakai" in page
    assert "Judul kolom ini tidak ditemukan" in page


def test_many_leaving_people_need_a_second_yes(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    page = text_of(send(client, as_csv(table([row()])), is_complete_list="on"))
    staff_import = StaffImport.objects.get()
    assert "akan tercatat keluar" in page
    address = reverse("people:import_apply", args=[staff_import.public_id])
    answer = client.post(address)
    assert "Centang dulu" in str(next(iter(get_messages(answer.wsgi_request))))
    assert Employee.objects.exclude(left_on=None).count() == 0
    client.post(address, {"sure": "1"})
    assert Employee.objects.exclude(left_on=None).count() == 10
    assert client.get(reverse("people:imports")).status_code == 200


def test_progress_is_a_part_of_the_page_that_ends_by_itself(cast: Cast, client_for: ClientFor) -> None:
    staff_import = actions.upload_staff_file(
        by=cast.hr.user,
        agency=cast.agency,
        upload=SimpleUploadedFile("a.csv", as_csv(table([row()]))),
        in_background=False,
    )
    client = client_for(cast.hr)
    waiting = client.get(reverse("people:import_progress", args=[staff_import.public_id]))
    assert "hx-trigger" in text_of(waiting)
    assert "HX-Refresh" not in waiting.headers
    actions.check_staff_file(staff_import)
    over = client.get(reverse("people:import_progress", args=[staff_import.public_id]))
    assert over.headers["HX-Refresh"] == "true"


def test_stopped_work_can_be_continued_from_its_page(cast: Cast, client_for: ClientFor) -> None:
    staff_import = upload(as_csv(table(people(2))), cast.agency, name="a.csv", by=cast.hr.user)
    actions.request_apply(by=cast.hr.user, staff_import=staff_import, in_background=False)
    staff_import.refresh_from_db()
    progress = staff_import.progress
    assert progress is not None
    progress.state = "failed"
    progress.save()
    client = client_for(cast.hr)
    address = reverse("people:import", args=[staff_import.public_id])
    assert "Lanjutkan" in text_of(client.get(address))
    client.post(reverse("people:import_resume", args=[staff_import.public_id]))
    assert "Diterapkan" in text_of(client.get(address))


# --- the API ---------------------------------------------------------------------------------------------------------


def test_the_api_says_who_is_signed_in_without_the_number(cast: Cast, client_for: ClientFor) -> None:
    from bina.people.api import me

    request = client_for(cast.unit_hr).get(reverse("people:account")).wsgi_request
    found = me(cast_type(SignedInRequest, request))
    assert found.display_name == "Yusuf Hidayat"
    assert found.unit is not None
    assert found.unit.code == "D1"
    assert found.superior == "Hendra Wijaya"
    assert [held.role for held in found.roles] == ["unit_hr"]
    assert found.employee_number == cast.unit_hr.masked_number
    admin = me(cast_type(SignedInRequest, client_for(cast.admin).get(reverse("people:account")).wsgi_request))
    assert (admin.unit, admin.agency, [held.role for held in admin.roles]) == (None, None, ["platform_admin"])
