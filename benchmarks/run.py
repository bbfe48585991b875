"""`make bench`: measure what was asked for (or everything), say what came out, keep it as JSON."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence

from benchmarks import (
    first_start,
    lighthouse,
    machine,
    pages,
    profiles,
    psychometrics,
    records,
    report,
    science,
    staff_import,
    transfer,
)
from benchmarks.databases import Cluster, cluster
from benchmarks.figures import OUTPUT, Record, load

Measurement = Callable[[list[Cluster | None]], Record]
MEASUREMENTS: dict[str, Measurement] = {
    "first_start": first_start.measure,
    "science": science.measure,
    "psychometrics": psychometrics.measure,
    "profiles": profiles.measure,
    "staff_import": staff_import.measure,
    "records": records.measure,
    "pages": pages.measure,
    "transfer": transfer.measure,
    "lighthouse": lighthouse.measure,
}


LOAD_OF_A_QUIET_MACHINE = 1.0
OF_DATABASES = {"profiles", "staff_import", "records", "pages"}


def main(arguments: Sequence[str]) -> int:
    """Run the named measurements, all of them without a name; 0 when none broke down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one or more of: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only this database")
    parser.add_argument("--publish", action="store_true", help="copy the output to results/ and write RESULTS.md anew")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.names) - set(MEASUREMENTS)):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    names = chosen.names or ([] if chosen.publish else list(MEASUREMENTS))
    failed = _measure(names, chosen.database) if names else []
    if chosen.publish:
        print(f"written: {report.publish()}")
    return 1 if failed else 0


def _measure(names: list[str], database: str | None) -> list[str]:
    failed: list[str] = []
    if machine.load_average() > LOAD_OF_A_QUIET_MACHINE:
        print(
            f"Note: this machine is busy (load {machine.load_average():.1f}). CPU figures come out too high, wall times far too high."
        )
    with cluster() as postgresql:
        clusters: list[Cluster | None] = [] if database == "postgresql" else [None]
        if postgresql and database != "sqlite":
            clusters.append(postgresql)
        for name in names:
            print(f"\n=== {name} ===", flush=True)
            started = time.monotonic()
            busy = machine.load_average()
            record = _measured(name, clusters, failed)
            if record is None:
                continue
            record.notes.append(_load_words(busy, machine.load_average()))
            if postgresql and any(figure.database == "PostgreSQL" for figure in record.figures):
                record.versions["PostgreSQL"] = postgresql.version
            if database:
                _keep_other(record, "PostgreSQL" if database == "sqlite" else "SQLite")
            record.save()
            for line in report.lines(record):
                print(line)
            print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if failed:
        print(f"\nbroke down: {', '.join(failed)}")
    return failed


def _keep_other(record: Record, label: str) -> None:
    """After measuring one database only, what the last run said of the other one stays."""
    path = OUTPUT / f"{record.name}.json"
    if not path.exists():
        return
    before = load(path)
    record.figures += [figure for figure in before.figures if figure.database == label]
    record.notes += [sentence for sentence in before.notes if sentence.startswith(label)]
    record.missing += [sentence for sentence in before.missing if sentence.startswith(label)]
    record.versions = before.versions | record.versions


def _load_words(before: float, after: float) -> str:
    words = f"Load average of the machine before the measurement {before:.1f}, after it {after:.1f}."
    if before > LOAD_OF_A_QUIET_MACHINE:
        words += (
            " Other work was running beside it: CPU figures are higher than on a quiet machine, wall times much higher."
        )
    return words


def _measured(name: str, clusters: list[Cluster | None], failed: list[str]) -> Record | None:
    """One measurement; those of databases one by one, so that trouble with one leaves the figures of the other."""
    whole: Record | None = None
    for chosen in [[one] for one in clusters] if name in OF_DATABASES else [clusters]:
        try:
            record = MEASUREMENTS[name](chosen)
        except Exception:
            traceback.print_exc()
            failed.append(name)
            continue
        if whole is None:
            whole = record
        else:
            whole.figures += record.figures
            whole.missing += record.missing
            whole.notes += record.notes
    return whole


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
