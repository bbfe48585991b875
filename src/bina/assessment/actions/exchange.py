"""Items that come from another system are taken like any others; what it could not give is told line by line."""

from typing import TYPE_CHECKING

from django.db import transaction

from bina.assessment.actions.items import ImportReport, import_items
from bina.assessment.models import ItemBank
from bina.assessment.queries.exchange import check_foreign, foreign_entries
from bina.assessment.rules.exchange import ExchangeReport

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def import_foreign_items(*, by: "User", bank: ItemBank, report: ExchangeReport) -> ImportReport:
    """Take the good questions of a file of another system into a bank; a second call changes nothing.

    Raises Denied when the account may not manage the bank.
    """
    lines = check_foreign(bank, report, for_review=True)
    import_items(by=by, bank=bank, items=foreign_entries(bank, report), pictures=report.pictures)
    return ImportReport(tuple(lines))
