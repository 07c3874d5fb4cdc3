"""One conversation as a page to read: its messages and notes in order, and what happened to it in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from conversations import notices, reasons
from conversations.journal.kinds import Kind
from conversations.models import Contact, Conversation, Department, Event, GroupParticipant, Message, Note
from conversations.queries.conversations import notes_of, thread_of
from conversations.queries.people import shown_name
from conversations.whatsapp.errors import describe

MOST_MESSAGES, MOST_EVENTS = 300, 200

# Said with: department, agent, status, window, priority, error, why, rule. Kinds not listed read as their own label.
SENTENCES: dict[str, str] = {
    Kind.CONVERSATION_ROUTED: gettext_noop("Routed to %(department)s"),
    Kind.CONVERSATION_ASSIGNED: gettext_noop("Assigned to %(agent)s"),
    Kind.CONVERSATION_STATUS: gettext_noop("Status: %(status)s"),
    Kind.CONVERSATION_PRIORITISED: gettext_noop("Priority: %(priority)s"),
    Kind.GROUP_CHANGED: gettext_noop("Group: %(change)s"),
    Kind.GROUP_JOINED: gettext_noop("%(contact)s joined the group"),
    Kind.GROUP_LEFT: gettext_noop("%(contact)s left the group"),
    Kind.GROUP_ASKED: gettext_noop("%(contact)s asks to join the group"),
    Kind.WINDOW_CHANGED: gettext_noop("Window: %(window)s"),
    Kind.MESSAGE_FAILED: gettext_noop("Not delivered: %(error)s"),
    Kind.RULE_FIRED: gettext_noop("Answered by the rule %(rule)s"),
    Kind.RULE_SKIPPED: gettext_noop("The rule %(rule)s was withheld: %(why)s"),
}
OF_GROUP = {Kind.GROUP_JOINED, Kind.GROUP_LEFT, Kind.GROUP_ASKED}
GROUP_CHANGES: dict[str, Any] = {
    "created": gettext_lazy("created"),
    "failed": gettext_lazy("could not be created"),
    "deleted": gettext_lazy("deleted"),
    "not_deleted": gettext_lazy("could not be deleted"),
    "subject": gettext_lazy("new subject"),
    "description": gettext_lazy("new description"),
    "picture": gettext_lazy("new picture"),
    "not_subject": gettext_lazy("the subject could not be changed"),
    "not_description": gettext_lazy("the description could not be changed"),
    "not_picture": gettext_lazy("the picture could not be changed"),
    "suspended": gettext_lazy("suspended by WhatsApp"),
    "freed": gettext_lazy("not suspended any more"),
}
# The thread itself shows these.
QUIET = {Kind.MESSAGE_RECEIVED, Kind.MESSAGE_QUEUED, Kind.MESSAGE_SENT, Kind.MESSAGE_DELIVERED, Kind.MESSAGE_READ}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: what, by whom, and the code in brackets."""

    at: datetime
    said: str
    by: str
    code: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the thread: `kind` is "message" or "note"."""

    at: datetime
    kind: str
    row: Message | Note
    sender: str
    problem: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    conversation: Conversation
    reason: str
    items: list[Item]
    lines: list[Line]
    earlier: bool
    """There are older messages than these."""
    members: list[str]
    """Who is in the group, of a group's conversation."""


def page_of(conversation: Conversation) -> Page:
    """Seven queries or so, however long the conversation is; the newest messages and events of it."""
    newest = list(thread_of(conversation).order_by("-timestamp", "-id")[: MOST_MESSAGES + 1])
    shown = newest[:MOST_MESSAGES]
    items = [Item(row.timestamp, "message", row, _sender(row), _problem(row), notices.notice(row)) for row in shown]
    items += [Item(note.created_at, "note", note, shown_name(note.author)) for note in notes_of(conversation)]
    items.sort(key=lambda item: (item.at, item.row.pk))
    return Page(
        conversation=conversation,
        reason=reasons.sentence(conversation.reason_code, conversation.reason_data),
        items=items,
        lines=timeline(conversation),
        earlier=len(newest) > MOST_MESSAGES,
        members=_members(conversation),
    )


def timeline(conversation: Conversation) -> list[Line]:
    """What happened, newest first, but for what the thread shows anyway."""
    rows = Event.objects.filter(conversation=conversation).exclude(kind__in=QUIET).order_by("-id")[:MOST_EVENTS]
    events = list(rows)
    departments = dict(Department.objects.values_list("pk", "name")) if events else {}
    named = [event.data.get("assignee") for event in events] + [event.user_id for event in events]
    people = {user.pk: shown_name(user) for user in User.objects.filter(pk__in={int(pk) for pk in named if pk})}
    members = {event.contact_id for event in events if event.kind in OF_GROUP and event.contact_id}
    contacts = {row.pk: row.shown_name for row in Contact.objects.filter(pk__in=members)} if members else {}
    return [_line(event, departments, people, contacts) for event in events]


def _line(event: Event, departments: dict[int, str], people: dict[int, str], contacts: dict[int, str]) -> Line:
    data: dict[str, Any] = event.data
    words = {
        "department": departments.get(data.get("department") or 0, _("nobody's pool")),
        "agent": people.get(data.get("assignee") or 0, _("somebody")),
        "status": _label(Conversation.Status, data.get("status")),
        "window": _label(Conversation.WindowState, data.get("state")),
        "priority": _label(Conversation._meta.get_field("priority"), data.get("priority")),
        "error": describe(str(data.get("code", ""))),
        "rule": data.get("rule", ""),
        "contact": contacts.get(event.contact_id or 0, _("somebody")),
        "change": GROUP_CHANGES.get(data.get("what", ""), data.get("what", "")),
        "why": reasons.WITHHELD.get(data.get("why", ""), data.get("why", "")),
    }
    template = SENTENCES.get(event.kind)
    said = _(template) % words if template else event.get_kind_display()
    by = people.get(event.user_id or 0) or event.by.partition(":")[2] or event.by
    code = str(data.get("reason") or data.get("code") or "")
    return Line(at=event.at, said=str(said), by=by, code=code)


def _members(conversation: Conversation) -> list[str]:
    if conversation.group_id is None:
        return []
    rows = GroupParticipant.objects.present().filter(group=conversation.group_id).select_related("contact")
    return [row.contact.shown_name for row in rows]


def _label(choices: Any, value: Any) -> str:
    pairs = choices.choices if hasattr(choices, "choices") else []
    return str(dict(pairs).get(value, value or ""))


def _sender(row: Message) -> str:
    if row.sender_contact is not None:
        return row.sender_contact.shown_name
    return shown_name(row.sender_user) or row.rule_key or str(row.get_origin_display())


def _problem(row: Message) -> str:
    return describe(row.error_code, row.error_detail) if row.error_code and row.status == "failed" else ""
