"""Courses come in as folders of files, are published as versions, go out again unchanged, and are archived."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment.actions import create_course_blueprint, store_pictures
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.rich_text import plain_text, render_markdown
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.places import load_place_sectors
from bina.learning.actions.reviews import close_open_review
from bina.learning.actions.sources import FolderSource, StoredSource, ZipSource
from bina.learning.actions.stored import PORTION, digest_of, forget_unused, store_file
from bina.learning.models import (
    Activity,
    ActivityVariant,
    ActivityWords,
    Course,
    CourseCompetency,
    CourseFile,
    CourseVersion,
    Enrolment,
    StoredFile,
    Workspace,
)
from bina.learning.queries import (
    WorkspaceSource,
    activity_rows,
    html_of,
    known_competencies,
    outline_rows,
    reader_of,
    variant_rows,
    with_addresses,
)
from bina.learning.queries.reviews import demands_review, has_approval
from bina.learning.rules import (
    OUTLINE,
    CompiledCourse,
    CourseSource,
    CourseState,
    FolderReader,
    Problem,
    ReviewState,
    can_be_successor,
    can_course_become,
    can_publish,
    can_say,
    compile_course,
    folder_hash,
    image_dimensions,
    may_manage_course,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import Agency, User

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "courses"
SHOWN_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of looking at a folder: every problem, and the version when it could be stored."""

    problems: tuple[Problem, ...]
    course: CompiledCourse | None = None
    version: CourseVersion | None = None
    is_known: bool = False

    @property
    def errors(self) -> list[Problem]:
        """What stops the import."""
        return _in_order(problem for problem in self.problems if problem.is_error)

    @property
    def warnings(self) -> list[Problem]:
        """What an author should consider."""
        return _in_order(problem for problem in self.problems if not problem.is_error)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The outline first, then file by file from top to bottom."""
    return sorted(problems, key=lambda problem: (problem.file != OUTLINE, problem.file, problem.line or 0))


def source_of(origin: Path | bytes | IO[bytes] | WorkspaceSource) -> CourseSource:
    """The files of a working copy, a directory, a zip file, or the content of a zip. Raises Refused when there is nothing to read."""
    if isinstance(origin, WorkspaceSource):
        return origin
    if isinstance(origin, Path):
        if origin.is_dir():
            return FolderSource(origin)
        if not origin.is_file():
            raise Refused(_("Folder atau berkas %(name)s tidak ada.") % {"name": origin.name})
        return ZipSource(io.BytesIO(origin.read_bytes()))
    return ZipSource(io.BytesIO(origin) if isinstance(origin, bytes) else origin)


def import_course_folder(
    origin: Path | bytes | IO[bytes] | WorkspaceSource,
    *,
    by: "User | None",
    agency: "Agency | None" = None,
    check_only: bool = False,
    advance: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Look at a course folder and, when nothing is wrong with it, keep it as the draft of a new version.

    A draft replaces the draft before it; published versions stay as they are; a folder whose content is known returns
    its version and writes nothing. With ``check_only`` nothing is ever written. ``advance`` hears how many bytes of how many
    are read and stored. Raises Denied without the right to the course and Refused for archives that cannot be opened;
    everything else is in the report.
    """
    if by is not None:
        may_manage_course(standing_of(by), agency.pk if agency else None).require()
    known = known_competencies()
    reader = reader_of(source_of(origin), known, agency)
    compiled = compile_course(reader)
    if compiled is not None and compiled.slug:
        _check_owner(reader, compiled.slug, agency)
    if compiled is None or reader.has_errors or check_only:
        return ImportReport(tuple(reader.problems), compiled)
    count = _counting(2 * sum(reader.sizes.values()), advance)
    digests = {}
    for name, size in reader.sizes.items():
        digests[name] = digest_of(reader.source, name)
        count(size)
    content_hash = folder_hash(digests)
    same = CourseVersion.objects.filter(course__slug=compiled.slug, content_hash=content_hash).select_related("course")
    existing = same.order_by("-number").first()
    if existing is not None:
        return ImportReport(tuple(reader.problems), compiled, existing, is_known=True)
    # Files are stored before the transaction: a slow disk must not hold the database.
    stored = {}
    for name, digest in digests.items():
        stored[name] = store_file(reader.source, name, digest)
        count(reader.sizes[name])
    version = _keep_draft(by, agency, reader, compiled, content_hash, stored, known)
    if version is None:
        _check_owner(reader, compiled.slug, agency)
    return ImportReport(tuple(reader.problems), compiled, version)


