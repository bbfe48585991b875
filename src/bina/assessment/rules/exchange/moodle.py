"""Moodle XML: questions of a Moodle question bank read as items, and items written for one."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import Weighed, amount, choice_parts, shares_of
from bina.assessment.rules.exchange.embedded import embedded_gaps, written_gap
from bina.assessment.rules.exchange.gift import FALSE, FILL_IN, TRUE
from bina.assessment.rules.exchange.markup import (
    Words,
    from_html,
    from_markdown,
    from_plain,
    gap_mark,
    split_at_gap,
    with_gaps,
)
from bina.assessment.rules.exchange.report import (
    ExchangeReport,
    Faulty,
    Question,
    Reading,
    Unsupported,
    Written,
    accounted,
    tags_of,
)
from bina.assessment.rules.exchange.trees import read_tree, written_tree
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.pictures import StoredPicture, read_picture
from bina.foundation.errors import Refused

_PLUGIN_FILE = "@@PLUGINFILE@@/"
_USUAL_REMARKS = {
    "your answer is correct.", "your answer is partially correct.", "your answer is incorrect.", "jawaban anda benar.",
    "jawaban anda sebagian benar.", "jawaban anda salah.",
}  # fmt: skip
_GAP = re.compile(r"\[\[(\d{1,2})\]\]")


def read(content: bytes) -> ExchangeReport:
    """The questions of a Moodle XML file, one by one; raises Refused for what is no such file."""
    root = read_tree(content)
    if root.tag != "quiz":
        raise Refused(_("Berkas XML ini bukan bank soal Moodle dan bukan butir QTI. Tidak ada yang diubah."))
    reading, category = Reading(), ""
    for element in root.iter("question"):
        if element.get("type") == "category":
            category = _text(element.find("category")).rstrip("/").rpartition("/")[2]
        else:
            name = _text(element.find("name")) or re.sub(r"<[^<>]*>", " ", _text(element.find("questiontext"))[:200])
            reading.take(name, _reader(reading, element, category))
    return reading.report()


def is_quiz(content: bytes) -> bool:
    """Whether an XML document is a Moodle question bank; raises Refused for what is no XML."""
    return read_tree(content).tag == "quiz"


def _reader(reading: Reading, element: Element, category: str) -> Callable[[Question], None]:
    return lambda question: _read(reading, question, element, category)


def _text(element: Element | None) -> str:
    """The text child of an element, as it stands."""
    return ((element.findtext("text") if element is not None else "") or "").strip()


def _words(element: Element | None) -> Words:
    """The text of an element in the format that it declares."""
    text = _text(element)
    style = element.get("format", "html") if element is not None else "html"
    if style == "markdown":
        return from_markdown(text)
    if style == "plain_text":
        return from_plain(text)
    if style == "moodle_auto_format":
        text = "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", text))
    return from_html(text)


def _read(reading: Reading, question: Question, element: Element, category: str) -> None:
    item, kind = question.item, element.get("type") or ""
    code = (element.findtext("idnumber") or "").strip() or _text(element.find("name"))
    if code:
        item["code"] = code
    question.take_tags(_text(tag) for tag in element.iterfind("tags/tag"))
    if category and "context" not in item and not category.startswith("$"):
        item["context"] = category[:80]
    known = _KINDS.get(kind)
    if known is None:
        raise Unsupported(_("Jenis soal Moodle “%(kind)s” tidak didukung.") % {"kind": kind[:40]})
    body = element.find("questiontext")
    words = _words(body)
    _note_cuts(question, words)
    known(question, element, words)
    _take_picture(reading, question, body, words)
    explanation = _words(element.find("generalfeedback")).plain
    if explanation:
        item["explanation"] = explanation
    if any(_text(hint) for hint in element.iterfind("hint")):
        question.note(_("Petunjuk (hint) tidak disimpan."))
    remarks = {_words(element.find(name)).plain for name in
               ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")}  # fmt: skip
    if any(remark and remark.casefold() not in _USUAL_REMARKS for remark in remarks):
        question.note(_("Umpan balik umum menurut benar atau salahnya jawaban tidak disimpan."))


def _note_cuts(question: Question, words: Words) -> None:
    if words.had_active_parts:
        question.note(_("Skrip, suara, video, dan isi aktif lain dibuang."))
    if words.had_formula:
        question.note(_("Rumus dibaca sebagai teks biasa; periksa soalnya."))


def _without_images(text: str) -> str:
    """Markdown without pictures that stand in it; HTML has lost them already."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"!\[(?:[^\]\\]|\\.)*\]\([^)]*\)", "", text)).strip()


def _stem(words: Words) -> str:
    return _without_images(words.markdown)


