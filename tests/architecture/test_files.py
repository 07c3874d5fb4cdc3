"""Files: names that say something, lengths that can be read, no secrets of a workplace (STYLE, D39)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from tests.architecture.source import ROOT, all_names, files, imports

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"}
ALLOWED = {"config/settings/base.py"}  # Django's custom, named in the first issue
LONGEST = 400


def test_no_file_is_named_after_nothing() -> None:
    bad = [name for name in all_names() if PurePosixPath(name).stem in FORBIDDEN and name not in ALLOWED]
    assert bad == [], "name a file after what is in it: a noun of PRODUCT.md, or what the functions do"


def test_files_can_be_read_in_one_sitting() -> None:
    names = [name for name in all_names() if name.endswith((".py", ".js", ".css")) and "/migrations/" not in name]
    long = {name: count for name in names if (count := len((ROOT / name).read_text().splitlines())) > LONGEST}
    assert long == {}, "split by noun: files of 100 to 300 lines are comfortable"


def test_only_clients_talk_to_the_network() -> None:
    """One place per integration has timeouts, retries and the guard."""
    clients = {
        "conversations/whatsapp/transport.py",
        "conversations/outgoing/guard.py",
        "config/demo/control.py",
        "config/management/commands/simulate.py",
    }
    bad = []
    for name, tree in files().items():
        is_client = (
            name in clients
            or name.startswith("conversations/simulator/")
            or re.fullmatch(r"crm_sync/connectors/\w+/client\.py", name)
        )
        if not is_client and any(
            one.partition(".")[0] in {"requests", "httpx", "aiohttp", "urllib3"} or one.startswith("urllib.request")
            for one in imports(tree)
        ):
            bad.append(name)
    assert bad == [], "call the integration's client; a new integration is a folder with a client.py"


def test_only_routing_assigns() -> None:
    allowed = {"routing/assignment.py"}
    bad = [
        name
        for name, tree in files().items()
        if name not in allowed and any(one.startswith("conversations.actions.assign") for one in imports(tree))
    ]
    assert bad == [], "assign through routing.assignment: every way of assigning goes through there (D7)"


def test_no_business_by_signals() -> None:
    bad = [
        name
        for name, tree in files().items()
        if any(one.startswith("django.db.models.signals") and "post_migrate" not in one for one in imports(tree))
    ]
    assert bad == [], "receivers run in an order nobody chose: write a journal reader or a pipeline step"


def test_lock_files_name_no_host() -> None:
    """A lock file made behind a mirror carries its address, which nobody else can reach."""
    locks = [*ROOT.glob("requirements*.txt"), *ROOT.glob("bin/machine/*.txt"), ROOT / "package-lock.json"]
    for lock in locks:
        assert not re.search(
            r"--(extra-)?index-url|https?://(?!opencollective|github|tidelift)[^\s\"]*\.(whl|tgz|tar\.gz)",
            lock.read_text(),
        ), lock.name


def test_every_test_folder_belongs_to_something() -> None:
    known = {*APPS_WITH_TESTS, *FOLDERS_OF_KINDS}
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= known, "one folder per app; what tests the whole has a folder by its kind"


FOLDERS_OF_KINDS = {"architecture", "bench", "browser", "deep", "inbox", "journeys", "machine", "simulator"}
APPS_WITH_TESTS = {"config", "conversations", "routing", "autoreply", "crm_sync", "reports"}
