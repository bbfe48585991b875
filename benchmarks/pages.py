"""What a page costs: CPU of server and database together per request, SQL queries, waiting time, and growth with size."""

import re
import statistics
import time
import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Protocol

from benchmarks.databases import Cluster, build_seconds, demo_stage, settle
from benchmarks.figures import Figure, Record
from benchmarks.processes import in_django
from benchmarks.server import Answer, Client, Server, serving
from benchmarks.speed import TOLERANCE, Speedometer, last_processor, put_on, run_seconds
from benchmarks.stage import Stage
from benchmarks.visitors import COUNT, Visitor, settle_visitors

LARGE, SMALL = 100_000, 1_000
ROUNDS = 3
GOOD_BLOCKS, MOST_BLOCKS, REQUESTS_PER_BLOCK, WARM_UP = 8, 40, 20, 100  # of one page in one round
SECONDS_PER_PAGE = 15.0


@dataclass(frozen=True)
class Page:
    """A page to measure: which address of a visitor, and what was promised (CPU ms, and queries where promised)."""

    what: str
    path: str
    limit: float | None = None
    stretch: float | None = None
    queries: int | None = None
    who: str = "employees"
    submits: bool = False


PAGES = (
    Page("employee's home", "home", 4.3, 3.2, queries=10),
    Page("superior's home", "home", who="superiors"),
    Page("course page, 64 activities", "course 64", 5.3),
    Page("course page, 311 activities", "course 311", 14),
    Page("activity page (reading, course of 64)", "activity 64", 5),
    Page("activity page (reading, course of 311)", "activity 311"),
    Page("quiz page, five questions", "quiz 64", 8),
    Page("submit five answers of a quiz, durable", "submit 64", 5.5, submits=True),
    Page("development plan page", "plan", 4.4),
    Page("profile", "profile"),
    Page("profile of another person, seen by HR", "profile of another", who="hr"),
    Page("unit report, one page of about 1,000 people", "unit report", 14, who="hr"),
    Page("HR dashboard, whole agency", "dashboard", who="hr"),
    Page("staff list", "staff list", who="hr"),
)
GROWTH = ("home", "dashboard", "staff list", "profile of another")


def measure(clusters: list[Cluster | None]) -> Record:
    """Every page on every database with 100,000 employees, and four of them again with 1,000."""
    record = Record(
        "pages",
        "Pages",
        f"A demo of {LARGE:,} employees. The server is `bina serve` as operators start it, without its worker for "
        "background jobs; requests come over loopback on open connections with real session cookies, one after another, "
        f"from {COUNT} employees in turn (reports: one HR account). After {WARM_UP} requests to warm up, blocks of "
        f"{REQUESTS_PER_BLOCK} requests are counted (fewer for pages that cost more than 40 ms). CPU is the time on the "
        "processor of all threads of the server and of PostgreSQL, from /proc, per request; the client's own does not "
        "count. Server and database are kept on one processor, the client on the other. This machine is shared, and a "
        "neighbour on the same core halves its speed for moments or minutes: a block counts when a fixed loop right "
        f"before and right after it ran at full speed (at most {TOLERANCE:g} × its best time), until there are "
        f"{GOOD_BLOCKS} such blocks; {ROUNDS} rounds through all pages, minutes apart, are put together, and the figure is "
        "the lower quartile of their blocks, because neighbours only ever add. “All blocks” is the median with the disturbed ones. "
        "Queries are counted in a separate pass (BEGIN, COMMIT and savepoints left out), "
        "the most over all visitors. p50 is the wall time that one client waits.",
    )
    speed = Speedometer(last_processor())
    for cluster in clusters:
        label = "PostgreSQL" if cluster else "SQLite"
        try:
            large = _costs(LARGE, cluster, PAGES, record, speed)
            small = _costs(SMALL, cluster, [page for page in PAGES if page.path in GROWTH], record, speed, keep=False)
        except (RuntimeError, OSError) as error:
            # What was measured before the trouble stays.
            traceback.print_exc()
            record.missing.append(f"{label}: everything after a failure ({str(error).splitlines()[0]})")
            continue
        record.figures += [
            Figure(
                f"growth of “{page.what}” from {SMALL:,} to {LARGE:,} employees",
                round(large[page.what] / small[page.what], 2),
                "×",
                2.0,
                label,
                beside={f"at {SMALL:,}": f"{small[page.what]:.2f} ms"},
            )
            for page in PAGES
            if page.what in small
        ]
    return record


