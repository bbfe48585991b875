"""Frameworks come from files as drafts, are published and retired."""

from collections import Counter
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
from bina.competencies.queries import draft_mark, framework_data, may_keep_frameworks
from bina.competencies.registry import leaning_on
from bina.competencies.rules import FrameworkState, can_become, can_retire
from bina.competencies.rules.framework_file import differences, read_framework_file
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import job_classes

if TYPE_CHECKING:
    from bina.people.models import User

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
    framework = Framework(
        code=data["code"], state=state.value, published_at=clock.now() if state is FrameworkState.PUBLISHED else None
    )
    _fill(framework, data)
    return framework


def _fill(framework: Framework, data: dict[str, Any]) -> None:
    """Let a framework hold what its file says: parts with a known code are changed in place, those without one go."""
    levels = data.get("levels") or []
    for name in ("name", "name_en", "source", "source_en"):
        setattr(framework, name, data.get(name, ""))
    framework.version, framework.kind = str(data.get("version", "1")), data["kind"]
    framework.level_count = len(levels) or 4
    framework.save()
    framework.levels.all().delete()
    Level.objects.bulk_create(
        Level(
            framework=framework, number=level["number"], name=level["name"], name_en=level.get("name_en", ""),
            description=level.get("description", ""), description_en=level.get("description_en", ""),
        )
        for level in levels
    )  # fmt: skip
    framework.priors.filter(job_class=None).delete()
    if levels:
        middle = (1 + len(levels)) / 2
        LevelPrior.objects.create(framework=framework, mean=round(middle * 0.8, 2), standard_deviation=len(levels) / 4)
    known = {row.code: row for row in Competency.objects.filter(framework=framework, agency=None)}
    LevelDescriptor.objects.filter(competency__in=known.values()).delete()
    order = 0
    descriptors: list[LevelDescriptor] = []
    for area_data in data["areas"]:
        order += 1
        area = _competency(framework, area_data, order, None, known)
        for item in area_data.get("competencies") or []:
            order += 1
            competency = _competency(framework, item, order, area, known)
            descriptors += [
                LevelDescriptor(
                    competency=competency, number=level["number"], descriptor=level["descriptor"],
                    descriptor_en=level.get("descriptor_en", ""), indicator=level.get("indicator", ""),
                    indicator_en=level.get("indicator_en", ""),
                )
                for level in item.get("levels") or []
            ]  # fmt: skip
    # What is left has no place in the file; a competency first, so that none goes with an area it has left.
    Competency.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    LevelDescriptor.objects.bulk_create(descriptors)


def _competency(
    framework: Framework, data: dict[str, Any], order: int, parent: Competency | None, known: dict[str, Competency]
) -> Competency:
    """One area or competency as the file says it; taken out of ``known`` when it was there."""
    row = known.pop(str(data["code"]), None) or Competency(framework=framework, code=str(data["code"]))
    row.parent, row.order = parent, order
    for name in ("name", "name_en", "short_name", "short_name_en", "description", "description_en"):
        setattr(row, name, data.get(name, ""))
    row.save()
    return row


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


def _require_keeper(by: "User") -> None:
    if not may_keep_frameworks(by):
        denied(
            _("Hanya admin platform yang dapat mengunggah, menerbitkan, atau mengakhiri kamus kompetensi.")
        ).require()


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya; kamus kompetensi dipakai semua instansi."))


@transaction.atomic
def upload_framework(*, by: "User", text: str, seen: str = "") -> Framework:
    """Bring in a framework's file as a draft: a new one, or in place of the draft with its code.

    ``seen``: the mark (``draft_mark``) of the draft that the report was made against; empty for none. A file that says what
    the draft says already changes nothing. Raises Denied for anybody but platform administrators; Refused for a file with
    faults, a code that is in force or retired, or a draft that has changed since the report.
    """
    _require_keeper(by)
    data, faults = read_framework_file(text)
    if faults:
        raise Refused(_("Berkas ini masih memuat kesalahan. Perbaiki, lalu unggah lagi."))
    framework = Framework.objects.select_for_update().filter(code=data["code"]).first()
    before = framework_data(framework) if framework else None
    if framework is not None:
        if framework.state != FrameworkState.DRAFT or framework.agency_id is not None:
            raise Refused(
                _("Kode %(code)s dipakai kamus yang sudah terbit. Beri berkas ini kode dan versi baru.")
                % {"code": data["code"]}
            )
        if before == data:
            return framework
    if seen != draft_mark(before):
        raise Refused(_("Draf kamus ini berubah sejak laporan dibuat. Unggah lagi berkasnya dan baca laporan barunya."))
    if framework is None:
        framework = import_framework(data, state=FrameworkState.DRAFT)
    else:
        _fill(framework, data)
    counts = Counter(row.kind for row in differences(before, data))
    record(
        entries.FRAMEWORK_UPLOADED, by=by, kind="framework", object_id=framework.public_id, name=framework.name,
        data={"code": framework.code, **counts},
    )  # fmt: skip
    return framework


@transaction.atomic
def discard_framework(*, by: "User", framework: Framework, reason: str) -> None:
    """Throw a draft away; nothing was ever measured by it. A second call changes nothing.

    Raises Denied for anybody but platform administrators, Refused without a reason or for a framework that was published.
    """
    _require_keeper(by)
    _require_reason(reason)
    found = Framework.objects.select_for_update().filter(pk=framework.pk).first()
    if found is None:
        return
    if found.state != FrameworkState.DRAFT:
        raise Refused(_("Kamus yang pernah terbit tidak dapat dibuang; akhiri masa berlakunya."))
    record(
        entries.FRAMEWORK_DISCARDED, by=by, kind="framework", object_id=found.public_id, name=found.name,
        reason=reason.strip(), data={"code": found.code},
    )  # fmt: skip
    found.delete()


@transaction.atomic
def change_framework_state(*, by: "User", framework: Framework, target: FrameworkState, reason: str) -> None:
    """Publish or retire a framework; only platform administrators, only forward. Levels are recomputed by a reaction.

    A second call changes nothing. Raises Denied without the right; Refused without a reason, for a step back, or for retiring
    what others lean on.
    """
    _require_keeper(by)
    _require_reason(reason)
    locked = Framework.objects.select_for_update().get(pk=framework.pk)
    if locked.state == target:
        return
    can_become(locked.state, target).require()
    if target is FrameworkState.RETIRED:
        can_retire(leaning_on(locked.code)).require()
    locked.state = target.value
    if target is FrameworkState.PUBLISHED:
        locked.published_at = clock.now()
    locked.save(update_fields=["state", "published_at"])
    verb = entries.FRAMEWORK_PUBLISHED if target is FrameworkState.PUBLISHED else entries.FRAMEWORK_RETIRED
    record(verb, by=by, kind="framework", object_id=locked.public_id, name=locked.name, reason=reason.strip())
