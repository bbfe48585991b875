"""Rules of the house that no ready-made linter knows; each is one small function with a sample that must fail."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bina"
HTTP_ROOMS = {"views", "api", "forms", "urls", "middleware", "requests", "adapters", "admin"}


def _python_files() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text(encoding="utf-8")


def _templates() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        yield path, path.read_text(encoding="utf-8")


def http_outside_views(path: str, text: str) -> bool:
    """HTTP words belong to views, api, forms, urls and middleware."""
    parts = set(Path(path).with_suffix("").parts)
    return bool(re.search(r"^\s*from django\.(http|shortcuts) import", text, re.M)) and not parts & HTTP_ROOMS


def rows_in_views(path: str, text: str) -> bool:
    """Views ask queries and actions; they never touch tables themselves."""
    return "views" in Path(path).with_suffix("").parts and bool(re.search(r"\.objects\b", text))


def formatted_translation(path: str, text: str) -> bool:
    """A translatable text is constant: no f-string, no format inside _()."""
    return bool(re.search(r"\b_\(\s*f[\"']", text))


def first_line_tells(path: str, text: str) -> bool:
    """Every file opens with one line that says what it is for."""
    return not text.lstrip().startswith('"""') and not text.startswith("#!")


def day_of_a_moment(path: str, text: str) -> bool:
    """Kept moments are in UTC, seven hours behind Jakarta: a day is taken from one by clock.day_of, nowhere else."""
    places = {"foundation/clock.py", "design/formats.py", "config/commands/schedule.py"}  # these convert first
    return path not in places and not path.startswith("demo/") and ".date()" in text


def inline_script(path: str, text: str) -> bool:
    """No script and no event handler inside a page; the content policy would block it."""
    return bool(re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text) or re.search(r"\son[a-z]+=\"", text))


def picture_without_words(path: str, text: str) -> bool:
    """Every picture has an alt text."""
    return any("alt=" not in tag for tag in re.findall(r"<img\b[^>]*>", text))


def form_without_token(path: str, text: str) -> bool:
    """Every form that posts carries the token."""
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", text, re.S | re.I)
    return any(not re.search(r"csrf_field|form_fields|\{\{ token \}\}|csrf_token", form) for form in forms)


PYTHON_RULES = [http_outside_views, rows_in_views, formatted_translation, first_line_tells, day_of_a_moment]
TEMPLATE_RULES = [inline_script, picture_without_words, form_without_token]
# One sample per rule that must be caught, so that a rule cannot fall asleep: (rule, path, text).
SAMPLES = [
    (http_outside_views, "planning/actions.py", "from django.http import HttpResponse\n"),
    (rows_in_views, "planning/views.py", "plans = Plan.objects.all()\n"),
    (formatted_translation, "planning/actions.py", '_(f"Halo {name}")'),
    (first_line_tells, "planning/actions.py", "import os\n"),
    (day_of_a_moment, "planning/actions.py", "on = session.finished_at.date()\n"),
    (inline_script, "page.html", '<button onclick="go()">'),
    (picture_without_words, "page.html", '<img src="x.png">'),
    (form_without_token, "page.html", '<form method="post"><input></form>'),
]


def main() -> int:
    """Check the samples first, then the house; print one line per finding."""
    asleep = [rule.__name__ for rule, path, text in SAMPLES if not rule(path, text)]
    if asleep:
        print(f"rules that no longer catch their sample: {', '.join(asleep)}")
        return 1
    findings = [
        f"{path.relative_to(ROOT)}: {rule.__doc__}"
        for rules, files in ((PYTHON_RULES, _python_files()), (TEMPLATE_RULES, _templates()))
        for path, text in files
        for rule in rules
        if rule(str(path.relative_to(SOURCE)), text)
    ]
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
