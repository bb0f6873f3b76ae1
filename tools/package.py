"""Build what is deployed: build/package/deployment.zip and its template, checked and repeatable.

Chalice packs a clean copy of the project. Then the zip is laid out again: without what never runs
on Lambda, with every module compiled (the sources stay, for tracebacks), sorted and dated alike, so
that the same tree gives the same bytes. What Chalice only prints about (a wheel it could not get)
is an error here.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.engine import ROOT

BUILD: Final = ROOT / "build"
STAGE: Final = "api"
"""The only stage of .chalice/config.json; dev and prod are a parameter of the template, so that
the very bytes that were tried are the ones that go live."""

PARTS: Final = ("app.py", "chalicelib", "requirements.txt", ".chalice")
"""What is copied for Chalice, and nothing that lies about beside it."""

NOT_COPIED: Final = ("__pycache__", "*.pyc", "*.po", "deployments", "deployed", "venv")
"""Caches, the sources of the compiled catalogues, and what Chalice keeps for itself."""

MAX_ZIP: Final = 25_000_000
"""Bytes; our own budget. Lambda takes 250 MB unzipped."""

TOOL: Final = "chalice"
"""The one direct requirement that is mostly a command line: its runtime is put in by Chalice, what
it depends on stays at home."""

CLIENT_DATA: Final = ("boto3/data/", "botocore/data/")
SERVICES: Final = frozenset({"dynamodb", "s3", "sesv2", "ssm"})
"""The services that are called; descriptions of the four hundred others are 19 MB."""

DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The first a zip can tell: an entry's date must not depend on the day of the build."""


class PackageError(RuntimeError):
    """The package is not fit to be deployed; the text says why."""


@dataclass(frozen=True)
class Package:
    """A built package: `size` and `unzipped` in bytes, `digest` the SHA-256 of the zip."""

    zip: Path
    template: Path
    size: int
    unzipped: int
    digest: str


def build(source: Path = ROOT, target: Path = BUILD / "package") -> Package:
    """Build the package of the project at `source` into `target`, which is emptied first."""
    scratch = target.with_name(f"{target.name}-scratch")
    for folder in (target, scratch):
        shutil.rmtree(folder, ignore_errors=True)
    _copy(source, scratch / "project")
    packed = _chalice(scratch / "project", scratch / "packed")
    content = scratch / "content"
    with zipfile.ZipFile(packed / "deployment.zip") as archive:
        archive.extractall(content)
    _refuse_missing(content, _pins(source))
    _trim(content, _pins(source))
    _compile(content)
    target.mkdir(parents=True)
    shutil.copy(packed / "sam.json", target / "sam.json")
    unzipped = _zip(content, target / "deployment.zip")
    shutil.rmtree(scratch)
    return _checked(target, unzipped)


def _copy(source: Path, project: Path) -> None:
    project.mkdir(parents=True)
    for part in PARTS:
        if (source / part).is_dir():
            ignore = shutil.ignore_patterns(*NOT_COPIED)
            shutil.copytree(source / part, project / part, ignore=ignore)
        else:
            shutil.copy(source / part, project / part)


