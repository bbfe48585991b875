"""Beginning a cmi5 package again from nothing: a new registration, the old one closed, nothing that was reached lost."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bina.integrations.cmi5.models import LaunchSession, Registration
from bina.journal.models import Entry
from bina.learning.actions import withdraw
from bina.learning.models import ActivityProgress, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.test_cmi5_sessions import opened, statements, words
from tests.integrations.units import cmi5_package
from tests.integrations.walking import part, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def siti(cast: Cast, client_for: ClientFor) -> tuple[Enrolment, Client]:
    return started(cast, cmi5_package()), client_for(cast.siti)


def base(enrolment: Enrolment, place: int = 0) -> str:
    return f"/cmi5/{enrolment.public_id}/{part(enrolment, place).key}"


def again(client: Client, enrolment: Enrolment) -> str:
    """Ask to begin again; what the person is told."""
    answer = client.post(f"{base(enrolment)}/again/")
    assert answer.status_code == 302
    return " ".join(str(one) for one in get_messages(answer.wsgi_request))


def test_the_old_registration_is_closed_and_a_new_one_begins(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    opened(client, enrolment).read().say("initialized", "completed", "terminated")
    old = opened(client, enrolment, 1).read()
    old.say("initialized")
    assert old.send(old.scored("failed", 0.4)).status_code == 200
    old.state("PUT", "halaman", b'{"halaman": 3}')
    assert "dimulai dari awal" in again(client, enrolment)
    assert words(statements(cast.siti, old))[-1] == "abandoned"
    assert old.send(old.statement("completed")).status_code == 403
    assert [one.number for one in Registration.objects.order_by("number")] == [1, 2]
    new = opened(client, enrolment).read()
    assert new.told["registration"] != old.told["registration"]
    assert new.data["launchMode"] == "Normal"
    assert new.state("GET", "halaman").status_code == 404
    new.say("initialized", "completed", "terminated")
    second = opened(client, enrolment, 1).read()
    assert second.state("GET", "halaman").status_code == 404
    second.say("initialized")
    assert second.send(second.scored("passed", 0.9)).status_code == 200
    second.say("completed", "terminated")
    assert words(statements(cast.siti, second))[-2:] == ["satisfied", "terminated"]
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    assert Entry.objects.filter(verb="cmi5.restarted").count() == 1


def test_what_was_reached_stays_in_course_and_record(
    cast: Cast, siti: tuple[Enrolment, Client], client_for: ClientFor
) -> None:
    enrolment, client = siti
    page = f"/learning/{enrolment.public_id}/{part(enrolment).key}/"
    assert "Mulai lagi dari awal" not in client.get(page).content.decode()
    opened(client, enrolment).read().say("initialized", "completed", "terminated")
    assert f"{base(enrolment)}/again/" in client.get(page).content.decode()
    assert f"{base(enrolment)}/again/" in client.get(f"{base(enrolment)}/record/").content.decode()
    again(client, enrolment)
    assert ActivityProgress.objects.get().state == "completed"
    own = client.get(f"{base(enrolment)}/record/").content.decode()
    assert own.index("Percobaan ke-2") < own.index("Percobaan ke-1") < own.index("terpenuhi")
    assert "Belum dibuka dalam percobaan ini." in own
    trainer = client_for(cast.trainer)
    theirs = trainer.get(f"{base(enrolment)}/record/").content.decode()
    assert "Percobaan ke-1" in theirs
    assert "/again/" not in theirs
    assert "Bebaskan" not in theirs
    # The part is done already: nobody can be let off from it.
    assert trainer.post(f"{base(enrolment)}/waive/", {"reason": "Sudah diuji"}).status_code == 409
    assert Registration.objects.get(number=2).standings.filter(is_waived=True).count() == 0


def test_a_second_click_and_an_untouched_package_change_nothing(siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    assert "Belum ada yang perlu diulang" in again(client, enrolment)
    silent = opened(client, enrolment).read()
    assert "Belum ada yang perlu diulang" in again(client, enrolment)
    silent.say("initialized")
    assert "dimulai dari awal" in again(client, enrolment)
    assert "Belum ada yang perlu diulang" in again(client, enrolment)
    assert Registration.objects.count() == 2
    assert [one.state for one in LaunchSession.objects.all()] == ["abandoned"]


def test_nobody_else_begins_it_again(cast: Cast, siti: tuple[Enrolment, Client], client_for: ClientFor) -> None:
    enrolment, client = siti
    opened(client, enrolment).read().say("initialized")
    for other in (cast.budi, cast.trainer, cast.hr):
        assert client_for(other).post(f"{base(enrolment)}/again/").status_code == 404
    assert client.get(f"{base(enrolment)}/again/").status_code == 405
    assert client.post(f"/cmi5/{enrolment.public_id}/tidak-ada/again/").status_code == 404
    withdraw(by=cast.siti.user, enrolment=enrolment)
    client.post(f"{base(enrolment)}/again/")
    assert Registration.objects.count() == 1


def test_the_record_asks_the_database_as_often_for_many_ways(siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    counts = []
    for _time in range(3):
        opened(client, enrolment).read().say("initialized", "terminated")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{base(enrolment)}/record/")
        counts.append(len(asked))
        again(client, enrolment)
    assert counts[2] <= counts[1]
