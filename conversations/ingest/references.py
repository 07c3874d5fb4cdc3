"""What refers to a message: reactions, edits, deletions; in any order, any number of times, before their message too (C12, C13)."""

from __future__ import annotations

from conversations.ingest import early
from conversations.ingest.people import CUSTOMER, People
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Channel, Event, Message, MessageVersion, Reaction
from conversations.whatsapp.payloads import EditChange, ReactionChange, RevokeChange


class References:
    """Each verb takes one kind; what happened is in `events`. One whose message is not known waits (early.py)."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.events: list[Event] = []

    def _targets(self, wamids: set[str]) -> dict[str, Message]:
        return {str(row.wamid): row for row in Message.objects.select_related("conversation").filter(wamid__in=wamids)}

    def react(self, updates: list[tuple[Channel, ReactionChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in sorted(updates, key=lambda pair: pair[1].timestamp):
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
                continue
            contact = self.people.find_or_make(channel.portfolio_id, update.sender, update.timestamp, channel.language)
            self.people.insert()
            emoji = update.emoji[:32]
            mine = Reaction.objects.filter(message=target, contact=contact).first()
            if mine and (mine.at > update.timestamp or (mine.at, mine.emoji) == (update.timestamp, emoji)):
                continue  # it came late, or twice
            # One taken back stays as an empty row: an older one that is delivered again must not bring it back.
            Reaction.objects.update_or_create(
                message=target, contact=contact, defaults={"emoji": emoji, "at": update.timestamp}
            )
            self.events.append(
                draft(
                    Kind.MESSAGE_REACTED,
                    by=CUSTOMER,
                    conversation=target.conversation,
                    message=target.pk,
                    removed=not update.emoji,
                )
            )

    def edit(self, updates: list[tuple[Channel, EditChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in sorted(updates, key=lambda pair: pair[1].timestamp):
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
                continue
            if not self._wrote_version(target, update):
                continue
            self.events.append(
                draft(Kind.MESSAGE_EDITED, by=CUSTOMER, conversation=target.conversation, message=target.pk)
            )

    def _wrote_version(self, target: Message, update: EditChange) -> bool:
        """Put an edit into its place in the message's past, wherever it falls; False when it is known already."""
        versions = MessageVersion.objects.filter(message=target)
        if MessageVersion.objects.filter(wamid=update.wamid).exists():
            return False
        later = versions.filter(until__gt=update.timestamp).order_by("until", "pk").first()
        before = MessageVersion(message=target, wamid=update.wamid, until=update.timestamp)
        if later is None:  # the usual case: the newest edit
            before.text, before.payload = target.text, target.payload
            target.text, target.payload, target.edited_at = update.text, update.content, update.timestamp
            target.save(update_fields=["text", "payload", "edited_at"])
        else:  # a later edit came first: this one's words stood between the two
            before.text, before.payload = later.text, later.payload
            later.text, later.payload = update.text, update.content
            later.save(update_fields=["text", "payload"])
        before.save(force_insert=True)
        return True

    def revoke(self, updates: list[tuple[Channel, RevokeChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in updates:
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
            elif target.deleted_at is None:
                target.deleted_at = update.timestamp
                target.save(update_fields=["deleted_at"])
                self.events.append(
                    draft(Kind.MESSAGE_REVOKED, by=CUSTOMER, conversation=target.conversation, message=target.pk)
                )
