"""The forms of authors and the files behind them: what stands in a form, what a sent form makes of the files.

A field that says what it said before is left as the file has it, so that a form never changes what nobody touched. What
cannot be used is kept as it was typed; the check of the course tells what is wrong with it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bina.foundation.located_yaml import YamlError
from bina.learning.rules.editing import OWN_FILES, EditField, Writing
from bina.learning.rules.gates import AUDIENCES
from bina.learning.rules.kinds import ActivityKind
from bina.learning.rules.outline_text import ListText, OutlineText
from bina.learning.rules.place_texts import VARIANT_SECTORS

LONGEST_LINE, LONGEST_TEXT = 1_000, 400_000
EMPTY = {".md": "\n", ".yaml": "[]\n"}
BLANK_CRITERION: dict[str, Any] = {"name": "", "competency": "", "level": "", "descriptors": [""] * 5}
# What is said about a course as a whole in one line or text each; numbers are whole.
ABOUT_WORDS = ("title", "summary", "description", "audience", "author", "licence", "language", "form")
ABOUT_NUMBERS = ("learning_hours", "level", "passing_grade")


class Sent(Protocol):
    """A sent form: the last value of a field, and all of them."""

    def get(self, name: str, default: str, /) -> Any:
        """The last value."""
        ...

    def getlist(self, name: str, /) -> list[Any]:
        """All values."""
        ...

    def __contains__(self, name: object, /) -> bool: ...


Texts = Mapping[str, str]
Entry = dict[str, Any]


def same_ends(text: str, like: str) -> str:
    """A text from a browser with the line ends of the file it goes to."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if plain and not plain.endswith("\n"):
        plain += "\n"
    return plain.replace("\n", "\r\n") if "\r\n" in like else plain


