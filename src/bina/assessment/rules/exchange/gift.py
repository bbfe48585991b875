"""GIFT, the plain text in which Moodle and many others keep questions: read as items, and items written as it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import Weighed, amount, choice_parts, shares_of
from bina.assessment.rules.exchange.markup import Words, from_html, from_markdown, from_plain, gap_mark, split_at_gap
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
from bina.assessment.rules.files import LARGEST_FILE
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.pictures import StoredPicture
from bina.foundation.errors import Refused

FILL_IN = "Lengkapi kalimat ini."
TRUE, FALSE = "Benar", "Salah"
# Escaped signs stand as private characters while the text is taken apart, so that they mean nothing.
_SIGNS = "~=#{}:\\"
_HIDDEN = {sign: chr(0xE000 + place) for place, sign in enumerate(_SIGNS)}
_SHOWN = str.maketrans({hidden: sign for sign, hidden in _HIDDEN.items()})
_PRIVATE = re.compile("[\ue000-\ue0ff]")
_ANSWER = re.compile(r"\s*(?:%(-?[\d.]+)%)?\s*(.*?)\s*(?:#\s*(.*?)\s*)?$", re.DOTALL)
_INERT = re.compile(r"[^\W\d_](?:[^\W_]|[ .,;:?!()%/'\"–’“”-])*")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]\s*")


def read(content: bytes) -> ExchangeReport:
    """The questions of a GIFT file, one by one; raises Refused for what is no text or holds no question."""
    if len(content) > LARGEST_FILE:
        raise Refused(_("Berkas soal terlalu besar; batasnya 1 MB. Tidak ada yang diubah."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            _("Berkas ini bukan teks UTF-8. Simpan ulang dengan pengodean UTF-8. Tidak ada yang diubah.")
        ) from None
    reading = Reading()
    category, tags, lines = "", list[str](), list[str]()
    for line in [*_hidden(_PRIVATE.sub("", text)).splitlines(), ""]:
        plain = line.strip()
        if lines and not lines[-1].strip() and plain.startswith(("::", "//", "$CATEGORY")):
            _take(reading, "\n".join(lines), tags, category)  # a brace was left open; the next question begins here
            tags, lines = [], []
        if plain.startswith("//"):
            tags += re.findall(r"\[((?:id|tag):[^\[\]]+)\]", plain)
        elif plain.startswith("$CATEGORY") and not lines:
            category = plain.partition(":")[2].strip().translate(_SHOWN).rstrip("/").rpartition("/")[2]
        elif plain or _is_open(lines):
            lines.append(line)
        elif lines:
            _take(reading, "\n".join(lines), tags, category)
            tags, lines = [], []
    if lines:
        _take(reading, "\n".join(lines), tags, category)
    return reading.report()


def _is_open(lines: Sequence[str]) -> bool:
    """Whether a brace is still open, so that an empty line does not end the question; strangers write so."""
    together = "".join(lines[:200])
    return len(lines) < 200 and together.count("{") > together.count("}")


def _hidden(text: str) -> str:
    """The text with every escaped sign as a private character, and “\\n” as the line break that it stands for."""
    return re.sub(r"\\([~=#{}:\\n])", lambda found: "\ue0ff" if found[1] == "n" else _HIDDEN[found[1]], text)


def _shown(text: str) -> str:
    return text.translate(_SHOWN).replace("\ue0ff", "\n").strip()


def _take(reading: Reading, text: str, tags: Sequence[str], category: str) -> None:
    named = re.match(r"\s*::(.*?)::", text, re.DOTALL)
    title = _shown(named[1]) if named else ""
    body = text[named.end() :] if named else text
    reading.take(title or _shown(body)[:60], lambda question: _read(question, title, body, tags, category))


def _read(question: Question, title: str, body: str, tags: Sequence[str], category: str) -> None:
    item = question.item
    if title:
        item["code"] = title
    question.take_tags(_shown(tag.removeprefix("tag:")) for tag in tags if tag.startswith("tag:"))
    codes = [_shown(tag.removeprefix("id:")) for tag in tags if tag.startswith("id:")]
    if codes:
        item["code"] = codes[-1]
    if category and "context" not in item and not category.startswith("$"):
        item["context"] = category[:80]
    found = re.search(r"\{(.*?)\}", body, re.DOTALL)
    if found is None:
        if "{" in body or "}" in body:
            raise Faulty(_("Kurung kurawal jawaban tidak lengkap."))
        raise Unsupported(_("Ini keterangan tanpa jawaban, bukan soal."))
    before, answers, after = body[: found.start()], found[1], body[found.end() :]
    if "{" in after or "}" in after or "{" in answers:
        raise Faulty(_("Hanya satu pasang kurung kurawal jawaban yang dapat dibaca per soal."))
    answers, _sign, general = answers.partition("####")
    style, before = _style_of(before, "moodle")
    explanation = _words(general, style).plain
    gap = gap_mark(1) if after.strip() else ""
    words = _words(before + gap + after, style)
    _note_cuts(question, words)
    _read_answers(question, answers.strip(), words, style, has_gap=bool(gap))
    if explanation:
        item["explanation"] = explanation


def _style_of(text: str, usual: str) -> tuple[str, str]:
    """How a text is written (html, moodle, plain, markdown), and the text without the mark that says so."""
    mark = _FORMAT.match(text)
    return (mark[1], text[mark.end() :]) if mark else (usual, text)


def _words(text: str, usual: str) -> Words:
    style, rest = _style_of(text, usual)
    shown = _shown(rest)
    if style == "markdown":
        return from_markdown(shown)
    if style == "plain":
        return from_plain(shown)
    if style == "moodle":
        shown = "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", shown))
    return from_html(shown)


def _note_cuts(question: Question, words: Words) -> None:
    if words.had_active_parts:
        question.note(_("Skrip, suara, video, dan isi aktif lain dibuang."))
    if words.images:
        question.note(_("Gambar tidak ikut: GIFT tidak dapat membawanya."))
    if words.had_formula:
        question.note(_("Rumus dibaca sebagai teks biasa; periksa soalnya."))


def _answers_of(text: str, style: str) -> list[tuple[str, Weighed]]:
    """The answers of a block: sign (= or ~), and words with share and feedback; other text before them is a fault."""
    pieces = re.split(r"([=~])", text)
    if pieces[0].strip():
        raise Faulty(_("Jawaban harus diawali tanda = atau ~."))
    found = []
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece.strip():
            continue
        parts = _ANSWER.match(piece)
        weight = amount(parts[1]) if parts and parts[1] else None
        if parts is None or (parts[1] and weight is None) or abs(weight or 0) > 100:
            raise Faulty(_("Bobot jawaban harus antara -100 dan 100 persen."))
        share = float(weight) / 100 if weight is not None else float(sign == "=")
        found.append((sign, Weighed(_words(parts[2], style).plain, share, _words(parts[3] or "", style).plain)))
    return found


def _read_answers(question: Question, text: str, words: Words, style: str, *, has_gap: bool) -> None:
    item = question.item
    truth = re.match(r"(T|TRUE|F|FALSE)\s*(?:#(.*?))?(?:#(.*))?$", text, re.DOTALL | re.IGNORECASE)
    if not text:
        raise Unsupported(_("Soal uraian tidak didukung."))
    if text.startswith("#"):
        _read_number(question, text[1:], words)
    elif truth:
        _read_truth(question, truth[1].upper().startswith("T"), truth[2] or "", truth[3] or "", words, style)
    elif "~" not in text and "->" in text:
        item |= {"kind": Kind.MATCHING.value, "stem": _stem(words), **_pairs(question, text, style)}
    elif "~" in text:
        options = _answers_of(text, style)
        if has_gap:
            _read_chosen_gap(question, [option for _sign, option in options], words)
            return
        takes_many = all(sign == "~" for sign, _option in options)
        parts, notes = choice_parts([option for _s, option in options], takes_many=takes_many, kind=item.get("kind"))
        item |= {"stem": _stem(words), **parts}
        for note in notes:
            question.note(note)
    else:
        _read_typed_gap(question, [option for _sign, option in _answers_of(text, style)], words, has_gap=has_gap)


def _stem(words: Words) -> str:
    return words.markdown.replace(gap_mark(1), "_____")


def _read_truth(question: Question, is_true: bool, wrong: str, right: str, words: Words, style: str) -> None:
    said = {is_true: _words(right, style).plain, not is_true: _words(wrong, style).plain}
    options = [Weighed(TRUE, float(is_true), said[True]), Weighed(FALSE, float(not is_true), said[False])]
    parts, _notes = choice_parts(options, takes_many=False)
    question.item |= {"stem": _stem(words), **parts}


def _pairs(question: Question, text: str, style: str) -> dict[str, Any]:
    pairs, extras = [], []
    for piece in re.split(r"=", text)[1:]:
        left, arrow, right = piece.partition("->")
        if not arrow:
            raise Faulty(_("Setiap pasangan memerlukan tanda “->”."))
        right, _hash, said = right.partition("#")
        if said.strip():
            question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))
        left_words, right_words = _words(left, style).plain, _words(right, "plain").plain
        if left_words:
            pairs.append({"left": left_words, "right": right_words})
        else:
            extras.append(right_words)
    return {"pairs": pairs, **({"distractors": extras} if extras else {})}


def _read_number(question: Question, text: str, words: Words) -> None:
    pieces = [piece for piece in re.split(r"[=~]", text) if piece.strip()]
    rows = [_ANSWER.match(piece) for piece in pieces]
    right = [row for row in rows if row and (amount(row[1]) if row[1] else 100) == 100]
    if not right or not right[0]:
        raise Faulty(_("Jawaban angka yang bernilai penuh tidak ada."))
    if len(rows) > 1:
        question.note(_("Hanya jawaban angka pertama yang bernilai penuh disimpan."))
    if any(row and row[3] for row in rows):
        question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))
    low, is_range, high = right[0][2].partition("..")
    aim, colon, slack = right[0][2].partition(":")
    if is_range:
        ends = amount(low), amount(high)
        if ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            raise Faulty(_("Rentang angka tidak dapat dibaca."))
        answer, tolerance = _middle(ends[0], ends[1])
        parts: dict[str, Any] = {"answer": answer, "tolerance": tolerance}
    else:
        parts = {"answer": amount(aim), **({"tolerance": amount(slack)} if colon else {})}
    if parts["answer"] is None or parts.get("tolerance", 0) is None:
        raise Faulty(_("Jawaban angka tidak dapat dibaca; pakai titik sebagai tanda desimal."))
    question.item |= {"kind": Kind.NUMERIC.value, "stem": _stem(words), **parts}


def _middle(low: float, high: float) -> tuple[int | float, int | float]:
    middle, half = round((low + high) / 2, 10), round((high - low) / 2, 10)
    return (int(middle) if middle == int(middle) else middle), (int(half) if half == int(half) else half)


def _read_typed_gap(question: Question, options: Sequence[Weighed], words: Words, *, has_gap: bool) -> None:
    accepted = [option.text for option in options if option.share >= 1]
    if len(accepted) < len(options):
        question.note(_("Jawaban bernilai sebagian tidak disimpan; yang diterima hanya yang bernilai penuh."))
    if any(option.feedback for option in options):
        question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))
    if any("*" in text for text in accepted):
        question.note(_("Tanda * pada jawaban dibaca sebagai huruf biasa, bukan pengganti huruf lain."))
    stem, text = split_at_gap(words) if has_gap else (words.markdown, "[[1]]")
    question.item |= {
        "kind": Kind.CLOZE.value, "stem": stem or FILL_IN, "text": text, "gaps": [{"accept": list(dict.fromkeys(accepted))}],
    }  # fmt: skip


def _read_chosen_gap(question: Question, options: Sequence[Weighed], words: Words) -> None:
    right = [option.text for option in options if option.share >= 1]
    if len(right) != 1:
        raise Faulty(_("Rumpang memerlukan tepat satu pilihan yang benar."))
    if any(0 < option.share < 1 for option in options):
        question.note(_("Jawaban bernilai sebagian tidak disimpan; yang diterima hanya yang bernilai penuh."))
    if any(option.feedback for option in options):
        question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))
    stem, text = split_at_gap(words)
    gap = {"options": [option.text for option in options], "answer": right[0]}
    question.item |= {"kind": Kind.CLOZE.value, "stem": stem or FILL_IN, "text": text, "gaps": [gap]}


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(items: Sequence[Mapping[str, Any]], pictures: Mapping[str, StoredPicture]) -> Written:
    """Items as a GIFT file in UTF-8; the lines tell what it cannot hold."""
    blocks, left_out = [], {}
    for item in items:
        code = " ".join(str(item["code"]).split())
        try:
            blocks.append(_block(item, code))
        except Unsupported as reason:
            left_out[code] = str(reason)
    content = "\n\n".join(blocks).encode() + b"\n"
    return accounted(items, pictures, content, left_out, read(content) if blocks else None)


def _escaped(text: object) -> str:
    words = re.sub(r"[ \t]+\n", "\n", str(text).strip())
    return "".join(f"\\{sign}" if sign in _SIGNS else sign for sign in words).replace("\n", "\\n")


def _plain(text: object) -> str:
    """Words under a Markdown question, marked as plain where Markdown or HTML would read something into them."""
    return _escaped(text) if _INERT.fullmatch(str(text).strip()) else f"[plain]{_escaped(text)}"


def _block(item: Mapping[str, Any], code: str) -> str:
    if item.get("image"):
        raise Unsupported(_("GIFT tidak dapat membawa gambar."))
    marks = "".join(f" [tag:{tag}]" for tag in [*tags_of(item), *_unit(item)] if not re.search(r"[\[\]\n]", tag))
    explanation = f"\n  ####{_plain(item['explanation'])}" if item.get("explanation") else ""
    before, answers, after = _parts(item)
    return f"// [id:{code}]{marks}\n::{_escaped(code)}::[markdown]{before}{{{answers}{explanation}\n}}{after}"


def _unit(item: Mapping[str, Any]) -> list[str]:
    return [f"unit:{item['unit']}"] if item["kind"] == Kind.NUMERIC and item.get("unit") else []


def _parts(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """What stands before the braces, in them, and behind them."""
    kind, stem = item["kind"], _escaped(item["stem"])
    if kind in {Kind.SINGLE, Kind.MULTIPLE, Kind.SITUATIONAL}:
        return stem, "".join(_option(item, n, share) for n, share in enumerate(shares_of(item))), ""
    if kind == Kind.MATCHING:
        rows = [(pair["left"], pair["right"]) for pair in item["pairs"]]
        rows += [("", extra) for extra in item.get("distractors") or []]
        lines = (f"\n  ={_plain(left) if left else ''} -> {_escaped(right)}" for left, right in rows)
        return stem, "".join(lines), ""
    if kind == Kind.NUMERIC:
        slack = "" if item.get("tolerance") is None else f":{item['tolerance']}"
        return stem, f"#{item['answer']}{slack}", ""
    if kind == Kind.CLOZE and len(item["gaps"]) == 1:
        return _gap_parts(item, stem)
    if kind == Kind.CLOZE:
        raise Unsupported(_("GIFT hanya dapat membawa satu rumpang per soal."))
    raise Unsupported(_("GIFT tidak mengenal jenis soal ini."))


def _option(item: Mapping[str, Any], n: int, share: float) -> str:
    option = item["options"][n]
    said = f" #{_plain(option['feedback'])}" if option.get("feedback") else ""
    if item["kind"] == Kind.MULTIPLE:
        mark = f"~%{share * 100:.5g}%"
    elif share == 1:
        mark = "="
    else:
        mark = f"~%{share * 100:g}%" if share else "~"
    return f"\n  {mark}{_plain(option['text'])}{said}"


def _gap_parts(item: Mapping[str, Any], stem: str) -> tuple[str, str, str]:
    gap = item["gaps"][0]
    if "options" in gap:
        signs = ("=" if text.strip() == gap["answer"].strip() else "~" for text in gap["options"])
        answers = "".join(f"\n  {sign}{_plain(text)}" for sign, text in zip(signs, gap["options"], strict=True))
    else:
        answers = "".join(f"\n  ={_plain(text)}" for text in gap["accept"])
    if str(item["text"]).strip() == "[[1]]" and "accept" in gap:
        return stem, answers, ""
    before, after = str(item["text"]).strip().split("[[1]]")
    return f"{stem}\\n\\n{_escaped(f'{before}|')[:-1]}", answers, _escaped(f"|{after}")[1:]