def _counting(total: int, advance: Callable[[int, int], None] | None) -> Callable[[int], None]:
    """Adds up what is done and tells it on."""
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if advance is not None:
            advance(done, total)

    return count


def _check_owner(reader: FolderReader, slug: str, agency: "Agency | None") -> None:
    course = Course.objects.filter(slug=slug).first()
    if course is not None and course.agency_id != (agency.pk if agency else None):
        reader.error(
            _("Alamat kursus “%(slug)s” sudah dipakai kursus lain; pilih alamat yang berbeda.") % {"slug": slug},
            "course.yaml", None, "slug",
        )  # fmt: skip


@transaction.atomic
def _keep_draft(
    by: "User | None",
    agency: "Agency | None",
    reader: FolderReader,
    compiled: CompiledCourse,
    content_hash: str,
    stored: Mapping[str, StoredFile],
    known: "Callable[[str], Mapping[str, Competency]]",
) -> CourseVersion | None:
    """The draft of a new version; None where the address went to another agency while the files were stored."""
    course, _is_new = Course.objects.get_or_create(slug=compiled.slug, defaults={"agency": agency, "owner": by})
    hold(Course.objects.filter(pk=course.pk))
    if course.agency_id != (agency.pk if agency else None):
        return None
    # Other words have not been looked at: a round about the former ones ends, its threads go on under the same number.
    close_open_review(by=by, course=course, reason=_("Isi draf diganti."))
    course.versions.filter(published_at=None).delete()
    newest: int = course.versions.aggregate(newest=Max("number"))["newest"] or 0
    parts = compiled.activities
    promised = [(known(promise.framework)[promise.code], promise) for promise in compiled.competencies]
    lines = [
        {
            "id": competency.pk, "public_id": str(competency.public_id), "code": competency.code,
            "name": competency.name, "name_en": competency.name_en, "target": promise.target_level,
            "gain": promise.expected_gain, "levels": competency.framework.level_count,
        }
        for competency, promise in promised
    ]  # fmt: skip
    version = CourseVersion.objects.create(
        course=course, number=newest + 1, title=compiled.title, summary=compiled.summary,
        description=compiled.description, description_html=render_markdown(compiled.description),
        audience=compiled.audience, author=compiled.author, language=compiled.language, licence=compiled.licence,
        form_code=compiled.form, level=compiled.level, learning_hours=compiled.learning_hours,
        passing_grade=compiled.passing_grade, content_hash=content_hash, outline=outline_rows(compiled),
        competency_lines=lines, warnings=[p.as_json() for p in reader.problems if not p.is_error][:SHOWN_PROBLEMS],
        activity_count=len(parts), required_count=sum(part.is_required for part in parts), minutes=compiled.minutes,
        required_minutes=sum(part.minutes for part in parts if part.is_required), languages=_languages(compiled),
        size=sum(part.size for part in parts), search_text=_search_text(compiled, lines),
        imported_at=clock.now(), imported_by=by,
    )  # fmt: skip
    CourseFile.objects.bulk_create(CourseFile(version=version, name=name, stored=file) for name, file in stored.items())
    CourseCompetency.objects.bulk_create(
        CourseCompetency(
            version=version,
            competency=competency,
            target_level=promise.target_level,
            expected_gain=promise.expected_gain,
        )
        for competency, promise in promised
    )
    store_pictures(list(reader.item_pictures.values()))
    _keep_activities(version, compiled, reader, stored)
    record(
        entries.COURSE_IMPORTED, by=by, kind="course", object_id=course.public_id, name=version.title,
        agency_id=course.agency_id,
        data={"course": course.slug, "version": version.number, "content_hash": content_hash},
    )  # fmt: skip
    return version


def _keep_activities(
    version: CourseVersion, compiled: CompiledCourse, reader: FolderReader, stored: Mapping[str, StoredFile]
) -> None:
    urls = {
        name: reverse("learning:media", args=[file.digest, PurePosixPath(name).name])
        for name, file in stored.items()
        if name.startswith("media/")
    }
    boxes = {name: image_dimensions(reader, name) for name in urls}
    kept = Activity.objects.bulk_create(activity_rows(version, compiled, reader, urls, boxes))
    ActivityVariant.objects.bulk_create(
        row
        for activity, part in zip(kept, compiled.activities, strict=True)
        for row in variant_rows(activity, part, urls, boxes)
    )
    _keep_words(version, compiled, reader, urls, boxes)


