"""The learning record store: statements per second, answers of searches among millions, and a server that is killed."""

import base64
import contextlib
import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks.databases import Cluster, empty_stage, settle
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_django
from benchmarks.server import Server, serving
from benchmarks.stage import Stage

# Batch size → promise in statements per second, and what the best peers reach (ADL_LRS with a database, ralph into a file).
PROMISES = {1: 600, 50: 5_000, 500: 12_000}
PEERS = {1: (9.5, 134), 50: (174, 2_404), 500: (245, 7_392)}
SECONDS = 10
CONNECTIONS = {1: 8, 50: 4, 500: 3}
MILLIONS = 10_000_000
PEOPLE = 20_000
VERBS = ("experienced", "answered", "completed", "passed")
COURSES = 500
LOOKS = 40
LIMIT_MS = 20
VERSION = "2.0.0"


def measure(clusters: list[Cluster | None], millions: int = MILLIONS) -> Record:
    """Speed of taking in on both databases; searches and the crash on PostgreSQL."""
    record = Record(
        name="records",
        title="Learning record store (xAPI)",
        method=(
            f"Authenticated, validated, durable statements of about 700 bytes over HTTP, client and server on the same cores, {SECONDS} s "
            "for each size of batch. Searches ask for 100 statements of one agent, verb, activity or hour."
        ),
    )
    for cluster in clusters:
        stage = empty_stage("records", cluster)
        label = "PostgreSQL" if cluster else "SQLite"
        secret = in_django(stage, "benchmarks.records:open_store_here")[0]
        with serving(stage) as server:
            for size, promise in PROMISES.items():
                rate, failed = _rate(server, secret, size, SECONDS)
                beside = dict(zip(("ADL_LRS", "ralph (file)"), PEERS[size], strict=True)) | {"failed batches": failed}
                record.figures.append(
                    Figure(
                        f"statements taken in, batches of {size}", rate, "per second",
                        limit=promise if cluster else None, at_least=True, database=label, beside=beside,
                    )
                )  # fmt: skip
        record.figures.append(_crash(stage, secret, label))
        if cluster:
            record.figures += _searches(stage, secret, label, millions)
    return record


def statement(number: int) -> dict[str, Any]:
    """A statement as learning systems send them: who, what, on what, how well, in which course."""
    return {
        "id": str(uuid.uuid4()),
        "actor": {
            "objectType": "Agent",
            "name": f"Pegawai {number % PEOPLE}",
            "account": {"homePage": "https://bina.contoh.example", "name": f"pegawai-{number % PEOPLE}"},
        },
        "verb": {
            "id": f"http://adlnet.gov/expapi/verbs/{VERBS[number % len(VERBS)]}",
            "display": {"id": "menyelesaikan", "en": "completed"},
        },
        "object": {
            "objectType": "Activity",
            "id": f"https://bina.contoh.example/kursus/{number % COURSES}/bagian/{number % 12}",
            "definition": {"name": {"id": f"Bagian {number % 12}"}, "type": "http://adlnet.gov/expapi/activities/lesson"},
        },
        "result": {"completion": True, "success": True, "score": {"scaled": 0.8}, "duration": "PT12M30S"},
        "context": {
            "registration": str(uuid.UUID(int=number % PEOPLE + 1)),
            "contextActivities": {"parent": [{"id": f"https://bina.contoh.example/kursus/{number % COURSES}"}]},
        },
        "timestamp": "2026-11-20T08:15:30.123Z",
    }  # fmt: skip


def _headers(secret: str) -> dict[str, str]:
    token = base64.b64encode(secret.encode()).decode()
    return {
        "Authorization": f"Basic {token}", "X-Experience-API-Version": VERSION, "Content-Type": "application/json",
    }  # fmt: skip


