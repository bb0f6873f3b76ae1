"""python -m tools act: what members do, by hand, until the desk's pages do it.

An act that is refused changes nothing and ends with exit status 2, like any other call that cannot
be carried out; 0 means that it holds, be it that it was done before.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chalicelib.core.acts import ActError
from chalicelib.core.people import Member
from chalicelib.core.saving import StoreError
from chalicelib.services import switch
from tools import call_acts, case_acts, draw_acts, month_acts
from tools.case_acts import Done, Values, Verb
from tools.connected import NotConnectedError, local_stage

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


def _stop_sending(stage: "Wiring", scope: str, values: Values, by: Member) -> Done:
    _only_all(scope)
    stopped = switch.stop_sending(stage.people, by, stage.now())
    return {"result": "stopped" if stopped else "unchanged"}


def _start_sending(stage: "Wiring", scope: str, values: Values, by: Member) -> Done:
    _only_all(scope)
    started = switch.start_sending(stage.people, by, stage.now())
    return {"result": "started" if started else "unchanged"}


def _only_all(scope: str) -> None:
    if scope != "all":
        raise ActError("scope", scope=scope)


VERBS: Final[Mapping[str, Verb]] = {
    **case_acts.VERBS,
    **month_acts.OWN_VERBS,
    **draw_acts.VERBS,
    **call_acts.VERBS,
    "stop-sending": Verb((), _stop_sending),
    "start-sending": Verb((), _start_sending),
}

SENTENCES: Final[Mapping[str, str]] = {
    "call": "say: act VERB ID [--key value …] --by MEMBER; docs/runbook.md has the verbs",
    "unknown_verb": "there is no act {verb}; there are: {verbs}",
    "unknown_key": "{verb} takes no --{key}; it takes: {keys}",
    "key_twice": "--{key} stands there twice",
    "no_value": "--{key} has no value",
    "nobody": "say who does it: --by MEMBER",
    "unknown_member": "no member has the mail address or name {by}: load members with `people`",
    "several_members": "several members are called {by}: name one by mail, {mails}",
    "role": "{act} is for {roles}, not for {role}",
    "recused": "this member is recused from unit {unit} and never judges it",
    "scope": "this act is for `all`, not for {scope}",
    **case_acts.SENTENCES,
    **month_acts.SENTENCES,
    **draw_acts.SENTENCES,
    **call_acts.SENTENCES,
}
"""Code of a refusal → what the caller reads."""


def act(verb: str, id: str, values: Values, by: str, stage: "Wiring") -> Done:
    """Do one act in the name of the member `by` at the stage's present instant; what came of it.

    `by` is a mail address, or a name if only one member has it. A refusal is an ActError.
    """
    keys, do = _verb(verb, id)
    for key in values:
        if key not in keys:
            takes = ", ".join(f"--{known}" for known in keys) or "none"
            raise ActError("unknown_key", verb=verb, key=key, keys=takes)
    member = member_named(stage.people.members(), by)
    return {"verb": verb, "id": id, "by": member.mail, **do(stage, id, values, member)}


def _verb(verb: str, id: str = "") -> Verb:
    """A verb; `object` and `rule` are others on a month than on a case."""
    verbs = {**VERBS, **month_acts.VERBS} if month_acts.is_month(id) else VERBS
    if verb not in verbs:
        raise ActError("unknown_verb", verb=verb, verbs=", ".join(VERBS))
    return verbs[verb]


def member_named(members: Sequence[Member], by: str) -> Member:
    """The member with this mail address, or with this name if only one has it; else ActError."""
    if not by:
        raise ActError("nobody")
    found = [member for member in members if member.mail.lower() == by.lower()]
    found = found or [member for member in members if member.name == by]
    if not found:
        raise ActError("unknown_member", by=by)
    if len(found) > 1:
        raise ActError("several_members", by=by, mails=", ".join(one.mail for one in found))
    return found[0]


def act_command(
    words: Annotated[list[str], typer.Argument(metavar="VERB ID [--KEY VALUE]...")],
    by: Annotated[str, typer.Option(metavar="MEMBER", help="mail address, or name if unique")] = "",
) -> None:
    """Do one act in a member's name, on the local stage; a VERB that is none lists all.

    Such as: read-case NUMBER --kind enquiry --by MEMBER; stop-sending all
    --by MEMBER. Who may say what, and when: docs/runbook.md.
    """
    try:
        verb, id, values = _parts(words)
        done = act(verb, id, values, by, local_stage())
    except ActError as error:
        print(SENTENCES[error.code].format(**error.facts), file=sys.stderr)
        raise SystemExit(2) from error
    except NotConnectedError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error
    except StoreError as error:
        print(f"the database was busy ({error}): look whether it holds, or repeat", file=sys.stderr)
        raise SystemExit(2) from error
    print(json.dumps(done, ensure_ascii=False))


def _parts(words: Sequence[str]) -> tuple[str, str, dict[str, str]]:
    """Verb, id and values; options may stand anywhere, as `--key value` or `--key=value`."""
    left, plain, values = iter(words), [], dict[str, str]()
    for word in left:
        if not word.startswith("--"):
            plain.append(word)
            continue
        key, equals, value = word.removeprefix("--").partition("=")
        if key in values:
            raise ActError("key_twice", key=key)
        given = value if equals else next(left, None)
        if given is None:
            raise ActError("no_value", key=key)
        values[key] = given
    if plain:
        _verb(plain[0])
    if len(plain) != 2:
        raise ActError("call")
    return plain[0], plain[1], values
