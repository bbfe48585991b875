"""What is wrong with an instrument, question by question, before anybody is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.instruments.branching import (
    Comparison,
    conditions_towards,
    is_satisfiable,
    threshold,
)
from bina.assessment.rules.instruments.content import (
    MOST_OPTIONS,
    MOST_QUESTIONS,
    MOST_SCALES,
    MOST_SECTIONS,
    QUESTION_KIND_NAMES,
    STEPS,
    Content,
    Question,
    options_of,
)

# A scale of a single question says nothing about its own reliability.
LEAST_ITEMS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one question: its place, key, text, and what is wrong (nothing: it can be taken)."""

    number: int
    key: str
    text: str
    kind: str
    problems: tuple[str, ...]


def question_problems(questions: object) -> list[str]:
    """What is wrong with single questions; empty when nothing is."""
    if not isinstance(questions, list) or not questions:
        return [_("Instrumen belum memiliki pertanyaan.")]
    if len(questions) > MOST_QUESTIONS:
        return [_("Instrumen memuat lebih dari %(most)s pertanyaan.") % {"most": MOST_QUESTIONS}]
    seen: set[str] = set()
    return [problem for number, row in enumerate(questions, start=1) for problem in _own_problems(row, number, seen)]


def _own_problems(question: object, number: int, seen: set[str]) -> list[str]:
    key = question.get("key") if isinstance(question, Mapping) else None
    if not isinstance(question, Mapping) or not isinstance(key, str) or not key.isidentifier() or key in seen:
        return [_("Pertanyaan %(n)s memerlukan kunci (key) yang unik.") % {"n": number}]
    seen.add(key)
    problems = []
    if question.get("kind") not in QUESTION_KIND_NAMES or not str(question.get("text") or "").strip():
        problems.append(_("Pertanyaan “%(key)s” memerlukan jenis yang dikenal dan teks.") % {"key": key})
    if question.get("kind") in ("choice", "multiple"):
        options = question.get("options")
        if not isinstance(options, list) or not all(isinstance(row, Mapping) and row.get("key") for row in options):
            problems.append(_("Pertanyaan “%(key)s” memerlukan pilihan (options).") % {"key": key})
        elif not 2 <= len(options) <= MOST_OPTIONS or len({row["key"] for row in options}) < len(options):
            problems.append(
                _("Pertanyaan “%(key)s” memerlukan 2 sampai %(most)s pilihan yang kuncinya berbeda.")
                % {"key": key, "most": MOST_OPTIONS}
            )
    if "min" in question and "max" in question and question["min"] > question["max"]:
        problems.append(_("Batas bawah pertanyaan “%(key)s” melampaui batas atasnya.") % {"key": key})
    return problems


def findings_of(content: Content) -> tuple[list[Finding], list[str]]:
    """What is wrong question by question, and what is wrong with the sections, the scales and the whole."""
    seen: set[str] = set()
    by_question = [_own_problems(row, number, seen) for number, row in enumerate(content.questions, start=1)]
    is_sound = not any(by_question)
    findings = []
    for number, (row, problems) in enumerate(zip(content.questions, by_question, strict=True), start=1):
        found = [*problems, *(_condition_problems(content, row) if is_sound else ())]
        findings.append(Finding(number, row["key"], row["text"], row["kind"], tuple(found)))
    general = [] if content.questions else question_problems([])
    if len(content.questions) > MOST_QUESTIONS:
        general += question_problems(content.questions)
    if is_sound:
        general += [*_section_problems(content), *_scale_problems(content)]
    return findings, general


def content_problems(content: Content) -> list[str]:
    """Everything that keeps an instrument from being used; empty when nothing does."""
    findings, general = findings_of(content)
    return [*(problem for row in findings for problem in row.problems), *general]


def _places(content: Content) -> dict[str, int]:
    return {question["key"]: place for place, question in enumerate(content.ordered)}


def _condition_problems(content: Content, question: Question) -> list[str]:
    key, condition = question["key"], question.get("show_if")
    problems = []
    if question.get("section") and content.section(question["section"]) is None:
        problems.append(_("Bagian pertanyaan “%(key)s” tidak ada.") % {"key": key})
    if condition:
        problems += _reference_problems(content, condition, _places(content)[key], f"“{key}”")
    if not problems and not _is_reachable(content, question):
        problems.append(
            _("Pertanyaan “%(key)s” tidak akan pernah ditanyakan: syarat-syaratnya tidak dapat dipenuhi bersama.")
            % {"key": key}
        )
    return problems


