"""Courses come in as folders of files, are published as versions, go out again unchanged, and are archived."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment.actions import create_course_blueprint, store_pictures
from bina.competencies.queries import competencies_by_code
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.rich_text import plain_text, render_markdown
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.sources import FolderSource, StoredSource, ZipSource
from bina.learning.models import Activity, Course, CourseCompetency, CourseFile, CourseVersion, Enrolment, StoredFile
from bina.learning.rules import (
    OUTLINE,
    CompiledCourse,
    CourseSource,
    CourseState,
    FolderReader,
    Problem,
    can_course_become,
    compile_course,
    image_dimensions,
    may_manage_course,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import Agency, User

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "courses"
SHOWN_PROBLEMS = 200
PORTION = 1_048_576


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


def source_of(origin: Path | bytes | IO[bytes]) -> CourseSource:
    """The files of a directory, a zip file, or the content of a zip. Raises Refused when there is nothing to read."""
    if isinstance(origin, Path):
        if origin.is_dir():
            return FolderSource(origin)
        if not origin.is_file():
            raise Refused(_("Folder atau berkas %(name)s tidak ada.") % {"name": origin.name})
        return ZipSource(io.BytesIO(origin.read_bytes()))
    return ZipSource(io.BytesIO(origin) if isinstance(origin, bytes) else origin)


def _known_competencies() -> "Callable[[str], Mapping[str, Competency]]":
    return cache(lambda framework: competencies_by_code(framework))


def import_course_folder(
    origin: Path | bytes | IO[bytes],
    *,
    by: "User | None",
    agency: "Agency | None" = None,
    check_only: bool = False,
) -> ImportReport:
    """Look at a course folder and, when nothing is wrong with it, keep it as the draft of a new version.

    A draft replaces the draft before it; published versions stay as they are; a folder whose content is known returns
    its version and writes nothing. With ``check_only`` nothing is ever written. Raises Denied without the right to the
    course and Refused for archives that cannot be opened; everything else is in the report.
    """
    if by is not None:
        may_manage_course(standing_of(by), agency.pk if agency else None).require()
    known = _known_competencies()
    reader = FolderReader(
        source_of(origin),
        competencies=lambda framework: {
            code: competency.framework.level_count for code, competency in known(framework).items()
        },
    )
    compiled = compile_course(reader)
    if compiled is not None and compiled.slug:
        _check_owner(reader, compiled.slug, agency)
    if compiled is None or reader.has_errors or check_only:
        return ImportReport(tuple(reader.problems), compiled)
    digests = {name: _digest(reader.source, name) for name in reader.sizes}
    content_hash = folder_hash(digests)
    same = CourseVersion.objects.filter(course__slug=compiled.slug, content_hash=content_hash).select_related("course")
    existing = same.order_by("-number").first()
    if existing is not None:
        return ImportReport(tuple(reader.problems), compiled, existing, is_known=True)
    # Files are stored before the transaction: a slow disk must not hold the database.
    stored = {name: _store(reader.source, name, digest) for name, digest in digests.items()}
    version = _keep_draft(by, agency, reader, compiled, content_hash, stored, known)
    return ImportReport(tuple(reader.problems), compiled, version)


def _check_owner(reader: FolderReader, slug: str, agency: "Agency | None") -> None:
    course = Course.objects.filter(slug=slug).first()
    if course is not None and course.agency_id != (agency.pk if agency else None):
        reader.error(
            _("Alamat kursus “%(slug)s” sudah dipakai kursus lain; pilih alamat yang berbeda.") % {"slug": slug},
            "course.yaml", None, "slug",
        )  # fmt: skip


def _digest(source: CourseSource, name: str) -> str:
    digest = hashlib.sha256()
    with source.open(name) as stream:
        while portion := stream.read(PORTION):
            digest.update(portion)
    return digest.hexdigest()


def folder_hash(digests: Mapping[str, str]) -> str:
    """One hash for a whole folder: the same files under the same names, whatever they came in."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _store(source: CourseSource, name: str, digest: str) -> StoredFile:
    found = StoredFile.objects.filter(digest=digest).first()
    if found is not None:
        return found
    target = f"courses/{digest[:2]}/{digest}"
    if not default_storage.exists(target) or default_storage.size(target) != source.size(name):
        with source.open(name) as stream:
            target = default_storage.save(target, File(stream, name=digest))
    try:
        with transaction.atomic():
            return StoredFile.objects.create(digest=digest, content=target, size=source.size(name))
    except IntegrityError:
        return StoredFile.objects.get(digest=digest)


