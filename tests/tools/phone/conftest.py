"""A simulator on its own port, connected to a fake service."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.tools.phone.fake_service import ACCOUNT, PUBLIC, START, FakeService, MakeSimulator
from tools.listener import RunningServer, listen
from tools.phone.account import Service
from tools.phone.clock import Clock
from tools.phone.deliveries import Mode
from tools.phone.server import serve_simulator
from tools.phone.simulator import Simulator


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def service_url(service: FakeService) -> Iterator[str]:
    running = listen(service.answer)
    yield running.url
    running.close()


@pytest.fixture
def make_simulator(tmp_path: Path, service_url: str) -> Iterator[MakeSimulator]:
    made: list[Simulator] = []

    def make(
        callbacks: Mode = "inline",
        seed: int = 7,
        keeps_opt_outs: bool = False,
        drops_silence: bool = False,
    ) -> Simulator:
        simulator = Simulator(
            ACCOUNT,
            Clock(tmp_path / f"now{len(made)}", start=START),
            Random(seed),  # noqa: S311 - SIDs that come again, not secrets
            mail_folder=tmp_path / "mail",
            callbacks=callbacks,
            keeps_opt_outs=keeps_opt_outs,
            drops_silence=drops_silence,
        )
        simulator.connect(Service(PUBLIC, service_url))
        made.append(simulator)
        return simulator

    yield make
    for simulator in made:
        simulator.close()


@pytest.fixture
def simulator(make_simulator: MakeSimulator) -> Simulator:
    return make_simulator()


@pytest.fixture
def running(simulator: Simulator) -> Iterator[RunningServer]:
    running = serve_simulator(simulator)
    yield running
    running.close()
