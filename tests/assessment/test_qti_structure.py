"""What leaves as QTI has the structure of the schemas of 1EdTech: order of elements, required attributes, types, references.

After the information models of QTI 2.1 (Final), 2.2 and 3.0; the schemas themselves are not part of this repository.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from bina.assessment import queries
from bina.assessment.models import Item, ItemBank
from bina.assessment.rules.exchange import FORMATS
from tests.assessment.conftest import ITEMS
from tests.assessment.kinds import NEW_ITEMS, PICTURES

VERSIONS = ("2.1", "2.2", "3.0")
IN_ITEM = ("responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback")
# Elements with what the schemas require of them, and the order of their children (names of QTI 2; None: any content).
REQUIRED: dict[str, tuple[set[str], tuple[str, ...] | None]] = {
    "assessmentItem": ({"identifier", "title", "adaptive", "timeDependent"}, IN_ITEM),
    "responseDeclaration": ({"identifier", "cardinality", "baseType"}, ("defaultValue", "correctResponse", "mapping")),
    "outcomeDeclaration": ({"identifier", "cardinality", "baseType"}, ("defaultValue",)),
    "correctResponse": (set(), ("value",)),
    "defaultValue": (set(), ("value",)),
    "mapping": ({"defaultValue"}, ("mapEntry",)),
    "mapEntry": ({"mapKey", "mappedValue"}, ()),
    "choiceInteraction": ({"responseIdentifier", "shuffle", "maxChoices"}, ("prompt", "simpleChoice")),
    "orderInteraction": ({"responseIdentifier", "shuffle"}, ("prompt", "simpleChoice")),
    "matchInteraction": ({"responseIdentifier", "shuffle", "maxAssociations"}, ("prompt", "simpleMatchSet")),
    "simpleMatchSet": (set(), ("simpleAssociableChoice",)),
    "simpleAssociableChoice": ({"identifier", "matchMax"}, None),
    "simpleChoice": ({"identifier"}, None),
    "feedbackInline": ({"outcomeIdentifier", "identifier", "showHide"}, None),
    "inlineChoiceInteraction": ({"responseIdentifier", "shuffle"}, ("inlineChoice",)),
    "inlineChoice": ({"identifier"}, ()),
    "textEntryInteraction": ({"responseIdentifier"}, ()),
    "hotspotInteraction": ({"responseIdentifier", "maxChoices"}, ("prompt", "object", "img", "hotspotChoice")),
    "hotspotChoice": ({"identifier", "shape", "coords"}, ()),
    "modalFeedback": ({"outcomeIdentifier", "identifier", "showHide"}, None),
    "setOutcomeValue": ({"identifier"}, None),
    "responseCondition": (set(), ("responseIf", "responseElse")),
    "equal": ({"toleranceMode"}, ("variable", "correct")),
    "match": (set(), ("variable", "correct")),
    "baseValue": ({"baseType"}, ()),
    "mapResponse": ({"identifier"}, ()),
    "variable": ({"identifier"}, ()),
    "correct": ({"identifier"}, ()),
    "object": ({"data", "type"}, ()),
    "img": ({"src", "alt"}, ()),
}
# What an interaction may be bound to, by the cardinality and base type of its response.
BOUND: dict[str, set[tuple[str, str]]] = {
    "choiceInteraction": {("single", "identifier"), ("multiple", "identifier")},
    "orderInteraction": {("ordered", "identifier")},
    "matchInteraction": {("multiple", "directedPair")},
    "inlineChoiceInteraction": {("single", "identifier")},
    "textEntryInteraction": {("single", "string"), ("single", "float"), ("single", "integer")},
    "hotspotInteraction": {("single", "identifier"), ("multiple", "identifier")},
}
RULES = {"setOutcomeValue", "responseCondition", "exitResponse", "lookupOutcomeValue", "responseProcessingFragment"}
# Blocks that an item body may begin with in QTI 2.1; running text stands inside one of them.
BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "hr",
          *(name for name in BOUND if name not in {"inlineChoiceInteraction", "textEntryInteraction"})}  # fmt: skip
INLINE = {"strong", "em", "code", "a", "br", "span", "img", "sub", "sup", "b", "i", "li", "thead", "tbody", "tfoot", "tr",
          "th", "td", "object", "dt", "dd", "kbd", "q", "small", "var", "cite", "abbr", "caption"}  # fmt: skip
# Attributes of running text that QTI 2.1 and 3.0 know, beside those of any element; they are fewer than HTML has.
ANYWHERE = {"id", "class", "lang", "label"}
OWN: dict[str, set[str]] = {
    "a": {"href", "type"}, "img": {"src", "alt", "longdesc", "height", "width"}, "ol": set(), "ul": set(), "li": set(),
    "td": {"headers", "scope", "abbr", "axis", "rowspan", "colspan"}, "code": set(), "pre": set(), "p": set(),
    "th": {"headers", "scope", "abbr", "axis", "rowspan", "colspan"}, "blockquote": {"cite"},
    "table": {"summary"}, "hr": set(), "br": set(),
}  # fmt: skip
# One stem for each thing that Markdown can say in a way that a schema may not take.
STEMS = (
    "# Judul\n\nteks",
    "- a\n- b\n  - c\n    - d",
    "10. sepuluh\n11. sebelas\n\n5) lima",
    "> kutip\n> dua\n>\n> - butir",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "```python\nx < 1 & y\n```",
    "    kode menjorok",
    "---\n\nsesudah garis",
    "Judul\n=====\n\nSub\n---",
    "baris satu\\\nbaris dua",
    "<b>bukan html</b> & lain",
    'buka [surat](https://contoh.go.id/a?b=1&c=2 "Judul surat")',
    '![peta](https://contoh.go.id/p.png "Judul peta")',
    "1. > kutip\n   ```\n   kode\n   ```",
    "tanda 😀 dan ]]> dan <!-- --> dan &copy;",
)
NAME = re.compile(r"[A-Za-z_][\w.-]*\Z")


def plain(name: str) -> str:
    """A name as QTI 2 writes it."""
    bare = name.rpartition("}")[2]
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), bare.removeprefix("qti-"))


def kebab(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", name)


def items_of(content: bytes) -> Iterator[tuple[str, Element]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("items/"):
                yield name, fromstring(archive.read(name))


def faults_of(root: Element, version: str) -> list[str]:
    """What of a written item the schema of its version would turn down."""
    faults = []
    if version == "3.0":
        own = [row.tag.rpartition("}")[2] for row in root.iter()]
        faults += [
            f"{name} is no element of QTI 3" for name in own if not name.startswith("qti-") and name != name.lower()
        ]
    declared = {
        row.get("identifier"): (row.get("cardinality", ""), row.get("baseType") or row.get("base-type") or "", row)
        for row in root
        if plain(row.tag) in {"responseDeclaration", "outcomeDeclaration"}
    }
    for element in root.iter():
        name = plain(element.tag)
        attributes = {plain(one) for one in element.attrib}
        if version == "3.0":
            faults += [f"{name}: {one}" for one in element.attrib if "}" not in one and one != kebab(one)]
        needed, order = REQUIRED.get(name, (set(), None))
        needed = needed if version != "3.0" or name != "img" else needed | {"src"}
        faults += [f"{name} lacks {one}" for one in needed - attributes]
        if name in OWN:
            faults += [f"{name} has {one}" for one in attributes - OWN[name] - ANYWHERE]
        children = [plain(child.tag) for child in element]
        if order is not None:
            faults += [f"{name} holds {one}" for one in children if one not in order]
            places = [order.index(one) for one in children if one in order]
            faults += [] if places == sorted(places) else [f"{name} has its parts in the order {children}"]
        if name == "itemBody":
            faults += [f"itemBody begins with {one}" for one in children if one not in BLOCKS]
            faults += ["words outside a block"] if (element.text or "").strip() else []
        if name in {"correctResponse", "mapping", "simpleMatchSet"} and not children:
            faults.append(f"{name} is empty")
        if name == "responseProcessing":
            faults += [f"responseProcessing holds {one}" for one in children if one not in RULES]
        bound = declared.get(element.get("responseIdentifier") or element.get("response-identifier"))
        if name in BOUND and (bound is None or bound[:2] not in BOUND[name]):
            faults.append(f"{name} is bound to {bound and bound[:2]}")
        outcome = element.get("outcomeIdentifier") or element.get("outcome-identifier")
        if outcome and outcome not in declared:
            faults.append(f"{name} speaks of {outcome}")
        if (
            name in {"setOutcomeValue", "mapResponse", "variable", "correct"}
            and element.get("identifier") not in declared
        ):
            faults.append(f"{name} speaks of {element.get('identifier')}")
        if "identifier" in element.attrib and name != "assessmentItem" and not NAME.match(element.attrib["identifier"]):
            faults.append(f"{name}: {element.attrib['identifier']} is no name")
        if name not in REQUIRED and name not in BLOCKS and name not in INLINE and name not in _OTHER:
            faults.append(f"{name} is unknown")
    return faults + _reference_faults(root, declared)


_OTHER = {"itemBody", "responseProcessing", "responseIf", "value", "sum", "contentBody"}


def _reference_faults(root: Element, declared: dict[str | None, tuple[str, str, Element]]) -> list[str]:
    """Keys that speak of choices that are not there, or of more values than the response may have."""
    choices = {row.get("identifier") for row in root.iter() if plain(row.tag) in _CHOICES}
    faults = []
    for name, (cardinality, base_type, row) in declared.items():
        values = [value.text or "" for value in row.iter() if plain(value.tag) == "value"]
        if cardinality == "single" and len(values) > 1:
            faults.append(f"{name} is single and has {len(values)} values")
        if plain(row.tag) == "responseDeclaration" and base_type in {"identifier", "directedPair"}:
            keys = [
                entry.get("mapKey") or entry.get("map-key") or ""
                for entry in row.iter()
                if plain(entry.tag) == "mapEntry"
            ]
            faults += [f"{name}: {one}" for text in (*values, *keys) for one in text.split() if one not in choices]
        if base_type == "float":
            faults += [f"{name}: {text}" for text in values if not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text)]
    return faults


_CHOICES = {"simpleChoice", "simpleAssociableChoice", "inlineChoice", "hotspotChoice"}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_kind_is_written_as_the_schema_wants(version: str) -> None:
    written = FORMATS[f"qti-{version}"].write([*ITEMS, *NEW_ITEMS], PICTURES)
    found = dict(items_of(written.content))
    assert len(found) == 8  # all but the table and the in-basket, which QTI does not know
    for name, root in found.items():
        assert faults_of(root, version) == [], name


@pytest.mark.parametrize("version", VERSIONS)
def test_whatever_a_question_says_in_markdown_is_written_as_the_schema_wants(version: str) -> None:
    items = [
        {**ITEMS[0], "code": f"S-{number}", "stem": f"Soal {number}.\n\n{stem}"} for number, stem in enumerate(STEMS)
    ]
    found = dict(items_of(FORMATS[f"qti-{version}"].write(items, {}).content))
    assert len(found) == len(STEMS)
    for name, root in found.items():
        assert faults_of(root, version) == [], name


@pytest.mark.parametrize("version", VERSIONS)
def test_every_shipped_item_is_written_as_the_schema_wants(bank: ItemBank, version: str) -> None:
    file = queries.export_foreign(Item.objects.filter(bank__kind="bank"), f"qti-{version}").file
    count = 0
    for name, root in items_of(file.content):
        count += 1
        assert faults_of(root, version) == [], name
    assert count > 200


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_names_every_file_once(bank: ItemBank, version: str) -> None:
    file = queries.export_foreign(Item.objects.filter(bank=bank, kind="hotspot"), f"qti-{version}").file
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        root = fromstring(archive.read("imsmanifest.xml"))
        files = {name for name in archive.namelist() if name != "imsmanifest.xml"}
    assert {row.get("type") for row in root.iter() if plain(row.tag) == "resource"} == {
        f"imsqti_item_xmlv{version.replace('.', 'p')}"
    }
    words = {plain(row.tag): row.text for row in root[0]}
    wanted = ("QTI Package", "3.0.0") if version == "3.0" else (f"QTIv{version} Package", "1.0.0")
    assert (words["schema"], words["schemaversion"]) == wanted
    order = [plain(child.tag) for child in root]
    assert order == ["metadata", "organizations", "resources"]
    assert NAME.match(root.attrib["identifier"])
    resources = [row for row in root.iter() if plain(row.tag) == "resource"]
    assert all({"identifier", "type", "href"} <= set(row.attrib) for row in resources)
    assert len({row.get("identifier") for row in resources}) == len(resources)
    named = {row.get("href") for row in root.iter() if plain(row.tag) == "file"}
    assert named == files
    for row in resources:
        assert row.get("href") in {child.get("href") for child in row if plain(child.tag) == "file"}


def test_the_check_itself_finds_faults() -> None:
    written = FORMATS["qti-2.1"].write(ITEMS[:1], {})
    ((_name, root),) = items_of(written.content)
    root.append(root[0])
    root.attrib.pop("title")
    next(row for row in root.iter() if plain(row.tag) == "choiceInteraction").set("responseIdentifier", "LAIN")
    found = " ".join(faults_of(root, "2.1"))
    assert "lacks title" in found
    assert "in the order" in found
    assert "is bound to None" in found
