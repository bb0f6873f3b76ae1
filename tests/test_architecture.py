"""The shape of the code, held by checks: layers, imports, writes, floats, clocks, routes."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / "chalicelib"
DEPLOYED = [ROOT / "app.py", *sorted(LIBRARY.rglob("*.py"))]
CORE = sorted((LIBRARY / "core").rglob("*.py"))
STORE = sorted((LIBRARY / "store").rglob("*.py"))

FORM = "application/x-www-form-urlencoded"

IMPURE = {
    *("io", "locale", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket"),
    *("sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "http", "uuid"),
}
"""What core may not import of the standard library: clocks, randomness, the world outside."""

READERS = {"getenv", "input", "now", "open", "print", "today", "utcnow"}
"""Calls that read a clock, a file or the environment, or speak."""

ON_DEMAND = ["boto3", "jinja2", "phonenumbers", "twilio.rest", "xlsxwriter"]
"""Slow to import and not needed by every call: imported inside functions."""

OWN_PLACE = {
    "app": (),
    "boto3": ("gateways",),
    "botocore": ("gateways", "store"),
    "pynamodb": ("store",),
    "tests": (),
    "tools": (),
    "twilio.rest": ("gateways",),
}
"""Module → the folders of chalicelib that may import it."""

WRITES = {"get_operation_kwargs", "put_item", "update_item", "Write"}
"""The calls that make a write of the store; each takes a condition."""

NEVER = {
    *("BatchWriteItem", "DeleteItem", "Scan"),
    *("batch_write", "batch_write_item", "delete_item", "scan", "rate_limited_scan"),
}
"""Operations that have no condition, remove, or read everything, by either name."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def found(paths: list[Path], wrong: Callable[[ast.AST], bool]) -> list[str]:
    """Where something wrong stands."""
    return [place(path, node) for path in paths for node in ast.walk(tree(path)) if wrong(node)]


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def modules(node: ast.AST) -> list[str]:
    """The modules an import statement names; of `from a import b` also a.b, which may be one."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def brings(node: ast.AST, module: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for name in modules(node))


def called(node: ast.AST) -> str:
    """The last name of what is called; "" if nothing is."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", "") or getattr(function, "id", "")


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: nothing in functions, nothing for types only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING":
            continue
        yield child
        yield from at_import(child)


def test_there_is_code_to_look_at() -> None:
    assert len(DEPLOYED) > 40
    assert len(CORE) > 10
    assert len(STORE) > 5


def test_core_imports_core_and_what_is_pure_of_the_standard_library() -> None:
    pure = sys.stdlib_module_names - IMPURE

    def foreign(node: ast.AST) -> bool:
        names = modules(node)[:1] if isinstance(node, ast.ImportFrom) else modules(node)
        return any(
            name.partition(".")[0] not in pure and not name.startswith("chalicelib.core")
            for name in names
        )

    assert found(CORE, foreign) == []


def test_core_reads_no_clock_and_no_file() -> None:
    assert found(CORE, lambda node: called(node) in READERS) == []


def test_core_and_store_know_no_float() -> None:
    def guard(node: ast.AST) -> bool:
        return called(node) == "isinstance"

    refusing = {
        id(name)
        for path in CORE + STORE
        for node in filter(guard, ast.walk(tree(path)))
        for name in ast.walk(node)
    }

    def float_(node: ast.AST) -> bool:
        named = isinstance(node, ast.Name) and node.id == "float" and id(node) not in refusing
        return named or (isinstance(node, ast.Constant) and isinstance(node.value, float))

    assert found(CORE + STORE, float_) == []