def _rate(server: Server, secret: str, size: int, seconds: float) -> tuple[float, int]:
    """Statements acknowledged per second, and batches that were not taken."""
    taken = [0] * CONNECTIONS[size]
    failed = [0] * CONNECTIONS[size]
    # Written before the clock starts; identities are put in at their place while it runs.
    words = json.dumps([statement(number * 7) for number in range(size)]).encode()
    pieces = _around_ids(words)
    starts = threading.Barrier(CONNECTIONS[size] + 1)
    ends = [0.0]

    def send(who: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = _headers(secret)
        starts.wait()
        while time.perf_counter() < ends[0]:
            connection.request("POST", "/xapi/2.0/statements", body=_filled(pieces), headers=headers)
            response = connection.getresponse()
            response.read()
            if response.status == 200:
                taken[who] += size
            else:
                failed[who] += 1
        connection.close()

    threads = [threading.Thread(target=send, args=(who,)) for who in range(CONNECTIONS[size])]
    for thread in threads:
        thread.start()
    begun = time.perf_counter()
    ends[0] = begun + seconds
    starts.wait()
    for thread in threads:
        thread.join()
    return sum(taken) / (time.perf_counter() - begun), sum(failed)


def _around_ids(words: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    for position, piece in enumerate(words.split(b'{"id": "')):
        # Only statements begin with their id followed by an actor; activities keep theirs.
        if position and piece[36:].startswith(b'", "actor"'):
            pieces.append(piece[36:])
        elif pieces:
            pieces[-1] += (b'{"id": "' if position else b"") + piece
        else:
            pieces.append(piece)
    return pieces


def _filled(pieces: list[bytes]) -> bytes:
    parts = [pieces[0]]
    for piece in pieces[1:]:
        parts += (b'{"id": "', str(uuid.uuid4()).encode(), piece)
    return b"".join(parts)


def _crash(stage: Stage, secret: str, label: str) -> Figure:
    """How many acknowledged statements are gone after the server was killed while four clients were writing."""
    kept: list[str] = []
    lock = threading.Lock()

    def write(server: Server) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = _headers(secret)
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                batch = [statement(number) for number in range(20)]
                connection.request("POST", "/xapi/2.0/statements", body=json.dumps(batch).encode(), headers=headers)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    return
                with lock:
                    kept.extend(one["id"] for one in batch)

    with serving(stage) as server:
        threads = [threading.Thread(target=write, args=(server,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(3)
        server.kill()
        for thread in threads:
            thread.join()
    found = in_django(stage, "benchmarks.records:count_here", ids=kept)[0]
    return Figure(
        "acknowledged statements lost when the server is killed", len(kept) - found, "statements", limit=0,
        database=label, beside={"acknowledged before": len(kept)},
    )  # fmt: skip


def _searches(stage: Stage, secret: str, label: str, millions: int) -> Iterator[Figure]:
    """How long one of many waits for a page of 100 when the store holds millions."""
    in_django(stage, "benchmarks.records:fill_here", count=millions)
    settle(stage)
    agent = {"account": {"homePage": "https://bina.contoh.example", "name": "pegawai-{}"}}
    asked: dict[str, Callable[[int], dict[str, str]]] = {
        "agent": lambda n: {"agent": json.dumps(agent).replace("{}", str(n * 97 % PEOPLE))},
        "agent, related": lambda n: {
            "agent": json.dumps(agent).replace("{}", str(n * 89 % PEOPLE)), "related_agents": "true",
        },
        "verb": lambda n: {"verb": f"http://adlnet.gov/expapi/verbs/{VERBS[n % len(VERBS)]}"},
        "activity": lambda n: {"activity": f"https://bina.contoh.example/kursus/{n * 12 % COURSES}/bagian/{n * 12 % COURSES % 12}"},
        "course with its parts": lambda n: {
            "activity": f"https://bina.contoh.example/kursus/{n % COURSES}", "related_activities": "true",
        },
        "agent and verb": lambda n: {
            "agent": json.dumps(agent).replace("{}", str(n * 83 % PEOPLE)),
            "verb": f"http://adlnet.gov/expapi/verbs/{VERBS[n * 83 % PEOPLE % len(VERBS)]}",
        },
        "an hour": lambda n: {"since": f"2026-10-{n % 27 + 1:02d}T10:00:00Z", "until": f"2026-10-{n % 27 + 1:02d}T11:00:00Z"},
    }  # fmt: skip
    with serving(stage) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = _headers(secret)
        for name, parameters in asked.items():
            waits: list[float] = []
            count = 0
            for number in range(LOOKS):
                path = "/xapi/2.0/statements?" + urlencode(parameters(number))
                begun = time.perf_counter()
                connection.request("GET", path, headers=headers)
                response = connection.getresponse()
                content = response.read()
                waits.append(time.perf_counter() - begun)
                if response.status != 200:
                    raise RuntimeError(content.decode())
                count += len(json.loads(content)["statements"])
            yield Figure(
                f"a page of statements by {name}, {millions:,} in the store", sorted(waits)[LOOKS // 2] * 1000, "ms",
                limit=LIMIT_MS, database=label,
                beside={"95th percentile": round(sorted(waits)[int(LOOKS * 0.95)] * 1000, 1), "found each": count // LOOKS},
            )  # fmt: skip


# --- inside of the installation ----------------------------------------------------------------------------------------


def open_store_here() -> str:
    """A store with one client that may do everything; “key:secret”."""
    from bina.people.models import Agency
    from bina.records.actions import add_client, open_store

    agency, _ = Agency.objects.get_or_create(code="ukur", defaults={"name": "Instansi ukur", "kind": "city"})
    client, secret = add_client(by=None, store=open_store(by=None, agency=agency), name="Pengukur", scopes=["all"])
    return f"{client.key}:{secret}"


def count_here(ids: list[str]) -> int:
    """How many of these statements are there."""
    from bina.records.models import Statement

    return sum(
        Statement.objects.filter(statement_id__in=ids[start : start + 5_000]).count()
        for start in range(0, len(ids), 5_000)
    )


def fill_here(count: int) -> None:
    """Fill the store up to ``count`` statements, spread over October 2026, by the same commands as the real ones."""
    import datetime as dt

    from django.db import transaction

    from bina.records.actions.ledger import Line, open_ledger, write_lines
    from bina.records.models import Statement, Store
    from bina.records.rules import identifier_of, keys_of

    store = Store.objects.get(agency__code="ukur")
    begun = int(dt.datetime(2026, 10, 1, tzinfo=dt.UTC).timestamp() * 1_000_000)
    there = Statement.objects.filter(stored__lt=begun + 31 * 86_400_000_000).count()
    size = 5_000
    who = identifier_of({"account": {"homePage": "https://bina.contoh.example", "name": "pengukur"}})
    period = PEOPLE * COURSES // 500
    samples = [statement(number) for number in range(period)]
    words = [
        json.dumps(one).encode()[:-1] + b',"authority":{"mbox":"mailto:a@contoh.example"},"version":"2.0.0"}'
        for one in samples
    ]
    keys = [sorted(keys_of(store.pk, one, who)) for one in samples]
    for first in range(there, count, size):
        stored = begun + first * 31 * 86_400_000_000 // count
        with transaction.atomic():
            _, rows = open_ledger(store.pk, size, alone=False)
            lines = []
            for number, row in enumerate(rows, start=first):
                identity = uuid.uuid4()
                at = number % period
                lines.append(Line(row, identity, words[at][:8] + str(identity).encode() + words[at][44:], keys[at]))
            write_lines(store.pk, None, stored, lines)
