"""Formulas that people write as LaTeX between dollar signs, turned into MathML that cannot do harm."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from latex2mathml.converter import convert_to_element

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

# Beyond these sizes a formula stays as it was typed; the time of a text follows from them.
LONGEST = 1_000
DEEPEST = 12
MOST_ELEMENTS = 2_500
DEEPEST_ELEMENTS = 48
MOST_IN_A_TEXT = 200
MOST_LINES = 40
# A formula longer than this scrolls in a frame of its own instead of widening a phone's page.
LONGEST_IN_A_LINE = 48

# Elements that only say how something looks; nothing of MathML that links, acts or embeds.
ELEMENTS = frozenset(
    {
        "math", "mrow", "mi", "mn", "mo", "mtext", "ms", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
        "munder", "mover", "munderover", "mmultiscripts", "mtable", "mtr", "mtd", "mpadded", "mphantom", "mstyle", "menclose",
    }
)  # fmt: skip
ATTRIBUTES = frozenset(
    {
        "display", "alttext", "mathvariant", "stretchy", "fence", "form", "accent", "accentunder", "displaystyle", "scriptlevel",
        "columnalign", "columnlines", "rowlines", "columnspacing", "rowspacing", "linethickness", "width", "height", "depth",
        "lspace", "rspace", "voffset", "minsize", "maxsize", "largeop", "movablelimits", "notation", "separator", "symmetric",
    }
)  # fmt: skip
# How many parts an element has by its nature; with fewer something was left out.
PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "msubsup": 3, "munderover": 3}
_VALUE = re.compile(r"[A-Za-z0-9.%+\- ]{1,60}")
_MEASURE = re.compile(r"[+-]?(\d{0,4}(?:\.\d{0,4})?)\s*(em|ex|px|pt|mu|cm|mm|in|pc|%)?")
_WIDEST = {"em": 20, "ex": 40, "px": 300, "pt": 240, "mu": 360, "cm": 8, "mm": 80, "in": 3, "pc": 20, "%": 300, "": 20}
_MEASURED = frozenset(
    {"width", "height", "depth", "lspace", "rspace", "voffset", "minsize", "maxsize", "linethickness"}
)
# Commands that define others, load, link or style: none of them writes mathematics.
_BANNED = re.compile(
    r"\\(?:newcommand|renewcommand|providecommand|newenvironment|renewenvironment|DeclareMathOperator|[gex]?def|let|require"
    r"|input|include|href|url|class|style|cssId|unicode|color|textcolor|colorbox|fcolorbox|rule|verb)(?![A-Za-z])"
)
_OPENING = re.compile(r"(?<!\\)\\(begin|end|left|right)(?![a-zA-Z])|\\.|([{}])", re.S)
# What reads like prose in a stretch that begins with a digit: “$5 untuk dua orang, atau 8$” is about money.
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?")
_WORD = re.compile(r"(?:^|\s)[A-Za-z]{2,}(?:[\s.,;:]|$)")


class FormulaError(ValueError):
    """A formula that cannot be shown; its text is a sentence for the author."""


@lru_cache(maxsize=2048)
def formula_markup(latex: str, *, is_display: bool = False) -> str:
    """MathML for a formula in LaTeX: presentation only, every text escaped, with the LaTeX as its alternative text.

    Raises FormulaError, with a sentence, for what is too large, not understood, or no mathematics.
    """
    source = latex.strip()
    _require_modest(source)
    # A percent sign would begin a comment and swallow the rest; people who write one mean it.
    ready = re.sub(r"(?<!\\)%", r"\\%", source)
    try:
        tree = convert_to_element(ready, display="block" if is_display else "inline")
    except RecursionError as error:
        raise FormulaError(_("Rumus ini terlalu bersusun.")) from error
    except Exception as error:  # the converter meets what people typed with whatever error its steps happen to raise
        raise FormulaError(_sentence(error)) from error
    if sum(1 for _node in tree.iter()) > MOST_ELEMENTS:
        raise FormulaError(_("Rumus ini terlalu besar; pecah menjadi beberapa rumus."))
    tree.set("alttext", source)
    return _written(tree)


def _require_modest(source: str) -> None:
    if not source:
        raise FormulaError(_("Rumus ini kosong."))
    if len(source) > LONGEST:
        raise FormulaError(
            _("Rumus ini %(length)s huruf; batasnya %(most)s.") % {"length": len(source), "most": LONGEST}
        )
    banned = _BANNED.search(source)
    if banned:
        raise FormulaError(_("Perintah %(name)s tidak dapat dipakai dalam rumus.") % {"name": banned[0]})
    depth = 0
    for found in _OPENING.finditer(source):
        sign = found[1] or found[2]
        depth += {"{": 1, "begin": 1, "left": 1, "}": -1, "end": -1, "right": -1}.get(sign or "", 0)
        if depth > DEEPEST:
            raise FormulaError(_("Rumus ini terlalu bersusun."))
        if depth < 0:
            break
    if depth:
        raise FormulaError(_("Kurung kurawal, \\left, atau \\begin dalam rumus ini belum berpasangan."))


def _sentence(error: Exception) -> str:
    name = type(error).__name__
    if name in {"MissingSuperScriptOrSubscriptError", "NoAvailableTokensError", "StopIteration"}:
        return _("Rumus ini terpotong: sesudah ^, _, atau perintah terakhirnya belum ada isi.")
    if name in {"DoubleSubscriptsError", "DoubleSuperscriptsError"}:
        return _("Rumus ini memuat dua pangkat atau dua indeks berturut-turut; kelompokkan dengan kurung kurawal.")
    if name in {"MissingEndError", "ExtraLeftOrMissingRightError"}:
        return _("Kurung kurawal, \\left, atau \\begin dalam rumus ini belum berpasangan.")
    return _("Rumus ini tidak dapat dibaca.")


def _written(node: "Element", depth: int = 0) -> str:
    """One element of the converter's tree as text, with nothing that is not on our lists."""
    name = str(node.tag)
    words = unescape(node.text or "")
    if name == "mi" and words.startswith("\\") and len(words) > 1:
        raise FormulaError(_("Perintah %(name)s tidak dikenal.") % {"name": words[:40]})
    if depth > DEEPEST_ELEMENTS:
        raise FormulaError(_("Rumus ini terlalu bersusun."))
    if len(node) != PARTS.get(name, len(node)):
        raise FormulaError(_("Pecahan, akar, pangkat, atau indeks dalam rumus ini belum lengkap."))
    inside = escape(words) + _children(list(node), depth + 1)
    if name not in ELEMENTS:
        return f"<mrow>{inside}</mrow>" if inside else ""
    attributes = "".join(
        f' {key}="{escape(value)}"' for key, value in node.attrib.items() if _is_harmless(str(key), str(value))
    )
    return f"<{name}{attributes}>{inside}</{name}>"


