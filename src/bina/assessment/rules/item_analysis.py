"""Which groups an item is compared between, and from how many answers on something is said about it."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.people.rules import ISLAND_GROUP_NAMES, IslandGroup

FEWEST_FOR_OPTIONS = 30  # answers, before the options of an item are looked at by ability
FEWEST_PER_GROUP = 100  # answers of each group, before differences between groups are looked at


class Comparison(StrEnum):
    """What divides people into a reference group and a focal group."""

    SEX = "sex"
    GENERATION = "generation"
    EMPLOYMENT = "employment"
    ISLAND = "island"
    AGENCY = "agency"


COMPARISON_NAMES: dict[Comparison, str | Promise] = {
    Comparison.SEX: _("Jenis kelamin"),
    Comparison.GENERATION: _("Generasi"),
    Comparison.EMPLOYMENT: _("Status kepegawaian"),
    Comparison.ISLAND: _("Wilayah"),
    Comparison.AGENCY: _("Jenis instansi"),
}
# Reference group, then the focal groups, each of which is compared with it. Where people are from is told in five groups
# besides the one in which most civil servants work.
REFERENCE_ISLANDS = IslandGroup.JAVA_BALI
_OTHER_ISLANDS = tuple(group for group in IslandGroup if group is not REFERENCE_ISLANDS)
GROUP_NAMES: dict[Comparison, tuple[str | Promise, ...]] = {
    Comparison.SEX: (_("laki-laki"), _("perempuan")),
    Comparison.GENERATION: (_("lahir 1981 atau sesudahnya"), _("lahir sebelum 1981")),
    Comparison.EMPLOYMENT: (_("PNS"), _("PPPK")),
    Comparison.ISLAND: tuple(ISLAND_GROUP_NAMES[group] for group in (REFERENCE_ISLANDS, *_OTHER_ISLANDS)),
    Comparison.AGENCY: (_("instansi pusat"), _("pemerintah daerah")),
}
_EMPLOYMENT = {"PNS": 0, "CPNS": 0, "PPPK": 1, "PPPK_PARUH_WAKTU": 1}
_AGENCY = {"ministry": 0, "lpnk": 0, "authority": 0, "province": 1, "regency": 1, "city": 1}
_ISLANDS = {group.value: place for place, group in enumerate((REFERENCE_ISLANDS, *_OTHER_ISLANDS))}


def group_numbers(
    sex: str, birth_year: int | None, employment: str, island_group: str | None, agency_kind: str
) -> tuple[int, ...]:
    """For each comparison, in their order: the place of the person's group in ``GROUP_NAMES`` (0 the reference), -1 in none."""
    return (
        {"M": 0, "F": 1}.get(sex, -1),
        -1 if birth_year is None else int(birth_year < 1981),
        _EMPLOYMENT.get(employment, -1),
        _ISLANDS.get(island_group or "", -1),
        _AGENCY.get(agency_kind, -1),
    )
