"""“May I write?” on a conversation's page: state, windows, price and what to do, in words (C20–C22; DESIGN.md, Window and price)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from conversations import clock, times, verdict
from conversations.actions import keep_alive
from conversations.cost.reckon import Estimate
from conversations.errors import DeskError
from conversations.models import Conversation, Window
from conversations.verdict import Verdict
from conversations.window import Windows


@dataclass(frozen=True, slots=True)
class Span:
    """One window: its name, what it says now, when exactly, and whether it is over."""

    name: str
    said: str
    when: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One price: of what, how much, and why."""

    of: str
    amount: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class MayWrite:
    headline: str
    tone: str
    found: Verdict
    spans: list[Span]
    prices: list[Line]
    keep_alive: bool
    """Whether the template that keeps it open may be sent now; `keep_alive_refusal` says why not, "" where it is no question."""
    keep_alive_refusal: str


def may_write(conversation: Conversation, *, by: User) -> MayWrite:
    now = clock.now()
    found = verdict.verdict(conversation, by=by, at=now)
    offered, refusal = _keep_alive(conversation, by, found.windows, now)
    headline, tone = _headline(found, now)
    return MayWrite(
        headline=headline,
        tone=tone,
        found=found,
        spans=_spans(conversation, found.windows, now),
        prices=_prices(found),
        keep_alive=offered,
        keep_alive_refusal=refusal,
    )


def _headline(found: Verdict, now: datetime) -> tuple[str, str]:
    """In a few words, with the tint of a chip: warm only when somebody should act."""
    if found.code == "window_closed":
        is_dearer = found.windows.is_surcharged(now)
        return (_("Only a template, with a surcharge"), "warning") if is_dearer else (_("Only a template"), "info")
    if found.goes == verdict.NO:
        return _("No"), "warning"
    if found.goes == verdict.LATER:
        return _("Yes, but it waits"), "warning"
    ends_at = found.windows.service_ends_at or now
    left = _("Yes, for another %(time)s") % {"time": times.span(ends_at - now)}
    is_closing = found.windows.state(now) == Conversation.WindowState.CLOSING
    return left, "warning" if is_closing else "quiet"


def _spans(conversation: Conversation, windows: Windows, now: datetime) -> list[Span]:
    zone = conversation.channel.zone
    confirmed = dict(conversation.windows.values_list("kind", "confirmed")).get(Window.Kind.ENTRY_POINT)
    found: list[Span] = []

    def add(kind: Window.Kind, ends_at: datetime | None, running: str, over: str) -> None:
        if ends_at is None:
            return
        is_over = now >= ends_at
        said = over if is_over else running % {"time": times.span(ends_at - now)}
        found.append(Span(str(kind.label), said, times.moment(ends_at, zone), is_over))

    add(Window.Kind.SERVICE, windows.service_ends_at, _("closes in %(time)s"), _("has closed"))
    if windows.offer_ends_at is not None and now < windows.offer_ends_at:
        said = _("an answer within %(time)s makes everything free for 72 hours")
        add(Window.Kind.ENTRY_OFFER, windows.offer_ends_at, said, "")
    word = _("confirmed by WhatsApp") if confirmed else _("WhatsApp has not confirmed it yet")
    running = _("everything is free for another %(time)s")
    add(Window.Kind.ENTRY_POINT, windows.entry_point_ends_at, f"{running}; {word}", _("is over"))
    add(
        Window.Kind.PRICING,
        windows.surcharge_from,
        _("no surcharge for another %(time)s"),
        _("over: a surcharge is due"),
    )
    return found


def _prices(found: Verdict) -> list[Line]:
    if found.templates:
        return _by_category(found)
    if not found.category:
        return []
    estimate = Estimate(
        found.category, found.market, found.currency, found.price, free=found.free, surcharge=found.surcharge
    )
    return [Line(_("A message"), _money(estimate), _why(estimate))]


def _by_category(found: Verdict) -> list[Line]:
    """Templates of a category cost the same: one line for each, with their names."""
    names: dict[str, list[str]] = {}
    estimates: dict[str, Estimate | None] = {}
    for one in found.templates:
        category = str(one.template.get_category_display())
        estimates[category] = one.estimate
        names.setdefault(category, []).append(one.template.name)
    return [
        Line(
            _("A template: %(category)s") % {"category": category},
            _money(estimates[category]),
            ", ".join(dict.fromkeys(names[category])),
        )
        for category in names
    ]


def _money(estimate: Estimate | None) -> str:
    return money(estimate.price, estimate.surcharge, estimate.currency) if estimate is not None else times.NOTHING


def _why(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    place = _("%(category)s, %(market)s") % {"category": estimate.category, "market": estimate.market}
    return verdict.why_free(estimate.free) or place


def money(price: Decimal | None, surcharge: Decimal, currency: str) -> str:
    """0.0300 EUR; 0.0300 + 0.0092 EUR with a surcharge; free."""
    if price is None:
        return _("not on the rate card")
    if not price and not surcharge:
        return _("free")
    extra = f" + {surcharge:.4f}" if surcharge else ""
    return f"{price:.4f}{extra} {currency}"


def _keep_alive(conversation: Conversation, by: User, windows: Windows, now: datetime) -> tuple[bool, str]:
    """Asked only while it is closing: at other times nobody looks for it."""
    if windows.state(now) != Conversation.WindowState.CLOSING or not conversation.is_active:
        return False, ""
    try:
        keep_alive.require_keep_alive(conversation, by=by)
    except DeskError as refusal:
        return False, f"{refusal.message} {refusal.hint}".strip()
    return True, ""
