"""Our own Python files, parsed once, for tests of the laws."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "conversations", "routing", "autoreply", "crm_sync", "reports")


@lru_cache(maxsize=1)
def files() -> dict[str, ast.Module]:
    """Path from the root -> syntax tree; without migrations, which are written by a tool."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                found[name] = ast.parse(path.read_text())
    return found


def all_names() -> list[str]:
    """Every file of ours, of any kind, tests included."""
    folders = [*APPS, "tests", "bin", "templates", "static", "docs"]
    found = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path.as_posix() for path in found if "__pycache__" not in path.parts]


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Calls of a method with its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, node.func.attr


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names, `from a import b` as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
