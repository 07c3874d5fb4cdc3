"""Finding keywords in what a customer wrote, without the database (R3).

Case and accents do not matter, whole words do; inflections are found by stem, in Italian and English at once; emoji
are words.
All keywords of all rules are looked for in one pass over the text: an index leads from each form of a word to the
keywords that hold it.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

LONGEST = 4096  # characters of a message that are looked at; WhatsApp's own limit for text
STEMMED_FROM = 4  # letters: shorter words are taken as they are
SHORTEST_STEM = 3
TYPO_FROM, TYPO_TO = 6, 40  # letters, of the keyword and of the word (R3); longer ones are no words

_STEMMERS = {"it": snowballstemmer.stemmer("italian"), "en": snowballstemmer.stemmer("english")}
_stemming = threading.Lock()  # a snowball stemmer keeps its state in itself
_WORDS = re.compile(r"[^\W_]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Query:
    """What one rule looks for. mode: any (one keyword is enough), all, or phrase (one, its words side by side).

    In any and all, the words of a keyword may stand apart: "stato ordine" finds "lo stato del mio ordine". No
    keywords: every text.
    """

    keywords: tuple[str, ...]
    mode: str = "any"
    excluded: tuple[str, ...] = ()
    typo: bool = False
    stems: bool = True  # False: only the words as they are written


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one query: the keywords as staff wrote them."""

    keywords: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    wins: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    query: int
    keyword: str
    words: tuple[str, ...]
    side_by_side: bool
    excludes: bool


def fold(text: str) -> str:
    """Small letters without accents: "Perché" and "PERCHE" are one."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if unicodedata.category(sign) not in {"Mn", "Me"})


def words(text: str) -> list[str]:
    """Folded words in order; each emoji is one (skin tone and variants dropped), punctuation is none."""
    return [
        word for word in _WORDS.findall(fold(text[:LONGEST])) if word[0].isalnum() or unicodedata.category(word) == "So"
    ]


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[str, ...]:
    """The word itself and its stems, marked by language so that an Italian one never meets an English one."""
    if len(word) < STEMMED_FROM or not word.isalpha():
        return (word,)
    with _stemming:
        stems = {language: str(stemmer.stemWord(word)) for language, stemmer in _STEMMERS.items()}
    return (word, *(f"{language}:{stem}" for language, stem in stems.items() if len(stem) >= SHORTEST_STEM))


def one_letter_apart(one: str, other: str) -> bool:
    """One letter is wrong, missing, too many, or two neighbours are swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    same = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = short[same : same + 2] == long[same : same + 2][::-1] and short[same + 2 :] == long[same + 2 :]
    return swapped or short[same + 1 :] == long[same + 1 :]


class Matcher:
    """`Matcher(queries).find(text)` tells, by the queries' numbers, what was found."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self.queries = tuple(queries)
        self._patterns: list[_Pattern] = []
        self._by_form: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._by_gap: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._open = [number for number, query in enumerate(self.queries) if not query.keywords]
        for number, query in enumerate(self.queries):
            for keyword in query.keywords:
                self._add(_Pattern(number, keyword, tuple(words(keyword)), query.mode == "phrase", False), query.typo)
            for keyword in query.excluded:
                self._add(_Pattern(number, keyword, tuple(words(keyword)), True, True), typo=False)

    def _add(self, pattern: _Pattern, typo: bool) -> None:
        number = len(self._patterns)
        self._patterns.append(pattern)
        for place, word in enumerate(pattern.words):
            for form in forms(word) if self.queries[pattern.query].stems else (word,):
                self._by_form[form].append((number, place))
            if typo and len(word) >= TYPO_FROM and word.isalpha():
                for gap in _gaps(word):
                    self._by_gap[gap].append((number, place))

    def find(self, text: str) -> dict[int, Finding]:
        """Findings of the queries of which the text holds anything, in the queries' order; those without keywords
        always."""
        seen: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for position, word in enumerate(words(text)):
            for number, place in self._at(word):
                seen[number][place].add(position)
        found: dict[int, tuple[list[str], list[str]]] = {number: ([], []) for number in self._open}
        for number, places in sorted(seen.items()):
            pattern = self._patterns[number]
            if len(places) == len(pattern.words) and (not pattern.side_by_side or _side_by_side(places)):
                found.setdefault(pattern.query, ([], []))[pattern.excludes].append(pattern.keyword)
        return {number: self._finding(number, *found[number]) for number in sorted(found)}

    def _at(self, word: str) -> Iterator[tuple[int, int]]:
        for form in forms(word):
            yield from self._by_form.get(form, ())
        if self._by_gap and TYPO_FROM <= len(word) <= TYPO_TO:
            for number, place in {hit for gap in _gaps(word) for hit in self._by_gap.get(gap, ())}:
                if one_letter_apart(self._patterns[number].words[place], word):
                    yield number, place

    def _finding(self, number: int, keywords: list[str], excluded: list[str]) -> Finding:
        query = self.queries[number]
        missing = tuple(keyword for keyword in query.keywords if keyword not in keywords)
        enough = not query.keywords or (bool(keywords) if query.mode != "all" else not missing)
        return Finding(tuple(keywords), tuple(excluded), missing, enough and not excluded)


def _gaps(word: str) -> Iterable[str]:
    """The word, and the word with each letter left out: two words one letter apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _side_by_side(places: dict[int, set[int]]) -> bool:
    starts = set(places[0])
    for place in range(1, len(places)):
        starts = {start for start in starts if start + place in places[place]}
    return bool(starts)