def _languages(compiled: CompiledCourse) -> dict[str, dict[str, Any]]:
    """What catalogue, course page and outline need of each other language."""
    return {
        variant.language: {
            "title": variant.title, "summary": variant.summary, "audience": variant.audience,
            "description_html": render_markdown(variant.description), "sections": variant.sections,
            "parts": {key: part.title for key, part in variant.parts.items()},
            "incomplete": sorted(key for key, part in variant.parts.items() if not part.is_whole),
        }
        for variant in compiled.variants
    }  # fmt: skip


def _keep_words(
    version: CourseVersion,
    compiled: CompiledCourse,
    reader: FolderReader,
    urls: Mapping[str, str],
    boxes: Mapping[str, tuple[int, int] | None],
) -> None:
    ids = dict(Activity.objects.filter(version=version).values_list("key", "pk"))
    ActivityWords.objects.bulk_create(
        ActivityWords(
            activity_id=ids[key], language=variant.language, title=words.title, is_whole=words.is_whole,
            payload=with_addresses(dict(words.payload), urls, reader), body_html=html_of(words.body, urls, boxes),
        )
        for variant in compiled.variants
        for key, words in variant.parts.items()
    )  # fmt: skip


def _search_text(compiled: CompiledCourse, lines: list[dict[str, Any]]) -> str:
    words = [compiled.title, compiled.summary, compiled.audience, plain_text(compiled.description)]
    words += [f"{line['name']} {line['name_en']}" for line in lines]
    for variant in compiled.variants:
        words += [variant.title, variant.summary, variant.audience, plain_text(variant.description)]
    return " ".join(words).lower()


@transaction.atomic
def publish_version(*, by: "User | None", version: CourseVersion) -> Course:
    """Make a version the one that new learners get; those already learning stay on theirs. Doing it twice changes nothing.

    Tests of the version get their forms now. Raises Denied without the right to the course, Refused while it is with its
    reviewers, and without their approval of exactly this content where the agency demands one.
    """
    course = Course.objects.select_for_update(of=("self",)).filter(pk=version.course_id).first()
    if course is None or not CourseVersion.objects.filter(pk=version.pk).exists():
        raise Refused(_("Draf ini sudah dibuang atau diganti. Muat ulang halaman ini untuk melihat yang ada sekarang."))
    version.refresh_from_db(fields=["review_state", "content_hash", "published_at"])
    if by is not None:
        may_manage_course(standing_of(by), course.agency_id).require()
    if course.current_version_id == version.pk and course.state == CourseState.PUBLISHED:
        return course
    can_course_become(course.state, CourseState.PUBLISHED).require()
    if version.published_at is None:
        can_publish(
            version.review_state,
            demands_review=by is not None and demands_review(course.agency_id),
            has_approval=has_approval(version),
        ).require()
        _make_tests(version)
        version.published_at = clock.now()
        version.review_state = ReviewState.PUBLISHED.value
        version.save(update_fields=["published_at", "review_state"])
    course.current_version = version
    course.state = CourseState.PUBLISHED.value
    course.archived_at, course.archive_reason, course.successor = None, "", None
    course.save(update_fields=["current_version", "state", "archived_at", "archive_reason", "successor"])
    record(
        entries.COURSE_PUBLISHED, by=by, kind="course", object_id=course.public_id, name=version.title,
        agency_id=course.agency_id, data={"course": course.slug, "version": version.number},
    )  # fmt: skip
    return course


def _make_tests(version: CourseVersion) -> None:
    for activity in version.activities.filter(kind="test"):
        blueprint = create_course_blueprint(
            code=f"course-{version.public_id}-{activity.key}",
            title=f"{version.title}: {activity.title}"[:200],
            items=activity.payload["items"],
            minutes=activity.minutes,
            passing=activity.payload.get("passing"),
        )
        activity.payload["blueprint"] = blueprint.code
        activity.save(update_fields=["payload"])


