"""Webhooks about groups: made, changed, deleted, suspended; who joined, asks to, or went (facts §7; C60). Pure.

Ids come as text or as numbers, and Meta's samples put `initiated_by` in two places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conversations.whatsapp import reading
from conversations.whatsapp.payloads import GroupUpdate, News, Sender, Setting
from conversations.whatsapp.reading import Json

SETTINGS = {"group_subject": "subject", "group_description": "description", "profile_picture": "picture"}


def items(value: Json) -> Iterator[Any]:
    """Each knows what stands beside it."""
    for one in reading.items(value.get("groups")):
        yield {"initiated_by": value.get("initiated_by"), **one} if isinstance(one, dict) else one


def update(item: Json) -> GroupUpdate:
    """Raises ValueError for one that names neither a group nor a request."""
    group_id, request_id = reading.text(item.get("group_id"))[:128], reading.text(item.get("request_id"))[:64]
    if not (group_id or request_id):
        raise ValueError("a group without an id")
    person = _person(item)
    return GroupUpdate(
        matter=reading.required(item.get("type")),
        timestamp=reading.time(item.get("timestamp")),
        group_id=group_id,
        request_id=request_id,
        subject=reading.text(item.get("subject"))[:128],
        description=reading.text(item.get("description"))[:2048],
        invite_link=reading.text(item.get("invite_link"))[:200],
        approval=reading.text(item.get("join_approval_mode"))[:18],
        added=tuple(_people(item.get("added_participants"))),
        removed=tuple(_people(item.get("removed_participants"))),
        by_business=reading.text(item.get("initiated_by")) == "business",
        join_request_id=reading.text(item.get("join_request_id"))[:128],
        person=person if person.is_known else None,
        settings=tuple(_settings(item)),
        error_code=_code(item),
    )


def news(value: Json) -> Iterator[News]:
    """What staff read under account updates: what happened, and how many it concerns, but not whom."""
    for item in reading.objects(value.get("groups")):
        kind = reading.text(item.get("type"))[:60]
        people = [*reading.objects(item.get("added_participants")), *reading.objects(item.get("removed_participants"))]
        failed = reading.objects(item.get("failed_participants"))
        code = _code(item) or next(filter(None, (_code(one) for one in failed)), "")
        yield News("", "group", {"kind": kind, "count": len(people), "failed": len(failed), "code": code})


def _settings(item: Json) -> Iterator[Setting]:
    for field, name in SETTINGS.items():
        told = reading.obj(item.get(field))
        if told:
            value = reading.text(told.get("sha256") if name == "picture" else told.get("text"))
            yield Setting(name, value[:2048], told.get("update_successful") is not False, _code(told))


def _people(value: Any) -> Iterator[Sender]:
    for one in reading.objects(value):
        if (person := _person(one)).is_known:
            yield person


def _person(item: Json) -> Sender:
    """`input` is what the call named: a phone or a user id."""
    given = reading.text(item.get("input"))
    return Sender(
        wa_id=reading.phone(item.get("wa_id")) or reading.phone(given),
        user_id=reading.user_id(item.get("user_id")) or ("" if reading.phone(given) else reading.user_id(given)),
        username=reading.text(item.get("username")).removeprefix("@")[:80],
    )


def _code(item: Json) -> str:
    errors = reading.objects(item.get("errors"))
    return reading.text(errors[0].get("code"))[:40] if errors else ""
