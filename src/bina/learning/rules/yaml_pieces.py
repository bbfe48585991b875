"""Changing a YAML file as its author would: what changes is written anew, everything else stays letter for letter.

A list or a mapping in block style is cut into pieces of whole lines, one for each row or field, with the comments and blank
lines above it. A piece that is not touched is never written again, wherever it moves.
"""

import io
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

_LINES = re.compile("[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029]|$)")
LONGEST_FLOW = 150
Fields = dict[str, Any]


class _Writer(yaml.SafeDumper):
    """Writes as people do: long texts as blocks, short lists and mappings on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Rows of a list stand below the name of the list, two places in."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """The same value twice is written twice: anchors are refused when a course is read."""
        return True


def _words(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_block = "\n" in text and not re.search(r"[ \t]\n|\r", text)
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if is_block else None)


_Writer.add_representer(str, _words)


def _plain(value: Any) -> Any:
    """Mappings that know their lines as ordinary ones, which YAML can write."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _set_style(node: yaml.Node, *, may_flow: bool) -> int | None:
    """Put short collections of scalars on one line; returns how long a node is on one line, None when it cannot be."""
    if isinstance(node, yaml.ScalarNode):
        return None if node.style == "|" else len(node.value) + 4
    if isinstance(node, yaml.MappingNode):
        inner = [_set_style(one, may_flow=True) for pair in node.value for one in pair]
    else:
        assert isinstance(node, yaml.SequenceNode)
        inner = [_set_style(one, may_flow=True) for one in node.value]
    length = None if None in inner else sum(one or 0 for one in inner) + 2
    is_flow = may_flow and length is not None and length <= LONGEST_FLOW
    node.flow_style = is_flow
    return length if is_flow else None


def written(value: Any, indent: int = 0) -> str:
    """YAML for a value, whole lines moved in by ``indent`` places."""
    node = _represented(value)
    _set_style(node, may_flow=False)
    text: str = yaml.serialize(node, Dumper=_Writer, allow_unicode=True, width=10_000)
    return _moved(text, indent)


def _represented(value: Any) -> yaml.Node:
    writer = _Writer(io.StringIO(), sort_keys=False)
    node: yaml.Node = writer.represent_data(_plain(value))
    return node


def _moved(text: str, by: int) -> str:
    """Lines moved to the right (or, below 0, to the left); blank ones stay empty."""
    if not by:
        return text
    lines = lines_of(text)
    if by > 0:
        return "".join(" " * by + line if line.strip() else line for line in lines)
    return "".join(line[-by:] if line[:-by].strip() == "" and line.strip() else line for line in lines)


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, counted as YAML counts them; the last one has an end too."""
    found = [line for line in _LINES.findall(text) if line]
    if found and found[-1][-1] not in "\n\r\x85\u2028\u2029":
        found[-1] += "\n"
    return found


@dataclass(slots=True)
class Piece:
    """A row of a list: its lines with what stands above them, what it says, and where its dash stands."""

    text: str
    value: Any
    column: int

    def at(self, column: int) -> str:
        """The lines with the dash at another place."""
        return _moved(self.text, column - self.column)


def _above(lines: Sequence[str], line: int, column: int, floor: int) -> int:
    """The first of the comments and blank lines that belong to what begins at ``line``."""
    while line > floor:
        before = lines[line - 1]
        bare = before.lstrip(" ")
        if bare.strip() and not (bare.startswith("#") and len(before) - len(bare) <= column):
            break
        line -= 1
    return line


def split_list(lines: Sequence[str], node: yaml.SequenceNode, values: Sequence[Any], end: int) -> list[Piece] | None:
    """The rows of a list in block style, up to the line ``end``; None when it is written in another way."""
    if node.flow_style or not node.value:
        return None
    column = node.start_mark.column
    firsts = [one.start_mark.line for one in node.value]
    if any(not lines[line][column:].startswith("-") for line in firsts) or len(set(firsts)) != len(firsts):
        return None
    starts = [firsts[0]]
    starts += [_above(lines, line, column, before + 1) for before, line in itertools.pairwise(firsts)]
    stops = [*starts[1:], end]
    return [
        Piece("".join(lines[start:stop]), value, column)
        for start, stop, value in zip(starts, stops, values, strict=True)
    ]


def split_mapping(text: str) -> list[tuple[str, str]] | None:
    """The fields of a mapping in block style as (name, lines), in order; None when it is written in another way."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        return None
    lines = lines_of(text)
    column = node.start_mark.column
    firsts = [key.start_mark.line for key, _value in node.value]
    if any(key.start_mark.column != column for key, _value in node.value) or len(set(firsts)) != len(firsts):
        return None
    starts = [0]
    starts += [_above(lines, line, column, before + 1) for before, line in itertools.pairwise(firsts)]
    stops = [*starts[1:], len(lines)]
    return [
        (str(key.value), "".join(lines[start:stop]))
        for (key, _value), start, stop in zip(node.value, starts, stops, strict=True)
    ]


def _comments(text: str) -> str:
    """The comments and blank lines that a piece begins with."""
    kept = []
    for line in lines_of(text):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        kept.append(line)
    return "".join(kept)


def with_fields(text: str, old: Fields, new: Fields) -> str:
    """The lines of a mapping with other values: only fields that differ are written anew, new ones come last.

    A mapping on one line, ``{…}``, is written anew as a whole. ``text`` may not be empty.
    """
    if new == old:
        return text
    pieces = split_mapping(text)
    if pieces is None:
        return _comments(text) + written(new)
    column = _column(text)
    kept = []
    for name, own in pieces:
        if name not in new:
            continue
        same = name in old and old[name] == new[name] and type(old[name]) is type(new[name])
        kept.append(own if same else _comments(own) + written({name: new[name]}, column))
    known = {name for name, _own in pieces}
    return "".join([*kept, *(written({name: new[name]}, column) for name in new if name not in known)])


def _column(text: str) -> int:
    line = next(one for one in lines_of(text) if one.strip() and not one.lstrip().startswith("#"))
    return len(line) - len(line.lstrip(" "))


def changed_row(piece: Piece, new: Fields) -> Piece:
    """A row (a mapping) that says something else; its untouched fields keep their lines, and its comments stay."""
    if new == piece.value:
        return piece
    above = _comments(piece.text)
    body = piece.text[len(above) :]
    column = piece.column
    if body[column + 1 :].lstrip(" ").startswith("{") or not isinstance(piece.value, Mapping):
        inner = "".join(line for line in lines_of(body) if line.lstrip().startswith("#"))
        return Piece(above + inner + row_text(new, column), new, column)
    opened = body[:column] + " " + body[column + 1 :]
    text = with_fields(opened, dict(piece.value), new)
    first = _comments(text)
    rest = text[len(first) :]
    return Piece(above + first + rest[:column] + "-" + rest[column + 1 :], new, column)


def row_text(value: Any, column: int) -> str:
    """A new row of a list."""
    return written([value], column)
