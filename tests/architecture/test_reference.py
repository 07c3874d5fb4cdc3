"""The manual is tested (ARCHITECTURE law 10): what has a name outside the code is in docs/reference, and nothing else is."""

from __future__ import annotations

import ast
import importlib
import re

import pytest
from django.conf import settings

from config import schedule
from config.pipeline import INBOUND
from config.readers import READERS
from conversations.errors import DeskError
from conversations.journal.kinds import Kind
from conversations.whatsapp.errors import OURS, STOPPED
from tests.architecture.source import ROOT, files


def documented(page: str, section: str = "") -> set[str]:
    """First cells of the page's tables, or of one section's."""
    text = (ROOT / "docs" / "reference" / page).read_text()
    text = (text.split(f"## {section}\n", 1)[1] if section else text).split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)
    assert all(len(words) > 8 for _name, words in rows), f"{page}: a sentence for each"
    return {name for name, _words in rows}


def same(code: set[str], page: str, section: str = "") -> None:
    docs = documented(page, section)
    assert code - docs == set(), f"write a line in docs/reference/{page}"
    assert docs - code == set(), f"gone from the code: take it out of docs/reference/{page}"


def strings(pattern: str, name: str = "") -> set[str]:
    found: set[str] = set()
    for path, tree in files().items():
        if not name or path == name:
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(pattern, node.value):
                    found.add(node.value)
    return found


def variables() -> set[str]:
    """Each is read by `_env.str("NAME")` and its like, or by one of the two readers that config/env.py itself defines."""
    found = set()
    for call in ast.walk(files()["config/env.py"]):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        on_env = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "_env"
        if (on_env or name in {"_switch", "_one_of"}) and isinstance(call.args[0], ast.Constant):
            found.add(str(call.args[0].value))
    return found


def test_environment_variables() -> None:
    same(variables(), "environment.md")


def test_environment_variables_are_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    given = set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    assert given == variables(), ".env.example and config/env.py name the same variables"


def test_nobody_else_reads_the_environment() -> None:
    allowed = {"config/env.py", "config/asgi.py", "config/wsgi.py", "config/celery.py"}
    bad = []
    for name, tree in files().items():
        reads = [
            node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        ]
        if name not in allowed and not name.startswith("conversations/simulator/"):
            bad += [name for node in reads if getattr(node.value, "id", "") == "os"]
    assert bad == [], "config/env.py is the only reader"


def test_event_kinds() -> None:
    same({kind.value for kind in Kind}, "events.md")


def every_error(root: type[DeskError] = DeskError) -> set[str]:
    return (
        {root.code}.union(*(every_error(one) for one in root.__subclasses__()))
        if root.__subclasses__()
        else {root.code}
    )


def test_error_codes_of_the_api() -> None:
    for name in files():  # whoever defines one
        if name.rsplit("/", 1)[-1] != "__main__.py" and "DeskError" in (ROOT / name).read_text():
            importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    codes = every_error()
    tree = files()["conversations/api/problems.py"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and node.keys and all(isinstance(value, ast.Constant) for value in node.values):
            codes |= {str(value.value) for value in node.values if isinstance(value, ast.Constant)}
        if isinstance(node, ast.IfExp) and isinstance(node.body, ast.Constant) and isinstance(node.body.value, str):
            codes.add(node.body.value)
    for node in ast.walk(files()["config/failures.py"]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "body":
            codes.add(ast.literal_eval(node.args[0]))
    same(codes, "errors.md", "Of the API")


def test_error_codes_of_messages() -> None:
    same(set(OURS), "errors.md", "Of a message that did not go")


def test_codes_of_a_stopped_channel() -> None:
    same(set(STOPPED), "errors.md", "Of a channel that stopped")


def test_jobs() -> None:
    same({entry.task for entry in schedule.ENTRIES}, "schedule.md")


def test_pipeline_steps() -> None:
    same(set(INBOUND), "schedule.md", "Steps of the pipeline")


def test_readers() -> None:
    same(set(READERS), "schedule.md", "Readers of the journal")


def test_checks() -> None:
    same(strings(r"sportello\.[EW]\d{3}"), "checks.md")


def test_alarms() -> None:
    codes: set[str] = set()
    for tree in files().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                codes |= {
                    str(word.value.value)
                    for word in node.keywords
                    if name == "raise_alarm" and word.arg == "code" and isinstance(word.value, ast.Constant)
                }
                if name == "_alarm" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                    codes.add(str(node.args[1].value))
    same(codes, "alarms.md")


def test_figures() -> None:
    same(strings(r"sportello_[a-z_]+", "config/health.py"), "alarms.md", "Figures of /metrics")


def test_every_task_has_a_queue() -> None:
    """Bulk work must never wait before a customer's message (O9)."""
    from fnmatch import fnmatch

    tasks = {
        str(word.value.value)
        for name, tree in files().items()
        if name.endswith("/tasks.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "shared_task"
        for word in node.keywords
        if word.arg == "name" and isinstance(word.value, ast.Constant)
    }
    assert {entry.task for entry in schedule.ENTRIES} <= tasks
    for task in tasks:
        assert any(fnmatch(task, pattern) for pattern in schedule.ROUTES), (
            f"{task}: give it a queue in config/schedule.py"
        )


@pytest.mark.parametrize("path", sorted([*INBOUND, *READERS.values(), settings.ASSIGNMENT]))
def test_what_the_pages_of_wiring_name_exists(path: str) -> None:
    from django.utils.module_loading import import_string

    assert callable(import_string(path))
