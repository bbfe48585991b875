"""What a SCORM package asks of its attempts: a limit, an end for good, what follows by itself; and its scores as gates."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bina.integrations.packages.actions.imports import read_package
from bina.integrations.packages.models import PackageAttempt
from bina.learning.actions import export_course, import_course_folder
from bina.learning.models import Activity, ActivityProgress, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import archive_of
from tests.integrations.test_scorm_order import READS, WRITES, measured, package, rule
from tests.integrations.walking import imported, open_frame, part, send, started, told

pytestmark = pytest.mark.django_db
PASSED = {"cmi.completion_status": "completed", "cmi.success_status": "passed", "cmi.score.scaled": "0.9"}
FAILED = {"cmi.completion_status": "completed", "cmi.success_status": "failed", "cmi.score.scaled": "0.3"}
LIMIT = '<imsss:limitConditions attemptLimit="2"/>'
ONCE = rule("disabled", objective="", operator="noOp")
RETRY = rule("retry", kind="post", objective="")
GO_ON = rule("continue", kind="post", objective="", operator="noOp")


def again(client: Client, enrolment: Enrolment, place: int = 0, **sent: str) -> str:
    """Ask for another attempt; what the person is told."""
    answer = client.post(f"/packages/{enrolment.public_id}/{part(enrolment, place).key}/again/", sent)
    assert answer.status_code == 302
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def page(client: Client, enrolment: Enrolment, place: int = 0) -> str:
    return client.get(f"/learning/{enrolment.public_id}/{part(enrolment, place).key}/").content.decode()


def report(client: Client, enrolment: Enrolment, values: Mapping[str, str], *, ended: bool = True) -> Any:
    """Open the first part anew and report once."""
    return send(open_frame(client, enrolment), 1, values, ended=ended).json()


def test_the_last_attempt_is_the_last(cast: Cast, client_for: ClientFor) -> None:
    enrolment, client = started(cast, package({"A": LIMIT})), client_for(cast.siti)
    report(client, enrolment, FAILED)
    assert "Percobaan ke-2" in again(client, enrolment)
    frame = open_frame(client, enrolment)
    assert told(frame)["values"]["cmi.mode"] == "normal"
    # A suspended attempt goes on, on whichever device.
    send(frame, 1, {**FAILED, "cmi.exit": "suspend"}, ended=True)
    frame = open_frame(client, enrolment)
    assert told(frame)["values"]["cmi.mode"] == "normal"
    send(frame, 1, FAILED, ended=False)
    frame = open_frame(client, enrolment)
    send(frame, 1, FAILED, ended=True)
    assert "boleh dicoba 2 kali" in again(client, enrolment)
    assert "Percobaan sudah habis" in page(client, enrolment)
    assert "/again/" not in page(client, enrolment)
    late = send(frame, 2, PASSED)
    assert late.status_code == 409
    assert "boleh dicoba 2 kali" in late.json()["sentence"]
    reading = open_frame(client, enrolment)
    values = told(reading)["values"]
    assert (values["cmi.mode"], values["cmi.credit"]) == ("review", "no-credit")
    assert send(reading, 1, PASSED, ended=True).status_code == 409
    assert [one.status for one in PackageAttempt.objects.order_by("number")] == ["failed", "failed"]
    assert ActivityProgress.objects.get().state != "completed"


def test_what_is_over_for_good_is_only_read(cast: Cast, client_for: ClientFor) -> None:
    enrolment, client = started(cast, package({"A": ONCE})), client_for(cast.siti)
    report(client, enrolment, FAILED)
    assert "Percobaan ke-2" in again(client, enrolment)
    report(client, enrolment, PASSED)
    assert "tidak diulang" in again(client, enrolment)
    assert report(client, enrolment, FAILED)["outcome"] == "refused"
    assert PackageAttempt.objects.get(number=2).status == "passed"


def test_a_package_that_is_failed_begins_again_by_its_own_rule(cast: Cast, client_for: ClientFor) -> None:
    enrolment, client = started(cast, package({"A": RETRY + LIMIT})), client_for(cast.siti)
    report(client, enrolment, PASSED, ended=False)
    assert 'data-follow="retry"' in page(client, enrolment)
    # The rule looks at a goodbye, whatever a program in the frame says.
    assert "tidak meminta pengulangan" in again(client, enrolment, asked_by="package")
    assert "follows" not in report(client, enrolment, FAILED, ended=False)
    assert report(client, enrolment, FAILED)["follows"] == "retry"
    assert "Percobaan ke-2" in again(client, enrolment, asked_by="package")
    assert "Belum ada yang perlu diulang" in again(client, enrolment, asked_by="package")
    # No other attempt is left, so nothing follows.
    assert "follows" not in report(client, enrolment, FAILED)
    assert PackageAttempt.objects.count() == 2


def test_what_follows_a_passed_part(cast: Cast, client_for: ClientFor) -> None:
    enrolment, client = started(cast, package({"A": GO_ON})), client_for(cast.siti)
    shown = page(client, enrolment)
    assert f'href="/learning/{enrolment.public_id}/{part(enrolment, 1).key}/" data-follow="continue"' in shown
    assert "data-follow" not in page(client, enrolment, 1)
    assert "follows" not in report(client, enrolment, FAILED)
    assert report(client, enrolment, PASSED)["follows"] == "continue"


def test_nobody_else_asks_in_the_name_of_the_package(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, package({"A": RETRY}))
    report(client_for(cast.siti), enrolment, FAILED)
    key = part(enrolment).key
    for other in (cast.budi, cast.trainer):
        answer = client_for(other).post(f"/packages/{enrolment.public_id}/{key}/again/", {"asked_by": "package"})
        assert answer.status_code == 404
    assert PackageAttempt.objects.count() == 1


def test_a_score_opens_another_part(cast: Cast, client_for: ClientFor) -> None:
    rules = {"A": WRITES, "C": measured("objectiveMeasureLessThan", "0.7")}
    enrolment, client = started(cast, package(rules)), client_for(cast.siti)
    third = f"/packages/{enrolment.public_id}/{part(enrolment, 2).key}/start/"
    report(client, enrolment, FAILED)
    assert client.get(third).status_code == 409
    assert "sedikitnya 70" in page(client, enrolment, 2)
    report(client, enrolment, PASSED)
    assert client.get(third).status_code == 302


def test_a_passed_part_makes_another_one_unnecessary(cast: Cast, client_for: ClientFor) -> None:
    mastered = WRITES.replace("<imsss:mapInfo", "<imsss:minNormalizedMeasure>0.8</imsss:minNormalizedMeasure><imsss:mapInfo").replace(
        'objectiveID="own"', 'objectiveID="own" satisfiedByMeasure="true"'
    )  # fmt: skip
    enrolment = started(cast, package({"A": mastered, "C": rule("skip", operator="noOp") + READS}))
    client = client_for(cast.siti)
    report(client, enrolment, FAILED)
    assert not ActivityProgress.objects.filter(activity=part(enrolment, 2)).exists()
    report(client, enrolment, PASSED)
    row = ActivityProgress.objects.get(activity=part(enrolment, 2))
    assert (row.state, row.evidence["tested_out"]["by"]) == ("completed", part(enrolment).key)


def test_the_rules_stand_in_the_folder_and_an_author_may_leave_them_out(cast: Cast) -> None:
    rules = {"A": WRITES + LIMIT, "B": GO_ON, "C": measured("objectiveMeasureLessThan", "0.7")}
    version = imported(package(rules), by=cast.trainer.user, agency=cast.agency)
    first, second, _third = Activity.objects.filter(version=version).order_by("order")
    assert first.payload["attempts"] == 2
    assert second.payload["after"] == [{"do": "continue", "conditions": ["satisfied"], "is_any": False}]
    rows = [row for section in version.outline for row in section["parts"]]
    assert rows[2]["needs"] == [{"key": "bagian-a", "score": 70}]
    exported = export_course(version)
    assert import_course_folder(exported, by=cast.trainer.user, agency=cast.agency).is_known
    folder = """slug: arsip
