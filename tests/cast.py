"""The cast: one small named agency that tests speak about. Everyone here is invented."""

import datetime as dt
from dataclasses import dataclass, field

from bina.people.models import Agency, Assignment, Employee, JobClass, OrgUnit, Position, Province, RoleGrant, User
from bina.people.rules import Role

PASSWORD = "pelita-di-tepi-sungai"
START = dt.date(2024, 1, 1)


@dataclass
class Cast:
    """The people, units and accounts of the small agency; ``person.user`` signs in."""

    agency: Agency
    root: OrgUnit
    dinas: OrgUnit
    bidang: OrgUnit
    seksi: OrgUnit
    other_dinas: OrgUnit
    head: Employee  # head of the dinas
    division_head: Employee  # head of the bidang
    budi: Employee  # head of the seksi: Siti's superior
    siti: Employee  # the employee of most stories
    dewi: Employee  # colleague in the same seksi
    rina: Employee  # works in another dinas
    unit_hr: Employee
    hr: Employee
    leader: Employee
    trainer: Employee
    evaluator: Employee
    admin: User
    everyone: list[Employee] = field(default_factory=list)


def employee_number(birth: dt.date, appointed: str, sex: str, serial: int) -> str:
    """A well-formed invented number."""
    return f"{birth:%Y%m%d}{appointed}{1 if sex == 'M' else 2}{serial:03d}"


def add_person(
    unit: OrgUnit,
    name: str,
    job_class: str,
    title: str,
    *,
    sex: str = "F",
    serial: int,
    is_head: bool = False,
    functional: str = "",
    employment: str = "PNS",
    birth: dt.date = dt.date(1988, 4, 12),
    start: dt.date = START,
) -> Employee:
    """One employee with a definitive post and an account."""
    position, _ = Position.objects.get_or_create(
        unit=unit, title=title, job_class_id=job_class, defaults={"is_head": is_head, "functional": functional}
    )
    number = employee_number(birth, "201203", sex, serial)
    person = Employee.objects.create(
        agency=unit.agency, unit=unit, position=position, employee_number=number, full_name=name, sex=sex,
        birth_date=birth, employment_type=employment, grade="III/b", education="S1",
        email=f"{name.split()[0].lower()}{serial}@contoh.example",
    )  # fmt: skip
    Assignment.objects.create(employee=person, position=position, valid_from=start)
    user = User(username=number, email=person.email, display_name=person.full_name, employee=person)
    user.set_password(PASSWORD)
    user.save()
    return person


def grant(person: Employee, role: Role, unit: OrgUnit) -> RoleGrant:
    """A role for a person on a subtree, in force since the start."""
    return RoleGrant.objects.create(user=person.user, role=role.value, unit=unit, valid_from=START)


def build_cast() -> Cast:
    """Make the agency: root → Dinas Kependudukan → Bidang Pelayanan → Seksi Identitas, and a second dinas."""
    province = Province.objects.filter(code="61").first()
    agency = Agency.objects.create(
        code="contoh-6171", name="Pemerintah Kota Pontianak (contoh)", short_name="Kota Pontianak", kind="city",
        province=province, time_zone="WIB",
    )  # fmt: skip
    tree = OrgUnit.objects

    def child(parent: OrgUnit, code: str, name: str, short_name: str = "") -> OrgUnit:
        node = tree.add_child(parent, {"agency": agency, "code": code, "name": name, "short_name": short_name})
        found: OrgUnit = tree.get(pk=node.pk)
        return found

    root = tree.add_root({"agency": agency, "code": "R", "name": agency.name, "short_name": "Kota Pontianak"})
    dinas = child(root, "D1", "Dinas Kependudukan dan Pencatatan Sipil", "Dinas Dukcapil")
    bidang = child(dinas, "D1B1", "Bidang Pelayanan Pendaftaran Penduduk")
    seksi = child(bidang, "D1B1S1", "Seksi Identitas Penduduk")
    other = child(tree.get(pk=root.pk), "D2", "Dinas Kesehatan")
    root, dinas, bidang, seksi, other = (tree.get(pk=unit.pk) for unit in (root, dinas, bidang, seksi, other))
    leader = add_person(root, "Ratna Kusuma", "JPT_PRATAMA", "Sekretaris Daerah", serial=1, is_head=True)
    head = add_person(dinas, "Hendra Wijaya", "JPT_PRATAMA", "Kepala Dinas", sex="M", serial=2, is_head=True)
    division_head = add_person(bidang, "Maya Anggraini", "ADMINISTRATOR", "Kepala Bidang", serial=3, is_head=True)
    budi = add_person(seksi, "Budi Santoso", "PENGAWAS", "Kepala Seksi", sex="M", serial=4, is_head=True)
    siti = add_person(seksi, "Siti Rahmawati", "PELAKSANA", "Pengelola Layanan Kependudukan", serial=5)
    dewi = add_person(
        seksi, "Dewi Lestari Handayani", "PELAKSANA", "Pengelola Layanan Kependudukan", serial=6, employment="PPPK"
    )
    rina = add_person(
        other,
        "Rina Marlina",
        "JF_AHLI_PERTAMA",
        "Pranata Komputer Ahli Pertama",
        serial=7,
        functional="Pranata Komputer",
    )
    unit_hr = add_person(dinas, "Yusuf Hidayat", "PELAKSANA", "Pengelola Kepegawaian", sex="M", serial=8)
    hr = add_person(
        root,
        "Lina Susanti",
        "JF_AHLI_MUDA",
        "Analis SDM Aparatur Ahli Muda",
        serial=9,
        functional="Analis SDM Aparatur",
    )
    trainer = add_person(
        root, "Anton Siregar", "JF_AHLI_MADYA", "Widyaiswara Ahli Madya", sex="M", serial=10, functional="Widyaiswara"
    )
    evaluator = add_person(root, "Fitri Nuraini", "JF_AHLI_PERTAMA", "Analis Kebijakan Ahli Pertama", serial=11)
    admin = User.objects.create(
        username="admin@contoh.example", email="admin@contoh.example", display_name="Admin Platform"
    )
    admin.set_password(PASSWORD)
    admin.save()
    grant(unit_hr, Role.UNIT_HR, dinas)
    grant(hr, Role.AGENCY_HR, root)
    grant(leader, Role.LEADER, root)
    grant(trainer, Role.TRAINER, root)
    grant(evaluator, Role.EVALUATOR, root)
    RoleGrant.objects.create(user=admin, role=Role.PLATFORM_ADMIN.value, unit=None, valid_from=START)
    assert JobClass.objects.exists()
    everyone = [leader, head, division_head, budi, siti, dewi, rina, unit_hr, hr, trainer, evaluator]
    return Cast(
        agency, root, dinas, bidang, seksi, other, head, division_head, budi, siti, dewi, rina, unit_hr, hr, leader,
        trainer, evaluator, admin, everyone,
    )  # fmt: skip