def _take_picture(reading: Reading, question: Question, body: Element | None, words: Words) -> None:
    """The first picture of a question, where it came along; everything else about pictures is said."""
    files = (
        {unquote(file.get("name") or ""): file.text or "" for file in body.iterfind("file")} if body is not None else {}
    )
    for place, image in enumerate(words.images):
        name = unquote(image.source.removeprefix(_PLUGIN_FILE))
        if place:
            question.note(_("Hanya gambar pertama yang disimpan."))
            return
        if not image.source.startswith(_PLUGIN_FILE) or name not in files:
            question.note(_("Gambar “%(name)s” tidak ikut dalam berkas, maka tidak diambil.") % {"name": name[:80]})
            return
        try:
            picture = read_picture(name, base64.b64decode(re.sub(r"\s", "", files[name]), validate=True))
        except Refused as refusal:
            question.note(str(refusal))
            return
        except (binascii.Error, ValueError):
            question.note(_("Gambar “%(name)s” rusak, maka tidak diambil.") % {"name": name[:80]})
            return
        reading.pictures[picture.file_name] = picture
        question.item |= {"image": picture.file_name, **({"alt": image.alt} if image.alt else {})}
        if not image.alt:
            question.note(_("Gambar ini belum memiliki uraian (alt)."))


def _share(answer: Element) -> float:
    share = amount(answer.get("fraction") or 0)
    if share is None or abs(share) > 100:
        raise Faulty(_("Bobot jawaban harus antara -100 dan 100 persen."))
    return float(share) / 100


def _options(question: Question, element: Element) -> list[Weighed]:
    options = []
    for answer in element.iterfind("answer"):
        words = _words(answer)
        _note_cuts(question, words)
        if words.images:
            question.note(_("Gambar di dalam pilihan tidak disimpan."))
        options.append(Weighed(_without_images(words.plain), _share(answer), _words(answer.find("feedback")).plain))
    if not options:
        raise Faulty(_("Soal ini tidak memuat jawaban."))
    return options


def _read_choice(question: Question, element: Element, words: Words) -> None:
    takes_many = (element.findtext("single") or "true").strip().casefold() in {"false", "0"}
    parts, notes = choice_parts(_options(question, element), takes_many=takes_many, kind=question.item.get("kind"))
    question.item |= {"stem": _stem(words), **parts}
    for note in notes:
        question.note(note)


def _read_truth(question: Question, element: Element, words: Words) -> None:
    named = {"true": TRUE, "false": FALSE}
    options = [
        Weighed(named.get(option.text.casefold(), option.text), option.share, option.feedback)
        for option in _options(question, element)
    ]
    parts, _notes = choice_parts(options, takes_many=False)
    question.item |= {"stem": _stem(words), **parts}


def _read_matching(question: Question, element: Element, words: Words) -> None:
    pairs, extras = [], []
    for row in element.iterfind("subquestion"):
        left, right = _words(row), _text(row.find("answer"))
        if left.images:
            question.note(_("Gambar di dalam pasangan tidak disimpan."))
        if left.plain and right:
            pairs.append({"left": left.plain, "right": " ".join(right.split())})
        elif right:
            extras.append(" ".join(right.split()))
    question.item |= {"kind": Kind.MATCHING.value, "stem": _stem(words), "pairs": pairs,
                      **({"distractors": extras} if extras else {})}  # fmt: skip


def _note_answer_feedback(question: Question, answers: Iterable[Element]) -> None:
    if any(_text(answer.find("feedback")) for answer in answers):
        question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))


def _read_number(question: Question, element: Element, words: Words) -> None:
    answers = element.findall("answer")
    right = [answer for answer in answers if _share(answer) == 1 and _text(answer) != "*"]
    if not right:
        raise Faulty(_("Jawaban angka yang bernilai penuh tidak ada."))
    if len([answer for answer in answers if _text(answer) != "*"]) > 1:
        question.note(_("Hanya jawaban angka pertama yang bernilai penuh disimpan."))
    _note_answer_feedback(question, answers)
    answer, slack = amount(_text(right[0])), right[0].findtext("tolerance")
    tolerance = None if slack is None else amount(slack.strip() or 0)
    if answer is None or (slack is not None and tolerance is None):
        raise Faulty(_("Jawaban angka tidak dapat dibaca; pakai titik sebagai tanda desimal."))
    units = [(unit.findtext("unit_name") or "").strip() for unit in element.iterfind("units/unit")]
    if len(units) > 1:
        question.note(_("Hanya satuan pertama yang disimpan."))
    question.item |= {
        "kind": Kind.NUMERIC.value, "stem": _stem(words), "answer": answer,
        **({} if tolerance is None else {"tolerance": tolerance}), **({"unit": units[0]} if units else {}),
    }  # fmt: skip


