"""course.yaml and files of questions as texts that a form may change: read into rows, changed row by row, written back.

What is changed in a text is compared with what was meant; where a layout does not allow it, the whole file is written anew
and only then its comments are lost.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from bina.foundation.located_yaml import YamlError, read_yaml
from bina.learning.rules.yaml_pieces import (
    Fields,
    Piece,
    changed_row,
    lines_of,
    row_text,
    split_list,
    split_mapping,
    with_fields,
    written,
)

SECTIONS, PARTS = "sections", "activities"


@dataclass(slots=True)
class SectionText:
    """A section: its lines up to the name of its list of parts, its own fields, and the parts."""

    head: str
    fields: Fields
    parts: list[Piece] = field(default_factory=list)
    column: int = 2

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.fields.get("title") or "")

    @property
    def part_column(self) -> int:
        """Where the dashes of its parts stand."""
        return self.parts[0].column if self.parts else self.column + 4


class OutlineText:
    """course.yaml: its fields before and after the sections, and the sections. Raises YamlError for what cannot be read."""

    def __init__(self, text: str) -> None:
        data = read_yaml(text)
        if not isinstance(data, dict):
            raise YamlError(_("course.yaml harus berisi isian bernama (slug, title, sections, …)."), 1)
        self._read(text, _plain(data))

    def _read(self, text: str, data: Fields) -> None:
        self._fields = {name: value for name, value in data.items() if name != SECTIONS}
        sections = [row if isinstance(row, dict) else {"title": str(row)} for row in data.get(SECTIONS) or []]
        found = _split_outline(text, sections)
        if found is None:
            # Another layout than ours: written anew once, and read again.
            found = _split_outline(_canonical(self._fields, sections), sections)
            assert found is not None
        self._before, self._name, self._after, self.sections = found.before, found.name, found.after, found.sections

    @property
    def fields(self) -> Mapping[str, Any]:
        """Everything that is said about the course as a whole."""
        return self._fields

    def set_fields(self, new: Mapping[str, Any]) -> None:
        """Other values for fields of the course; None removes one, what is not named stays."""
        wanted = {**self._fields, **{name: value for name, value in new.items() if value is not None}}
        for name, value in new.items():
            if value is None:
                wanted.pop(name, None)
        after = {name for name, _text in (split_mapping(self._after) or [])} if self._after.strip() else set()
        old_before = {name: value for name, value in self._fields.items() if name not in after}
        new_before = {name: value for name, value in wanted.items() if name not in after}
        self._before = (
            with_fields(self._before, old_before, new_before) if self._before.strip() else written(new_before)
        )
        if after:
            self._after = with_fields(
                self._after,
                {name: value for name, value in self._fields.items() if name in after},
                {name: value for name, value in wanted.items() if name in after},
            )
        self._fields = wanted

    def parts(self) -> Iterator[tuple[SectionText, int, Piece]]:
        """Every part with its section and its place in it."""
        for section in self.sections:
            for place, piece in enumerate(section.parts):
                yield section, place, piece

    def find(self, key: str) -> tuple[SectionText, int, Piece] | None:
        """The part with a key."""
        return next((row for row in self.parts() if _key_of(row[2]) == key), None)

    def keys(self) -> list[str]:
        """The keys of all parts in order."""
        return [_key_of(piece) for _section, _place, piece in self.parts()]

    def set_part(self, key: str, new: Fields) -> None:
        """Another entry for a part; a key that is not there changes nothing."""
        found = self.find(key)
        if found is not None:
            section, place, piece = found
            section.parts[place] = changed_row(piece, new)

    def insert(self, section: SectionText, place: int, entry: Fields) -> None:
        """A new part at a place in a section."""
        column = section.part_column
        section.parts.insert(place, Piece(row_text(entry, column), entry, column))

    def rename(self, section: SectionText, title: str) -> None:
        """Another title for a section."""
        piece = Piece(section.head, {**section.fields, PARTS: None}, section.column)
        changed = changed_row(piece, {**section.fields, "title": title, PARTS: None})
        section.fields = {**section.fields, "title": title}
        section.head = changed.text

    def add_section(self, title: str) -> SectionText:
        """A new section at the end, without parts."""
        column = self.sections[0].column if self.sections else 2
        section = SectionText(_head({"title": title}, column), {"title": title}, [], column)
        self.sections.append(section)
        return section

    @property
    def data(self) -> Fields:
        """What the whole text says."""
        rows = [{**one.fields, PARTS: [piece.value for piece in one.parts]} for one in self.sections]
        return {**self._fields, SECTIONS: rows}

    @property
    def text(self) -> str:
        """The whole text. What it says is what ``data`` says, whatever layout it had."""
        name = (self._name or f"{SECTIONS}:\n") if self.sections else f"{SECTIONS}: []\n"
        found = "".join(
            [
                self._before,
                name,
                *self._section_texts(),
                self._after,
            ]
        )
        wanted = _plain(self.data)
        try:
            if _comparable(read_yaml(found)) == _comparable(wanted):
                return found
        except YamlError:
            pass
        return _canonical(self._fields, wanted[SECTIONS])

    def _section_texts(self) -> Iterator[str]:
        for section in self.sections:
            column = section.part_column
            head = section.head
            if not section.parts:
                yield head.replace(f"{PARTS}:\n", f"{PARTS}: []\n") if head.rstrip().endswith(f"{PARTS}:") else head
                continue
            yield head.replace(f"{PARTS}: []", f"{PARTS}:")
            yield from (piece.at(column) for piece in section.parts)


def _key_of(piece: Piece) -> str:
    return str(piece.value.get("key") or "") if isinstance(piece.value, Mapping) else ""


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _comparable(data: Any) -> Any:
    """What is said, with sections without parts alike whichever way they are written."""
    data = copy.deepcopy(_plain(data))
    if isinstance(data, dict):
        data[SECTIONS] = data.get(SECTIONS) or []
        for section in data[SECTIONS]:
            if isinstance(section, dict):
                section[PARTS] = section.get(PARTS) or []
    return data


def _head(fields: Fields, column: int) -> str:
    """The lines of a new section up to the name of its list of parts."""
    own = written(fields, column + 2) if fields else ""
    text = f"{own}{' ' * (column + 2)}{PARTS}:\n"
    return f"{text[:column]}-{text[column + 1 :]}"


def _canonical(fields: Mapping[str, Any], sections: list[Fields]) -> str:
    """The whole file in the layout that this room writes."""
    text = written(dict(fields)) if fields else ""
    if not sections:
        return f"{text}{SECTIONS}: []\n"
    text += f"{SECTIONS}:\n"
    for section in sections:
        own = {name: value for name, value in section.items() if name != PARTS}
        text += _head(own, 2)
        text += "".join(row_text(part, 6) for part in section.get(PARTS) or [])
    return text


@dataclass(slots=True)
class _Cut:
    """An outline in pieces: the lines before the sections, the line that names them, the lines after, the sections."""

    before: str
    name: str
    after: str
    sections: list[SectionText]


def _split_outline(text: str, sections: list[Fields]) -> _Cut | None:
    """The lines before the sections, those after, and the sections; None for a layout that cannot be cut."""
    pieces = split_mapping(text)
    if pieces is None:
        return None
    names = [name for name, _own in pieces]
    if SECTIONS not in names:
        return _Cut(text if text.endswith("\n") else text + "\n", "", "", [])
    place = names.index(SECTIONS)
    before = "".join(own for _name, own in pieces[:place])
    after = "".join(own for _name, own in pieces[place + 1 :])
    own = pieces[place][1]
    lines = lines_of(own)
    root = yaml.compose(own, Loader=yaml.SafeLoader)
    node = root.value[0][1] if isinstance(root, yaml.MappingNode) else None
    if not sections:
        return _Cut(before, "", after, [])
    if not isinstance(node, yaml.SequenceNode):
        return None
    rows = split_list(lines, node, sections, len(lines))
    if rows is None:
        return None
    # Comments above "sections:" and on its line stay before the sections.
    start, first = lines_before(lines), node.value[0].start_mark.line
    opening = "".join(lines[:start])
    rows[0] = Piece("".join(lines[start + 1 : first]) + rows[0].text, rows[0].value, rows[0].column)
    found = [_split_section(row) for row in rows]
    if None in found:
        return None
    return _Cut(before + opening, lines[start], after, [one for one in found if one is not None])


def lines_before(lines: list[str]) -> int:
    """How many comments and blank lines a text begins with."""
    return next((n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), len(lines))


def _split_section(row: Piece) -> SectionText | None:
    """A section with its parts; None unless the list of parts comes last and in block style."""
    lines = lines_of(row.text)
    root = yaml.compose(row.text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.SequenceNode) or len(root.value) != 1:
        return None
    mapping = root.value[0]
    fields = {name: value for name, value in row.value.items() if name != PARTS}
    parts = row.value.get(PARTS) or []
    if not isinstance(mapping, yaml.MappingNode) or mapping.flow_style or not isinstance(parts, list):
        return None
    key, node = mapping.value[-1]
    if key.value != PARTS:
        return None
    line = key.start_mark.line
    if not parts:
        return SectionText("".join(lines[: line + 1]), fields, [], row.column) if line + 1 >= len(lines) else None
    if not isinstance(node, yaml.SequenceNode) or node.start_mark.line == line:
        return None
    pieces = split_list(lines, node, parts, len(lines))
    if pieces is None:
        return None
    first = node.value[0].start_mark.line
    if first > line + 1:
        # Comments between the name of the list and its first row go with that row.
        pieces[0] = Piece("".join(lines[line + 1 : first]) + pieces[0].text, pieces[0].value, pieces[0].column)
    return SectionText("".join(lines[: line + 1]), fields, pieces, row.column)


class ListText:
    """A file that is one list: questions, or the criteria of a rubric. Raises YamlError for what cannot be read."""

    def __init__(self, text: str) -> None:
        data = read_yaml(text)
        if data is not None and not isinstance(data, list):
            raise YamlError(_("Berkas ini harus berupa daftar."), 1)
        values = _plain(data or [])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = lines_of(text)
        pieces = split_list(lines, node, values, len(lines)) if isinstance(node, yaml.SequenceNode) else None
        if pieces is None:
            self._head, self.rows = "", [Piece(row_text(value, 0), value, 0) for value in values]
            return
        assert isinstance(node, yaml.SequenceNode)
        self._head = "".join(lines[: node.value[0].start_mark.line])
        self.rows = pieces

    @property
    def values(self) -> list[Any]:
        """The rows as data."""
        return [piece.value for piece in self.rows]

    def set_row(self, place: int, value: Fields) -> None:
        """Another content for a row; its untouched fields keep their lines."""
        piece = self.rows[place]
        same = isinstance(piece.value, Mapping)
        self.rows[place] = (
            changed_row(piece, value) if same else Piece(row_text(value, piece.column), value, piece.column)
        )

    def insert(self, place: int, value: Fields) -> None:
        """A new row at a place."""
        column = self.rows[0].column if self.rows else 0
        blank = "\n" if place and self.rows else ""
        self.rows.insert(place, Piece(blank + row_text(value, column), value, column))

    @property
    def text(self) -> str:
        """The whole text, saying what ``values`` says."""
        if not self.rows:
            return f"{self._head}[]\n"
        column = self.rows[0].column
        found = self._head + "".join(piece.at(column) for piece in self.rows)
        try:
            if _plain(read_yaml(found)) == self.values:
                return found
        except YamlError:
            pass
        return "\n".join(row_text(value, 0) for value in self.values)