@transaction.atomic
def archive_course(*, by: "User", course: Course, reason: str, successor: Course | None = None) -> None:
    """Take a course out of the catalogue, with a reason; those who learn may finish, others are pointed to its successor.

    Doing it twice changes nothing. Raises Denied without the right to the course, Refused without a reason, and for a
    successor that learners of this course cannot take.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    hold(Course.objects.filter(pk=course.pk))
    course.refresh_from_db(fields=["state"])
    if course.state == CourseState.ARCHIVED:
        return
    can_course_become(course.state, CourseState.ARCHIVED).require()
    can_say(reason).require()
    if successor is not None:
        can_be_successor(
            is_same=successor.pk == course.pk,
            is_published=successor.state == CourseState.PUBLISHED,
            is_offered=successor.agency_id in (None, course.agency_id),
        ).require()
    course.state = CourseState.ARCHIVED.value
    course.archived_at, course.archive_reason, course.successor = clock.now(), reason.strip(), successor
    course.save(update_fields=["state", "archived_at", "archive_reason", "successor"])
    record(
        entries.COURSE_ARCHIVED, by=by, kind="course", object_id=course.public_id, name=course.title,
        agency_id=course.agency_id, reason=course.archive_reason,
        data={"course": course.slug, "successor": successor.slug if successor else ""},
    )  # fmt: skip


@transaction.atomic
def restore_course(*, by: "User", course: Course) -> None:
    """Bring an archived course back into the catalogue with the version it had. Doing it twice changes nothing."""
    may_manage_course(standing_of(by), course.agency_id).require()
    hold(Course.objects.filter(pk=course.pk))
    course.refresh_from_db(fields=["state", "current_version"])
    if course.state == CourseState.PUBLISHED:
        return
    can_course_become(course.state, CourseState.PUBLISHED).require()
    if course.current_version is None:
        raise Refused(_("Kursus ini belum punya versi yang dapat diterbitkan."))
    course.state = CourseState.PUBLISHED.value
    course.archived_at, course.archive_reason, course.successor = None, "", None
    course.save(update_fields=["state", "archived_at", "archive_reason", "successor"])
    record(
        entries.COURSE_RESTORED, by=by, kind="course", object_id=course.public_id, name=course.title,
        agency_id=course.agency_id, data={"course": course.slug},
    )  # fmt: skip


@transaction.atomic
def discard_draft(*, by: "User", version: CourseVersion) -> None:
    """Throw a draft away, and the course with it when it never had a published version.

    Raises Denied without the right to the course, Refused for a version that was published.
    """
    course = version.course
    may_manage_course(standing_of(by), course.agency_id).require()
    hold(Course.objects.filter(pk=course.pk))
    here = CourseVersion.objects.filter(pk=version.pk).only("published_at").first()
    if here is None:
        return  # a second tab was faster
    if here.published_at is not None or Enrolment.objects.filter(version=version).exists():
        raise Refused(_("Versi yang sudah terbit tidak dapat dibuang; arsipkan kursusnya bila tidak dipakai lagi."))
    name, data = version.title, {"course": course.slug, "version": version.number}
    files = list(version.files.values_list("stored_id", flat=True))
    close_open_review(by=by, course=course, reason=_("Draf dibuang oleh penyusunnya."))
    version.delete()
    if not course.versions.exists() and not Workspace.objects.filter(course=course).exists():
        course.delete()
    forget_unused(files)
    record(
        entries.DRAFT_DISCARDED, by=by, kind="course", object_id=course.public_id, name=name,
        agency_id=course.agency_id, data=data,
    )  # fmt: skip


def write_export(version: CourseVersion, stream: IO[bytes]) -> None:
    """Write the folder of a version as a zip, byte for byte as it came in; the same version always gives the same zip."""
    write_archive(StoredSource(version), version.course.slug, stream)


def write_archive(source: CourseSource, slug: str, stream: IO[bytes]) -> None:
    """Write a course folder as a zip with one folder around it; the same folder always gives the same zip."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.names():
            member = zipfile.ZipInfo(f"{slug}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            is_packed = PurePosixPath(name).suffix in {".mp4", ".webm", ".png", ".jpg", ".jpeg", ".webp"}
            member.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            # Said beforehand, so that the place for the size is wide enough for more than two gigabytes.
            member.file_size = source.size(name)
            with source.open(name) as content, archive.open(member, "w") as target:
                while portion := content.read(PORTION):
                    target.write(portion)


def export_course(version: CourseVersion) -> bytes:
    """The folder of a version as a zip."""
    stream = io.BytesIO()
    write_export(version, stream)
    return stream.getvalue()


def load_reference_data() -> list[Course]:
    """Load the sectors of places, import and publish the courses that come with the house; a second call changes nothing."""
    load_place_sectors()
    courses = []
    for folder in sorted(path for path in SHIPPED.iterdir() if path.is_dir()):
        source = FolderSource(folder)
        known = folder_hash({name: digest_of(source, name) for name in source.names()})
        course = Course.objects.filter(slug=folder.name, versions__content_hash=known).first()
        if course is None:
            report = import_course_folder(folder, by=None)
            if report.version is None:
                raise Refused("\n".join(f"{p.file}:{p.line}: {p.sentence}" for p in report.errors))
            course = publish_version(by=None, version=report.version)
        courses.append(course)
    return courses
