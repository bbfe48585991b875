"""The whole folder of a working copy: begun, opened, taken back, exchanged, made a draft, handed out."""

from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.located_yaml import YamlError
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.courses import (
    ImportReport,
    import_course_folder,
    source_of,
    write_archive,
)
from bina.learning.actions.sources import StoredSource
from bina.learning.actions.stored import digest_of, store_file
from bina.learning.models import Course, CourseVersion, Workspace
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import (
    LIMITS,
    OUTLINE,
    CourseSource,
    CourseStart,
    OutlineText,
    free_name,
    is_clutter,
    may_manage_course,
    slug_of,
    starting_files,
)
from bina.learning.rules.course_file import TAKEN_ADDRESSES
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import Agency, User
from bina.learning.actions.workspaces.saving import Content, keep_files, locked_workspace

TEXTS = frozenset({".yaml", ".md"})


@transaction.atomic
def begin_course(*, by: "User", agency: "Agency | None", start: CourseStart) -> Course:
    """A new course with a working copy in which an outline waits to be filled. Nobody sees it before it is published.

    The address is made from the title. Raises Denied without the right to make courses there.
    """
    may_manage_course(standing_of(by), agency.pk if agency else None).require()
    stem = slug_of(start.title)
    taken = {*TAKEN_ADDRESSES, *Course.objects.filter(slug__startswith=stem[:50]).values_list("slug", flat=True)}
    slug = free_name(start.title, taken, fallback="kursus", longest=70)
    course = Course.objects.create(slug=slug, agency=agency, owner=by)
    workspace = Workspace.objects.create(course=course, saved_at=clock.now(), saved_by=by)
    files = starting_files(CourseStart(**{**{name: getattr(start, name) for name in start.__slots__}, "slug": slug}))
    keep_files(workspace, {}, dict(files), by, _("Kursus baru dengan kerangka awal"))
    record(
        entries.COURSE_BEGUN, by=by, kind="course", object_id=course.public_id, name=start.title, agency_id=course.agency_id,
        data={"course": slug},
    )  # fmt: skip
    return course


@transaction.atomic
def open_workspace(*, by: "User", course: Course) -> Workspace:
    """The working copy of a course; the first time it is made from the newest version. Doing it twice changes nothing."""
    may_manage_course(standing_of(by), course.agency_id).require()
    hold_course(course)
    found = Workspace.objects.filter(course=course).first()
    if found is not None:
        return found
    version = course.versions.order_by("-number").first()
    if version is None:
        raise Refused(_("Kursus ini belum punya isi. Impor satu folder kursus terlebih dahulu."))
    workspace = Workspace.objects.create(course=course, saved_at=clock.now(), saved_by=by)
    keep_files(
        workspace, {}, _contents(StoredSource(version)), by, _("Dibuka dari versi %(n)s") % {"n": version.number}
    )
    return workspace


def hold_course(course: Course) -> None:
    """Hold a course until the running transaction ends: nobody opens a working copy of it meanwhile."""
    Course.objects.select_for_update(of=("self",)).get(pk=course.pk)


def _contents(source: CourseSource) -> dict[str, Content]:
    """The files of a folder as a working copy keeps them: texts as text where they can be, byte for byte."""
    found: dict[str, Content] = {}
    for name in source.names():
        text = _text_of(source, name)
        found[name] = text if text is not None else store_file(source, name, digest_of(source, name))
    return found


def _text_of(source: CourseSource, name: str) -> str | None:
    ending = PurePosixPath(name).suffix.lower()
    if ending not in TEXTS or source.size(name) > LIMITS[ending]:
        return None
    with source.open(name) as stream:
        raw = stream.read()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


@transaction.atomic
def restore_save(*, by: "User", course: Course, number: int) -> bool:
    """The folder as it was after a save, as a new save; False when it is that already. Raises Refused for unknown ones."""
    workspace, source = locked_workspace(by, course)
    save = workspace.saves.filter(number=number).first()
    if save is None:
        raise Refused(_("Simpanan itu tidak ada lagi di riwayat."))
    before = WorkspaceSource(workspace, until=number)
    changes: dict[str, Content] = dict.fromkeys(source.rows)
    changes |= {name: row.text if row.text is not None else row.stored for name, row in before.rows.items()}
    words = _("Kembali ke simpanan %(n)s: %(words)s") % {"n": number, "words": save.words}
    return keep_files(workspace, source.rows, changes, by, words)


def replace_workspace(*, by: "User", course: Course, origin: Path | bytes | IO[bytes] | CourseVersion) -> bool:
    """Exchange the whole folder for a zip or for a version, as one save that can be taken back; False when it is the same.

    The folder must be of this course: its address is what people have been given. Raises Refused otherwise.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    if isinstance(origin, CourseVersion):
        words = _("Isi diganti dengan versi %(n)s") % {"n": origin.number}
        folder: CourseSource = StoredSource(origin)
    else:
        words = _("Isi diganti dengan folder yang diimpor")
        folder = source_of(origin)
    wrong = [name for name in folder.names() if PurePosixPath(name).suffix.lower() not in LIMITS]
    large = [
        name
        for name in folder.names()
        if name not in wrong and folder.size(name) > LIMITS[PurePosixPath(name).suffix.lower()]
    ]
    if wrong or large:
        raise Refused(
            _("Berkas “%(name)s” tidak dapat dipakai dalam kursus. Tidak ada yang diubah.")
            % {"name": (wrong or large)[0]}
        )
    contents = {name: content for name, content in _contents(folder).items() if not is_clutter(name)}
    outline = contents.get(OUTLINE)
    if not isinstance(outline, str):
        raise Refused(_("Folder kursus harus memuat berkas course.yaml."))
    try:
        slug = str(OutlineText(outline).fields.get("slug") or "")
    except YamlError as problem:
        raise Refused(
            _("course.yaml tidak dapat dibaca: %(why)s Tidak ada yang diubah.") % {"why": problem}
        ) from problem
    if slug != course.slug:
        raise Refused(
            _("Folder ini untuk kursus “%(other)s”, bukan “%(slug)s”. Samakan slug di course.yaml, atau impor sebagai kursus "
              "sendiri. Tidak ada yang diubah.") % {"other": slug[:80], "slug": course.slug}
        )  # fmt: skip
    with transaction.atomic():
        workspace, source = locked_workspace(by, course)
        changes: dict[str, Content] = {**dict.fromkeys(source.rows), **contents}
        return keep_files(workspace, source.rows, changes, by, words)


def make_draft(*, by: "User", course: Course) -> ImportReport:
    """Compile the working copy into a draft version, the same way as an imported folder; the report tells what is wrong."""
    may_manage_course(standing_of(by), course.agency_id).require()
    workspace = Workspace.objects.get(course=course)
    return import_course_folder(WorkspaceSource(workspace), by=by, agency=course.agency)


def write_workspace(workspace: Workspace, stream: IO[bytes]) -> None:
    """Write the folder of a working copy as a zip, byte for byte; the same folder always gives the same zip."""
    write_archive(WorkspaceSource(workspace), workspace.course.slug, stream)
