"""Other programs for the same mathematics, catsim and girth: fetched on first use, run in processes of their own."""

import hashlib
import importlib.metadata
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.figures import HERE
from benchmarks.processes import in_plain_python
from benchmarks.seeded import MEAN, answers_of, bank_of, people_of, rmse, seeds_of
from benchmarks.stage import DATA

NAMES = ("catsim", "girth")
FOLDER = DATA / "peers"
_LIST = HERE / "peers.txt"
_SECONDS_OF_SIMULATION = 60.0
_FEWER_PEOPLE = 200


def install() -> str:
    """Have the peers in their folder, each package as its hash in peers.txt says; why not, where that fails."""
    wanted = hashlib.sha256(_LIST.read_bytes()).hexdigest()
    note = FOLDER / "installed"
    if note.exists() and note.read_text() == wanted:
        return ""
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--python", sys.executable,
        "--target", str(FOLDER), "--require-hashes", "--requirements", str(_LIST),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no reason given"])[0][:200]
    note.write_text(wanted)
    return ""


def ask(function: str, **arguments: Any) -> Any:
    """What a function of this module answers in a fresh process that has the peers."""
    found, _cost = in_plain_python(f"benchmarks.peers:{function}", beside=FOLDER, **arguments)
    return found


def versions() -> dict[str, str]:
    """Which peers these are."""
    return {name: importlib.metadata.version(name) for name in NAMES}


def _catsim_bank(items: int) -> Any:
    """The bank as catsim takes it, around 0, where its search for an ability begins."""
    import numpy as np

    bank = bank_of(items)
    return import_module("catsim.item_bank").ItemBank(
        np.column_stack([bank.slope, bank.place - MEAN, np.zeros(items), np.ones(items)])
    )


def choose(items: int, steps: int, tests: int) -> float:
    """CPU milliseconds of one choice of catsim's selector of largest information, without content or exposure."""
    bank, selector = _catsim_bank(items), import_module("catsim.selection").MaxInfoSelector()
    abilities = people_of(tests * steps) - MEAN
    spent, number = 0.0, 0
    for _ in range(tests):
        asked: list[int] = []
        for _ in range(steps):
            started = time.process_time()
            chosen = selector.select(item_bank=bank, administered_items=asked, est_theta=float(abilities[number]))
            spent += time.process_time() - started
            asked.append(int(chosen))
            number += 1
    return 1000 * spent / number


def simulate(items: int, people: int, length: int, runs: int) -> dict[str, Any]:
    """CPU seconds (median) and error (mean, smallest and largest) of catsim's simulator; of fewer people where all take too long."""
    import numpy as np

    bank, seconds, errors = _catsim_bank(items), [], []
    parts = (
        import_module("catsim.initialization").FixedPointInitializer(0.0),
        import_module("catsim.selection").MaxInfoSelector(),
        import_module("catsim.estimation").NumericalSearchEstimator(),
        import_module("catsim.stopping").TestLengthStopper(max_items=length),
    )

    def run(truth: Any, seed: int) -> tuple[float, float]:
        simulator = import_module("catsim.simulation").Simulator(bank, truth, seed=seed)
        started = time.process_time()
        simulator.simulate(*parts)
        spent = time.process_time() - started
        if any(len(asked) != length for asked in simulator.administered_items):
            raise RuntimeError("catsim asked another number of items than it was told")
        return spent, rmse(np.array(simulator.latest_estimations), truth)

    truth = people_of(people) - MEAN
    few = 10
    if run(truth[:few], 0)[0] * people / few > _SECONDS_OF_SIMULATION:
        truth = truth[:_FEWER_PEOPLE]
    for number in range(runs):
        spent, error = run(truth, 5 + number)
        seconds.append(spent)
        errors.append(error)
    return {
        "people": len(truth),
        "seconds": sorted(seconds)[runs // 2],
        "rmse": float(np.mean(errors)),
        "spread": [min(errors), max(errors)],
    }


def calibrate(people: int, items: int, sets: int) -> dict[str, Any]:
    """CPU seconds (median) of girth's marginal maximum likelihood for the 2PL, and its errors for each set of answers."""
    twopl_mml = import_module("girth").twopl_mml
    seconds, slopes, places = [], [], []
    for seed in seeds_of(sets):
        bank, answers = answers_of(people, items, seed)
        ready, started = answers.T.astype(int), time.process_time()
        found = twopl_mml(ready)
        seconds.append(time.process_time() - started)
        slopes.append(rmse(found["Discrimination"], bank.slope))
        places.append(rmse(found["Difficulty"], bank.place))
    return {"seconds": sorted(seconds)[sets // 2], "a": slopes, "b": places}
