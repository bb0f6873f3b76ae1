"""Setting up: what is pinned, what is found stale, what is said when something is missing."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import setup
from tools.engine import PINS, ROOT

LOCKS = sorted(PINS.glob("*/package-lock.json"))


def pins() -> dict[str, str]:
    lines = [line for path in setup._requirements() for line in path.read_text("utf-8").split("\n")]
    found = [re.match(r"([\w.-]+)==(\S+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def needs(package: str) -> set[str]:
    requirements = [Requirement(line) for line in importlib.metadata.requires(package) or ()]
    return {
        canonicalize_name(each.name)
        for each in requirements
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def test_everything_that_a_pinned_package_needs_is_pinned_too() -> None:
    pinned = pins()
    assert len(pinned) > 80
    assert {
        package: missing for package in pinned if (missing := needs(package) - set(pinned))
    } == {}


def test_every_line_of_the_requirements_is_an_exact_pin() -> None:
    for path in setup._requirements():
        for line in path.read_text("utf-8").splitlines():
            stated = line.partition("#")[0].strip()
            assert not stated or stated.startswith("-r ") or re.fullmatch(r"\S+==[\w.]+", stated)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_an_engine_is_locked_to_its_content_and_to_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    fetched = [entry for name, entry in packages.items() if name]
    assert fetched
    assert all(entry["integrity"].startswith("sha512-") for entry in fetched)
    assert "://" not in lock.read_text("utf-8")


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of its own, compiled a minute after it was written."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "sms.po").write_text('msgid "hello"\nmsgstr "Hello"\n')
    (folder / "sms.mo").write_bytes(b"")
    os.utime(folder / "sms.po", (1000, 1000))
    os.utime(folder / "sms.mo", (1060, 1060))
    monkeypatch.setattr(setup, "LOCALES", tmp_path)
    return folder


def test_a_compiled_catalogue_is_left_alone(locales: Path) -> None:
    assert setup.stale_domains() == []


def test_a_catalogue_that_changed_after_it_was_compiled_is_stale(locales: Path) -> None:
    os.utime(locales / "sms.po", (2000, 2000))
    assert setup.stale_domains() == ["sms"]


def test_a_catalogue_is_compiled_and_an_orphan_goes(locales: Path) -> None:
    (locales / "sms.mo").unlink()
    (locales / "gone.mo").write_bytes(b"")
    setup.compile_catalogues()
    assert (locales / "sms.mo").stat().st_size > 0
    assert not (locales / "gone.mo").exists()


def test_changed_pins_are_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "PINNED", tmp_path / "pinned")
    assert not setup.packages_ready()
    setup.PINNED.write_text(setup.pins_digest())
    assert setup.packages_ready()
    setup.PINNED.write_text("pins of last month")
    assert not setup.packages_ready()


def test_a_python_without_venv_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "VENV", tmp_path / "venv")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(setup.SetupError, match=r"apt install python3\.\d+-venv"):
        setup._make_venv()


@pytest.fixture
def makefile(tmp_path: Path) -> Path:
    """The Makefile in a folder of its own."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


def made(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 # our own Makefile
        ["make", *arguments],  # noqa: S607 # the make of the path
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_alone_lists_the_commands_there_are(makefile: Path) -> None:
    listed = made(makefile).stdout
    for command in ("run", "test", "check", "rehearse", "package"):
        assert f"make {command} " in listed


def test_a_missing_python_is_named_with_what_installs_it(makefile: Path) -> None:
    done = made(makefile, "test", "PYTHON=python-of-nowhere")
    assert done.returncode != 0
    assert "There is no python-of-nowhere here" in done.stderr
    assert "apt install" in done.stderr


def test_an_old_python_is_named_with_what_is_needed(makefile: Path, tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(0o755)
    done = made(makefile, "test", f"PYTHON={old}")
    assert done.returncode != 0
    assert "is Python 3.9.2; Huifang needs 3.11 or newer" in done.stderr


def test_setting_up_needs_nothing_but_the_standard_library() -> None:
    """It runs before anything is installed."""
    program = "import sys, tools.setup; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run(  # noqa: S603 # the line above
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    foreign = set(done.stdout.split()) - sys.stdlib_module_names - {"tools"}
    assert {name for name in foreign if not name.startswith("_")} == set()
