"""Items written as an IMS content package with QTI 2.1, 2.2 or 3.0 items and the pictures that they show."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import shares_of
from bina.assessment.rules.exchange.markup import xhtml_of
from bina.assessment.rules.exchange.qti_packages import MANIFEST, read
from bina.assessment.rules.exchange.report import Unsupported, Written, accounted, tags_of
from bina.assessment.rules.exchange.trees import written_tree
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.pictures import StoredPicture, size_of

LOM = "http://ltsc.ieee.org/xsd/LOM"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HTML = {
    "p", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "code", "pre",
    "blockquote", "table", "thead", "tbody", "tr", "th", "td", "img", "a", "br", "hr", "object",
}  # fmt: skip
_GAP = re.compile(r"\[\[(\d{1,2})\]\]")


@dataclass(frozen=True, slots=True)
class Version:
    """What differs between the versions of QTI: namespaces, their schemas, and how resources are named."""

    item: str
    item_schema: str
    package: str
    package_schema: str
    schema: str
    schema_version: str
    resource: str
    is_kebab: bool = False


VERSIONS = {
    "2.1": Version(
        "http://www.imsglobal.org/xsd/imsqti_v2p1",
        "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
        "QTIv2.1 Package",
        "1.0.0",
        "imsqti_item_xmlv2p1",
    ),
    "2.2": Version(
        "http://www.imsglobal.org/xsd/imsqti_v2p2",
        "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        "http://www.imsglobal.org/xsd/qti/qtiv2p2/qtiv2p2_imscpv1p2_v1p0.xsd",
        "QTIv2.2 Package",
        "1.0.0",
        "imsqti_item_xmlv2p2",
    ),
    "3.0": Version(
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
        "QTI Package",
        "3.0.0",
        "imsqti_item_xmlv3p0",
        is_kebab=True,
    ),
}


def write(items: Sequence[Mapping[str, Any]], pictures: Mapping[str, StoredPicture], version: str = "2.1") -> Written:
    """Items as a content package of a QTI version; the lines tell what it cannot hold."""
    form, left_out = VERSIONS[version], dict[str, str]()
    manifest, resources = _manifest(form)
    files: dict[str, bytes] = {}
    for item in items:
        code = " ".join(str(item["code"]).split())
        try:
            picture = pictures.get(str(item.get("image")))
            name = _identifier(code, files)
            root = _item(item, code, name, picture)
        except Unsupported as reason:
            left_out[code] = str(reason)
            continue
        root.attrib = {**_declared(form.item, form.item_schema), **root.attrib}
        files[f"items/{name}.xml"] = written_tree(_in_version(root, form))
        if picture:
            files[f"images/{picture.file_name}"] = picture.content
        _list(resources, form, item, name, picture)
    content = _packed({MANIFEST: written_tree(manifest), **files})
    return accounted(items, pictures, content, left_out, read(content) if files else None)


def _declared(namespace: str, schema: str) -> dict[str, str]:
    return {"xmlns": namespace, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{namespace} {schema}"}


def _packed(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _identifier(code: str, files: Mapping[str, bytes]) -> str:
    """A name that XML takes, made of a code, and not yet used in this package."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", code)
    name = name if re.match(r"[A-Za-z_]", name) else f"_{name}"
    number = 1
    while f"items/{name}{f'_{number}' if number > 1 else ''}.xml".lower() in {path.lower() for path in files}:
        number += 1
    return f"{name}_{number}" if number > 1 else name


def _manifest(form: Version) -> tuple[Element, Element]:
    """An empty manifest, and its list of resources."""
    root = Element("manifest", {**_declared(form.package, form.package_schema), "identifier": "BINA-ITEMS"})
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = form.schema
    SubElement(metadata, "schemaversion").text = form.schema_version
    SubElement(root, "organizations")
    return root, SubElement(root, "resources")


def _list(resources: Element, form: Version, item: Mapping[str, Any], name: str, picture: StoredPicture | None) -> None:
    resource = SubElement(
        resources, "resource", {"identifier": f"RES-{name}", "type": form.resource, "href": f"items/{name}.xml"}
    )
    lom = SubElement(SubElement(resource, "metadata"), "lom", {"xmlns": LOM})
    general = SubElement(lom, "general")
    for tag in tags_of(item):
        SubElement(SubElement(general, "keyword"), "string", {"language": "id"}).text = tag
    SubElement(resource, "file", {"href": f"items/{name}.xml"})
    if picture:
        SubElement(resource, "file", {"href": f"images/{picture.file_name}"})


