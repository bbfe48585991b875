"""The bank of items that ships with Bina, and its forms."""

import yaml
from django.db import transaction

from bina.assessment.actions.forms_of_tests import DATA, make_national_forms
from bina.assessment.actions.items import import_items
from bina.assessment.models import ItemBank
from bina.foundation.errors import Refused

NATIONAL_BANK = "digital"


@transaction.atomic
def load_reference_data() -> None:
    """Load the shipped bank of items and its forms; a second call changes nothing."""
    bank, _created = ItemBank.objects.get_or_create(
        code=NATIONAL_BANK, defaults={"name": "Bank soal kompetensi digital", "framework_code": "digcomp-3.0"}
    )
    make_national_forms(bank)
    items = [
        item
        for path in sorted((DATA / "bank").glob("*.yaml"))
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    report = import_items(by=None, bank=bank, items=items)
    faults = [f"{line.code}: {'; '.join(line.problems)}" for line in report.lines if line.outcome == "error"]
    if faults:
        raise Refused("\n".join(faults))
