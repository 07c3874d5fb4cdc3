"""What a bench found: figures, the reference's figures of the same run, their ratios, the aims, and what went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Figure = float | int | str


@dataclass
class Report:
    """`wrong` is for what must never be: stored less than acknowledged, sent more than asked. It makes the command end with 1."""

    bench: str
    figures: dict[str, Figure] = field(default_factory=dict)
    reference: dict[str, dict[str, Figure]] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    aims: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def aim(self, what: str, *, at_least: float | None = None, below: float | None = None, reached: float) -> None:
        """An aim that is missed is said to be missed, and is no error."""
        met = reached >= at_least if at_least is not None else below is not None and reached < below
        words = f"at least {at_least:g}" if at_least is not None else f"below {below:g}"
        self.aims.append({"what": what, "aim": words, "reached": round(reached, 3), "met": met})

    def expect(self, what: str, *, is_right: bool) -> None:
        if not is_right:
            self.wrong.append(what)

    def show(self) -> str:
        lines = [f"\n=== bin/bench {self.bench}", *_table(self.figures)]
        for name, figures in self.reference.items():
            lines += [f"\n  reference: {name}", *_table(figures)]
        if self.ratios:
            lines += ["\n  ratios", *_table(dict(self.ratios))]
        lines += ["", *(f"  {note}" for note in self.notes), ""]
        for aim in self.aims:
            lines.append(
                f"  {'met   ' if aim['met'] else 'MISSED'}  {aim['what']}: {aim['reached']:g} (aim: {aim['aim']})"
            )
        lines += [f"  WRONG   {what}" for what in self.wrong]
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        names = ("bench", "figures", "reference", "ratios", "aims", "notes", "wrong")
        path.write_text(json.dumps({name: getattr(self, name) for name in names}, indent=2) + "\n")


def _table(figures: dict[str, Any]) -> list[str]:
    width = max((len(name) for name in figures), default=0)
    return [f"  {name:<{width}}  {_shown(value):>12}" for name, value in figures.items()]


def _shown(value: Figure) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else value


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of them do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def median(values: list[float]) -> float:
    return percentile(values, 0.5)
