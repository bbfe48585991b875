"""Markdown written by people, turned into HTML that cannot do harm."""

import re
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import escape
from markdown_it import MarkdownIt
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

from bina.foundation.formulas import ATTRIBUTES, ELEMENTS, LONGEST_IN_A_LINE, formulas_plugin

TAB = re.compile(r"tab\s+(\S.*)", re.I)
CALL_OUT = re.compile(r"\[!([A-Za-z]+)\]")
# By the word that the author writes: the look, and the heading, which is in the language of the text and not of the reader.
CALL_OUTS = {
    "penting": ("penting", "Penting"), "tips": ("tips", "Tips"), "contoh": ("contoh", "Contoh"),
    "important": ("penting", "Important"), "tip": ("tips", "Tip"), "example": ("contoh", "Example"),
}  # fmt: skip


def _tab_of(_renderer: Any, tokens: Any, place: int, _options: Any, _environment: Any) -> str:
    token = tokens[place]
    found = TAB.fullmatch(token.info.strip())
    title = escape(found[1].strip()) if found else ""
    return f'<section class="tab-part"><h3>{title}</h3>\n' if token.nesting == 1 else "</section>\n"


_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_markdown.use(footnote_plugin)
_markdown.use(formulas_plugin)
_markdown.use(container_plugin, "tab", validate=lambda info, _marker: bool(TAB.fullmatch(info.strip())), render=_tab_of)
# Plain words with formulas in them: nothing but formulas is mark-up.
_words = MarkdownIt("zero")
_words.use(formulas_plugin)
_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "s", "blockquote", "code", "pre", "table", "thead",
    "tbody", "tr", "th", "td", "hr", "br", "a", "img", "sup", "section", *ELEMENTS,
}  # fmt: skip
_CLASSES = {"section": {"tab-part"}, "blockquote": {f"call-out-{look}" for look, _heading in CALL_OUTS.values()}}
_OF_FORMULAS = {name: set(ATTRIBUTES) for name in ELEMENTS}
_ATTRIBUTES = {"a": {"href", "title", "id"}, "img": {"src", "alt", "title"}, "th": {"style"}, "td": {"style"},
               "li": {"id"}, "ol": {"start"}, **_OF_FORMULAS}  # fmt: skip
_TYPED = re.compile(r'(?<=<math display="inline" )alttext="([^"]*)"')
_MATH = re.compile(r'<math display="(block|inline)" alttext="([^"]*)"[^>]*>.*?</math>', re.S)


def _call_out(match: re.Match[str]) -> str:
    """The opening of a quotation that begins with ``[!PENTING]``, ``[!TIPS]`` or ``[!CONTOH]``; other marks stay as text."""
    found = CALL_OUTS.get(match[1].lower())
    return f'<blockquote class="call-out-{found[0]}"><p><strong>{found[1]}</strong></p><p>' if found else match[0]


def _framed(match: re.Match[str]) -> str:
    """A formula that may be wider than a phone scrolls in its own frame; a short one stands in its line."""
    if match[1] == "block":
        return f'<span class="formula" tabindex="0">{match[0]}</span>'
    return (
        f'<span class="formula-long" tabindex="0">{match[0]}</span>' if len(match[2]) > LONGEST_IN_A_LINE else match[0]
    )


def _with_frames(clean: str) -> str:
    return _MATH.sub(_framed, clean) if "<math" in clean else clean


@lru_cache(maxsize=512)
def render_markdown(text: str, media_url: str = "") -> str:
    """Safe HTML for a Markdown text; relative image and link targets under ``media/`` are resolved to ``media_url``.

    HTML in the text is shown as text; scripts, event handlers and foreign schemes are removed.
    """
    html = _markdown.render(text)
    html = re.sub(r"<h1>(.*?)</h1>", r"<h2>\1</h2>", html, flags=re.S)
    html = re.sub(r"<blockquote>\s*<p>\[!([A-Za-z]+)\]\s*", _call_out, html)
    if media_url:
        html = re.sub(r'((?:src|href)=")media/', rf"\g<1>{media_url}", html)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        filter_style_properties={"text-align"},
    )
    # Wide tables scroll inside their own frame, so that a phone page never scrolls sideways.
    return (
        _with_frames(clean)
        .replace("<pre>", '<pre tabindex="0">')
        .replace("<table>", '<div class="table-frame" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
        .replace("<img ", '<img loading="lazy" ')
    )


def plain_text(text: str) -> str:
    """The words of a Markdown text without any mark-up; a formula as its author typed it."""
    html = _MATH.sub(lambda formula: formula[2], _markdown.render(text))
    return re.sub(r"\s+", " ", nh3.clean(html, tags=set())).strip()


@lru_cache(maxsize=2048)
def words_with_formulas(text: str) -> str:
    """Safe HTML for plain words, such as an option of a question, in which formulas (``$…$``) may stand.

    Such words are the name of a button or a field, and a name is plain text: there a formula is called as it was typed.
    """
    if "$" not in text:
        return escape(text)
    clean = nh3.clean(_words.renderInline(text), tags=set(ELEMENTS), attributes=_OF_FORMULAS)
    return _with_frames(_TYPED.sub(r'\g<0> aria-label="\1"', clean))
