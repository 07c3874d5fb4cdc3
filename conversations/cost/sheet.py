"""Rate cards as CSV: ours (a line per price) and Meta's (a line per market, a column per category). Pure (C20)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from conversations.cost.markets import REST
from conversations.cost.rates import Category

COLUMNS = ["category", "market", "valid_from", "price", "currency", "example"]  # as exported
NEEDED = {"category", "market", "price"}
LARGEST = 1_000_000  # bytes
MOST = 20_000  # lines
LOOKED_AT = 30  # lines before the heading: Meta's cards begin with explanations
NO_PRICE = {"", "-", "–", "n/a", "na"}
YES = {"yes", "true", "1", "x"}
SQUEEZED = re.compile(r"[\s_\-,()&]+")


@dataclass(frozen=True, slots=True)
class Priced:
    """One price: a line of ours, or a cell of Meta's."""

    line: int
    category: str
    market: str
    valid_from: date
    price: Decimal
    currency: str
    is_example: bool = False

    @property
    def key(self) -> tuple[str, str, str, date]:
        return self.category, self.market, self.currency, self.valid_from


@dataclass(frozen=True, slots=True)
class Refused:
    """`line` counts from 1, as an editor shows it; 0 is the file itself."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Sheet:
    prices: list[Priced] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class Unreadable(ValueError):
    """The file as a whole; the message is for people."""


def read(data: bytes, *, markets: Mapping[str, str], valid_from: date | None = None, currency: str = "") -> Sheet:
    """Every price of the file, and every line that is none. `markets`: squeezed code or name -> code.

    `valid_from` and `currency` are for files without such a column. Nothing is guessed: what is not understood is refused with its line.
    """
    sheet = Sheet()
    try:
        rows = _rows(data)
        head_line, columns = _heading(rows)
    except Unreadable as problem:
        sheet.refused.append(Refused(0, "", str(problem)))
        return sheet
    reader = Reader(columns, markets, valid_from, currency)
    seen: dict[tuple[str, str, str, date], Priced] = {}
    for line, cells in rows:
        if line <= head_line or not any(cell.strip() for cell in cells):
            continue
        try:
            found = list(reader.prices(line, cells))
            for one in found:
                if (first := seen.setdefault(one.key, one)) is not one:
                    raise ValueError(_("the same as line %(line)s") % {"line": first.line})
        except ValueError as problem:
            sheet.refused.append(Refused(line, ", ".join(cells)[:120], str(problem)))
        else:
            sheet.prices += found
    if not sheet.prices and not sheet.refused:
        sheet.refused.append(Refused(0, "", _("There is no price in this file.")))
    return sheet


def write(prices: Iterable[tuple[str, str, date, Decimal, str, bool]]) -> str:
    """(category, market, valid from, price, currency, example) as CSV that `read` takes back unchanged."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for category, market, day, price, currency, is_example in prices:
        writer.writerow([category, market, day.isoformat(), f"{price:f}", currency, "yes" if is_example else ""])
    return text.getvalue()


def squeeze(text: str) -> str:
    """`Rest of Western Europe`, `rest_of_western_europe` and `REST-OF-WESTERN-EUROPE` are one."""
    return SQUEEZED.sub("", text.casefold())


CATEGORIES = {squeeze(category): category.value for category in Category}


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    if len(data) > LARGEST:
        raise Unreadable(_("The file is larger than 1 MB."))
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not text in UTF-8. Save it as “CSV UTF-8”.")) from None
    if "\x00" in text:
        raise Unreadable(_("The file is no CSV."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [cell.strip() for cell in cells]))
            if len(rows) > MOST:
                raise Unreadable(_("The file has more than 20,000 lines."))
    except csv.Error as problem:
        said = _("Line %(line)s cannot be read: %(problem)s") % {"line": reader.line_num, "problem": problem}
        raise Unreadable(said) from None
    return rows


