"""The groups of a batch and who is in them: read in a few statements, changed in memory, written together (C60, facts §7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Channel, Contact, Conversation, Event, Group, GroupJoinRequest, GroupParticipant

META = Actor.system("meta")
COLUMNS = [
    "group_id", "request_id", "status", "subject", "description", "invite_link", "approval", "picture_sha256", "is_suspended", "problem",
    "created_at", "told",
]  # fmt: skip


class Groups:
    """`load`, then the verbs, then `write`. Contacts have their ids before they join, leave or ask."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, str], Group] = {}  # by channel and Meta's id
        self.requested: dict[tuple[int, str], Group] = {}  # by channel and request: those that have no id yet
        self.members: dict[tuple[int, int], GroupParticipant] = {}  # by group and contact
        self.changed: dict[int, Group] = {}
        self.moved: dict[tuple[int, int], GroupParticipant] = {}
        self.asked: list[GroupJoinRequest] = []
        self.happened: list[tuple[Kind, Group, Contact | None, dict[str, Any]]] = []
        self.events: list[Event] = []

    def load(self, wanted: Iterable[tuple[Channel, str, str]], at: datetime) -> None:
        """Each by Meta's id or by the request it answers; one that nobody knew is made. With who is, or was, in them."""
        missing = [
            (channel, group_id, request_id)
            for channel, group_id, request_id in wanted
            if (group_id and (channel.pk, group_id) not in self.rows) or request_id
        ]
        if not missing:
            return
        found = Q()
        for pk in {channel.pk for channel, _group_id, _request_id in missing}:
            ids = {group_id for channel, group_id, _ in missing if channel.pk == pk and group_id}
            requests = {request_id for channel, _, request_id in missing if channel.pk == pk and request_id}
            found |= Q(channel=pk, group_id__in=ids) | Q(channel=pk, group_id="", request_id__in=requests)
        no_key = connection.features.has_select_for_no_key_update
        for row in Group.objects.filter(found).select_for_update(no_key=no_key).order_by("pk"):
            if row.group_id:
                self.rows.setdefault((row.channel_id, row.group_id), row)
            else:
                self.requested[(row.channel_id, row.request_id)] = row
        for channel, group_id, request_id in missing:
            self._link(channel, group_id, request_id)
        fresh = {
            (channel.pk, group_id): Group(channel=channel, group_id=group_id, created_at=at)
            for channel, group_id, _request_id in missing
            if group_id and (channel.pk, group_id) not in self.rows
        }
        Group.objects.bulk_create(fresh.values())
        self.rows.update(fresh)
        pks = {self.rows[(channel.pk, group_id)].pk for channel, group_id, _ in missing if group_id}
        for member in GroupParticipant.objects.filter(group__in=pks):
            self.members.setdefault((member.group_id, member.contact_id), member)

    def _link(self, channel: Channel, group_id: str, request_id: str) -> None:
        """The group that was asked for now has its id, unless a message in it was faster."""
        asked_for = self.requested.get((channel.pk, request_id)) if request_id else None
        if asked_for is None or not group_id:
            return
        del self.requested[(channel.pk, request_id)]
        if (channel.pk, group_id) in self.rows:
            asked_for.delete()
            return
        asked_for.group_id = group_id
        self.rows[(channel.pk, group_id)] = self.changed[asked_for.pk] = asked_for

    def find(self, channel: Channel, group_id: str, request_id: str = "") -> Group | None:
        return self.rows.get((channel.pk, group_id)) or self.requested.get((channel.pk, request_id))

    def note(self, group: Group, what: str = "", code: str = "") -> None:
        """The group itself was changed in memory; with `what`, in a way worth telling."""
        self.changed[group.pk] = group
        if what:
            self.happened.append((Kind.GROUP_CHANGED, group, None, {"what": what, "code": code}))

    # --- who is in it -----------------------------------------------------------------------------------------------------

    def wrote(self, group: Group, contact: Contact, at: datetime) -> None:
        """Whoever writes in it is in it, even if nobody told us."""
        member = self.members.get((group.pk, contact.pk))
        if member is None or not (member.is_present or (member.left_at is not None and at <= member.left_at)):
            self.joined(group, contact, at)

    def joined(self, group: Group, contact: Contact, at: datetime) -> None:
        member = self._member(group, contact)
        was = member.is_present
        if member.joined_at is None or at > member.joined_at:
            member.joined_at = at
        if member.is_present and not was:
            self.happened.append((Kind.GROUP_JOINED, group, contact, {}))

    def left(self, group: Group, contact: Contact, at: datetime, *, by: str) -> None:
        member = self._member(group, contact)
        was = member.is_present
        if member.left_at is None or at > member.left_at:
            member.left_at, member.left_by = at, by
        if was and not member.is_present:
            self.happened.append((Kind.GROUP_LEFT, group, contact, {"how": by}))

    def _member(self, group: Group, contact: Contact) -> GroupParticipant:
        key = (group.pk, contact.pk)
        member = self.members.setdefault(key, GroupParticipant(group=group, contact=contact))
        self.moved[key] = member
        return member

    def asks(self, group: Group, contact: Contact, request_id: str, at: datetime) -> None:
        self.asked.append(GroupJoinRequest(group=group, contact=contact, request_id=request_id, asked_at=at))

    def asks_no_more(self, group: Group, contact: Contact, request_id: str, at: datetime) -> None:
        self.asked.append(
            GroupJoinRequest(
                group=group,
                contact=contact,
                request_id=request_id,
                asked_at=at,
                ended_at=at,
                state=GroupJoinRequest.State.REVOKED,
            )
        )

    # --- to the database --------------------------------------------------------------------------------------------------

    def write(self) -> None:
        update_rows(self.changed.values(), COLUMNS)
        if self.moved:
            GroupParticipant.objects.bulk_create(
                self.moved.values(),
                update_conflicts=True,
                unique_fields=["group", "contact"],
                update_fields=["joined_at", "left_at", "left_by"],
                batch_size=100,
            )
        self._write_requests()
        self._tell()
        self.changed, self.moved, self.asked, self.happened = {}, {}, [], []

    def _write_requests(self) -> None:
        """A request is open until it is taken back, whichever came first; one who joined does not ask any more."""
        if self.asked:
            known = {
                (row.group_id, row.request_id): row
                for row in GroupJoinRequest.objects.filter(request_id__in={row.request_id for row in self.asked})
            }
            fresh: dict[tuple[int, str], GroupJoinRequest] = {}
            for row in self.asked:
                key = (row.group_id, row.request_id)
                held = known.get(key) or fresh.get(key)
                if held is None:
                    fresh[key] = row
                    if row.state == GroupJoinRequest.State.OPEN:
                        self.happened.append((Kind.GROUP_ASKED, row.group, row.contact, {}))
                elif row.ended_at is None:
                    held.asked_at = row.asked_at
                elif held.ended_at is None:
                    held.state, held.ended_at = row.state, row.ended_at
            GroupJoinRequest.objects.bulk_create(fresh.values())
            update_rows(known.values(), ["asked_at", "state", "ended_at"])
        here = [member for member in self.moved.values() if member.is_present]
        waiting = GroupJoinRequest.objects.filter(
            state=GroupJoinRequest.State.OPEN, group__in={member.group_id for member in here}
        )
        over = []
        for row in waiting if here else []:
            member = self.members.get((row.group_id, row.contact_id))
            if member is not None and member.is_present and member.joined_at and member.joined_at >= row.asked_at:
                row.state, row.ended_at = GroupJoinRequest.State.JOINED, member.joined_at
                over.append(row)
        update_rows(over, ["state", "ended_at"])

    def _tell(self) -> None:
        """In the group's conversation, where there is one."""
        groups = {group.pk for _kind, group, _contact, _data in self.happened}
        rows = Conversation.objects.filter(group__in=groups).order_by("pk") if groups else []
        talks = {row.group_id: row for row in rows}
        for kind, group, contact, data in self.happened:
            event = draft(
                kind,
                by=META,
                conversation=talks.get(group.pk),
                contact=contact,
                channel=group.channel,
                group=group.pk,
                **data,
            )
            self.events.append(event)
