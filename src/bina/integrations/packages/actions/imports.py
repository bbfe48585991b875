"""A package comes in: looked at, reported on, and kept as the draft of an ordinary course."""

import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import BROKEN_ARCHIVE
from bina.integrations.packages.rules import READERS, Archive, Choices, PackageReport, archived, course_folder
from bina.learning.actions import ImportReport, import_course_folder

if TYPE_CHECKING:
    from bina.people.models import Agency, User

PORTION = 1_048_576


@dataclass(frozen=True, slots=True)
class PackageImport:
    """What came of a package: the report of its own format, and that of the course folder made of it."""

    package: PackageReport
    course: ImportReport | None = None

    @property
    def has_errors(self) -> bool:
        """Whether something stops the import."""
        return self.package.has_errors or bool(self.course and self.course.errors)


def read_package(stream: IO[bytes]) -> PackageReport:
    """Look at a package of any registered format; raises Refused for what is none, or is broken or hostile."""
    marks = tuple(reader.mark for reader in READERS.values())
    archive = Archive(stream, marks=marks)
    try:
        reader = next((one for one in READERS.values() if one.mark in archive and one.recognises(archive)), None)
        report = reader.read(archive) if reader else None
    except BROKEN_ARCHIVE as error:
        raise Refused(_("Berkas ZIP rusak atau tidak lengkap. Tidak ada yang diubah.")) from error
    if report is None:
        raise Refused(
            _("Ini bukan paket yang dikenal: %(marks)s tidak ditemukan di dalamnya. Tidak ada yang diubah.")
            % {"marks": ", ".join(sorted(set(marks)))}
        )
    return report


def import_package(
    stream: IO[bytes], *, by: "User", agency: "Agency | None", choices: Choices | None, check_only: bool
) -> PackageImport:
    """Look at a package and, when nothing is wrong with it, keep the course made of it as a draft.

    Without ``choices`` only the package itself is reported on. Raises Denied without the right to make courses there,
    Refused for archives that cannot be opened; everything else is in the reports.
    """
    alone = next((reader.mark for reader in READERS.values() if reader.stands_alone), "")
    stream = archived(stream, alone)
    report = read_package(stream)
    if report.has_errors or choices is None:
        return PackageImport(report)
    with tempfile.TemporaryFile() as folder:
        with zipfile.ZipFile(folder, "w", zipfile.ZIP_STORED) as archive:
            for name, content in course_folder(report, choices).items():
                archive.writestr(name, content)
            if report.keeps_archive:
                stream.seek(0)
                with archive.open(report.keeps_archive, "w", force_zip64=True) as target:
                    while portion := stream.read(PORTION):
                        target.write(portion)
        folder.seek(0)
        course = import_course_folder(folder, by=by, agency=agency, check_only=check_only)
    return PackageImport(report, course)
