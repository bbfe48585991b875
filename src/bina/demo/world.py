"""What the steps of the demo share: the people, what they can truly do, and what their jobs ask of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bina.competencies.models import Competency
from bina.competencies.queries import Requirement, StandardBook, published_framework
from bina.demo.accounts import ACCOUNTS
from bina.demo.agencies import AgencyPlan
from bina.demo.chance import Chance
from bina.demo.rows import Ledger
from bina.demo.staff import MANAGERIAL, Person, jobs
from bina.people.models import Province

FRAMEWORKS = ("digcomp-3.0", "manajerial-2017", "kepemimpinan-digital-1.0")
NATIONAL_INDEX = 44.53
# National surveys: people know less about safety and about making content than about the rest.
WEAKER_AREAS = {"3": -0.15, "4": -0.15}
SCHOOLING = {"SMA": -0.15, "D3": -0.05, "S1": 0.05, "S2": 0.15, "S3": 0.25}
STANDING = {"JF_AHLI_MADYA": 0.15, "JF_AHLI_UTAMA": 0.2, "JPT_PRATAMA": 0.1, "JPT_MADYA": 0.1}
# What the people of the story can do, by area: clear strengths, one clear gap.
KNOWN = {
    "siti": {"1": 2.7, "2": 2.9, "3": 1.7, "4": 1.6, "5": 1.8},
    "rusli": {"1": 2.6, "2": 2.8, "3": 2.3, "4": 2.0, "5": 2.2},
    "mardiana": {"1": 3.3, "2": 3.0, "3": 2.6, "4": 2.7, "5": 2.8},
    "sugeng": {"1": 3.2, "2": 3.0, "3": 3.1, "4": 2.4, "5": 2.6},
    "kristina": {"1": 3.3, "2": 2.8, "3": 2.5, "4": 2.6, "5": 2.9},
    "hamdi": {"1": 2.8, "2": 3.2, "3": 2.2, "4": 2.9, "5": 2.8},
    "laila": {"1": 2.6, "2": 3.1, "3": 3.0, "4": 1.7, "5": 2.0},
}


@dataclass
class World:
    """One demo while it is being made."""

    chance: Chance
    ledger: Ledger
    plans: list[AgencyPlan]
    people: list[Person]
    competencies: list[Competency] = field(default_factory=list)
    truth: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    requirements: list[dict[int, Requirement]] = field(default_factory=list)
    # (moment, verb, actor, object kind, object id, object name, agency, data)
    happenings: list[tuple[Any, ...]] = field(default_factory=list)
    # (moment, user id, title, body, url, dedup key)
    notices: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def column(self) -> dict[int, int]:
        """Column of ``truth`` by competency id."""
        return {row.pk: index for index, row in enumerate(self.competencies)}

    @property
    def digital(self) -> list[int]:
        """Columns of the digital competencies, in official order."""
        return [i for i, row in enumerate(self.competencies) if row.framework.code == FRAMEWORKS[0]]

    def row(self, key: str) -> int:
        """Place of a demo account's person among the people."""
        return next(index for index, person in enumerate(self.people) if person.key == key)

    @property
    def named(self) -> dict[str, int]:
        """Places of all demo accounts' people, by key."""
        found = {person.key: index for index, person in enumerate(self.people) if person.account}
        return {row.key: found[row.key] for row in ACCOUNTS if row.key in found}


def know_the_people(world: World) -> None:
    """Draw what everyone can truly do, and read what every job asks for."""
    world.competencies = [
        row
        for code in FRAMEWORKS
        for row in Competency.objects.filter(framework=published_framework(code), parent__isnull=False, agency=None)
        .select_related("framework", "parent")
        .order_by("order", "id")
    ]
    book = StandardBook(world.chance.on)
    world.requirements = [book.of((person.agency.id, person.job_class, person.family)) for person in world.people]
    world.truth = _truth(world)


def _truth(world: World) -> NDArray[np.float64]:
    """True levels: N(2.3; 0.6) on the digital scale with the known effects of age, place, schooling and profession."""
    numbers, people = world.chance.numbers("truth"), world.people
    shape = (len(people), len(world.competencies))
    index = {
        code: float(value) if value is not None else NATIONAL_INDEX
        for code, value in Province.objects.values_list("code", "digital_index")
    }
    families = jobs()["families"]
    shift = np.array(
        [
            -0.02 * max(0, person.age - 45)
            + SCHOOLING.get(person.education, 0.0)
            + STANDING.get(person.job_class, 0.0)
            + (families[person.family].get("digital", 0.0) if person.family else 0.0)
            + 0.01 * (index[person.agency.province] - NATIONAL_INDEX)
            - (0.2 if person.unit.is_remote else 0.0)
            for person in people
        ]
    )
    own = numbers.normal(0.0, 0.45, size=(shape[0], 1)) + numbers.normal(0.0, 0.40, size=shape)
    areas = np.array(
        [
            WEAKER_AREAS.get(row.parent.code, 0.0) if row.parent and row.framework.code == FRAMEWORKS[0] else 0.0
            for row in world.competencies
        ]
    )
    truth = 2.3 + shift[:, None] + own + areas[None, :]
    managerial = [i for i, row in enumerate(world.competencies) if row.framework.code == FRAMEWORKS[1]]
    for place, needed in enumerate(world.requirements):
        # Long service teaches what a post asks for in leading people; the digital part is the new one.
        for column in managerial:
            required = needed.get(world.competencies[column].pk)
            truth[place, column] += (required.level if required else 1) - 2.2
    for key, levels in KNOWN.items():
        place = world.row(key)
        for column in world.digital:
            parent = world.competencies[column].parent
            truth[place, column] = levels[parent.code if parent else "1"] + 0.15 * np.tanh(own[place, column])
    clipped: NDArray[np.float64] = np.clip(truth, 0.1, 4.6)
    return clipped


def leads(person: Person) -> bool:
    """Whether the person's post is one that leads people."""
    return person.job_class in MANAGERIAL
