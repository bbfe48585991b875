"""The order that SCORM packages ask for: kept by the course where it can be, named where it cannot."""

import io
from collections.abc import Mapping
from xml.etree.ElementTree import fromstring

import pytest

from bina.integrations.packages.actions.imports import read_package
from bina.integrations.scorm.rules.sequencing import Move, Order, read_order
from bina.learning.actions import export_course, import_course_folder
from bina.learning.models import Activity
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import MANIFEST_12, PAGE_2004, archive_of, scorm_12
from tests.integrations.walking import imported, open_frame, part, send, started

HEAD = """<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:imsss="http://www.imsglobal.org/xsd/imsss"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"><metadata><schemaversion>2004 4th Edition</schemaversion></metadata>
  <organizations default="O"><organization identifier="O"><title>Menata arsip</title>"""
TAIL = "</organization></organizations><resources>%s</resources>%s</manifest>"
FLOW = '<imsss:sequencing><imsss:controlMode choice="false" flow="true"/></imsss:sequencing>'
WRITES = """<imsss:objectives><imsss:primaryObjective objectiveID="own"><imsss:mapInfo targetObjectiveID="shared"
  writeSatisfiedStatus="true"/></imsss:primaryObjective></imsss:objectives>"""
READS = """<imsss:objectives><imsss:primaryObjective/><imsss:objective objectiveID="before"><imsss:mapInfo
  targetObjectiveID="shared" readSatisfiedStatus="true"/></imsss:objective></imsss:objectives>"""


def rule(
    action: str, condition: str = "satisfied", *, kind: str = "pre", objective: str = "before", operator: str = "not"
) -> str:
    """A rule with one condition on what an objective says."""
    looked_at = f'referencedObjective="{objective}"' if objective else ""
    return f"""<imsss:sequencingRules><imsss:{kind}ConditionRule><imsss:ruleConditions><imsss:ruleCondition {looked_at}
      operator="{operator}" condition="{condition}"/></imsss:ruleConditions><imsss:ruleAction action="{action}"/>
      </imsss:{kind}ConditionRule></imsss:sequencingRules>"""


def manifest(rules: Mapping[str, str], *, whole: str = "", shared: str = "") -> str:
    """A package with the parts A, B and C, each with its own rules."""
    items = "".join(
        f'<item identifier="{name}" identifierref="R{name}"><title>Bagian {name}</title>'
        f"<imsss:sequencing>{rules.get(name, '')}</imsss:sequencing></item>"
        for name in "ABC"
    )
    resources = "".join(
        f'<resource identifier="R{name}" type="webcontent" adlcp:scormType="sco" href="{name}.html"/>' for name in "ABC"
    )
    return HEAD + items + whole + TAIL % (resources, shared)


def order(
    rules: Mapping[str, str], *, whole: str = "", shared: str = "", mastery: Mapping[str, float | None] | None = None
) -> Order:
    root = fromstring(manifest(rules, whole=whole, shared=shared))
    organization = root.find(".//{http://www.imsglobal.org/xsd/imscp_v1p1}organization")
    assert organization is not None
    return read_order(root, organization, ["A", "B", "C"], mastery)


def package(rules: Mapping[str, str], *, whole: str = "") -> bytes:
    pages: dict[str, bytes | None] = {f"{name}.html": PAGE_2004 for name in "ABC"}
    return archive_of({"imsmanifest.xml": manifest(rules, whole=whole).encode(), **pages})


def test_a_package_without_rules_leaves_the_choice() -> None:
    assert order({}) == Order()


def test_flow_without_choice_is_one_after_the_other() -> None:
    assert order({}, whole=FLOW).needs == {"B": ("A",), "C": ("B",)}
    assert order({}, whole=FLOW.replace('choice="false"', 'choice="true"')).needs == {}


@pytest.mark.parametrize("action", ["disabled", "hiddenFromChoice"])
def test_a_part_waits_for_what_another_one_reached(action: str) -> None:
    assert order({"A": WRITES, "C": rule(action) + READS}).needs == {"C": ("A",)}


def test_what_follows_waits_where_a_part_stops_the_way() -> None:
    found = order({"A": rule("stopForwardTraversal", "completed", objective="")})
    assert found == Order(needs={"B": ("A",), "C": ("A",)})


def test_rules_in_a_collection_count_as_well() -> None:
    rules = f'<imsss:sequencing ID="S">{rule("disabled") + READS}</imsss:sequencing>'
    shared = f"<imsss:sequencingCollection>{rules}</imsss:sequencingCollection>"
    root = manifest({"A": WRITES}, shared=shared).replace(
        '<title>Bagian B</title><imsss:sequencing>', '<title>Bagian B</title><imsss:sequencing IDRef="S">'
    )  # fmt: skip
    tree = fromstring(root)
    organization = tree.find(".//{http://www.imsglobal.org/xsd/imscp_v1p1}organization")
    assert organization is not None
    assert read_order(tree, organization, ["A", "B", "C"]).needs == {"B": ("A",)}


