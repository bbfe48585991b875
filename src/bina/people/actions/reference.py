"""Reference rows that ship with Bina: provinces and job classes."""

import csv
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from bina.people.models import JobClass, Province

DATA = Path(__file__).resolve().parent.parent / "data"


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _share(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@transaction.atomic
def load_reference_data() -> None:
    """Load provinces and job classes; rows that exist take the shipped facts again, a second call changes nothing."""
    Province.objects.bulk_create(
        [
            Province(
                code=row["code"], name=row["name"], time_zone=row["time_zone"],
                island_group=row["island_group"],
                internet_penetration=_share(row["internet_penetration"]), digital_index=_share(row["digital_index"]),
                dominant_sector=row["dominant_sector"],
            )
            for row in _rows("provinces.csv")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "time_zone", "island_group", "internet_penetration", "digital_index", "dominant_sector"],
    )  # fmt: skip
    JobClass.objects.bulk_create(
        [
            JobClass(
                code=row["code"], name=row["name"], name_en=row["name_en"], is_managerial=row["is_managerial"] == "1",
                echelon=row["echelon"], retirement_age=int(row["retirement_age"]), index_class=row["index_class"],
                rank=int(row["rank"]),
            )
            for row in _rows("job_classes.csv")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "name_en", "is_managerial", "echelon", "retirement_age", "index_class", "rank"],
    )  # fmt: skip
