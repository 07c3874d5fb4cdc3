"""What a new desk begins with (C20): Meta's markets, the monthly allowance, and example prices until Meta's own card is imported.

Only the service prices are the product's shipped defaults (0.005 in South-East Asia, 0.008 in Europe and the Americas); every other price
is an example of plausible size. Each is marked so (`is_example`) until somebody changes or imports it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from conversations.cost.rates import Category

CURRENCY = "USD"
PER_MESSAGE = date(2025, 7, 1)  # Meta charges per message since (facts §9)
SERVICE_CHARGED = date(2026, 10, 1)  # and service messages since
FREE_A_MONTH = 1_000
EXCHANGE = ("USD", "EUR", Decimal("0.92"))

# code: (name as on Meta's card, countries)
MARKETS: dict[str, tuple[str, str]] = {
    "*": ("Other", ""),
    "AR": ("Argentina", "AR"),
    "BR": ("Brazil", "BR"),
    "CL": ("Chile", "CL"),
    "CO": ("Colombia", "CO"),
    "EG": ("Egypt", "EG"),
    "FR": ("France", "FR"),
    "DE": ("Germany", "DE"),
    "IN": ("India", "IN"),
    "ID": ("Indonesia", "ID"),
    "IL": ("Israel", "IL"),
    "IT": ("Italy", "IT"),
    "MY": ("Malaysia", "MY"),
    "MX": ("Mexico", "MX"),
    "NL": ("Netherlands", "NL"),
    "NG": ("Nigeria", "NG"),
    "PK": ("Pakistan", "PK"),
    "PE": ("Peru", "PE"),
    "RU": ("Russia", "RU"),
    "SA": ("Saudi Arabia", "SA"),
    "ZA": ("South Africa", "ZA"),
    "ES": ("Spain", "ES"),
    "TR": ("Turkey", "TR"),
    "AE": ("United Arab Emirates", "AE"),
    "GB": ("United Kingdom", "GB"),
    "north_america": ("North America", "CA US"),
    "rest_of_africa": (
        "Rest of Africa",
        "AO BF BI BJ BW CG CI CM DZ ER ET GA GH GM GN GW KE LR LS LY MA MG ML MR MW MZ NA NE RW SD SL SN SO SS SZ TD TG TN TZ UG "
        "ZM",
    ),
    "rest_of_asia_pacific": (
        "Rest of Asia Pacific",
        "AF AU BD CN HK JP KH LA LK MN NP NZ PG PH SG TH TJ TM TW UZ VN",
    ),
    "rest_of_central_eastern_europe": (
        "Rest of Central & Eastern Europe",
        "AL AM AZ BG BY CZ GE GR HR HU LT LV MD MK PL RO RS SI SK UA",
    ),
    "rest_of_latin_america": ("Rest of Latin America", "BO CR DO EC GT HN HT JM NI PA PR PY SV UY VE"),
    "rest_of_middle_east": ("Rest of Middle East", "BH IQ JO KW LB OM QA YE"),
    "rest_of_western_europe": ("Rest of Western Europe", "AT BE CH DK FI IE NO PT SE"),
}

ASIA = ("ID", "MY", "rest_of_asia_pacific")
EUROPE = ("FR", "DE", "IT", "NL", "ES", "GB", "rest_of_central_eastern_europe", "rest_of_western_europe")
AMERICAS = ("AR", "BR", "CL", "CO", "MX", "PE", "north_america", "rest_of_latin_america")

# Each of these holds for the markets named; `*` for the rest.
REGIONS: list[tuple[tuple[str, ...], dict[Category, str]]] = [
    (
        ASIA,
        {
            Category.SERVICE: "0.005",
            Category.UTILITY: "0.005",
            Category.AUTHENTICATION: "0.005",
            Category.MARKETING: "0.045",
        },
    ),
    (
        EUROPE,
        {
            Category.SERVICE: "0.008",
            Category.UTILITY: "0.030",
            Category.AUTHENTICATION: "0.030",
            Category.MARKETING: "0.070",
        },
    ),
    (
        AMERICAS,
        {
            Category.SERVICE: "0.008",
            Category.UTILITY: "0.008",
            Category.AUTHENTICATION: "0.008",
            Category.MARKETING: "0.040",
        },
    ),
    (
        ("*",),
        {
            Category.SERVICE: "0.008",
            Category.UTILITY: "0.010",
            Category.AUTHENTICATION: "0.010",
            Category.MARKETING: "0.060",
        },
    ),
]


def lines() -> list[tuple[str, str, date, Decimal]]:
    """(category, market, valid from, price) of the example card."""
    found = [(Category.SERVICE.value, "*", PER_MESSAGE, Decimal(0))]  # free inside the window until October 2026
    for places, prices in REGIONS:
        for market in places:
            for category, price in prices.items():
                since = SERVICE_CHARGED if category is Category.SERVICE else PER_MESSAGE
                found.append((category.value, market, since, Decimal(price)))
    return found