def mark_of(*parts: Any) -> str:
    """A short mark of what a form was made of; another mark means that somebody saved meanwhile."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def shown(value: Any) -> str:
    """A value of an entry as a form shows it."""
    if value is None:
        return ""
    if value is True:
        return "1"
    return "" if value is False else str(value).strip()


def _taken(old: Any, typed: str, writing: Writing = Writing.LINE) -> Any:
    """What a typed field says: the old value where it says the same, a number where one is wanted, None for nothing."""
    text = typed.strip()
    if shown(old) == text and old is not None:
        return old
    if not text:
        return None
    if writing is Writing.NUMBER and re.fullmatch(r"\d{1,6}", text):
        return int(text)
    return text


def pairs_shown(value: Any) -> str:
    """Names with short values as lines “name=value”; what is no such mapping is shown as it is."""
    if not isinstance(value, Mapping):
        return shown(value)
    return "\n".join(f"{name}={_short(one)}" for name, one in value.items())


def _short(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(value)


def _pairs_taken(old: Any, typed: str) -> Any:
    """What such lines say: a value that reads as before keeps its kind, so that 4 does not become a text; None for nothing."""
    known = old if isinstance(old, Mapping) else {}
    found: dict[str, Any] = {}
    for line in typed.splitlines():
        name, _sign, value = (part.strip() for part in line.partition("="))
        if name or value:
            found[name] = known[name] if name in known and _short(known[name]) == value else value
    return old if found and found == old else found or None


# --- One part --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gate:
    """A row of the form of gates: a part, and the least score where one is wanted."""

    key: str = ""
    score: str = ""


@dataclass(slots=True)
class PartForm:
    """What stands in the form of a part: single fields by name, texts of own files, gates, criteria of a rubric."""

    values: dict[str, str]
    texts: dict[str, str]
    needs: list[Gate] = field(default_factory=list)
    covers: list[str] = field(default_factory=list)
    score: str = ""
    only_for: dict[str, list[str]] = field(default_factory=dict)
    criteria: list[dict[str, Any]] = field(default_factory=list)
    is_required: bool = True
    # Texts for other sectors; in a sent form also the one that is wanted anew, or no longer.
    variants: dict[str, str] = field(default_factory=dict)
    new_variant: str = ""
    dropped_variant: str = ""


def variant_files(entry: Mapping[str, Any]) -> dict[str, str]:
    """The files of the variants of a part by sector; what is not written so is left out, the check names its line."""
    rows = entry.get("variants")
    found = rows.items() if isinstance(rows, Mapping) else ()
    return {str(sector): name for sector, name in found if isinstance(name, str) and name.strip()}


def files_named(entry: Mapping[str, Any]) -> list[str]:
    """Every value of a part that may be the name of a file, those of its variants among them."""
    return [*(value for value in entry.values() if isinstance(value, str)), *variant_files(entry).values()]


def own_file(entry: Mapping[str, Any], one: EditField) -> str:
    """The file in which a field of a part stands: the one it names, else the one it will get."""
    named = entry.get(one.name)
    if isinstance(named, str) and named.strip():
        return named.strip()
    return f"{entry.get('key') or 'bagian'}{one.end}{OWN_FILES[one.writing]}"


def form_of_part(kind: ActivityKind, entry: Mapping[str, Any], texts: Texts) -> PartForm:
    """The form of a part as it is kept."""
    values = {name: shown(entry.get(name)) for name in ("title", "minutes")}
    kept: dict[str, str] = {}
    criteria: list[dict[str, Any]] = []
    for one in kind.form_fields:
        if one.writing is Writing.TEXT:
            kept[one.name] = texts.get(own_file(entry, one), "")
        elif one.writing is Writing.RUBRIC:
            criteria = _criteria(texts.get(own_file(entry, one), ""))
        elif one.writing is not Writing.QUESTIONS:
            value = entry.get(one.name)
            values[one.name] = (
                pairs_shown(value)
                if one.writing is Writing.PAIRS
                else shown(one.fallback if value is None and one.writing is not Writing.MEDIA else value)
            )
    form = PartForm(values, kept, criteria=criteria, is_required=entry.get("required", True) is not False)
    form.needs, form.covers, form.score, form.only_for = _gates(entry)
    if kind.has_variants:
        form.variants = {sector: texts.get(name, "") for sector, name in variant_files(entry).items()}
    return form


def _criteria(text: str) -> list[dict[str, Any]]:
    try:
        rows = ListText(text).values
    except YamlError:
        return []
    return [{**BLANK_CRITERION, **row} for row in rows if isinstance(row, dict)]


def _gates(entry: Mapping[str, Any]) -> tuple[list[Gate], list[str], str, dict[str, list[str]]]:
    needs = []
    for row in entry.get("needs") or [] if isinstance(entry.get("needs"), list) else []:
        if isinstance(row, Mapping):
            needs.append(Gate(str(row.get("key") or ""), shown(row.get("score"))))
        else:
            needs.append(Gate(str(row)))
    out = entry.get("test_out")
    out = out if isinstance(out, Mapping) else {}
    covers = [str(key) for key in out.get("covers") or []] if isinstance(out.get("covers"), list) else []
    only = entry.get("only_for")
    only_for = {
        name: [str(code) for code in codes]
        for name, codes in (only.items() if isinstance(only, Mapping) else ())
        if isinstance(codes, list)
    }
    return needs, covers, shown(out.get("score")), only_for


def typed_part(kind: ActivityKind, sent: Sent) -> PartForm:
    """The form of a part as it was sent."""
    values = {name: str(sent.get(name, ""))[:LONGEST_LINE] for name in ("title", "minutes")}
    texts: dict[str, str] = {}
    for one in kind.form_fields:
        if one.writing is Writing.TEXT:
            texts[one.name] = str(sent.get(one.name, ""))[:LONGEST_TEXT]
        elif one.writing not in OWN_FILES:
            longest = LONGEST_TEXT if one.writing in {Writing.WORDS, Writing.PAIRS} else LONGEST_LINE
            values[one.name] = str(sent.get(one.name, ""))[:longest]
            if one.writing is Writing.PAIRS:
                values[one.name] = values[one.name].replace("\r\n", "\n").strip()
    form = PartForm(values, texts, is_required="required" in sent)
    form.needs = [
        Gate(str(key), score.strip() if isinstance(score, str) else "")
        for key, score in zip(sent.getlist("needs-key"), sent.getlist("needs-score"), strict=False)
        if key
    ]
    form.covers = [str(key) for key in sent.getlist("covers")]
    form.score = str(sent.get("covers-score", "")).strip()[:6]
    form.only_for = {name: codes for name in AUDIENCES if (codes := [str(one) for one in sent.getlist(f"only-{name}")])}
    if kind.has_variants:
        sent_for = [sector for sector in VARIANT_SECTORS if f"variant-{sector}" in sent]
        form.variants = {sector: str(sent.get(f"variant-{sector}", ""))[:LONGEST_TEXT] for sector in sent_for}
        verb, _colon, sector = str(sent.get("do", "")).partition(":")
        form.dropped_variant = sector if verb == "variant-drop" else ""
        wanted = str(sent.get("new-variant", ""))
        form.new_variant = wanted if verb == "variant-add" and wanted in VARIANT_SECTORS else ""
    count = str(sent.get("criteria-count", "0"))
    for number in range(min(int(count), 13) if count.isascii() and count.isdigit() else 0):
        looks = [str(sent.get(f"criterion-{number}-{mark}", ""))[:LONGEST_LINE] for mark in range(5)]
        row = {
            name: str(sent.get(f"criterion-{number}-{name}", ""))[:LONGEST_LINE]
            for name in ("name", "competency", "level")
        }
        if any(text.strip() for text in (*looks, row["name"])):
            form.criteria.append({**row, "descriptors": looks})
    return form


def changed_part(
    kind: ActivityKind, entry: Mapping[str, Any], texts: Texts, form: PartForm
) -> tuple[Entry, dict[str, str]]:
    """The entry and the texts that a form amounts to; only texts that differ are in the second."""
    before = form_of_part(kind, entry, texts)
    new: Entry = dict(entry)
    changed: dict[str, str] = {}

    def put(name: str, value: Any) -> None:
        if value is None:
            new.pop(name, None)
        else:
            new[name] = value

    put("title", _taken(entry.get("title"), form.values["title"]) or "")
    put("minutes", _taken(entry.get("minutes"), form.values["minutes"], Writing.NUMBER))
    if form.is_required != before.is_required:
        put("required", None if form.is_required else False)
    for one in kind.form_fields:
        if one.writing is Writing.TEXT:
            _put_text(entry, one, texts, form.texts[one.name], new, changed)
        elif one.writing is Writing.RUBRIC:
            _put_criteria(entry, one, texts, form.criteria, new, changed)
        elif one.writing is not Writing.QUESTIONS and form.values[one.name] != before.values[one.name]:
            put(one.name, _new_value(one, entry.get(one.name), form.values[one.name]))
    _put_gates(kind, before, form, put)
    if kind.has_variants:
        _put_variants(entry, texts, form, new, changed)
    return new, changed


def _new_value(one: EditField, old: Any, typed: str) -> Any:
    if one.writing is Writing.SWITCH:
        return True if typed else None
    if one.writing is Writing.WORDS:
        return same_ends(typed, "").strip() or None
    if one.writing is Writing.PAIRS:
        return _pairs_taken(old, typed)
    return _taken(old, typed, one.writing)


def _put_text(
    entry: Mapping[str, Any], one: EditField, texts: Texts, typed: str, new: Entry, changed: dict[str, str]
) -> None:
    name = own_file(entry, one)
    stands = texts.get(name)
    text = same_ends(typed, stands or "")
    if stands is None and not text.strip():
        return
    if stands is None or text.rstrip() != stands.rstrip() or entry.get(one.name) != name:
        new[one.name] = name
        changed[name] = text if text.strip() else EMPTY[".md"]


def _put_variants(entry: Mapping[str, Any], texts: Texts, form: PartForm, new: Entry, changed: dict[str, str]) -> None:
    """Variants that a form does not hold stay as they are: only a button takes one away. A new one begins as the general text."""
    files = variant_files(entry)
    typed = dict(form.variants)
    if form.new_variant:
        typed.setdefault(form.new_variant, form.texts.get("file", ""))
    typed.pop(form.dropped_variant, None)
    stored = entry["variants"] if isinstance(entry.get("variants"), Mapping) else {}
    rows = dict(stored)
    rows.pop(form.dropped_variant, None)
    for sector, words in typed.items():
        name = files.get(sector, f"variants/{entry.get('key') or 'bagian'}-{sector}.md")
        stands = texts.get(name)
        text = same_ends(words, stands or "")
        if stands is None or text.rstrip() != stands.rstrip():
            changed[name] = text if text.strip() else EMPTY[".md"]
        rows[sector] = name
    if rows and rows != stored:
        new["variants"] = rows
    elif not rows and stored:
        new.pop("variants")


def _put_criteria(
    entry: Mapping[str, Any], one: EditField, texts: Texts, rows: Sequence[Mapping[str, Any]], new: Entry,
    changed: dict[str, str],
) -> None:  # fmt: skip
    name = own_file(entry, one)
    stands = texts.get(name, EMPTY[".yaml"])
    try:
        file = ListText(stands)
    except YamlError:
        return  # written by hand and broken: left alone, the check names the line
    for place, row in enumerate(rows):
        old = file.values[place] if place < len(file.values) and isinstance(file.values[place], dict) else {}
        value = {
            **old,
            "name": _taken(old.get("name"), row["name"]) or "",
            "competency": _taken(old.get("competency"), row["competency"]) or "",
            "level": _taken(old.get("level"), row["level"], Writing.NUMBER) or 1,
            "descriptors": [text.strip() for text in row["descriptors"]],
        }
        if place < len(file.values):
            file.set_row(place, value)
        else:
            file.insert(place, value)
    del file.rows[len(rows) :]
    if file.text != stands or (rows and not entry.get(one.name)):
        new[one.name] = name
        changed[name] = file.text


def _put_gates(kind: ActivityKind, before: PartForm, form: PartForm, put: Any) -> None:
    if form.needs != before.needs:
        rows = [{"key": row.key, "score": _whole(row.score)} if row.score else row.key for row in form.needs]
        put("needs", rows or None)
    if form.only_for != before.only_for:
        put("only_for", form.only_for or None)
    if "test_out" in kind.fields and (form.covers, form.score) != (before.covers, before.score):
        is_said = form.covers or form.score
        put("test_out", {"score": _whole(form.score), "covers": form.covers} if is_said else None)


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"\d{1,4}", text) else text


# --- The course as a whole -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the form of competencies: “framework|code”, the level aimed at, the gain expected."""

    competency: str = ""
    target: str = ""
    gain: str = ""


