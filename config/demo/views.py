"""What the simulator asks the desk: its numbers, its clock, its hours, and what it did for a customer (D28)."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from config.demo.customer_log import entries
from config.demo.desk import simulated_channels, with_secrets
from config.demo.door import demo, need
from conversations import clock
from conversations.actions import windows
from conversations.errors import Invalid, NotFound
from conversations.models import Channel, Contact, Conversation, Identity
from conversations.models.clock_shift import ClockShift
from conversations.queries.windows import windows_of
from conversations.whatsapp import numbers
from routing.configuration import KEPT

SHOWN_HOURS = timedelta(hours=48)
FASTEST = 3600.0  # an hour of business time in a second
FARTHEST = timedelta(days=3660)
# What falls due by the clock alone: rung when the clock was moved, so that nobody waits for the next minute.
SWEEPS = ("conversations.check_windows", "autoreply.after_hours_round", "conversations.sweep")


@demo("GET")
def channels(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"channels": [with_secrets(channel) for channel in simulated_channels()]})


@demo("GET", "POST")
def clock_view(request: HttpRequest) -> JsonResponse:
    """GET tells business time; POST moves it by one of advance_seconds, set, rate, reset."""
    if request.method == "POST":
        before = clock.now()
        _move(_body(request))
        if clock.now() < before:  # states look ahead only
            windows.look_again()
        for name in SWEEPS:
            ring(name)
    clock.forget()
    row = ClockShift.objects.filter(pk=1).first()
    return JsonResponse(
        {
            "now": clock.now().isoformat(),
            "machine": clock.machine_now().isoformat(),
            "rate": row.rate if row else 1.0,
            "moved": row is not None,
        }
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict) or len(given) != 1:
        raise Invalid(_("Send one of advance_seconds, set, rate, reset, as JSON."))
    return given


def _move(given: dict[str, Any]) -> None:
    """Raises Invalid for a value that is none, or farther than ten years."""
    ((what, value),) = given.items()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if what == "reset" and value is True:
        clock.reset()
    elif what == "advance_seconds" and number and abs(value) <= FARTHEST.total_seconds():
        _check(clock.now() + timedelta(seconds=value))
        clock.move(advance=timedelta(seconds=value))
    elif what == "rate" and number and 0 <= value <= FASTEST:
        clock.move(rate=float(value))
    elif what == "set" and isinstance(value, str):
        clock.move(to=_check(_moment(value)))
    else:
        raise Invalid(_("This is no way to move the clock."), given=what)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(_("“%(text)s” is not an ISO 8601 time.") % {"text": text[:40]}) from None
    if moment.tzinfo is None:
        raise Invalid(_("The time needs its zone, such as Z or +01:00."))
    return moment


def _check(moment: datetime) -> datetime:
    if abs(moment - clock.machine_now()) > FARTHEST:
        raise Invalid(_("At most ten years from today."))
    return moment


def ring(name: str) -> None:
    with contextlib.suppress(Exception):  # no broker: beat's next minute finds what fell due
        current_app.send_task(name, ignore_result=True, retry=False, expires=30)


@demo("GET")
def hours(request: HttpRequest) -> JsonResponse:
    """When the channel's default department is open in the next 48 h, and when the windows of this chat end."""
    channel = _channel(request)
    opening = KEPT.get().hours_of(channel.default_department_id, channel.zone)
    now = clock.now()
    is_open = opening.is_open(now)
    until = opening.closing(now) if is_open else opening.next_opening(now)
    conversation = _conversation(request, channel)
    ends = _windows(conversation) if conversation else {}
    return JsonResponse(
        {
            "open": is_open,
            "until": until.isoformat() if until else None,
            "intervals": [[start.isoformat(), end.isoformat()] for start, end in opening.spans(now, now + SHOWN_HOURS)],
            "window_ends_at": ends.get("service"),
            "windows": ends,
            "timezone": channel.time_zone,
        }
    )


def _windows(conversation: Conversation) -> dict[str, str]:
    """Ends of the service window, of the business's own pricing window and of the free one after an ad."""
    known = windows_of(conversation)
    ends = {
        "service": known.service_ends_at,
        "pricing": known.pricing_ends_at,
        "entry_point": known.entry_point_ends_at,
    }
    return {kind: at.isoformat() for kind, at in ends.items() if at is not None}


@demo("GET")
def log(request: HttpRequest) -> JsonResponse:
    """What the desk did for this number, or in this group, newest first."""
    need(request, "from")
    conversation = _conversation(request, _channel(request))
    found = entries(conversation) if conversation else []
    return JsonResponse({"entries": [{"at": entry.at.isoformat(), "text": entry.text} for entry in found]})


def _channel(request: HttpRequest) -> Channel:
    wanted = need(request, "phone_number_id")
    for channel in simulated_channels():
        if channel.phone_number_id == wanted:
            return channel
    raise NotFound


def _conversation(request: HttpRequest, channel: Channel) -> Conversation | None:
    """The newest with the group of `group_id`, else with whoever has the number or user id of `from`."""
    if group_id := request.GET.get("group_id", ""):
        rows = Conversation.objects.filter(channel=channel, group__group_id=group_id)
        return rows.order_by("-last_activity_at", "-pk").first()
    return latest_conversation(channel, request.GET.get("from", ""))


def latest_conversation(channel: Channel, address: str) -> Conversation | None:
    """The newest conversation with whoever has this number or user id; None when nobody has."""
    if not address:
        return None
    keys = {address, numbers.key(address)} - {""}
    found = Identity.objects.current().filter(portfolio=channel.portfolio_id, key__in=keys).select_related("contact")
    contacts: set[Contact | None] = {identity.contact.merged_into or identity.contact for identity in found}
    rows = Conversation.objects.filter(channel=channel, contact__in=[contact for contact in contacts if contact])
    return rows.order_by("-last_activity_at", "-pk").first()
