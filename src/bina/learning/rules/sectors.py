"""The leading sectors of places, by which parts of a course come in variants."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Sector(StrEnum):
    """What most people of a place live from; a part without a variant for it shows its general text."""

    MINING = "mining"
    PLANTATION = "plantation"
    FARMING = "farming"
    COASTAL = "coastal"
    INDUSTRY = "industry"
    TOURISM = "tourism"
    METROPOLITAN = "metropolitan"
    GENERAL = "general"


SECTOR_NAMES: dict[Sector, str | Promise] = {
    Sector.MINING: _("Pertambangan dan energi"),
    Sector.PLANTATION: _("Perkebunan dan kehutanan"),
    Sector.FARMING: _("Pertanian dan peternakan"),
    Sector.COASTAL: _("Pesisir dan perikanan"),
    Sector.INDUSTRY: _("Industri"),
    Sector.TOURISM: _("Pariwisata dan ekonomi kreatif"),
    Sector.METROPOLITAN: _("Perkotaan, jasa, dan perdagangan"),
    Sector.GENERAL: _("Umum"),
}
