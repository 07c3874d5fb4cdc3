"""Plays threads through the product's own doors in order of business time: webhooks in, answers out, statuses back (D26).

Business time stands still at each line's moment in this process alone, and the simulator is told it; everything is drained before the next.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from autoreply.rounds import after_hours_round
from config.demo import deliveries
from config.demo.control import Control
from config.demo.people import Customer
from config.demo.script import Does, Line, Thread
from conversations import clock
from conversations.access.visibility import may_answer
from conversations.actions import conversations as verbs
from conversations.actions import locks, messages
from conversations.actions.notes import add_note
from conversations.actor import Actor
from conversations.ingest import intake, process, run
from conversations.models import Channel, Conversation, Message, MessageStatus
from conversations.outbox import deliver
from conversations.sweeps import check_windows
from routing.assignment import assign_by_hand
from routing.configuration import KEPT
from routing.hours import Hours

LATEST = timedelta(
    hours=23
)  # after a customer's message somebody answers, if need be after closing: the window would end
WINDOWS_EVERY = timedelta(hours=2)
UNREAD = 0.08  # share of answers whose customer shows no blue ticks


@dataclass(slots=True)
class Part:
    """A thread as it is being played with one customer."""

    wamid: str
    thread: Thread
    customer: Customer
    slots: dict[str, str]
    rng: random.Random
    strict: bool = False  # at the very minutes, opening hours or not: what is going on now
    conversation_id: int = 0
    last_written: datetime | None = None
    told: int = 0

    def text(self, line: Line) -> str:
        return line.text.format(name=self.customer.first_name, **self.slots)


@dataclass
class Past:
    """`plan(part, at)` for each thread, then `play(until)`."""

    channel: Channel
    control: Control
    hours: Hours = field(init=False)
    played: int = 0

    def __post_init__(self) -> None:
        self.hours = KEPT.get().hours_of(self.channel.default_department_id, self.channel.zone)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._answered: set[int] = set()  # messages whose statuses are on the way
        self._until = clock.machine_now()

    # --- planning ---------------------------------------------------------------------------------------------------------

    def plan(self, part: Part, at: datetime) -> None:
        self._at(at, lambda: self._do(part, 0))

    def plan_rounds(self, start: datetime, end: datetime) -> None:
        """What beat would have done meanwhile: closings and openings, and service windows now and then."""
        for opens, closes in self.hours.spans(start, end):
            self._at(opens + timedelta(seconds=30), self._after_hours)
            self._at(closes + timedelta(seconds=30), self._after_hours)
        while start < end:
            self._at(start, _look_at_windows)
            start += WINDOWS_EVERY

    def play(self, until: datetime) -> None:
        """Everything planned up to `until`, and what follows from it, in order."""
        self._until = until
        while self._agenda and self._agenda[0][0] <= until:
            at, _order, deed = heapq.heappop(self._agenda)
            with clock.travel(at):
                deed()
        with clock.travel(until):
            check_windows()
            self._after_hours()

    def _at(self, at: datetime, deed: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), deed))

    # --- one line ---------------------------------------------------------------------------------------------------------

    def _do(self, part: Part, place: int) -> None:
        line = part.thread.lines[place]
        if line.does == Does.WRITES:
            self._write(part, line)
        else:
            self._act(part, line)
        self._send()
        self.played += 1
        if place + 1 < len(part.thread.lines):
            following = part.thread.lines[place + 1]
            self._at(self._when(part, following), lambda: self._do(part, place + 1))

    def _when(self, part: Part, line: Line) -> datetime:
        """Customers write when they like; the shop works while it is open."""
        wanted = clock.now() + timedelta(minutes=line.after, seconds=0 if part.strict else part.rng.randint(0, 50))
        if part.strict or line.does == Does.WRITES or self.hours.is_open(wanted):
            return wanted
        opening = self.hours.next_opening(wanted)
        if opening is None or part.last_written is None or opening - part.last_written > LATEST:
            return wanted
        return opening + timedelta(minutes=part.rng.randint(2, 25))

    def _write(self, part: Part, line: Line) -> None:
        now = clock.now().replace(microsecond=0)
        part.told += 1
        wamid = f"{part.wamid}.{part.told}"
        content = {"body": part.text(line)}
        heard = {
            "phone_number_id": self.channel.phone_number_id,
            "from": part.customer.number,
            "name": part.customer.name,
        }
        said = {"timestamp": str(int(now.timestamp())), "wamid": wamid, "type": "text", "content": content}
        self.control.post("heard", {**heard, **said})
        message = deliveries.message(wamid=wamid, number=part.customer.number, at=now, kind="text", content=content)
        self._receive(deliveries.body(self.channel, messages=[message], name=part.customer.name))
        run.run_due()
        part.last_written = now
        if not part.conversation_id:
            part.conversation_id = Message.objects.values_list("conversation_id", flat=True).get(wamid=wamid)

    def _act(self, part: Part, line: Line) -> None:
        conversation = Conversation.objects.select_related("channel", "assignee", "department").get(
            pk=part.conversation_id
        )
        agent = conversation.assignee or _somebody(conversation)
        by = Actor.person(agent)
        if line.does == Does.ANSWERS:
            content = {"body": part.text(line)}
            messages.answer(conversation=conversation, by=agent, content=content)
            locks.release(conversation=conversation, by=by)
        elif line.does == Does.NOTES:
            add_note(conversation=conversation, by=agent, text=part.text(line))
        elif line.does == Does.RESOLVES:
            verbs.resolve(conversation=conversation, by=by, topic=line.text, outcome=line.outcome)
        elif line.does == Does.WAITS:
            verbs.set_pending(conversation=conversation, by=by)
        elif line.does == Does.SNOOZES:
            verbs.snooze(conversation=conversation, by=by, until=clock.now() + timedelta(hours=20))
        elif line.does == Does.RELEASES:
            assign_by_hand(conversation=conversation, by=agent, department=conversation.department)

    # --- the wire ---------------------------------------------------------------------------------------------------------

    def _receive(self, body: bytes) -> None:
        if intake.receive(body, deliveries.signature(self.channel, body)) is None:
            raise RuntimeError("the seeder's own signature was refused")
        process.process_batch()

    def _after_hours(self) -> None:
        after_hours_round()
        self._send()

    def _send(self) -> None:
        """Let the outbox out, and plan what the customers' phones will say of it."""
        if not Message.objects.filter(status=MessageStatus.QUEUED).exists():
            return
        self.control.post("clock", {"now": clock.now().isoformat()})
        deliver.drain_outbox()
        sent = Message.objects.filter(status=MessageStatus.SENT, channel=self.channel, delivered_at__isnull=True)
        for message in sent.exclude(pk__in=self._answered).order_by("pk"):
            self._answered.add(message.pk)
            self._plan_statuses(message)

    def _plan_statuses(self, message: Message) -> None:
        """Sent and delivered within seconds, read within minutes, or, with read receipts off, never."""
        rng, wamid = random.Random(f"status {len(self._answered)}"), str(message.wamid)
        sent = clock.now() + timedelta(seconds=1)
        delivered = sent + timedelta(seconds=rng.randint(1, 4))
        read = delivered + timedelta(seconds=rng.choice((3, 8, 20, 45, 130, 600)))
        states = [("sent", sent), ("delivered", delivered)]
        if rng.random() >= UNREAD and read <= self._until:
            states.append(("read", read))
        last = states[-1][1]
        if last > self._until:
            states, last = [(name, min(at, self._until)) for name, at in states], self._until

        def arrive() -> None:
            told = [deliveries.status(wamid=wamid, number="", name=name, at=at) for name, at in states]
            self._receive(deliveries.body(self.channel, statuses=told))

        self._at(last, arrive)


def _look_at_windows() -> None:
    check_windows()


def _somebody(conversation: Conversation) -> User:
    """The first who may answer it: one of its department, else an editor."""
    members = list(conversation.department.members.order_by("username")) if conversation.department else []
    for user in [*members, *User.objects.filter(groups__name="Editor").order_by("username")]:
        if may_answer(user, conversation):
            return user
    raise RuntimeError("nobody in the shop may answer this")
