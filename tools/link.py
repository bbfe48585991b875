"""Makes `import bina` and the `bina` command work from this checkout, without building a package."""

import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"


def main() -> None:
    """Write the path file and the command into the running virtual environment."""
    site = Path(sysconfig.get_paths()["purelib"])
    (site / "bina.pth").write_text(f"{SOURCE}\n")
    command = Path(sys.executable).parent / "bina"
    command.write_text(f"#!{sys.executable}\nimport sys\n\nfrom bina.config.command import main\n\nsys.exit(main())\n")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
