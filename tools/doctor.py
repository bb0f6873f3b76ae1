"""What is here and what is missing on this machine, one line each, with what mends it."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tools.engine import ROOT, EngineError, chosen, home_of, java_version, machine, start_engine
from tools.setup import packages_ready, stale_domains

OURS: Final = ("DYNAMODB_ENDPOINT", "DDB_ENGINE", "HUIFANG_NOW", "HUIFANG_STAGE", "AWS_PROFILE")
"""Settings worth telling; their values are no secrets."""

MEND: Final = "run: make test"


@dataclass(frozen=True)
class Line:
    """One finding: is it well, what is it, what does it say."""

    well: bool
    subject: str
    says: str


def _python() -> Line:
    version = sys.version.split()[0]
    return Line(sys.version_info >= (3, 11), "python", f"{version} ({sys.executable})")


def _packages() -> Line:
    ready = packages_ready()
    return Line(ready, "packages", "as pinned" if ready else f"not as pinned; {MEND}")


def _catalogues() -> Line:
    stale = ", ".join(stale_domains())
    return Line(not stale, "texts", f"to be compiled: {stale}; {MEND}" if stale else "compiled")


def _npm() -> Line:
    npm = shutil.which("npm")
    return Line(
        bool(npm), "npm", npm or "missing (Debian: apt install npm; macOS: brew install node)"
    )


def _java() -> Line:
    version = java_version()
    return Line(True, "java", str(version) if version else "none; only DynamoDB Local needs it")


def _engine() -> Line:
    try:
        name = chosen()
    except EngineError as error:
        return Line(False, "engine", str(error))
    if name != "given" and not home_of(name).is_dir():
        return Line(False, "engine", f"{name} is not installed on {machine()}; {MEND}")
    try:
        with start_engine() as running:
            return Line(True, "engine", f"{name} answers ({running.endpoint})")
    except EngineError as error:
        return Line(False, "engine", str(error))


def _settings() -> Line:
    found = [f"{name}={os.environ[name]}" for name in OURS if os.environ.get(name)]
    return Line(True, "settings", ", ".join(found) or "none set")


def _run() -> Line:
    """The service that `make run` started last, by the file it writes."""
    path = ROOT / "var" / "run.json"
    if not path.exists():
        return Line(True, "service", "not running; start it with: make run")
    return Line(True, "service", f"last at {json.loads(path.read_text('utf-8'))['service']}")


CHECKS: Final[tuple[Callable[[], Line], ...]] = (
    *(_python, _packages, _catalogues, _npm, _java, _engine, _settings, _run),
)


def lines() -> Iterator[Line]:
    """All findings, in the order in which one would mend them."""
    return (check() for check in CHECKS)


def doctor() -> None:
    """Tell what is here and what is missing; exit 1 if something has to be mended."""
    findings = list(lines())
    for line in findings:
        print(f"{'ok     ' if line.well else 'MISSING'}  {line.subject:<9} {line.says}")
    raise SystemExit(not all(line.well for line in findings))


if __name__ == "__main__":
    doctor()
