"""`make check`: everything that can be said about the code without running its tests."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CODE = ["src", "tests", "tools", "benchmarks", "manage.py"]
STEPS: list[tuple[str, list[str]]] = [
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", *CODE]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", *CODE]),
    ("house rules", [sys.executable, "-m", "tools.house_rules"]),
    ("import contracts", [str(BIN / "lint-imports"), "--no-cache"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "0"]),
    ("settings", [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]),
    ("generated references", [sys.executable, "-m", "tools.reference", "check"]),
    ("measurement page", [sys.executable, "-m", "tools.measurement", "check"]),
    ("translations", [sys.executable, "-m", "tools.messages", "check"]),
    ("types", [sys.executable, "-m", "mypy", "src/bina", "tests", "tools", "benchmarks"]),
]


def main() -> int:
    """Run every step, show what each failing one said, and say at the end what failed."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    failed = []
    for name, command in STEPS:
        started = time.monotonic()
        result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        verdict = "ok" if result.returncode == 0 else "FAILED"
        print(f"{name:<22} {verdict}  {time.monotonic() - started:.1f} s", flush=True)
        if result.returncode:
            failed.append(name)
            print((result.stdout + result.stderr).strip()[-6000:], flush=True)
    if failed:
        print(f"make check: {', '.join(failed)} failed. `make fix` mends format, catalogues and references.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
