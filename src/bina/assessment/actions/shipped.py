"""What ships with Bina: banks of items and their forms, and practical tasks."""

from functools import cache
from typing import Any

import yaml
from django.db import transaction

from bina.assessment.actions.forms_of_tests import DATA, make_diagnostic, make_national_forms
from bina.assessment.actions.instruments import load_shipped_instruments
from bina.assessment.actions.items import import_items
from bina.assessment.actions.tasks import load_shipped_tasks
from bina.assessment.models import ItemBank
from bina.assessment.rules import StoredPicture, read_picture
from bina.foundation.errors import Refused

NATIONAL_BANK = "digital"
# Shipped files are ours and plain; the compiled reader takes a tenth of the time, where it is there.
_Reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _content(name: str) -> Any:
    """What a shipped file holds; read once, never changed."""
    return yaml.load((DATA / name).read_text(encoding="utf-8"), _Reader)  # noqa: S506  a safe loader either way


@cache
def _pictures() -> dict[str, StoredPicture]:
    """The pictures that ship beside the items, by file name."""
    return {path.name: read_picture(path.name, path.read_bytes()) for path in sorted((DATA / "bank/images").iterdir())}


@transaction.atomic
def load_reference_data() -> None:
    """Load the shipped banks of items, their forms, practical tasks and instruments of surveys; a second call changes nothing."""
    load_shipped_instruments()
    for entry in _content("banks.yaml"):
        bank, _created = ItemBank.objects.get_or_create(
            code=entry["code"], defaults={"name": entry["name"], "framework_code": entry["framework"]}
        )
        make_national_forms(bank)
        if bank.code == NATIONAL_BANK:
            make_diagnostic(bank)
        items = [item for name in entry["files"] for item in _content(f"bank/{name}.yaml")]
        report = import_items(by=None, bank=bank, items=items, pictures=_pictures())
        faults = [f"{line.code}: {'; '.join(line.problems)}" for line in report.lines if line.outcome == "error"]
        if faults:
            raise Refused("\n".join(faults))
    load_shipped_tasks(_content("tasks.yaml"))
