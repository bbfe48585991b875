"""One item of QTI 2.1, 2.2 or 3.0, read as an item of ours. Packages stand in ``qti_packages``, writing in ``qti_writing``."""

import copy
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, tostring

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import Weighed, amount, choice_parts
from bina.assessment.rules.exchange.gift import FILL_IN
from bina.assessment.rules.exchange.markup import Words, from_html, gap_mark, split_at_gap, with_gaps
from bina.assessment.rules.exchange.report import Faulty, Question, Reading, Unsupported
from bina.assessment.rules.exchange.trees import first, local_name, read_tree
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.pictures import StoredPicture, read_picture, size_of
from bina.foundation.errors import Refused

_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_ASIDE = {"feedbackInline", "feedbackBlock", "rubricBlock", "templateInline", "templateBlock", "modalFeedback", "prompt",
          "stylesheet", "printedVariable", "companionMaterialsInfo"}  # fmt: skip


@dataclass(slots=True)
class _Declared:
    """What an item says about one response: how many values, of which type, which are right, what each earns."""

    cardinality: str
    base_type: str
    correct: list[str]
    earned: dict[str, float]
    default: float = 0.0


@dataclass(slots=True)
class _Source:
    """An item while it is read, with names as in QTI 2."""

    root: Element
    body: Element
    question: Question
    reading: Reading
    file_at: Callable[[str], bytes | None]
    declared: dict[str, _Declared] = field(default_factory=dict)

    def response(self, interaction: Element) -> _Declared:
        """What is declared for an interaction; raises Faulty where the key is missing."""
        found = self.declared.get(interaction.get("responseIdentifier") or "")
        if found is None or not (found.correct or found.earned):
            raise Faulty(_("Kunci jawaban tidak ada."))
        return found


def plain_name(name: str) -> str:
    """A name as QTI 2 writes it: ``qti-simple-choice`` and ``response-identifier`` in camel case."""
    if name.startswith(("data-", "aria-")):
        return name
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name.removeprefix("qti-"))


