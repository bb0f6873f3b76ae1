"""The packager on small made-up packages; tests/test_package.py looks at the real zip."""

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from tools import package
from tools.package import PackageError, needed

WORDS_OF_CHALICE = "Creating deployment package.\nCould not install dependencies:\npycups==2.0.4\n"
"""What Chalice 1.34 printed, with exit status 0, where no wheel could be had."""


def dist(content: Path, name: str, version: str, *needs: str) -> None:
    """A package as a wheel leaves it: one module, its metadata and the list of its files."""
    info = content / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
    )
    (content / f"{name}.py").write_text("")
    (info / "RECORD").write_text(f"{name}.py,,\n{info.name}/METADATA,,\n../../../bin/{name},,\n")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """An unpacked zip: chalice with what only it needs, and a client with what it needs."""
    folder = tmp_path / "content"
    dist(folder, "chalice", "1.0", "click", "shared")
    dist(folder, "click", "8.0")
    dist(folder, "client", "2.0", "shared>=1", 'backport; python_version < "3"')
    dist(folder, "shared", "1.5")
    for data in package.CLIENT_DATA:
        for service in ("dynamodb", "gamelift"):
            (folder / data / service).mkdir(parents=True)
        (folder / data / "endpoints.json").write_text("{}")
    return folder


PINS = {"chalice": "1.0", "click": "8.0", "client": "2.0", "shared": "1.5"}


def test_what_only_chalice_needs_is_not_needed(content: Path) -> None:
    found = package._distributions(content)
    assert needed(found, PINS.keys() - {"chalice"}) == {"client", "shared"}


def test_trimming_leaves_what_runs_and_touches_nothing_outside(content: Path) -> None:
    script = content.parent.parent / "bin" / "click"
    script.parent.mkdir(exist_ok=True)
    script.write_text("")
    package._trim(content, PINS)
    assert {path.stem for path in content.glob("*.py")} == {"chalice", "client", "shared"}
    assert {path.name for path in (content / "botocore" / "data").iterdir()} == {
        "dynamodb",
        "endpoints.json",
    }
    assert script.exists()


def test_a_package_without_a_wheel_is_refused(content: Path) -> None:
    with pytest.raises(PackageError, match="no fit wheel came for: pycups"):
        package._refuse_missing(content, PINS | {"pycups": "2.0.4"})


def test_a_package_in_another_version_is_refused(content: Path) -> None:
    with pytest.raises(PackageError, match="no fit wheel came for: client"):
        package._refuse_missing(content, PINS | {"client": "2.1"})


def test_a_package_that_nobody_pinned_is_refused(content: Path) -> None:
    with pytest.raises(PackageError, match=r"not pinned in requirements\.txt: shared"):
        package._refuse_missing(content, {name: PINS[name] for name in PINS if name != "shared"})


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(0, WORDS_OF_CHALICE, id="silent"),
        pytest.param(1, "No region configured.", id="loud"),
    ],
)
def test_a_failure_of_chalice_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, words: str
) -> None:
    (tmp_path / "words").write_text(words)
    chalice = tmp_path / "chalice"
    chalice.write_text(f"#!/bin/sh\ncat '{tmp_path}/words'\nexit {status}\n")
    chalice.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(PackageError, match=words.splitlines()[-1]):
        package._chalice(tmp_path, tmp_path / "packed")


def test_the_time_of_a_build_is_not_in_its_bytes(tmp_path: Path) -> None:
    zips = []
    for name, when in (("first", 1_000_000_000), ("second", 1_700_000_000)):
        folder = tmp_path / name
        folder.mkdir()
        for file in sorted(("b.py", "a.so", "c.txt"), reverse=name == "second"):
            (folder / file).write_text(file)
            os.utime(folder / file, (when, when))
        package._zip(folder, tmp_path / f"{name}.zip")
        zips.append((tmp_path / f"{name}.zip").read_bytes())
    assert zips[0] == zips[1]
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        assert archive.namelist() == ["a.so", "b.py", "c.txt"]


def test_a_module_that_does_not_compile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def (:\n")
    with pytest.raises(PackageError, match="not everything compiles"):
        package._compile(tmp_path)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A built package whose template is the smallest that lints clean."""
    (tmp_path / "deployment.zip").write_bytes(b"PK")
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    (tmp_path / "sam.json").write_text(json.dumps(template))
    return tmp_path


def test_a_good_package_is_told_with_size_and_digest(target: Path) -> None:
    built = package._checked(target, 7)
    assert (built.size, built.unzipped, len(built.digest)) == (2, 7, 64)


def test_a_package_above_the_budget_is_refused(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "MAX_ZIP", 1)
    with pytest.raises(PackageError, match="the budget is 1"):
        package._checked(target, 7)


def test_a_template_that_cfn_lint_complains_of_is_refused(target: Path) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Nme": "x"}}}}
    (target / "sam.json").write_text(json.dumps(template))
    with pytest.raises(PackageError, match="E3002"):
        package._checked(target, 7)
