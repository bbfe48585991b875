"""HTML of other systems as our Markdown or plain words, and our Markdown as XHTML for them; nothing active survives."""

import html as entities
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

import nh3
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from bina.assessment.rules.exchange.report import Faulty

LONGEST = 20_000  # three times what a question may hold; reading takes much longer with length
_markdown = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
_BLOCKS = {"p", "div", "section", "article", "header", "footer", "figure", "figcaption", "dl", "dt", "dd", "ul", "ol",
           "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}  # fmt: skip
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_TAGS = {*_BLOCKS, *_MARKS, "li", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "br", "hr", "pre", "code", "a",
         "img", "span", "sub", "sup"}  # fmt: skip
_ACTIVE = re.compile(
    r"<\s*(?:script|iframe|object|embed|form|style|audio|video|svg|canvas)\b|\son\w+\s*=|javascript:", re.IGNORECASE
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_DATA = re.compile(r"data:[\w/+.-]*;base64,[A-Za-z0-9+/=\s]*")
_LINE_START = re.compile(r"(?m)^(\s*\d*)([-+.)])(?=\s)")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a text shows: where it lies, and its words."""

    source: str
    alt: str


@dataclass(slots=True)
class _Block:
    """One paragraph-like piece: its text, what stands before its first line, and before the others."""

    text: str
    lead: str = ""
    rest: str = ""
    join: str = "\n\n"  # what stands between it and the block before it


@dataclass(frozen=True, slots=True)
class Words:
    """A text taken from HTML: its blocks as Markdown and as plain words, its pictures, and whether parts were cut."""

    markdown: str
    blocks: tuple[str, ...]
    plain_blocks: tuple[str, ...]
    images: tuple[Image, ...]
    had_active_parts: bool
    had_formula: bool

    @property
    def plain(self) -> str:
        """Everything as words on one line."""
        return " ".join(" ".join(self.plain_blocks).split())


def from_html(html: str) -> Words:
    """HTML, however badly written, as text; scripts, handlers and embedded things are gone. Raises Faulty beyond 20,000 signs."""
    return _words(_limited(html))


def _words(html: str) -> Words:
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}, "img": {"src", "alt"}}, link_rel=None,
                      url_schemes={"http", "https", "mailto", "data"}, clean_content_tags={"script", "style"})  # fmt: skip
    plain = _converted(clean, escapes=False, marks=False)
    marked = _converted(clean, escapes=False, marks=True)
    if _bare(_rendered("\n\n".join(marked.texts()))) != _bare(clean):
        marked = _converted(clean, escapes=True, marks=True)
    texts = marked.texts()
    return Words(
        markdown="\n\n".join(texts).strip(), blocks=tuple(texts), plain_blocks=tuple(plain.texts()),
        images=tuple(marked.images), had_active_parts=bool(_ACTIVE.search(html)),
        had_formula="<math" in html.lower() or r"\(" in html,
    )  # fmt: skip


def _limited(text: str) -> str:
    """A text without embedded data, where it is not too long."""
    short = _DATA.sub("data:", text)
    if len(short) > LONGEST:
        raise Faulty(_("Teks soal ini terlalu panjang."))
    return short


def from_plain(text: str) -> Words:
    """Words without any mark-up, for places that take Markdown: what would be read as a mark is escaped."""
    return from_html("".join(f"<p>{entities.escape(part, quote=False)}</p>" for part in re.split(r"\n\s*\n", text)))


def from_markdown(text: str) -> Words:
    """Markdown as it stands, and its words."""
    found = _words(_rendered(_limited(text)))
    blocks = tuple(part.strip() for part in re.split(r"\n[ \t]*\n", text.strip()))
    return Words(text.strip(), blocks, found.plain_blocks, found.images, bool(_ACTIVE.search(text)), found.had_formula)


def gap_mark(number: int | str) -> str:
    """What stands for a gap while a text is converted: signs that neither HTML nor Markdown reads anything into."""
    return f"\ue200{number}\ue201"


def with_gaps(text: str) -> str:
    """A converted text with its gaps as our items write them: ``[[1]]``."""
    return re.sub("\ue200(\\d+)\ue201", r"[[\1]]", text)


def split_at_gap(words: Words) -> tuple[str, str]:
    """The question before the first paragraph with a gap as Markdown, and the passage from there as words.

    An empty question where the gap stands in the first paragraph.
    """
    place = next((n for n, block in enumerate(words.blocks) if "\ue200" in block), 0)
    plain = next((n for n, block in enumerate(words.plain_blocks) if "\ue200" in block), 0)
    return "\n\n".join(words.blocks[:place]).strip(), with_gaps("\n\n".join(words.plain_blocks[plain:])).strip()


def xhtml_of(markdown: str) -> list[Element]:
    """A Markdown text as well-formed elements without a namespace, for formats that take XHTML."""
    root = fromstring(f"<div>{_rendered(markdown)}</div>", forbid_dtd=True)
    for element in root.iter():
        element.attrib.pop("style", None)
        element.attrib.pop("start", None)
        element.attrib.pop("title", None)
    return list(root)


def html_of(markdown: str) -> str:
    """A Markdown text as HTML."""
    return _rendered(markdown).strip()


def _rendered(markdown: str) -> str:
    return str(_markdown.render(markdown))


def _bare(html: str) -> str:
    return re.sub(r"\s+", "", entities.unescape(re.sub(r"<[^>]*>", "", html)))


def _converted(clean: str, *, escapes: bool, marks: bool) -> "_Converter":
    converter = _Converter(escapes=escapes, marks=marks)
    converter.feed(clean)
    converter.close()
    converter.end_block()
    return converter


@dataclass(slots=True)
class _List:
    """A list that is open: its kind and how many entries it has so far."""

    is_numbered: bool
    count: int = 0
    lead: str = ""


@dataclass(slots=True)
class _Rows:
    """A table that is open."""

    rows: list[list[str]] = field(default_factory=list)


class _Converter(HTMLParser):
    """Walks through clean HTML once and keeps blocks of text; with ``marks`` as Markdown, else as words."""

    def __init__(self, *, escapes: bool, marks: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.images: list[Image] = []
        self._blocks: list[_Block] = []
        self._pieces: list[str] = []
        self._opened: list[tuple[str, int, str]] = []
        self._lists: list[_List] = []
        self._quotes = 0
        self._table: _Rows | None = None
        self._is_pre = False
        self._begins_entry = False
        self._escapes, self._marks = escapes, marks

    def texts(self) -> list[str]:
        """The blocks as text; entries of one list stand together."""
        found: list[str] = []
        for block in self._blocks:
            lines = block.text.split("\n")
            text = "\n".join([block.lead + lines[0], *(block.rest + line for line in lines[1:])])
            if block.join != "\n\n" and found:
                found[-1] += f"{block.join}{text}"
            else:
                found.append(text)
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a list, a table or a mark."""
        values = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS or tag in {"table", "hr", "pre"}:
            self.end_block()
        if tag in {"ul", "ol"}:
            self._lists.append(_List(tag == "ol"))
        elif tag == "li":
            self._open_entry()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "table":
            self._table = _Rows()
        elif tag == "tr" and self._table is not None:
            self._pieces.clear()
            self._table.rows.append([])
        elif tag in {"td", "th"}:
            self._pieces.clear()
        elif tag == "pre":
            self._is_pre = True
        elif tag == "br":
            self._pieces.append("\\\n" if self._marks and self._table is None else " ")
        elif tag == "img":
            self.images.append(Image(values.get("src", ""), " ".join(values.get("alt", "").split())))
        elif tag in _MARKS or tag in {"code", "a"}:
            self._opened.append((tag, len(self._pieces), values.get("href", "")))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag == "pre":
            self._end_pre()
        elif tag in {"td", "th"} and self._table is not None and self._table.rows:
            cell = " ".join("".join(self._pieces).split())
            self._table.rows[-1].append(cell.replace("|", r"\|") if self._marks and not self._escapes else cell)
            self._pieces.clear()
        elif tag == "table":
            self._end_table()
        elif tag in _BLOCKS or tag == "li":
            self.end_block()
            if tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            elif tag in {"ul", "ol"} and self._lists:
                self._lists.pop()
            self._begins_entry = False
        elif self._opened and self._opened[-1][0] == tag:
            self._end_mark(*self._opened.pop())

    def handle_data(self, data: str) -> None:
        """Words; white space counts once, and a line break stays one."""
        if self._is_pre:
            self._pieces.append(data)
            return
        text = re.sub(r"[ \t\r\f\v\u00a0]*\n\s*", "\n", data)
        text = re.sub(r"[ \t\r\f\v]+", " ", text)
        is_code = any(tag == "code" for tag, _start, _href in self._opened)
        if self._escapes and self._marks and not is_code:
            text = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
        self._pieces.append(text)

    def end_block(self) -> None:
        """Keep what was gathered as one block."""
        if self._table is not None:
            return
        while self._opened:
            self._end_mark(*self._opened.pop())
        text = "".join(self._pieces)
        self._pieces.clear()
        text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text)).strip().removesuffix("\\").strip()
        if text:
            self._add(text)

    def _add(self, text: str) -> None:
        quote = "> " * self._quotes if self._marks else ""
        inner = self._lists[-1].lead if self._lists else ""
        outer = "".join(" " * len(one.lead) for one in self._lists[:-1])
        if not self._marks:
            inner = outer = ""
        is_first = self._begins_entry
        self._begins_entry = False
        indent = quote + outer + " " * len(inner)
        join = "\n\n"
        if is_first and self._lists and (self._lists[-1].count > 1 or len(self._lists) > 1):
            join = "\n"
        elif quote and self._blocks and self._blocks[-1].rest.startswith(quote):
            join = f"\n{quote.rstrip()}\n"
        self._blocks.append(_Block(text, quote + outer + inner if is_first else indent, indent, join))

    def _open_entry(self) -> None:
        self.end_block()
        if self._lists:
            entry = self._lists[-1]
            entry.count += 1
            entry.lead = f"{entry.count}. " if entry.is_numbered else "- "
            self._begins_entry = True

    def _end_mark(self, tag: str, start: int, href: str) -> None:
        inside = "".join(self._pieces[start:])
        del self._pieces[start:]
        words = inside.strip()
        if not words or not self._marks:
            self._pieces.append(inside)
            return
        before, after = inside[: len(inside) - len(inside.lstrip())], inside[len(inside.rstrip()) :]
        if tag == "code":
            fence = "`" * (max((len(run) for run in re.findall(r"`+", words)), default=0) + 1)
            pad = " " if "`" in words else ""
            words = f"{fence}{pad}{words}{pad}{fence}"
        elif tag == "a":
            is_link = re.match(r"(?:https?|mailto):", href) and not re.search(r"[\s<>()]", href)
            words = f"[{words}]({href})" if is_link else words
        else:
            words = f"{_MARKS[tag]}{words}{_MARKS[tag]}"
        self._pieces.append(f"{before}{words}{after}")

    def _end_pre(self) -> None:
        self._is_pre = False
        self._opened.clear()
        text = "".join(self._pieces).strip("\n")
        self._pieces.clear()
        if text.strip():
            self._add(f"```\n{text}\n```" if self._marks else text)

    def _end_table(self) -> None:
        rows = [row for row in (self._table.rows if self._table else []) if row]
        self._table = None
        self._pieces.clear()
        if not rows:
            return
        width = max(map(len, rows))
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        if not self._marks:
            self._add("\n".join(" ".join(cell for cell in row if cell) for row in rows))
            return
        self._add("\n".join([lines[0], f"|{'---|' * width}", *lines[1:]]))
