"""Reading ``cmi5.xml``: course, blocks and assignable units, and every fault with the line on which it stands.

The order and the attributes of elements follow the schema of the course structure (version 1); what the schema cannot say
(unique ids, references, reserved names in addresses) follows sections 3, 8.1, 13.1 and 14 of the specification.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.trees import local_name, read_located_tree
from bina.foundation.errors import Refused
from bina.integrations.cmi5.rules.words import LAUNCH_NAMES, MANIFEST, NAMESPACE, LaunchMethod, MoveOn
from bina.integrations.packages.rules import Archive, resolved
from bina.records.rules import is_iri

Note = Callable[[str, int | None], None]
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*").fullmatch
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII).fullmatch
UNSPOKEN = "und"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in one or several languages, as the package gives it."""

    languages: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        for language in ("id", "en"):
            for code, text in self.languages.items():
                if code.lower().split("-")[0] == language and text:
                    return text
        return next((text for text in self.languages.values() if text), "")


@dataclass(frozen=True, slots=True)
class Block:
    """A group of units and blocks, with the place of the block around it."""

    publisher_id: str
    title: Words
    parent: int | None


@dataclass(frozen=True, slots=True)
class Unit:
    """An assignable unit; ``block`` is the place of the innermost block around it."""

    publisher_id: str
    title: Words
    description: Words
    block: int | None
    url: str
    launch_method: str
    move_on: str
    mastery_score: float | None
    stated: Mapping[str, str]
    activity_type: str
    line: int

    @property
    def is_elsewhere(self) -> bool:
        """Whether the unit runs on another server and not out of the package."""
        return bool(urlsplit(self.url).scheme)


@dataclass(slots=True)
class Structure:
    """What a package holds, in the order in which it is written."""

    publisher_id: str
    title: Words
    description: Words
    blocks: list[Block] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """One place in the order of an element's children: the names that may stand there, and how often."""

    names: tuple[str, ...]
    least: int = 1
    many: bool = False


_TEXTS = (_Part(("title",)), _Part(("description",)))
_INSIDE = _Part(("au", "block"), many=True)
_OBJECTIVES = _Part(("objectives",), least=0)
_ORDER: dict[str, tuple[_Part, ...]] = {
    "courseStructure": (_Part(("course",)), _OBJECTIVES, _INSIDE),
    "course": _TEXTS,
    "block": (*_TEXTS, _OBJECTIVES, _INSIDE),
    "au": (
        *_TEXTS,
        _OBJECTIVES,
        _Part(("url",)),
        _Part(("launchParameters",), least=0),
        _Part(("entitlementKey",), least=0),
    ),
    "objectives": (_Part(("objective",), many=True),),
    "title": (_Part(("langstring",), many=True),),
    "description": (_Part(("langstring",), many=True),),
}
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "course": frozenset({"id"}),
    "block": frozenset({"id"}),
    "au": frozenset({"id", "moveOn", "masteryScore", "launchMethod", "activityType"}),
    "langstring": frozenset({"lang"}),
}


def read_structure(archive: Archive, *, error: Note, warn: Note) -> Structure | None:
    """Read the course structure of a package, noting every fault; None when it cannot be read at all."""
    if MANIFEST not in archive:
        error(_("Paket cmi5 harus memuat cmi5.xml di tingkat teratas."), None)
        return None
    try:
        root, lines = read_located_tree(archive.read(MANIFEST))
    except Refused as refusal:
        error(str(refusal), None)
        return None
    if archive.around:
        warn(_("Isi paket berada di dalam satu folder tambahan; Bina membacanya apa adanya."), None)
    if root.tag != f"{{{NAMESPACE}}}courseStructure":
        error(
            _("Unsur teratas harus courseStructure dengan ruang nama %(namespace)s.") % {"namespace": NAMESPACE},
            lines[root],
        )
        return None
    return _Reader(archive, lines, error, warn).read(root)