@transaction.atomic
def _keep_draft(
    by: "User | None",
    agency: "Agency | None",
    reader: FolderReader,
    compiled: CompiledCourse,
    content_hash: str,
    stored: Mapping[str, StoredFile],
    known: "Callable[[str], Mapping[str, Competency]]",
) -> CourseVersion:
    course, _is_new = Course.objects.get_or_create(slug=compiled.slug, defaults={"agency": agency, "owner": by})
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
        passing_grade=compiled.passing_grade, content_hash=content_hash, outline=_outline(compiled),
        competency_lines=lines, warnings=[p.as_json() for p in reader.problems if not p.is_error][:SHOWN_PROBLEMS],
        activity_count=len(parts), required_count=sum(part.is_required for part in parts), minutes=compiled.minutes,
        required_minutes=sum(part.minutes for part in parts if part.is_required),
        size=sum(part.compiled.size for part in parts), search_text=_search_text(compiled, lines),
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
    rows = []
    for order, part in enumerate(compiled.activities, start=1):
        payload = dict(part.compiled.payload)
        if part.kind == "test" and payload.get("role") == "post":
            payload["passing"] = max(payload.get("passing") or 0, compiled.passing_grade)
        for field in ("file", "captions", "poster"):
            name = payload.get(field)
            if name in urls:
                payload[f"{field}_url"] = urls[name]
                payload[f"{field}_size"] = reader.sizes[name]
        rows.append(
            Activity(
                version=version, section=part.section, section_title=part.section_title, order=order, key=part.key,
                kind=part.kind, title=part.title, minutes=part.minutes, is_required=part.is_required, payload=payload,
                body=part.compiled.body, body_html=_html(part.compiled.body, urls, boxes), size=part.compiled.size,
            )
        )  # fmt: skip
    Activity.objects.bulk_create(rows)


def _html(text: str, urls: Mapping[str, str], boxes: Mapping[str, tuple[int, int] | None]) -> str:
    """Clean HTML with the addresses of the stored files, and the size of pictures so that nothing jumps on loading."""

    def resolve(match: re.Match[str]) -> str:
        attribute, name = match[1], match[2]
        if name not in urls:
            return match[0]
        box = boxes.get(name) if attribute == "src" else None
        size = f' width="{box[0]}" height="{box[1]}"' if box else ""
        return f'{attribute}="{escape(urls[name])}"{size}'

    return re.sub(r'\b(src|href)="(media/[^"]+)"', resolve, render_markdown(text)) if text else ""


def _outline(compiled: CompiledCourse) -> list[dict[str, Any]]:
    sections: dict[int, dict[str, Any]] = {}
    for part in compiled.activities:
        section = sections.setdefault(part.section, {"title": part.section_title, "parts": []})
        entry = {
            "key": part.key, "kind": part.kind, "title": part.title, "minutes": part.minutes,
            "required": part.is_required, "size": part.compiled.size,
        }  # fmt: skip
        if part.compiled.payload.get("role"):
            entry["role"] = part.compiled.payload["role"]
        section["parts"].append(entry)
    return list(sections.values())


def _search_text(compiled: CompiledCourse, lines: list[dict[str, Any]]) -> str:
    words = [compiled.title, compiled.summary, compiled.audience, plain_text(compiled.description)]
    words += [f"{line['name']} {line['name_en']}" for line in lines]
    return " ".join(words).lower()


