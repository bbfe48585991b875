"""What leaves in another format comes back the same, and what does not is said."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import bina.assessment
from bina.assessment.rules import StoredPicture, item_problems, read_picture
from bina.assessment.rules.exchange import FORMATS, Outcome, read_foreign, template
from bina.assessment.rules.exchange.report import losses
from tests.assessment.conftest import ITEMS
from tests.assessment.kinds import CLOZE, PICTURES, SITUATIONAL

FOLDER = Path(bina.assessment.__file__).parent / "data" / "bank"
SHIPPED: list[dict[str, Any]] = [
    entry for path in sorted(FOLDER.glob("*.yaml")) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
]
SHIPPED_PICTURES: dict[str, StoredPicture] = {
    path.name: read_picture(path.name, path.read_bytes()) for path in (FOLDER / "images").iterdir()
}
QTI = ("qti-2.1", "qti-2.2", "qti-3.0")
CARRIED = {
    "gift": {"single", "multiple", "matching", "numeric", "situational"},
    "moodle": {"single", "multiple", "matching", "numeric", "situational", "ordering", "cloze"},
    **{
        name: {"single", "multiple", "matching", "numeric", "situational", "ordering", "cloze", "hotspot"}
        for name in QTI
    },
    "xlsx": {"single", "multiple", "numeric"},
    "csv": {"single", "multiple", "numeric"},
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_shipped_item_comes_back_or_is_named(name: str) -> None:
    form = FORMATS[name]
    written = form.write(SHIPPED, SHIPPED_PICTURES)
    report = read_foreign(form.ending, written.content)
    back = {item["code"]: item for item in report.items}
    told = {line.name: line for line in written.lines}
    for item in SHIPPED:
        line = told[item["code"]]  # English words stay behind everywhere, so each item has its line
        if line.outcome == Outcome.UNSUPPORTED:
            assert item["code"] not in back
            assert line.notes[0].endswith(".")
            continue
        assert not item_problems(back[item["code"]], images=set(report.pictures))
        lost = losses(item, SHIPPED_PICTURES, back[item["code"]], report.pictures)
        assert f": {', '.join(lost)}." in line.notes[0]
        # One question has a list inside a list, indented in its own way.
        assert lost == (["stem", "en"] if item["code"] == "D34-3" and name.startswith("qti") else ["en"])
    carried = {item["kind"] for item in back.values()}
    assert carried == CARRIED[name]


@pytest.mark.parametrize("name", FORMATS)
def test_an_item_without_english_words_loses_nothing(name: str) -> None:
    form = FORMATS[name]
    items = [item for item in ITEMS if item["kind"] in CARRIED[name]]
    written = form.write(items, {})
    assert written.lines == ()
    report = read_foreign(form.ending, written.content)
    assert [line.outcome for line in report.lines] == [Outcome.TAKEN] * len(items)
    assert report.items == items


@pytest.mark.parametrize("name", ["moodle", *QTI])
def test_pictures_travel_with_any_kind(name: str) -> None:
    form = FORMATS[name]
    item = {**ITEMS[0], "image": "surel.svg", "alt": "Sebuah surel [kosong]"}
    written = form.write([item], PICTURES)
    assert written.lines == ()
    report = read_foreign(form.ending, written.content)
    (back,) = report.items
    assert back["alt"] == item["alt"]
    assert report.pictures[back["image"]].content == PICTURES["surel.svg"].content


texts = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Co", "Cn"]), min_size=1, max_size=30
).map(lambda text: f"{text} x")
numbers = st.one_of(st.integers(-10_000, 10_000), st.floats(-1000, 1000).map(lambda value: round(value, 3)))


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    item: dict[str, Any] = {"code": "P-1", "competency": "1.1", "level": draw(st.integers(1, 5)), "stem": draw(texts)}
    kind = draw(st.sampled_from(["single", "multiple", "numeric", "matching", "ordering", "situational"]))
    words = draw(st.lists(texts, min_size=4, max_size=6, unique_by=lambda text: "".join(text.split())))
    said = {"feedback": draw(texts)} if draw(st.booleans()) else {}
    if kind == "single":
        parts: dict[str, Any] = {
            "options": [{"text": words[0], "correct": True, **said}, *({"text": w} for w in words[1:])]
        }
    elif kind == "multiple":
        parts = {"options": [{"text": w, **({"correct": True} if n < 2 else said)} for n, w in enumerate(words)]}
    elif kind == "situational":
        shares = [1, 0, 0.5, 0.25, 0.75, 0]
        parts = {"options": [{"text": w, "score": share, **said} for w, share in zip(words, shares, strict=False)]}
    elif kind == "numeric":
        parts = {"answer": draw(numbers), "tolerance": abs(draw(numbers))}
    elif kind == "matching":
        parts = {"pairs": [{"left": words[0], "right": words[1]}, {"left": words[1], "right": words[2]}],
                 "distractors": [words[3]]}  # fmt: skip
    else:
        parts = {"sequence": words}
    explanation = {"explanation": draw(texts)} if draw(st.booleans()) else {}
    return {**item, "kind": kind, **parts, **explanation}


@settings(max_examples=60, deadline=None)
@given(items(), st.sampled_from([name for name in FORMATS if name not in {"xlsx"}]))
def test_whatever_the_words_hold_the_key_survives_and_losses_are_told(item: dict[str, Any], name: str) -> None:
    form = FORMATS[name]
    written = form.write([item], {})
    if item["kind"] not in CARRIED[name]:
        assert [line.outcome for line in written.lines] == [Outcome.UNSUPPORTED]
        return
    report = read_foreign(form.ending, written.content)
    (back,) = report.items
    assert back["kind"] == item["kind"]
    lost = losses(item, {}, back, {})
    assert bool(lost) == bool(written.lines)
    assert not {"options", "pairs", "sequence", "answer", "tolerance", "level"} & set(lost)


def test_gaps_come_back_from_moodle_and_qti() -> None:
    for name in ("moodle", *QTI):
        form = FORMATS[name]
        (back,) = read_foreign(form.ending, form.write([CLOZE], {}).content).items
        assert (back["text"], back["gaps"]) == (CLOZE["text"], CLOZE["gaps"])


def test_a_situation_with_only_right_and_wrong_stays_a_situation() -> None:
    item = {**SITUATIONAL, "options": [{"text": "A", "score": 1}, {"text": "B", "score": 0}]}
    item.pop("en")
    for name in ("gift", "moodle", "qti-2.1"):
        assert FORMATS[name].write([item], {}).lines == ()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_template_can_be_taken_as_it_is(ending: str) -> None:
    report = read_foreign(ending, template(ending))
    assert [line.outcome for line in report.lines] == [Outcome.TAKEN] * 3
    assert all(not item_problems(item) for item in report.items)


@pytest.mark.parametrize(("name", "prefix", "namespace"), [
    ("qti-2.1", "<assessmentItem", "imsqti_v2p1"), ("qti-2.2", "<assessmentItem", "imsqti_v2p2"),
    ("qti-3.0", "<qti-assessment-item", "imsqtiasi_v3p0"),
])  # fmt: skip
def test_a_package_lists_every_file_that_it_holds(name: str, prefix: str, namespace: str) -> None:
    content = FORMATS[name].write(SHIPPED, SHIPPED_PICTURES).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = archive.read("imsmanifest.xml").decode()
        for path in archive.namelist():
            if path != "imsmanifest.xml":
                assert f'href="{path}"' in manifest
            if path.endswith(".xml") and path != "imsmanifest.xml":
                text = archive.read(path).decode()
                assert prefix in text
                assert namespace in text
    assert content == FORMATS[name].write(SHIPPED, SHIPPED_PICTURES).content
