"""A real server with demo people and a real Chromium: what a user would have in front of them.

The server is `bina serve` itself, in a process of its own, on a loopback port, with its own data folder (or its own PostgreSQL
database). Screenshots for the guides are taken on the way.
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("BINA_CHROMIUM", "")
PASSWORD = "bina-contoh-2026"
GUIDES = ROOT / "docs" / "guides" / "images"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium every browser test is skipped, loudly."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium: set BINA_CHROMIUM"))


@dataclass(frozen=True)
class Server:
    """A running Bina: its address and its environment (for commands beside it)."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a Django command on the server's data; its output."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True, cwd=ROOT
        ).stdout


def _own_database(folder: Path) -> str | None:
    """For PostgreSQL: a fresh database beside the given one."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        return None
    import psycopg

    name = f"bina_browser_{os.getpid()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(given)._replace(path=f"/{name}"))


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """`bina serve` with a small demo, stopped at the end."""
    folder = tmp_path_factory.mktemp("browser-data")
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("BINA_", "DJANGO_", "PYTEST_"))},
        "BINA_DATA_DIR": str(folder), "PORT": str(port), "PYTHONPATH": str(ROOT / "src"), "BINA_DEMO": "1",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    if url := _own_database(folder):
        environment["DATABASE_URL"] = url
    run = [sys.executable, "-c", "import sys; from bina.config.command import main; sys.exit(main(sys.argv[1:]))"]
    subprocess.run([*run, "migrate"], env=environment, check=True, cwd=ROOT, capture_output=True)
    subprocess.run([*run, "demo", "--employees", "400"], env=environment, check=True, cwd=ROOT, capture_output=True)
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([*run, "serve"], env=environment, cwd=ROOT, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(400):
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=2)
                    break
                except OSError:
                    if process.poll() is not None:
                        break
                    time.sleep(0.2)
            else:
                pytest.fail(f"the server did not start:\n{(folder / 'server.log').read_text()[-3000:]}")
            yield Server(address, environment)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """One Chromium for the whole run."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """A person at a screen: opens pages, signs in, and has every page looked at by axe and for console errors."""

    page: Page
    server: Server
    errors: list[str]

    def open(self, path: str) -> "Visitor":
        """Go to a path of the server."""
        self.page.goto(f"{self.server.url}{path}")
        return self

    def sign_in(self, username: str) -> "Visitor":
        """Sign in through the page, as anyone would."""
        self.open("/account/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("form:has(input[name=password]) button[type=submit]")
        self.page.wait_for_url(re.compile(r"^(?!.*account/login)"))
        return self

    def look(self) -> None:
        """No accessibility violation, no sideways scroll, no console error on the page in view."""
        page = self.page
        if not page.evaluate("() => typeof window.axe === 'object'"):
            # The content policy forbids injected tags; the debugger's door does not.
            page.evaluate(AXE.read_text(encoding="utf-8"))
        options = {
            "runOnly": {
                "type": "tag",
                "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            }
        }
        found: list[dict[str, Any]] = page.evaluate(
            "options => axe.run(document, options).then(r => r.violations)", options
        )
        told = [f"{row['id']}: {row['help']} {[node['html'][:160] for node in row['nodes'][:4]]}" for row in found]
        assert not told, f"{page.url}\n" + "\n".join(told)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"
        assert not self.errors, f"{page.url}: {self.errors}"

    def picture(self, name: str, *, full: bool = True) -> None:
        """A screenshot for the guides."""
        GUIDES.mkdir(parents=True, exist_ok=True)
        # On a tall picture the bottom bar would stand in the middle of the page.
        place = "place => document.querySelector('.bottom-bar')?.style.setProperty('position', place)"
        self.page.evaluate(place, "static" if full else "")
        self.page.screenshot(path=GUIDES / f"{name}.png", full_page=full, animations="disabled")
        self.page.evaluate(place, "")


VisitorFor = Callable[..., Visitor]


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Generator[VisitorFor]:
    """Make visitors: `visitor()` on a phone of 360 px, `visitor(desktop=True)`, `visitor(script=False)`, …"""
    contexts: list[BrowserContext] = []

    def make(
        username: str = "", *, desktop: bool = False, script: bool = True, dark: bool = False, language: str = "id-ID"
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900} if desktop else {"width": 360, "height": 780},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            locale=language,
            reduced_motion="reduce",
            timezone_id="Asia/Pontianak",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        errors: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"} and "favicon" not in message.text:
                errors.append(message.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: errors.append(str(error)))
        person = Visitor(page, server, errors)
        return person.sign_in(username) if username else person

    yield make
    for context in contexts:
        context.close()
