"""Markdown written by people, turned into HTML that cannot do harm."""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_markdown.use(footnote_plugin)
_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "s", "blockquote", "code", "pre", "table", "thead",
    "tbody", "tr", "th", "td", "hr", "br", "a", "img", "sup", "section",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title", "id"}, "img": {"src", "alt", "title"}, "th": {"style"}, "td": {"style"},
               "li": {"id"}, "ol": {"start"}}  # fmt: skip


@lru_cache(maxsize=512)
def render_markdown(text: str, media_url: str = "") -> str:
    """Safe HTML for a Markdown text; relative image and link targets under ``media/`` are resolved to ``media_url``.

    HTML in the text is shown as text; scripts, event handlers and foreign schemes are removed.
    """
    html = _markdown.render(text)
    html = re.sub(r"<h1>(.*?)</h1>", r"<h2>\1</h2>", html, flags=re.S)
    if media_url:
        html = re.sub(r'((?:src|href)=")media/', rf"\g<1>{media_url}", html)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        filter_style_properties={"text-align"},
    )
    # Wide tables scroll inside their own frame, so that a phone page never scrolls sideways.
    return (
        clean.replace("<pre>", '<pre tabindex="0">')
        .replace("<table>", '<div class="table-frame" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
        .replace("<img ", '<img loading="lazy" ')
    )


def plain_text(text: str) -> str:
    """The words of a Markdown text without any mark-up."""
    return re.sub(r"\s+", " ", nh3.clean(_markdown.render(text), tags=set())).strip()