def _read_typed(question: Question, element: Element, words: Words) -> None:
    answers = element.findall("answer")
    accepted = [_text(answer) for answer in answers if _share(answer) == 1]
    if len(accepted) < len(answers):
        question.note(_("Jawaban bernilai sebagian tidak disimpan; yang diterima hanya yang bernilai penuh."))
    if any("*" in text for text in accepted):
        question.note(_("Tanda * pada jawaban dibaca sebagai huruf biasa, bukan pengganti huruf lain."))
    if (element.findtext("usecase") or "0").strip() == "1":
        question.note(_("Huruf besar dan kecil tidak dibedakan."))
    _note_answer_feedback(question, answers)
    question.item |= {"kind": Kind.CLOZE.value, "stem": _stem(words), "text": "[[1]]",
                      "gaps": [{"accept": list(dict.fromkeys(accepted))}]}  # fmt: skip


def _read_ordering(question: Question, element: Element, words: Words) -> None:
    answers = element.findall("answer")
    places = [amount(answer.get("fraction") or 0) or 0 for answer in answers]
    if len(set(places)) == len(places):
        answers = [answer for _place, answer in sorted(zip(places, answers, strict=True), key=lambda pair: pair[0])]
    if (element.findtext("selecttype") or "ALL").strip() not in {"ALL", "0"}:
        question.note(_("Semua langkah ditampilkan, bukan sebagian."))
    question.item |= {"kind": Kind.ORDERING.value, "stem": _stem(words),
                      "sequence": [_words(answer).plain for answer in answers]}  # fmt: skip


def _read_chosen_gaps(question: Question, element: Element, _whole: Words) -> None:
    """Gaps filled from a list (gapselect) or by dragging (ddwtos): each names a choice by its number."""
    rows = element.findall("selectoption") or element.findall("dragbox")
    choices = [(from_html(_text(row)).plain, (row.findtext("group") or "1").strip()) for row in rows]
    if any(row.find("infinite") is None for row in rows) and rows[0].tag == "dragbox":
        question.note(
            _("Setiap rumpang mendapat daftar pilihannya sendiri; satu kata dapat dipilih lebih dari sekali.")
        )
    gaps: list[dict[str, Any]] = []

    def marked(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 1 <= number <= len(choices):
            raise Faulty(_("Rumpang [[%(n)s]] tidak memiliki pilihan.") % {"n": number})
        answer, group = choices[number - 1]
        gaps.append(
            {"options": list(dict.fromkeys(word for word, other in choices if other == group)), "answer": answer}
        )
        return gap_mark(len(gaps))

    _take_passage(question, element.find("questiontext"), _GAP.sub(marked, _text(element.find("questiontext"))), gaps)


def _take_passage(question: Question, body: Element | None, text: str, gaps: list[dict[str, Any]]) -> None:
    """Keep a text whose gaps are marked."""
    style = body.get("format", "html") if body is not None else "html"
    stem, passage = split_at_gap(from_markdown(text) if style == "markdown" else from_html(text))
    question.item |= {"kind": Kind.CLOZE.value, "stem": _without_images(stem) or FILL_IN, "text": passage, "gaps": gaps}


def _read_embedded(question: Question, element: Element, _whole: Words) -> None:
    """A text with answers embedded in braces (Moodle's “cloze”)."""
    body = element.find("questiontext")
    text, gaps = embedded_gaps(_text(body), question)
    _take_passage(question, body, text, gaps)


_KINDS: dict[str, Callable[[Question, Element, Words], None]] = {
    "multichoice": _read_choice, "truefalse": _read_truth, "matching": _read_matching, "numerical": _read_number,
    "shortanswer": _read_typed, "ordering": _read_ordering, "gapselect": _read_chosen_gaps,
    "ddwtos": _read_chosen_gaps, "cloze": _read_embedded,
}  # fmt: skip


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(items: Sequence[Mapping[str, Any]], pictures: Mapping[str, StoredPicture]) -> Written:
    """Items as a Moodle XML file with their pictures; the lines tell what it cannot hold."""
    root, left_out = Element("quiz"), {}
    for item in items:
        code = " ".join(str(item["code"]).split())
        try:
            root.append(_question(item, code, pictures))
        except Unsupported as reason:
            left_out[code] = str(reason)
    content = written_tree(root)
    return accounted(items, pictures, content, left_out, read(content) if len(root) else None)


def _put(parent: Element, name: str, text: object, style: str = "", **attributes: str) -> Element:
    """An element with a text child, as Moodle wraps its words."""
    element = SubElement(parent, name, {**({"format": style} if style else {}), **attributes})
    SubElement(element, "text").text = str(text).strip()
    return element


def _set(parent: Element, **values: object) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)


