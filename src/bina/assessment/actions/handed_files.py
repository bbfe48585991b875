"""Keeping and removing files that people hand in: looked at before, kept under a name that tells nothing."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from bina.assessment.models import HandedFile, TaskAssignment, WorkProduct
from bina.assessment.rules import MOST_FILES, can_attach, check_handed_file
from bina.foundation import clock
from bina.foundation.ids import new_public_id
from bina.foundation.models import KeptFile

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

Row = TypeVar("Row", bound=KeptFile)


def keep_fresh(uploads: "Sequence[UploadedFile[Any]]", known: Collection[str], make: Callable[..., Row]) -> list[Row]:
    """Keep uploads as rows that ``make`` builds; one whose digest is ``known`` is there already and not kept twice.

    All or none: raises Refused, with nothing kept, for too many files or one that may not be kept.
    """
    checked = [(upload, check_handed_file(upload)) for upload in uploads]
    fresh = {facts.digest: (upload, facts) for upload, facts in checked if facts.digest not in known}
    can_attach(len(known), list(fresh), MOST_FILES)
    rows: list[Row] = []
    try:
        for upload, facts in fresh.values():
            row = make(
                name=facts.name, content_type=facts.content_type, size=facts.size, digest=facts.digest,
                added_at=clock.now(),
            )  # fmt: skip
            row.content.save(f"{new_public_id()}{facts.ending}", upload, save=False)
            rows.append(row)
            row.save()
    except Exception:
        for row in rows:
            row.content.delete(save=False)
        raise
    return rows


def attach(
    uploads: "Sequence[UploadedFile[Any]]",
    *,
    assignment: TaskAssignment | None = None,
    product: WorkProduct | None = None,
) -> list[HandedFile]:
    """Keep files with a work or a product; one whose content is there already is not kept twice.

    All or none: raises Refused, with nothing kept, for too many files or one that may not be kept.
    """
    if not uploads:
        return []
    owner = assignment or product
    if owner is None:
        raise ValueError("a file belongs to a work or to a product")
    known = set(owner.files.values_list("digest", flat=True))
    return keep_fresh(uploads, known, partial(HandedFile, assignment=assignment, product=product))


def drop_files(files: Sequence[KeptFile]) -> None:
    """Remove files: the rows now, the content once the change is sure."""
    for row in files:
        content = row.content
        row.delete()
        transaction.on_commit(partial(content.delete, save=False))
