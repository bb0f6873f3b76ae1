"""All public pages: headers, hostile words, both languages, sizes, and failures that stay kind."""

import json
import logging
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.core.grades import ITEMS, POINTS
from chalicelib.web import complaint_pages
from tests.catalogues import entries
from tests.stage import SHARED, Stage
from tests.web.browser import Browser, Page

TEMPLATES = Path(complaint_pages.__file__).parents[1] / "templates" / "pages"
NAUGHTY = SHARED / "naughty_strings.json"

SEEN = ("/", "/lookup", "/c/{case}", "/f/{survey}", "/c/unknown", "/f/unknown")
SENT = ("/", "/lookup", "/c/{case}", "/f/{survey}", "/c/unknown", "/f/unknown")


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


@pytest.fixture
def tokens(stage: Stage, browser: Browser) -> dict[str, str]:
    """Links that open something."""
    stage.upload(stage.row("V-1"))
    survey = stage.wiring.survey_forms.issue("V-1")
    assert survey is not None
    return {"case": browser.complain("late").link.removeprefix("/c/"), "survey": survey}


# --- headers -------------------------------------------------------------------------------------


def hardened(page: Page) -> None:
    headers = page.answered.headers
    style = re.search(r"<style>(.*?)</style>", page.html, re.DOTALL)
    assert style
    known = b64encode(sha256(style[1].encode()).digest()).decode()
    assert headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{known}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert not {"img", "link", "iframe", "object", "base"} & set(page.tags)
    assert len(page.answered.body) <= 40_000


@pytest.mark.parametrize("path", SEEN)
def test_every_page_is_one_small_request_and_lets_nothing_foreign_in(
    browser: Browser, tokens: dict[str, str], path: str
) -> None:
    hardened(browser.get(path.format(**tokens)))


@pytest.mark.parametrize("path", SENT)
def test_every_answer_to_a_form_is_hardened_the_same(
    browser: Browser, tokens: dict[str, str], path: str
) -> None:
    path = path.format(**tokens)
    for fields in ({}, {"text": "late", "quality": "A", "comment": "x"}, {"opt_out": "1"}):
        hardened(browser.post(path, {**browser.get(path).values, **fields}))


@pytest.mark.parametrize("path", SEEN)
def test_head_is_like_get_without_body_and_neither_changes_anything(
    stage: Stage, browser: Browser, tokens: dict[str, str], path: str
) -> None:
    path, before = path.format(**tokens), stage.everything()
    seen = browser.get(path)
    head = stage.call("HEAD", path, token=None)
    assert (head.status, head.body) == (seen.status, b"")
    assert (
        head.headers["Content-Security-Policy"]
        == (seen.answered.headers["Content-Security-Policy"])
    )
    assert stage.everything() == before


# --- hostile words -------------------------------------------------------------------------------


def hostile() -> list[str]:
    own = ["</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"]
    own += ["{organisation}", "%(name)s", "\ud83d\ude00", "\u202egnp.exe", "a\r\nSet-Cookie: x=1"]
    return own + (json.loads(NAUGHTY.read_text("utf-8")) if NAUGHTY.exists() else [])


