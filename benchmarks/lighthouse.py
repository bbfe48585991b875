"""Lighthouse on a simulated phone: how fast the employee's pages feel and whether everyone can use them."""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.databases import Cluster, demo_stage
from benchmarks.figures import HERE, Figure, Record
from benchmarks.server import Server, serving
from benchmarks.stage import ROOT
from benchmarks.transfer import EMPLOYEES, chromium
from benchmarks.visitors import Visitor, employee_paths, settle_visitors

PERFORMANCE, ACCESSIBILITY = 95, 100
TRIES = 3  # a browser that does not come up in time is started again
RUNS = 3
SIGN_IN = "/account/login/"


def measure(clusters: list[Cluster | None]) -> Record:
    """Performance and accessibility of the sign-in page and the employee's pages, median of three runs each."""
    record = Record(
        "lighthouse",
        "Lighthouse, mobile",
        "Lighthouse with its own settings for a phone (simulated slow 4G, processor four times slower, cold cache), headless Chromium, "
        f"signed in by a session cookie; median of {RUNS} runs. The server ran on the same machine.",
    )
    path = chromium()
    if path is None:
        record.missing.append("everything: no Chromium could be had")
        return record
    _install()
    stage = demo_stage(EMPLOYEES, None)
    person = settle_visitors(stage).employees[0]
    pages = {"sign-in": SIGN_IN, **employee_paths(person)}
    with serving(stage) as server:
        for name, address in pages.items():
            found = [_look(server, address, person if address != SIGN_IN else None, path) for _ in range(RUNS)]
            record.versions["Lighthouse"] = found[0]["lighthouseVersion"]
            record.figures += _figures(name, found)
            if complaints := _complaints(found[-1]):
                record.notes.append(f"{name}, accessibility: {complaints}")
    return record


def _install() -> None:
    if not (HERE / "node_modules" / ".bin" / "lighthouse").exists():
        command = ["bash", str(ROOT / "tools" / "node.sh"), "npm", "ci", "--silent", "--no-fund", "--no-audit"]
        # tools/node.sh goes to the project's root; npm is told where the packages of the benchmarks are.
        subprocess.run([*command, "--prefix", str(HERE)], check=True, cwd=ROOT)


def _look(server: Server, path: str, person: Visitor | None, browser: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "report.json"
        headers = {"Accept-Language": "id"} | ({"Cookie": f"bina_session={person.session}"} if person else {})
        command = [
            "bash", str(ROOT / "tools" / "node.sh"), "node", str(HERE / "node_modules" / "lighthouse" / "cli" / "index.js"),
            server.url + path, "--only-categories=performance,accessibility", "--output=json", f"--output-path={answer}",
            "--quiet", "--chrome-flags=--headless=new --no-sandbox --disable-gpu", f"--extra-headers={json.dumps(headers)}",
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": browser, "CI": "1"}
        for left in reversed(range(TRIES)):
            done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, timeout=240)
            if done.returncode == 0:
                break
            if not left:
                raise RuntimeError(f"{path}: {done.stderr.decode(errors='replace')[-600:]}")
        report: dict[str, Any] = json.loads(answer.read_text())
    if path.rstrip("/") not in report["finalDisplayedUrl"] or (
        person and "/account/login" in report["finalDisplayedUrl"]
    ):
        raise RuntimeError(f"{path} led to {report['finalDisplayedUrl']}")
    return report


def _figures(name: str, found: list[dict[str, Any]]) -> list[Figure]:
    def median(category: str) -> float:
        return float(round(statistics.median(100 * float(report["categories"][category]["score"]) for report in found)))

    def paint(audit: str) -> str:
        return f"{statistics.median(report['audits'][audit]['numericValue'] for report in found) / 1000:.1f} s"

    beside = {
        "first paint": paint("first-contentful-paint"),
        "largest paint": paint("largest-contentful-paint"),
        "layout shift": statistics.median(r["audits"]["cumulative-layout-shift"]["numericValue"] for r in found),
    }
    return [
        Figure(f"{name}: performance", median("performance"), "points", PERFORMANCE, at_least=True, beside=beside),
        Figure(f"{name}: accessibility", median("accessibility"), "points", ACCESSIBILITY, at_least=True),
    ]


def _complaints(report: dict[str, Any]) -> str:
    wanted = [row["id"] for row in report["categories"]["accessibility"]["auditRefs"] if row["weight"]]
    return ", ".join(name for name in wanted if report["audits"][name]["score"] not in {1, None})
