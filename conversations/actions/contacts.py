"""What staff change about a contact by hand (C50). Ingest writes what WhatsApp tells, crm_sync what the CRM tells."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.errors import Invalid, NotAllowed
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Contact, Tag
from conversations.row_locks import lock_contact

EDITABLE = frozenset({"name", "language", "email"})


@transaction.atomic
def change_contact(
    *, contact: Contact, by: Actor, changes: dict[str, Any] | None = None, tags: list[Tag] | None = None
) -> Contact:
    """Set some of EDITABLE and, when given, exactly these tags. The event names the fields, never their values (D16).

    Raises NotAllowed by role, Invalid for another field or a value the model refuses.
    """
    if by.user is not None and not allows(by.user, Can.CONTACT_CHANGE):
        raise NotAllowed
    wanted = changes or {}
    if unknown := set(wanted) - EDITABLE:
        raise Invalid(fields=sorted(unknown))
    row = lock_contact(contact.pk)
    changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, wanted[name])
    try:
        row.clean_fields(exclude={field.name for field in Contact._meta.fields} - set(changed))
    except ValidationError as problem:
        raise Invalid(fields=problem.message_dict) from problem
    if changed:
        row.save(update_fields=changed)
    if tags is not None and {tag.pk for tag in tags} != set(row.tags.values_list("pk", flat=True)):
        row.tags.set(tags)
        changed.append("tags")
    if changed:
        record(Kind.CONTACT_CHANGED, by=by, contact=row, fields=changed)
    return row
