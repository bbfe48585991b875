"""XML that strangers wrote, read without entities, without a network, and never deeper or wider than a question needs."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE

LARGEST_XML = 3 * MEGABYTE
DEEPEST = 80
MOST_ELEMENTS = 120_000


class _Limits(TreeBuilder):
    """Builds a tree and gives up on one that is too deep or too wide."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0
        self.lines: dict[Element, int] = {}
        self.parser: Any = None

    def start(self, tag: Any, attrs: Any) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise ValueError("too deep or too wide")
        element = super().start(tag, attrs)
        self.lines[element] = self.parser.CurrentLineNumber
        return element

    def end(self, tag: Any) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_tree(content: bytes) -> Element:
    """The root of an XML document; raises Refused for what is no XML, declares entities or a DTD, or is too much."""
    return read_located_tree(content)[0]


def read_located_tree(content: bytes) -> tuple[Element, Mapping[Element, int]]:
    """The root of an XML document, and the line on which each element begins; raises Refused as ``read_tree`` does."""
    if len(content) > LARGEST_XML:
        raise Refused(_("Berkas XML terlalu besar; batasnya 3 MB. Tidak ada yang diubah."))
    builder = _Limits()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(content)
        root = parser.close()
    except DefusedXmlException:
        raise Refused(
            _("Berkas XML ini memakai DTD atau entitas, yang tidak diterima. Tidak ada yang diubah.")
        ) from None
    except ParseError as error:
        line, column = error.position
        raise Refused(
            _("Berkas ini tidak dapat dibaca sebagai XML; periksa baris %(line)s, kolom %(column)s.")
            % {"line": line, "column": column + 1}
        ) from None
    except (ValueError, LookupError, AssertionError):
        raise Refused(_("Berkas XML ini tidak dapat dibaca: pengodean atau susunannya tidak diterima.")) from None
    if not isinstance(root, Element):
        raise Refused(_("Berkas XML ini tidak dapat dibaca: pengodean atau susunannya tidak diterima."))
    return root, builder.lines


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def named(root: Element, *names: str) -> Iterable[Element]:
    """All elements below and including ``root`` with one of these names, in any namespace, in order."""
    return (element for element in root.iter() if local_name(element) in names)


def first(root: Element, *names: str) -> Element | None:
    """The first element below ``root`` with one of these names."""
    return next(iter(named(root, *names)), None)


def written_tree(root: Element) -> bytes:
    """A tree as an UTF-8 document; namespaces stand in it as plain ``xmlns`` attributes."""
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