def _in_version(root: Element, form: Version) -> Element:
    """The tree with the names of a version; it is made with those of QTI 2."""
    if not form.is_kebab:
        return root
    for element in list(root.iter()):
        if element.tag == "object":
            element.tag = "img"
            alt, element.text = element.text or "", None
            element.attrib = {
                "src": element.attrib["data"], "alt": alt, "width": element.attrib["width"],
                "height": element.attrib["height"],
            }  # fmt: skip
        elif element.tag == "modalFeedback":
            inside = Element("contentBody")
            inside.extend(list(element))
            for child in list(element):
                element.remove(child)
            element.append(inside)
    for element in root.iter():
        if element.tag not in _HTML:
            element.tag = f"qti-{_kebab(str(element.tag))}"
            element.attrib = {
                name if ":" in name or name == "xmlns" else _kebab(name): value
                for name, value in element.attrib.items()
            }
    return root


def _kebab(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", name)


# --- One item --------------------------------------------------------------------------------------------------------


def _item(item: Mapping[str, Any], code: str, name: str, picture: StoredPicture | None) -> Element:
    writer = _WRITERS.get(item["kind"])
    if writer is None:
        raise Unsupported(_("QTI tidak mengenal jenis soal ini."))
    root = Element("assessmentItem", {
        "identifier": name, "title": code, **({} if name == code else {"label": code}), "adaptive": "false",
        "timeDependent": "false", "xml:lang": "id", "toolName": "Bina",
    })  # fmt: skip
    body, processing = Element("itemBody"), Element("responseProcessing")
    body.extend(xhtml_of(str(item["stem"]).strip()))
    if picture and item["kind"] != Kind.HOTSPOT:
        alt = " ".join(str(item.get("alt") or "").split())
        SubElement(SubElement(body, "p"), "img", {"src": f"../images/{picture.file_name}", "alt": alt})
    writer(root, body, processing, item, picture)
    _outcome(root, "SCORE", "float", "0")
    _outcome(root, "MAXSCORE", "float", "1")
    if any(row.get("feedback") for row in [*item.get("options", []), *item.get("regions", [])]):
        _outcome(root, "FEEDBACK", "identifier", cardinality="multiple" if item["kind"] == Kind.MULTIPLE else "single")
        SubElement(_set(processing, "FEEDBACK"), "variable", {"identifier": "RESPONSE"})
    if item.get("explanation"):
        _outcome(root, "SOLUTION", "identifier")
        SubElement(_set(processing, "SOLUTION"), "baseValue", {"baseType": "identifier"}).text = "explanation"
    root.append(body)
    root.append(processing)
    for number, row in enumerate(item.get("regions", []), start=1):
        _tell(root, "FEEDBACK", f"H{number}", row.get("feedback"))
    _tell(root, "SOLUTION", "explanation", item.get("explanation"))
    return root


def _tell(root: Element, outcome: str, name: str, words: object) -> None:
    """Something to say at the end, when an outcome has this value."""
    if words:
        said = SubElement(root, "modalFeedback", {"outcomeIdentifier": outcome, "identifier": name, "showHide": "show"})
        SubElement(said, "p").text = " ".join(str(words).split())


def _outcome(root: Element, name: str, base_type: str, default: str = "", *, cardinality: str = "single") -> None:
    row = SubElement(
        root, "outcomeDeclaration", {"identifier": name, "cardinality": cardinality, "baseType": base_type}
    )
    if default:
        SubElement(SubElement(row, "defaultValue"), "value").text = default


def _response(
    root: Element,
    correct: Sequence[str],
    *,
    name: str = "RESPONSE",
    cardinality: str = "single",
    base_type: str = "identifier",
    earned: Mapping[str, float] | None = None,
) -> None:
    """Declare a response with its key; ``earned`` says what each value earns, never less than nothing together."""
    row = SubElement(
        root, "responseDeclaration", {"identifier": name, "cardinality": cardinality, "baseType": base_type}
    )
    values = SubElement(row, "correctResponse")
    for value in correct:
        SubElement(values, "value").text = value
    if earned is None:
        return
    mapping = SubElement(row, "mapping", {"lowerBound": "0", "upperBound": "1", "defaultValue": "0"})
    for key, points in earned.items():
        entry = {"mapKey": key, "mappedValue": f"{points:.6f}".rstrip("0").rstrip(".")}
        SubElement(mapping, "mapEntry", {**entry, "caseSensitive": "false"} if base_type == "string" else entry)


def _set(parent: Element, outcome: str) -> Element:
    return SubElement(parent, "setOutcomeValue", {"identifier": outcome})


def _score_by_mapping(processing: Element, names: Sequence[str] = ("RESPONSE",)) -> None:
    place = _set(processing, "SCORE")
    place = SubElement(place, "sum") if len(names) > 1 else place
    for name in names:
        SubElement(place, "mapResponse", {"identifier": name})


def _full_score_if(processing: Element, test: Element) -> None:
    condition = SubElement(SubElement(processing, "responseCondition"), "responseIf")
    condition.append(test)
    SubElement(_set(condition, "SCORE"), "baseValue", {"baseType": "float"}).text = "1"


def _compared(name: str, **attributes: str) -> Element:
    test = Element(name, attributes)
    SubElement(test, "variable", {"identifier": "RESPONSE"})
    SubElement(test, "correct", {"identifier": "RESPONSE"})
    return test


_Writer = Callable[[Element, Element, Element, Mapping[str, Any], StoredPicture | None], None]


def _write_choice(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], _picture: StoredPicture | None
) -> None:
    takes_many = item["kind"] == Kind.MULTIPLE
    keys = [f"C{number}" for number in range(1, len(item["options"]) + 1)]
    earned = {key: share for key, share in zip(keys, shares_of(item), strict=True) if share}
    best = [key for key, share in earned.items() if share > 0 and (takes_many or share == 1)]
    _response(root, best, cardinality="multiple" if takes_many else "single", earned=earned)
    place = SubElement(body, "choiceInteraction", {
        "responseIdentifier": "RESPONSE", "shuffle": "true", "maxChoices": "0" if takes_many else "1",
    })  # fmt: skip
    for key, option in zip(keys, item["options"], strict=True):
        choice = SubElement(place, "simpleChoice", {"identifier": key})
        choice.text = str(option["text"]).strip()
        if option.get("feedback"):
            said = {"outcomeIdentifier": "FEEDBACK", "identifier": key, "showHide": "show"}
            SubElement(choice, "feedbackInline", said).text = str(option["feedback"]).strip()
    _score_by_mapping(processing)


