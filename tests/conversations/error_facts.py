"""Meta's error codes as its documentation has them: R retry, W wait, N never unchanged, A alarm; and what else (facts §10).

Written down apart from the desk's own table, which must agree with it.
"""

from __future__ import annotations

FACTS = """
0 190                                       N A   token
3 10 200 299 131005                         N A   token
1 131000                                    R
2 131016 133004                             R
4 80007 17 613                              W     slower
33 100 131008 131009 135000                 N
368 131031                                  N A   stopped
130429                                      R     slower
131048                                      W A   restricted
131056                                      R
131064                                      W A   restricted
131047                                      N     window
131049                                      W     86400
131050                                      N     opt_out
130472 130497                               N
131021 131030                               N
131026                                      N     unreachable
131035 131036                               N
131037                                      N A   stopped
131042 131044                               N A   stopped
131045 133010                               N A   stopped
131051 130501                               N
131052 131053 131055                        N
134100 134101 134102                        W     600
131057 2494100                              R     60
131062 131063                               N
132000 132008 132012 132018                 N
132001 132005 132007                        N
132015                                      W     paused
132016                                      N     disabled
132068                                      N
132069                                      W
133000 133005 133006 133008 133009 133015   W     person
133016 136024 136025                        W     person
134011                                      N A   stopped
137000                                      N
138000 138999                               N
139100 139101                               N
139102 139103                               R
131020 131041 131059 131201 131202 131203   N
131204 131207 131209 131210 131211 131212   N
131213 131214 131215                        N
131208                                      W
147001 147002 147003 147004 147005          N
2388019 2388040 2388047 2388072 2388073     N
2388293 2388299                             N
2593107 2593108 2593109                     N
"""


def facts() -> dict[int, tuple[str, bool, str]]:
    """Code -> R, W or N; whether an administrator is alarmed; and the third column, "" without one."""
    found: dict[int, tuple[str, bool, str]] = {}
    for line in FACTS.strip().splitlines():
        words = line.split()
        codes = [word for word in words if word.isdigit() and words.index(word) < _first_letter(words)]
        rest = words[len(codes) :]
        letters = [word for word in rest if word in {"R", "W", "N", "A"}]
        what = next((word for word in rest if word not in letters), "")
        for code in codes:
            found[int(code)] = (letters[0], "A" in letters, what)
    return found


def _first_letter(words: list[str]) -> int:
    return next(place for place, word in enumerate(words) if word in {"R", "W", "N"})