def _costs(
    employees: int,
    cluster: Cluster | None,
    pages: "tuple[Page, ...] | list[Page]",
    record: Record,
    speed: Speedometer,
    *,
    keep: bool = True,
) -> dict[str, float]:
    """CPU ms per request of each page on one stage; with ``keep`` they become figures of the record."""
    stage = demo_stage(employees, cluster)
    visitors = settle_visitors(stage)
    settle(stage)
    who_asks = {"employees": visitors.employees, "superiors": visitors.superiors, "hr": visitors.hr}
    if keep:
        record.notes.append(
            f"{stage.label}: building the demo of {employees:,} employees took {build_seconds(stage):.0f} s; the unit report covers "
            f"{visitors.hr[0].paths['people in the unit report']} people."
        )
    asked = {
        page.what: [(one.paths[page.path], one.session) for one in who_asks[page.who]]
        for page in pages
        if not page.submits
    }
    counted, _ = in_django(stage, "benchmarks.pages:count_queries", asked=asked)
    found: dict[str, float] = {}
    with serving(stage) as server:
        put_on(speed.processor, server.pid, server.stage.postmaster)
        if keep:
            _note_idle(server, record)
        blocks: dict[str, list[Block]] = {page.what: [] for page in pages}
        for _round in range(ROUNDS):
            for page in pages:
                blocks[page.what] += _blocks_of(server, page, who_asks[page.who], speed)
        for page in pages:
            cost = cost_of(blocks[page.what])
            found[page.what] = cost.cpu_ms
            print(f"    {stage.label}, {employees:,}: {page.what}: {cost.cpu_ms:.2f} ms CPU", flush=True)
            if keep:
                record.figures += _figures(page, cost, stage, counted.get(page.what))
    return found


def _figures(page: Page, cost: "Cost", stage: Stage, counted: dict[str, Any] | None) -> list[Figure]:
    beside: dict[str, Any] = {
        "of it database": f"{cost.database_ms:.2f}",
        "all blocks": f"{cost.disturbed_ms:.2f}",
        "p50": f"{cost.median_ms:.1f} ms",
        "p95": f"{cost.slow_ms:.1f} ms",
        "on the wire": f"{cost.size / 1000:.1f} KB",
        "blocks": f"{cost.good_blocks} of {cost.blocks}",
    }
    if counted and page.queries is None:
        beside["queries"] = counted["most"]
    figures = [
        Figure(page.what, round(cost.cpu_ms, 2), "ms CPU", page.limit, stage.label, stretch=page.stretch, beside=beside)
    ]
    if counted and page.queries is not None:
        figures.append(Figure(page.what, counted["most"], "queries", page.queries, stage.label))
    return figures


def _note_idle(server: Server, record: Record) -> None:
    before, seconds = server.cpu(), 5.0
    time.sleep(seconds)
    record.notes.append(
        f"{server.stage.label}: server and database use {1000 * (server.cpu() - before) / seconds:.1f} ms of CPU per second "
        "while nobody asks; this is not subtracted."
    )


@dataclass(frozen=True)
class Cost:
    """What one page costs per request."""

    cpu_ms: float
    disturbed_ms: float
    database_ms: float
    median_ms: float
    slow_ms: float
    size: int
    good_blocks: int
    blocks: int


class Asker(Protocol):
    """Someone who asks the same thing again and again; ``size`` is that of the last answer on the wire."""

    size: int

    def ask(self) -> Answer:
        """One request; raises when the answer is not what was asked for."""


@dataclass(frozen=True)
class Block:
    """A few requests in a row, in milliseconds per request."""

    cpu_ms: float
    database_ms: float
    waits_ms: list[float]
    size: int
    is_good: bool


def _blocks_of(server: Server, page: Page, visitors: list[Visitor], speed: Speedometer) -> list[Block]:
    """One page in one round."""
    clients = [(Client(server.port, {"bina_session": who.session}), who) for who in visitors]
    askers = [_Asker(client, who, page) for client, who in clients]
    per_block = _warm_up(server, askers)
    blocks: list[Block] = []
    end = time.monotonic() + SECONDS_PER_PAGE
    try:
        while len(blocks) < MOST_BLOCKS and sum(block.is_good for block in blocks) < GOOD_BLOCKS:
            put_on(speed.processor, server.pid, server.stage.postmaster)
            if not speed.wait() or (time.monotonic() > end and len(blocks) >= GOOD_BLOCKS):
                break
            blocks.append(block_of(server, askers, per_block, len(blocks) * per_block, speed))
    finally:
        for client, _ in clients:
            client.close()
    return blocks


