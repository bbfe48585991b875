"""Items in the formats that other systems speak: GIFT, Moodle XML, QTI packages, and tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.exchange import gift, moodle, qti_packages, qti_writing, tables
from bina.assessment.rules.exchange.qti_packages import is_package
from bina.assessment.rules.exchange.report import ExchangeReport, Line, Outcome, Written, losses
from bina.assessment.rules.exchange.tables import template
from bina.assessment.rules.pictures import StoredPicture
from bina.foundation.spreadsheets import XLSX


@dataclass(frozen=True, slots=True)
class Format:
    """A format that items may leave in: its name for people, how its files end, and who writes it."""

    name: str | Promise
    ending: str
    content_type: str
    write: Callable[[Sequence[Mapping[str, Any]], Mapping[str, StoredPicture]], Written]


FORMATS: dict[str, Format] = {
    "gift": Format(_("GIFT (Moodle dan lainnya)"), ".gift", "text/plain; charset=utf-8", gift.write),
    "moodle": Format(_("Moodle XML"), ".xml", "application/xml", moodle.write),
    "qti-2.1": Format(_("Paket QTI 2.1"), ".zip", "application/zip", qti_writing.write),
    "qti-2.2": Format(_("Paket QTI 2.2"), ".zip", "application/zip", partial(qti_writing.write, version="2.2")),
    "qti-3.0": Format(_("Paket QTI 3.0"), ".zip", "application/zip", partial(qti_writing.write, version="3.0")),
    "xlsx": Format(_("Tabel Excel (XLSX)"), ".xlsx", XLSX, tables.write),
    "csv": Format(_("Tabel CSV"), ".csv", "text/csv; charset=utf-8", partial(tables.write, ending=".csv")),
}
# Endings of files that may come in, beside our own YAML.
READ_ENDINGS = (".gift", ".txt", ".xml", ".zip", ".csv", ".xlsx")


def read_foreign(ending: str, content: bytes) -> ExchangeReport:
    """The questions of a file of another system, by how its name ends; raises Refused where nothing can be read."""
    if ending in {".gift", ".txt"}:
        return gift.read(content)
    if ending in {".csv", ".xlsx"}:
        return tables.read(content)
    if ending == ".xml" and moodle.is_quiz(content):
        return moodle.read(content)
    return qti_packages.read(content)


__all__ = [
    "FORMATS",
    "READ_ENDINGS",
    "ExchangeReport",
    "Format",
    "Line",
    "Outcome",
    "Written",
    "is_package",
    "losses",
    "read_foreign",
    "template",
]
