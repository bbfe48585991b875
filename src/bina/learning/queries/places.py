"""Which sector leads where a person works, and which text of a part is for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.learning.models import Activity, ActivityVariant, PlaceSector
from bina.learning.rules import SECTOR_NAMES, Sector

if TYPE_CHECKING:
    from bina.people.models import Employee


@dataclass(frozen=True, slots=True)
class Place:
    """The leading sector of a person's place, the name of that place, and where it is known from."""

    sector: Sector
    name: str = ""
    source: str = ""
    is_assumption: bool = False


def place_of(employee: "Employee | None") -> Place:
    """The place of a person: the row of the agency, else of the unit's province, else of the agency's province (one query)."""
    if employee is None:
        return Place(Sector.GENERAL)
    agency, unit = employee.agency, employee.unit
    provinces = [code for code in (unit.province_id, agency.province_id) if code]
    today = clock.today()
    rows = (
        PlaceSector.objects.filter(Q(agency_id=agency.pk) | Q(province_id__in=provinces), valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .select_related("province")
        .order_by("valid_from", "id")
    )
    newest = {(row.agency_id, row.province_id): row for row in rows}
    for key in ((agency.pk, None), *((None, code) for code in provinces)):
        row = newest.get(key)
        if row is not None:
            name = row.province.name if row.province else agency.short_name
            # The source that comes with the house is known to the catalogue; others are shown as somebody wrote them.
            return Place(Sector(row.sector), name, _(row.source) if row.source else "", row.is_assumption)
    return Place(Sector.GENERAL)


@dataclass(frozen=True, slots=True)
class Choice:
    """One variant of a part to choose from."""

    sector: Sector
    name: str
    is_own: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class VariantShown:
    """The variant of a part that is shown, and the others. ``body_html`` is empty where the general text is shown."""

    choices: tuple[Choice, ...]
    sector: Sector
    name: str
    body_html: str
    place: Place

    @property
    def fits(self) -> bool:
        """Whether there is a variant for the person's own place."""
        return any(choice.is_own and choice.sector is not Sector.GENERAL for choice in self.choices)


def variant_for(
    employee: "Employee | None", activity: Activity, wanted: str = "", unsaved: Sequence[ActivityVariant] | None = None
) -> VariantShown | None:
    """The variant of a part for a person's place, or the one that is asked for; None when the part has no variants.

    ``unsaved`` are the texts of a part that is only previewed. Without a variant for the place the general text is shown.
    At most two queries; none for a part without variants.
    """
    if not activity.payload.get("variants"):
        return None
    texts = ActivityVariant.objects.filter(activity=activity) if unsaved is None else unsaved
    rows = {Sector(row.sector): row for row in texts}
    place = place_of(employee)
    own = place.sector if place.sector in rows else Sector.GENERAL
    shown = next((sector for sector in (*rows, Sector.GENERAL) if sector.value == wanted), own)
    choices = tuple(
        Choice(sector, str(SECTOR_NAMES[sector]), sector is own, sector is shown)
        for sector in Sector
        if sector in rows or sector is Sector.GENERAL
    )
    body = rows[shown].body_html if shown in rows else ""
    return VariantShown(choices, shown, str(SECTOR_NAMES[shown]), body, place)
