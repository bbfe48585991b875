"""What a visit costs on the wire: bytes and requests of a first and a repeat visit, counted by a real Chromium."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.databases import Cluster, demo_stage
from benchmarks.figures import Figure, Record
from benchmarks.server import Server, serving
from benchmarks.visitors import Visitor, employee_paths, settle_visitors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

EMPLOYEES = 1_000
FIRST_KB, FIRST_REQUESTS = 80, 8
REPEAT_KB, REPEAT_REQUESTS = 15, 3
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def measure(clusters: list[Cluster | None]) -> Record:
    """First and repeat visit of the employee's pages in a fresh browser each."""
    record = Record(
        "transfer",
        "On the wire",
        "A real headless Chromium with a phone's window, a fresh profile per page, signed in. The first visit loads "
        "everything; the repeat visit opens the same page again in the same browser. Bytes are what the browser says came "
        "over the wire, compressed, with response headers (CDP `Network.loadingFinished`, `encodedDataLength`); requests "
        "answered from the browser's cache are not counted. 1 KB = 1,000 bytes.",
    )
    if (path := chromium()) is None:
        record.missing.append("everything: no Chromium could be had")
        return record
    from playwright.sync_api import sync_playwright

    stage = demo_stage(EMPLOYEES, None)
    person = settle_visitors(stage).employees[0]
    with serving(stage) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        record.versions["Chromium"] = browser.version
        for name, address in employee_paths(person).items():
            first, repeat = _visit_twice(browser, server, person, address)
            for label, visit, kilobytes, requests in (
                ("first visit", first, FIRST_KB, FIRST_REQUESTS), ("repeat visit", repeat, REPEAT_KB, REPEAT_REQUESTS),
            ):  # fmt: skip
                beside = {kind: f"{size / 1000:.1f} KB" for kind, size in visit.by_kind.items()}
                record.figures.append(
                    Figure(f"{name}, {label}", round(visit.size / 1000, 1), "KB", kilobytes, beside=beside)
                )
                record.figures.append(Figure(f"{name}, {label}", visit.requests, "requests", requests))
        browser.close()
    return record


def chromium() -> str | None:
    """A Chromium, found as the tests find it."""
    from tools.run_tests import find_chromium

    return find_chromium()


@dataclass
class Visit:
    """What came over the wire while one page loaded."""

    size: int = 0
    requests: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


def _visit_twice(browser: "Browser", server: Server, person: Visitor, path: str) -> tuple[Visit, Visit]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, locale="id-ID"
    )
    context.add_cookies([{"name": "bina_session", "value": person.session, "url": server.url}])
    try:
        return _visit(context, server.url + path), _visit(context, server.url + path)
    finally:
        context.close()


def _visit(context: "BrowserContext", address: str) -> Visit:
    page = context.new_page()
    door = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    visit = Visit()

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event.get("type", "Other")

    def ended(event: dict[str, Any]) -> None:
        size = int(event["encodedDataLength"])
        if size and event["requestId"] in kinds:
            visit.size += size
            visit.requests += 1
            kind = kinds[event["requestId"]].lower()
            visit.by_kind[kind] = visit.by_kind.get(kind, 0) + size

    door.on("Network.requestWillBeSent", begun)
    door.on("Network.loadingFinished", ended)
    door.send("Network.enable")
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or not answer.ok or "/account/login" in page.url:
        raise RuntimeError(f"{address} answered {answer.status if answer else 'nothing'} at {page.url}")
    # Modules and icons that scripts ask for after the first quiet moment count too.
    page.wait_for_timeout(700)
    page.close()
    return visit
