"""Learning with SCORM packages: what is kept, what follows from it, and who may do and see what."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bina.integrations.packages.models import PackageAttempt, PackageInteraction
from bina.journal.queries import history_of
from bina.learning.actions import reopen_enrolment, withdraw
from bina.learning.models import ActivityProgress, Enrolment
from bina.people.models import User
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import MANIFEST_12, scorm_12, scorm_2004
from tests.integrations.walking import open_frame, part, send, started, told

pytestmark = pytest.mark.django_db
HALF = {"cmi.core.lesson_location": "2", "cmi.suspend_data": "dibaca=2", "cmi.core.lesson_status": "incomplete"}


def test_a_second_device_goes_on_where_the_first_stopped(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    first = open_frame(client_for(cast.siti), enrolment)
    assert told(first)["values"]["cmi.core.entry"] == "ab-initio"
    assert told(first)["values"]["cmi.core.student_name"] == cast.siti.full_name
    assert send(first, 1, {**HALF, "cmi.core.session_time": "00:00:01"}).json()["status"] == "started"
    second = open_frame(client_for(cast.siti), enrolment)
    values = told(second)["values"]
    assert (values["cmi.core.entry"], values["cmi.core.lesson_location"]) == ("resume", "2")
    assert values["cmi.suspend_data"] == "dibaca=2"
    assert "cmi.core.session_time" not in values
    late = send(first, 2, {"cmi.core.lesson_location": "9"})
    assert late.status_code == 409
    assert "tab atau perangkat lain" in late.json()["sentence"]
    assert PackageAttempt.objects.get().location == "2"
    assert send(second, 1, {"cmi.core.lesson_location": "3"}).status_code == 200
    assert PackageAttempt.objects.get().location == "3"


def test_reports_count_once_and_never_backwards(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 5, {"cmi.core.lesson_location": "5"})
    assert send(frame, 5, {"cmi.core.lesson_location": "7"}).status_code == 200
    assert send(frame, 4, {"cmi.core.lesson_location": "4"}).status_code == 200
    assert PackageAttempt.objects.get().location == "5"


def test_a_last_word_tells_only_what_changed(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment, 1)
    send(frame, 1, {**HALF, "cmi.suspend_data": "x" * 60_000, "cmi.core.exit": "suspend"})
    last = {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "90", "cmi.core.exit": ""}
    assert send(frame, 2, last, ended=True, changes=True).json()["status"] == "passed"
    attempt = PackageAttempt.objects.get()
    assert (attempt.score, attempt.location, attempt.ended_at is None) == (0.9, "2", False)
    assert "cmi.core.exit" not in attempt.state
    values = told(open_frame(client_for(cast.siti), enrolment, 1))["values"]
    assert (values["cmi.suspend_data"], values["cmi.core.score.raw"]) == ("x" * 60_000, "90")


def test_a_last_word_that_is_the_first_changes_what_was_told(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    send(open_frame(client_for(cast.siti), enrolment), 7, {**HALF, "cmi.core.exit": "suspend"})
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 7, {"cmi.core.lesson_location": "3"}, changes=True)
    attempt = PackageAttempt.objects.get()
    assert (attempt.location, attempt.state["cmi.suspend_data"]) == ("3", "dibaca=2")
    assert "cmi.core.exit" not in attempt.state  # the goodbye of the run before was not told to this one


def test_passing_every_part_completes_the_course(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    client = client_for(cast.siti)
    frame = open_frame(client, enrolment)
    done = send(frame, 1, {"cmi.core.lesson_status": "completed"}, ended=True)
    assert done.json()["status"] == "done"
    assert Enrolment.objects.get().state == "started"
    frame = open_frame(client, enrolment, 1)
    assert told(frame)["values"]["cmi.student_data.mastery_score"] == "70"
    assert told(frame)["values"]["cmi.launch_data"] == "kelas-a"
    answers = {
        "cmi.interactions.0.id": "balasan", "cmi.interactions.0.student_response": "rahasia-siti",
        "cmi.interactions.0.result": "wrong",
    }  # fmt: skip
    low = send(frame, 1, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "40", **answers}, ended=True)
    assert low.json() == {"outcome": "saved", "status": "failed", "state": "Belum lulus", "score": 40}
    assert Enrolment.objects.get().state == "started"
    high = send(frame, 2, {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "90"}, ended=True)
    assert high.json()["status"] == "passed"
    assert Enrolment.objects.get().state == "completed"
    row = ActivityProgress.objects.get(activity=part(enrolment, 1))
    assert row.best_score == pytest.approx(0.9)
    assert row.state == "completed"
    assert PackageInteraction.objects.get().result == "incorrect"
    sentences = [entry.verb for entry in history_of("enrolment", enrolment.public_id)]
    assert sentences.count("package.judged") == 3
    assert sentences.count("package.started") == 2


def test_scorm_2004_measures_and_times(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_2004())
    frame = open_frame(client_for(cast.siti), enrolment)
    assert told(frame)["values"]["cmi.scaled_passing_score"] == "0.6"
    send(frame, 1, {"cmi.completion_status": "incomplete", "cmi.score.scaled": "0.2", "cmi.location": "3"})
    assert PackageAttempt.objects.get().status == "started"
    goal = {
        "cmi.objectives.0.id": "memilah",
        "cmi.objectives.0.success_status": "passed",
        "cmi.objectives.0.score.scaled": "1",
    }
    send(
        frame, 2, {"cmi.completion_status": "completed", "cmi.score.scaled": "0.85", "cmi.session_time": "PT1S", **goal}
    )
    attempt = PackageAttempt.objects.get()
    assert (attempt.status, attempt.score, attempt.seconds) == ("passed", 0.85, 1)
    assert attempt.objectives == [{"code": "memilah", "description": "", "status": "passed", "score": 1.0}]


def test_time_is_believed_as_far_as_the_frame_was_open(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, {"cmi.core.session_time": "99:00:00"})
    assert PackageAttempt.objects.get().seconds < 60


def test_a_package_that_never_says_it_is_done_leaves_a_way_out(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    key = part(enrolment).key
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, HALF)
    page = client_for(cast.siti).get(f"/learning/{enrolment.public_id}/{key}/").content.decode()
    assert "Anda melanjutkan dari tempat terakhir" in page
    assert "Lewati dulu" in page
    seen = client_for(cast.trainer).get(f"/packages/{enrolment.public_id}/{key}/attempts/")
    assert "Sedang berjalan" in seen.content.decode()
    overview = client_for(cast.trainer).get(f"/learning/managed/enrolments/{enrolment.public_id}/").content.decode()
    assert f"/packages/{enrolment.public_id}/{key}/attempts/" in overview
    client_for(cast.trainer).post(
        f"/learning/managed/enrolments/{enrolment.public_id}/repair/",
        {"activity": key, "reason": "paket tidak menutup"},
    )
    assert ActivityProgress.objects.get(activity=part(enrolment)).state == "completed"


def test_answers_are_read_by_the_learner_alone(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, {"cmi.interactions.0.id": "q", "cmi.interactions.0.student_response": "rahasia-siti"})
    address = f"/packages/{enrolment.public_id}/{part(enrolment).key}/attempts/"
    assert "rahasia-siti" in client_for(cast.siti).get(address).content.decode()
    trainer = client_for(cast.trainer).get(address)
    assert trainer.status_code == 200
    assert "rahasia-siti" not in trainer.content.decode()
    assert client_for(cast.rina).get(address).status_code == 404


def test_starting_again_keeps_what_was_reached(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    client = client_for(cast.siti)
    address = f"/packages/{enrolment.public_id}/{part(enrolment).key}/again/"
    assert "Belum ada yang perlu diulang" in client.post(address, follow=True).content.decode()
    frame = open_frame(client, enrolment)
    send(frame, 1, {"cmi.core.lesson_status": "failed", "cmi.core.score.raw": "55"})
    client.post(address)
    client.post(address)
    assert [row.number for row in PackageAttempt.objects.order_by("number")] == [1, 2]
    assert send(frame, 2, {"cmi.core.score.raw": "99"}).status_code == 409
    fresh = open_frame(client, enrolment)
    assert told(fresh)["values"]["cmi.core.entry"] == "ab-initio"
    send(fresh, 1, {"cmi.core.lesson_status": "incomplete", "cmi.core.score.raw": "10"})
    assert ActivityProgress.objects.get().best_score == pytest.approx(0.55)


def test_a_reopened_part_must_be_done_again(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_2004())
    client = client_for(cast.siti)
    send(open_frame(client, enrolment), 1, {"cmi.completion_status": "completed", "cmi.success_status": "passed"})
    assert Enrolment.objects.get().state == "completed"
    reopen_enrolment(by=cast.hr.user, enrolment=Enrolment.objects.get(), reason="diulang bersama kelompok")
    frame = open_frame(client, enrolment)
    assert "cmi.completion_status" not in told(frame)["values"]
    assert PackageAttempt.objects.order_by("-number")[0].number == 2
    assert Enrolment.objects.get().state == "started"


def test_an_asset_is_done_when_it_is_opened(cast: Cast, client_for: ClientFor) -> None:
    manifest = MANIFEST_12.replace(b'adlcp:scormtype="sco"', b'adlcp:scormtype="asset"')
    enrolment = started(cast, scorm_12({"imsmanifest.xml": manifest}))
    open_frame(client_for(cast.siti), enrolment)
    assert ActivityProgress.objects.get(activity=part(enrolment)).state == "completed"


def test_nobody_else_opens_or_reports(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    start = f"/packages/{enrolment.public_id}/{part(enrolment).key}/start/"
    assert client_for(None).get(start).status_code == 302
    assert client_for(None).get(start)["Location"].startswith("/account/login/")
    assert client_for(cast.dewi).get(start).status_code == 404
    frame = open_frame(client_for(cast.siti), enrolment)
    forged = frame.replace("/run/", "/run/9")
    assert send(forged, 1, HALF).status_code == 403
    assert Client().get(f"{forged}isi/buka.html").status_code == 404
    withdraw(by=cast.siti.user, enrolment=enrolment)
    assert send(frame, 1, HALF).status_code == 403
    assert not PackageAttempt.objects.exclude(saved_at=None).exists()


def test_windows_of_a_package_stay_closed_and_outside_is_the_learners_choice(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    allowed = {
        "allow-scripts",
        "allow-forms",
        "allow-modals",
        "allow-popups",
        "allow-downloads",
    }  # no escape, no origin
    policy = Client().get(f"{open_frame(client_for(cast.siti), enrolment)}isi/buka.html")["Content-Security-Policy"]
    assert set(policy.partition(";")[0].split()) == {"sandbox", *allowed}
    page = client_for(cast.siti).get(f"/learning/{enrolment.public_id}/{part(enrolment).key}/")
    text = page.content.decode()
    assert [set(found.split()) for found in re.findall(r'sandbox="([^"]*)"', text)] == [allowed]
    assert "default-src 'self'" in page["Content-Security-Policy"]  # nothing from elsewhere loads in the frame
    assert "frame-src" not in page["Content-Security-Policy"]
    assert re.search(r'data-outside hidden>.*rel="noopener noreferrer"', text)


def test_a_closed_account_reports_nothing(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    User.objects.filter(pk=cast.siti.user.pk).update(is_active=False)
    assert send(frame, 1, HALF).status_code == 409


def test_a_hand_made_form_cannot_finish_a_package(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    client, key = client_for(cast.siti), part(enrolment).key
    forged = '{"seconds": 5, "outcome": {"is_done": true}, "done": true, "score": 1}'
    client.post(f"/learning/{enrolment.public_id}/{key}/report/", {"report": forged})
    assert ActivityProgress.objects.get().state == "opened"
    assert client.post(f"/learning/{enrolment.public_id}/{key}/done/").status_code == 409


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"sequence": true, "values": {}}', b'{"sequence": 1}', b'{"sequence": -1, "values": {}}',
             b"[" * 100_000],
)  # fmt: skip
def test_reports_that_are_none_change_nothing(cast: Cast, client_for: ClientFor, body: bytes) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    assert Client().post(f"{frame}~save", body, content_type="text/plain").status_code == 400
    assert PackageAttempt.objects.get().saved_at is None


TOO_LARGE = [
    {"cmi.suspend_data": "x" * 450_000},
    {f"cmi.interactions.{n}.id": "€" * 200 for n in range(700)},
    {"x": "x" * 6_000_000},
]


@pytest.mark.parametrize("values", TOO_LARGE)
def test_a_report_that_is_too_large_is_refused_in_words_and_smaller_ones_go_on(
    cast: Cast, client_for: ClientFor, values: dict[str, str]
) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, HALF)
    refused = send(frame, 2, {**HALF, **values})
    assert refused.status_code == 413
    assert refused["Access-Control-Allow-Origin"] == "*"  # else the frame could not read the sentence
    assert "terlalu besar (paling banyak 400 kB)" in refused.json()["sentence"]
    assert "Yang tersimpan sebelumnya tetap ada" in refused.json()["sentence"]
    assert PackageAttempt.objects.get().values == HALF
    # The frame tells the rest as changes; the state from before stands beside it.
    assert send(frame, 3, {"cmi.core.lesson_status": "completed"}, ended=True, changes=True).json()["status"] == "done"
    assert PackageAttempt.objects.get().values["cmi.suspend_data"] == "dibaca=2"
    assert send(frame, 4, {**HALF, "cmi.suspend_data": "x" * 390_000}).status_code == 200


def test_changes_do_not_add_up_without_end(cast: Cast, client_for: ClientFor) -> None:
    frame = open_frame(client_for(cast.siti), started(cast, scorm_12()))
    answers = [send(frame, n, {f"cmi.comments.{n}": "x" * 390_000}, changes=True).status_code for n in range(1, 8)]
    assert answers == [200] * 5 + [413] * 2
    assert send(frame, 9, {f"cmi.comments.{n}": "" for n in range(1, 6)}, changes=True).status_code == 200


def test_values_that_cannot_be_kept_are_left_out(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    odd = {"cmi.core.lesson_location": "2\x00", "cmi.suspend_data": 7, "x" * 300: "y", "cmi.core.score.raw": "nan"}
    assert send(frame, 1, odd).status_code == 200
    attempt = PackageAttempt.objects.get()
    assert attempt.values == {"cmi.core.lesson_location": "2\x00", "cmi.core.score.raw": "nan"}
    assert (attempt.location, attempt.score) == ("2", None)


# The second one by its number: the linter takes every half for the same one.
@pytest.mark.parametrize(
    "odd", ["\ud83d", chr(0xDC00), "\x00", "\udc00\ud83d", "\U0010f8fe", "\U0010f8fe0000;", "\U0001f600\ud83d"]
)
def test_halves_of_characters_come_back_as_they_were(cast: Cast, client_for: ClientFor, odd: str) -> None:
    """A packed state holds any of them; people are shown a sign instead, and nothing beside it is lost."""
    enrolment = started(cast, scorm_12())
    values = {
        **HALF, "cmi.suspend_data": f"a{odd}b", "cmi.core.lesson_location": f"2{odd}", f"cmi.{odd}": "x",
        "cmi.interactions.0.id": f"soal{odd}", "cmi.interactions.0.student_response": f"jawab{odd}",
        "cmi.objectives.0.id": f"tujuan{odd}", "cmi.objectives.0.status": "passed",
    }  # fmt: skip
    assert send(open_frame(client_for(cast.siti), enrolment), 1, values).status_code == 200
    again = open_frame(client_for(cast.siti), enrolment)
    assert {name: told(again)["values"].get(name) for name in values} == values
    assert send(again, 1, {"cmi.core.lesson_location": "3"}, changes=True).status_code == 200
    assert PackageAttempt.objects.get().values["cmi.suspend_data"] == f"a{odd}b"
    shown = PackageInteraction.objects.get()
    assert shown.response.startswith("jawab")
    assert shown.response.encode().decode() == shown.response
    page = client_for(cast.siti).get(f"/packages/{enrolment.public_id}/{part(enrolment).key}/attempts/")
    assert "jawab" in page.content.decode()


def test_a_report_holds_the_attempt_alone(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    with CaptureQueriesContext(connection) as captured:
        assert send(frame, 1, HALF).status_code == 200
    own = [row["sql"] for row in captured if 'FROM "packages_packageattempt"' in row["sql"]]
    held = [sql for sql in own if '"learning_' not in sql.partition("FROM")[0]]
    assert held
    assert not any("JOIN" in sql for sql in held)
    assert len(captured) <= 30
