"""Mails to those who have a role, safe from what units and customers are called."""

import json
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from chalicelib.core.draws import Draw
from chalicelib.core.effects import Effect
from chalicelib.core.people import Unit
from chalicelib.services.mail_pages import NobodyToReadError
from chalicelib.services.mails import header
from tests.services.draws import CLOSING_MAY, MONDAY, draw_at, filled, put, tick, visit
from tests.services.months import MAY, close, document, put_forms
from tests.stage import PEOPLE, Stage, plain


def drawn(stage: Stage) -> Draw:
    """The draw of MONDAY over a silent and an answered visit."""
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    for grades in ("", "AAB"):
        put(stage, visit(f"V-{grades or 'silent'}", MONDAY - 86400 * SECOND, grades))
    return draw_at(stage, MONDAY)


SECOND = CLOSING_MAY.resolution * 1_000_000


def test_names_are_no_markup(stage: Stage) -> None:
    stage.wiring.people.put(Unit("U1", "<b>East</b> & <script>x</script>", since=MAY))
    put_forms(stage, MAY, ["ABC"])
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("close~2026-05~U1")
    part = mail.get_body(("html",))
    assert part is not None
    assert "<script>" not in part.get_content()
    assert "&lt;b&gt;East&lt;/b&gt; &amp; &lt;script&gt;" in part.get_content()
    assert "<b>East</b>" in str(mail["Subject"])


def test_the_months_mail_has_its_lines_hashes_and_the_document_itself(stage: Stage) -> None:
    put_forms(stage, MAY, ["AAA"])
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails("close~2026-05~U1")
    stored = stage.storage.documents.of_month("U1", MAY)
    assert stored is not None
    (attachment,) = mail.iter_attachments()
    assert json.loads(attachment.get_content()) == document(stage, MAY)
    assert attachment.get_content() == stored.body.encode()
    for told in (stored.sha256, stored.facts_sha256, stage.wiring.rules.sha256):
        assert told in plain(mail)
    assert "6000" in str(mail["Subject"])


@pytest.mark.parametrize(
    ("what", "roles"),
    [
        ("draw_committed", {"supervisor", "lead", "auditor"}),
        ("draw_frozen", {"supervisor", "lead", "auditor"}),
        ("draw_list", {"supervisor", "lead"}),
        ("draw_record", {"auditor"}),
        ("close~2026-05~U1", {"lead", "hr", "auditor"}),
    ],
)
def test_a_mail_goes_to_the_roles_that_need_it(stage: Stage, what: str, roles: set[str]) -> None:
    stage.wiring.people.put(Unit("U1", "East", "boss@east.example", "en", MAY))
    drawn(stage)
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    for mail in stage.mails(what):
        assert str(mail["To"]).split(", ") == sorted(m.mail for m in PEOPLE if m.role in roles)
    assert stage.mails(what)


def test_a_mail_that_nobody_has_the_role_for_waits_until_somebody_has(stage: Stage) -> None:
    for member in PEOPLE:
        stage.wiring.people.put(replace(member, role="admin"))
    tick(stage)
    (draw,) = stage.storage.draws.all()
    effect = stage.storage.effects.get(f"draw~{draw.key}~draw_committed", 0)
    assert effect is not None
    with pytest.raises(NobodyToReadError, match="draw_committed"):
        stage.wiring.effects._compose(effect)
    assert stage.mails() == []
    stage.wiring.people.put(PEOPLE[1])
    assert effect.due_at is not None
    stage.move(effect.due_at)
    stage.wiring.effects.run(stage.now)
    (mail,) = stage.mails()
    assert mail["To"] == PEOPLE[1].mail


def test_a_sender_with_a_name_and_the_longest_ids_make_a_sound_message_id(stage: Stage) -> None:
    unit = "U" * 64
    stage.wiring.settings = replace(stage.wiring.settings, mail_from="Huifang 回访 <h@a.example>")
    stage.wiring.people.put(Unit(unit, "Long", since=MAY))
    close(stage, MAY)
    stage.wiring.effects.run(stage.now)
    (raw,) = ((stage.folder / "mail") / f"close~{MAY}~{unit}.0.eml",)
    mail = message_from_bytes(raw.read_bytes(), policy=policy.default)
    assert mail["Message-ID"] == f"<close~{MAY}~{unit}.0@a.example>"
    assert b"Message-ID: =?" not in raw.read_bytes()
    assert mail["From"].addresses[0].addr_spec == "h@a.example"
    assert max(map(len, raw.read_bytes().split(b"\n"))) < 998


def test_the_same_effect_makes_the_same_mail(stage: Stage) -> None:
    draw = drawn(stage)
    effect = Effect("test", 0, "mail", "draw_list", MONDAY, {"draw": draw.key})
    compose = stage.wiring.effects._compose
    assert bytes(compose(effect)) == bytes(compose(effect))


def test_the_calls_of_a_draw_that_ran_late_are_due_after_it(stage: Stage) -> None:
    tick(stage)
    draw_at(stage, CLOSING_MAY)
    filled(stage, stage.storage.draws.all()[-1])
    late = MONDAY + 3 * 86400 * SECOND
    tick(stage, late)
    tick(stage, late + 900 * SECOND)
    (mail,) = stage.mails("2026-W24~draw_list")
    assert "2026-06-17" in plain(mail)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("East\r\nBcc: x@y.example", "East  Bcc: x@y.example"),
        ("=?utf-8?q?Bcc=3A?=", "= ?utf-8?q?Bcc=3A? ="),
        ("回访 \u2028 x", "回访   x"),
        ("a\x00b\ud800", "a b "),
    ],
)
def test_a_header_is_one_line_without_encoded_words(text: str, told: str) -> None:
    assert header(text) == told
