"""The English catalogue: texts are written in Indonesian in the code; here they are collected, checked and compiled.

`update` adds new texts to the catalogue and drops unused ones, `compile` makes what Django reads, `check` reports
texts without a translation.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "src" / "bina" / "config" / "locale" / "en" / "LC_MESSAGES" / "django.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "true"}}
KEYWORDS: dict[str, object] = {
    "_": None, "_t": None, "_T": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}  # fmt: skip


def collected() -> Catalog:
    """Every text of the source, with the files that use it."""
    catalog = Catalog(locale="en", project="Bina", charset="utf-8")
    found = extract_from_dir(ROOT / "src" / "bina", METHODS, OPTIONS, keywords=KEYWORDS)  # type: ignore[arg-type]
    for path, _line, message, comments, context in sorted(found, key=lambda row: (row[0], row[1])):
        catalog.add(message, locations=[(path, 1)], auto_comments=comments, context=context)
    return catalog


def stored() -> Catalog:
    """The catalogue as committed."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale="en")


def missing(catalog: Catalog, wanted: Catalog) -> list[str]:
    """Texts of the source that have no English wording."""
    problems = []
    for message in wanted:
        if not message.id:
            continue
        known: Message | None = catalog.get(
            message.id if isinstance(message.id, str) else message.id[0], message.context
        )
        empty = known is None or not known.string or (isinstance(known.string, (tuple, list)) and not all(known.string))
        if empty or (known is not None and known.fuzzy):
            problems.append(str(message.id))
    return problems


def update() -> None:
    """Write the catalogue anew: every text once, known translations kept, unused ones dropped."""
    wanted, known = collected(), stored()
    for message in wanted:
        text = message.id if isinstance(message.id, str) else (message.id[0] if message.id else "")
        if text and (old := known.get(text, message.context)) is not None:
            message.string = old.string
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    write_po(stream, wanted, width=0, sort_output=True, omit_header=False, include_lineno=False)
    lines = [
        line
        for line in stream.getvalue().decode().splitlines()
        if not line.startswith('"POT-Creation-Date') and not line.startswith('"PO-Revision-Date')
    ]
    CATALOGUE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def compile_catalogue() -> None:
    """Make the binary file that Django reads."""
    with CATALOGUE.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, stored())


def main(command: str) -> int:
    """Run one of update, compile, check; the exit status tells whether all is well."""
    if command == "update":
        update()
        compile_catalogue()
    elif command == "compile":
        compile_catalogue()
    elif command == "check":
        problems = missing(stored(), collected())
        for text in problems[:40]:
            print(f"no English wording: {text!r}")
        if problems:
            print(
                f"{len(problems)} texts lack an English wording in {CATALOGUE.relative_to(ROOT)}; run `make fix`, then translate."
            )
        return 1 if problems else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
