"""The whole of Huifang on this machine: engine, simulator, service, and a clock to move.

One process: the service meets the simulator only through TWILIO_API_BASE, the simulator the
service only through its address, both meet the database over its port.
"""

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Final

from chalicelib import config, rulebook, wiring
from chalicelib.core import bundles, closing, digests, sweeps
from chalicelib.wiring import Chance, Wiring
from tools.engine import Engine, create_tables, start_engine
from tools.phone.account import Account, Service
from tools.phone.clock import Clock, Schedule, every
from tools.phone.deliveries import Mode
from tools.phone.server import serve_simulator
from tools.phone.simulator import Simulator
from tools.server import scheduled_run, serve

ACCOUNT_SID: Final = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN: Final = "local-auth-token"  # noqa: S105 - of the simulator on this machine
API_TOKEN: Final = "local-api-token"  # noqa: S105 - the same
NUMBER: Final = "+862158386666"
STAGE: Final = "local"
LOCAL_AWS: Final = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Local:
    """What runs, and where."""

    simulator: Simulator
    wiring: Wiring
    simulator_url: str
    service_url: str
    dynamodb: str
    folder: Path

    @property
    def mail_folder(self) -> Path:
        """Where the mails lie as .eml files."""
        return self.folder / "mail"

    def addresses(self) -> Mapping[str, str]:
        """What var/run.json tells other programs."""
        return {
            "simulator": self.simulator_url,
            "service": self.service_url,
            "dynamodb": self.dynamodb,
            "mail_folder": str(self.mail_folder),
            "api_token": API_TOKEN,
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "number": NUMBER,
        }


def seeded(random: Random) -> Chance:
    """Chance that repeats itself: the same seed, the same salts, secrets, leases and numbers."""
    return Chance(
        number=lambda: random.getrandbits(64),
        salt=lambda: f"{random.getrandbits(128):032x}",
        secret=lambda: random.randbytes(32),
        lease=lambda: f"{random.getrandbits(64):016x}",
        link=lambda: f"{random.getrandbits(128):032x}",
    )


@contextmanager
def running(
    folder: Path,
    start: datetime,
    *,
    seed: int | None = None,
    callbacks: Mode = "threaded",
    ports: tuple[int, int] = (0, 0),
    rules: Path | None = None,
    public: str = "",
) -> Iterator[Local]:
    """Everything running with its data in `folder`, at `start` where the clock is new.

    With a `seed` two runs are the same to the byte if `public` is: the base of the links in mails
    and texts, the service's address where it is "". `ports` are those of simulator and service,
    `rules` is a rulebook in place of the project's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        clock = Clock(folder / "now", start=start)
        random = Random(seed) if seed is not None else Random()  # noqa: S311 - SIDs of a simulator
        account = Account(ACCOUNT_SID, AUTH_TOKEN, NUMBER)
        simulator = Simulator(
            account, clock, random, mail_folder=folder / "mail", callbacks=callbacks
        )
        stack.callback(simulator.close)
        phone = serve_simulator(simulator, port=ports[0])
        stack.callback(phone.close)
        endpoint = _endpoint(stack, folder)
        _prepare(endpoint)
        app = _app()
        api = serve(app.app, port=ports[1])
        stack.callback(api.close)
        base = public or api.url
        settings = _environment(folder, phone.url, base, endpoint)
        settings["HUIFANG_RULEBOOK"] = str(rules or "")
        chance = seeded(random) if seed is not None else Chance()
        made = Wiring(config.read(settings), chance)
        wiring.use(made)
        _years_told(made)
        simulator.connect(Service(base, api.url, voice_status_route="/twilio/voice/ended/1"))
        clock.attach(*_schedules(app, made))
        yield Local(simulator, made, phone.url, api.url, endpoint, folder)


def write_addresses(local: Local, path: Path) -> None:
    """Tell other programs where everything is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(local.addresses(), indent=1) + "\n", encoding="utf-8")


def _endpoint(stack: ExitStack, folder: Path) -> str:
    named = os.environ.get("DYNAMODB_ENDPOINT")
    if named:
        return named
    engine: Engine = stack.enter_context(start_engine(folder / "dynamodb"))
    return engine.endpoint


def _prepare(endpoint: str) -> None:
    for name, value in LOCAL_AWS.items():
        os.environ.setdefault(name, value)
    create_tables(endpoint, STAGE)


def _environment(folder: Path, phone: str, base: str, endpoint: str) -> dict[str, str]:
    return {
        "HUIFANG_STAGE": STAGE,
        "PUBLIC_BASE_URL": base,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_NUMBER": NUMBER,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE": phone,
        "DYNAMODB_ENDPOINT": endpoint,
        "MAIL_FOLDER": str(folder / "mail"),
        "BLOB_FOLDER": str(folder / "blobs"),
        "HUIFANG_API_TOKEN": API_TOKEN,
        "HUIFANG_NOW": f"file:{folder / 'now'}",
    }


def _app() -> ModuleType:
    """The routing table; imported late, because it configures logging."""
    return importlib.import_module("app")


def _schedules(app: ModuleType, made: Wiring) -> list[Schedule]:
    """The deployed schedules, run at those of their instants at which something waits."""
    storage, rules = made.storage, made.rules
    next_due = storage.table.next_due
    done: set[tuple[str, str]] = set()

    def is_done(job: str, period: str) -> bool:
        """Whether a period's run is over, which it then stays."""
        if (job, period) not in done and storage.runs.get(job, period).state == "done":
            done.add((job, period))
        return (job, period) in done

    def to_dispatch(instant: datetime) -> datetime | None:
        kinds = ("survey", "danger", "effect", "recording", "page")
        found = [next_due(kind) for kind in kinds]
        return min((at for at in found if at is not None), default=None)

    def draw(instant: datetime) -> datetime | None:
        latest = storage.draws.latest()
        return latest.due_at if latest else instant

    def close(instant: datetime) -> datetime | None:
        held = [m for m in closing.closable(instant, rules) if not is_done("close", m)]
        nexts = (closing.next_close, closing.next_look, digests.next_noon)
        following = min(find(instant, rules) for find in nexts)
        return instant if held else following

    def sweep(instant: datetime) -> datetime | None:
        wanted = [one for one in sweeps.due(instant, rules) if not is_done("sweep", one.name)]
        return instant if wanted else sweeps.next_due(instant, rules)

    def watch(instant: datetime) -> datetime | None:
        broken, silent = next_due("case"), next_due("paging")
        bundle = bundles.next_bundle(max(instant, broken), rules) if broken else None
        alarm = bundles.next_alarm(instant, rules)
        told = [next_due(kind) for kind in ("proposal", "news")]
        waits = [next_due(kind) for kind in ("proceeding", "amendment")]
        overdue = [bundles.next_day_alarm(max(instant, at), rules) for at in waits if at]
        return min(at for at in (bundle, silent, alarm, *told, *overdue) if at is not None)

    return [
        Schedule("watch", every(1, watch), scheduled_run(app.watch, "watch")),
        Schedule("dispatch", every(1, to_dispatch), scheduled_run(app.dispatch, "dispatch")),
        Schedule("draw", every(15, draw), scheduled_run(app.draw, "draw")),
        Schedule("sweep", every(15, sweep), scheduled_run(app.sweep, "sweep")),
        Schedule("close", every(15, close), scheduled_run(app.close, "close")),
    ]


def _years_told(made: Wiring) -> None:
    year = made.now().year
    for missing in rulebook.years_missing(made.rules, (year, year + 1)):
        print(f"The rulebook's calendar has no holidays for {missing}: add the official notice.")
