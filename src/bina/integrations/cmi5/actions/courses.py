"""Course structures come in: with the version of a course, or by a program for its store."""

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.foundation.uploads import BROKEN_ARCHIVE
from bina.integrations.cmi5 import entries
from bina.integrations.cmi5.actions.sessions import abandon_running
from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course, Registration
from bina.integrations.cmi5.rules import MANIFEST, Structure, read_structure, title_of
from bina.integrations.packages.rules import Archive, archived
from bina.journal.actions import record
from bina.learning.queries import stored_package_of
from bina.learning.rules import Problem
from bina.records.queries import agency_of_store
from bina.records.rules import may_launch

if TYPE_CHECKING:
    from bina.learning.models import Activity
    from bina.records.queries import Caller


@dataclass(frozen=True, slots=True)
class Import:
    """What came of a package: the course when nothing stopped it, and every fault and remark with its line."""

    course: Cmi5Course | None
    problems: list[Problem]


def require_program(by: "Caller") -> None:
    """Raise Denied for a program without the right to bring in and launch."""
    if not may_launch(by.scopes):
        raise Denied(_("Aplikasi ini tidak berhak memakai API cmi5 (hak “cmi5”)."))


def import_course(*, by: "Caller", stream: IO[bytes]) -> Import:
    """Bring in a package (a zip, or cmi5.xml alone) for the store of a program.

    Nothing is kept when anything is wrong with it. Raises Denied without the right.
    """
    require_program(by)
    problems: list[Problem] = []
    found = None
    try:
        stream = archived(stream, MANIFEST)
        found = read_structure(
            Archive(stream, marks=(MANIFEST,)),
            error=lambda sentence, line: problems.append(Problem(sentence, MANIFEST, line)),
            warn=lambda sentence, line: problems.append(Problem(sentence, MANIFEST, line, is_error=False)),
        )
    except Refused as refusal:
        problems.append(Problem(str(refusal)))
    except BROKEN_ARCHIVE:
        problems.append(Problem(_("Berkas ZIP rusak atau tidak lengkap. Tidak ada yang diubah.")))
    if found is None or any(problem.is_error for problem in problems):
        return Import(None, problems)
    stream.seek(0)
    with transaction.atomic():
        course = Cmi5Course(store_id=by.store_id)
        course.content.save("paket.zip", File(stream), save=False)
        _keep(course, found)
        record(
            entries.CMI5_IMPORTED, by=None, kind="cmi5_course", object_id=course.public_id, name=course.title,
            agency_id=agency_of_store(by.store_id), data={"client": by.name, "units": len(found.units)},
        )  # fmt: skip
    return Import(course, problems)


@transaction.atomic
def remove_course(*, by: "Caller", course: Cmi5Course) -> None:
    """Remove a course that a program brought in, with its registrations; running sessions are abandoned first.

    What was said about them stays in the store. Raises Denied without the right.
    """
    require_program(by)
    for registration in Registration.objects.select_for_update().filter(course=course).order_by("pk"):
        abandon_running(registration)
    storage, name = course.content.storage, course.content.name or ""
    record(
        entries.CMI5_REMOVED, by=None, kind="cmi5_course", object_id=course.public_id, name=course.title,
        agency_id=agency_of_store(by.store_id), data={"client": by.name},
    )  # fmt: skip
    course.delete()
    # Only after commit: a file cannot be brought back when the transaction is.
    transaction.on_commit(lambda: storage.delete(name))


def course_of(activity: "Activity") -> tuple[Cmi5Course, AssignableUnit]:
    """The structure behind an activity with its unit, read from the package on the first use.

    Raises Refused when the package is gone.
    """
    file = activity.payload.get("file", "")
    course = Cmi5Course.objects.filter(version_id=activity.version_id, file=file).first()
    course = course or _course_of_version(activity, file)
    unit = AssignableUnit.objects.filter(course=course, publisher_id=activity.payload.get("au", "")).first()
    if unit is None:
        raise Refused(_("Unit ini tidak ada lagi di dalam paketnya."))
    unit.course = course
    return course, unit


def _course_of_version(activity: "Activity", file: str) -> Cmi5Course:
    stored = stored_package_of(activity.version_id, file)
    if stored is None:
        raise Refused(_("Paket ini tidak ada lagi."))
    with stored.content.open("rb") as stream:
        found = read_structure(Archive(stream, marks=(MANIFEST,)), error=_ignore, warn=_ignore)
    if found is None:
        raise Refused(_("Paket ini tidak ada lagi."))
    try:
        with transaction.atomic():
            return _keep(Cmi5Course(version_id=activity.version_id, file=file), found)
    except IntegrityError:
        # Two learners were the first at once; the other one's is as good.
        return Cmi5Course.objects.get(version_id=activity.version_id, file=file)


def _ignore(sentence: str, line: int | None) -> None:
    """What was wrong was said when the package came in."""


def _keep(course: Cmi5Course, found: Structure) -> Cmi5Course:
    course.publisher_id, course.titles = found.publisher_id, dict(found.title.languages)
    course.title = (str(found.title) or found.publisher_id)[:300]
    course.blocks = [
        {"id": block.publisher_id, "titles": dict(block.title.languages), "parent": block.parent}
        for block in found.blocks
    ]
    course.created_at = clock.now()
    course.save()
    AssignableUnit.objects.bulk_create(
        AssignableUnit(
            course=course, place=place, publisher_id=unit.publisher_id, titles=dict(unit.title.languages),
            title=title_of(unit)[:300], block=unit.block, url=unit.url, launch_method=unit.launch_method,
            move_on=unit.move_on, mastery_score=unit.mastery_score, stated=unit.stated,
        )
        for place, unit in enumerate(found.units)
    )  # fmt: skip
    return course