class _Reader:
    """Walks one course structure and collects what it holds."""

    def __init__(self, archive: Archive, lines: Mapping[Element, int], error: Note, warn: Note) -> None:
        self._archive, self._lines, self._error, self._warn = archive, lines, error, warn
        self._is_alone = archive.names == {MANIFEST}
        self._known: dict[str, dict[str, int]] = {}

    def read(self, root: Element) -> Structure:
        """The whole structure."""
        self._check(root)
        course = _child(root, "course")
        found = Structure("", Words(), Words())
        if course is not None:
            self._check(course)
            found.publisher_id = self._id(course)
            found.title, found.description = self._words(course, "title"), self._words(course, "description")
        self._read_objectives(root)
        self._read_inside(root, found, None)
        return found

    def _at(self, element: Element) -> int:
        return self._lines[element]

    def _fail(self, element: Element, sentence: str, said: Mapping[str, object] | None = None) -> None:
        self._error(sentence % said if said else sentence, self._at(element))

    def _check(self, element: Element) -> None:
        """The order of the children and the names of the attributes, as the schema has them."""
        name = local_name(element)
        parts = _ORDER[name]
        known = {child for part in parts for child in part.names}
        place, counted = 0, 0
        for child in element:
            if not _is_ours(child):
                continue  # extensions of vendors stand in namespaces of their own and are left alone
            told = local_name(child)
            if told not in known:
                self._fail(
                    child,
                    _("Unsur <%(name)s> tidak dikenal di dalam <%(around)s>."),
                    {"name": told[:60], "around": name},
                )
                continue
            position = next(n for n, part in enumerate(parts) if told in part.names)
            if position < place:
                self._fail(
                    child,
                    _("Unsur <%(name)s> berada di tempat yang salah; urutan dalam <%(around)s>: %(order)s."),
                    {"name": told, "around": name, "order": _order_in_words(parts)},
                )
                continue
            if position > place:
                place, counted = position, 0
            counted += 1
            if counted > 1 and not parts[position].many:
                self._fail(
                    child,
                    _("Unsur <%(name)s> hanya boleh sekali di dalam <%(around)s>."),
                    {"name": told, "around": name},
                )
        for part in parts:
            if part.least and all(_child(element, one) is None for one in part.names):
                self._fail(
                    element,
                    _("Unsur <%(name)s> memerlukan <%(missing)s> di dalamnya."),
                    {"name": name, "missing": "> atau <".join(part.names)},
                )
        for attribute in element.attrib:
            if not attribute.startswith("{") and attribute not in _ATTRIBUTES.get(name, frozenset()):
                self._fail(
                    element,
                    _("Atribut “%(attribute)s” tidak dikenal pada <%(name)s>."),
                    {"attribute": attribute[:60], "name": name},
                )

    def _id(self, element: Element, attribute: str = "id") -> str:
        """The IRI of an element, noted as used; empty when it is none."""
        name = local_name(element)
        value = (element.get(attribute) or "").strip()
        if not is_iri(value):
            self._fail(
                element,
                _(
                    "Atribut %(attribute)s pada <%(name)s> harus berupa IRI lengkap, misalnya https://contoh.go.id/kursus/1; "
                    "tertulis “%(value)s”."
                ),
                {"attribute": attribute, "name": name, "value": value[:120]},
            )
            return ""
        if attribute == "id":
            known = self._known.setdefault(name, {})
            if value in known:
                self._fail(
                    element,
                    _("Pengenal “%(value)s” sudah dipakai <%(name)s> di baris %(line)s."),
                    {"value": value[:120], "name": name, "line": known[value]},
                )
            known.setdefault(value, self._at(element))
        return value

    def _words(self, element: Element, name: str) -> Words:
        found = _child(element, name)
        if found is None:
            return Words()
        self._check(found)
        languages: dict[str, str] = {}
        for text in found:
            if not _is_ours(text) or local_name(text) != "langstring":
                continue
            code = (text.get("lang") or UNSPOKEN).strip()
            if not _LANGUAGE(code):
                self._fail(
                    text,
                    _("Bahasa “%(code)s” bukan tanda bahasa yang sah, misalnya id atau en-US."),
                    {"code": code[:40]},
                )
                code = UNSPOKEN
            for child in text:
                self._fail(child, _("Unsur <langstring> hanya boleh berisi teks."))
            languages.setdefault(code, _text(text))
        if name == "title" and languages and not any(languages.values()):
            self._warn(_("Judul kosong; Bina memakai pengenalnya sebagai gantinya."), self._at(found))
        return Words(languages)

    def _read_objectives(self, root: Element) -> None:
        found = _child(root, "objectives")
        if found is None:
            return
        self._check(found)
        for objective in _children(found, "objective"):
            self._id(objective)
            for name in ("title", "description"):
                if _child(objective, name) is None:
                    self._fail(
                        objective,
                        _("Unsur <%(name)s> memerlukan <%(missing)s> di dalamnya."),
                        {"name": "objective", "missing": name},
                    )
                self._words(objective, name)

    def _check_references(self, element: Element) -> None:
        found = _child(element, "objectives")
        if found is None:
            return
        self._check(found)
        for objective in _children(found, "objective"):
            reference = self._id(objective, "idref")
            if reference and reference not in self._known.get("objective", {}):
                self._fail(
                    objective,
                    _("Tujuan belajar “%(value)s” tidak ada dalam daftar <objectives> paket."),
                    {"value": reference[:120]},
                )

    def _read_inside(self, element: Element, found: Structure, block: int | None) -> None:
        for child in element:
            if not _is_ours(child):
                continue
            if local_name(child) == "block":
                self._check(child)
                found.blocks.append(Block(self._id(child), self._words(child, "title"), block))
                here = len(found.blocks) - 1
                self._words(child, "description")
                self._check_references(child)
                self._read_inside(child, found, here)
            elif local_name(child) == "au":
                found.units.append(self._unit(child, block))

    def _unit(self, element: Element, block: int | None) -> Unit:
        self._check(element)
        publisher_id = self._id(element)
        title, description = self._words(element, "title"), self._words(element, "description")
        self._check_references(element)
        return Unit(
            publisher_id,
            title,
            description,
            block,
            self._url(element),
            self._one_of(element, "launchMethod", [one.value for one in LaunchMethod], LaunchMethod.ANY_WINDOW.value),
            self._one_of(element, "moveOn", [one.value for one in MoveOn], MoveOn.NOT_APPLICABLE.value),
            self._mastery(element),
            _stated(element),
            (element.get("activityType") or "").strip(),
            self._at(element),
        )

    def _one_of(self, element: Element, attribute: str, known: list[str], usual: str) -> str:
        value = element.get(attribute)
        if value is None or value in known:
            return value or usual
        self._fail(
            element,
            _("Atribut %(attribute)s hanya boleh %(known)s; tertulis “%(value)s”."),
            {"attribute": attribute, "known": ", ".join(known), "value": value[:60]},
        )
        return usual

    def _mastery(self, element: Element) -> float | None:
        value = element.get("masteryScore")
        if value is None:
            return None
        text = value.strip()
        if not _DECIMAL(text) or not 0 <= float(text) <= 1:
            self._fail(
                element,
                _("Atribut masteryScore harus bilangan dari 0 sampai 1, misalnya 0.75; tertulis “%(value)s”."),
                {"value": text[:40]},
            )
            return None
        return float(text)

    def _url(self, element: Element) -> str:
        """The address of a unit as it can be launched; every fault of it is noted."""
        found = _child(element, "url")
        if found is None:
            return ""
        url = _text(found)
        said = {"url": url[:160]}
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = None
        if parts is None or not url or re.search(r"[\s<>\"{}|\\^`]", url):
            self._fail(
                found,
                _("Alamat “%(url)s” bukan alamat yang sah: kosong, atau memuat spasi atau tanda terlarang."),
                said,
            )
            return ""
        if parts.scheme and (parts.scheme.lower() not in {"http", "https"} or not parts.netloc):
            self._fail(found, _("Alamat “%(url)s” tidak dapat dibuka peramban; pakailah http:// atau https://."), said)
            return ""
        taken = [name for name, _value in parse_qsl(parts.query, keep_blank_values=True) if name in LAUNCH_NAMES]
        if taken:
            self._fail(
                found,
                _("Alamat “%(url)s” memakai nama %(names)s, yang disediakan untuk peluncuran cmi5."),
                {**said, "names": ", ".join(taken)},
            )
        if parts.scheme:
            return url
        if self._is_alone:
            self._fail(
                found, _("Alamat “%(url)s” harus lengkap (https://…): cmi5.xml ini datang tanpa berkas lain."), said
            )
            return ""
        name = resolved("", url)
        if name is None or name not in self._archive:
            self._fail(found, _("Alamat “%(url)s” menunjuk berkas yang tidak ada di dalam paket."), said)
            return ""
        return url


def _is_ours(element: Element) -> bool:
    return str(element.tag).startswith(f"{{{NAMESPACE}}}")


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _is_ours(child) and local_name(child) == name]


def _child(element: Element, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _stated(element: Element) -> dict[str, str]:
    """The words of the optional elements that travel with a launch, without the white space around them."""
    found = {
        "launch_parameters": _child(element, "launchParameters"),
        "entitlement_key": _child(element, "entitlementKey"),
    }
    return {name: "".join(one.itertext()).strip() for name, one in found.items() if one is not None}


def _order_in_words(parts: tuple[_Part, ...]) -> str:
    return ", ".join("/".join(part.names) for part in parts)
