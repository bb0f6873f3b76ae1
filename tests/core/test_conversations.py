"""Golden conversations: events and what must follow, replayed by file name.

Each file is a list of turns. A turn is one event; `then` is what must be so after it. What is
said, who is to call and which case is opened must be exactly as written, also where nothing is.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.catalogues import compile_catalogues
from tests.core.outcome import found
from tests.core.replay import World, rules_of

FOLDER = Path(__file__).parents[1] / "conversations"
FILES = sorted(FOLDER.glob("*.json"))


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_catalogues()


def conversation(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_conversation(path: Path) -> None:
    told = conversation(path)
    world = World(rules_of(told), told["language"])
    for place, turn in enumerate(told["turns"], start=1):
        happened = world.play(turn)
        expected = turn.get("then", {})
        about = turn.get("of", turn.get("visit", told.get("about", "V1")))
        assert found(world, happened, expected, about) == expected, f"turn {place}: {turn}"


def test_there_are_many_in_both_languages() -> None:
    languages = [conversation(path)["language"] for path in FILES]
    assert len(FILES) >= 66
    assert min(languages.count("zh"), languages.count("en")) >= len(FILES) * 2 // 5


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_conversation_is_short_and_its_name_a_sentence(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < 60
    assert path.stem.count("_") >= 3
