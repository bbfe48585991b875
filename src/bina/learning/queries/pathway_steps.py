"""The kinds of step that come with the house: a course, a task at work, a proven level, an activity outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.competencies.queries import competencies_by_code, frameworks_visible_to, levels_proven
from bina.foundation.wording import localized
from bina.learning.models import Course, Enrolment
from bina.learning.queries.courses import published_courses
from bina.learning.rules import (
    STEP_KINDS,
    Confirmer,
    Earned,
    StepField,
    StepKind,
    Widget,
    check_competency,
    register_step,
)

if TYPE_CHECKING:
    from bina.foundation.located_yaml import LocatedDict
    from bina.learning.rules.steps import Step, StepReader
    from bina.people.models import User


def courses_to_choose(user: "User") -> list[tuple[str, str]]:
    """The courses that an account may make a step of: address and title."""
    rows = published_courses(user).order_by("current_version__title", "id")
    return [(slug, title) for slug, title in rows.values_list("slug", "current_version__title")]


def competencies_to_choose(user: "User") -> list[tuple[str, str]]:
    """The competencies of the published frameworks: code of framework and competency, and the words."""
    return [
        (f"{framework.code}/{code}", f"{code} {localized(row.name, row.name_en)}")
        for framework in frameworks_visible_to(user).order_by("id")
        if framework.published_at is not None
        for code, row in competencies_by_code(framework.code).items()
    ]


def _check_course(reader: "StepReader", step: "LocatedDict") -> None:
    slug = step.get("course")
    if isinstance(slug, str) and slug and not Course.objects.filter(slug=slug, current_version__isnull=False).exists():
        reader.fault(_t("Kursus “%(slug)s” tidak ada atau belum terbit.") % {"slug": slug[:80]}, step, "course")


def _course_facts(step: "Step") -> dict[str, Any]:
    row = (
        Course.objects.filter(slug=step["course"])
        .values("pk", "current_version__title", "current_version__required_minutes", "current_version__learning_hours")
        .first()
    )
    if row is None:
        return {}
    return {
        "course_id": row["pk"], "course_title": row["current_version__title"],
        "minutes": row["current_version__required_minutes"], "hours": row["current_version__learning_hours"],
    }  # fmt: skip


def _courses_completed(employee_id: int, steps: "Sequence[Step]") -> dict[str, Earned]:
    ids = {step["facts"]["course_id"] for step in steps if "course_id" in step["facts"]}
    rows = (
        Enrolment.objects.filter(employee_id=employee_id, course_id__in=ids, state="completed")
        .order_by()
        .values_list("course_id")
        .annotate(at=Max("completed_at"), grade=Max("grade"))
    )
    done = {course: Earned(at, grade) for course, at, grade in rows}
    return {step["key"]: done[step["facts"]["course_id"]] for step in steps if step["facts"].get("course_id") in done}


def competency_facts(step: "Mapping[str, Any]") -> dict[str, Any]:
    """What pages show of a competency and level, and by which the proof is found; empty when it is not known."""
    framework, _slash, code = str(step.get("competency", "")).partition("/")
    found = competencies_by_code(framework).get(code)
    if found is None:
        return {}
    return {
        "competency_id": found.pk, "public_id": str(found.public_id), "code": found.code, "name": found.name,
        "name_en": found.name_en, "level": step["level"],
    }  # fmt: skip


def _levels_reached(employee_id: int, steps: "Sequence[Step]") -> dict[str, Earned]:
    wanted = {
        step["key"]: (step["facts"]["competency_id"], step["facts"]["level"])
        for step in steps
        if "competency_id" in step["facts"]
    }
    proven = levels_proven(employee_id, set(wanted.values()))
    return {key: Earned(proven[pair]) for key, pair in wanted.items() if pair in proven}


def _course_address(step: "Step") -> str:
    return reverse("learning:course", args=[step["course"]])


def _level_address(step: "Step") -> str:
    public_id = step["facts"].get("public_id")
    return reverse("assessment:measure", args=[public_id]) if public_id else ""


def _fields(*fields: StepField) -> tuple[StepField, ...]:
    return fields


COURSE = register_step(
    StepKind(
        code="course", name=_("Kursus di Bina"), icon="book-open",
        about=_("Selesai dengan sendirinya begitu kursusnya selesai, juga bila sudah pernah diselesaikan."),
        fields=_fields(StepField("course", _("Kursus"), Widget.CHOICE, options=courses_to_choose, longest=80)),
        check=_check_course, facts=_course_facts, earned=_courses_completed, address=_course_address, gives_score=True,
    )
)  # fmt: skip
TASK = register_step(
    StepKind(
        code="task", name=_("Tugas di tempat kerja"), icon="briefcase",
        about=_("Pegawai mengerjakannya di unitnya dan menceritakan hasilnya; atasannya menguatkan."),
        fields=_fields(
            StepField(
                "brief", _("Yang diminta"), Widget.WORDS,
                help=_("Sebutkan apa yang dikerjakan, untuk siapa, dan apa tanda keberhasilannya."),
            )
        ),
        confirmed_by=Confirmer.SUPERIOR,
    )
)  # fmt: skip
LEVEL = register_step(
    StepKind(
        code="level", name=_("Tingkat terbukti"), icon="badge-check",
        about=_("Selesai dengan sendirinya begitu tingkat ini terbukti di profil, dengan bukti apa pun."),
        fields=_fields(
            StepField("competency", _("Kompetensi"), Widget.CHOICE, options=competencies_to_choose, longest=80),
            StepField("level", _("Tingkat"), Widget.NUMBER, high=5),
        ),
        check=check_competency, facts=competency_facts, earned=_levels_reached, address=_level_address,
    )
)  # fmt: skip
OUTSIDE = register_step(
    StepKind(
        code="outside", name=_("Kegiatan di luar Bina"), icon="map-pin",
        about=_("Pertemuan, magang, lomba, atau pelatihan lain; pegawai melampirkan bukti, penyelenggara jalur menguatkan."),
        fields=_fields(
            StepField("brief", _("Kegiatannya"), Widget.WORDS, help=_("Sebutkan kegiatan dan bukti yang diterima.")),
        ),
        confirmed_by=Confirmer.ORGANISER, wants_files=True,
    )
)  # fmt: skip


def earned_by(employee_id: int, steps: "Iterable[Step]") -> dict[str, Earned]:
    """What a person did elsewhere for these steps, by key; a fixed number of queries for each kind that occurs."""
    by_kind: dict[str, list[Step]] = {}
    for step in steps:
        by_kind.setdefault(step["kind"], []).append(step)
    found: dict[str, Earned] = {}
    for code, rows in by_kind.items():
        kind = STEP_KINDS.get(code)
        if kind is not None and kind.earned is not None:
            found.update(kind.earned(employee_id, rows))
    return found


def proofs_for(employee_id: int, steps: "Iterable[Step]") -> dict[str, str]:
    """By key, the sentence that says which proven level makes a step unnecessary for a person. At most three queries."""
    wanted = {step["key"]: step["proven_facts"] for step in steps if step.get("proven_facts")}
    pairs = {key: (facts["competency_id"], facts["level"]) for key, facts in wanted.items()}
    proven = levels_proven(employee_id, set(pairs.values())) if pairs else {}
    return {
        key: _t("Tingkat %(level)s pada “%(name)s” sudah terbukti di profil Anda.")
        % {"level": facts["level"], "name": localized(facts["name"], facts["name_en"])}
        for key, facts in wanted.items()
        if pairs[key] in proven
    }
