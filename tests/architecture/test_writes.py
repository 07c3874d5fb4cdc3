"""One door per write (ARCHITECTURE, law 1; STYLE habits 2, 19)."""

from __future__ import annotations

import ast
import contextlib
import re

from django.db import models
from django.utils.module_loading import import_string

from tests.architecture.source import ROOT, calls, files, imports

WRITES = {"create", "bulk_create", "update", "bulk_update", "delete", "save", "get_or_create", "update_or_create"}
MESSAGE_PATH = {
    "Message", "Conversation", "Delivery", "Attempt", "EarlyStatus", "AccountUpdate", "Attachment", "Event", "Reaction",
    "MessageVersion", "Window", "Identity", "ParkedStep", "ParkedEvent", "Bookmark", "Lock", "Note", "Contact", "Notification", "Alarm",
    "AccountFact", "GroupParticipant", "GroupJoinRequest", "Receipt", "Consent",
}  # fmt: skip
DOORS = ("conversations/actions/", "conversations/ingest/", "conversations/outbox/", "conversations/journal/")
# Each with its reason: a file that writes a table of the message path and is no door.
OTHERS = {
    "conversations/housekeeping.py": "throws raw deliveries and unclaimed statuses away after their retention",
}


def objects_of(node: ast.expr) -> str:
    """`Model` for Model.objects.….write(); "" otherwise."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name):
            return node.value.id
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""


def test_only_doors_write_the_message_path() -> None:
    bad = []
    for name, tree in files().items():
        if name.startswith(DOORS) or name in OTHERS:
            continue
        for call, method in calls(tree):
            assert isinstance(call.func, ast.Attribute)
            if method in WRITES and objects_of(call.func.value) in MESSAGE_PATH:
                bad.append(f"{name}:{call.lineno}")
    assert bad == [], "call an action of conversations/actions: it locks, checks, journals and wakes"


def test_the_list_of_other_writers_is_not_longer_than_needed() -> None:
    for name in OTHERS:
        found = [
            1 for call, method in calls(files()[name]) if method in WRITES and isinstance(call.func, ast.Attribute)
        ]
        assert found, f"{name} writes nothing any more: take it out of OTHERS"


def test_save_says_what_it_saves() -> None:
    """A bare save() writes every column, and with them what somebody else changed meanwhile."""
    bad = []
    for name, tree in files().items():
        for call, method in calls(tree):
            keywords = {keyword.arg for keyword in call.keywords}
            is_super = (
                isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Call)
                and getattr(call.func.value.func, "id", "") == "super"
            )
            if (
                method == "save"
                and not call.args
                and not is_super
                and not keywords & {"update_fields", "force_insert", "commit", None}
            ):
                bad.append(f"{name}:{call.lineno}")
    assert bad == [], "save(update_fields=[...]), or force_insert=True for a new row"


def test_admin_of_the_message_path_only_reads() -> None:
    bad = []
    for name, tree in files().items():
        if re.search(r"/(admin|api)(/|\.py)", name):
            bad += [
                f"{name}:{call.lineno}"
                for call, method in calls(tree)
                if method in {"bulk_create", "bulk_update", "update_or_create", "get_or_create"}
            ]
    assert bad == [], "screens and API call actions"


def test_whatsapp_knows_no_models() -> None:
    bad = [
        name
        for name, tree in files().items()
        if name.startswith("conversations/whatsapp/")
        and any(one.startswith(("conversations.models", "django.db")) for one in imports(tree))
    ]
    assert bad == [], "the wire format is pure: give it plain values"


def test_tasks_are_doorbells() -> None:
    for name, tree in files().items():
        if name.endswith("/tasks.py"):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    assert len(node.body) <= 10, (
                        f"{name}: {node.name} is no doorbell any more; move its rule into a module"
                    )


def test_migrations_import_no_models() -> None:
    """A migration must still run when the models have moved on. Validators and fields that Django itself writes down may stay."""
    bad = []
    for path in ROOT.glob("*/migrations/0*.py"):
        text = path.read_text()
        found = set(re.findall(r"\b(?:conversations|routing|autoreply|crm_sync|reports)\.[a-z_.]+\.[A-Z]\w+", text))
        found |= {
            one
            for one in imports(ast.parse(text))
            if one.rpartition(".")[2][:1].isupper() and not one.startswith("django")
        }
        for name in found:
            with contextlib.suppress(ImportError):
                if isinstance(thing := import_string(name), type) and issubclass(thing, models.Model):
                    bad.append(f"{path.parent.parent.name}/{path.name}: {name}")
    assert bad == [], "use apps.get_model: what a migration does is fixed for ever, a model is not"
