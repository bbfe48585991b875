"""Course folders come in whole, go out unchanged, and come in again without a difference."""

import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.learning import actions
from bina.learning.actions import courses
from bina.learning.actions.stored import store_file
from bina.learning.models import Activity, Course, CourseVersion, StoredFile
from bina.people.models import Agency
from tests.cast import Cast
from tests.learning.folders import dumped, files, import_mini, outline, publish_mini, zipped

pytestmark = pytest.mark.django_db
SHIPPED = Path(actions.__file__).resolve().parent.parent / "data" / "courses"


@pytest.mark.parametrize("folder", sorted(path.name for path in SHIPPED.iterdir() if path.is_dir()))
def test_shipped_course_survives_export_and_import_without_loss(folder: str, reference_data: None) -> None:
    report = actions.import_course_folder(SHIPPED / folder, by=None)
    assert report.problems == ()
    assert report.version is not None
    exported = actions.export_course(report.version)
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        for name in archive.namelist():
            assert archive.read(name) == (SHIPPED / name).read_bytes()
    before = {a.key: (a.kind, a.title, a.payload, a.body, a.body_html) for a in report.version.activities.all()}
    Course.objects.all().delete()
    again = actions.import_course_folder(exported, by=None)
    assert again.version is not None
    assert again.version.content_hash == report.version.content_hash
    assert {a.key: (a.kind, a.title, a.payload, a.body, a.body_html) for a in again.version.activities.all()} == before
    assert actions.export_course(again.version) == exported