def _write_order(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], _picture: StoredPicture | None
) -> None:
    keys = [f"S{number}" for number in range(1, len(item["sequence"]) + 1)]
    _response(root, keys, cardinality="ordered")
    place = SubElement(body, "orderInteraction", {"responseIdentifier": "RESPONSE", "shuffle": "true"})
    for key, step in zip(keys, item["sequence"], strict=True):
        SubElement(place, "simpleChoice", {"identifier": key}).text = str(step).strip()
    _full_score_if(processing, _compared("match"))


def _write_match(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], _picture: StoredPicture | None
) -> None:
    rights = list(dict.fromkeys([*(pair["right"] for pair in item["pairs"]), *(item.get("distractors") or [])]))
    pairs = [f"L{n} R{rights.index(pair['right']) + 1}" for n, pair in enumerate(item["pairs"], start=1)]
    _response(
        root, pairs, cardinality="multiple", base_type="directedPair", earned=dict.fromkeys(pairs, 1 / len(pairs))
    )
    place = SubElement(body, "matchInteraction", {
        "responseIdentifier": "RESPONSE", "shuffle": "true", "maxAssociations": str(len(pairs)),
    })  # fmt: skip
    for letter, most, texts in (("L", 1, [pair["left"] for pair in item["pairs"]]), ("R", len(pairs), rights)):
        rows = SubElement(place, "simpleMatchSet")
        for number, text in enumerate(texts, start=1):
            row = {"identifier": f"{letter}{number}", "matchMax": str(most)}
            SubElement(rows, "simpleAssociableChoice", row).text = str(text).strip()
    _score_by_mapping(processing)


