"""People who sit the adaptive diagnostic over HTTP: what an answer costs, how long they wait, what a killed server loses."""

import json
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.databases import Cluster, demo_stage, settle
from benchmarks.figures import Figure, Record
from benchmarks.pages import Block, block_of, cost_of
from benchmarks.processes import in_django
from benchmarks.server import Answer, Client, Server, serving
from benchmarks.speed import Speedometer, put_anywhere, put_on
from benchmarks.stage import Stage

EMPLOYEES = 1_000
COUNTED, AT_ONCE, IN_A_CRASH = 50, 50, 200  # examinees of each part
CPU_MS, WAIT_MS = 8.0, 25.0
ANSWERS_WITH_PAUSES, PAUSES = 1_000, (1.0, 3.0)
SECONDS_WITHOUT_PAUSE, SECONDS_BEFORE_CRASH = 6.0, 5.0
WARM_UP, PER_BLOCK, GOOD_BLOCKS, MOST_BLOCKS, SECONDS_OF_BLOCKS = 100, 20, 10, 30, 30.0
UNKNOWN_SHARE = 0.1


def add_figures(record: Record, cluster: Cluster | None, speed: Speedometer) -> None:
    """CPU of an answer, waiting time of many at once, and what is left after a kill, on one database."""
    stage = demo_stage(EMPLOYEES, cluster)
    found, _ = in_django(stage, "benchmarks.examinees:settle_here", count=COUNTED + 2 * AT_ONCE + IN_A_CRASH)
    settle(stage)
    everybody = [
        Examinee(Client(0, {"bina_session": session}), found["begin"], n) for n, session in enumerate(found["sessions"])
    ]
    counted, reading = everybody[:COUNTED], everybody[COUNTED : COUNTED + AT_ONCE]
    hurrying = everybody[COUNTED + AT_ONCE : COUNTED + 2 * AT_ONCE]
    with serving(stage) as server:
        put_anywhere(stage.postmaster)
        _begin(server, [*counted, *reading, *hurrying])
        record.figures += _waits(stage, reading, hurrying)
        record.figures.append(_cpu(server, counted, speed))
        put_anywhere(stage.postmaster)
        _hang_up(everybody)
    record.figures.append(_crash(stage, everybody[-IN_A_CRASH:]))


@dataclass
class Examinee:
    """One person in the test: knows the question on the page, sends an answer, reads the next one."""

    client: Client
    begin_path: str
    number: int
    path: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    is_over: bool = False
    size: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)  # what the server said it has
    _draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.number)

    @property
    def position(self) -> int:
        """The number of the question on the page."""
        return int(self.fields["position"][0])

    def begin(self) -> None:
        """Begin the test, as the button on the home page does, and read the first question."""
        # Who has been measured already is not shown the button at home, but any form of the page has the token.
        token = _fields_of(self.client.get("/").body.decode())["csrfmiddlewaretoken"][0]
        answer = self.client.post(self.begin_path, [("csrfmiddlewaretoken", token)])
        self.path = answer.headers.get("Location", "")
        if answer.status != 302 or "/diagnostic/" not in self.path:
            raise RuntimeError(f"the test did not begin: {answer.status} {self.path}\n{answer.body[:400]!r}")
        self.look()

    def look(self) -> None:
        """Read the question that the test waits at, or find that it is over."""
        answer = self.client.get(self.path)
        self.is_over = answer.status == 302
        if not self.is_over:
            self.fields = _fields_of(answer.body.decode(), 'id="question-form"')

    def ask(self) -> Answer:
        """Send an answer; raises unless the server brings the next question or says that the test is over."""
        before = self.position
        go = "unknown" if self._draw.random() < UNKNOWN_SHARE else "next"
        sent = [(name, self._draw.choice(values)) for name, values in self.fields.items()] + [("go", go)]
        answer = self.client.post(self.path, sent, for_part=True)
        self.size = answer.size
        self.is_over = "/result/" in answer.headers.get("HX-Redirect", "")
        if not self.is_over:
            self.fields = _fields_of(answer.body.decode(), 'id="question-form"') if answer.status == 200 else {}
            if not self.fields or self.position != before + 1:
                raise RuntimeError(f"the answer was not taken: {answer.status} {sent}\n{answer.body[:2000]!r}")
        self.kept.append({"path": self.path, "position": before, "sent": sent})
        return answer

    def pause(self, least: float, most: float) -> None:
        """Read and think."""
        time.sleep(self._draw.uniform(least, most))


