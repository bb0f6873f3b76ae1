"""Loading people on the real engine: all of a file or nothing, and again without a change."""

import json
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from chalicelib import rulebook
from chalicelib.core import calendar
from chalicelib.core.effects import Effect
from chalicelib.core.people import ApiToken, Member, Technician, Unit
from chalicelib.core.saving import Busy
from chalicelib.services.people import Loaded, PeopleError, load
from chalicelib.store.people import PeopleStore
from chalicelib.store.storage import connect
from tests.conftest import Tables

EXAMPLE = Path(__file__).parents[2] / "docs" / "people.example.toml"
RULES = rulebook.load()
SHA = "ab" * 32

FILE = f"""
[[units]]
id = "north-1"
name = "北区一站"
manager_email = "Boss@north.example"

[[units]]
id = "south-1"
name = "South"
language = "en"

[[technicians]]
unit = "north-1"
name = "王小明"
phone = "+8613900000001"

[[members]]
name = "陈立"
mail = "Chen@supervision.example"
role = "lead"

[[members]]
name = "Zhao"
mail = "zhao@supervision.example"
role = "supervisor"
phone = "+8613800000001"
language = "en"
recusals = ["south-1"]

[[tokens]]
sha256 = "{SHA}"
scopes = ["visits:write"]
unit = "north-1"
"""
KEYS = ("units", "technicians", "members", "tokens")


@pytest.fixture
def people(tables: Tables) -> PeopleStore:
    return connect(tables.stage, tables.endpoint).people


def loaded(people: PeopleStore, file: str, month: str = "2026-06") -> Loaded:
    return load(people, tomllib.loads(file), RULES, first_of(month), lambda mail: None)


def first_of(month: str) -> datetime:
    """The instant at which a month begins for the organisation."""
    return calendar.start_of_month(month, RULES)


def mailed(people: PeopleStore, file: str) -> list[dict[str, str]]:
    """What the leads are told of a load, row by row."""
    mails: list[Effect] = []
    load(people, tomllib.loads(file), RULES, first_of("2026-06"), mails.append)
    assert all((mail.kind, mail.what) == ("mail", "members_changed") for mail in mails)
    return [row for mail in mails for row in json.loads(mail.values["rows"])]


def test_new_members_and_changed_roles_are_told_to_the_leads(people: PeopleStore) -> None:
    told = [(row["mail"], row["before"], row["role"]) for row in mailed(people, FILE)]
    assert told == [
        ("Chen@supervision.example", "", "lead"),
        ("zhao@supervision.example", "", "supervisor"),
    ]
    assert mailed(people, FILE) == []
    promoted = FILE.replace('role = "supervisor"', 'role = "lead"')
    assert [(row["before"], row["role"]) for row in mailed(people, promoted)] == [
        ("supervisor", "lead")
    ]


def test_another_phone_or_language_is_no_news_for_the_leads(people: PeopleStore) -> None:
    loaded(people, FILE)
    assert mailed(people, FILE.replace("+8613800000001", "+8613800000002")) == []


def test_the_leads_are_told_before_anybody_can_do_anything(people: PeopleStore) -> None:
    def fails(mail: Effect) -> None:
        raise Busy

    with pytest.raises(Busy):
        load(people, tomllib.loads(FILE), RULES, first_of("2026-06"), fails)
    assert people.members() == []


def test_a_refused_file_tells_nobody(people: PeopleStore) -> None:
    with pytest.raises(PeopleError):
        mailed(people, FILE + '[[units]]\nid = "no"\n')
    assert people.members() == []


def refused(people: PeopleStore, file: str) -> list[str]:
    """The flaws of a file of which nothing was written."""
    before = everything(people)
    with pytest.raises(PeopleError) as refusal:
        loaded(people, file)
    assert everything(people) == before
    return [str(flaw) for flaw in refusal.value.flaws]


def everything(people: PeopleStore) -> tuple[object, ...]:
    units = people.units()
    technicians = [people.technicians(unit.unit_id) for unit in units]
    return units, technicians, people.members(), people.token(SHA)


def test_a_file_is_loaded_as_it_says(people: PeopleStore) -> None:
    done = loaded(people, FILE)
    assert {table: dict(done.counts[table]) for table in KEYS} == {
        "units": {"created": 2},
        "technicians": {"created": 1},
        "members": {"created": 2},
        "tokens": {"created": 1},
    }
    assert everything(people) == (
        [
            Unit("north-1", "北区一站", "Boss@north.example", "zh", "2026-06"),
            Unit("south-1", "South", "", "en", "2026-06"),
        ],
        [[Technician("north-1", "王小明", "+8613900000001")], []],
        [
            Member("陈立", "Chen@supervision.example", "lead"),
            Member(
                "Zhao",
                "zhao@supervision.example",
                "supervisor",
                "+8613800000001",
                "en",
                ("south-1",),
            ),
        ],
        ApiToken(SHA, ("visits:write",), "north-1"),
    )


