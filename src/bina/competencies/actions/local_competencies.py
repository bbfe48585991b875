"""An agency's own competencies beside the national ones: added, put into better words, retired."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.actions.standards import end_standard
from bina.competencies.models import Competency, LevelDescriptor, PositionStandard
from bina.competencies.rules import FrameworkState
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User


def _require_keeper(by: "User", agency: "Agency") -> None:
    if not agencies_visible_to(by, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        denied(_("Hanya pengelola kepegawaian instansi yang dapat mengubah kompetensi instansinya.")).require()


@transaction.atomic
def add_local_competency(
    *,
    by: "User",
    agency: "Agency",
    area: Competency,
    code: str,
    name: str,
    name_en: str,
    description: str,
    descriptors: list[str],
) -> Competency:
    """Add a competency that only this agency uses, under an area of a published framework; national rows stay untouched.

    ``descriptors`` is one sentence per level. Raises Denied without the permission, Refused when the code is taken or the
    framework is not in force.
    """
    _require_keeper(by, agency)
    if area.framework.state != FrameworkState.PUBLISHED:
        raise Refused(_("Kompetensi instansi hanya dapat ditambahkan ke kamus yang terbit."))
    if Competency.objects.filter(framework=area.framework, code=code).filter(agency=agency).exists():
        raise Refused(_("Kode %(code)s sudah dipakai di instansi Anda; pilih kode lain.") % {"code": code})
    if Competency.objects.filter(framework=area.framework, code=code, agency=None).exists():
        raise Refused(_("Kode %(code)s sudah dipakai kompetensi nasional; pilih kode lain.") % {"code": code})
    last = Competency.objects.filter(parent=area).order_by("-order").first()
    competency = Competency.objects.create(
        framework=area.framework, parent=area, agency=agency, code=code, name=name, name_en=name_en,
        description=description, order=last.order if last else area.order,
    )  # fmt: skip
    _describe(competency, descriptors)
    record(
        entries.COMPETENCY_ADDED,
        by=by,
        kind="competency",
        object_id=competency.public_id,
        name=name,
        agency_id=agency.pk,
    )
    return competency


def _describe(competency: Competency, descriptors: list[str]) -> None:
    LevelDescriptor.objects.bulk_create(
        LevelDescriptor(competency=competency, number=number, descriptor=text, indicator=text)
        for number, text in enumerate(descriptors, start=1)
        if text.strip()
    )


def _own(by: "User", competency: Competency) -> Competency:
    """The competency, locked, when it is an agency's own and the account keeps that agency's dictionary."""
    locked = Competency.objects.select_for_update(of=("self",)).select_related("agency").get(pk=competency.pk)
    if locked.agency is None:
        raise Refused(_("Kompetensi nasional tidak dapat diubah oleh instansi."))
    _require_keeper(by, locked.agency)
    return locked


@transaction.atomic
def change_local_competency(
    *, by: "User", competency: Competency, name: str, name_en: str, description: str, descriptors: list[str]
) -> None:
    """Put an agency's own competency and its levels into better words; the code and everything measured stay.

    The same words again change nothing. Raises Denied without the permission, Refused for a national or a retired one.
    """
    locked = _own(by, competency)
    if locked.retired_on is not None:
        raise Refused(_("Kompetensi ini sudah diakhiri, jadi kata-katanya tetap."))
    lines = {line.number: line.descriptor for line in locked.descriptors.all()}
    fresh = {number: text for number, text in enumerate(descriptors, start=1) if text.strip()}
    words = {"name": name, "name_en": name_en, "description": description}
    before = {field: getattr(locked, field) for field in words}
    if before == words and lines == fresh:
        return
    for field, text in words.items():
        setattr(locked, field, text)
    locked.save(update_fields=list(words))
    if lines != fresh:
        locked.descriptors.all().delete()
        _describe(locked, descriptors)
    record(
        entries.COMPETENCY_CHANGED, by=by, kind="competency", object_id=locked.public_id, name=name,
        agency_id=locked.agency_id, data={"before": {**before, "levels": lines}, "after": {**words, "levels": fresh}},
    )  # fmt: skip


@transaction.atomic
def retire_local_competency(*, by: "User", competency: Competency, reason: str) -> None:
    """Offer an agency's own competency no more, and ask for it no more; evidence and history stay. Twice changes nothing.

    Its standards end today. Raises Denied without the permission, Refused for a national one or without a reason.
    """
    locked = _own(by, competency)
    if not reason.strip():
        raise Refused(_("Tuliskan mengapa kompetensi ini diakhiri."))
    if locked.retired_on is not None:
        return
    locked.retired_on, locked.retired_reason = clock.today(), reason.strip()[:300]
    locked.save(update_fields=["retired_on", "retired_reason"])
    standards = PositionStandard.objects.filter(competency=locked, valid_to=None)
    for row in standards.select_related("agency", "job_class", "competency"):
        end_standard(by=by, standard=row, reason=locked.retired_reason)
    record(
        entries.COMPETENCY_RETIRED, by=by, kind="competency", object_id=locked.public_id, name=locked.name,
        agency_id=locked.agency_id, reason=locked.retired_reason,
    )  # fmt: skip
