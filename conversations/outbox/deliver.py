"""Send what is queued: claim as many as may go now, call Meta for all of them at once, record what came of it (C30, D3).

One thread per process claims and records, so that the database is asked in batches; others only wait for Meta.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import lru_cache

from django.db import connection, transaction

from conversations import clock, wake
from conversations.actions import entry_points
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record, record_all
from conversations.models import Attempt, Channel, Message, MessageStatus
from conversations.outbox import effects, files, pacing, receipts
from conversations.outbox.claim import Claimed, claim, waiting_channels
from conversations.outbox.failure import REFUSED, SYSTEM, mark_unconfirmed, refuse
from conversations.pace import keep_at_it
from conversations.whatsapp.client import Accepted, CloudApi, wamid_of
from conversations.whatsapp.errors import GraphError
from conversations.whatsapp.transport import CONNECT, READ, ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.outbox")

SENDERS = 64  # calls to Meta at once, per process: 80 a second when each takes 0.8 s (C33)
LONGEST_WAIT = 1.0  # seconds a drain waits for its moment before it leaves the rest to the next ring
LATE = 0.015  # seconds after its moment at which a call may still begin
LOOK_AGAIN = 0.05  # seconds until new work is looked for while calls are under way
TOGETHER = 0.02  # seconds
ROUND = 120.0  # seconds
TRIES_WITH_FILES = 3  # when Meta does not know the ids of its files any more
RECONNECT = timedelta(seconds=5)  # until the next try after Meta could not be reached


class NotCalled(Exception):
    """Its moment passed, and the next is too far away to wait for."""


Outcome = Accepted | ApiError | NotSent | NotCalled | Unanswered
Flying = dict["Future[Outcome]", Claimed]

_one = threading.Lock()
_asked = threading.Event()


@lru_cache(maxsize=1)
def _senders() -> ThreadPoolExecutor:
    """Kept for the life of the process: each thread keeps its connection to Meta open."""
    return ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="sender")


def drain_outbox(*, gather: float = 0) -> int:
    """Send until nothing is due. Any number of threads and processes may call it: one per process does the work, and looks once
    more when it was asked meanwhile. Returns how many calls this one made."""
    done = 0
    _asked.set()
    while _asked.is_set() and _one.acquire(blocking=False):
        try:
            done += keep_at_it(_drain, wake.Bell.DELIVER, gather=gather)
        finally:
            _one.release()
    return done


def _drain() -> int:
    flying: Flying = {}
    try:
        return _send_all(flying)
    finally:
        if flying:  # the database failed us between calls: what is under way is recorded all the same
            landed, _still = wait(flying, timeout=CONNECT + READ)
            _record([(flying.pop(future), future.result()) for future in landed])


def _send_all(flying: Flying) -> int:
    done, look, looked, began = 0, True, -LOOK_AGAIN, clock.monotonic()
    while True:
        now = clock.monotonic()
        if now - began < ROUND and (_asked.is_set() or (look and now - looked >= LOOK_AGAIN)):
            _asked.clear()
            launched, pause = _launch(flying)
            done += launched
            look, looked = bool(launched) or pause is not None, now
        if flying:
            landed, still = wait(flying, timeout=LOOK_AGAIN, return_when=FIRST_COMPLETED)
            if landed and still:  # those that land in the same moment are recorded with it
                landed, _still = wait(flying, timeout=TOGETHER)
            _record([(flying.pop(future), future.result()) for future in landed])
            look = look or bool(landed)  # the next of the same conversations
        elif look and now - began < ROUND:
            time.sleep(LOOK_AGAIN / 2)
        else:
            return done


def _launch(flying: Flying) -> tuple[int, float | None]:
    """Claim for the free senders. Returns how many went, and how long to wait for the next moment where that is all that lacks."""
    launched, pauses = 0, []
    channels = list(waiting_channels().select_related("portfolio", "health"))
    for channel in channels:
        busy = sum(one.message.channel_id == channel.pk for one in flying.values())
        free = min(SENDERS - len(flying), max(1, SENDERS // len(channels)) - busy)  # a slow number stops no other
        if free <= 0:
            continue
        room, pause = pacing.room(channel)
        if room:
            claimed = claim(channel, min(room, free))
            moments = pacing.book(channel, len(claimed)) if claimed else []
            for one, moment in zip(claimed, moments, strict=True):
                flying[_senders().submit(_call, one, moment)] = one
            launched += len(claimed)
        elif pause <= LONGEST_WAIT:
            pauses.append(pause)
    return launched, min(pauses) if pauses else None


def _call(claimed: Claimed, moment: float | None = None) -> Outcome:
    """In a sender thread: no database, and no exception lost. `moment`: when it may go, by this process' clock; at once without."""
    api = CloudApi(claimed.access)
    try:
        files.send_up(api, claimed.files)
        if moment is not None:
            _await(moment, claimed.message.channel)
        return api.send(claimed.payload)
    except (ApiError, NotCalled, NotSent, Unanswered) as problem:
        return problem
    except Exception as problem:  # a fault of ours in the middle of a call: Meta may have it
        logger.exception("send.failed", extra={"message_id": claimed.message.pk})
        return Unanswered(type(problem).__name__)


def _await(moment: float, channel: Channel) -> None:
    """One that is missed is let pass and another booked: two calls in one would be one too many. Raises NotCalled."""
    while (left := moment - clock.monotonic()) > 0 or left < -LATE:
        if left > 0:
            time.sleep(left)
        else:
            moment = pacing.book_again(channel, moment)
            if moment > clock.monotonic() + LONGEST_WAIT:  # Meta wants a pause
                raise NotCalled