def test_the_second_time_nothing_changes_and_units_keep_their_first_month(
    people: PeopleStore,
) -> None:
    loaded(people, FILE, "2026-06")
    before = everything(people)
    done = loaded(people, FILE, "2026-09")
    assert all(set(done.counts[table]) == {"unchanged"} for table in KEYS)
    assert everything(people) == before


def test_a_changed_row_replaces_its_record_and_no_other(people: PeopleStore) -> None:
    loaded(people, FILE)
    done = loaded(people, FILE.replace('"South"', '"南区"').replace('role = "lead"', 'role="hr"'))
    assert done.counts["units"] == {"unchanged": 1, "changed": 1}
    assert done.counts["members"] == {"unchanged": 1, "changed": 1}
    assert people.unit("south-1") == Unit("south-1", "南区", "", "en", "2026-06")
    member = people.member("chen@supervision.example")
    assert member is not None
    assert member.role == "hr"


def test_a_unit_without_a_first_month_gets_this_one(people: PeopleStore) -> None:
    people.put(Unit("north-1", "old"))
    loaded(people, FILE, "2026-07")
    assert [unit.since for unit in people.units()] == ["2026-07", "2026-07"]


def test_what_the_file_does_not_name_stays_and_members_of_it_are_told(people: PeopleStore) -> None:
    loaded(people, FILE)
    people.put(Technician("north-1", "from an upload"))
    done = loaded(people, '[[members]]\nname="Hu"\nmail="hu@s.example"\nrole="auditor"')
    assert done.others == ("Chen@supervision.example", "zhao@supervision.example")
    assert len(people.technicians("north-1")) == 2
    assert len(people.members()) == 3


def test_an_empty_file_loads_nothing(people: PeopleStore) -> None:
    assert loaded(people, "").counts == {table: {} for table in KEYS}


def test_the_example_file_loads(people: PeopleStore) -> None:
    done = loaded(people, EXAMPLE.read_text("utf-8"))
    assert all(set(done.counts[table]) == {"created"} for table in KEYS)


def test_the_language_is_the_organisations_first_where_none_is_said(people: PeopleStore) -> None:
    english = replace(RULES, languages=("en", "zh"))
    load(people, tomllib.loads(FILE), english, first_of("2026-06"), lambda mail: None)
    assert [unit.language for unit in people.units()] == ["en", "en"]
    assert [member.language for member in people.members()] == ["en", "en"]


MEMBER = '[[members]]\nname="A"\nmail="a@s.example"\nrole="lead"\n'
UNIT = '[[units]]\nid="u1"\nname="U"\n'
TECHNICIAN = '[[technicians]]\nunit="u1"\nname="T"\n'
TOKEN = f'[[tokens]]\nsha256="{SHA}"\nscopes=["visits:write"]\n'

