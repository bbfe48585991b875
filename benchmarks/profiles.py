"""Computing 100,000 profiles anew: the whole promise of levels from evidence, at the size of a large province."""

from typing import Any

from benchmarks.databases import Cluster, empty_stage, settle
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_django
from benchmarks.stage import Stage

EMPLOYEES = 100_000


def measure(clusters: list[Cluster | None], employees: int = EMPLOYEES) -> Record:
    """Wall, CPU and peak memory of ``competencies.actions.recompute_everyone`` on each database."""
    record = Record(
        "profiles",
        f"Recompute {employees:,} profiles × 21 competencies",
        f"One agency with 400 teams and {employees:,} people; each has one test result on each of the 21 digital "
        "competencies. A fresh process calls `competencies.actions.recompute_everyone()`: it reads all evidence, combines it, "
        "replaces every stored level (also the lines that jobs ask for and nobody measured) and sums every unit. "
        "The first call fills an empty table, the second replaces every row; the second is what is promised.",
    )
    for cluster in clusters:
        stage = empty_stage("profiles", cluster)
        built, _ = in_django(stage, "benchmarks.crowd:build", employees=employees, evidence_per_competency=1)
        settle(stage)
        for label in ("first", "again"):
            done, cost = in_django(stage, "benchmarks.profiles:recompute")
            beside = {
                "CPU s": round(cost.cpu, 1), "database CPU s": round(cost.database_cpu, 1),
                "evidence rows": built["evidence"], "level rows": done["levels"],
            }  # fmt: skip
            promised = label == "again"
            record.figures.append(
                Figure(
                    f"recompute, {label}",
                    round(cost.wall, 1),
                    "s",
                    60 if promised else None,
                    stage.label,
                    beside=beside,
                )
            )
            record.figures.append(
                Figure(f"peak memory, {label}", round(cost.peak_mb), "MB", 1_000 if promised else None, stage.label)
            )
        forget(stage)
    return record


def forget(stage: Stage) -> None:
    """Give back the disk of a stage that is not needed again."""
    import shutil

    shutil.rmtree(stage.folder, ignore_errors=True)


def recompute() -> dict[str, Any]:
    """The inner half: the call itself."""
    from bina.competencies.actions import recompute_everyone
    from bina.competencies.models import CompetencyLevel

    people = recompute_everyone()
    return {"people": people, "levels": CompetencyLevel.objects.count()}