def test_parts_that_do_not_count() -> None:
    apart = '<imsss:rollupRules rollupObjectiveSatisfied="false" rollupProgressCompletion="false"/>'
    assert order({"B": '<imsss:deliveryControls tracked="false"/>', "C": apart}).optional == {"B", "C"}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (rule("skip") + READS, "skip"),
        (rule("skip", operator="noOp") + READS, "skip"),
        (rule("skip", "always", objective=""), "skip"),
        (rule("disabled", operator="noOp") + READS, "precondition"),
        (rule("disabled", "attemptLimitExceeded", objective=""), "precondition"),
        (rule("disabled", "always", objective="", operator="noOp"), "precondition"),
        (rule("disabled", objective="tiada"), "precondition"),
        (rule("disabled", "objectiveMeasureKnown") + READS, "precondition"),
        (rule("retryAll", kind="post", objective=""), "postCondition"),
        (rule("retry", kind="post") + READS, "postCondition"),
        (rule("continue", "activityProgressKnown", kind="post", objective=""), "postCondition"),
        (rule("exit", kind="exit"), "postCondition"),
        ('<imsss:limitConditions attemptLimit="0"/>', "limit"),
        ('<imsss:limitConditions attemptLimit="-2"/>', "limit"),
        ('<imsss:limitConditions activityExperiencedDurationLimit="PT1H"/>', "limit"),
        ('<imsss:randomizationControls randomizationTiming="once"/>', "random"),
        ('<imsss:controlMode forwardOnly="true"/>', "forwardOnly"),
        ('<imsss:rollupRules><imsss:rollupRule childActivitySet="any"><imsss:rollupConditions><imsss:rollupCondition'
         ' condition="satisfied"/></imsss:rollupConditions><imsss:rollupAction action="satisfied"/></imsss:rollupRule></imsss:rollupRules>',
         "rollup"),
    ],
)  # fmt: skip
def test_what_no_course_does_is_named(rules: str, code: str) -> None:
    found = order({"A": WRITES, "B": rules})
    assert found.left_out == [code]
    assert found.needs == {}


def measured(
    condition: str, threshold: str, *, action: str = "disabled", operator: str = "noOp", more: str = ""
) -> str:
    """A rule that looks at the score of another part, and perhaps at something else beside."""
    looked_at = (
        f'referencedObjective="before" operator="{operator}" condition="{condition}" measureThreshold="{threshold}"'
    )
    return f"""<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination="any">{more}
      <imsss:ruleCondition {looked_at}/></imsss:ruleConditions><imsss:ruleAction action="{action}"/></imsss:preConditionRule>
      </imsss:sequencingRules>{READS}"""


UNKNOWN = '<imsss:ruleCondition referencedObjective="before" operator="not" condition="objectiveMeasureKnown"/>'


@pytest.mark.parametrize(
    ("rules", "score"),
    [
        (measured("objectiveMeasureLessThan", "0.7"), 70),
        (measured("objectiveMeasureLessThan", "0.725"), 73),
        (measured("objectiveMeasureGreaterThan", "0.7", operator="not"), 71),
        (measured("objectiveMeasureLessThan", "0.6", more=UNKNOWN), 60),
    ],
)
def test_a_part_waits_for_the_score_of_another_one(rules: str, score: int) -> None:
    found = order({"A": WRITES, "C": rules})
    assert (found.needs, found.least, found.left_out) == ({"C": ("A",)}, {("C", "A"): score}, [])


@pytest.mark.parametrize("threshold", ["", "banyak", "7", "nan"])
def test_a_threshold_that_is_none_is_named(threshold: str) -> None:
    found = order({"A": WRITES, "C": measured("objectiveMeasureLessThan", threshold)})
    assert (found.needs, found.least, found.left_out) == ({}, {}, ["precondition"])


def test_a_part_that_another_one_makes_unnecessary() -> None:
    passed = order({"A": WRITES, "C": rule("skip", operator="noOp") + READS}, mastery={"A": 0.8})
    assert (passed.covers, passed.left_out) == ({"A": (80, ("C",))}, [])
    scored = order({"A": WRITES, "B": measured("objectiveMeasureGreaterThan", "0.5", action="skip")})
    assert scored.covers == {"A": (51, ("B",))}
    # What one has done oneself is never asked again anyway.
    assert order({"B": rule("skip", objective="", operator="noOp")}) == Order()


