"""Set up what `make run`, `make test` and the checks need: packages, catalogues, engine.

Runs on the machine's own Python before anything is installed: standard library only. Each step
finds out by itself whether it has anything to do, so a second run takes a fraction of a second.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from tools.engine import ROOT, EngineError, chosen, home_of, install

VENV: Final = ROOT / ".venv"
PYTHON: Final = VENV / "bin" / "python"
PINNED: Final = VENV / ".pinned"
"""Holds the digest of the requirement files that were last installed whole."""

LOCALES: Final = ROOT / "chalicelib" / "locales"


class SetupError(RuntimeError):
    """Something is missing that this program cannot fetch; the text says what installs it."""


def pins_digest() -> str:
    """SHA-256 over both requirement files: what should be installed."""
    return sha256(b"".join(path.read_bytes() for path in _requirements())).hexdigest()


def _requirements() -> list[Path]:
    return [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]


def packages_ready() -> bool:
    """Whether .venv holds what the requirement files name."""
    return PYTHON.exists() and PINNED.exists() and PINNED.read_text() == pins_digest()


def install_packages() -> None:
    """Make .venv, or mend it, with the pinned pip first and every pinned package after it."""
    if packages_ready():
        return
    digest = pins_digest()
    if not PYTHON.exists():
        _make_venv()
    print("installing the pinned packages into .venv (half a minute or so) …", flush=True)
    _run(str(PYTHON), *_PIP, _pin("pip"))
    _run(str(PYTHON), *_PIP, "-r", str(ROOT / "requirements-dev.txt"))
    PINNED.write_text(digest)


_PIP: Final = (
    *("-m", "pip", "install", "-qq", "--no-input"),
    *("--disable-pip-version-check", "--root-user-action=ignore"),
)


def _make_venv() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"Python {version} has no venv module here. Install it (Debian: apt install"
            f" python{version}-venv), or name another Python: make PYTHON=python3.12 run"
        )
    print(f"making .venv with Python {sys.version.split()[0]} …", flush=True)
    _run(sys.executable, "-m", "venv", "--clear", str(VENV))


def _pin(package: str) -> str:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return next(line.split()[0] for line in lines if line.startswith(f"{package}=="))


def stale_domains() -> list[str]:
    """Gettext domains with a catalogue whose .mo is missing or older than its .po."""
    return sorted({path.stem for path in _catalogues() if _is_stale(path)})


def _catalogues() -> Iterator[Path]:
    return LOCALES.glob("*/LC_MESSAGES/*.po")


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def compile_catalogues() -> None:
    """Compile the catalogues that changed; a .mo whose .po is gone goes with it."""
    for compiled in LOCALES.glob("*/LC_MESSAGES/*.mo"):
        if not compiled.with_suffix(".po").exists():
            compiled.unlink()
    if domains := stale_domains():
        print(f"compiling the texts: {', '.join(domains)} …", flush=True)
        names = ["--directory", str(LOCALES), "--domain", " ".join(domains)]
        _run(str(VENV / "bin" / "pybabel"), "--quiet", "compile", *names, "--use-fuzzy")


def install_engine() -> None:
    """Fetch the local database engine, unless DYNAMODB_ENDPOINT names a running one."""
    name = chosen()
    if name != "given" and not home_of(name).is_dir():
        print(f"fetching the database engine {name} …", flush=True)
        install(name)


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 # our own programs
    if done.returncode:
        raise SetupError(f"This failed, see above: {' '.join(command)}")


def setup() -> None:
    """Install packages, texts and engine where they are not there yet."""
    try:
        install_packages()
        compile_catalogues()
        install_engine()
    except (SetupError, EngineError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error


if __name__ == "__main__":
    setup()
