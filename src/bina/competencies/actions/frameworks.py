"""Frameworks come from files, are published and retired; an agency adds its own competencies beside the national ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.models import (
    Competency,
    Crosswalk,
    EvidenceSource,
    Framework,
    Level,
    LevelDescriptor,
    LevelPrior,
    PositionStandard,
)
from bina.competencies.rules import FrameworkState, can_become
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to, job_classes, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User

DATA = Path(__file__).resolve().parent.parent / "data"
FRAMEWORK_FILES = (
    "digcomp-3.0", "manajerial", "kepemimpinan-digital", "komdigi-5", "pilar-literasi", "keterampilan-lunak",
)  # fmt: skip
STANDARD_GROUPS = {"digital": "digcomp-3.0", "leadership": "kepemimpinan-digital-1.0", "managerial": "manajerial-2017"}


def _read(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


@transaction.atomic
def load_reference_data() -> None:
    """Load the frameworks, crosswalks, standards and assumptions that ship with Bina; a second call changes nothing."""
    for name in FRAMEWORK_FILES:
        data = _read(name)
        if not Framework.objects.filter(code=data["code"]).exists():
            import_framework(data, state=FrameworkState.PUBLISHED)
    _load_crosswalks()
    _load_sources()
    if not PositionStandard.objects.filter(agency=None).exists():
        _load_standards()


def import_framework(data: dict[str, Any], *, state: FrameworkState) -> Framework:
    """Make a framework from its file: levels, areas, competencies, descriptors. Raises Refused when the code is taken."""
    if Framework.objects.filter(code=data["code"]).exists():
        raise Refused(_("Kamus kompetensi dengan kode %(code)s sudah ada.") % {"code": data["code"]})
    levels = data.get("levels") or []
    framework = Framework.objects.create(
        code=data["code"], name=data["name"], name_en=data.get("name_en", ""), version=str(data.get("version", "1")),
        kind=data["kind"], source=data.get("source", ""), state=state.value, level_count=len(levels) or 4,
        published_at=clock.now() if state is FrameworkState.PUBLISHED else None,
    )  # fmt: skip
    Level.objects.bulk_create(
        Level(
            framework=framework, number=level["number"], name=level["name"], name_en=level.get("name_en", ""),
            description=level.get("description", ""), description_en=level.get("description_en", ""),
        )
        for level in levels
    )  # fmt: skip
    if levels:
        middle = (1 + len(levels)) / 2
        LevelPrior.objects.create(framework=framework, mean=round(middle * 0.8, 2), standard_deviation=len(levels) / 4)
    order = 0
    descriptors: list[LevelDescriptor] = []
    for area_data in data["areas"]:
        order += 1
        area = _competency(framework, area_data, order, parent=None)
        for item in area_data.get("competencies") or []:
            order += 1
            competency = _competency(framework, item, order, parent=area)
            descriptors += [
                LevelDescriptor(
                    competency=competency, number=level["number"], descriptor=level["descriptor"],
                    descriptor_en=level.get("descriptor_en", ""), indicator=level.get("indicator", ""),
                    indicator_en=level.get("indicator_en", ""),
                )
                for level in item.get("levels") or []
            ]  # fmt: skip
    LevelDescriptor.objects.bulk_create(descriptors)
    return framework


def _competency(framework: Framework, data: dict[str, Any], order: int, parent: Competency | None) -> Competency:
    return Competency.objects.create(
        framework=framework, parent=parent, code=str(data["code"]), name=data["name"], name_en=data.get("name_en", ""),
        short_name=data.get("short_name", ""), short_name_en=data.get("short_name_en", ""),
        description=data.get("description", ""), description_en=data.get("description_en", ""), order=order,
    )  # fmt: skip


def _load_crosswalks() -> None:
    if Crosswalk.objects.exists():
        return
    found = {(row.framework.code, row.code): row for row in Competency.objects.select_related("framework")}
    Crosswalk.objects.bulk_create(
        Crosswalk(
            source=found[row["source_framework"], str(row["source"])],
            target=found[row["target_framework"], str(row["target"])],
            relation=row["relation"],
            weight=row["weight"],
        )
        for row in _read("crosswalk")
    )


def _load_sources() -> None:
    for row in _read("evidence_sources"):
        EvidenceSource.objects.get_or_create(
            code=row["code"],
            valid_from=row["valid_from"],
            defaults={
                key: row[key]
                for key in (
                    "name",
                    "name_en",
                    "standard_deviation",
                    "is_floor",
                    "bias",
                    "drift_per_year",
                    "can_prove",
                    "basis",
                )
                if key in row
            },
        )


def _load_standards() -> None:
    data = _read("position_standards")
    found = {
        (row.framework.code, row.code): row
        for row in Competency.objects.select_related("framework").filter(parent__isnull=False)
    }
    known = set(job_classes().values_list("code", flat=True))
    by_class: dict[str, dict[str, dict[str, Any]]] = {}
    rows: list[PositionStandard] = []

    def add(
        job_class: str, functional: str, group: str, code: str, level: int, weight: int, entry: dict[str, Any]
    ) -> None:
        managerial = group == "managerial"
        rows.append(
            PositionStandard(
                job_class_id=job_class, functional=functional, competency=found[STANDARD_GROUPS[group], str(code)],
                required_level=level, weight=weight, valid_from=entry["valid_from"],
                legal_basis=entry.get("managerial_legal_basis" if managerial else "legal_basis", ""),
                confidence=entry.get("managerial_confidence" if managerial else "confidence", "own"),
            )
        )  # fmt: skip

    for entry in data["standards"]:
        if entry["job_class"] not in known:
            continue
        by_class[entry["job_class"]] = entry
        for group in STANDARD_GROUPS:
            for code, need in (entry.get(group) or {}).items():
                add(entry["job_class"], "", group, code, need["level"], need["weight"], entry)
    # A job family asks for the higher of its own level and its class's, within what the grade can be asked for.
    for entry in data["overrides"]:
        for job_class, cap in data["override_level_caps"].items():
            if job_class not in by_class:
                continue
            for code, need in entry["digital"].items():
                base = (by_class[job_class].get("digital") or {}).get(code, {"level": 0, "weight": 0})
                level = max(base["level"], min(need["level"], cap))
                add(job_class, entry["functional"], "digital", code, level, max(base["weight"], need["weight"]), entry)
    PositionStandard.objects.bulk_create(rows)


@transaction.atomic
def change_framework_state(*, by: "User", framework: Framework, target: FrameworkState) -> None:
    """Publish or retire a framework; only platform administrators, only forward. Levels are recomputed by a reaction."""
    if not standing_of(by).is_platform_admin:
        denied(_("Hanya admin platform yang dapat menerbitkan atau mengakhiri kamus kompetensi.")).require()
    can_become(framework.state, target).require()
    framework.state = target.value
    if target is FrameworkState.PUBLISHED:
        framework.published_at = clock.now()
    framework.save(update_fields=["state", "published_at"])
    verb = entries.FRAMEWORK_PUBLISHED if target is FrameworkState.PUBLISHED else entries.FRAMEWORK_RETIRED
    record(verb, by=by, kind="framework", object_id=framework.public_id, name=framework.name)


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

    ``descriptors`` is one sentence per level. Raises Denied without the permission, Refused when the code is taken.
    """
    if not agencies_visible_to(by, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        denied(_("Hanya pengelola kepegawaian instansi yang dapat menambah kompetensi instansi.")).require()
    if Competency.objects.filter(framework=area.framework, code=code).filter(agency=agency).exists():
        raise Refused(_("Kode %(code)s sudah dipakai di instansi Anda; pilih kode lain.") % {"code": code})
    if Competency.objects.filter(framework=area.framework, code=code, agency=None).exists():
        raise Refused(_("Kode %(code)s sudah dipakai kompetensi nasional; pilih kode lain.") % {"code": code})
    last = Competency.objects.filter(parent=area).order_by("-order").first()
    competency = Competency.objects.create(
        framework=area.framework, parent=area, agency=agency, code=code, name=name, name_en=name_en,
        description=description, order=last.order if last else area.order,
    )  # fmt: skip
    LevelDescriptor.objects.bulk_create(
        LevelDescriptor(competency=competency, number=number, descriptor=text, indicator=text)
        for number, text in enumerate(descriptors, start=1)
        if text.strip()
    )
    record(
        entries.COMPETENCY_ADDED,
        by=by,
        kind="competency",
        object_id=competency.public_id,
        name=name,
        agency_id=agency.pk,
    )
    return competency
