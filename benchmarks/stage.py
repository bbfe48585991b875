"""One installation to measure: where its data are, and how its commands are run."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("BINA_BENCH_DIR") or Path(tempfile.gettempdir()) / "bina-bench")
BINA = [sys.executable, "-c", "import sys; from bina.config.command import main; sys.exit(main(sys.argv[1:]))"]


@dataclass(frozen=True)
class Stage:
    """One installation with its data, ready to be measured."""

    label: str
    folder: Path
    employees: int
    url: str | None = None
    postmaster: int | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to work on this installation, set up as an operator would have it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BINA_", "DJANGO_"))}
        kept.pop("DATABASE_URL", None)
        return {
            **kept,
            "BINA_DATA_DIR": str(self.folder),
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "bina.config.settings",
            **({"DATABASE_URL": self.url} if self.url else {}),
        }

    def bina(self, *arguments: str) -> str:
        """Run one of the operator's commands; what it said."""
        done = subprocess.run(
            [*BINA, *arguments], env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(
                f"bina {' '.join(arguments)} failed on {self.label}:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done.stdout
