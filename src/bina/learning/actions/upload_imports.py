"""An uploaded folder becomes the draft of a course, in the background; what came of it stays with the upload."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.foundation.errors import DomainError
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.foundation.uploads import MEGABYTE
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.courses import SHOWN_PROBLEMS, ImportReport, import_course_folder
from bina.learning.actions.uploads import open_upload, use_up_upload
from bina.learning.models import Upload
from bina.learning.rules import UploadState, can_move_upload, may_manage_course
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import Agency, User


@transaction.atomic
def request_upload_import(*, by: "User", upload: Upload, agency: "Agency | None", check_only: bool) -> Progress:
    """Ask for an uploaded folder to be looked at, and kept as a draft unless ``check_only``; returns the progress.

    Asking again while the work runs returns the running one. Raises Denied without the right to make courses there, Refused
    when the upload is not complete.
    """
    may_manage_course(standing_of(by), agency.pk if agency else None).require()
    held = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    can_move_upload(held.state, UploadState.USED).require()
    if held.progress is not None and not held.progress.is_over:
        return held.progress
    held.progress = Progress.objects.create(
        kind="course_import", owner=by, title=_("Memeriksa “%(name)s”") % {"name": upload.name}
    )
    held.report = {}
    held.save(update_fields=["progress", "report"])
    record(
        entries.IMPORT_REQUESTED, by=by, kind="upload", object_id=upload.public_id, name=upload.name,
        agency_id=agency.pk if agency else None,
        data={"agency": agency.pk if agency else None, "check_only": check_only},
    )  # fmt: skip
    return held.progress


def import_upload(*, by: "User", upload: Upload, agency: "Agency | None", check_only: bool) -> Upload:
    """Do what was asked for. A killed job may start over: what was stored is found again, a known folder makes nothing new."""
    progress = upload.progress
    if upload.state != UploadState.FINISHED or progress is None:
        return upload
    try:
        with ProgressReporter(progress) as reporter, open_upload(by=by, upload=upload) as stream:
            report = import_course_folder(
                stream, by=by, agency=agency, check_only=check_only,
                advance=lambda done, total: reporter.advance(done // MEGABYTE, total=max(1, total // MEGABYTE)),
            )  # fmt: skip
            _keep(upload, report, agency, check_only=check_only)
            progress.result_url = _result_url(report)
            progress.message = _outcome(report)
    except DomainError as refusal:
        upload.report = {"sentence": str(refusal), "agency": agency.pk if agency else None}
        upload.save(update_fields=["report"])
        return upload
    if report.version is not None:
        use_up_upload(by=by, upload=upload)
    return upload


def _keep(upload: Upload, report: ImportReport, agency: "Agency | None", *, check_only: bool) -> None:
    course = report.course
    upload.report = {
        "errors": [problem.as_json() for problem in report.errors][:SHOWN_PROBLEMS],
        "warnings": [problem.as_json() for problem in report.warnings][:SHOWN_PROBLEMS],
        "error_count": len(report.errors),
        "course": _facts(course.title, len(course.activities), course.minutes, course.learning_hours) if course else {},
        "check_only": check_only,
        "agency": agency.pk if agency else None,
    }
    upload.save(update_fields=["report"])


def _facts(title: str, activities: int, minutes: int, learning_hours: int) -> dict[str, Any]:
    return {"title": title, "activities": activities, "minutes": minutes, "learning_hours": learning_hours}


def _result_url(report: ImportReport) -> str:
    return reverse("learning:manage", args=[report.version.course.slug]) if report.version else ""


def _outcome(report: ImportReport) -> str:
    if report.errors:
        return _("%(n)s hal perlu diperbaiki; tidak ada yang disimpan.") % {"n": len(report.errors)}
    if report.version is None:
        return _("Folder ini siap diimpor.")
    if report.is_known:
        return _("Isinya sama dengan versi %(n)s yang sudah ada; tidak ada yang diubah.") % {"n": report.version.number}
    return _("Versi %(n)s tersimpan sebagai draf.") % {"n": report.version.number}
