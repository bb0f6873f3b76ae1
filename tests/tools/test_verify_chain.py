"""verify-chain: a unit's chain holds, and every broken link is named."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib.core.amendments import Amendment
from chalicelib.core.documents import ChainHead, StoredDocument, facts_place
from chalicelib.core.visits import Answer
from tests.services.months import JUNE, MAY, close, put_forms
from tests.stage import Stage, service, shared_connection, stage
from tests.tools.stages import stage_on
from tools.__main__ import app
from tools.verify_chain import broken

__all__ = ["service", "shared_connection", "stage"]


class Chain:
    """A unit's chain in memory, to be broken."""

    def __init__(
        self, head: ChainHead, entries: list[StoredDocument], facts: dict[str, bytes]
    ) -> None:
        self.held, self.entries, self.facts = head, entries, facts

    def head(self, unit: str) -> ChainHead:
        return self.held

    def entry(self, unit: str, sequence: int) -> StoredDocument | None:
        return next((each for each in self.entries if each.sequence == sequence), None)

    def get(self, key: str) -> bytes | None:
        return self.facts.get(key)

    def change(self, sequence: int, **changes: object) -> None:
        self.entries = [
            replace(each, **changes) if each.sequence == sequence else each  # type: ignore[arg-type] # as its fields
            for each in self.entries
        ]

    def found(self) -> list[str]:
        return list(broken("U1", self, self))


@pytest.fixture
def chain(stage: Stage) -> Chain:
    """May, June, and May once more by an amendment."""
    put_forms(stage, MAY, ["ABC", "---"])
    put_forms(stage, JUNE, ["AAA"])
    close(stage, MAY)
    close(stage, JUNE)
    visit = stage.visit("U1-2026-05-001")
    late = Answer("EEE", "sms", "direct", stage.now, "SM-late", late=True)
    stage.storage.visits.save(replace(visit, answers=(late,)))
    (unit,) = stage.wiring.people.units()
    subjects = ("visit U1-2026-05-001",)
    amendment = Amendment("U1", MAY, "x", "other", stage.now, "lin@x.example", subjects)
    made = stage.wiring.month_maker.amended(unit, amendment, stage.now + timedelta(days=1))
    stage.storage.commit(made.adds, made.saves)
    documents = stage.storage.documents
    entries = [entry for n in (1, 2, 3) if (entry := documents.entry("U1", n))]
    facts = {
        facts_place(each): stage.wiring.blobs.get(facts_place(each)) or b"" for each in entries
    }
    return Chain(documents.head("U1"), entries, facts)


def test_what_was_closed_and_amended_holds(chain: Chain) -> None:
    assert chain.found() == []


def _body(chain: Chain, old: str, new: str) -> None:
    entry = chain.entries[1]
    assert old in entry.body
    chain.change(2, body=entry.body.replace(old, new, 1))


def _facts(chain: Chain, content: bytes | None) -> None:
    key = facts_place(chain.entries[1])
    del chain.facts[key]
    if content is not None:
        chain.facts[key] = content


Breaks = Callable[[Chain], None]


@pytest.mark.parametrize(
    ("breaks", "named"),
    [
        (lambda c: _body(c, '"points":6', '"points":5'), "entry 2: sha256: is"),
        (lambda c: _body(c, "{", "["), "entry 2: body: is no JSON"),
        (lambda c: c.change(2, sha256="0" * 64), "entry 2: sha256: is"),
        (lambda c: c.change(2, previous_sha256="0" * 64), "entry 2: previous_sha256: is"),
        (lambda c: c.change(1, previous_sha256="0" * 64), "entry 1: previous_sha256: is"),
        (lambda c: c.change(2, month="2026-07"), "entry 2: month: is"),
        (lambda c: c.change(2, facts_sha256="0" * 64), "entry 2: facts_sha256: is"),
        (lambda c: c.change(3, version_of_month=3), "entry 3: version: is"),
        (lambda c: c.entries.pop(1), "entry 2: is missing"),
        (lambda c: _facts(c, None), "entry 2: facts: "),
        (lambda c: _facts(c, b"\x1f\x8b"), "entry 2: facts: cannot be unpacked"),
        (lambda c: _facts(c, gzip.compress(b"month\tU1\t2026-06\n")), "entry 2: facts: SHA-256"),
        (lambda c: setattr(c, "held", replace(c.held, sequence=2)), "head: entry 3 lies behind"),
        (lambda c: setattr(c, "held", replace(c.held, sha256="0" * 64)), "head: sha256: is"),
        (lambda c: setattr(c, "held", replace(c.held, months={MAY: 1, JUNE: 2})), "head: months"),
    ],
)
def test_the_broken_link_is_named(chain: Chain, breaks: Breaks, named: str) -> None:
    breaks(chain)
    found = chain.found()
    assert any(each.startswith(named) for each in found), found


def test_a_forged_entry_breaks_the_one_behind_it(chain: Chain) -> None:
    """Whoever makes an entry anew, hash and all, would have to make all that follow."""
    body = chain.entries[0].body.replace('"points":3', '"points":4')
    chain.change(1, body=body, sha256=sha256(body.encode()).hexdigest())
    found = chain.found()
    assert any(each.startswith("entry 2: previous_sha256: is") for each in found)
    assert any(each.startswith("entry 3: supersedes: is") for each in found)


# The command


@pytest.fixture
def local(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The command's local stage is the stage of the test."""
    settings = stage.wiring.settings
    tables = type("Tables", (), {"stage": settings.stage, "endpoint": settings.dynamodb_endpoint})
    stage_on(tables, tmp_path, monkeypatch)  # type: ignore[arg-type] # all that it looks at
    for name, value in {
        "PUBLIC_BASE_URL": "http://127.0.0.1",
        "TWILIO_ACCOUNT_SID": "AC0",
        "TWILIO_NUMBER": "+1",
        "TWILIO_AUTH_TOKEN": "none",
        "TWILIO_API_BASE": "http://127.0.0.1:9",
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "BLOB_FOLDER": str(stage.folder / "blobs"),
    }.items():
        monkeypatch.setenv(name, value)
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    return stage


def run(unit: str) -> Result:
    return CliRunner().invoke(app, ["verify-chain", unit])


def test_a_chain_that_holds_says_so_with_its_hashes(local: Stage) -> None:
    found = run("U1")
    assert (found.exit_code, found.stderr) == (0, "")
    stored = local.storage.documents.entry("U1", 1)
    assert stored is not None
    assert "holds: 1 entries" in found.stdout
    assert stored.sha256 in found.stdout


def test_a_facts_file_that_was_changed_is_named(local: Stage) -> None:
    stored = local.storage.documents.entry("U1", 1)
    assert stored is not None
    path = local.folder / "blobs" / facts_place(stored)
    text = gzip.decompress(path.read_bytes()).replace(b"ABC", b"AAA")
    path.write_bytes(gzip.compress(text))
    found = run("U1")
    assert found.exit_code == 1
    assert "entry 1: facts: SHA-256: is" in found.stdout
    assert "the chain of U1 is broken" in found.stdout


def test_a_unit_without_documents_has_no_chain(local: Stage) -> None:
    found = run("U7")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "U7" in found.stderr


def test_the_document_of_the_chain_holds_by_verify_month_too(local: Stage) -> None:
    stored = local.storage.documents.entry("U1", 1)
    assert stored is not None
    path = local.folder / "doc.json"
    path.write_text(stored.body, "utf-8")
    facts = local.folder / "blobs" / facts_place(stored)
    words = ["verify-month", str(path), "--facts", str(facts), "--hash", stored.sha256]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert json.loads(stored.body)["forms"] == 1
