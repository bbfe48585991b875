"""References that are written from the code itself: permissions, states, journal, API, folder map.

`write` makes them anew, `check` compares and fails when one has fallen behind.
"""

import importlib
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bina"
FOLDER = ROOT / "docs" / "reference"
ROOMS = (
    "people", "competencies", "assessment", "learning", "credentials", "planning", "evaluation", "integrations.packages",
    "integrations.lti",
    "integrations.cmi5",
)  # fmt: skip
NOTE = "<!-- Written by `make docs` from the code; do not edit. -->\n\n"


def permissions() -> str:
    """Which role may do what, as a table."""
    from bina.people.rules import PERMISSION_NAMES, PERMISSIONS, ROLE_NAMES, Permission, Role

    head = "| Permission | " + " | ".join(f"{ROLE_NAMES[role]}" for role in Role) + " |\n"
    line = "|---|" + "---|" * len(Role) + "\n"
    rows = "".join(
        f"| `{permission.value}` {PERMISSION_NAMES[permission]} | "
        + " | ".join("✓" if permission in PERMISSIONS[role] else "" for role in Role)
        + " |\n"
        for permission in Permission
    )
    tail = (
        "\nA role holds on a subtree of one agency for a period. Two roles are never granted but derived: every **employee** sees "
        "and does what concerns the employee alone, and a **superior** (by the tree, acting posts and overrides, on the day) sees "
        "levels, plans and hours of direct subordinates, rates them and decides on their plans. Nobody but the person sees "
        "answers to a test.\n"
    )
    return f"# Roles and permissions\n\n{NOTE}{head}{line}{rows}{tail}"


def states() -> str:
    """Every state machine as a diagram."""
    parts = [f"# States\n\n{NOTE}"]
    for room in ROOMS:
        module = importlib.import_module(f"bina.{room}.rules")
        for name in sorted(vars(module)):
            table = getattr(module, name)
            if not re.search(r"NEXT_(\w+_)?STATES$", name) or not isinstance(table, dict):
                continue
            kind = type(next(iter(table))).__name__
            parts.append(f"## {room}: {kind}\n\n```mermaid\nstateDiagram-v2\n")
            first = next(iter(table))
            parts.append(f"  [*] --> {_word(first)}\n")
            for state, targets in table.items():
                parts += [f"  {_word(state)} --> {_word(target)}\n" for target in sorted(targets, key=_word)]
                if not targets:
                    parts.append(f"  {_word(state)} --> [*]\n")
            parts.append("```\n\n")
    return "".join(parts).rstrip() + "\n"


def _word(state: Any) -> str:
    return str(getattr(state, "value", state))


def journal() -> str:
    """Everything that can be written in the journal, and who reacts."""
    from bina.journal.registry import REACTIONS, VERBS

    rows = ""
    for code, verb in sorted(VERBS.items(), key=lambda pair: (pair[1].app, pair[0])):
        reactions = ", ".join(
            sorted(
                f"`{function.__module__.removeprefix('bina.')}.{function.__name__}`"
                for function in REACTIONS.get(code, [])
            )
        )
        rows += f"| {verb.app} | `{code}` | {verb.sentence} | {reactions} |\n"
    return f"# Journal entries\n\n{NOTE}| Room | Entry | In words | Reactions |\n|---|---|---|---|\n{rows}"


def api_document() -> str:
    """The OpenAPI document of the HTTP API."""
    from bina.config.api import api

    return (
        json.dumps(
            api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, ensure_ascii=False, sort_keys=True, default=str
        )
        + "\n"
    )


def api_table() -> str:
    """The API as a table."""
    document = json.loads(api_document())
    rows = "".join(
        f"| `{method.upper()} {path}` | {operation.get('summary', '')} |\n"
        for path, methods in sorted(document["paths"].items())
        for method, operation in methods.items()
    )
    return (
        f"# HTTP API\n\n{NOTE}Signed-in sessions of the browser are accepted; under `/api/v1/cmi5/` a program signs in instead, with "
        "the key and secret of a client of the record store that has the scope `cmi5` (HTTP Basic). Answers are JSON. "
        "The whole document: [openapi.json](openapi.json).\n\n"
        f"| Call | What it gives |\n|---|---|\n{rows}"
    )


def folder_map() -> str:
    """The rooms with the first line of what each says of itself."""
    order = ["config", "demo", "portal", "integrations", "evaluation", "planning", "credentials", "learning", "assessment",
             "competencies", "records", "people", "journal", "foundation", "design", "science"]  # fmt: skip
    rows = "".join(f"| `src/bina/{room}` | {_first_line(room)} |\n" for room in order)
    return (
        "| Folder | What it is for |\n|---|---|\n"
        f"{rows}| `tests` | mirrors the rooms; `journeys` tell one mission story per file, `browser` drives a real Chromium |\n"
        "| `benchmarks` | what is fast, measured; how to repeat it |\n| `docs` | decisions, guides per role, generated references |\n"
        "| `tools` | what developers run: tests, checks, catalogues, references |\n"
    )


def _first_line(room: str) -> str:
    text = (SOURCE / room / "__init__.py").read_text(encoding="utf-8")
    return text.split('"""')[1].strip().split("\n")[0]


def readme() -> str:
    """The README with the folder map inside."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    begin, end = "<!-- folder map: generated -->", "<!-- end of folder map -->"
    return f"{text.split(begin)[0]}{begin}\n{folder_map()}{end}{text.split(end)[1]}"


DOCUMENTS: dict[Path, Callable[[], str]] = {
    FOLDER / "permissions.md": permissions,
    FOLDER / "states.md": states,
    FOLDER / "journal.md": journal,
    FOLDER / "openapi.json": api_document,
    FOLDER / "api.md": api_table,
    ROOT / "README.md": readme,
}


def main(command: str) -> int:
    """Write or check every document."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bina.config.settings")
    import django

    django.setup()
    from django.utils import translation

    translation.activate("id")
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for path, make in DOCUMENTS.items():
        text = make()
        if command == "write":
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
    if stale:
        print(f"fallen behind the code: {', '.join(stale)}; run `make docs`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