def _fields_of(html: str, mark: str = "") -> dict[str, list[str]]:
    """Every field of the first form that has ``mark`` in its tag, with the values that a person could send."""
    form = re.search(rf"<form\b[^>]*{re.escape(mark)}.*?</form>", html, re.DOTALL)
    if form is None:
        raise RuntimeError(f"the page has no form {mark}\n{html[:400]}")
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form[0]):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        is_typed = attributes.get("type", "text") == "text"
        fields.setdefault(attributes.get("name", ""), []).append("12" if is_typed else attributes.get("value", ""))
    for name, options in re.findall(r'<select\b[^>]*?\bname="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        fields[name] = [unescape(value) for value in re.findall(r'<option\b[^>]*?\bvalue="([^"]+)"', options)]
    return fields


def _begin(server: Server, examinees: Sequence[Examinee]) -> None:
    for examinee in examinees:
        examinee.client.port = server.port
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Examinee.begin, examinees))


def _hang_up(examinees: Sequence[Examinee]) -> None:
    for examinee in examinees:
        examinee.client.close()


class _InTurn:
    """All examinees of a group as one asker: each answer comes from the next whose test is not over."""

    def __init__(self, examinees: Sequence[Examinee]) -> None:
        self._turns = cycle(examinees)
        self._examinees = examinees
        self.size = 0

    @property
    def left(self) -> int:
        """How many could still answer."""
        return sum(not examinee.is_over for examinee in self._examinees)

    def ask(self) -> Answer:
        """The next answer."""
        examinee = next(one for one in self._turns if not one.is_over)
        answer = examinee.ask()
        self.size = max(self.size, examinee.size)
        return answer


def _cpu(server: Server, examinees: Sequence[Examinee], speed: Speedometer) -> Figure:
    """One answer after the other, counted in blocks as pages are."""
    group, blocks = _InTurn(examinees), list[Block]()
    put_on(speed.processor, server.pid, server.stage.postmaster)
    for _ in range(WARM_UP):
        group.ask()
    end = time.monotonic() + SECONDS_OF_BLOCKS
    while len(blocks) < MOST_BLOCKS and sum(block.is_good for block in blocks) < GOOD_BLOCKS and group.left > PER_BLOCK:
        if not speed.wait() or (time.monotonic() > end and len(blocks) >= GOOD_BLOCKS):
            break
        put_on(speed.processor, server.pid, server.stage.postmaster)
        blocks.append(block_of(server, [group], PER_BLOCK, 0, speed))
    cost = cost_of(blocks)
    beside = {
        "of it database": f"{cost.database_ms:.2f}",
        "all blocks": f"{cost.disturbed_ms:.2f}",
        "p50": f"{cost.median_ms:.1f} ms",
        "p95": f"{cost.slow_ms:.1f} ms",
        "on the wire": f"{cost.size / 1000:.1f} KB",
        "blocks": f"{cost.good_blocks} of {cost.blocks}",
    }
    return Figure(
        "one answer kept and the next question brought", round(cost.cpu_ms, 2), "ms CPU", CPU_MS, server.stage.label,
        beside=beside,
    )  # fmt: skip


def _all_at_once(examinees: Sequence[Examinee], sit: Callable[[Examinee], list[float]]) -> list[float]:
    """Everybody sits the test at the same time, each on a connection of their own; all waiting times in seconds."""
    with ThreadPoolExecutor(len(examinees)) as pool:
        return [wait for waits in pool.map(sit, examinees) for wait in waits]


def _waits(stage: Stage, reading: Sequence[Examinee], hurrying: Sequence[Examinee]) -> list[Figure]:
    """How long an answer takes with many at once: reading in between, and as a bound without any pause."""
    each = ANSWERS_WITH_PAUSES // len(reading)

    def read_and_answer(examinee: Examinee) -> list[float]:
        waits: list[float] = []
        examinee.pause(0, PAUSES[1])
        while len(waits) < each and not examinee.is_over:
            waits.append(examinee.ask().seconds)
            examinee.pause(*PAUSES)
        return waits

    calm = _all_at_once(reading, read_and_answer)
    started = time.monotonic()

    def hurry(examinee: Examinee) -> list[float]:
        waits: list[float] = []
        while time.monotonic() < started + SECONDS_WITHOUT_PAUSE and not examinee.is_over:
            waits.append(examinee.ask().seconds)
        return waits

    hasty = _all_at_once(hurrying, hurry)
    seconds = time.monotonic() - started
    return [
        Figure(
            f"wait for the next question, {len(reading)} examinees at once who read {PAUSES[0]:g} to {PAUSES[1]:g} s, median",
            round(1000 * statistics.median(calm), 1),
            "ms",
            WAIT_MS,
            stage.label,
            beside={"p95": f"{1000 * statistics.quantiles(calm, n=20)[18]:.0f} ms", "answers": len(calm)},
        ),
        Figure(
            f"answers per second, {len(hurrying)} examinees at once who never pause",
            round(len(hasty) / seconds),
            "per s",
            database=stage.label,
            beside={"median wait": f"{1000 * statistics.median(hasty):.0f} ms", "answers": len(hasty)},
        ),
    ]


