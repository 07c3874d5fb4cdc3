"""Something real with something wrong in it: finds what random bytes never reach."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
AT_MOST = 3  # changes to one value: more, and nothing real is left

# What has broken parsers and databases before: too long, too large, too early, not quite a number, not quite text.
NASTY: list[Any] = [
    None, True, False, "", " ", 0, -1, 2**31, 2**63, 10**30, -(10**30), 1e308, 0.1, "0", "-1", "1e999", "NaN", "9" * 400, "x" * 70_000,
    "\x00", "a\x00b", "\ud800", "\u202e", "😀" * 300, "null", "٣", "²", "1763700000.5", "99999999999999", "<script>", "%s%n", "{{ 7 }}",
    [], {}, [[]], [{}], {"": ""}, [None], {"id": None}, {"body": {"body": []}},
]  # fmt: skip

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(NASTY),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
).map(copy.deepcopy)  # it will be changed in its turn


@st.composite
def mutated(draw: st.DrawFn, real: st.SearchStrategy[Any]) -> Any:
    """A real value with one to three places replaced, removed, doubled, or filled with what stands somewhere else in it."""
    value = copy.deepcopy(draw(real))
    for _ in range(draw(st.integers(1, AT_MOST))):
        places = list(paths(value))
        if not places:
            return draw(anything)
        _change(draw, value, draw(st.sampled_from(places)), places)
    return value


def _change(draw: st.DrawFn, value: Any, path: Path, places: list[Path]) -> None:
    *way, last = path
    holder = at(value, tuple(way))
    how = draw(st.sampled_from(["replace", "remove", "double", "elsewhere", "rename"]))
    if how == "replace":
        holder[last] = draw(anything)
    elif how == "remove":
        del holder[last]
    elif how == "elsewhere":
        holder[last] = copy.deepcopy(at(value, draw(st.sampled_from(places))))
    elif isinstance(holder, list):
        holder.insert(int(last), copy.deepcopy(holder[int(last)]))
    elif how == "rename":
        holder[draw(st.sampled_from(sorted(names(value) | {"id"})))] = holder.pop(last)
    else:
        holder[last] = [holder[last], copy.deepcopy(holder[last])]


def paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Every place in it but the whole."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*before, key)
        yield from paths(inner, (*before, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def names(value: Any) -> set[str]:
    return {key for path in paths(value) for key in path if isinstance(key, str)}