@transaction.atomic
def publish_version(*, by: "User | None", version: CourseVersion) -> Course:
    """Make a version the one that new learners get; those already learning stay on theirs. Doing it twice changes nothing.

    Tests of the version get their forms now. Raises Denied without the right to the course.
    """
    course = Course.objects.select_for_update(of=("self",)).get(pk=version.course_id)
    if by is not None:
        may_manage_course(standing_of(by), course.agency_id).require()
    if course.current_version_id == version.pk and course.state == CourseState.PUBLISHED:
        return course
    can_course_become(course.state, CourseState.PUBLISHED).require()
    if version.published_at is None:
        _make_tests(version)
        version.published_at = clock.now()
        version.save(update_fields=["published_at"])
    course.current_version = version
    course.state = CourseState.PUBLISHED.value
    course.save(update_fields=["current_version", "state"])
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
def archive_course(*, by: "User", course: Course) -> None:
    """Take a course out of the catalogue; those who learn may finish. Doing it twice changes nothing."""
    may_manage_course(standing_of(by), course.agency_id).require()
    if course.state == CourseState.ARCHIVED:
        return
    can_course_become(course.state, CourseState.ARCHIVED).require()
    course.state = CourseState.ARCHIVED.value
    course.save(update_fields=["state"])
    record(
        entries.COURSE_ARCHIVED, by=by, kind="course", object_id=course.public_id, name=course.title,
        agency_id=course.agency_id, data={"course": course.slug},
    )  # fmt: skip


@transaction.atomic
def restore_course(*, by: "User", course: Course) -> None:
    """Bring an archived course back into the catalogue with the version it had. Doing it twice changes nothing."""
    may_manage_course(standing_of(by), course.agency_id).require()
    if course.state == CourseState.PUBLISHED:
        return
    can_course_become(course.state, CourseState.PUBLISHED).require()
    if course.current_version is None:
        raise Refused(_("Kursus ini belum punya versi yang dapat diterbitkan."))
    course.state = CourseState.PUBLISHED.value
    course.save(update_fields=["state"])
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
    if version.published_at is not None or Enrolment.objects.filter(version=version).exists():
        raise Refused(_("Versi yang sudah terbit tidak dapat dibuang; arsipkan kursusnya bila tidak dipakai lagi."))
    name, data = version.title, {"course": course.slug, "version": version.number}
    files = list(version.files.values_list("stored_id", flat=True))
    version.delete()
    if not course.versions.exists():
        course.delete()
    _forget_unused(files)
    record(
        entries.DRAFT_DISCARDED, by=by, kind="course", object_id=course.public_id, name=name,
        agency_id=course.agency_id, data=data,
    )  # fmt: skip


def _forget_unused(stored_ids: list[int]) -> None:
    for row in StoredFile.objects.filter(pk__in=stored_ids, uses=None):
        place = row.content.name or ""
        row.delete()
        # Only after commit: a file cannot be brought back when the transaction is.
        transaction.on_commit(lambda place=place: default_storage.delete(place))  # type: ignore[misc]


def write_export(version: CourseVersion, stream: IO[bytes]) -> None:
    """Write the folder of a version as a zip, byte for byte as it came in; the same version always gives the same zip."""
    source = StoredSource(version)
    with zipfile.ZipFile(stream, "w") as archive:
        for name in source.names():
            member = zipfile.ZipInfo(f"{version.course.slug}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            is_packed = PurePosixPath(name).suffix in {".mp4", ".webm", ".png", ".jpg", ".jpeg", ".webp"}
            member.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with source.open(name) as content, archive.open(member, "w") as target:
                while portion := content.read(PORTION):
                    target.write(portion)


def export_course(version: CourseVersion) -> bytes:
    """The folder of a version as a zip."""
    stream = io.BytesIO()
    write_export(version, stream)
    return stream.getvalue()


def load_reference_data() -> list[Course]:
    """Import and publish the courses that come with the house; a second call changes nothing."""
    courses = []
    for folder in sorted(path for path in SHIPPED.iterdir() if path.is_dir()):
        source = FolderSource(folder)
        known = folder_hash({name: _digest(source, name) for name in source.names()})
        course = Course.objects.filter(slug=folder.name, versions__content_hash=known).first()
        if course is None:
            report = import_course_folder(folder, by=None)
            if report.version is None:
                raise Refused("\n".join(f"{p.file}:{p.line}: {p.sentence}" for p in report.errors))
            course = publish_version(by=None, version=report.version)
        courses.append(course)
    return courses
