"""make run: everything on this machine, in the foreground, until Ctrl-C."""

import shutil
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tools.engine import ROOT

if TYPE_CHECKING:
    from tools.local import Local

VAR: Final = ROOT / "var"
FOLDER: Final = VAR / "run"
LOADED: Final = FOLDER / "sample-loaded"
"""There once the sample months are whole."""

SAMPLE_DAYS: Final = 70
"""How far back the sample months begin: two of them are closed when they are loaded."""


def run() -> None:
    """Start engine, simulator and service, load the sample months once, and stay.

    The clock stands still until somebody moves it: POST /clock at the simulator.
    """
    # Imported when needed: it takes half a second, which the other commands need not wait.
    from tools import local

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    present = datetime.now(UTC).replace(second=0, microsecond=0)
    if not LOADED.exists():
        shutil.rmtree(FOLDER, ignore_errors=True)
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
  curl -X POST {running.simulator_url}/clock -d '{{"now": "..."}}'
Mails are in {running.mail_folder}. Addresses and token for programs: var/run.json. Ctrl-C ends it.
"""


def _start(present: datetime) -> datetime:
    return present - timedelta(days=SAMPLE_DAYS)


def _load(running: "Local", present: datetime) -> None:
    from tools import sample

    if not LOADED.exists():
        print("loading the sample months ...", flush=True)
        sample.load(running, until=present)
        LOADED.touch()
    if running.wiring.now() < present:
        running.simulator.move(present)
