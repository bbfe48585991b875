"""The page “Ukur kompetensi”: what others wait for comes first, and only one thing calls loudly."""

import datetime as dt
import re

from django.urls import reverse

from bina.assessment import actions
from bina.assessment.models import ItemBank, TaskAssignment
from bina.foundation import clock
from tests.assessment.conftest import Hands
from tests.assessment.tasks import published_task
from tests.assessment.windows import announced, part_of, sit
from tests.cast import Cast
from tests.conftest import ClientFor

HOME = "assessment:home"
LOUD = re.compile(r'<(?:a|button)[^>]*class="btn btn-primary"')


def part_of_page(text: str, heading: str) -> str:
    """From a heading to the end of its section; empty where the page has no such heading."""
    return text.partition(heading)[2].partition("</section>")[0]


def test_only_the_first_thing_that_waits_calls_loudly(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    before = client.get(reverse(HOME)).content.decode()
    assert "Menunggu Anda" not in before
    assert len(LOUD.findall(before)) == 1
    window, task = announced(cast), published_task(cast)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
    work = TaskAssignment.objects.select_related("version").get(version__task=task, employee=cast.siti)
    text = client.get(reverse(HOME)).content.decode()
    waiting = part_of_page(text, "Menunggu Anda")
    assert waiting.index(window.title) < waiting.index(work.version.title)
    assert len(LOUD.findall(text)) == 1
    assert text.index("Menunggu Anda") < text.index("Uji per area")


def test_what_is_to_come_does_not_ask_to_be_begun(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    opens = clock.now() + dt.timedelta(days=2)
    window = announced(cast, opens_at=opens, closes_at=opens + dt.timedelta(days=3))
    text = client_for(cast.siti).get(reverse(HOME)).content.decode()
    assert "Baca dan mulai" not in text
    assert window.title in part_of_page(text, "Yang akan datang dan baru selesai")


def test_a_chance_given_again_waits_until_it_is_used(
    bank: ItemBank, cast: Cast, client_for: ClientFor, hands: Hands
) -> None:
    window = announced(cast)
    sit(window, cast.siti)
    client = client_for(cast.siti)
    assert window.title in part_of_page(client.get(reverse(HOME)).content.decode(), "baru selesai")
    until = clock.now() + dt.timedelta(days=9)
    actions.grant_attempt(by=cast.hr.user, participant=part_of(window, cast.siti), until=until, reason="Listrik padam.")
    waiting = part_of_page(client.get(reverse(HOME)).content.decode(), "Menunggu Anda")
    assert window.title in waiting
    assert "Anda mendapat kesempatan lagi sampai" in waiting
    sit(window, cast.siti)
    text = client.get(reverse(HOME)).content.decode()
    assert "kesempatan lagi" not in text
    assert window.title in part_of_page(text, "baru selesai")
