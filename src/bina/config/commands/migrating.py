"""Bringing the database up to date: its tables, and the reference data that every room ships."""

from collections.abc import Callable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bina.assessment.actions import load_reference_data as load_assessment
from bina.competencies.actions import load_reference_data as load_competencies
from bina.config.commands.terminal import say
from bina.credentials.actions import load_reference_data as load_credentials
from bina.evaluation.actions import load_reference_data as load_evaluation
from bina.learning.actions import load_reference_data as load_learning
from bina.people.actions import load_reference_data as load_people

# From the lowest room to the highest: each builds on the rows of those before.
REFERENCE_DATA: tuple[tuple[str, Callable[[], object]], ...] = (
    ("provinsi dan kelas jabatan", load_people),
    ("kamus kompetensi dan standar jabatan", load_competencies),
    ("bank soal", load_assessment),
    ("aturan jam pelajaran", load_credentials),
    ("instrumen survei", load_evaluation),
    ("kursus", load_learning),
)


def pending_migrations() -> list[str]:
    """Names of migrations that the database has not seen yet."""
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    return [f"{migration.app_label}.{migration.name}" for migration, _ in executor.migration_plan(targets)]


def unknown_migrations() -> list[str]:
    """Names of migrations that the database has seen but this version does not know: the data are newer than the program."""
    loader = MigrationExecutor(connection).loader
    known = set(loader.disk_migrations or ())
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not connection.introspection.table_names()


def migrate(*, quiet: bool = False) -> int:
    """Apply what is pending and load the reference data; returns how many migrations that were. Safe to repeat."""
    pending = pending_migrations()
    if pending:
        if not quiet:
            say(f"Menyiapkan basis data ({len(pending)} langkah) …")
        call_command("migrate", interactive=False, verbosity=0)
    for name, load in REFERENCE_DATA:
        if not quiet and pending:
            say(f"  data acuan: {name}")
        load()
    return len(pending)