def _crash(stage: Stage, examinees: Sequence[Examinee]) -> Figure:
    """Kill the server while everybody answers, start it again, and look for every answer it said it has."""
    is_down = threading.Event()

    def answer_until_it_dies(examinee: Examinee) -> list[float]:
        waits: list[float] = []
        while not examinee.is_over:
            try:
                waits.append(examinee.ask().seconds)
            except (OSError, HTTPException):
                if not is_down.is_set():
                    raise
                break
            examinee.pause(0.0, 1.0)
        return waits

    with serving(stage) as server:
        _begin(server, examinees)

        def kill() -> None:
            is_down.set()
            server.kill()

        timer = threading.Timer(SECONDS_BEFORE_CRASH, kill)
        timer.start()
        try:
            _all_at_once(examinees, answer_until_it_dies)
        finally:
            timer.cancel()
            timer.join()
        _hang_up(examinees)
    in_the_middle = [examinee for examinee in examinees if not examinee.is_over]
    if not in_the_middle:
        raise RuntimeError("everybody had finished before the server was killed")
    kept = [answer for examinee in examinees for answer in examinee.kept]
    with serving(stage) as server:
        for examinee in in_the_middle:
            examinee.client.port = server.port
            examinee.look()
            if not examinee.is_over:
                examinee.ask()
        _hang_up(examinees)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.json"
        path.write_text(json.dumps(kept))
        path.chmod(0o644)
        lost, _ = in_django(stage, "benchmarks.examinees:count_lost", path=str(path))
    return Figure(
        "answers lost that the server had acknowledged before all its processes were killed (SIGKILL)",
        lost,
        "answers",
        0,
        stage.label,
        beside={
            "acknowledged": len(kept),
            "examinees": len(examinees),
            "in the middle of their test, and went on after the restart": len(in_the_middle),
        },
    )


def settle_here(count: int) -> dict[str, Any]:
    """The inner half: people who have not sat the diagnostic (what they sat before is taken away), signed in."""
    from django.urls import reverse

    from benchmarks.visitors import session_of
    from bina.assessment.models import Item, Session
    from bina.assessment.queries import diagnostics
    from bina.people.models import Employee, User

    blueprint = diagnostics().get()
    taken = Session.objects.filter(blueprint=blueprint)
    adopted = taken.filter(adopted_at__isnull=False).values("employee_id")
    ids = list(
        Employee.objects.filter(left_on=None).exclude(pk__in=adopted).order_by("pk").values_list("pk", flat=True)
    )
    if len(ids) < count:
        raise RuntimeError(f"the demo has only {len(ids)} of {count} people for the diagnostic")
    chosen = ids[:: len(ids) // count][:count]
    taken.filter(employee__in=chosen).delete()
    Item.objects.filter(bank=blueprint.bank).update(offered_count=0, asked_count=0)
    sessions = []
    for employee in Employee.objects.filter(pk__in=chosen).order_by("pk"):
        user, _ = User.objects.get_or_create(
            employee=employee,
            defaults={"username": employee.employee_number or "", "display_name": employee.display_name},
        )
        sessions.append(session_of(user))
    return {"begin": reverse("assessment:begin_diagnostic"), "sessions": sessions}


def count_lost(path: str) -> int:
    """The inner half: how many of these answers are not in the database exactly as they were sent."""
    from django.http import QueryDict
    from django.urls import resolve

    from bina.assessment.models import Response
    from bina.assessment.rules import read_answer
    from bina.assessment.views.sessions import FIELD

    lost = 0
    for row in json.loads(Path(path).read_text()):
        sent = QueryDict(mutable=True)
        for name, value in row["sent"]:
            sent.appendlist(name, value)
        found = (
            Response.objects.filter(
                session__public_id=resolve(row["path"]).kwargs["public_id"], position=row["position"]
            )
            .select_related("item_version__item")
            .first()
        )
        if found is None:
            lost += 1
            continue
        version = found.item_version
        is_unknown = sent["go"] == "unknown"
        expected = None if is_unknown else read_answer(version.item.kind, version.payload, sent, FIELD)
        lost += found.answer != expected
    return lost