def test_limits_of_a_part() -> None:
    assert order({"A": '<imsss:limitConditions attemptLimit="2"/>'}).attempts == {"A": 2}
    limited = rule("disabled", "attemptLimitExceeded", objective="", operator="noOp")
    both = order({"A": '<imsss:limitConditions attemptLimit="3" attemptAbsoluteDurationLimit="PT20M"/>' + limited})
    assert (both.attempts, both.left_out) == ({"A": 3}, [])
    assert order({"B": rule("hiddenFromChoice", objective="", operator="noOp")}).closes == {"B": "satisfied"}
    assert order({"B": rule("disabled", "attempted", objective="", operator="noOp")}).attempts == {"B": 1}
    assert order({"B": rule("hiddenFromChoice", "always", objective="", operator="noOp")}).needs == {"B": ("A",)}
    assert order(
        {}, whole='<imsss:sequencing><imsss:limitConditions attemptLimit="2"/></imsss:sequencing>'
    ).left_out == ["limit"]


def test_what_follows_a_goodbye() -> None:
    failed = rule("retry", kind="post", objective="")
    assert order({"A": failed}).after == {"A": (Move("retry", ("not satisfied",)),)}
    for action in ("exitParent", "exitAll"):
        assert order({"A": rule(action, "completed", kind="post", objective="", operator="noOp")}).after == {
            "A": (Move("exit", ("completed",)),)
        }
    assert order({}, whole=f"<imsss:sequencing>{failed}</imsss:sequencing>").left_out == ["postCondition"]


def test_nobody_waits_for_what_comes_later() -> None:
    assert order({"C": WRITES, "A": rule("disabled") + READS}).needs == {}


@pytest.mark.django_db
def test_the_course_keeps_the_order_on_every_device(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, package({}, whole=FLOW))
    client, second = client_for(cast.siti), part(enrolment, 1)
    assert "Terbuka setelah" in client.get(f"/learning/{enrolment.public_id}/{second.key}/").content.decode()
    assert client.get(f"/packages/{enrolment.public_id}/{second.key}/start/").status_code == 409
    done = {"cmi.completion_status": "completed"}
    assert send(open_frame(client, enrolment), 1, done).json()["status"] == "done"
    assert send(open_frame(client, enrolment, 1), 1, done).json()["status"] == "done"


@pytest.mark.django_db
def test_the_order_stands_in_the_folder_and_comes_back_with_it(cast: Cast) -> None:
    version = imported(package({"A": WRITES, "C": rule("disabled") + READS}), by=cast.trainer.user, agency=cast.agency)
    rows = [row for section in version.outline for row in section["parts"]]
    assert [row.get("needs") for row in rows] == [None, None, [{"key": "bagian-a", "score": 0}]]
    again = import_course_folder(export_course(version), by=cast.trainer.user, agency=cast.agency)
    assert again.is_known


@pytest.mark.django_db
def test_prerequisites_of_scorm_1_2(cast: Cast) -> None:
    def asking(words: str) -> bytes:
        wanted = '<item identifier="LATIHAN" identifierref="R2" parameters="?babak=2">'
        told = f'{wanted}<adlcp:prerequisites type="aicc_script">{words}</adlcp:prerequisites>'
        return scorm_12({"imsmanifest.xml": MANIFEST_12.replace(wanted.encode(), told.encode())})

    report = read_package(io.BytesIO(asking("BUKA")))
    assert [entry.get("needs") for entry in report.parts] == [None, [0]]
    assert "Bina menjaganya" in report.problems[0].sentence
    imported(asking('BUKA="passed"'), by=cast.trainer.user, agency=cast.agency)
    assert Activity.objects.filter(kind="scorm").count() == 2
    told = read_package(io.BytesIO(asking("BUKA|LATIHAN")))
    assert [entry.get("needs") for entry in told.parts] == [None, None]
    assert "“atau”" in told.problems[0].sentence


@pytest.mark.django_db
@pytest.mark.parametrize(("added", "count"), [("", 1), (", needs: [satu]", 0)])
def test_an_author_who_plays_one_part_is_told_what_it_waits_for(cast: Cast, added: str, count: int) -> None:
    folder = f"""slug: arsip
title: Arsip
summary: Arsip.
learning_hours: 1
level: 1
competencies: [{{framework: digcomp-3.0, code: "1.3", target_level: 2}}]
sections:
  - title: Arsip
    activities:
      - {{key: satu, kind: scorm, title: Satu, minutes: 20, file: media/p.zip, sco: A}}
      - {{key: dua, kind: scorm, title: Dua, minutes: 25, file: media/p.zip, sco: B{added}}}
"""
    files = {"course.yaml": folder.encode(), "media/p.zip": package({}, whole=FLOW)}
    report = import_course_folder(archive_of(files), by=cast.trainer.user, agency=cast.agency, check_only=True)
    assert not report.errors
    assert sum("baru terbuka setelah A selesai" in one.sentence for one in report.warnings) == count