def seen(text: str) -> str:
    """Text as a browser shows it: line ends alike, and characters that HTML has none of."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines.encode("utf-8", "replace").decode().replace("\0", "")


def test_hostile_words_come_back_as_what_they_are(browser: Browser) -> None:
    """In every field of the form that has to be looked at again."""
    plain = browser.post("/", {"name": "x"})
    for words in hostile():
        sent = words.encode("utf-8", "replace").decode()
        fields = dict.fromkeys(("unit", "visit_id", "name", "contact"), sent)
        page = browser.post("/", {**fields, "category": sent, "contact_by": sent, "nonce": sent})
        assert (page.tags, page.attributes) == (plain.tags, plain.attributes), words
        kept = {name: page.values[name].replace("\0", "") for name in fields}
        assert kept == dict.fromkeys(fields, seen(words)), words


def test_hostile_words_are_kept_and_shown_as_words(stage: Stage, browser: Browser) -> None:
    plain = browser.get(browser.complain("plain").link)
    for words in hostile()[::3]:
        if not words.strip():
            continue
        sent = words.encode("utf-8", "replace").decode()
        receipt = browser.complain(sent, name=sent, unit=sent, visit_id=sent, contact=sent)
        page = browser.get(receipt.link)
        assert (page.tags, page.attributes) == (plain.tags, plain.attributes), words
        assert seen(words) in page.words.replace("\0", ""), words
        case = stage.storage.cases.get(receipt.number)
        assert case is not None
        assert case.text == sent.replace("\r\n", "\n").replace("\r", "\n")


def test_hostile_answers_are_no_grades_and_come_back_as_words(
    browser: Browser, tokens: dict[str, str]
) -> None:
    link = f"/f/{tokens['survey']}"
    plain = browser.send(link, quality="x")
    for words in hostile()[:60]:
        sent = words.encode("utf-8", "replace").decode()
        page = browser.send(link, quality="x", comment=sent, version=sent)
        assert (page.tags, page.attributes) == (plain.tags, plain.attributes), words
        assert page.values["comment"].replace("\0", "") == seen(words)


@pytest.mark.parametrize(
    "path", ["/?lang=%22%3E%3Cscript%3E", "/?lang=zh&lang=en", "/?lang=", "/lookup?case_number=1"]
)
def test_what_stands_in_an_address_is_never_written_back(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status == 200
    assert "<script" not in page.html
    assert page.values.get("case_number", "") == ""


# --- languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US,en;q=0.9,zh-CN;q=0.7", "en"),
        ("de,en;q=0.5,zh;q=0.4", "en"),
        ("de", "zh-CN"),
        ("", "zh-CN"),
        (",;q=,*" * 2_000, "zh-CN"),
    ],
)
def test_a_stranger_is_answered_in_the_language_his_browser_likes(
    stage: Stage, accepted: str, language: str
) -> None:
    page = Browser(stage, {"Accept-Language": accepted}).get("/")
    assert f'<html lang="{language}">' in page.html


@pytest.mark.parametrize("path", SEEN[:4])
def test_a_plain_link_switches_the_language_and_the_choice_stays(
    browser: Browser, tokens: dict[str, str], path: str
) -> None:
    page = browser.get(path.format(**tokens))
    assert '<html lang="en">' in page.html
    assert "?lang=zh" in page.links
    chinese = browser.get(f"{path.format(**tokens)}?lang=zh")
    assert '<html lang="zh-CN">' in chinese.html
    assert "?lang=en" in chinese.links
    own = [link for link in chinese.links if link.startswith("/stage")]
    assert all(link.endswith("?lang=zh") for link in own)


def test_every_text_that_a_template_names_is_there_and_every_text_is_named() -> None:
    named: set[str] = set()
    for path in sorted(TEMPLATES.glob("*.html")):
        source = path.read_text("utf-8")
        named |= set(re.findall(r'say\("(page\.[\w.]+)"[,)]', source))
        begun = set(re.findall(r'say\("(page\.[\w.]+\.|page\.)" ~', source))
        named |= {key for key in entries("en", "pages") if any(map(key.startswith, begun))}
    python = "".join(path.read_text("utf-8") for path in TEMPLATES.parents[1].glob("web/*.py"))
    named |= set(re.findall(r'"(page\.[\w.]+)"', python))
    assert named == set(entries("en", "pages"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_item_and_grade_has_its_words(language: str) -> None:
    known = entries(language, "pages")
    assert {f"page.survey.item.{item}" for item in ITEMS} <= known.keys()
    assert {f"page.grade.{grade}" for grade in POINTS} <= known.keys()


# --- failures ------------------------------------------------------------------------------------


def test_a_failure_of_ours_is_a_page_that_says_what_to_do_and_nothing_of_itself(
    stage: Stage,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    log = logging.getLogger("chalicelib")
    monkeypatch.setattr(log, "handlers", [*log.handlers, caplog.handler])
    monkeypatch.setattr(stage.wiring.case_pages, "show", broken)
    page = browser.get("/c/" + "SECRETSECRETSECRETSECR")
    assert page.status == 503
    assert "call +862158386666" in page.words
    assert "inside" not in page.html
    assert "a page failed" in caplog.text
    assert "SECRETSECRET" not in caplog.text


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_only_forms_are_taken(stage: Stage, content_type: str) -> None:
    sent = {"Content-Type": content_type}
    answered = stage.call("POST", "/", b'{"text": "late"}', token=None, headers=sent)
    assert answered.status == 415