def _write_number(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], _picture: StoredPicture | None
) -> None:
    _response(root, [str(item["answer"])], base_type="float")
    line = SubElement(body, "p")
    place = SubElement(line, "textEntryInteraction", {"responseIdentifier": "RESPONSE", "expectedLength": "15"})
    if item.get("unit"):
        place.tail = " "
        SubElement(line, "span", {"class": "unit"}).text = str(item["unit"])
    slack = item.get("tolerance")
    rule = (
        {"toleranceMode": "exact"} if slack is None else {"toleranceMode": "absolute", "tolerance": f"{slack} {slack}"}
    )
    _full_score_if(processing, _compared("equal", **rule))


def _write_gaps(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], _picture: StoredPicture | None
) -> None:
    names = [f"RESPONSE{number}" for number in range(1, len(item["gaps"]) + 1)]
    share = 1 / len(names)
    places = []
    for name, gap in zip(names, item["gaps"], strict=True):
        if "options" in gap:
            keys = [f"{name}.{number}" for number in range(1, len(gap["options"]) + 1)]
            right = keys[[text.strip() for text in gap["options"]].index(gap["answer"].strip())]
            _response(root, [right], name=name, earned={right: share})
            place = Element("inlineChoiceInteraction", {"responseIdentifier": name, "shuffle": "true"})
            for key, text in zip(keys, gap["options"], strict=True):
                SubElement(place, "inlineChoice", {"identifier": key}).text = str(text).strip()
        else:
            accepted = dict.fromkeys(gap["accept"], share)
            _response(root, [gap["accept"][0]], name=name, base_type="string", earned=accepted)
            place = Element("textEntryInteraction", {"responseIdentifier": name, "expectedLength": "20"})
        places.append(place)
    for paragraph in re.split(r"\n\s*\n", str(item["text"]).strip()):
        line = SubElement(body, "p")
        pieces = _GAP.split(paragraph)
        line.text = pieces[0]
        for number, words in zip(pieces[1::2], pieces[2::2], strict=True):
            places[int(number) - 1].tail = words
            line.append(places[int(number) - 1])
    _score_by_mapping(processing, names)


def _write_hotspot(
    root: Element, body: Element, processing: Element, item: Mapping[str, Any], picture: StoredPicture | None
) -> None:
    size = size_of(picture.content_type, picture.content) if picture else None
    if picture is None or size is None:
        raise Unsupported(_("Ukuran gambar tidak diketahui, jadi letak bidangnya tidak dapat dihitung."))
    right = [f"H{number}" for number, row in enumerate(item["regions"], start=1) if row.get("correct") is True]
    _response(root, right, earned=dict.fromkeys(right, 1.0))
    place = SubElement(body, "hotspotInteraction", {"responseIdentifier": "RESPONSE", "maxChoices": "1"})
    shown = {"data": f"../images/{picture.file_name}", "type": picture.content_type}
    alt = " ".join(str(item.get("alt") or "").split())
    SubElement(place, "object", {**shown, "width": str(size[0]), "height": str(size[1])}).text = alt
    for number, row in enumerate(item["regions"], start=1):
        left, top = row["x"] * size[0] / 100, row["y"] * size[1] / 100
        corners = (left, top, left + row["w"] * size[0] / 100, top + row["h"] * size[1] / 100)
        SubElement(place, "hotspotChoice", {
            "identifier": f"H{number}", "shape": "rect", "coords": ",".join(f"{corner:.0f}" for corner in corners),
            "hotspotLabel": str(row["label"]).strip(),
        })  # fmt: skip
    _score_by_mapping(processing)


_WRITERS: dict[str, _Writer] = {
    Kind.SINGLE: _write_choice, Kind.MULTIPLE: _write_choice, Kind.SITUATIONAL: _write_choice,
    Kind.ORDERING: _write_order, Kind.MATCHING: _write_match, Kind.NUMERIC: _write_number, Kind.CLOZE: _write_gaps,
    Kind.HOTSPOT: _write_hotspot,
}  # fmt: skip