def _chalice(project: Path, packed: Path) -> Path:
    """Run `chalice package`; it exits 0 where a wheel is missing, so its words are read as well."""
    program = str(Path(sys.executable).with_name("chalice"))
    merge = [*("--merge-template", ".chalice/resources.json"), *("--stage", STAGE)]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 # the pinned Chalice beside our Python
        [program, "package", *merge, str(packed)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    if done.returncode or "Could not install dependencies" in said:
        raise PackageError(f"chalice package failed:\n{said.strip()}")
    return packed


def _pins(source: Path) -> dict[str, str]:
    """Package → version of every line of requirements.txt."""
    lines = (source / "requirements.txt").read_text("utf-8").splitlines()
    found = [re.match(r"([\w.-]+)==(\S+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def _distributions(content: Path) -> dict[str, Distribution]:
    found = [PathDistribution(path) for path in content.glob("*.dist-info")]
    return {canonicalize_name(each.name): each for each in found}


def _refuse_missing(content: Path, pins: dict[str, str]) -> None:
    """Every pinned package is in the zip in its version, whatever Chalice said."""
    packed = {name: each.version for name, each in _distributions(content).items()}
    wrong = sorted(name for name, version in pins.items() if packed.get(name) != version)
    extra = sorted(packed.keys() - pins.keys())
    if wrong:
        raise PackageError(f"no fit wheel came for: {', '.join(wrong)}")
    if extra:
        raise PackageError(f"not pinned in requirements.txt: {', '.join(extra)}")


def _trim(content: Path, pins: dict[str, str]) -> None:
    """Remove what never runs on Lambda: Chalice's command line and the unused services."""
    distributions = _distributions(content)
    kept = needed(distributions, pins.keys() - {TOOL})
    for name in distributions.keys() - kept - {TOOL}:
        _remove(content, distributions[name])
    for service in (each for folder in CLIENT_DATA for each in (content / folder).iterdir()):
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)


def needed(distributions: dict[str, Distribution], direct: Iterable[str]) -> set[str]:
    """The packages of `direct` that something other than Chalice asks for, and all they need.

    requirements.txt names direct packages and what they need alike; what is direct is told by
    nobody else needing it.
    """
    needs = {name: _needs(each) & distributions.keys() for name, each in distributions.items()}
    wanted = set().union(*needs.values())
    found: set[str] = set()
    open_names = [name for name in direct if name not in wanted]
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names += needs[name]
    return found


def _needs(distribution: Distribution) -> set[str]:
    requirements = [Requirement(line) for line in distribution.requires or ()]
    return {
        canonicalize_name(each.name)
        for each in requirements
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }


def _remove(content: Path, distribution: Distribution) -> None:
    """Remove the files a package brought; folders it leaves empty are no entries of the zip."""
    for file in distribution.files or ():
        if ".." not in file.parts:
            (content / file).unlink(missing_ok=True)


def _compile(content: Path) -> None:
    """Compile every module for good: never checked against its source, named as on Lambda."""
    quiet = ["-q", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    names = ["-s", str(content), "-p", "/var/task"]
    done = subprocess.run(  # noqa: S603 # our own Python
        [sys.executable, "-m", "compileall", *quiet, *names, str(content)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackageError(f"not everything compiles:\n{done.stdout}{done.stderr}")


def _zip(content: Path, target: Path) -> int:
    """Zip `content` in the order of its names, dated alike, and tell its bytes unzipped."""
    files = sorted(path for path in content.rglob("*") if path.is_file())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(content).as_posix(), DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100755 << 16 if path.suffix == ".so" else 0o100644 << 16
            archive.writestr(entry, path.read_bytes())
    return sum(path.stat().st_size for path in files)


def _checked(target: Path, unzipped: int) -> Package:
    archive, template = target / "deployment.zip", target / "sam.json"
    size = archive.stat().st_size
    if size > MAX_ZIP:
        raise PackageError(f"{archive} has {size:,} bytes; the budget is {MAX_ZIP:,}")
    _lint(template)
    return Package(archive, template, size, unzipped, sha256(archive.read_bytes()).hexdigest())


def _lint(template: Path) -> None:
    """cfn-lint finds nothing at all, notices included; no rule is switched off."""
    program = str(Path(sys.executable).with_name("cfn-lint"))
    done = subprocess.run(  # noqa: S603 # the pinned cfn-lint beside our Python
        [program, "--", str(template)], capture_output=True, text=True, check=False
    )
    if done.returncode or done.stdout.strip():
        raise PackageError(f"cfn-lint is not content:\n{done.stdout}{done.stderr}")


def package() -> None:
    """Build build/package and tell its size and digest; exit 1 with the reason if it is unfit."""
    try:
        built = build()
    except PackageError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from error
    print(f"{built.zip.relative_to(ROOT)}  {built.size / 1e6:.1f} MB", end="")
    print(f" (budget {MAX_ZIP / 1e6:.0f} MB; {built.unzipped / 1e6:.0f} MB unzipped)")
    print(f"sha256 {built.digest}")
    print(f"{built.template.relative_to(ROOT)}  cfn-lint clean")


if __name__ == "__main__":
    package()