def cost_of(blocks: list[Block]) -> Cost:
    """What all blocks of a page say together."""
    # Where full speed never lasted for a block, the calmest third of what there is has to do.
    good = [block for block in blocks if block.is_good]
    if len(good) < 3:
        good = sorted(blocks, key=lambda block: block.cpu_ms)[: max(1, len(blocks) // 3)]
    waits = [wait for block in good for wait in block.waits_ms]
    cuts = statistics.quantiles(waits, n=20)
    return Cost(
        _lower_quartile([block.cpu_ms for block in good]),
        statistics.median(block.cpu_ms for block in blocks),
        _lower_quartile([block.database_ms for block in good]),
        cuts[9],
        cuts[18],
        max(block.size for block in blocks),
        sum(block.is_good for block in blocks),
        len(blocks),
    )


def _lower_quartile(values: list[float]) -> float:
    return sorted(values)[(len(values) - 1) // 4]


def block_of(server: Server, askers: Sequence[Asker], count: int, first: int, speed: Speedometer) -> Block:
    """So many requests, from one asker after the other."""
    before, database_before = run_seconds(server.pid), run_seconds(server.stage.postmaster)
    waits = [1000 * askers[(first + number) % len(askers)].ask().seconds for number in range(count)]
    web = 1000 * (run_seconds(server.pid) - before) / count
    database = 1000 * (run_seconds(server.stage.postmaster) - database_before) / count
    return Block(web + database, database, waits, askers[0].size, speed.is_full())


def _warm_up(server: Server, askers: "list[_Asker]") -> int:
    """Fill every cache; returns how many requests a block shall have: fewer for pages that cost very much."""
    before, started = server.cpu(), time.monotonic()
    asked = 0
    while asked < 10 or (asked < WARM_UP and time.monotonic() - started < 10):
        askers[asked % len(askers)].ask()
        asked += 1
    seconds_each = (server.cpu() - before) / asked
    return max(4, min(REQUESTS_PER_BLOCK, round(0.8 / max(seconds_each, 0.001))))


class _Asker:
    """One visitor asking for one page again and again, or sending a quiz again and again with a fresh form each time."""

    def __init__(self, client: Client, who: Visitor, page: Page) -> None:
        self._client, self._page = client, page
        self._path = who.paths[page.path]
        self._form: list[tuple[str, str]] = []
        self.size = 0
        if page.submits:
            shown = client.get(who.paths[page.path.replace("submit", "quiz")])
            self._form = first_answers(shown.body.decode())

    def ask(self) -> Answer:
        """One request; raises when the answer is not the page."""
        if self._page.submits:
            form = [(name, uuid.uuid4().hex[:24] if name == "token" else value) for name, value in self._form]
            answer, expected = self._client.post(self._path, form), 302
        else:
            answer, expected = self._client.get(self._path), 200
        if answer.status != expected or "/account/login" in answer.headers.get("Location", ""):
            raise RuntimeError(
                f"{self._path} answered {answer.status} {answer.headers.get('Location', '')}\n{answer.body[:400]!r}"
            )
        self.size = answer.size
        return answer


def first_answers(html: str) -> list[tuple[str, str]]:
    """The fields of the quiz form of a page as sent when the first option of every question is chosen."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", html):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        name = attributes.get("name", "")
        if name in {"csrfmiddlewaretoken", "token"} or re.match(r"q\d", name):
            fields.setdefault(name, attributes.get("value", ""))
    if sum(name.startswith("q") for name in fields) < 5:
        raise RuntimeError("the quiz page shows fewer than five questions")
    return list(fields.items())


def count_queries(asked: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """The inner half of counting: the most SQL statements any visitor's page needs, and which they are."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client as Browser

    heard: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            heard.append(sql)
        return execute(sql, params, many, context)

    result: dict[str, Any] = {}
    for name, visits in asked.items():
        most: list[str] = []
        for address, session in visits:
            browser = Browser(HTTP_HOST="127.0.0.1")
            browser.cookies[settings.SESSION_COOKIE_NAME] = session
            browser.get(address)
            heard.clear()
            with connection.execute_wrapper(listen):
                answer = browser.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
            most = max(most, list(heard), key=len)
        result[name] = {"most": len(most), "statements": [statement[:300] for statement in most]}
    return result
