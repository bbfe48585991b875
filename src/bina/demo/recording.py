"""A learning record store with a client: another learning system that writes beside Bina itself."""

import datetime as dt
import uuid

import msgspec

from bina.demo.world import World
from bina.foundation import clock
from bina.journal.models import Entry
from bina.people.models import Agency
from bina.records.actions import add_client, open_store, store_statements, tell_journal
from bina.records.models import HouseMark
from bina.records.queries import Caller
from bina.records.rules import DEFAULT_SCOPES, written_moment

TOLD_AT_MOST = 300
VERBS = (
    ("http://adlnet.gov/expapi/verbs/initialized", "memulai"),
    ("http://adlnet.gov/expapi/verbs/completed", "menyelesaikan"),
    ("http://adlnet.gov/expapi/verbs/passed", "lulus"),
)
PARTS = ("Simulasi loket", "Simulasi telepon", "Simulasi pengaduan")
WEEKS = 4


def keep_records(world: World) -> None:
    """Open the store of the first agency, tell the newest part of its journal, and let a simulation write too."""
    agency = Agency.objects.order_by("pk")[0]
    store = open_store(by=None, agency=agency)
    client, _secret = add_client(by=None, store=store, name="Simulasi Pelayanan (contoh)", scopes=DEFAULT_SCOPES)
    newest = Entry.objects.order_by("-pk").values_list("pk", flat=True)[TOLD_AT_MOST : TOLD_AT_MOST + 1]
    HouseMark.objects.filter(store=store).update(entry_id=max(newest, default=0))
    tell_journal(store=store)
    rng = world.chance.stream("records")
    raw = []
    for number in range(48):
        verb, display = rng.choice(VERBS)
        part = rng.randrange(len(PARTS))
        moment = clock.now() - dt.timedelta(minutes=rng.randint(60, WEEKS * 7 * 24 * 60))
        statement = {
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "actor": {"mbox": f"mailto:peserta{number % 12 + 1}@contoh.example", "name": f"Peserta {number % 12 + 1}"},
            "verb": {"id": verb, "display": {"id": display}},
            "object": {
                "id": f"https://simulasi.contoh.example/{part + 1}", "definition": {"name": {"id": PARTS[part]}},
            },
            "timestamp": written_moment(moment),
        }  # fmt: skip
        if display == "lulus":
            statement["result"] = {"success": True, "score": {"scaled": rng.randint(70, 100) / 100}}
        raw.append(msgspec.json.encode(statement))
    caller = Caller(client.pk, store.pk, client.key, client.name, frozenset(client.scopes), home=client.home)
    store_statements(by=caller, store_id=store.pk, raw=raw, version=2)
