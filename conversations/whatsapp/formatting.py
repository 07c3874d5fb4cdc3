"""WhatsApp's marks as HTML: *bold*, _italic_, ~struck~, `code`, ```block```, lists and quotes. Pure; safe for a page."""

from __future__ import annotations

import html as escaping
import re

BLOCK = re.compile(r"```(.+?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
PAIRS = (("*", "strong"), ("_", "em"), ("~", "s"))
LISTED = re.compile(r"^(?:[*-]|\d{1,3}\.) (?=\S)")


def html(text: str) -> str:
    """As a phone shows it. Everything that is not such a mark is escaped, so nothing in a text can become markup."""
    pieces, end = [], 0
    for block in BLOCK.finditer(text):
        pieces += [_lines(text[end : block.start()]), f"<code>{_plain(block[1])}</code>"]
        end = block.end()
    return "".join([*pieces, _lines(text[end:])])


def _lines(text: str) -> str:
    return "<br>".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.startswith("> "):
        return f"<q>{_marked(line[2:])}</q>"
    if listed := LISTED.match(line):
        sign = "•" if line[0] in "*-" else escaping.escape(listed[0].strip())
        return f"{sign} {_marked(line[listed.end() :])}"
    return _marked(line)


def _marked(line: str) -> str:
    pieces, end = [], 0
    for code in CODE.finditer(line):
        pieces += [_pairs(line[end : code.start()]), f"<code>{escaping.escape(code[1])}</code>"]
        end = code.end()
    return "".join([*pieces, _pairs(line[end:])])


def _pairs(text: str) -> str:
    """A mark counts where a word begins and ends: 2*3*4 and snake_case_names stay as they are."""
    found = escaping.escape(text)
    for mark, tag in PAIRS:
        sign = re.escape(mark)
        found = re.sub(
            rf"(?<![\w{sign}]){sign}(?![\s{sign}])(.+?)(?<!\s){sign}(?![\w{sign}])", rf"<{tag}>\1</{tag}>", found
        )
    return found


def _plain(text: str) -> str:
    return escaping.escape(text).replace("\n", "<br>")