title: Arsip
summary: Arsip.
learning_hours: 1
level: 1
competencies: [{framework: digcomp-3.0, code: "1.3", target_level: 2}]
sections:
  - title: Arsip
    activities:
      - {key: satu, kind: scorm, title: Satu, minutes: 45, file: media/p.zip, sco: A, free: %s}
"""
    for said, is_error in (("true", False), ("kadang", True)):
        files = {"course.yaml": (folder % said).encode(), "media/p.zip": package(rules)}
        found = import_course_folder(archive_of(files), by=cast.trainer.user, agency=cast.agency)
        assert bool(found.errors) is is_error
        if found.version is not None:
            assert "attempts" not in Activity.objects.get(version=found.version).payload


def test_the_report_says_what_is_kept_and_what_is_not() -> None:
    rules = {"A": WRITES + LIMIT, "B": GO_ON, "C": rule("retryAll", kind="post", objective="")}
    found = read_package(io.BytesIO(package(rules)))
    assert ("Aturan yang dijaga", "batas percobaan pada 1 bagian; perpindahan otomatis setelah 1 bagian") in found.facts
    assert any("mengulang semuanya" in one.sentence for one in found.problems)


def test_a_time_limit_is_told_to_the_package(cast: Cast, client_for: ClientFor) -> None:
    timed = '<imsss:limitConditions attemptAbsoluteDurationLimit="PT20M"/>'
    enrolment = started(cast, package({"A": timed}))
    values = told(open_frame(client_for(cast.siti), enrolment))["values"]
    assert values["cmi.max_time_allowed"] == "PT20M"
    assert "cmi.time_limit_action" not in values
