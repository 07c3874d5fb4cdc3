"""Fills a new desk with the demo shop and two weeks of its past (D26): everything through the product's own doors."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max

from config.demo.control import Control
from config.demo.desk import webhook_url, with_secrets
from config.demo.number import set_up
from config.demo.past import Part, Past
from config.demo.people import CUSTOMERS, SEEDER, Customer
from config.demo.script import Thread
from config.demo.shop import open_shop
from config.demo.templates import know_templates
from config.demo.threads_billing import BILLING, ENGLISH
from config.demo.threads_now import NOW
from config.demo.threads_orders import ORDERS
from config.demo.threads_returns import RETURNS
from conversations import clock
from conversations.actions.contacts import change_contact
from conversations.actor import Actor
from conversations.journal import readers
from conversations.models import Bookmark, Channel, Contact, Conversation, Event, Identity, Message, Tag
from reports.actions import build_week
from routing.hours import Hours

Say = Callable[[str], None]

DAYS = 14
COPIES = 2  # how often each thread of the past is played, with other customers, pieces and numbers
SEED = "Bottega Tramontana"
BETWEEN = timedelta(hours=40)  # between two threads of one customer: each is to be a conversation of its own
PATIENCE = 5.0  # seconds for readers to come to the end
LIFTED = 1000  # messages per second while seeding; the channel's own pace is put back after it
# The simulator takes times of the past, as fast as they come; statuses are told by the seeder, at their own times.
QUIET = {"statuses": False, "pair_limit": False, "throughput_limit": False}
PIECES = (
    "brocca blu",
    "tazza da tè",
    "teiera verde",
    "ciotola grande",
    "zuppiera bianca",
    "fruttiera",
    "caraffa",
    "lampada da tavolo",
)
CITIES = ("Arezzo", "Prato", "Lucca", "Siena", "Forlì", "Modena", "Perugia", "Pistoia")
# How much of the day's writing falls into each hour, 0–23, in the shop's zone.
HOURS_OF_DAY = (0, 0, 0, 0, 0, 0, 0, 1, 3, 8, 11, 9, 6, 3, 4, 8, 9, 8, 6, 3, 3, 2, 1, 0)
DAYS_OF_WEEK = (12, 10, 9, 9, 10, 6, 2)


def seed(say: Say, *, copies: int = COPIES, now_threads: bool = True) -> int:
    """Everything, or what is missing of it. Returns how many conversations were played. Raises SimulatorAway."""
    shop = open_shop()
    say(f"Shop: {len(shop.departments)} departments, opening hours, rules and six accounts are there.")
    control = Control()
    control.post("channels", {"channels": [with_secrets(shop.channel)], "webhook_url": webhook_url()})
    say(f"Templates: {know_templates(shop.channel)} are read from WhatsApp's stand-in.")
    say(f"Number: set up, with {set_up(shop.channel)} products to show.")
    with ExitStack() as stack:
        for manner in (quietly(control), lifted(shop.channel), nobody_rung(), fast_database(), repeatable()):
            stack.enter_context(manner)
        played = play_past(shop.channel, control, say, copies=copies, now_threads=now_threads)
        if played:
            know_customers()
            say(f"Journal: {read_journal()} events read by CRM mirror and reports.")
            local = clock.now().astimezone(shop.channel.zone)
            report = build_week(channel=shop.channel, week=local.date() - timedelta(weeks=1), by=SEEDER)
            say(f"Report: the week of {report.week:%d %B} is built.")
    control.post("groups", {"phone_number_id": shop.channel.phone_number_id})
    return played


def play_past(channel: Channel, control: Control, say: Say, *, copies: int, now_threads: bool) -> int:
    """Threads whose first message is stored already are left out, so that an interrupted run goes on where it stopped."""
    now = clock.now().replace(microsecond=0)
    past = Past(channel, control)
    wanted = [*of_the_past(past.hours, now, copies), *(of_now(now) if now_threads else [])]
    first = {f"{part.wamid}.1" for _at, part in wanted}
    known = set(Message.objects.filter(wamid__in=first).values_list("wamid", flat=True))
    fresh = [(at, part) for at, part in wanted if f"{part.wamid}.1" not in known]
    if not fresh:
        say("Past: it is there already.")
        return 0
    say(f"Past: playing {len(fresh)} conversations of the last {DAYS} days at a lifted pace …")
    for at, part in fresh:
        past.plan(part, at)
    past.plan_rounds(min(at for at, _part in fresh), now)
    past.play(now)
    counts = Conversation.objects.filter(channel=channel)
    stored = Message.objects.filter(channel=channel).count()
    say(f"Past: {counts.count()} conversations, {counts.active().count()} of them active, {stored} messages.")
    return len(fresh)


def of_the_past(hours: Hours, now: datetime, copies: int) -> list[tuple[datetime, Part]]:
    """Each thread `copies` times, at plausible hours of the last two weeks, with a customer who has nothing else going on."""
    starts: list[tuple[datetime, int, Thread, random.Random]] = []
    for copy in range(copies):
        for thread in (*ORDERS, *RETURNS, *BILLING, *ENGLISH):
            rng = random.Random(f"{SEED} {thread.key} {copy}")
            starts.append((_start(hours, now, rng), copy, thread, rng))
    starts.sort(key=lambda start: (start[0], start[2].key, start[1]))
    busy_until: dict[str, datetime] = {}
    numbers = itertools.count(1902)
    parts = []
    for at, copy, thread, rng in starts:
        customer = _free_customer(thread.language, at, busy_until, rng)
        busy_until[customer.number] = at + BETWEEN
        slots = {"order": f"BT-{next(numbers)}", "piece": rng.choice(PIECES), "city": rng.choice(CITIES)}
        parts.append((at, Part(f"wamid.demo.{thread.key}.{copy}", thread, customer, slots, rng)))
    return parts


def of_now(now: datetime) -> list[tuple[datetime, Part]]:
    """What is going on at this moment, each with a customer who has nothing in the past."""
    found = []
    for place, one in enumerate(NOW):
        customer = _guest(place, one.thread.language)
        part = Part(
            f"wamid.demo.{one.thread.key}", one.thread, customer, {}, random.Random(one.thread.key), strict=True
        )
        found.append((now - timedelta(minutes=one.minutes_ago), part))
    return found


GUESTS = (
    "Ada Quirini", "Berto Lanza", "Clelia Morosini", "Duccio Neri", "Egle Vianello", "Fosco Bandini", "Gilda Ronchi", "Ivo Sestini",
    "Lara Contarini", "Milo Gherardi", "Ellen Marsh", "Nives Toffol", "Oreste Galli", "Perla Sandri", "Quinto Raffi",
)  # fmt: skip


def _guest(place: int, language: str) -> Customer:
    number = f"4477009001{60 + place}" if language == "en" else f"3934712003{place:02}"
    return Customer(GUESTS[place % len(GUESTS)], number, language)


def _start(hours: Hours, now: datetime, rng: random.Random) -> datetime:
    """A moment 26 hours to two weeks ago; never one so long before the next opening that the service window would end."""
    weekday_of = [(now - timedelta(days=back)).weekday() for back in range(DAYS)]
    while True:
        (back,) = rng.choices(range(DAYS), [DAYS_OF_WEEK[day] for day in weekday_of])
        (hour,) = rng.choices(range(24), HOURS_OF_DAY)
        local = (now.astimezone(hours.zone) - timedelta(days=back)).replace(
            hour=hour, minute=rng.randrange(60), second=rng.randrange(60)
        )
        at = local.astimezone(now.tzinfo)
        opening = hours.next_opening(at)
        if at < now - timedelta(hours=26) and (opening is None or opening - at < timedelta(hours=22)):
            return at


def _free_customer(language: str, at: datetime, busy_until: dict[str, datetime], rng: random.Random) -> Customer:
    """Somebody with nothing going on, sooner who has written before: customers come back."""
    free = [one for one in CUSTOMERS if one.language == language and busy_until.get(one.number, at) <= at]
    if not free:
        return min((one for one in CUSTOMERS if one.language == language), key=lambda one: busy_until[one.number])
    if known := [one for one in free if one.tag and one.number not in busy_until]:
        return known[0]  # whom the CRM knows is sure to have written
    again = [one for one in free if one.number in busy_until]
    return rng.choice(again) if again and rng.random() < 0.35 else rng.choice(free)


def read_journal() -> int:
    """Until every reader has come to the end. On PostgreSQL they wait for whoever else writes in the cluster (D27)."""
    last = Event.objects.aggregate(last=Max("pk"))["last"]
    began, read = clock.monotonic(), readers.read_all()
    while Bookmark.objects.filter(event_id__lt=last).exists() and clock.monotonic() - began < PATIENCE:
        time.sleep(0.05)
        read += readers.read_all()
    return read


def know_customers() -> None:
    """Language, tier, spend and tags, as a CRM would have written them down (facts flow down as data)."""
    tags = {tag.name: tag for tag in Tag.objects.all()}
    for customer in CUSTOMERS:
        identity = Identity.objects.current().filter(key=customer.number).select_related("contact").first()
        if identity is None or not (customer.tier or customer.language != "it"):
            continue
        contact: Contact = identity.contact
        contact.tier, contact.spend = customer.tier, customer.spend or None
        contact.save(update_fields=["tier", "spend"])
        chosen = [tags[customer.tag]] if customer.tag in tags else []
        change_contact(contact=contact, by=Actor.system("demo"), changes={"language": customer.language}, tags=chosen)


# --- how a seeder behaves: each puts back what it found ------------------------------------------------------------------------


@contextmanager
def quietly(control: Control) -> Iterator[None]:
    """The simulator without statuses and limits, and, at the end, with what it had before and its clock right."""
    before = control.get("settings")
    control.post("settings", QUIET)
    try:
        yield
    finally:
        control.post("settings", {name: before[name] for name in QUIET})
        control.post("clock", {"now": clock.now().isoformat()})


@contextmanager
def lifted(channel: Channel) -> Iterator[None]:
    pace = channel.throughput
    Channel.objects.filter(pk=channel.pk).update(throughput=LIFTED)
    try:
        yield
    finally:
        Channel.objects.filter(pk=channel.pk).update(throughput=pace)


def nobody(bell: object) -> None:
    """settings.WAKE while seeding: the seeder drains by itself, in order."""


@contextmanager
def nobody_rung() -> Iterator[None]:
    before = getattr(settings, "WAKE", "")
    settings.WAKE = f"{__name__}.{nobody.__name__}"
    try:
        yield
    finally:
        settings.WAKE = before


FAST = {  # vendor: how to stop waiting for the disk at each commit, and how to wait again
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL"),
    "postgresql": ("SET synchronous_commit TO OFF", "RESET synchronous_commit"),
}


@contextmanager
def fast_database() -> Iterator[None]:
    """This connection alone; some thousand commits need not wait for the disk: an interrupted seeding is played again."""
    hurry, as_before = FAST[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(hurry)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(as_before)


@contextmanager
def repeatable() -> Iterator[None]:
    """Automatic replies choose among their wordings by chance: here always the same ones."""
    before = random.getstate()
    random.seed(SEED)
    try:
        yield
    finally:
        random.setstate(before)