def _delimiter(text: str) -> str:
    """The one that the heading has: comma, semicolon (where the comma is in numbers) or tab."""
    for line in text.splitlines()[:LOOKED_AT]:
        if "market" in line.casefold():
            return max(",;\t", key=line.count)
    return ","


def _heading(rows: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The heading's line number, and what each column is: one of COLUMNS, a category, or "" for an empty heading."""
    for line, cells in rows[:LOOKED_AT]:
        names = [squeeze(cell) for cell in cells]
        if "market" not in names:
            continue
        known = {squeeze(name): name for name in COLUMNS} | CATEGORIES
        wrong = [cell for cell, name in zip(cells, names, strict=True) if name and name not in known]
        if wrong:
            raise Unreadable(_("Unknown columns: %(names)s.") % {"names": ", ".join(wrong)})
        columns = [known.get(name, "") for name in names]
        twice = {name for name in columns if name and columns.count(name) > 1}
        if twice:
            raise Unreadable(_("Columns that are there twice: %(names)s.") % {"names": ", ".join(sorted(twice))})
        if "category" in columns and not set(columns) >= NEEDED:
            raise Unreadable(_("Columns missing: %(names)s.") % {"names": ", ".join(sorted(NEEDED - set(columns)))})
        if "category" not in columns and not set(columns) & set(CATEGORIES.values()):
            raise Unreadable(_("There is neither a column “category” nor one named after a category."))
        return line, columns
    raise Unreadable(_("There is no heading with a column “market”."))


class Reader:
    """Lines of one file. Raises ValueError with a sentence for people."""

    def __init__(self, columns: list[str], markets: Mapping[str, str], valid_from: date | None, currency: str) -> None:
        self.columns, self.markets = columns, markets
        self.valid_from, self.currency = valid_from, currency

    def prices(self, line: int, cells: list[str]) -> Iterator[Priced]:
        if any(cells[len(self.columns) :]):
            raise ValueError(_("more cells than the heading has"))
        given = dict(zip(self.columns, cells, strict=False))
        market, day = self._market(given.get("market", "")), self._day(given.get("valid_from", ""))
        currency = self._currency(given.get("currency", ""))
        if "category" in self.columns:
            category = CATEGORIES.get(squeeze(given.get("category", "")))
            if category is None:
                raise ValueError(_("unknown category “%(text)s”") % {"text": given.get("category", "")})
            is_example = given.get("example", "").casefold() in YES
            yield Priced(line, category, market, day, _price(given.get("price", "")), currency, is_example)
            return
        for column, text in given.items():
            if column in CATEGORIES.values() and text.casefold() not in NO_PRICE:
                yield Priced(line, column, market, day, _price(text), currency)

    def _market(self, text: str) -> str:
        found = REST if text == REST else self.markets.get(squeeze(text))
        if found is None:
            raise ValueError(_("unknown market “%(text)s”") % {"text": text})
        return found

    def _day(self, text: str) -> date:
        if not text and self.valid_from is not None:
            return self.valid_from
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(_("“%(text)s” is no date such as 2026-10-01") % {"text": text}) from None

    def _currency(self, text: str) -> str:
        found = text or self.currency
        if not re.fullmatch(r"[A-Z]{3}", found) or not found.isascii():
            raise ValueError(_("“%(text)s” is no currency such as USD") % {"text": found})
        return found


def _price(text: str) -> Decimal:
    """0.0643, 0,0643, $0.0643. Never rounded."""
    plain = re.sub(r"^[$€£₹]\s*|\s*[$€£₹]$", "", text)
    if re.fullmatch(r"[0-9]+,[0-9]+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]+)?", plain):
        raise ValueError(_("“%(text)s” is no price") % {"text": text})
    try:
        price = Decimal(plain)
    except InvalidOperation:  # pragma: no cover  the pattern has said what it is
        raise ValueError(_("“%(text)s” is no price") % {"text": text}) from None
    if price != price.quantize(Decimal("0.000001")):
        raise ValueError(_("“%(text)s” has more than six decimals") % {"text": text})
    return price
