"""Writing agencies, units, posts, people and accounts into the tables of the people room."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, PBKDF2PasswordHasher

from bina.demo.accounts import ACCOUNTS, PASSWORD
from bina.demo.agencies import AgencyPlan, UnitPlan
from bina.demo.chance import Chance, at, office_hour
from bina.demo.rows import Ledger, stamp
from bina.demo.staff import Person
from bina.people.models import Agency, Assignment, Employee, OrgUnit, Position, RoleGrant, User
from bina.people.rules import Role

OPENED = dt.date(2020, 1, 1)


def settle_agencies(ledger: Ledger, plans: list[AgencyPlan]) -> None:
    """Write the agencies and their unit trees; ids and paths are noted in the plans."""
    for plan, row_id in zip(plans, ledger.next_ids(Agency, len(plans)), strict=True):
        plan.id = row_id
    ledger.write(
        Agency,
        ("id", "code", "name", "short_name", "kind", "province_id", "time_zone"),
        ((p.id, p.code, p.name, p.short_name, p.kind, p.province, p.time_zone) for p in plans),
    )
    units = [(plan, unit) for plan in plans for unit in plan.units]
    for (_, unit), row_id in zip(units, ledger.next_ids(OrgUnit, len(units)), strict=True):
        unit.id = row_id
    roots = OrgUnit.objects.filter(depth=1).count()
    for number, plan in enumerate(plans, start=roots + 1):
        _place(plan.root, OrgUnit._get_path("", 1, number))
    ledger.write(
        OrgUnit,
        ("id", "agency_id", "path", "depth", "numchild", "code", "name", "short_name", "province_id", "is_remote",
         "valid_from"),
        (
            (u.id, p.id, u.path, u.depth_from_top, len(u.children), u.code, u.name, u.short_name, p.province, u.is_remote,
             OPENED.isoformat())
            for p, u in units
        ),
    )  # fmt: skip


def _place(unit: UnitPlan, path: str) -> None:
    unit.path = path
    for number, child in enumerate(unit.children, start=1):
        _place(child, OrgUnit._get_path(path, len(path) // OrgUnit.steplen + 1, number))


def settle_people(ledger: Ledger, chance: Chance, plans: list[AgencyPlan], people: list[Person]) -> None:
    """Write posts, employees, assignments, accounts and roles; ids and superiors are noted in the people."""
    heads = _write_posts(ledger, plans, people)
    for person, row_id, user_id, identity in zip(
        people,
        ledger.next_ids(Employee, len(people)),
        ledger.next_ids(User, len(people)),
        chance.identities("employees", len(people), at(OPENED, 0)),
        strict=True,
    ):
        person.id, person.user_id, person.public_id = row_id, user_id, identity
    ledger.write(Employee, _EMPLOYEE, (_employee(person, chance.on) for person in people))
    _write_assignments(ledger, chance, plans, people, heads)
    _write_accounts(ledger, chance, people)
    _write_roles(ledger, chance, plans, people)


def _write_posts(ledger: Ledger, plans: list[AgencyPlan], people: list[Person]) -> dict[int, int]:
    """Write the posts that people hold and the vacant head posts; returns the head post of every unit."""
    posts: dict[tuple[int, str, str], list[Any]] = {}
    for person in people:
        key = (person.unit.id, person.title, person.job_class)
        posts.setdefault(key, [person.family, person.is_head])
        if person.is_head:
            posts[key][1] = True
    for plan in plans:
        for unit in plan.units:
            # A vacant post stays in the tree; one led from above repeats the title of the post above.
            held = posts.setdefault((unit.id, unit.head_title, unit.head_class), [unit.head_family, True])
            held[1] = True
    ids = dict(zip(posts, ledger.next_ids(Position, len(posts)), strict=True))
    ledger.write(
        Position,
        ("id", "unit_id", "title", "job_class_id", "functional", "is_head", "valid_from"),
        ((ids[key], key[0], key[1], key[2], family, head, OPENED.isoformat()) for key, (family, head) in posts.items()),
    )
    for person in people:
        person.position_id = ids[person.unit.id, person.title, person.job_class]
    return {unit.id: ids[unit.id, unit.head_title, unit.head_class] for plan in plans for unit in plan.units}


_EMPLOYEE = (
    "id", "public_id", "agency_id", "employee_number", "full_name", "title_prefix", "title_suffix", "sex", "birth_date",
    "employment_type", "legal_status", "grade", "education", "email", "contract_from", "contract_to", "unit_id",
    "position_id",
)  # fmt: skip


def _employee(person: Person, on: dt.date) -> tuple[Any, ...]:
    start = end = None
    if person.employment_type in {"PPPK", "PPPK_PARUH_WAKTU"}:
        # Contracts run five years (part-time: one) and are renewed.
        years = 5 if person.employment_type == "PPPK" else 1
        first = person.appointed_on
        while first.year + years <= on.year - (on.timetuple().tm_yday < first.timetuple().tm_yday):
            first = first.replace(year=first.year + years)
        start, end = first.isoformat(), (first.replace(year=first.year + years) - dt.timedelta(days=1)).isoformat()
    return (
        person.id, person.public_id, person.agency.id, person.number, person.full_name, person.title_prefix,
        person.title_suffix, person.sex, person.birth_date.isoformat(), person.employment_type, person.legal_status,
        person.grade, person.education, person.email, start, end, person.unit.id, person.position_id,
    )  # fmt: skip


def _write_assignments(
    ledger: Ledger, chance: Chance, plans: list[AgencyPlan], people: list[Person], head_posts: dict[int, int]
) -> None:
    """Definitive posts with a little history, acting heads for some vacant units, extra tasks; superiors follow."""
    rng = chance.stream("assignments")
    leads: dict[int, Person] = {person.unit.id: person for person in people if person.is_head}
    rows: list[tuple[int, int, str, str, str | None]] = []
    by_agency: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        by_agency[person.agency.key].append(person)
        since = _since(person, chance, rng)
        if not person.account and not person.is_head and rng.random() < 0.08 and person.appointed_on < since:
            former = rng.choice(by_agency[person.agency.key])
            if former.position_id != person.position_id and not former.is_head:
                left = since - dt.timedelta(days=1)
                rows.append((person.id, former.position_id, "D", person.appointed_on.isoformat(), left.isoformat()))
        rows.append((person.id, person.position_id, "D", since.isoformat(), None))
    for plan in plans:
        for unit in plan.units:
            if unit.id in leads:
                continue
            above = _head_above(unit, leads)
            if above is None:
                continue
            if unit.led_from_above:
                leads[unit.id] = above
                rows.append((above.id, head_posts[unit.id], "TT", chance.days_ago(700).isoformat(), None))
            elif rng.random() < 0.6:
                acting = _neighbour(unit, leads) or above
                leads[unit.id] = acting
                rows.append(
                    (acting.id, head_posts[unit.id], "PLT", chance.days_ago(rng.randint(20, 160)).isoformat(), None)
                )
    for person in people:
        own = leads.get(person.unit.id)
        person.superior = own if own is not None and own is not person else _head_above(person.unit, leads)
        if person.superior is person:
            person.superior = None
    ledger.write(Assignment, ("employee_id", "position_id", "kind", "valid_from", "valid_to"), rows)


def _since(person: Person, chance: Chance, rng: random.Random) -> dt.date:
    """Since when the person holds the post: some time in the last years, never before the appointment."""
    start = chance.days_ago(rng.randint(200, 2400)).replace(day=1)
    return max(start, person.appointed_on, OPENED) if person.appointed_on < chance.on else chance.on


def _head_above(unit: UnitPlan, leads: dict[int, Person]) -> Person | None:
    parent = unit.parent
    while parent is not None:
        if parent.id in leads:
            return leads[parent.id]
        parent = parent.parent
    return None


def _neighbour(unit: UnitPlan, leads: dict[int, Person]) -> Person | None:
    """The head of a sister unit of the same rank, who may act for a vacant post."""
    for sister in unit.parent.children if unit.parent else []:
        head = leads.get(sister.id)
        if sister is not unit and head is not None and head.job_class == unit.head_class and head.account is None:
            return head
    return None


def _write_accounts(ledger: Ledger, chance: Chance, people: list[Person]) -> None:
    """One account per person; only the demo accounts have a password, the others wait for an invitation."""
    numbers = chance.numbers("passwords")
    salt = "".join(numbers.choice(list("abcdefghjkmnpqrstuvwxyz23456789"), 22))
    password = PBKDF2PasswordHasher().encode(PASSWORD, salt)
    rng = chance.stream("accounts")

    def rows() -> Iterator[tuple[Any, ...]]:
        for person in people:
            secret = password if person.account else UNUSABLE_PASSWORD_PREFIX + f"{rng.getrandbits(200):040x}"
            joined = chance.days_ago(rng.randint(185, 420))
            yield (
                person.user_id, secret, False, person.number, person.email, person.display_name, person.id, False, True,
                stamp(office_hour(max(joined, person.appointed_on), rng)),
            )  # fmt: skip

    columns = (
        "id", "password", "is_superuser", "username", "email", "display_name", "employee_id", "is_staff", "is_active",
        "date_joined",
    )  # fmt: skip
    ledger.write(User, columns, rows())
    apart = [row for row in ACCOUNTS if not row.agency]
    ledger.write(
        User,
        columns,
        (
            (
                user_id,
                password,
                True,
                row.email,
                row.email,
                row.full_name,
                None,
                True,
                True,
                stamp(at(chance.days_ago(400), 120)),
            )
            for row, user_id in zip(apart, ledger.next_ids(User, len(apart)), strict=True)
        ),
    )


def _write_roles(ledger: Ledger, chance: Chance, plans: list[AgencyPlan], people: list[Person]) -> None:
    """Roles of the demo accounts, and of a few others so that every agency is looked after."""
    since = chance.days_ago(365).isoformat()
    units = {(plan.key, unit.name): unit.id for plan in plans for unit in plan.units}
    roots = {plan.key: plan.root.id for plan in plans}
    rows: list[tuple[int, str, int | None, str]] = []
    for person in people:
        if person.account:
            for role, place in person.account.grants:
                rows.append(
                    (
                        person.user_id,
                        role.value,
                        units[person.agency.key, place] if place else roots[person.agency.key],
                        since,
                    )
                )
    for row in ACCOUNTS:
        if not row.agency:
            user_id = User.objects.values_list("id", flat=True).get(username=row.email)
            rows += [(user_id, role.value, None, since) for role, _ in row.grants]
    for plan in plans:
        rows += _looked_after(plan, people, roots[plan.key], since)
    ledger.write(RoleGrant, ("user_id", "role", "unit_id", "valid_from"), rows)


def _looked_after(
    plan: AgencyPlan, people: list[Person], root: int, since: str
) -> list[tuple[int, str, int | None, str]]:
    """HR, trainers, evaluators and leaders that an agency has beside the demo accounts."""
    own = [person for person in people if person.agency is plan and person.account is None]
    found: list[tuple[int, str, int | None, str]] = []
    wanted = (
        (Role.AGENCY_HR, [p for p in own if p.family == "Analis SDM Aparatur" and p.job_class == "JF_AHLI_MUDA"], 2),
        (Role.TRAINER, [p for p in own if p.family == "Widyaiswara"], 3),
        (Role.EVALUATOR, [p for p in own if p.family == "Analis Kebijakan" and p.job_class == "JF_AHLI_MADYA"], 1),
        (Role.LEADER, [p for p in own if p.is_head and p.unit.parent is None], 1),
    )
    for role, candidates, count in wanted:
        found += [(person.user_id, role.value, root, since) for person in candidates[:count]]
    clerks = [p for p in own if p.title == "Pengelola Kepegawaian"]
    # A unit's HR clerk looks after the office that the secretariat belongs to.
    found += [
        (person.user_id, Role.UNIT_HR.value, (person.unit.parent or person.unit).id, since)
        for person in clerks[:12]
        if person.unit.parent is not None and person.unit.parent.parent is not None
    ]
    return found
