"""The leading sectors of places: those that come with the house, as assumptions that anybody responsible may replace."""

import csv
import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_noop as _

from bina.learning.models import PlaceSector
from bina.people.queries import provinces

SECTORS = Path(__file__).resolve().parent.parent / "data" / "sectors.csv"
SHIPPED_SINCE = dt.date(2025, 1, 1)
SHIPPED_SOURCE = _("sektor pertama dalam daftar sektor utama provinsi, perkiraan penyusun, bukan data statistik")


@transaction.atomic
def load_place_sectors() -> None:
    """Give every province without any row the sector that is shipped for it; rows that exist stay as they are."""
    with SECTORS.open(encoding="utf-8", newline="") as stream:
        shipped = {row["province"]: row["sector"] for row in csv.DictReader(stream)}
    known = set(PlaceSector.objects.exclude(province=None).values_list("province_id", flat=True))
    there = set(provinces().values_list("code", flat=True))
    PlaceSector.objects.bulk_create(
        PlaceSector(province_id=code, sector=sector, source=SHIPPED_SOURCE, valid_from=SHIPPED_SINCE)
        for code, sector in shipped.items()
        if code in there - known
    )
