"""What the fuzzer finds at the API: the cast, its conversations in every state, and the ids of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User

from conversations import clock
from conversations.actions import locks, notes
from conversations.actor import Actor
from conversations.models import Conversation, Group, Message, MessageStatus, Reaction, Tag, Template
from reports.actions import build_week
from tests import makers
from tests.conversations.cast import Cast, make_cast

# What Meta takes, one of each kind (facts of the messages endpoint): type and content of an answer.
BUTTON = {"type": "reply", "reply": {"id": "yes", "title": "Sì"}}
ROW = {"id": "blue", "title": "Blu", "description": "La tazza blu"}
CONTENTS: list[tuple[str, dict[str, Any]]] = [
    ("text", {"body": "Mi manda una foto?", "preview_url": False}),
    ("image", {"link": "https://tramontana.example/tazza.jpg", "caption": "La tazza"}),
    ("document", {"id": "1004", "filename": "reso.pdf"}),
    ("location", {"latitude": 45.07, "longitude": 7.68, "name": "Bottega", "address": "Via Po 1"}),
    ("contacts", {"contacts": [{"name": {"formatted_name": "Bianca"}, "phones": [{"phone": "+39 333 1"}]}]}),
    ("reaction", {"message_id": "wamid.in1", "emoji": "👍"}),
    ("template", {"name": "ritorno", "language": {"code": "it"}, "components": [{"type": "body", "parameters": []}]}),
    ("interactive", {"type": "button", "body": {"text": "Va bene?"}, "action": {"buttons": [BUTTON]}}),
    (
        "interactive",
        {
            "type": "list",
            "body": {"text": "Quale?"},
            "footer": {"text": "Tramontana"},
            "action": {"button": "Scelga", "sections": [{"title": "Tazze", "rows": [ROW]}]},
        },
    ),
]


@dataclass
class House:
    cast: Cast
    nobody: User
    """Signed in, without a role."""
    ids: dict[str, list[int]] = field(default_factory=dict)
    """By the first word of an address, such as "conversations"; the same words serve for fields of bodies."""

    def of(self, role: str) -> User | None:
        people = {"Supervisor": self.cast.carla, "Nobody": self.nobody, "Reader": self.cast.admin, "Stranger": None}
        return people[role] if role in people else self.cast.of_role(role)


def furnish() -> House:
    cast = make_cast()
    house = House(cast, makers.make_person("nemo"))
    talks = [cast.talk, *_conversations(cast)]
    messages = [cast.hello, *_messages(talks[1])]
    tag = Tag.objects.create(name="vaso", emoji="🏺")
    template = Template.objects.create(
        channel=cast.channel,
        name="ritorno",
        language="it",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Ciao"}],
    )
    cast.talk.tags.add(tag)
    notes.add_note(conversation=cast.talk, by=cast.carla, text="@ben guarda tu")
    report = build_week(channel=cast.channel, week=clock.now().date(), by=Actor.person(cast.admin))
    house.ids = {
        "conversations": [talk.pk for talk in talks],
        "messages": [message.pk for message in messages],
        "contacts": [talk.contact_id for talk in talks if talk.contact_id],
        "departments": [cast.returns.pk, cast.orders.pk],
        "agents": [cast.ben.pk, cast.carla.pk, cast.dan.pk, cast.analyst.pk],
        "channels": [cast.channel.pk],
        "tags": [tag.pk],
        "templates": [template.pk],
        "reports": [report.pk],
    }
    return house


def _conversations(cast: Cast) -> list[Conversation]:
    """Ben's, Carla's and Dan's, one Carla is answering; resolved, snoozed, with a closed window; in nobody's pool; a group's."""
    now = clock.now()
    closed: dict[str, Any] = {
        "window_ends_at": now - timedelta(hours=1),
        "window_state": Conversation.WindowState.TEMPLATE_ONLY,
    }

    def talk(**values: Any) -> Conversation:
        return makers.make_conversation(cast.channel, **{"department": cast.returns, **values})

    rows = [
        talk(assignee=cast.ben),
        talk(assignee=cast.carla),
        talk(assignee=cast.dan, department=cast.orders),
        held := talk(),
        talk(assignee=cast.ben, status=Conversation.Status.RESOLVED, resolved_at=now),
        talk(assignee=cast.ben, status=Conversation.Status.SNOOZED, snoozed_until=now + timedelta(hours=2)),
        talk(assignee=cast.ben, **closed),
        talk(department=None),
        talk(group=Group.objects.create(channel=cast.channel, group_id="G1", created_at=now), assignee=cast.ben),
    ]
    locks.hold(conversation=held, by=cast.carla)
    return rows


def _messages(talk: Conversation) -> list[Message]:
    """Of Ben's conversation: one to react to, one read, one that failed, one that waits, one nobody knows about."""
    said = makers.make_inbound(talk, "Il vaso è rotto")
    assert talk.contact is not None
    Reaction.objects.create(message=said, contact=talk.contact, emoji="👍", at=clock.now())
    return [
        said,
        makers.make_outbound(talk, status=MessageStatus.READ),
        makers.make_outbound(talk, status=MessageStatus.FAILED, wamid=None, error_code="131000"),
        makers.make_outbound(talk, status=MessageStatus.QUEUED, wamid=None, sent_at=None),
        makers.make_outbound(talk, status=MessageStatus.UNCONFIRMED, wamid=None),
    ]
