"""`tools verify-draw`: true manifests hold, every tampered one is refused with the reason."""

import copy
import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.core.manifest import redacted
from tests.core.synthetic_weeks import manifest_of, week
from tools.__main__ import app
from tools.verify_draw import differences

SCRIPT = Path(__file__).parent.parent.parent / "tools" / "verify_draw.py"

Manifest = dict[str, Any]
Tamper = Callable[[Manifest, random.Random], str | None]
"""Changes a manifest and returns what a difference must begin with; None if it cannot."""

WEEKS = range(1000)


def dice(number: int) -> random.Random:
    return random.Random(number)  # noqa: S311 (nothing here is secret)


def test_a_thousand_weeks_hold() -> None:
    wrong = {number: found for number in WEEKS if (found := differences(manifest_of(week(number))))}
    assert wrong == {}


@pytest.mark.parametrize("number", range(15))
def test_weeks_with_more_visits_than_calls_hold(number: int) -> None:
    """Frames so large that most visits are turned away by a byte or a head of their number."""
    manifest = manifest_of(week(number, most_visits=6000))
    assert differences(manifest) == []


# Tampering: one function per kind


def other_hex(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    digit = chance.choice([digit for digit in "0123456789abcdef" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


def tamper_secret(manifest: Manifest, chance: random.Random) -> str:
    manifest["secret"] = other_hex(manifest["secret"], chance)
    return "commitment: "


def tamper_secret_and_commitment(manifest: Manifest, chance: random.Random) -> str:
    tamper_secret(manifest, chance)
    secret = bytes.fromhex(manifest["secret"])
    manifest["commitment"] = hashlib.sha256(secret).hexdigest()
    return "seed: "


def tamper_commitment(manifest: Manifest, chance: random.Random) -> str:
    manifest["commitment"] = other_hex(manifest["commitment"], chance)
    return "commitment: "


def tamper_seed(manifest: Manifest, chance: random.Random) -> str:
    manifest["seed"] = other_hex(manifest["seed"], chance)
    return "seed: "


def tamper_frame_hash(manifest: Manifest, chance: random.Random) -> str:
    manifest["frame_sha256"] = other_hex(manifest["frame_sha256"], chance)
    return "frame_sha256: "


def tamper_count(manifest: Manifest, chance: random.Random) -> str:
    manifest["frame_count"] += chance.choice([-1, 1, 100])
    return "frame_count: "


def tamper_frame_id(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["frame"]:
        return None
    chance.choice(manifest["frame"])["id"] += "x"
    return "frame_sha256: "


def tamper_frame_drop(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["frame"]:
        return None
    manifest["frame"].pop(chance.randrange(len(manifest["frame"])))
    manifest["frame_count"] -= 1
    return "frame_sha256: "


def tamper_frame_twice(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["frame"]:
        return None
    manifest["frame"].append(chance.choice(manifest["frame"]))
    return "frame: "


def tamper_frame_order(manifest: Manifest, chance: random.Random) -> str | None:
    if len(manifest["frame"]) < 2:
        return None
    manifest["frame"].reverse()
    return "frame: is not in the order"


def tamper_frame_reasons(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["frame"]:
        return None
    chance.choice(manifest["frame"])["reasons"].append("zz_made_up")
    return "frame_sha256: "


def tamper_frame_empty_reason(manifest: Manifest, chance: random.Random) -> str | None:
    """The hash does not see it: "" joins to what no reason joins to."""
    without = [index for index, entry in enumerate(manifest["frame"]) if not entry["reasons"]]
    if not without:
        return None
    index = chance.choice(without)
    manifest["frame"][index]["reasons"] = [""]
    return f"frame[{index}]: has a separator"


def tamper_frame_stratum(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["frame"]:
        return None
    index = chance.randrange(len(manifest["frame"]))
    manifest["frame"][index]["stratum"] += "x"
    return f"frame[{index}].stratum: "


def tamper_quota(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["quotas"]:
        return None
    unit = chance.choice(sorted(manifest["quotas"]))
    manifest["quotas"][unit] += chance.choice([-1, 1, 10**30])
    return f"quotas.{unit}: "


def tamper_quota_unit(manifest: Manifest, chance: random.Random) -> str:
    manifest["quotas"]["nobody"] = 0
    return "quotas.nobody: "


def tamper_minimum(manifest: Manifest, chance: random.Random) -> str | None:
    """Only where it moves a quota: else the same picks follow from the other minimum."""
    before = manifest["quotas"]
    manifest["min_per_unit"] += 40
    sizes = [sum(e["unit"] == unit for e in manifest["frame"]) for unit in before]
    return None if list(before.values()) == sizes else "quotas."


def tamper_pick_id(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["picks"]:
        return None
    index = chance.randrange(len(manifest["picks"]))
    manifest["picks"][index]["id"] += "x"
    return f"picks[{index}].id: "


def tamper_pick_swapped_for_reserve(manifest: Manifest, chance: random.Random) -> str | None:
    """The pick of a visit that should have been spared, with its true ticket and stratum."""
    if not manifest["picks"] or not manifest["reserve"]:
        return None
    index = chance.randrange(len(manifest["picks"]))
    manifest["picks"][index] = chance.choice(manifest["reserve"])
    return "picks: "


def tamper_pick_dropped(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["picks"]:
        return None
    gone = manifest["picks"].pop(chance.randrange(len(manifest["picks"])))
    return f"picks: {gone['id']!r} was drawn and is missing"


def tamper_pick_twice(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["picks"]:
        return None
    again = chance.choice(manifest["picks"])
    manifest["picks"].append(again)
    return f"picks: {again['id']!r} stands 2 times"


def tamper_pick_order(manifest: Manifest, chance: random.Random) -> str | None:
    picks = manifest["picks"]
    if len(picks) < 2:
        return None
    one, two = chance.sample(range(len(picks)), 2)
    picks[one], picks[two] = picks[two], picks[one]
    return "picks: are not in the order"


def tamper_pick_stratum(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["picks"]:
        return None
    index = chance.randrange(len(manifest["picks"]))
    head, _, status = manifest["picks"][index]["stratum"].rpartition("/")
    other = "silent" if status == "answered" else "answered"
    manifest["picks"][index]["stratum"] = f"{head}/{other}"
    return f"picks[{index}].stratum: "


def tamper_ticket(manifest: Manifest, chance: random.Random) -> str | None:
    key = chance.choice(["picks", "reserve"])
    if not manifest[key]:
        return None
    index = chance.randrange(len(manifest[key]))
    ticket = manifest[key][index]["ticket"]
    manifest[key][index]["ticket"] = ticket[:-1] + str((int(ticket[-1]) + 1) % 10)
    return f"{key}[{index}].ticket: "


def tamper_why(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["picks"]:
        return None
    index = chance.randrange(len(manifest["picks"]))
    pick = manifest["picks"][index]
    pick["why"] = "random" if pick["why"] != "random" else "fast"
    return f"picks[{index}].why: "


def tamper_reserve_order(manifest: Manifest, chance: random.Random) -> str | None:
    units = {entry["id"]: entry["unit"] for entry in manifest["frame"]}
    kept = [units[entry["id"]] for entry in manifest["reserve"]]
    if len(set(kept)) == len(kept):
        return None
    manifest["reserve"].reverse()
    return "reserve: has not the next tickets"


def tamper_reserve_dropped(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["reserve"]:
        return None
    manifest["reserve"].pop(chance.randrange(len(manifest["reserve"])))
    return "reserve_count: "


def tamper_reserve_why(manifest: Manifest, chance: random.Random) -> str | None:
    if not manifest["reserve"]:
        return None
    manifest["reserve"][0]["why"] = "incident"
    return "reserve[0].why: "


def tamper_incidents(manifest: Manifest, chance: random.Random) -> str | None:
    if not any(pick["why"] == "incident" for pick in manifest["picks"]):
        return None
    manifest["incidents"] = {}
    return "picks: "


TAMPERS: dict[str, Tamper] = {
    name.removeprefix("tamper_"): function
    for name, function in sorted(globals().items())
    if name.startswith("tamper_")
}


@pytest.mark.parametrize("kind", TAMPERS)
def test_tampered_manifests_are_refused_with_the_reason(kind: str) -> None:
    refused = 0
    for number in range(10_000):
        manifest = manifest_of(week(number))
        expected = TAMPERS[kind](manifest, dice(number))
        if expected is None:
            continue
        found = differences(manifest)
        assert any(line.startswith(expected) for line in found), (number, expected, found[:5])
        refused += 1
        if refused == 40:
            return
    pytest.fail(f"only {refused} of 40 manifests could be tampered with")


def test_more_than_a_thousand_manifests_are_tampered_with() -> None:
    assert len(TAMPERS) * 40 > 1000


# What the contract leaves open is not refused


def test_a_manifest_without_our_own_additions_holds() -> None:
    for number in range(30):
        manifest = manifest_of(week(number))
        manifest.pop("incidents", None)
        manifest.pop("reserve_count")
        manifest["somebody's addition"] = {"of": ["any", "kind"]}
        assert differences(manifest) == []


def test_a_shorter_reserve_holds_where_no_length_is_said() -> None:
    manifest = manifest_of(week(4))
    manifest.pop("reserve_count")
    manifest["reserve"] = []
    assert differences(manifest) == []


def test_any_reason_of_the_visit_may_be_said() -> None:
    for number in range(200):
        manifest = manifest_of(week(number))
        reasons = {entry["id"]: entry["reasons"] for entry in manifest["frame"]}
        for pick in manifest["picks"]:
            if pick["why"] not in ("random", "incident"):
                pick["why"] = reasons[pick["id"]][-1]
        assert differences(manifest) == []


# The file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "manifest.json"


def run(path: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["verify-draw", str(path)])
    return result.exit_code, result.stdout, result.stderr


def written(path: Path, manifest: object) -> Path:
    path.write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    return path


def test_a_true_manifest_exits_0_and_names_what_to_compare_with_the_mails(path: Path) -> None:
    manifest = manifest_of(week(4))
    status, out, error = run(written(path, manifest))
    assert (status, error) == (0, "")
    assert manifest["commitment"] in out
    assert manifest["frame_sha256"] in out


def test_a_difference_exits_1_with_its_reason(path: Path) -> None:
    manifest = manifest_of(week(4))
    manifest["frame_count"] += 1
    status, out, error = run(written(path, manifest))
    assert (status, error) == (1, "")
    count = manifest["frame_count"]
    assert out == f"frame_count: is {count}, must be {count - 1}\n'2026-W23' differs\n"


def test_before_the_reveal_it_exits_2(path: Path) -> None:
    status, out, error = run(written(path, redacted(manifest_of(week(4)))))
    assert (status, out, error) == (2, "", f"{path}:1: secret: not revealed\n")


@pytest.mark.parametrize("secret", ["", "ab", "zz" * 32, "AB" * 32, " " * 64])
def test_a_secret_that_is_none_differs(path: Path, secret: str) -> None:
    manifest = {**manifest_of(week(4)), "secret": secret}
    status, out, _ = run(written(path, manifest))
    assert (status, out.splitlines()[0]) == (1, "secret: is not 32 bytes in lower-case hex")


@pytest.mark.parametrize("key", [key for key in manifest_of(week(4)) if key != "reserve_count"])
def test_a_missing_key_exits_2(path: Path, key: str) -> None:
    manifest = manifest_of(week(4))
    del manifest[key]
    assert run(written(path, manifest)) == (2, "", f"{path}:1: {key}: is missing\n")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (key, value)
        for key, right in manifest_of(week(3)).items()
        for value in (None, True, 1.5, "x", [1], {"a": "b"}, {"a": None})
        if not (isinstance(value, str) and isinstance(right, str))
    ],
)
def test_a_key_of_another_type_exits_2(path: Path, key: str, value: object) -> None:
    manifest = {**manifest_of(week(3)), key: value}
    status, out, error = run(written(path, manifest))
    assert (status, out) == (2, "")
    assert error.startswith(f"{path}:1: {key}")


@pytest.mark.parametrize(
    ("where", "key", "value", "column"),
    [
        pytest.param("frame", "reasons", None, "frame[0].reasons", id="no-reasons"),
        pytest.param("frame", "reasons", ["fast", 1], "frame[0].reasons", id="number-as-reason"),
        pytest.param("frame", "technician", 7, "frame[0].technician", id="number-as-technician"),
        pytest.param("picks", "ticket", 0.5, "picks[0].ticket", id="number-as-ticket"),
        pytest.param("reserve", "id", None, "reserve[0].id", id="no-id"),
    ],
)
def test_an_entry_of_another_form_exits_2(
    path: Path, where: str, key: str, value: object, column: str
) -> None:
    manifest = copy.deepcopy(manifest_of(week(4)))
    manifest[where][0][key] = value
    status, _, error = run(written(path, manifest))
    assert status == 2
    assert error.startswith(f"{path}:1: {column}: must be ")


@pytest.mark.parametrize(
    ("content", "start"),
    [
        pytest.param(b"", "1: 1: no JSON: ", id="empty"),
        pytest.param(b'{\n "version": 1,,\n}', "2: 15: no JSON: ", id="line-and-column"),
        pytest.param(b"[]", "1: manifest: must be an object", id="list"),
        pytest.param(b"null", "1: manifest: must be an object", id="null"),
        pytest.param(b"\xff\xfe", "1: 1: no JSON in UTF-8: ", id="bytes"),
        pytest.param(b'{"key": 1, "key": 2}', "1: 1: no JSON in UTF-8: ", id="key-twice"),
        pytest.param(b'{"key": "\\ud800"}', "1: 1: no JSON in UTF-8: ", id="half-a-pair"),
        pytest.param(b"[" * 100_000, "1: 1: no JSON in UTF-8: ", id="deep"),
        pytest.param(b"9" * 10_000, "1: 1: no JSON in UTF-8: ", id="long-number"),
    ],
)
def test_a_file_that_is_no_manifest_exits_2(path: Path, content: bytes, start: str) -> None:
    path.write_bytes(content)
    status, out, error = run(path)
    assert (status, out) == (2, "")
    assert error.startswith(f"{path}:{start}")


def test_another_version_is_not_guessed_at(path: Path) -> None:
    manifest = {**manifest_of(week(4)), "version": 2}
    assert run(written(path, manifest)) == (2, "", f"{path}:1: version: must be 1\n")


def test_a_file_that_is_not_there_exits_2(path: Path) -> None:
    expected = f"{path}:1: 1: cannot be read: No such file or directory\n"
    assert run(path) == (2, "", expected)


# One file, on its own


def test_the_file_runs_alone_without_the_project(tmp_path: Path, path: Path) -> None:
    alone = tmp_path / "verify_draw.py"
    alone.write_bytes(SCRIPT.read_bytes())
    written(path, manifest_of(week(4)))
    command = [sys.executable, "-I", "-S", str(alone)]
    done = [
        subprocess.run(  # noqa: S603 (our own program)
            [*command, *arguments], capture_output=True, cwd=tmp_path, check=False
        ).returncode
        for arguments in ([path], [], [tmp_path / "none"])
    ]
    assert done == [0, 2, 2]


def test_a_console_without_chinese_still_gets_every_difference(path: Path) -> None:
    manifest = manifest_of(week(4))
    manifest["quotas"]["王芳"] = 1
    command = [sys.executable, str(SCRIPT), str(written(path, manifest))]
    latin = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(  # noqa: S603 (our own program)
        command, capture_output=True, env=latin, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(rb"quotas.\u738b\u82b3: is 1, must be None")