def test_no_datetime_is_naive_and_no_remark_excuses_one() -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--ignore-noqa", "--select", "DTZ"]
    done = subprocess.run(  # noqa: S603 # the pinned ruff
        [*ruff, "--no-cache", "app.py", "chalicelib"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", OWN_PLACE)
def test_a_module_is_imported_only_where_it_belongs(module: str) -> None:
    allowed = [LIBRARY / folder for folder in OWN_PLACE[module]]
    elsewhere = [path for path in DEPLOYED if not any(path.is_relative_to(at) for at in allowed)]
    assert found(elsewhere, lambda node: brings(node, module)) == []


@pytest.mark.parametrize("module", ON_DEMAND)
def test_a_slow_module_is_imported_inside_functions(module: str) -> None:
    early = [
        place(path, node)
        for path in DEPLOYED
        for node in at_import(tree(path))
        if brings(node, module)
    ]
    assert early == []


def test_schedules_stand_in_the_routing_table_only() -> None:
    """A schedule in a blueprint is deployed without app.py and its middleware."""
    library = [path for path in DEPLOYED if path.name != "app.py"]
    assert found(library, lambda node: called(node) == "schedule") == []


def test_nothing_scans_deletes_or_writes_in_bulk() -> None:
    def never(node: ast.AST) -> bool:
        named = {getattr(node, "attr", None), getattr(node, "id", None)}
        return bool(named & NEVER) or (isinstance(node, ast.Constant) and node.value in NEVER)

    assert found([path for path in DEPLOYED if path not in CORE], never) == []


def test_every_write_of_the_store_is_made_with_a_condition() -> None:
    """The store's own tests watch what is really sent; this sees what they may not reach."""

    def unconditional(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or called(node) not in WRITES:
            return False
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        third = node.args[2] if called(node) == "Write" and len(node.args) > 2 else None
        condition = named.get("condition", third)
        return condition is None or ast.unparse(condition) == "None"

    assert found(STORE, lambda node: called(node) in WRITES) != []
    assert found(STORE, unconditional) == []


IMPORT_WATCHED = """
import json, sys
acts = []
def watch(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        acts.append(f"open {arguments[0]}")
    elif event == "open" and arguments[1] not in ("r", "rb", None):
        acts.append(f"open {arguments[0]} to {arguments[1]}")
    elif event.startswith(("socket.", "subprocess.", "sqlite3.", "urllib.", "http.", "os.")):
        if event not in ("socket.__new__", "os.listdir", "os.scandir"):
            acts.append(f"{event} {arguments[1:]}")
sys.addaudithook(watch)
import app
seen = list(acts)
print(json.dumps({"acts": seen, "modules": sorted(sys.modules)}))
"""


OF_OTHERS = {
    "socket.bind (('::1', 0),)",  # urllib3 finds out whether the machine has IPv6
    "os.putenv (b'AWS_Lambda aws-chalice/1.34.0',)",  # Chalice names itself to AWS
}
"""What packages do when they are imported, and we can do nothing about."""


@pytest.fixture(scope="module")
def import_of_app() -> dict[str, list[str]]:
    """What `import app` does and loads, in a process without any setting."""
    done = subprocess.run(  # noqa: S603 # the program above
        [sys.executable, "-B", "-c", IMPORT_WATCHED],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def test_importing_the_app_reads_modules_and_nothing_else(
    import_of_app: dict[str, list[str]],
) -> None:
    assert set(import_of_app["acts"]) - OF_OTHERS == set()


@pytest.mark.parametrize("module", ON_DEMAND)
def test_importing_the_app_leaves_slow_modules_alone(
    module: str, import_of_app: dict[str, list[str]]
) -> None:
    assert module not in import_of_app["modules"]


@pytest.fixture(scope="module")
def routes() -> dict[tuple[str, str], Any]:
    """(method, path) → the route of app.py."""
    from app import app

    return {
        (method, path): route
        for path, methods in app.routes.items()
        for method, route in methods.items()
    }


def test_twilio_reaches_every_webhook_with_its_form(routes: dict[tuple[str, str], Any]) -> None:
    """Chalice refuses a form with 415 unless the route names it."""
    webhooks = {key: route for key, route in routes.items() if key[1].startswith("/twilio/")}
    assert {key for key in webhooks if key[0] != "POST"} == set()
    assert {key: route.content_types for key, route in webhooks.items()} == {
        key: [FORM] for key in webhooks
    }
    assert ("POST", "/twilio/sms") in webhooks


def test_every_route_goes_through_the_middleware_without_an_authorizer(
    routes: dict[tuple[str, str], Any],
) -> None:
    """Who may do what is decided by our own code, and no route is left open to other sites."""
    assert {key for key, route in routes.items() if route.authorizer or route.cors} == set()
