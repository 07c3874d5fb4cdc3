"""Rate cards in admin: imported after a look at what will change, all or nothing, and downloaded (C20)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conversations.access.roles import sync_roles
from conversations.cost import quote, sheet
from conversations.cost.card import CARD
from conversations.cost.rates import Category
from conversations.cost.starter import install, install_first
from conversations.models import Allowance, Market, Rate
from tests.conversations.cast import signed_in
from tests.conversations.cost_world import changed, charged
from tests.makers import make_person

pytestmark = pytest.mark.django_db
PAGE = "/admin/conversations/rate/import/"
MARKETS = {
    sheet.squeeze(name): code for code, name in (("IT", "Italy"), ("IT", "IT"), ("rest_of_africa", "Rest of Africa"))
}
MARKETS |= {"restofafrica": "rest_of_africa", "de": "DE", "germany": "DE"}
HEAD = "category,market,valid_from,price,currency\n"


@pytest.fixture
def staff() -> Client:
    sync_roles()
    return signed_in(make_person("elena", "Administrator"))


def look(client: Client, text: str | bytes, **more: str) -> tuple[str, str]:
    """The preview page, and what its button would send; "" when there is none."""
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(PAGE, {"file": SimpleUploadedFile("card.csv", data), **more})
    assert answer.status_code == 200
    body = answer.content.decode()
    found = re.search(r'name="prices" value="([^"]+)"', body)
    return body, found[1] if found and ">Import</button>" in re.sub(r"\s+", "", body) else ""


def bring(client: Client, sealed: str) -> str:
    return client.post(PAGE, {"prices": sealed}, follow=True).content.decode()


def price(category: str, market: str, day: date) -> Decimal | None:
    changed()
    return CARD.get().price(category, market, day, "USD")


# --- reading a file -------------------------------------------------------------------------------------------------------


def read(text: str, **more: Any) -> sheet.Sheet:
    return sheet.read(text.encode(), markets=MARKETS, **more)


def test_our_own_shape() -> None:
    found = read(
        HEAD
        + "marketing,IT,2026-10-01,0.0691,USD\nservice,Rest of Africa,2027-01-01,0,EUR\nutility,*,2027-01-01,1.5,USD\n"
    )
    assert found.refused == []
    assert [(one.line, one.key, one.price) for one in found.prices] == [
        (2, ("marketing", "IT", "USD", date(2026, 10, 1)), Decimal("0.0691")),
        (3, ("service", "rest_of_africa", "EUR", date(2027, 1, 1)), Decimal(0)),
        (4, ("utility", "*", "USD", date(2027, 1, 1)), Decimal("1.5")),
    ]


def test_metas_shape_has_explanations_first_and_a_column_per_category() -> None:
    text = (
        "WhatsApp rates,,,,,\n,,,,,\nMarket,Currency,Marketing,Utility,Authentication,Authentication-International\n"
        "Italy,USD,$0.0691,0.0300,0.0300,n/a\nGermany,USD,0.1365,0.0550,0.0550,\n"
    )
    found = read(text, valid_from=date(2026, 10, 1))
    assert found.refused == []
    assert {(one.category, one.market): one.price for one in found.prices} == {
        ("marketing", "IT"): Decimal("0.0691"),
        ("utility", "IT"): Decimal("0.03"),
        ("authentication", "IT"): Decimal("0.03"),
        ("marketing", "DE"): Decimal("0.1365"),
        ("utility", "DE"): Decimal("0.055"),
        ("authentication", "DE"): Decimal("0.055"),
    }


def test_a_spreadsheet_with_semicolons_and_decimal_commas() -> None:
    text = "\ufeffcategory;market;valid_from;price;currency\r\nmarketing;IT;2026-10-01;0,0691;EUR\r\n"
    assert read(text).prices[0].price == Decimal("0.0691")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gossip,IT,2026-10-01,0.1,USD", "unknown category"),
        ("marketing,Atlantis,2026-10-01,0.1,USD", "unknown market"),
        ("marketing,IT,01/10/2026,0.1,USD", "no date"),
        ("marketing,IT,,0.1,USD", "no date"),
        ("marketing,IT,2026-10-01,-0.1,USD", "no price"),
        ("marketing,IT,2026-10-01,free,USD", "no price"),
        ("marketing,IT,2026-10-01,,USD", "no price"),
        ("marketing,IT,2026-10-01,NaN,USD", "no price"),
        ("marketing,IT,2026-10-01,1e-3,USD", "no price"),
        ("marketing,IT,2026-10-01,12345,USD", "no price"),
        ("marketing,IT,2026-10-01,0.1234567,USD", "more than six decimals"),
        ("marketing,IT,2026-10-01,0.1,usd", "no currency"),
        ("marketing,IT,2026-10-01,0.1,", "no currency"),
        ("marketing,IT,2026-10-01,0.1,USD,,7", "more cells"),
        ("marketing,italy,2026-10-01,0.2,USD", "the same as line 2"),
    ],
)
def test_a_line_is_refused_with_its_number_and_reason(line: str, why: str) -> None:
    good = "marketing,IT,2026-10-01,0.1,USD"
    found = read(f"{HEAD}{good}\n\n{line}\n" if "same" in why else f"{HEAD}\n\n{line}\n")
    (refused,) = found.refused
    assert refused.line == 4
    assert why in refused.reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no heading"),
        (b"a,b\n1,2\n", "no heading"),
        (HEAD.encode(), "no price in this file"),
        (b"category,market,colour\n", "Unknown columns: colour"),
        (b"category,market\nutility,IT\n", "Columns missing: price"),
        (b"market,currency\nIT,USD\n", "neither a column"),
        (b"market,utility,utility\nIT,1,2\n", "twice"),
        (b'market,utility\nIT,"1\n', "cannot be read"),
        ("market,utility\nIT,0.1 €\n".encode("latin-1", "replace"), "no currency"),
        (b"market,utility\nIT,0.1 \xa4\n", "UTF-8"),
        (b"market\x00,utility\n", "no CSV"),
        (b"x" * (sheet.LARGEST + 1), "larger than 1 MB"),
        (b"market,utility\n" + b"\n" * (sheet.MOST + 1), "20,000 lines"),
    ],
)
def test_a_file_that_is_no_card_is_refused_as_a_whole(data: bytes, why: str) -> None:
    found = sheet.read(data, markets=MARKETS, valid_from=date(2026, 10, 1))
    assert found.prices == []
    assert why in found.refused[0].reason


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_anything_at_all_is_read_or_refused(data: bytes) -> None:
    found = sheet.read(b"market,utility\n" + data, markets=MARKETS, valid_from=date(2026, 10, 1), currency="USD")
    assert found.prices or found.refused
    assert all(one.price >= 0 for one in found.prices)


card_lines = st.lists(
    st.tuples(
        st.sampled_from([category.value for category in Category]),
        st.sampled_from(["IT", "DE", "rest_of_africa", "*"]),
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
        st.decimals(0, 9999, places=6),
        st.sampled_from(["USD", "EUR"]),
        st.booleans(),
    ),
    unique_by=lambda line: (line[0], line[1], line[2], line[4]),
    min_size=1,
)


@given(card_lines)
def test_what_is_written_is_read_back(lines: list[tuple[str, str, date, Decimal, str, bool]]) -> None:
    found = sheet.read(sheet.write(lines).encode(), markets=MARKETS)
    assert found.refused == []
    read_back = [
        (one.category, one.market, one.valid_from, one.price, one.currency, one.is_example) for one in found.prices
    ]
    assert read_back == lines


# --- the pages ------------------------------------------------------------------------------------------------------------


def test_a_card_is_looked_at_and_then_imported(staff: Client) -> None:
    before = Rate.objects.count()
    day = date(2027, 1, 1)
    text = "market,currency,marketing,utility\nItaly,USD,0.0750,0.0310\nGermany,USD,0.1400,n/a\n"
    body, sealed = look(staff, text, valid_from="2027-01-01")
    assert "3 new, 0 changed, 0 as they are" in body
    assert Rate.objects.count() == before
    assert "3 prices imported" in bring(staff, sealed)
    assert Rate.objects.count() == before + 3
    assert (price("marketing", "IT", day), price("marketing", "IT", date(2026, 12, 31))) == (
        Decimal("0.075"),
        Decimal("0.07"),
    )
    row = Rate.objects.get(category="marketing", market_id="DE", valid_from=day)
    assert not row.is_example
    kept = row.history.get()
    assert (kept.history_user.username, kept.history_change_reason) == ("elena", "import")


def test_importing_twice_changes_nothing(staff: Client) -> None:
    text = HEAD + "marketing,IT,2027-01-01,0.0750,USD\n"
    _body, sealed = look(staff, text)
    bring(staff, sealed)
    assert "Nothing to import" in bring(staff, sealed)  # the button pressed twice
    again, sealed = look(staff, text)
    assert "0 new, 0 changed, 1 as they are" in again
    assert sealed == ""
    assert Rate.objects.get(valid_from=date(2027, 1, 1)).history.count() == 1


def test_a_refused_line_stops_the_whole_file(staff: Client) -> None:
    before = Rate.objects.count()
    body, sealed = look(staff, HEAD + "marketing,IT,2027-01-01,0.0750,USD\nmarketing,Atlantis,2027-01-01,0.1,USD\n")
    assert "1 line is refused" in body
    assert "unknown market “Atlantis”" in body
    assert sealed == ""
    assert Rate.objects.count() == before


def test_an_example_confirmed_is_an_example_no_more(staff: Client) -> None:
    body, sealed = look(staff, HEAD + "marketing,IT,2025-07-01,0.07,USD\n")
    assert "No example any more" in body
    bring(staff, sealed)
    assert not Rate.objects.get(category="marketing", market_id="IT").is_example


def test_a_card_changed_between_look_and_import_is_looked_at_again(staff: Client) -> None:
    _body, sealed = look(staff, HEAD + "marketing,IT,2025-07-01,0.08,USD\n")
    Rate.objects.filter(category="marketing", market_id="IT").update(price=Decimal("0.09"))
    body = bring(staff, sealed)
    assert "has changed meanwhile" in body
    assert "<del>0.09" in body
    assert Rate.objects.get(category="marketing", market_id="IT").price == Decimal("0.09")


def test_a_preview_cannot_be_made_up(staff: Client) -> None:
    _body, sealed = look(staff, HEAD + "marketing,IT,2025-07-01,0.08,USD\n")
    assert "older than an hour" in bring(staff, sealed[:-3] + "abc")
    assert Rate.objects.get(category="marketing", market_id="IT").price == Decimal("0.07")


def test_what_is_downloaded_is_the_card_and_imports_as_no_change(staff: Client) -> None:
    text = staff.get("/admin/conversations/rate/export/").content.decode()
    assert "service,IT,2026-10-01,0.008000,USD,yes" in text
    body, sealed = look(staff, text)
    assert f"0 new, 0 changed, {Rate.objects.count()} as they are" in body
    assert sealed == ""


def test_only_who_may_configure_imports(staff: Client) -> None:
    editor = signed_in(make_person("edo", "Editor"))
    assert editor.get(PAGE).status_code == 403
    assert editor.post(PAGE, {"prices": "x"}).status_code == 403
    assert editor.get("/admin/conversations/rate/export/").status_code == 200
    analyst = make_person("ana", "Analyst")
    analyst.is_staff = True
    analyst.save(update_fields=["is_staff"])
    assert signed_in(analyst).get("/admin/conversations/rate/export/").status_code == 403


def test_a_price_changed_by_hand_is_no_example(staff: Client) -> None:
    row = Rate.objects.get(category="marketing", market_id="IT")
    form = {
        "category": row.category,
        "market": row.market_id,
        "valid_from": "2025-07-01",
        "price": "0.071",
        "currency": "USD",
    }
    staff.post(f"/admin/conversations/rate/{row.pk}/change/", form)
    row.refresh_from_db()
    assert (row.price, row.is_example) == (Decimal("0.071"), False)


def test_an_imported_card_is_what_the_next_message_costs(staff: Client) -> None:
    conversation = charged()
    _body, sealed = look(staff, HEAD + "service,IT,2026-10-01,0.0123,USD\n")
    bring(staff, sealed)
    changed()
    found = quote.estimate(conversation)
    assert found is not None
    assert found.price == Decimal("0.0123")


# --- what a new desk begins with ------------------------------------------------------------------------------------------


def test_the_shipped_card_is_marked_and_installed_once() -> None:
    assert Rate.objects.filter(is_example=False).count() == 0
    assert Allowance.objects.get().messages == 1000
    asia, europe, america = (price("service", market, date(2026, 10, 1)) for market in ("ID", "IT", "north_america"))
    assert (asia, europe, america) == (Decimal("0.005"), Decimal("0.008"), Decimal("0.008"))
    assert price("service", "IT", date(2026, 9, 30)) == 0
    assert install() == 0
    Rate.objects.all().delete()
    Market.objects.all().delete()
    install_first()
    assert not Market.objects.exists()  # what staff took away does not come back


def test_no_country_is_in_two_markets_of_the_shipped_card() -> None:
    for market in Market.objects.all():
        market.full_clean()
