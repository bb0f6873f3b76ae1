"""A function under AWS's own runtime client, without AWS: the Runtime API on loopback.

    python = make_runtime(Path("build/runtime"))     # a venv with awslambdaric and nothing else
    with Function(python, Path("unzipped"), "app.app", environment) as function:
        answer = function.invoke(event)

The process gets the environment Lambda gives it and what the template adds, nothing of ours.
"""

import json
import os
import queue
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
import uuid
import venv
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final, Self

from tools.listener import Answer, Request, listen

CLIENT: Final = ("awslambdaric", "simplejson", "snapshot-restore-py")
"""AWS's runtime client and what it needs."""

API: Final = "/2018-06-01/runtime"
NO_MORE: Final = None
"""Queued as an invocation it lets the process's last wait go."""


class FunctionError(RuntimeError):
    """The handler raised, or the process never came up; the text is what it reported."""


@dataclass(frozen=True)
class Invocation:
    """One event on its way to the process."""

    event: object
    id: str
    deadline_ms: int


def make_runtime(folder: Path) -> Path:
    """A fresh virtual environment that holds the runtime client alone; its Python.

    The client is copied from our own environment, where it is pinned: nothing is downloaded.
    """
    venv.create(folder, clear=True, with_pip=False, symlinks=True)
    site = Path(
        sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
    )
    for name in CLIENT:
        for file in distribution(name).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), target)
    return folder / "bin" / "python"


class Function:
    """One process serving one handler, as one Lambda environment does; a context manager."""

    def __init__(
        self, python: Path, task_root: Path, handler: str, environment: dict[str, str]
    ) -> None:
        """`environment` is added to what Lambda sets; `task_root` is the unzipped package."""
        self._invocations: queue.Queue[Invocation | None] = queue.Queue()
        self._outcomes: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._server = listen(self._answer)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 # `close` closes it
        self._process = subprocess.Popen(  # noqa: S603 # our own Python
            [str(python), "-m", "awslambdaric", handler],
            cwd=task_root,
            env=self._environment(task_root, handler) | environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _environment(self, task_root: Path, handler: str) -> dict[str, str]:
        """What Lambda sets by itself (its developer guide, "Defined runtime variables")."""
        name = f"huifang-{handler.rpartition('.')[2]}"
        return {
            "AWS_LAMBDA_RUNTIME_API": self._server.url.removeprefix("http://"),
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "LAMBDA_TASK_ROOT": str(task_root),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": ":UTC",
            "_HANDLER": handler,
        }

    def invoke(self, event: object, timeout_s: float = 60) -> Any:  # noqa: ANN401 # any JSON
        """The handler's answer to `event`; FunctionError with what it raised instead."""
        deadline = int((time.time() + timeout_s) * 1000)
        self._invocations.put(Invocation(event, str(uuid.uuid4()), deadline))
        try:
            kind, outcome = self._outcome(timeout_s)
        except queue.Empty:
            raise FunctionError(f"no answer in {timeout_s} s:\n{self.log()}") from None
        if kind != "response":
            raise FunctionError(json.dumps(outcome, indent=1) + "\n" + self.log())
        return outcome

    def _outcome(self, timeout_s: float) -> tuple[str, Any]:
        """The next outcome; a process that ended without one has none to come."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            try:
                return self._outcomes.get(timeout=0.1)
            except queue.Empty:
                if self._process.poll() is not None:
                    return self._outcomes.get_nowait()
        raise queue.Empty

    def log(self) -> str:
        """What the process wrote so far to stdout and stderr."""
        written = os.pread(self._log.fileno(), 1_000_000, 0)  # leaves the process's place alone
        return written.decode(errors="replace")

    def _answer(self, request: Request) -> Answer:
        path = request.path.removeprefix(API)
        if path == "/invocation/next":
            return self._next()
        kind = path.rpartition("/")[2]
        if request.method == "POST" and kind in ("response", "error"):
            self._outcomes.put((kind, json.loads(request.body or b"null")))
            return Answer(202)
        return Answer(404)

    def _next(self) -> Answer:
        invocation = self._invocations.get()
        if invocation is NO_MORE:
            return Answer(410)
        headers = (
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:0:function:huifang"),
        )
        return Answer(200, headers, json.dumps(invocation.event).encode())

    def close(self) -> None:
        """End the process and its server."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._invocations.put(NO_MORE)
        self._server.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