def _normalised(root: Element) -> Element:
    for element in root.iter():
        element.tag = plain_name(local_name(element))
        attributes = {plain_name(name.rpartition("}")[2]): value for name, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(attributes)
    return root


def take(reading: Reading, root: Element, tags: list[str], file_at: Callable[[str], bytes | None]) -> None:
    """Read one item, whichever version its names are of; ``file_at`` finds what came along with it by its path."""
    item = _normalised(root)

    def read_it(question: Question) -> None:
        code = item.get("label") or item.get("identifier") or ""
        if code:
            question.item["code"] = code
        question.take_tags(tags)
        body = item.find("itemBody")
        if item.tag != "assessmentItem" or body is None:
            raise Unsupported(_("Ini bukan butir QTI 2.1, 2.2, atau 3.0."))
        _read(_Source(item, body, question, reading, file_at, _declarations(item)))

    reading.take(item.get("title") or item.get("identifier") or item.tag, read_it)


def _declarations(item: Element) -> dict[str, _Declared]:
    found = {}
    processing = item.find("responseProcessing")
    template = (processing.get("template") if processing is not None else None) or ""
    for row in item.iterfind("responseDeclaration"):
        mapping = row.find("mapping")
        entries = mapping.iterfind("mapEntry") if mapping is not None and "match_correct" not in template else ()
        found[row.get("identifier") or ""] = _Declared(
            row.get("cardinality") or "single",
            row.get("baseType") or "identifier",
            [(value.text or "").strip() for value in row.iterfind("correctResponse/value")],
            {(entry.get("mapKey") or "").strip(): float(amount(entry.get("mappedValue")) or 0) for entry in entries},
            float(amount(mapping.get("defaultValue") or 0) or 0) if mapping is not None else 0.0,
        )
    return found


def _read(source: _Source) -> None:
    if source.root.find("templateDeclaration") is not None:
        raise Unsupported(
            _("Butir ini menyusun isinya sendiri setiap kali dibuka (templateDeclaration); tulis sebagai butir biasa.")
        )
    _join_passages(source)
    _keep_instructions(source)
    interactions = [element for element in source.body.iter() if str(element.tag).endswith("Interaction")]
    names = {str(element.tag) for element in interactions}
    if not interactions:
        raise Unsupported(_("Butir ini tidak memuat cara menjawab (interaction)."))
    if names <= _INLINE:
        _read_inline(source, interactions)
    elif len(interactions) == 1 and interactions[0].tag in _READERS:
        _READERS[str(interactions[0].tag)](source, interactions[0])
    elif names <= _INLINE | set(_READERS):
        raise Unsupported(
            _("Butir ini memuat %(n)s cara menjawab; pecah menjadi satu pertanyaan setiap butir.")
            % {"n": len(interactions)}
        )
    else:
        raise Unsupported(
            _("Cara menjawab QTI ini tidak didukung: %(names)s.") % {"names": ", ".join(sorted(names))[:200]}
        )
    _read_feedback(source)
    if source.root.get("adaptive") == "true":
        source.question.note(_("Butir ini dikerjakan bertahap (adaptive); yang dibaca hanya tahap pertamanya."))


def _join_passages(source: _Source) -> None:
    """Put the passages that an item refers to before its own words; raises Faulty where one did not come along."""
    for place, row in enumerate(source.root.iterfind("assessmentStimulusRef")):
        path = row.get("href") or ""
        content = source.file_at(path)
        try:
            passage = _normalised(read_tree(content)).find("stimulusBody") if content else None
        except Refused as refusal:
            raise Faulty(str(refusal)) from refusal
        if passage is None:
            raise Faulty(
                _("Bacaan “%(name)s” tidak ikut dalam berkas, jadi soal ini tidak lengkap.") % {"name": path[:80]}
            )
        for element in passage.iter("img"):
            element.set("src", posixpath.join(posixpath.dirname(path), element.get("src") or ""))
        passage.tag = "div"
        source.body.insert(place, passage)


def _keep_instructions(source: _Source) -> None:
    """What a rubric says to those who answer belongs to the question; what it says to others is left out."""
    for row in source.body.iter("rubricBlock"):
        if "candidate" in (row.get("view") or "").split():
            row.tag = "div"
        else:
            source.question.note(_("Petunjuk penilaian (rubricBlock) tidak disimpan."))


def _html(element: Element, *, without: Iterable[str] = ()) -> str:
    """The inside of an element as HTML, without what stands aside."""
    whole = copy.deepcopy(element)
    for parent in list(whole.iter()):
        for place, child in reversed(list(enumerate(parent))):
            if child.tag in _ASIDE or child.tag in set(without):
                tail = child.tail or ""
                if place:
                    parent[place - 1].tail = (parent[place - 1].tail or "") + tail
                else:
                    parent.text = (parent.text or "") + tail
                parent.remove(child)
    whole.tag, whole.tail = "div", None
    whole.attrib.clear()
    return tostring(whole, encoding="unicode", method="html")


def _words(source: _Source, html: str) -> Words:
    words = from_html(html)
    if words.had_active_parts:
        source.question.note(_("Skrip, suara, video, dan isi aktif lain dibuang."))
    if words.had_formula:
        source.question.note(_("Rumus dibaca sebagai teks biasa; periksa soalnya."))
    return words


def _plain(source: _Source, element: Element) -> str:
    words = _words(source, _html(element))
    if words.images:
        source.question.note(_("Gambar di dalam pilihan tidak disimpan."))
    return words.plain


def _stem(source: _Source, interaction: Element) -> str:
    """The words of the body around an interaction, and its prompt; the first picture among them is kept."""
    prompt = interaction.find("prompt")
    words = _words(source, _html(source.body, without={str(interaction.tag), "gap"}))
    asked = _words(source, _html(prompt)) if prompt is not None else None
    for image in [*words.images, *(asked.images if asked else ())]:
        _keep_picture(source, image.source, image.alt)
    return "\n\n".join(text for text in (words.markdown, asked.markdown if asked else "") if text)


def _keep_picture(source: _Source, path: str, alt: str) -> StoredPicture | None:
    """Keep a picture of an item; None, with a note, where that cannot be."""
    question = source.question
    if "image" in question.item:
        question.note(_("Hanya gambar pertama yang disimpan."))
        return None
    try:
        content = source.file_at(path)
        if content is None:
            question.note(_("Gambar “%(name)s” tidak ikut dalam berkas, maka tidak diambil.") % {"name": path[:80]})
            return None
        picture = read_picture(posixpath.basename(path), content)
    except Refused as refusal:
        question.note(str(refusal))
        return None
    source.reading.pictures[picture.file_name] = picture
    question.item |= {"image": picture.file_name, **({"alt": alt} if alt else {})}
    if not alt:
        question.note(_("Gambar ini belum memiliki uraian (alt)."))
    return picture


def _read_feedback(source: _Source) -> None:
    """The explanation, and feedback of options that stands at the end of an item."""
    choices = {row.get("identifier"): row for row in source.body.iter() if row.tag in {"simpleChoice", "hotspotChoice"}}
    options = [*source.question.item.get("options", []), *source.question.item.get("regions", [])]
    for row in source.root.iterfind("modalFeedback"):
        name, text = row.get("identifier") or "", _plain(source, row)
        if name in choices and len(options) == len(choices):
            options[list(choices).index(name)].setdefault("feedback", text)
        elif name.casefold() in {"explanation", "solution", "general", "modelresponse"} and text:
            source.question.item["explanation"] = text
        elif text:
            source.question.note(_("Umpan balik umum menurut benar atau salahnya jawaban tidak disimpan."))


# --- Kinds -----------------------------------------------------------------------------------------------------------


def _read_choice(source: _Source, interaction: Element) -> None:
    response, rows = source.response(interaction), list(interaction.iter("simpleChoice"))
    takes_many = response.cardinality == "multiple"
    keys = [row.get("identifier") or "" for row in rows]
    if response.earned:
        earned = [response.earned.get(key, response.default) for key in keys]
        whole = sum(value for value in earned if value > 0) if takes_many else max(earned, default=0)
    else:
        right = set(response.correct) & set(keys)
        whole = float(len(right)) if takes_many else 1.0
        earned = [1.0 if key in right else -1.0 if takes_many else 0.0 for key in keys]
        if takes_many:
            source.question.note(_("Jawaban yang sebagian benar kini mendapat nilai sebagian."))
    if whole <= 0 or max(earned) <= 0:
        raise Faulty(_("Kunci jawaban tidak cocok dengan pilihannya."))
    said = [row.find("feedbackInline") for row in rows]
    options = [
        Weighed(_plain(source, row), max(-1.0, share / whole), "" if words is None else _plain(source, words))
        for row, share, words in zip(rows, earned, said, strict=True)
    ]
    parts, notes = choice_parts(options, takes_many=takes_many, kind=source.question.item.get("kind"))
    source.question.item |= {"stem": _stem(source, interaction), **parts}
    for note in notes:
        source.question.note(note)


def _read_order(source: _Source, interaction: Element) -> None:
    response = source.response(interaction)
    steps = {row.get("identifier") or "": _plain(source, row) for row in interaction.iter("simpleChoice")}
    if sorted(response.correct) != sorted(steps):
        raise Faulty(_("Kunci jawaban tidak cocok dengan pilihannya."))
    source.question.item |= {
        "kind": Kind.ORDERING.value, "stem": _stem(source, interaction), "sequence": [steps[key] for key in response.correct],
    }  # fmt: skip


def _pairs(response: _Declared) -> list[tuple[str, str]]:
    """The right pairs of identifiers, from the correct response or else from what earns."""
    rows = response.correct or [key for key, value in response.earned.items() if value > 0]
    found = [tuple(row.split()) for row in rows]
    if not all(len(pair) == 2 for pair in found):
        raise Faulty(_("Kunci jawaban tidak cocok dengan pilihannya."))
    return [(pair[0], pair[1]) for pair in found]


def _read_match(source: _Source, interaction: Element) -> None:
    sets = interaction.findall("simpleMatchSet")
    if len(sets) != 2:
        raise Faulty(_("Soal pasangan memerlukan dua kelompok pilihan."))
    lefts, rights = (
        {row.get("identifier") or "": _plain(source, row) for row in rows.iter("simpleAssociableChoice")}
        for rows in sets
    )
    partners = dict(_pairs(source.response(interaction)))
    if len(partners) != len(_pairs(source.response(interaction))) or set(partners) != set(lefts):
        raise Unsupported(_("Setiap sisi kiri harus memiliki tepat satu pasangan."))
    if not set(partners.values()) <= set(rights):
        raise Faulty(_("Kunci jawaban tidak cocok dengan pilihannya."))
    extras = [text for key, text in rights.items() if key not in partners.values()]
    source.question.item |= {
        "kind": Kind.MATCHING.value, "stem": _stem(source, interaction),
        "pairs": [{"left": text, "right": rights[partners[key]]} for key, text in lefts.items()],
        **({"distractors": extras} if extras else {}),
    }  # fmt: skip


def _read_gap_match(source: _Source, interaction: Element) -> None:
    texts = {row.get("identifier") or "": _plain(source, row) for row in interaction.iter("gapText")}
    if not texts or first(interaction, "gapImg") is not None:
        raise Unsupported(_("Rumpang yang diisi gambar tidak didukung."))
    right = {gap: text for text, gap in _pairs(source.response(interaction))}
    gaps, places = [], list(interaction.iter("gap"))
    for number, place in enumerate(places, start=1):
        answer = texts.get(right.get(place.get("identifier") or "", ""))
        if answer is None:
            raise Faulty(_("Rumpang [[%(n)s]] tidak memiliki pilihan.") % {"n": number})
        gaps.append({"options": list(dict.fromkeys(texts.values())), "answer": answer})
        _make_mark(place, number)
    stem = _stem(source, interaction)
    words = _words(source, _html(interaction, without={"gapText"}))
    source.question.item |= {"kind": Kind.CLOZE.value, "stem": stem or FILL_IN,
                             "text": with_gaps("\n\n".join(words.plain_blocks)).strip(), "gaps": gaps}  # fmt: skip


def _make_mark(place: Element, number: int) -> None:
    """Put the mark of a gap where an element stood."""
    tail = place.tail
    place.clear()
    place.tag, place.text, place.tail = "span", gap_mark(number), tail


def _read_inline(source: _Source, interactions: list[Element]) -> None:
    if len(interactions) == 1 and interactions[0].tag == "textEntryInteraction":
        response = source.response(interactions[0])
        if response.base_type in {"float", "integer"}:
            _read_number(source, interactions[0], response)
            return
    gaps = []
    for number, interaction in enumerate(interactions, start=1):
        gaps.append(_gap(source, interaction))
        _make_mark(interaction, number)
    words = _words(source, _html(source.body))
    for image in words.images:
        _keep_picture(source, image.source, image.alt)
    stem, text = split_at_gap(words)
    source.question.item |= {"kind": Kind.CLOZE.value, "stem": stem or FILL_IN, "text": text, "gaps": gaps}


def _gap(source: _Source, interaction: Element) -> dict[str, Any]:
    response = source.response(interaction)
    best = max(response.earned.values(), default=0)
    full = [key for key, value in response.earned.items() if value >= best > 0]
    right = list(dict.fromkeys([*response.correct, *full]))
    if any(0 < value < best for value in response.earned.values()):
        source.question.note(_("Jawaban bernilai sebagian tidak disimpan; yang diterima hanya yang bernilai penuh."))
    if interaction.tag == "textEntryInteraction":
        return {"accept": right}
    texts = {row.get("identifier") or "": _plain(source, row) for row in interaction.iter("inlineChoice")}
    answers = [texts[key] for key in right if key in texts]
    if len(answers) != 1:
        raise Faulty(_("Rumpang memerlukan tepat satu pilihan yang benar."))
    return {"options": list(texts.values()), "answer": answers[0]}


def _read_number(source: _Source, interaction: Element, response: _Declared) -> None:
    answer = amount(next(iter(response.correct or response.earned)))
    if answer is None:
        raise Faulty(_("Jawaban angka tidak dapat dibaca; pakai titik sebagai tanda desimal."))
    parts: dict[str, Any] = {"answer": answer}
    processing = source.root.find("responseProcessing")
    rule = first(processing, "equal") if processing is not None else None
    slack = amount(((rule.get("tolerance") if rule is not None else "") or "").split(" ")[0])
    if rule is not None and rule.get("toleranceMode") == "absolute" and slack is not None:
        parts["tolerance"] = slack
    elif rule is not None and rule.get("toleranceMode") == "relative" and slack is not None:
        parts["tolerance"] = round(abs(float(answer)) * slack / 100, 10)
        source.question.note(_("Toleransi dalam persen dihitung menjadi angka tetap."))
    unit = next((row for row in source.body.iter("span") if row.get("class") == "unit"), None)
    if unit is not None:
        parts["unit"] = "".join(unit.itertext()).strip()
        unit.text = ""
        for child in list(unit):
            unit.remove(child)
    source.question.item |= {"kind": Kind.NUMERIC.value, "stem": _stem(source, interaction), **parts}


def _read_hotspot(source: _Source, interaction: Element) -> None:
    shown = next((row for row in interaction.iter() if row.tag in {"object", "img"}), None)
    if shown is None:
        raise Faulty(_("Gambar soal ini tidak ada."))
    alt = " ".join((shown.get("alt") or "".join(shown.itertext())).split())
    stem = _stem(source, interaction)
    source.question.item.pop("image", None)
    picture = _keep_picture(source, shown.get("data") or shown.get("src") or "", alt)
    if picture is None:
        raise Faulty(_("Gambar soal ini tidak dapat diambil."))
    size = amount(shown.get("width")), amount(shown.get("height"))
    width, height = size if size[0] and size[1] else size_of(picture.content_type, picture.content) or (0, 0)
    if not width or not height:
        raise Faulty(_("Ukuran gambar tidak diketahui, jadi letak bidangnya tidak dapat dihitung."))
    response = source.response(interaction)
    right = set(response.correct) or {key for key, value in response.earned.items() if value > 0}
    regions = []
    for number, row in enumerate(interaction.iter("hotspotChoice"), start=1):
        label = row.get("hotspotLabel") or row.get("label") or ""
        if not label:
            source.question.note(_("Bidang tanpa keterangan diberi nama “Bidang 1”, “Bidang 2”, dan seterusnya."))
        regions.append({
            **_place(source, row, float(width), float(height)), "label": label or f"Bidang {number}",
            **({"correct": True} if row.get("identifier") in right else {}),
        })  # fmt: skip
    source.question.item |= {"kind": Kind.HOTSPOT.value, "stem": stem, "regions": regions}


def _place(source: _Source, row: Element, width: float, height: float) -> Mapping[str, float]:
    """Where a region lies, in percent of the picture; what is no rectangle becomes the one around it."""
    sides = (width, height)
    numbers = [_pixels(text, sides[place % 2]) for place, text in enumerate((row.get("coords") or "").split(","))]
    shape = row.get("shape") or "rect"
    if shape == "circle" and len(numbers) == 3:
        x, y, radius = numbers
        numbers = [x - radius, y - radius, x + radius, y + radius]
    elif shape == "poly" and len(numbers) >= 6:
        numbers = [min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])]
    elif shape != "rect" or len(numbers) != 4:
        raise Faulty(_("Letak bidang pada gambar tidak dapat dibaca."))
    if shape != "rect":
        source.question.note(_("Bidang yang bukan persegi panjang diganti persegi panjang di sekelilingnya."))
    left, right = (_percent(edge, width) for edge in (numbers[0], numbers[2]))
    top, bottom = (_percent(edge, height) for edge in (numbers[1], numbers[3]))
    return {"x": left, "y": top, "w": round(right - left, 2), "h": round(bottom - top, 2)}


def _pixels(text: str, size: float) -> float:
    """A length in pixels, or in percent of a side."""
    number = amount(text.strip().removesuffix("%"))
    if number is None:
        raise Faulty(_("Letak bidang pada gambar tidak dapat dibaca."))
    return float(number) * size / 100 if text.strip().endswith("%") else float(number)


def _percent(pixels: float, size: float) -> float:
    """Where an edge lies in percent of the picture; a whole percent where that is less than half a pixel away."""
    share = min(1.0, max(0.0, pixels / size)) * 100
    return round(share) if abs(round(share) - share) * size / 100 <= 0.5 else round(share, 2)


_READERS: dict[str, Callable[[_Source, Element], None]] = {
    "choiceInteraction": _read_choice, "orderInteraction": _read_order, "matchInteraction": _read_match,
    "gapMatchInteraction": _read_gap_match, "hotspotInteraction": _read_hotspot,
}  # fmt: skip