def test_shipped_courses_load_once(reference_data: None) -> None:
    first = actions.load_reference_data()
    assert {course.slug for course in first} == {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    rows = (
        Course.objects.count(),
        CourseVersion.objects.count(),
        Activity.objects.count(),
        StoredFile.objects.count(),
        Entry.objects.count(),
    )
    actions.load_reference_data()
    assert (
        Course.objects.count(),
        CourseVersion.objects.count(),
        Activity.objects.count(),
        StoredFile.objects.count(),
        Entry.objects.count(),
    ) == rows


def test_the_same_folder_again_makes_nothing_new(reference_data: None) -> None:
    version = import_mini()
    report = actions.import_course_folder(zipped(files(), around=""), by=None)
    assert report.is_known
    assert report.version == version
    assert CourseVersion.objects.count() == 1


def test_checking_only_writes_nothing(reference_data: None) -> None:
    report = actions.import_course_folder(zipped(files()), by=None, check_only=True)
    assert not report.errors
    assert report.course is not None
    assert report.course.minutes == 45
    assert not Course.objects.exists()
    assert not StoredFile.objects.exists()


def test_what_the_catalogue_reads_agrees_with_the_activities(reference_data: None) -> None:
    version = import_mini()
    activities = list(version.activities.all())
    assert version.activity_count == len(activities) == 6
    assert version.minutes == version.required_minutes == sum(a.minutes for a in activities) == 45
    assert version.size == sum(a.size for a in activities)
    assert [part["key"] for section in version.outline for part in section["parts"]] == [a.key for a in activities]
    assert [line["code"] for line in version.competency_lines] == ["4.2"]
    page = version.activities.get(key="halaman")
    assert 'width="400" height="200"' in page.body_html
    assert "/learning/media/" in page.body_html
    assert version.activities.get(key="video").payload["seconds"] == 60.0


def test_optional_parts_do_not_count(reference_data: None) -> None:
    course = outline()
    course["sections"][1]["activities"][0]["required"] = False
    version = import_mini(files(course))
    assert (version.activity_count, version.required_count) == (6, 5)
    assert version.required_minutes == 40


def test_a_draft_replaces_the_draft_before_it(reference_data: None) -> None:
    first = import_mini()
    changed = files(None, {"01.md": b"## Lain\n\nTeks lain.\n"})
    changed["01.md"] = b"## Lain\n\nTeks lain dengan [berkas](media/latihan.csv).\n"
    second = import_mini(changed)
    assert (first.number, second.number) == (1, 1)
    assert list(CourseVersion.objects.all()) == [second]


def test_a_discarded_draft_leaves_no_files(cast: Cast) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    names = list(StoredFile.objects.values_list("content", flat=True))
    assert names
    actions.discard_draft(by=cast.trainer.user, version=version)
    assert not Course.objects.exists()
    assert not StoredFile.objects.exists()


def test_files_shared_with_another_version_stay_when_a_draft_goes(cast: Cast) -> None:
    published = import_mini(by=cast.trainer.user, agency=cast.agency)
    actions.publish_version(by=cast.trainer.user, version=published)
    draft = import_mini(
        files(None, {"01.md": b"## Baru\n\nIsi baru.\n\n![Alur](media/a.svg)\n"}),
        by=cast.trainer.user,
        agency=cast.agency,
    )
    actions.discard_draft(by=cast.trainer.user, version=draft)
    assert zipfile.ZipFile(io.BytesIO(actions.export_course(published))).testzip() is None
    assert Course.objects.get().current_version == published


def test_a_published_version_cannot_be_thrown_away(cast: Cast) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    actions.publish_version(by=cast.trainer.user, version=version)
    version.refresh_from_db()
    with pytest.raises(Refused):
        actions.discard_draft(by=cast.trainer.user, version=version)


def test_another_agencys_address_cannot_be_taken(cast: Cast) -> None:
    publish_mini()
    report = actions.import_course_folder(
        zipped(files(None, {"01.md": b"## Lain\n\n![Alur](media/a.svg)\n"})), by=cast.trainer.user, agency=cast.agency
    )
    assert [problem.field for problem in report.errors] == ["slug"]
    assert CourseVersion.objects.count() == 1


def test_only_authors_bring_courses_in(cast: Cast) -> None:
    for person in (cast.siti, cast.budi, cast.evaluator):
        with pytest.raises(Denied):
            actions.import_course_folder(zipped(files()), by=person.user, agency=cast.agency)
    with pytest.raises(Denied):  # a course for everyone belongs to the platform
        actions.import_course_folder(zipped(files()), by=cast.trainer.user, agency=None)
    assert actions.import_course_folder(zipped(files()), by=cast.admin, agency=None).version is not None


def test_minutes_may_differ_by_a_tenth(reference_data: None) -> None:
    course = outline()
    course["sections"][0]["activities"][1]["minutes"] = 19
    assert import_mini(files(course)).minutes == 49
    course["sections"][0]["activities"][1]["minutes"] = 20
    report = actions.import_course_folder(zipped(files(None, {"course.yaml": dumped(course)})), by=None)
    assert [problem.field for problem in report.errors] == ["learning_hours"]


def test_a_draft_that_a_colleague_publishes_meanwhile_is_not_discarded(cast: Cast) -> None:
    stale = import_mini(by=cast.trainer.user, agency=cast.agency)
    actions.publish_version(by=cast.trainer.user, version=CourseVersion.objects.get(pk=stale.pk))
    with pytest.raises(Refused, match="sudah terbit"):
        actions.discard_draft(by=cast.trainer.user, version=stale)
    course = Course.objects.get()
    assert course.current_version == stale


def test_a_draft_that_a_colleague_discards_meanwhile_is_not_published(cast: Cast) -> None:
    publish_mini(agency=cast.agency)
    stale = import_mini(files(changes={"01.md": b"## Baru\n\nTeks.\n"}), by=cast.trainer.user, agency=cast.agency)
    actions.discard_draft(by=cast.trainer.user, version=CourseVersion.objects.get(pk=stale.pk))
    with pytest.raises(Refused, match="sudah dibuang"):
        actions.publish_version(by=cast.trainer.user, version=stale)


def test_a_file_beyond_two_gigabytes_goes_out_and_comes_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    version = import_mini(by=cast.trainer.user, agency=cast.agency)
    workspace = actions.open_workspace(by=cast.trainer.user, course=version.course)
    before, copied = actions.export_course(version), io.BytesIO()
    # What is too long for the narrow place of a size begins at two gigabytes; here at three kilobytes.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 3_000)
    wide = actions.export_course(version)
    actions.write_workspace(workspace, copied)
    assert wide == copied.getvalue() != before
    with zipfile.ZipFile(io.BytesIO(wide)) as archive:
        assert archive.testzip() is None
        assert {name.removeprefix("kursus-mini/"): archive.read(name) for name in archive.namelist()} == files()
    assert actions.import_course_folder(wide, by=cast.trainer.user, agency=cast.agency).is_known


def test_a_course_is_brought_back_once(cast: Cast) -> None:
    course = publish_mini(agency=cast.agency)
    actions.archive_course(by=cast.trainer.user, course=course, reason="Isinya usang.")
    first, second = Course.objects.get(), Course.objects.get()
    actions.restore_course(by=cast.trainer.user, course=first)
    actions.restore_course(by=cast.trainer.user, course=second)
    assert Entry.objects.filter(verb="course.restored").count() == 1


def test_an_address_that_goes_to_another_agency_meanwhile_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Agency.objects.create(code="lain", name="Kabupaten lain (contoh)", short_name="Lain", kind="regency")
    real, begun = store_file, threading.Event()
    theirs: list[CourseVersion] = []

    def slow(*args: Any) -> StoredFile:
        if not begun.is_set():
            begun.set()
            theirs.append(import_mini(files(changes={"01.md": b"## Milik lain\n\nTeks.\n"}), agency=other))
        return real(*args)

    monkeypatch.setattr(courses, "store_file", slow)
    report = actions.import_course_folder(zipped(files()), by=None, agency=cast.agency)
    assert report.version is None
    assert any("sudah dipakai kursus lain" in problem.sentence for problem in report.errors)
    assert list(CourseVersion.objects.all()) == theirs
    assert Course.objects.get().agency == other
