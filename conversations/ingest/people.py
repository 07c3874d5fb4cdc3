"""Who wrote: contacts found by any of their identities, made when nobody has them (C15, D1, facts §4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Contact, Event, Identity
from conversations.news import is_news
from conversations.whatsapp import numbers
from conversations.whatsapp.payloads import IdentityChange, Sender

CUSTOMER = Actor.customer()
COLUMNS = ["profile_name", "username", "book_name", "book_at", "first_seen_at", "last_seen_at", "is_unreachable"]
Key = tuple[int, str, str]  # portfolio, kind, compared value


def keys_of(portfolio: int, sender: Sender) -> list[Key]:
    """The user id first: it is the one that stays when a phone number appears or goes (facts §4)."""
    found: list[Key] = []
    if sender.user_id:
        found.append((portfolio, Identity.Kind.BSUID.value, sender.user_id))
    if sender.wa_id:
        found.append((portfolio, Identity.Kind.WA_ID.value, numbers.key(sender.wa_id)))
    return found


class People:
    """The contacts of one batch: read in one query, new ones written in two."""

    def __init__(self) -> None:
        self.known: dict[Key, Identity] = {}
        self.ended: dict[Key, Identity] = {}
        self.touched: dict[int, Contact] = {}
        self.new_contacts: list[tuple[Contact, Kind]] = []
        self.new_identities: list[Identity] = []
        self.changes: dict[int, tuple[Contact, set[str]]] = {}  # what the batch taught us of contacts we knew
        self.events: list[Event] = []

    def load(self, keys: Iterable[Key]) -> None:
        """Only keys not read yet."""
        missing = {key for key in keys if key not in self.known and key not in self.ended}
        if not missing:
            return
        wanted = Q()
        for portfolio, kind in {(portfolio, kind) for portfolio, kind, _key in missing}:
            values = [key for p, k, key in missing if (p, k) == (portfolio, kind)]
            wanted |= Q(portfolio=portfolio, kind=kind, key__in=values)
        for identity in Identity.objects.select_related("contact__merged_into").filter(wanted).order_by("id"):
            key = (identity.portfolio_id, identity.kind, identity.key)
            (self.known if identity.ended_at is None else self.ended)[key] = identity

    def find(self, portfolio: int, sender: Sender, at: datetime) -> Contact | None:
        keys = keys_of(portfolio, sender)
        for key in keys:
            if key in self.known:
                return self._survivor(self.known[key].contact)
        for key in keys:  # written before the customer changed number
            identity = self.ended.get(key)
            if identity is not None and identity.ended_at is not None and at <= identity.ended_at:
                return self._survivor(identity.contact)
        return None

    @staticmethod
    def _survivor(contact: Contact) -> Contact:
        return contact.merged_into or contact

    def find_or_make(
        self, portfolio: int, sender: Sender, at: datetime, language: str, *, wrote: bool = True, imported: bool = False
    ) -> Contact:
        """A new one has no id before `insert`. Two contacts are never merged by itself: when phone and user id point at different
        ones, the user id's is taken (facts §4). `wrote`: it is the customer's own sign of life. `imported`: out of the business app,
        which the CRM is not told of."""
        contact = self.find(portfolio, sender, at)
        if contact is None:
            contact = Contact(
                profile_name=sender.profile_name,
                username=sender.username,
                language=language,
                country=numbers.country_of_user_id(sender.user_id),
                first_seen_at=at,
                last_seen_at=at,
            )
            self.new_contacts.append((contact, Kind.CONTACT_IMPORTED if imported else Kind.CONTACT_CREATED))
        learnt = self._learn(contact, portfolio, sender, at)
        if wrote:
            self._saw(contact, at)
        if learnt and contact.pk:
            self.changes.setdefault(contact.pk, (contact, set()))[1].update(learnt)
        return contact

    def _learn(self, contact: Contact, portfolio: int, sender: Sender, at: datetime) -> set[str]:
        """Add identities we did not know of this contact, and what its profile says now. Returns the names of what was news."""
        learnt: set[str] = set()
        for key in keys_of(portfolio, sender):
            if key in self.known:
                continue
            value = sender.user_id if key[1] == Identity.Kind.BSUID else sender.wa_id
            identity = Identity(
                contact=contact, portfolio_id=portfolio, kind=key[1], value=value[:160], key=key[2][:160], created_at=at
            )
            self.new_identities.append(identity)
            self.known[key] = identity
            learnt.add("identities")
        for name, value in (("profile_name", sender.profile_name), ("username", sender.username)):
            if value and getattr(contact, name) != value:
                setattr(contact, name, value)
                learnt.add(name)
        if learnt and contact.pk:
            self.touched[contact.pk] = contact
        return learnt

    def _saw(self, contact: Contact, at: datetime) -> None:
        changed = contact.is_unreachable or at > contact.last_seen_at
        contact.last_seen_at, contact.is_unreachable = max(at, contact.last_seen_at), False
        if changed and contact.pk:
            self.touched[contact.pk] = contact

    def is_also(self, portfolio: int, sender: Sender, at: datetime) -> None:
        """A status names phone and user id together: whoever we know by one of them is known by both from here on (C15)."""
        contact = self.find(portfolio, sender, at)
        if contact is None:
            return
        learnt = self._learn(contact, portfolio, sender, at)
        if learnt and contact.pk:
            self.changes.setdefault(contact.pk, (contact, set()))[1].update(learnt)

    def was_seen(self, contact: Contact, at: datetime) -> None:
        """Out of the past: it says when, and nothing about today."""
        first, last = min(at, contact.first_seen_at), max(at, contact.last_seen_at)
        if (first, last) != (contact.first_seen_at, contact.last_seen_at):
            contact.first_seen_at, contact.last_seen_at = first, last
            if contact.pk:
                self.touched[contact.pk] = contact

    def is_called(self, contact: Contact, name: str, at: datetime) -> None:
        """In the address book of the business app; "" takes it out."""
        if not is_news(contact.book_at, at):
            return
        if contact.book_name != name and contact.pk:
            self.changes.setdefault(contact.pk, (contact, set()))[1].add("book_name")
        contact.book_name, contact.book_at = name, at
        if contact.pk:
            self.touched[contact.pk] = contact

    def insert(self) -> None:
        """Write the contacts and identities made so far: two statements, however many there are."""
        if self.new_contacts:
            Contact.objects.bulk_create([row for row, _kind in self.new_contacts])
            self.events += [draft(kind, by=CUSTOMER, contact=row) for row, kind in self.new_contacts]
        if self.new_identities:
            Identity.objects.bulk_create(self.new_identities)
        self.new_contacts, self.new_identities = [], []

    def change_identity(self, portfolio: int, change: IdentityChange) -> Contact | None:
        """The customer has a new number or user id: the old one ends, the new one is the same person's (C15)."""
        kind = Identity.Kind(change.kind)

        def key_of(value: str) -> Key:
            return (portfolio, kind.value, numbers.key(value) if kind == Identity.Kind.WA_ID else value)

        old, new = key_of(change.old), key_of(change.new)
        self.insert()
        self.load([old, new, *keys_of(portfolio, Sender(wa_id=change.also_wa_id))])
        if (told := self._told_before(old, new, change)) is not None:
            return told
        identity = self.known.get(old)
        if identity is None and change.also_wa_id:
            identity = self.known.get((portfolio, Identity.Kind.WA_ID.value, numbers.key(change.also_wa_id)))
        if identity is None or identity.created_at > change.timestamp:
            return None  # nobody's, or one that was ours only later: an old change delivered again
        contact = self._survivor(identity.contact)
        if old in self.known and old != new:
            ended = self.known.pop(old)
            ended.ended_at = change.timestamp
            ended.save(update_fields=["ended_at"])
            self.ended[old] = ended
        sender = Sender(wa_id=change.new) if kind == Identity.Kind.WA_ID else Sender(user_id=change.new)
        self._learn(contact, portfolio, sender, change.timestamp)
        self._saw(contact, change.timestamp)
        if kind == Identity.Kind.WA_ID and change.also_user_id:
            self._end_user_ids(contact, portfolio, change)
            self._learn(contact, portfolio, Sender(user_id=change.also_user_id), change.timestamp)
        self.events.append(draft(Kind.CONTACT_RENUMBERED, by=CUSTOMER, contact=contact, identity=kind.value))
        return contact

    def _told_before(self, old: Key, new: Key, change: IdentityChange) -> Contact | None:
        """Whose change this was, when it is delivered once more, or told by the other of its two webhooks."""
        ended, current = self.ended.get(old), self.known.get(new)
        if ended is None:
            return None
        has_new = current is not None and current.contact == ended.contact and old not in self.known
        return self._survivor(ended.contact) if has_new or ended.ended_at == change.timestamp else None

    def _end_user_ids(self, contact: Contact, portfolio: int, change: IdentityChange) -> None:
        """A new number brings a new user id (facts §4): the one before is nobody's any more."""
        self.insert()
        mine = Identity.objects.current().filter(contact=contact, portfolio=portfolio, kind=Identity.Kind.BSUID)
        for identity in mine.exclude(key=change.also_user_id):
            identity.ended_at = change.timestamp
            identity.save(update_fields=["ended_at"])
            key = (portfolio, identity.kind, identity.key)
            self.known.pop(key, None)
            self.ended[key] = identity

    def tell(self) -> None:
        """Journal what happened so far, before what follows from it."""
        record_all(self.events)
        self.events = []

    def write(self) -> None:
        self.insert()
        if self.touched:
            update_rows(self.touched.values(), COLUMNS)
        self.events += [
            draft(Kind.CONTACT_CHANGED, by=CUSTOMER, contact=contact, fields=sorted(names))
            for contact, names in self.changes.values()
        ]
