"""verify-month: a document that follows from its facts holds, one changed character is named."""

import gzip
import json
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from chalicelib import rulebook
from chalicelib.core import facts
from chalicelib.core.assessment import canonical, document_hash
from chalicelib.core.counted import Counted
from chalicelib.core.month_document import Place, month_document
from chalicelib.texts import translator
from tests.catalogues import compile_catalogues
from tests.core.random_months import facts_of, month
from tools.__main__ import app

RULES = rulebook.load()
SUPERSEDED = {"sequence": 2, "hash": "a" * 64, "amendments": [{"cause": "x", "reason": "void"}]}
PLACES = (
    Place(1, 1, "zh", ""),
    Place(7, 1, "en", "b" * 64),
    Place(3, 2, "en", "b" * 64, SUPERSEDED),
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def made(seed: int, place: Place = PLACES[1]) -> tuple[bytes, bytes]:
    """A document and its facts as the close writes them."""
    known = facts_of(month(seed))
    text = "".join(facts.lines(known)).encode()
    counted, digest = Counted(known.visits), sha256(text).hexdigest()
    say = translator(place.language)
    return canonical(month_document(known, counted, digest, RULES, place, say)), text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, *made(5))
    return tmp_path


def write(folder: Path, document: bytes, text: bytes) -> None:
    (folder / "doc.json").write_bytes(document)
    (folder / "facts.tsv").write_bytes(text)


def run(folder: Path, *more: str) -> Result:
    words = ["verify-month", str(folder / "doc.json"), "--facts", str(folder / "facts.tsv"), *more]
    return CliRunner().invoke(app, words)


@pytest.mark.parametrize("place", PLACES, ids=["first", "in Chinese or not", "amended"])
@pytest.mark.parametrize("seed", range(0, 40, 7))
def test_what_the_close_has_written_holds(seed: int, place: Place, tmp_path: Path) -> None:
    document, text = made(seed, place)
    write(tmp_path, document, text)
    found = run(tmp_path)
    assert (found.exit_code, found.stderr) == (0, "")
    assert "holds" in found.stdout
    assert sha256(document).hexdigest() in found.stdout


def test_facts_may_be_packed(folder: Path) -> None:
    path = folder / "facts.tsv"
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert run(folder).exit_code == 0


def test_the_documents_state_and_hash_may_stand_beside_it(folder: Path) -> None:
    document = json.loads((folder / "doc.json").read_text("utf-8"))
    shown = {**document, "state": "noticed", "hash": document_hash(document)}
    (folder / "doc.json").write_text(json.dumps(shown, indent=1), "utf-8")
    assert run(folder).exit_code == 0
    (folder / "doc.json").write_text(json.dumps({**shown, "hash": "0" * 64}), "utf-8")
    found = run(folder)
    assert (found.exit_code, "hash: is" in found.stdout) == (1, True)


def test_it_is_compared_with_the_hash_that_was_mailed(folder: Path) -> None:
    document = json.loads((folder / "doc.json").read_text("utf-8"))
    assert run(folder, "--hash", document_hash(document)).exit_code == 0
    (folder / "doc.json").write_bytes(canonical({**document, "previous_hash": "c" * 64}))
    assert run(folder).exit_code == 0, "only the chain or a mail can tell"
    assert run(folder, "--hash", document_hash(document)).exit_code == 1