def _children(nodes: Sequence["Element"], depth: int) -> str:
    """Written children; the digits around a comma in braces (``3{,}14``) become one number, as Indonesia writes it."""
    written: list[str] = []
    place = 0
    while place < len(nodes):
        three = nodes[place : place + 3]
        if len(three) == 3 and three[0].tag == three[2].tag == "mn" and _is_comma(three[1]):
            written.append(f"<mn>{escape(three[0].text or '')},{escape(three[2].text or '')}</mn>")
            place += 3
        else:
            written.append(_written(nodes[place], depth))
            place += 1
    return "".join(written)


def _is_comma(node: "Element") -> bool:
    return node.tag == "mrow" and len(node) == 1 and node[0].tag == "mo" and unescape(node[0].text or "") == ","


def _is_harmless(name: str, value: str) -> bool:
    if name == "alttext":
        return True
    if name not in ATTRIBUTES or not _VALUE.fullmatch(value):
        return False
    if name not in _MEASURED:
        return True
    measure = _MEASURE.fullmatch(value.strip())
    return measure is not None and float(measure[1] or 0) <= _WIDEST[measure[2] or ""]


def reads_like_money(content: str) -> bool:
    """Whether what stands between two dollar signs is prose about an amount rather than a formula."""
    bare = _COMMAND.sub("", content)
    return content[:1].isdigit() and _WORD.search(bare) is not None


# --- In Markdown -----------------------------------------------------------------------------------------------------


def formulas_plugin(markdown: "MarkdownIt") -> None:
    """Let a Markdown parser find formulas: ``$…$`` within a line, ``$$…$$`` within or on lines of their own.

    A dollar sign opens one only where no letter or digit stands before it and no space after it, and closes it only where
    no space stands before and no letter or digit after it, so that prices stay prices. ``\\$`` is always a dollar sign.
    Tokens: ``formula`` and ``formula_block``, the LaTeX in ``content``, the signs in ``markup``.
    """
    markdown.inline.ruler.after("escape", "formula", _inline)
    markdown.block.ruler.before(
        "fence", "formula_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.add_render_rule("formula", _shown)
    markdown.add_render_rule("formula_block", _shown)


def _closing(source: str, start: int, mark: str) -> int:
    """Where the next unescaped mark begins, or -1."""
    place = start
    last = min(len(source), start + LONGEST + 2)
    while (place := source.find(mark, place, last)) >= 0:
        slashes = len(source[start:place]) - len(source[start:place].rstrip("\\"))
        if slashes % 2 == 0:
            return place
        place += 1
    return -1


def _inline(state: "StateInline", silent: bool) -> bool:
    source, start = state.src, state.pos
    if source[start] != "$" or (start and source[start - 1].isalnum()):
        return False
    mark = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(mark)
    end = _closing(source, begin, mark)
    content = source[begin:end] if end > begin else ""
    after = source[end + len(mark) : end + len(mark) + 1]
    if not content.strip() or after.isalnum() or after == "$":
        return False
    if mark == "$" and (content[0].isspace() or content[-1].isspace() or reads_like_money(content)):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = content, mark
    state.pos = end + len(mark)
    return True


def _block(state: "StateBlock", first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    begin = state.bMarks[first] + state.tShift[first]
    if not state.src.startswith("$$", begin):
        return False
    for line in range(first, min(last, first + MOST_LINES)):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
        if not text or state.sCount[line] < state.blkIndent:
            return False
        body = text[2:] if line == first else text
        if body.endswith("$$"):
            break
        if "$$" in body:
            return False
    else:
        return False
    content = state.getLines(first, line + 1, state.blkIndent, False).strip()[2:-2]
    if "$$" in content or not content.strip():
        return False
    if not silent:
        state.line = line + 1
        token = state.push("formula_block", "math", 0)
        token.block, token.content, token.markup, token.map = True, content, "$$", [first, line + 1]
    return True


def _shown(_renderer: Any, tokens: Any, place: int, _options: Any, environment: Any) -> str:
    """A formula as MathML; as it was typed where it cannot be shown, and beyond a text's number of formulas."""
    token = tokens[place]
    environment["formulas"] = environment.get("formulas", 0) + 1
    is_display = token.markup == "$$"
    typed = escape(f"{token.markup}{token.content}{token.markup}")
    try:
        if environment["formulas"] > MOST_IN_A_TEXT:
            raise FormulaError(_("Teks ini memuat terlalu banyak rumus."))
        written = formula_markup(token.content, is_display=is_display)
    except FormulaError:
        return f"<p>{typed}</p>\n" if token.block else typed
    return f"<p>{written}</p>\n" if token.block else written