def _record(landed: list[tuple[Claimed, Outcome]]) -> None:
    """Together; when the database refuses that, each alone, so that one does not take what is known of the others with it."""
    try:
        _write_down(landed)
    except Exception:
        if len(landed) < 2:
            raise
        logger.warning("send.split", extra={"count": len(landed)}, exc_info=True)
        for one in landed:
            try:
                _write_down([one])
            except Exception:
                logger.exception("send.unrecorded", extra={"message_id": one[0].message.pk})


def _write_down(landed: list[tuple[Claimed, Outcome]]) -> None:
    for claimed, _outcome in landed:
        files.remember(claimed.message.channel, claimed.files)
    accepted = [(claimed, outcome) for claimed, outcome in landed if isinstance(outcome, Accepted)]
    if accepted:
        _accepted(accepted)
    for claimed, outcome in landed:
        if isinstance(outcome, ApiError):
            _refused(claimed, outcome.error)
        elif isinstance(outcome, NotCalled):
            _again(claimed, code="", detail="", wait_for=timedelta(0))
        elif isinstance(outcome, NotSent):
            _again(claimed, code="network", detail=str(outcome), wait_for=RECONNECT)
        elif isinstance(outcome, Unanswered):
            _unconfirmed(claimed, outcome)


def _accepted(landed: list[tuple[Claimed, Accepted]]) -> None:
    """A status webhook may have been faster: then only what it could not know is added."""
    now, by_pk = clock.now(), {claimed.message.pk: (claimed, accepted) for claimed, accepted in landed}
    events = []
    with transaction.atomic():
        no_key = connection.features.has_select_for_no_key_update
        rows = list(Message.objects.select_for_update(no_key=no_key).filter(pk__in=by_pk).order_by("pk"))
        for row in rows:
            claimed, accepted = by_pk[row.pk]
            claimed.attempt.wamid = accepted.wamid
            if row.status in {MessageStatus.SENDING, MessageStatus.UNCONFIRMED}:
                row.wamid = row.wamid or accepted.wamid
                row.status, row.sent_at, row.error_code, row.error_detail = MessageStatus.SENT, now, "", ""
                conversation = claimed.message.conversation
                events.append(draft(Kind.MESSAGE_SENT, by=SYSTEM, conversation=conversation, message=row.pk))
        update_rows(rows, ["wamid", "status", "sent_at", "error_code", "error_detail"])
        entry_points.follow(rows)
        attempts = [claimed.attempt for claimed, _accepted in landed]
        for attempt in attempts:
            attempt.ended_at, attempt.http_status = clock.machine_now(), 200
        update_rows(attempts, ["ended_at", "http_status", "wamid"])
        record_all(events)
    receipts.apply_early([accepted.wamid for _claimed, accepted in landed])


def _end(attempt: Attempt, *, http_status: int | None = None, code: str = "", detail: str = "") -> None:
    attempt.ended_at = clock.machine_now()
    attempt.http_status, attempt.error_code, attempt.detail = http_status, code, detail[:500]
    attempt.save(update_fields=["ended_at", "http_status", "error_code", "detail", "wamid"])


def _refused(claimed: Claimed, error: GraphError) -> None:
    rule, code, detail = error.rule, error.label, error.details or error.message
    logger.info("send.refused", extra={"message_id": claimed.message.pk, "code": code, "class": rule.what.value})
    if files.forget(claimed.message.channel, claimed.files, error.code) and claimed.message.tries < TRIES_WITH_FILES:
        _again(claimed, code=code, detail=detail, wait_for=timedelta(0), http_status=error.http_status)
        return
    with transaction.atomic():
        _end(claimed.attempt, http_status=error.http_status, code=code, detail=detail)
        message = _still_ours(claimed)
        if message is None:
            return
        refuse(message, rule=rule, code=code, detail=detail)
        message.save(update_fields=REFUSED)
        if message.status == MessageStatus.FAILED:
            conversation = message.conversation
            record(Kind.MESSAGE_FAILED, by=effects.META, conversation=conversation, message=message.pk, code=code)
        effects.apply(message, code=code, detail=detail)


def _still_ours(claimed: Claimed) -> Message | None:
    """The row, locked, while nothing but this attempt has moved it."""
    of = ("self",) if connection.features.has_select_for_update_of else ()
    rows = Message.objects.select_for_update(no_key=connection.features.has_select_for_no_key_update, of=of)
    hanging = [MessageStatus.SENDING, MessageStatus.UNCONFIRMED]
    mine = rows.filter(pk=claimed.message.pk, claimed_at=claimed.message.claimed_at, status__in=hanging)
    return mine.select_related("conversation", "channel").first()


def _again(claimed: Claimed, *, code: str, detail: str, wait_for: timedelta, http_status: int | None = None) -> None:
    """Back into the queue: Meta has not taken it, and nothing is wrong with it."""
    with transaction.atomic():
        _end(claimed.attempt, http_status=http_status, code=code, detail=detail)
        Message.objects.filter(pk=claimed.message.pk, status=MessageStatus.SENDING).update(
            status=MessageStatus.QUEUED,
            retry_at=clock.machine_now() + wait_for,
            error_code=code,
            error_detail=detail[:500],
        )


def _unconfirmed(claimed: Claimed, problem: Unanswered) -> None:
    wamid = wamid_of(problem.answer)
    with transaction.atomic():
        if mark_unconfirmed(claimed.message, wamid=wamid):
            claimed.attempt.wamid = wamid
            _end(claimed.attempt, code="unconfirmed", detail=str(problem))
        else:  # a status was faster, and wrote down what it knows
            claimed.attempt.ended_at = clock.machine_now()
            claimed.attempt.save(update_fields=["ended_at"])
    if wamid:
        receipts.apply_early([wamid])
