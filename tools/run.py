"""make run: everything on this machine, in the foreground, until Ctrl-C."""

import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tools import local, sample
from tools.engine import ROOT

VAR: Final = ROOT / "var"
FOLDER: Final = VAR / "run"
SAMPLE_DAYS: Final = 70
"""How far back the sample months begin: two of them are closed when they are loaded."""


def run() -> None:
    """Start engine, simulator and service, load the sample months once, and stay.

    The clock stands still until somebody moves it: POST /clock at the simulator.
    """
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    present = datetime.now(UTC).replace(second=0, microsecond=0)
    with local.running(FOLDER, _start(present)) as running:
        _load(running, present)
        local.write_addresses(running, VAR / "run.json")
        print(f"simulator {running.simulator_url}", flush=True)
        print(f"service {running.service_url}", flush=True)
        print(_HINT.format(running=running, now=running.wiring.now().isoformat()), flush=True)
        ended.wait()
    (VAR / "run.json").unlink(missing_ok=True)


_HINT: Final = """
It is {now} and stays so until you move the clock:
  curl -X POST {running.simulator_url}/clock -d '{{"now": "…"}}'
Mails are in {running.mail_folder}. Addresses and token for programs: var/run.json. Ctrl-C ends it.
"""


def _start(present: datetime) -> datetime:
    return present - timedelta(days=SAMPLE_DAYS)


def _load(running: local.Local, present: datetime) -> None:
    loaded = Path(FOLDER / "sample-loaded")
    if not loaded.exists():
        sample.load(running, until=present)
        loaded.touch()
    if running.wiring.now() < present:
        running.simulator.move(present)
