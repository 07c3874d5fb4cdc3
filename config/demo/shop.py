"""Bottega Tramontana, the invented ceramics shop: number, departments, hours, rules, CRM address. Made once; what staff change stays."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from autoreply import starter
from autoreply.models import Rule, Variant
from config.demo.people import SEEDER, make_staff
from conversations import clock, stamps
from conversations.actions import channels
from conversations.models import Channel, Department, Portfolio, Tag
from crm_sync import signing
from crm_sync.models import Connection
from reports.models import ReportSchedule
from routing.models import Calendar, DepartmentPlan, Interval, RoutingRule

NAME = "Bottega Tramontana"
PHONE_NUMBER_ID, WABA_ID, NUMBER = "106540352242922", "102290129340398", "+39 055 000 1122"
THROUGHPUT = 80  # messages per second, what Meta allows a number (facts §9)
CRM_RECEIVER = "http://127.0.0.1:9000/"  # where `python -m crm_sync.receiver --port 9000` listens (docs/operating.md)

TEAMS = {  # role, as autoreply.starter knows it: name, what it is for
    "orders": ("Ordini", "Disponibilità, spedizioni, ritiri, su misura"),
    "returns": ("Resi", "Resi, cambi, pezzi rotti o difettosi"),
    "billing": ("Fatture", "Fatture, pagamenti, rimborsi"),
}
WEEK = [(9, 13), (15, 19)]  # Monday to Friday
SATURDAY = [(9, 13)]
ENGLISH_WORDS = {
    "returns": ["return", "broken", "exchange", "damaged", "faulty"],
    "billing": ["invoice", "payment", "receipt", "refund"],
    "orders": ["order", "parcel", "delivery", "shipping", "tracking"],
}
TAGS = {"Alto valore": "💎", "Da seguire": "📌", "In attesa": "⏳"}
# The starter set's rules that the shop says in its own words: key -> texts.
OWN_WORDS = {
    "welcome": (
        "Buongiorno {{ contact.first_name | e ben arrivati }}, qui la Bottega Tramontana: ceramiche fatte a mano. Come possiamo aiutarLa?",
        "Grazie di averci scritto, {{ contact.first_name | e a presto }}! Siamo la Bottega Tramontana: ci dica, Le risponde una persona.",
    ),
    "hours": (
        "Siamo aperti da lunedì a venerdì 9–13 e 15–19, il sabato 9–13. La bottega è in via dei Vasai 7; qui può scriverci sempre.",
    ),
}


@dataclass(frozen=True, slots=True)
class Shop:
    channel: Channel
    departments: dict[str, Department]


@transaction.atomic
def open_shop() -> Shop:
    """The whole configuration. Safe to repeat: only the simulator's address and the demo password follow the environment."""
    departments = {
        role: Department.objects.get_or_create(name=name, defaults={"description": about})[0]
        for role, (name, about) in TEAMS.items()
    }
    channel = _channel(departments["orders"])
    calendar = _calendar()
    for department in departments.values():
        fallback = departments["orders"] if department != departments["orders"] else None
        DepartmentPlan.objects.get_or_create(
            department=department, defaults={"calendar": calendar, "fallback": fallback}
        )
    make_staff(departments)
    _rules(channel, departments)
    for name, emoji in TAGS.items():
        Tag.objects.get_or_create(name=name, defaults={"emoji": emoji})
    _crm()
    ReportSchedule.objects.get_or_create(kind=ReportSchedule.Kind.SERVICE)
    stamps.touch("configuration")
    return Shop(channel, departments)


def _channel(default: Department) -> Channel:
    portfolio, _created = Portfolio.objects.get_or_create(name=NAME)
    channel, created = Channel.objects.get_or_create(
        phone_number_id=PHONE_NUMBER_ID,
        defaults={
            "name": NAME,
            "portfolio": portfolio,
            "waba_id": WABA_ID,
            "display_phone_number": NUMBER,
            "access_token": f"EAA{secrets.token_urlsafe(48)}",
            "app_secret": secrets.token_hex(16),
            "verify_token": secrets.token_urlsafe(16),
            "base_url": settings.SIMULATOR_URL,
            "throughput": THROUGHPUT,
            "quality_rating": Channel.Quality.GREEN,
            "time_zone": "Europe/Rome",
            "language": "it",
            "default_department": default,
        },
    )
    if created:
        channels.start(channel=channel, by=SEEDER)
    elif channel.base_url != settings.SIMULATOR_URL:  # the same data folder, another port
        channel.base_url = settings.SIMULATOR_URL
        channel.save(update_fields=["base_url"])
    channel.refresh_from_db()
    return channel


def _calendar() -> Calendar:
    calendar, created = Calendar.objects.get_or_create(
        name="Bottega", defaults={"time_zone": "Europe/Rome", "country": "IT"}
    )
    if created:
        for weekday in range(6):
            for opens, closes in WEEK if weekday < 5 else SATURDAY:
                Interval.objects.create(calendar=calendar, weekday=weekday, start=opens * 60, end=closes * 60)
    return calendar


def _rules(channel: Channel, departments: dict[str, Department]) -> None:
    """The starter set in the shop's words (A16), and English keywords beside the Italian ones."""
    installed = starter.install(channel, departments)
    if installed.rules:
        for key, texts in OWN_WORDS.items():
            rule = Rule.objects.filter(key=f"{key}-{channel.pk}").first()
            if rule is not None:
                _reword(rule, texts)
        _put_orders_last(channel, departments["orders"])
    for place, (role, words) in enumerate(ENGLISH_WORDS.items()):
        department = departments[role]
        RoutingRule.objects.get_or_create(
            name=f"{department.name} · English",
            defaults={"order": 100 + 10 * place, "channel": channel, "keywords": words, "department": department},
        )


def _put_orders_last(channel: Channel, orders: Department) -> None:
    """Whoever asks for a return or an invoice names the order too: the words of the other teams are looked for first."""
    for routing_rule in RoutingRule.objects.filter(channel=channel, department=orders):
        routing_rule.order = 90
        routing_rule.save(update_fields=["order"])
    for reply_rule in Rule.objects.filter(key=f"order-{channel.pk}"):
        reply_rule.order = 90
        reply_rule.save(update_fields=["order"])


def _reword(rule: Rule, texts: tuple[str, ...]) -> None:
    """The first variants get these texts, and keep their buttons."""
    for variant, text in zip(Variant.objects.filter(rule=rule).order_by("pk"), texts, strict=False):
        variant.text = text
        variant.full_clean()
        variant.save(update_fields=["text"])


def _crm() -> None:
    """Off until somebody starts a receiver at its address and switches it on in admin."""
    if not Connection.objects.filter(name="Gestionale (prova)").exists():
        Connection.objects.create(
            name="Gestionale (prova)",
            url=CRM_RECEIVER,
            secret=signing.new_secret(),
            secret_set_at=clock.machine_now(),
            is_active=False,
        )
