"""The four questions of admin's first page: does it work, what is misconfigured, what waits, is automation on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from conversations import account_words, channel_trouble, clock, cost_words
from conversations.models import (
    Alarm,
    Channel,
    Conversation,
    Delivery,
    Department,
    Halt,
    Message,
    MessageStatus,
    ParkedEvent,
    ParkedStep,
    Template,
    TemplateSync,
)
from conversations.templates import states
from conversations.whatsapp.errors import describe

RECENT = timedelta(hours=24)
THIS_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One count with the page it leads to; `tone` tints it once it is not zero."""

    words: str
    count: int
    url: str
    query: str = ""
    oldest: datetime | None = None
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be, and where to mend it."""

    words: str
    hint: str
    url: str = ""
    row: int | None = None
    tone: str = "warning"


def channels() -> QuerySet[Channel]:
    return Channel.objects.defer("access_token", "app_secret", "verify_token").order_by("name")


def waiting() -> list[Waiting]:
    active = Conversation.objects.active()
    pool, held = active.waiting().unassigned(), active.waiting().filter(assignee__isnull=False)
    talks, since = "admin:conversations_conversation_changelist", clock.now() - RECENT
    failed = Message.objects.filter(status=MessageStatus.FAILED, failed_at__gte=since)
    unsure = Message.objects.filter(status=MessageStatus.UNCONFIRMED)
    messages = "admin:conversations_message_changelist"
    return [
        Waiting(
            _("Customers waiting in a pool"), pool.count(), talks, "assignee__isnull=True", _oldest(pool), "warning"
        ),
        Waiting(_("Customers waiting for their agent"), held.count(), talks, "assignee__isnull=False", _oldest(held)),
        Waiting(
            _("Windows closing soon"),
            Conversation.objects.closing_soon(clock.now()).count(),
            talks,
            "window=closing",
            None,
            "warning",
        ),
        Waiting(_("Unread conversations"), active.filter(unread__gt=0).count(), talks),
        Waiting(_("Not delivered in 24 hours"), failed.count(), messages, "status__exact=failed", None, "danger"),
        Waiting(_("Unconfirmed messages"), unsure.count(), messages, "status__exact=unconfirmed", None, "warning"),
        *_parked(),
    ]


def _oldest(rows: QuerySet[Conversation]) -> datetime | None:
    found: datetime | None = rows.aggregate(oldest=Min("waiting_since"))["oldest"]
    return found


def _parked() -> list[Waiting]:
    deliveries = Delivery.objects.filter(status=Delivery.Status.PARKED).count()
    steps = ParkedStep.objects.filter(replayed_at__isnull=True).count()
    events = ParkedEvent.objects.count()
    return [
        Waiting(
            _("Webhook deliveries parked"),
            deliveries,
            "admin:conversations_delivery_changelist",
            "status__exact=parked",
            None,
            "danger",
        ),
        Waiting(_("Pipeline steps parked"), steps, "admin:conversations_parkedstep_changelist", "", None, "danger"),
        Waiting(_("Events parked"), events, "admin:conversations_parkedevent_changelist", "", None, "danger"),
    ]


def troubles() -> list[Trouble]:
    """Open alarms, and set-up that cannot work as it is."""
    found = [
        Trouble(alarm_words(alarm), alarm.key, "admin:conversations_alarm_change", alarm.pk, "danger")
        for alarm in Alarm.objects.filter(cleared_at__isnull=True).order_by("-raised_at")[:10]
    ]
    page = "admin:conversations_channel_change"
    stuck = _queued_on_silent_channels()
    for channel in Channel.objects.select_related("default_department").order_by("name"):
        found += [
            Trouble(words, hint, page, channel.pk) for words, hint in _of_channel(channel, stuck.get(channel.pk, 0))
        ]
    empty = Department.objects.filter(is_active=True, memberships__isnull=True)
    hint = _("What is routed there waits for nobody.")
    found += [
        Trouble(
            _("%(department)s has no members") % {"department": row},
            hint,
            "admin:conversations_department_change",
            row.pk,
        )
        for row in empty
    ]
    found += _of_templates()
    if not Channel.objects.exists():
        found.append(Trouble(_("No channel is connected"), _("Add the WhatsApp number customers write to.")))
    return found


def _of_templates() -> list[Trouble]:
    """Lists that could not be read, and what WhatsApp rejected this week."""
    unread = TemplateSync.objects.exclude(problem_code="").select_related("channel").order_by("channel__name")
    found = [
        Trouble(
            _("%(channel)s: its templates could not be read") % {"channel": row.channel},
            describe(row.problem_code, row.problem),
            "admin:conversations_channel_change",
            row.channel_id,
        )
        for row in unread
    ]
    rejected = Template.objects.filter(status="REJECTED", submitted_at__gte=clock.now() - THIS_WEEK)
    return found + [
        Trouble(
            _("WhatsApp rejected the template %(template)s") % {"template": row},
            states.why_rejected(row.reason),
            "admin:conversations_template_change",
            row.pk,
        )
        for row in rejected.order_by("-submitted_at")[:5]
    ]


def alarm_words(alarm: Alarm) -> str:
    """A sentence per code of docs/reference/alarms.md."""
    if alarm.code == "account_warning":
        return account_words.sentence(alarm.data.get("told") or {})
    if alarm.code == "budget_reached":
        return cost_words.budget_reached(alarm.data)
    if alarm.code == "limit_near":
        return _limit_words(alarm.data)
    known = {
        "delivery_not_processed": _("Webhooks are not being processed"),
        "message_not_routed": _("Messages are not being routed"),
        "message_not_sent": _("Answers are not being sent"),
        "long_transaction": _("A database transaction does not end"),
        "channel_on_backup": _("WhatsApp answers slowly: a number sends over its backup address"),
        "channel_slow": _("WhatsApp answers slowly, and the number has no backup address"),
        "replies_missing": _("A number has no welcome or after-hours reply yet"),
        "group_suspended": _("WhatsApp has suspended a group"),
        "channel_stopped": _("A number has stopped sending"),
        "template_stopped": _("WhatsApp paused or disabled a template"),
    }
    return known.get(alarm.code) or alarm.code.replace("_", " ").replace(".", " ").capitalize()


def _limit_words(data: dict[str, Any]) -> str:
    channel = Channel.objects.filter(pk=int(data.get("channel") or 0)).first()
    words = {
        "daily_cap": _("%(channel)s: %(expected)s messages are expected today, of %(limit)s. Campaigns go in batches."),
        "messaging_limit": _(
            "%(channel)s: campaigns begin with %(expected)s customers, of the %(limit)s that WhatsApp allows in 24 hours. "
            "They go in batches."
        ),
    }
    said = words.get(str(data.get("cap")), words["daily_cap"])
    return said % {"channel": channel or "", "expected": data.get("expected"), "limit": data.get("limit")}


def _queued_on_silent_channels() -> dict[int, int]:
    """Channel to how many messages wait there for nobody: it is being set up, or switched off."""
    silent = [Channel.Status.SETUP, Channel.Status.OFFLINE]
    rows = Message.objects.filter(status=MessageStatus.QUEUED, channel__status__in=silent).order_by()
    return dict(rows.values_list("channel").annotate(Count("pk")))


def _of_channel(channel: Channel, stuck: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    names: dict[str, Any] = {"channel": channel}
    if channel.kind == Channel.Kind.WHATSAPP:
        secrets = {"access_token": _("access token"), "app_secret": _("app secret"), "verify_token": _("verify token")}
        missing = [words for name, words in secrets.items() if not getattr(channel, name)]
        if missing:
            said = _("%(channel)s: %(missing)s missing") % {**names, "missing": ", ".join(missing)}
            found.append((said, _("Without them nothing comes in, or nothing goes out.")))
    if channel.status == Channel.Status.STOPPED:
        found.append((_("%(channel)s has stopped sending") % names, channel_trouble.sentence(channel)))
    if stuck:
        said = _("%(channel)s does not send; messages waiting there: %(count)s") % {**names, "count": stuck}
        found.append((said, _("They leave when its status is “Active”.")))
    if channel.default_department is None:
        said = _("%(channel)s has no default department") % names
        found.append((said, _("What no rule claims waits in nobody's pool.")))
    return found


def halts() -> QuerySet[Halt]:
    return Halt.objects.standing(clock.now()).select_related("channel", "by").order_by("starts_at")
