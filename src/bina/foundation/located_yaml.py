"""Reading YAML written by people: every mapping remembers its lines, and tricks that make files explode are refused."""

from collections.abc import Hashable
from typing import Any

import yaml
from django.utils.translation import gettext as _

LARGEST_TEXT = 1_000_000


class LocatedDict(dict[str, Any]):
    """A mapping that knows the line it begins on and the line of each of its fields."""

    line: int = 0
    lines: dict[str, int]


class YamlError(Exception):
    """A file cannot be read as YAML; carries the line where one is known."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with lines, without anchors, and strict about fields that are written twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse anchors and aliases: a few lines of them can grow into gigabytes."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # not in the stubs
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = event.start_mark.line + 1 if event.start_mark else None
            raise YamlError(_("Jangkar dan rujukan YAML (& dan *) tidak dapat dipakai."), line)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Refuse values that are not of the type written before them, e.g. ``!!bool x``, which PyYAML stumbles over."""
        try:
            return super().construct_object(node, deep)
        except (LookupError, AttributeError, TypeError, ValueError, ArithmeticError) as error:
            line = node.start_mark.line + 1
            raise YamlError(_("Nilai ini tidak sesuai dengan jenis yang ditulis di depannya."), line) from error


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> LocatedDict:
    found = LocatedDict()
    found.line = node.start_mark.line + 1
    found.lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise YamlError(_("Nama isian harus berupa teks."), line)
        name = str(key)
        if name in found:
            raise YamlError(_("Isian “%(name)s” ditulis dua kali.") % {"name": name[:60]}, line)
        found[name] = loader.construct_object(value_node, deep=True)
        found.lines[name] = line
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_yaml(text: str) -> Any:
    """The content of a YAML text; mappings are LocatedDict. Raises YamlError with a sentence and a line."""
    if len(text) > LARGEST_TEXT:
        raise YamlError(_("Berkas YAML terlalu besar (lebih dari 1 MB)."))
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a subclass of the safe loader
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            _("Susunan YAML tidak dapat dibaca: periksa tanda kutip, titik dua, dan jarak di awal baris."),
            mark.line + 1 if mark else None,
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(_("Berkas memuat huruf atau nilai yang tidak dapat dibaca sebagai YAML.")) from error
    except RecursionError as error:
        raise YamlError(_("Susunan YAML terlalu dalam.")) from error