def promises_of(outline: OutlineText) -> list[Promise]:
    """The competencies of a course as a form shows them."""
    rows = outline.fields.get("competencies")
    return [
        Promise(
            f"{row.get('framework', 'digcomp-3.0')}|{row.get('code', '')}", shown(row.get("target_level")),
            shown(row.get("expected_gain")).replace(".", ","),
        )
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    ]  # fmt: skip


def change_about(outline: OutlineText, sent: Sent) -> None:
    """Put what was typed about the course as a whole into its outline. The address of a course never changes."""
    new: dict[str, Any] = {}
    for name in (*ABOUT_WORDS, *ABOUT_NUMBERS):
        if name in sent:
            writing = Writing.NUMBER if name in ABOUT_NUMBERS else Writing.LINE
            typed = str(sent.get(name, ""))[:LONGEST_TEXT].replace("\r\n", "\n")
            if typed.strip() == shown(outline.fields.get(name)):
                continue
            value = _taken(outline.fields.get(name), typed, writing)
            new[name] = f"{value}\n" if name == "description" and isinstance(value, str) else value
    if "promise-competency" in sent:
        typed_rows = [
            Promise(*(str(one).strip()[:200] for one in row))
            for row in zip(
                sent.getlist("promise-competency"), sent.getlist("promise-target"), sent.getlist("promise-gain"),
                strict=False,
            )
            if row[0]
        ]  # fmt: skip
        if typed_rows != promises_of(outline):
            new["competencies"] = [_promise(outline, row) for row in typed_rows]
    if new:
        outline.set_fields(new)


def _promise(outline: OutlineText, row: Promise) -> Entry:
    framework, _bar, code = row.competency.partition("|")
    kept = outline.fields.get("competencies")
    old = next(
        (one for one in (kept if isinstance(kept, list) else [])
         if isinstance(one, dict) and f"{one.get('framework', 'digcomp-3.0')}|{one.get('code')}" == row.competency), {}
    )  # fmt: skip
    new = {"framework": framework, "code": code, **old, "target_level": _whole(row.target)}
    gain = row.gain.replace(",", ".")
    if re.fullmatch(r"\d(?:\.\d{1,3})?", gain):
        new["expected_gain"] = float(gain)
    elif gain:
        new["expected_gain"] = row.gain
    else:
        new.pop("expected_gain", None)
    return new