def _swapped(value: object) -> object:
    """The value with one character changed; its JSON stays JSON."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}"
    if isinstance(value, list):
        return [*map(_swapped, value[:1]), *value[1:]] if value else ["0"]
    assert isinstance(value, dict)
    name = next(iter(value), "0")
    return {**value, name: _swapped(value.get(name, ""))}


OF_THE_CHAIN = ("previous_hash", "sequence")
"""What only the chain and the mails can say."""


def test_a_changed_character_in_any_field_is_named(folder: Path) -> None:
    document = json.loads((folder / "doc.json").read_text("utf-8"))
    for name in document.keys() - OF_THE_CHAIN:
        (folder / "doc.json").write_bytes(canonical({**document, name: _swapped(document[name])}))
        found = run(folder)
        assert found.exit_code == 1, name
        assert name in found.stdout, name
    for name in OF_THE_CHAIN:
        (folder / "doc.json").write_bytes(canonical({**document, name: _swapped(document[name])}))
        found = run(folder, "--hash", document_hash(document))
        assert (found.exit_code, "--hash: is" in found.stdout) == (1, True), name


@pytest.mark.parametrize("name", ["points", "funnel", "notes", "mode"])
def test_a_missing_and_a_further_field_are_named(folder: Path, name: str) -> None:
    document = json.loads((folder / "doc.json").read_text("utf-8"))
    left = {key: value for key, value in document.items() if key != name}
    for wrong in (left, {**document, f"{name}2": 1}):
        (folder / "doc.json").write_bytes(canonical(wrong))
        found = run(folder)
        assert (found.exit_code, name in found.stdout) == (1, True)


def test_another_spelling_of_the_same_fields_is_told(folder: Path) -> None:
    path = folder / "doc.json"
    path.write_bytes(path.read_bytes() + b"\n")
    found = run(folder)
    assert (found.exit_code, "not spelled as it was frozen" in found.stdout) == (1, True)


def test_a_changed_character_anywhere_in_the_facts_is_refused(tmp_path: Path) -> None:
    chance = Random(3)  # noqa: S311 # no secrets
    for seed in range(60):
        document, text = made(seed)
        place = chance.randrange(len(text))
        other = chance.choice([byte for byte in b"\t\n-0AZz\xff" if byte != text[place]])
        write(tmp_path, document, text[:place] + bytes([other]) + text[place + 1 :])
        found = run(tmp_path)
        assert found.exit_code == 1, (seed, found.stderr)
        assert "facts_sha256: is" in found.stdout


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (lambda text: text.replace("\tyes\t", "\tyep\t", 1), "late: 'yep' is neither yes nor no"),
        (lambda text: text.replace("visit\t", "visits\t", 1), "'visits' begins no line of facts"),
        (lambda text: text + text.splitlines()[-1] + "\n", "is out of order, or stands twice"),
        (lambda text: text.replace("month\tU1", "month\tU2"), "unit: is"),
        (lambda text: text.removesuffix("\n"), "has no line feed at its end"),
        (lambda text: "", "late_uploads: has no such line"),
    ],
    ids=["word", "line", "order", "unit", "end", "empty"],
)
def test_the_line_or_the_field_is_named(folder: Path, changed: object, named: str) -> None:
    assert callable(changed)
    path = folder / "facts.tsv"
    path.write_text(changed(path.read_text("utf-8")), "utf-8")
    found = run(folder)
    assert found.exit_code == 1
    assert named in found.stdout


def test_another_rulebook_is_named(folder: Path) -> None:
    text = rulebook.DEFAULT.read_text("utf-8").replace("rise_award = 1000", "rise_award = 1001")
    (folder / "other.toml").write_text(text, "utf-8")
    found = run(folder, "--rulebook", str(folder / "other.toml"))
    assert (found.exit_code, "rulebook_sha256: is" in found.stdout) == (1, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"units": []}', b"\xff", b'{"a": 1, "a": 2}', b'{"sequence": 1}'],
)
def test_what_is_no_document_is_a_bad_input(folder: Path, content: bytes) -> None:
    (folder / "doc.json").write_bytes(content)
    found = run(folder)
    assert (found.exit_code, found.stdout) == (2, "")
    assert f"{folder / 'doc.json'}:" in found.stderr


def test_files_that_are_not_there_are_bad_inputs(folder: Path) -> None:
    (folder / "facts.tsv").unlink()
    assert run(folder).exit_code == 2
    write(folder, *made(5))
    (folder / "facts.tsv").write_bytes(b"\x1f\x8b broken")
    assert run(folder).exit_code == 2
    assert run(folder, "--rulebook", str(folder / "none.toml")).exit_code == 2


def test_a_folder_in_place_of_the_facts_is_told_as_one(folder: Path) -> None:
    document, inside = str(folder / "doc.json"), str(folder)
    result = CliRunner().invoke(app, ["verify-month", document, "--facts", inside])
    assert result.exit_code == 2
    assert "is a folder" in result.stderr


@pytest.mark.parametrize("wrong", [1.5, "\ud800", None, [], {"a": 1}, True, 10**30])
def test_nonsense_in_a_field_is_a_difference_and_no_crash(folder: Path, wrong: object) -> None:
    document = json.loads((folder / "doc.json").read_text("utf-8"))
    for name in ("points", "sequence", "version", "language", "previous_hash", "supersedes"):
        shown = json.dumps({**document, name: wrong}).encode()
        (folder / "doc.json").write_bytes(shown)
        found = run(folder)
        assert found.exit_code == 1 or document[name] == wrong, (name, found)
        assert found.exception is None or isinstance(found.exception, SystemExit)
