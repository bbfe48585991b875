"""The test of a course: its own questions in the order its author gave them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.actions.forms_of_tests import set_form
from bina.assessment.actions.items import store_items
from bina.assessment.models import Blueprint, ItemBank, ItemVersion
from bina.assessment.queries.items import check_items
from bina.foundation.errors import Refused


@transaction.atomic
def create_course_blueprint(
    *,
    code: str,
    title: str,
    items: Sequence[Mapping[str, Any]],
    minutes: int,
    passing: int | None = None,
    framework_code: str = "digcomp-3.0",
) -> Blueprint:
    """The fixed form of a course's own test, its questions in the given order, private to that course.

    The same code with the same content gives the same form; changed questions become new versions and later attempts
    get them. Raises Refused with every fault of every item; then nothing is written.
    """
    bank, _created = ItemBank.objects.get_or_create(
        code=f"course:{code}"[:120],
        defaults={"name": title[:200], "kind": ItemBank.Kind.COURSE, "framework_code": framework_code},
    )
    lines = check_items(bank, items)
    faults = [f"{line.code or line.number}: {' '.join(line.problems)}" for line in lines if line.problems]
    if faults or not lines:
        raise Refused(_("Soal uji “%(title)s” belum dapat dipakai. %(faults)s")
                      % {"title": title, "faults": " ".join(faults) or _("Uji ini belum berisi soal.")})  # fmt: skip
    versions: list[ItemVersion] = store_items(bank, items)
    blueprint, _created = Blueprint.objects.update_or_create(
        code=code,
        defaults={
            "bank": bank, "kind": Blueprint.Kind.COURSE, "title": title[:200], "minutes": minutes, "passing": passing,
            "retake_days": 0,
        },
    )  # fmt: skip
    set_form(blueprint, [version.pk for version in versions])
    blueprint.competencies.set({version.item.competency_id for version in versions if version.item.competency_id})
    return blueprint
