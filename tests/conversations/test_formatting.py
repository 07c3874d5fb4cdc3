"""WhatsApp's marks as HTML, and nothing else as HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.whatsapp.formatting import html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*forte* e _piano_", "<strong>forte</strong> e <em>piano</em>"),
        ("~no~ `sì` ```a\n*b*```", "<s>no</s> <code>sì</code> <code>a<br>*b*</code>"),
        ("2*3*4 e nome_di_file", "2*3*4 e nome_di_file"),
        ("* uno\n- due\n3. tre", "• uno<br>• due<br>3. tre"),
        ("> detto", "<q>detto</q>"),
        ("* non *chiuso", "• non *chiuso"),
        ("*_tutti e due_*", "<strong><em>tutti e due</em></strong>"),
        ("<b>&", "&lt;b&gt;&amp;"),
    ],
)
def test_marks(text: str, shown: str) -> None:
    assert html(text) == shown


@given(st.text(alphabet="*_~`<>&\"' a1.\n-"))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    found = html(text)
    for tag in ("strong", "em", "s", "code", "q"):
        found = found.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in found.replace("<br>", "")
