"""Turning records into words: lines for the terminal and the page RESULTS.md."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import HERE, KEPT, OUTPUT, Figure, Record, load

ORDER = (
    "pages", "transfer", "lighthouse", "first_start", "staff_import", "profiles", "records", "science", "psychometrics",
)  # fmt: skip


def _number(value: float) -> str:
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text or "0"


def _promise(figure: Figure) -> str:
    if figure.limit is None:
        return "–"
    sign = "≥" if figure.at_least else "≤"
    stretch = f" (stretch {_number(figure.stretch)})" if figure.stretch else ""
    return f"{sign} {_number(figure.limit)} {figure.unit}{stretch}"


def _verdict(figure: Figure) -> str:
    return {True: "met", False: "**missed**", None: "–"}[figure.is_met]


def _beside(beside: dict[str, Any]) -> str:
    parts = []
    for name, value in beside.items():
        shown = _number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
        parts.append(f"{name} {shown}")
    return "; ".join(parts)


def lines(record: Record) -> Iterator[str]:
    """A record for the terminal."""
    for figure in record.figures:
        place = f" [{figure.database}]" if figure.database else ""
        verdict = _verdict(figure).strip("*")
        yield (
            f"  {figure.what}{place}: {_number(figure.value)} {figure.unit}  promise {_promise(figure)}  {verdict}"
            f"  {_beside(figure.beside)}"
        )
    for missing in record.missing:
        yield f"  not measured: {missing}"


def publish() -> Path:
    """Copy the newest output to the kept results and write RESULTS.md from all that is kept; its path."""
    KEPT.mkdir(exist_ok=True)
    for path in OUTPUT.glob("*.json"):
        if path.stem in ORDER:
            shutil.copyfile(path, KEPT / path.name)
    page = HERE / "RESULTS.md"
    page.write_text(
        render([load(KEPT / f"{name}.json") for name in ORDER if (KEPT / f"{name}.json").exists()]), encoding="utf-8"
    )
    return page


def render(records: list[Record]) -> str:
    """The results page: what was measured, on what, what was promised, what came out."""
    figures = [figure for record in records for figure in record.figures]
    promised = [figure for figure in figures if figure.limit is not None]
    missed = [figure for figure in promised if not figure.is_met]
    parts = [
        "# What was measured",
        "",
        "Written by `python -m benchmarks.run --publish` from `benchmarks/results/*.json`; do not edit by hand.",
        "How to repeat it: [README.md](README.md).",
        "",
        f"Of {len(promised)} promised figures {len(promised) - len(missed)} are met and {len(missed)} are missed"
        + (":" if missed else "."),
        "",
    ]
    parts += [
        f"* {figure.what}{f' ({figure.database})' if figure.database else ''}: {_number(figure.value)} {figure.unit}, promised "
        f"{_promise(figure)}"
        for figure in missed
    ]
    for record in records:
        parts += _section(record)
    return "\n".join(parts).rstrip() + "\n"


def _section(record: Record) -> list[str]:
    facts = {**record.machine, **record.versions}
    parts = [
        "",
        f"## {record.title}",
        "",
        record.method,
        "",
        f"Measured {record.measured_at}; " + "; ".join(f"{name}: {value}" for name, value in facts.items()) + ".",
        "",
        "| What | Database | Promise | Figure | Verdict | Beside it |",
        "|---|---|---|---|---|---|",
    ]
    parts += [
        f"| {figure.what} | {figure.database or '–'} | {_promise(figure)} | {_number(figure.value)} {figure.unit} | {_verdict(figure)} | "
        f"{_beside(figure.beside)} |"
        for figure in record.figures
    ]
    if record.missing:
        parts += ["", "Not measured:", "", *(f"* {sentence}" for sentence in record.missing)]
    if record.notes:
        parts += ["", *(f"* {sentence}" for sentence in record.notes)]
    return parts