def _question(item: Mapping[str, Any], code: str, pictures: Mapping[str, StoredPicture]) -> Element:
    writer = _WRITERS.get(item["kind"])
    if writer is None:
        raise Unsupported(_("Moodle XML tidak mengenal jenis soal ini."))
    element = Element("question")
    _put(element, "name", code)
    stem = str(item["stem"]).strip()
    if item["kind"] == Kind.CLOZE and not _is_short(item):
        stem += "\n\n" + _embedded_text(item)
    picture = pictures.get(str(item.get("image")))
    if picture:
        alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(str(item.get("alt") or "").split()))
        stem += f"\n\n![{alt}]({_PLUGIN_FILE}{picture.file_name})"
    body = _put(element, "questiontext", stem, "markdown")
    if picture:
        SubElement(
            body, "file", {"name": picture.file_name, "path": "/", "encoding": "base64"}
        ).text = base64.b64encode(picture.content).decode()
    _put(element, "generalfeedback", item.get("explanation") or "", "plain_text")
    _set(element, defaultgrade="1", penalty="0", hidden="0", idnumber=code)
    writer(element, item)
    tags = SubElement(element, "tags")
    for tag in tags_of(item):
        _put(tags, "tag", tag)
    return element


def _answer(parent: Element, text: object, share: float, feedback: object = "") -> Element:
    element = _put(parent, "answer", text, "plain_text", fraction=f"{share * 100:.5f}".rstrip("0").rstrip("."))
    _put(element, "feedback", feedback or "", "plain_text")
    return element


def _write_choice(element: Element, item: Mapping[str, Any]) -> None:
    element.set("type", "multichoice")
    _set(element, single=str(item["kind"] != Kind.MULTIPLE).lower(), shuffleanswers="true", answernumbering="none")
    for option, share in zip(item["options"], shares_of(item), strict=True):
        _answer(element, option["text"], share, option.get("feedback"))


def _write_matching(element: Element, item: Mapping[str, Any]) -> None:
    element.set("type", "matching")
    _set(element, shuffleanswers="true")
    rows = [(pair["left"], pair["right"]) for pair in item["pairs"]]
    for left, right in [*rows, *(("", extra) for extra in item.get("distractors") or [])]:
        _put(_put(element, "subquestion", left, "plain_text"), "answer", right)


def _write_number(element: Element, item: Mapping[str, Any]) -> None:
    element.set("type", "numerical")
    answer = _answer(element, item["answer"], 1)
    if item.get("tolerance") is not None:
        _set(answer, tolerance=item["tolerance"])
    if item.get("unit"):
        unit = SubElement(SubElement(element, "units"), "unit")
        _set(unit, multiplier="1", unit_name=item["unit"])
    _set(element, unitgradingtype="0", unitpenalty="0", showunits="0" if item.get("unit") else "3", unitsleft="0")


def _write_ordering(element: Element, item: Mapping[str, Any]) -> None:
    element.set("type", "ordering")
    _set(element, layouttype="VERTICAL", selecttype="ALL", selectcount="0",
         gradingtype="RELATIVE_ALL_PREVIOUS_AND_NEXT", showgrading="SHOW", numberingstyle="none")  # fmt: skip
    for place, step in enumerate(item["sequence"], start=1):
        _put(element, "answer", step, "plain_text", fraction=str(place))


def _is_short(item: Mapping[str, Any]) -> bool:
    """Whether a text with gaps is nothing but one gap to type into."""
    return str(item["text"]).strip() == "[[1]]" and "accept" in item["gaps"][0]


def _write_gaps(element: Element, item: Mapping[str, Any]) -> None:
    if not _is_short(item):
        element.set("type", "cloze")
        return
    element.set("type", "shortanswer")
    _set(element, usecase="0")
    for text in item["gaps"][0]["accept"]:
        _answer(element, text, 1)


def _embedded_text(item: Mapping[str, Any]) -> str:
    """The passage as Markdown with its answers embedded."""
    text = from_plain(_GAP.sub(lambda found: gap_mark(found[1]), str(item["text"]))).markdown
    return _GAP.sub(lambda found: written_gap(item["gaps"][int(found[1]) - 1]), with_gaps(text))


_WRITERS: dict[str, Callable[[Element, Mapping[str, Any]], None]] = {
    Kind.SINGLE: _write_choice, Kind.MULTIPLE: _write_choice, Kind.SITUATIONAL: _write_choice,
    Kind.MATCHING: _write_matching, Kind.NUMERIC: _write_number, Kind.ORDERING: _write_ordering,
    Kind.CLOZE: _write_gaps,
}  # fmt: skip
