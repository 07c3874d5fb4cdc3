"""The caps of a whole number and portfolio, counted as messages are taken to be sent (C24): exact under any number of workers.

Called in the claim's transaction, after its messages are locked. A tally's row is locked last and for a moment, and each message is
counted once: with its first attempt.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from conversations.models import Channel, Contact, DayTally, Message, Reached, ReachTally
from conversations.outbox.caps import days
from conversations.outbox.caps.rules import DAY, Hold, begins, binds, over_budget, reach_limit
from conversations.outbox.caps.words import Cap

MOST_FORGOTTEN = 1000  # rows of one look: more than come in one


def take(channel: Channel, messages: list[Message], now: datetime) -> dict[int, Hold]:
    """Count these messages of a channel; those that a cap holds back, with why and until when, are not counted."""
    fresh = [message for message in messages if message.tries == 0]
    if not fresh:
        return {}
    _note_who_begins(fresh, now)
    held = _of_budget(channel, fresh, now)
    held |= _take_reach(channel, [message for message in fresh if message.pk not in held], now)
    return held | _take_day(channel, [message for message in fresh if message.pk not in held], now)


def _note_who_begins(messages: list[Message], now: datetime) -> None:
    """A window may have opened or closed since it was queued."""
    for is_begun in (True, False):
        changed = [
            message
            for message in messages
            if message.initiated != is_begun and begins(message.conversation, message.type, now) == is_begun
        ]
        if changed:
            Message.objects.filter(pk__in=[message.pk for message in changed]).update(initiated=is_begun)
            for message in changed:
                message.initiated = is_begun


def _of_budget(channel: Channel, messages: list[Message], now: datetime) -> dict[int, Hold]:
    found = {message.pk: over_budget(channel, message.origin, now) for message in messages if not message.released}
    return {pk: hold for pk, hold in found.items() if hold is not None}


# --- the day of a channel ---------------------------------------------------------------------------------------------------


def _take_day(channel: Channel, messages: list[Message], now: datetime) -> dict[int, Hold]:
    if not messages:
        return {}
    tally, cap, held = _lock_day(channel, now), channel.daily_cap, {}
    for message in messages:
        is_bound = cap is not None and not message.released and binds(channel.daily_cap_binds, message.origin)
        if is_bound and tally.sent >= (cap or 0):
            held[message.pk] = Hold(Cap.DAILY, days.next_start(channel, now))
        else:
            tally.sent += 1
    tally.save(update_fields=["sent"])
    return held


def _lock_day(channel: Channel, now: datetime) -> DayTally:
    rows = DayTally.objects.select_for_update(no_key=_no_key()).filter(channel=channel, day=days.day_of(channel, now))
    row = rows.first()
    if row is None:
        DayTally.objects.bulk_create([DayTally(channel=channel, day=days.day_of(channel, now))], ignore_conflicts=True)
        row = rows.get()
    return row


# --- the customers of a portfolio -------------------------------------------------------------------------------------------


def _take_reach(channel: Channel, messages: list[Message], now: datetime) -> dict[int, Hold]:
    """Meta counts unique customers in moving 24 hours, outside windows (facts §9). A customer counted already goes free."""
    begun = [message for message in messages if message.initiated and message.conversation.contact_id]
    limit = reach_limit(channel)
    if not begun or limit is None:
        return {}
    tally = _lock_reach(channel)
    _forget(tally, now)
    contacts = {message.conversation.contact_id for message in begun}
    counted = set(
        Reached.objects.filter(portfolio=channel.portfolio_id, contact__in=contacts).values_list(
            "contact_id", flat=True
        )
    )
    room, held, passed = limit - tally.reached, [], set[int]()
    for message in begun:
        contact = message.conversation.contact_id or 0
        if contact in counted or contact in passed:
            passed.add(contact)
        elif room > 0:
            room -= 1
            passed.add(contact)
        else:
            held.append(message)
    _write_reach(tally, passed, counted, now)
    return dict(zip([message.pk for message in held], _later(channel, held, now), strict=True))


def _lock_reach(channel: Channel) -> ReachTally:
    rows = ReachTally.objects.select_for_update(no_key=_no_key()).filter(portfolio=channel.portfolio_id)
    row = rows.first()
    if row is None:
        ReachTally.objects.bulk_create([ReachTally(portfolio_id=channel.portfolio_id)], ignore_conflicts=True)
        row = rows.get()
    return row


def _forget(tally: ReachTally, now: datetime) -> None:
    """Whose 24 hours are over. The tally's row is locked."""
    over = Reached.objects.filter(portfolio=tally.portfolio_id, at__lte=now - DAY)
    gone, _by_model = Reached.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:MOST_FORGOTTEN])).delete()
    if gone:
        tally.reached = max(0, tally.reached - gone)
        tally.save(update_fields=["reached"])


def _write_reach(tally: ReachTally, passed: set[int], counted: set[int], now: datetime) -> None:
    Reached.objects.filter(portfolio=tally.portfolio_id, contact__in=passed & counted).update(at=now)
    new = passed - counted
    if new:
        Reached.objects.bulk_create(
            [Reached(portfolio_id=tally.portfolio_id, contact=Contact(pk=pk), at=now) for pk in sorted(new)]
        )
        tally.reached += len(new)
        tally.save(update_fields=["reached"])


def _later(channel: Channel, held: list[Message], now: datetime) -> list[Hold]:
    """One place is free when the customer reached longest ago has been counted for 24 hours; the next with the one after."""
    if not held:
        return []
    oldest = Reached.objects.filter(portfolio=channel.portfolio_id).order_by("at").values_list("at", flat=True)
    times = [at + DAY for at in oldest[: len(held)]]
    times += [now + timedelta(hours=1)] * (len(held) - len(times))  # a limit of fewer than that: look again
    return [Hold(Cap.PORTFOLIO, at) for at in times]


def _no_key() -> bool:
    return connection.features.has_select_for_no_key_update
