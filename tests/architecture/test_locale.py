"""Catalogues: what is compiled is what is written, and what a customer's message failed of is said in Italian too (C31)."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest

from conversations.whatsapp.errors import TABLE
from tests.architecture.source import ROOT

CATALOGUES = sorted(ROOT.glob("*/locale/*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%%")


def written(path: Path) -> dict[str, str]:
    """msgid -> msgstr of a .po, as gettext keys them; of plurals the first form."""
    found: dict[str, str] = {}
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        words: dict[str, str] = {}
        field = ""
        for line in lines:
            if not line.startswith('"'):
                field, _space, line = line.partition(" ")
            words[field] = words.get(field, "") + ast.literal_eval(line)
        if "fuzzy" not in block and any(words.get(name) for name in words if name.startswith("msgstr")):
            context = f"{words['msgctxt']}\x04" if "msgctxt" in words else ""
            found[context + words["msgid"]] = words.get("msgstr") or words["msgstr[0]"]
    return found


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_the_compiled_catalogue_is_the_written_one(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        catalogue = vars(gettext.GNUTranslations(file))["_catalog"]  # msgid, or (msgid, plural form) -> msgstr
    compiled = {key if isinstance(key, str) else key[0]: words for key, words in reversed(catalogue.items())}
    assert compiled == written(path), f"run msgfmt -o {path.with_suffix('.mo').name} {path.name} in its folder"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_translations_keep_their_placeholders(path: Path) -> None:
    for english, translated in written(path).items():
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(translated)) or not english


def test_every_error_of_meta_is_said_in_italian() -> None:
    italian = written(ROOT / "conversations" / "locale" / "it" / "LC_MESSAGES" / "django.po")
    missing = {rule.sentence for rule in TABLE.values()} - set(italian)
    assert missing == set(), "add it to conversations/locale/it, and compile"
