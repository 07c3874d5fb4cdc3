"""Groups: made, changed, deleted, suspended; who joined, asks to, or went (fields group_*, facts §7; C60)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from conversations import clock
from conversations.actions import alarms
from conversations.ingest.groups import Groups
from conversations.ingest.people import People
from conversations.models import Channel, Contact, Group, GroupParticipant
from conversations.news import is_news
from conversations.whatsapp.payloads import GroupUpdate, Sender

LeftBy = GroupParticipant.LeftBy
Update = tuple[Channel, GroupUpdate]


def apply(groups: Groups, people: People, updates: list[Update]) -> None:
    """Oldest first, with a number of statements that does not grow with the updates. People must be loaded."""
    if not updates:
        return
    updates = sorted(updates, key=lambda pair: pair[1].timestamp)
    now = clock.now()
    contacts: dict[tuple[int, Sender], Contact] = {}
    for channel, update in updates:
        for person in update.people:
            at = min(update.timestamp, now)
            found = people.find_or_make(channel.portfolio_id, person, at, channel.language, wrote=False)
            contacts[(channel.portfolio_id, person)] = found
    people.insert()
    people.tell()
    groups.load([(channel, update.group_id, update.request_id) for channel, update in updates], now)
    for channel, update in updates:
        group = groups.find(channel, update.group_id, update.request_id)
        act = ACTS.get(update.matter)
        if group is None or act is None:
            continue
        group.channel = channel
        who = {person: contacts[(channel.portfolio_id, person)] for person in update.people}
        act(groups, group, update, min(update.timestamp, now), who)


Who = dict[Sender, Contact]


def _tell(group: Group, matter: str, at: datetime, **values: Any) -> bool:
    """Set these columns unless something newer was told of the matter."""
    known = group.told.get(matter)
    if not is_news(clock.from_unix(known) if known else None, at):
        return False
    group.told = {**group.told, matter: at.timestamp()}
    for name, value in values.items():
        setattr(group, name, value)
    return True


def _created(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    group.request_id = group.request_id or update.request_id
    if update.error_code:
        _tell(group, "existence", at, status=Group.Status.FAILED, problem=update.error_code)
        groups.note(group, what="failed", code=update.error_code)
        return
    group.created_at = min(group.created_at, at)
    is_new = _tell(group, "existence", at, status=Group.Status.ACTIVE)
    for name in ("subject", "description", "approval", "invite_link"):
        if value := getattr(update, name):
            _tell(group, name, at, **{name: value})
    groups.note(group, "created" if is_new else "")
    for person in update.added:
        groups.joined(group, who[person], at)


def _deleted(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    if update.error_code:
        group.problem = update.error_code
        groups.note(group, what="not_deleted", code=update.error_code)
    elif _tell(group, "existence", at, status=Group.Status.DELETED):
        groups.note(group, what="deleted")


def _joined(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    for person in update.added:
        groups.joined(group, who[person], at)


def _removed(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    """Those who could not be removed stay; why is under account updates."""
    for person in update.removed:
        by = LeftBy.BUSINESS if update.by_business else LeftBy.PARTICIPANT
        groups.left(group, who[person], at, by=by)


def _asked(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    if update.person is not None and update.join_request_id:
        groups.asks(group, who[update.person], update.join_request_id, at)


def _revoked(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    if update.person is not None and update.join_request_id:
        groups.asks_no_more(group, who[update.person], update.join_request_id, at)


COLUMN = {"subject": "subject", "description": "description", "picture": "picture_sha256"}


def _changed(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    for setting in update.settings:
        if not setting.done:
            group.problem = setting.error_code
            groups.note(group, what=f"not_{setting.name}", code=setting.error_code)
        elif _tell(group, setting.name, at, **{COLUMN[setting.name]: setting.value[: _longest(setting.name)]}):
            groups.note(group, what=setting.name)


def _longest(name: str) -> int:
    return {"subject": 128, "picture": 64}.get(name, 2048)


def _suspended(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    if _tell(group, "suspension", at, is_suspended=True):
        groups.note(group, what="suspended")
        alarms.raise_alarm(key=f"group:{group.pk}", code="group_suspended", group=group.pk, channel=group.channel_id)


def _freed(groups: Groups, group: Group, update: GroupUpdate, at: datetime, who: Who) -> None:
    if _tell(group, "suspension", at, is_suspended=False):
        groups.note(group, what="freed")
        alarms.clear_alarm(key=f"group:{group.pk}")


ACTS: dict[str, Callable[[Groups, Group, GroupUpdate, datetime, Who], None]] = {
    "group_create": _created,
    "group_delete": _deleted,
    "group_participants_add": _joined,
    "group_participants_remove": _removed,
    "group_join_request_created": _asked,
    "group_join_request_revoked": _revoked,
    "group_settings_update": _changed,
    "group_suspend": _suspended,
    "group_suspend_cleared": _freed,
}
