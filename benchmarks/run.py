"""`make bench`: measure what was asked for (or everything), say what came out, keep it as JSON."""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence

from benchmarks import lighthouse, machine, pages, profiles, report, science, staff_import, transfer
from benchmarks.databases import Cluster, cluster
from benchmarks.figures import Record

Measurement = Callable[[list[Cluster | None]], Record]
MEASUREMENTS: dict[str, Measurement] = {
    "science": science.measure,
    "profiles": profiles.measure,
    "staff_import": staff_import.measure,
    "pages": pages.measure,
    "transfer": transfer.measure,
    "lighthouse": lighthouse.measure,
}


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
    failed = []
    if machine.load_average() > 1.0:
        print(
            f"Note: this machine is busy (load {machine.load_average():.1f}). CPU figures suffer a little, wall times a lot."
        )
    with cluster() as postgresql:
        clusters: list[Cluster | None] = [] if database == "postgresql" else [None]
        if postgresql and database != "sqlite":
            clusters.append(postgresql)
        for name in names:
            print(f"\n=== {name} ===", flush=True)
            started = time.monotonic()
            load = machine.load_average()
            try:
                record = MEASUREMENTS[name](clusters)
            except Exception:
                traceback.print_exc()
                failed.append(name)
                continue
            record.notes.append(f"Load average of the machine when the measurement began: {load:.1f}.")
            if postgresql and None in clusters and len(clusters) > 1:
                record.versions["PostgreSQL"] = postgresql.version
            record.save()
            for line in report.lines(record):
                print(line)
            print(f"({time.monotonic() - started:.0f} s)", flush=True)
    if failed:
        print(f"\nbroke down: {', '.join(failed)}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