FLAWS = {
    "an unknown table": ("[[people]]\n", "people: unknown key"),
    "a table that is one": ('[members]\nname="A"\n', "members: must be rows [[members]]"),
    "an unknown key": (MEMBER + "age=3\n", "members[1].age: unknown key"),
    "no mail": ('[[members]]\nname="A"\nrole="lead"\n', "members[1]: mail is missing"),
    "a role nobody has": (MEMBER.replace("lead", "boss"), "members[1].role: must be one of"),
    "a name that is a number": (MEMBER.replace('"A"', "7"), "members[1].name: must be a name"),
    "a blank name": (MEMBER.replace('"A"', '" "'), "members[1].name: must be a name"),
    "a name of two lines": (MEMBER.replace('"A"', '"A\\nB"'), "members[1].name: must be a name"),
    "a long name": (MEMBER.replace('"A"', f'"{"A" * 61}"'), "members[1].name: must be a name"),
    "no mail address": (MEMBER.replace("a@s", "a s"), "members[1].mail: must be a mail address"),
    "two addresses": (MEMBER.replace("a@", "b@c,a@"), "members[1].mail: must be a mail address"),
    "an encoded word": (MEMBER.replace("a@", "=?x?q?y?=@"), "members[1].mail: must be a mail"),
    "a phone as dialled": (MEMBER + 'phone="13800000001"\n', "members[1].phone: must be a number"),
    "a phone with spaces": (MEMBER + 'phone="+86 138"\n', "members[1].phone: must be a number"),
    "a phone with a 0 too many": (
        MEMBER + 'phone="+4402071234567"\n',
        "members[1].phone: must be written +442071234567, is +4402071234567",
    ),
    "a language we lack": (MEMBER + 'language="de"\n', 'members[1].language: must be one of "zh"'),
    "recusals that are no list": (MEMBER + 'recusals="u1"\n', "members[1].recusals: must be a li"),
    "a recusal of no unit": (
        MEMBER + 'recusals=["u9"]\n',
        "members[1].recusals[1]: unknown unit u9",
    ),
    "a recusal twice": (
        UNIT + MEMBER + 'recusals=["u1","u1"]\n',
        "members[1].recusals[2]: stands here twice",
    ),
    "a member twice": (
        MEMBER + MEMBER.replace("a@s", "A@S"),
        "members[2].mail: is that of members[1] already",
    ),
    "a unit id with a space": (UNIT.replace("u1", "u 1"), "units[1].id: must be letters"),
    "a unit twice": (UNIT + UNIT, "units[2].id: is that of units[1] already"),
    "a first month of one's own": (UNIT + 'since="2020-01"\n', "units[1].since: unknown key"),
    "a technician of no unit": (TECHNICIAN, "technicians[1].unit: unknown unit u1"),
    "a technician twice": (
        UNIT + TECHNICIAN + TECHNICIAN,
        "technicians[2].name: is that of technicians[1] already",
    ),
    "a long technician": (
        UNIT + TECHNICIAN.replace('"T"', f'"{"T" * 65}"'),
        "technicians[1].name: must be a name",
    ),
    "a token itself": (TOKEN.replace(SHA, "secret"), "tokens[1].sha256: must be a SHA-256"),
    "no scope": (TOKEN.replace('"visits:write"', ""), "tokens[1].scopes: must not be empty"),
    "a scope nobody knows": (
        TOKEN.replace("visits:write", "all"),
        "tokens[1].scopes[1]: must be one",
    ),
    "a token of no unit": (TOKEN + 'unit="u9"\n', "tokens[1].unit: unknown unit u9"),
    "a token twice": (TOKEN + TOKEN, "tokens[2].sha256: is that of tokens[1] already"),
    "a unit that reads grades": (
        UNIT + TOKEN.replace("write", "read") + 'unit="u1"\n',
        'tokens[1].scopes: "visits:read" shows grades',
    ),
    "a manager who is a member": (
        UNIT + 'manager_email="A@s.example"\n' + MEMBER,
        "members[1].mail: is the manager's of unit u1",
    ),
}


@pytest.mark.parametrize(("file", "told"), FLAWS.values(), ids=FLAWS.keys())
def test_a_flaw_is_told_and_nothing_is_written(people: PeopleStore, file: str, told: str) -> None:
    people.put(Unit("north-1", "stays"))
    (flaw,) = refused(people, file)
    assert flaw.startswith(told)


def test_every_wrong_row_is_told_at_once(people: PeopleStore) -> None:
    wrong = MEMBER.replace("lead", "boss") + UNIT.replace("u1", "-") + MEMBER + MEMBER
    assert [flaw.partition(":")[0] for flaw in refused(people, wrong)] == [
        "units[1].id",
        "members[1].role",
    ]


def test_a_stored_manager_does_not_become_a_member(people: PeopleStore) -> None:
    people.put(Unit("north-1", "N", "A@S.example"))
    (flaw,) = refused(people, MEMBER)
    assert flaw == "members[1].mail: is the manager's of unit north-1"


def test_a_stored_member_does_not_become_a_manager(people: PeopleStore) -> None:
    people.put(Member("A", "A@s.example", "hr"))
    (flaw,) = refused(people, UNIT + 'manager_email="a@S.example"\n')
    assert flaw == "units[1].manager_email: is a member's"


def test_a_manager_who_leaves_his_unit_in_the_same_file_may_become_a_member(
    people: PeopleStore,
) -> None:
    people.put(Unit("u1", "U", "a@s.example"))
    assert loaded(people, UNIT + MEMBER).counts["members"] == {"created": 1}


def test_units_of_earlier_loads_are_known(people: PeopleStore) -> None:
    loaded(people, UNIT)
    assert loaded(people, TECHNICIAN + MEMBER + 'recusals=["u1"]\n').counts["technicians"] == {
        "created": 1
    }