def _is_reachable(content: Content, question: Question) -> bool:
    by_source: dict[str, list[Any]] = {}
    for condition in conditions_towards(content, question):
        by_source.setdefault(condition["question"], []).append(condition)
    for key, conditions in by_source.items():
        source = content.question(key)
        if source is None or any(row["is"] not in set(Comparison) for row in conditions):
            return True  # reported where the condition itself stands
        if not is_satisfiable(source, conditions):
            return False
    return True


def _reference_problems(content: Content, condition: Mapping[str, Any], place: int, name: str) -> list[str]:
    source = content.question(condition["question"])
    if source is None:
        return [_("Syarat %(name)s menunjuk pertanyaan yang tidak ada.") % {"name": name}]
    if _places(content)[source["key"]] >= place:
        return [_("Syarat %(name)s hanya boleh menunjuk pertanyaan sebelumnya.") % {"name": name}]
    if source["kind"] == "text":
        return [_("Syarat %(name)s tidak dapat memakai isian bebas.") % {"name": name}]
    if condition["is"] not in set(Comparison):
        return [_("Syarat %(name)s memakai pembanding yang tidak dikenal.") % {"name": name}]
    if condition["is"] in (Comparison.AT_LEAST, Comparison.AT_MOST):
        if source["kind"] not in STEPS and source["kind"] != "number":
            return [_("Syarat %(name)s membandingkan angka, padahal jawabannya bukan angka.") % {"name": name}]
        if threshold(condition) is None:
            return [_("Syarat %(name)s memerlukan angka pembanding.") % {"name": name}]
    elif source["kind"] == "number":
        return [_("Syarat %(name)s pada angka memakai “paling sedikit” atau “paling banyak”.") % {"name": name}]
    elif not condition["values"] or not set(condition["values"]) <= {key for key, _words in options_of(source)}:
        return [_("Syarat %(name)s menyebut jawaban yang tidak ditawarkan.") % {"name": name}]
    return []


def _section_problems(content: Content) -> list[str]:
    problems = []
    keys = [section["key"] for section in content.sections]
    if len(keys) > MOST_SECTIONS or len(set(keys)) < len(keys) or not all(
        key.isidentifier() and section["title"] for key, section in zip(keys, content.sections, strict=True)
    ):  # fmt: skip
        problems.append(
            _("Setiap bagian memerlukan kunci yang unik dan judul; paling banyak %(most)s bagian.")
            % {"most": MOST_SECTIONS}
        )
        return problems
    places = _places(content)
    for section in content.sections:
        own = [places[row["key"]] for row in content.questions if row.get("section") == section["key"]]
        if section.get("show_if") and own:
            problems += _reference_problems(content, section["show_if"], min(own), f"“{section['title']}”")
    return problems


def _scale_problems(content: Content) -> list[str]:
    problems = []
    codes = [scale["code"] for scale in content.scales]
    if len(codes) > MOST_SCALES or len(set(codes)) < len(codes) or not all(
        code.isidentifier() and scale["name"] for code, scale in zip(codes, content.scales, strict=True)
    ):  # fmt: skip
        return [
            _("Setiap skala memerlukan kode yang unik dan nama; paling banyak %(most)s skala.") % {"most": MOST_SCALES}
        ]
    for scale in content.scales:
        rows = [content.question(key) for key in scale["items"]]
        kinds = {row["kind"] if row else "" for row in rows}
        words = {"name": scale["name"]}
        if len(set(scale["items"])) < LEAST_ITEMS:
            problems.append(_("Skala “%(name)s” memerlukan paling sedikit dua pertanyaan yang berbeda.") % words)
        elif len(kinds) != 1 or not kinds <= set(STEPS):
            problems.append(
                _("Skala “%(name)s” hanya boleh memuat pertanyaan skala dengan banyak poin yang sama.") % words
            )
        elif not set(scale["reversed"]) <= set(scale["items"]):
            problems.append(_("Skala “%(name)s” membalik pertanyaan yang bukan bagiannya.") % words)
    return problems
