"""Quizzes of a cartridge: the QTI 1.2 profile of Common Cartridge (choices, several choices, true or false, fill in).

Source: IMS Common Cartridge Profile 1.3, section 4.12 (2013); IMS QTI 1.2.1 ASI (2003).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from bina.assessment.rules import item_problems
from bina.assessment.rules.exchange.markup import from_html, from_plain
from bina.assessment.rules.exchange.report import Faulty
from bina.assessment.rules.exchange.trees import first, local_name, named, read_tree

CHOICES = {"cc.multiple_choice", "cc.true_false", "cc.multiple_response"}
TYPED = {"cc.fib", "cc.pattern_match"}
MOST_ITEMS = 60
# Practice questions of a cartridge state no level; this one stands in files that need one and is read by nobody.
LEVEL = 1


@dataclass(slots=True)
class QuizItems:
    """A quiz as items of ours, and what was left out of it, each with its reason."""

    title: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read_quiz(content: bytes) -> QuizItems:
    """Read one assessment; raises Refused for what is no XML."""
    root = read_tree(content)
    assessment = first(root, "assessment")
    quiz = QuizItems(title=assessment.get("title", "") if assessment is not None else "")
    for number, element in enumerate(named(root, "item"), start=1):
        name = element.get("title") or _("soal ke-%(n)s") % {"n": number}
        try:
            item = _item(element, number)
            faults = item_problems(item, needs_competency=False)
        except Faulty as fault:
            faults, item = [str(fault)], {}
        if not faults and len(quiz.items) >= MOST_ITEMS:
            faults = [_("Satu kuis memuat paling banyak %(most)s soal.") % {"most": MOST_ITEMS}]
        if faults:
            quiz.left_out.append(f"{name[:80]}: {faults[0]}")
        else:
            quiz.items.append(item)
    return quiz


def _item(element: Element, number: int) -> dict[str, Any]:
    profile = _profile(element)
    presentation = first(element, "presentation")
    if presentation is None:
        raise Faulty(_("Soal ini tidak memuat pertanyaan."))
    stem = "\n\n".join(_materials(presentation))
    item: dict[str, Any] = {"code": f"S-{number}", "level": LEVEL, "stem": stem}
    said = _feedback(element, "general_fb")
    if said:
        item["explanation"] = said
    if profile in TYPED or (not profile and first(presentation, "render_fib") is not None):
        accepted = list(dict.fromkeys(_right_values(element)))
        if not accepted:
            raise Faulty(_("Kunci jawaban tidak ada."))
        return {**item, "kind": "cloze", "text": "[[1]]", "gaps": [{"accept": accepted}]}
    if profile and profile not in CHOICES:
        raise Faulty(_("Jenis soal “%(kind)s” tidak diterima.") % {"kind": profile[:60]})
    right = set(_right_values(element))
    options = [_option(element, label, right) for label in named(presentation, "response_label")]
    many = profile == "cc.multiple_response" or any(
        one.get("rcardinality", "").lower() == "multiple" for one in named(presentation, "response_lid")
    )
    is_several = many and sum(option.get("correct", False) for option in options) > 1
    return {**item, "kind": "multiple" if is_several else "single", "options": options}


def _profile(element: Element) -> str:
    """The kind of question without its version, e.g. cc.true_false."""
    for row in named(element, "qtimetadatafield"):
        label, entry = first(row, "fieldlabel"), first(row, "fieldentry")
        if label is not None and entry is not None and (label.text or "").strip() == "cc_profile":
            return re.sub(r"\.v\d+p\d+$", "", (entry.text or "").strip())
    return ""


def _materials(presentation: Element) -> Iterable[str]:
    """The words of a question itself, not those of its answers."""
    for child in presentation:
        if local_name(child) == "material":
            yield from filter(None, (_words(text) for text in named(child, "mattext")))
        elif local_name(child) in {"flow", "flow_mat"}:
            yield from _materials(child)


def _words(text: Element) -> str:
    raw = "".join(text.itertext()).strip()
    kind = text.get("texttype", "text/plain")
    found = from_html(raw) if kind == "text/html" else from_plain(raw)
    if found.images:
        raise Faulty(_("Soal ini memakai gambar, yang tidak dibawa."))
    return found.markdown


def _option(element: Element, label: Element, right: set[str]) -> dict[str, Any]:
    identifier = label.get("ident", "")
    option: dict[str, Any] = {"text": " ".join(filter(None, (_words(text) for text in named(label, "mattext"))))}
    if identifier in right:
        option["correct"] = True
    said = next((words for words in (_feedback(element, name) for name in _told(element, identifier)) if words), "")
    if said:
        option["feedback"] = said
    return option


def _conditions(element: Element) -> Iterable[Element]:
    processing = first(element, "resprocessing")
    return named(processing, "respcondition") if processing is not None else ()


def _right_values(element: Element) -> list[str]:
    """The values that earn points: those a condition with a positive score asks for, and none it asks not to be there."""
    found = []
    for condition in _conditions(element):
        if not any(_is_positive(row.text) for row in named(condition, "setvar")):
            continue
        variables = first(condition, "conditionvar")
        if variables is None:
            continue
        refused = {id(one) for denial in named(variables, "not") for one in named(denial, "varequal", "varsubstring")}
        found += [
            (one.text or "").strip() for one in named(variables, "varequal", "varsubstring") if id(one) not in refused
        ]
    return [value for value in found if value]


def _is_positive(text: str | None) -> bool:
    try:
        return float(text or "") > 0
    except ValueError:
        return False


def _told(element: Element, identifier: str) -> list[str]:
    """The names of the feedback that follows when one answer is picked."""
    return [
        display.get("linkrefid", "")
        for condition in _conditions(element)
        if [(one.text or "").strip() for one in named(condition, "varequal")] == [identifier]
        for display in named(condition, "displayfeedback")
        if display.get("linkrefid") not in {"correct_fb", "general_incorrect_fb", "general_fb"}
    ]


def _feedback(element: Element, name: str) -> str:
    for row in named(element, "itemfeedback"):
        if row.get("ident") == name:
            return " ".join(filter(None, (_words(text) for text in named(row, "mattext"))))[:2_000]
    return ""
