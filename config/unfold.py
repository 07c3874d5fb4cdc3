"""How Django admin looks: django-unfold in our colours and words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

STONE = {
    "50": "#f8f6f4", "100": "#f2f0ed", "200": "#e5e2de", "300": "#d6d2cd", "400": "#ada8a2", "500": "#807b75",
    "600": "#635e58", "700": "#4a4641", "800": "#302d29", "900": "#24221f", "950": "#181614",
}  # fmt: skip
ZUCCHERO = {
    "50": "#f1f7fe", "100": "#e3effc", "200": "#c9e0f9", "300": "#a5caf1", "400": "#7eaedf", "500": "#5089c1",
    "600": "#346ea6", "700": "#235789", "800": "#1b446b", "900": "#16334f", "950": "#102234",
}  # fmt: skip


Item = tuple[Any, str, str]  # words, icon, app_model of a list, with a filter of it after a question mark


MENU: list[tuple[Any, bool, list[Item]]] = [
    (
        _("Desk"),
        False,
        [
            (_("Conversations"), "forum", "conversations_conversation"),
            (_("Closing soon"), "hourglass_bottom", "conversations_conversation?window=closing"),
            (_("Messages"), "chat", "conversations_message"),
            (_("Held back"), "hourglass_top", "conversations_heldmessage"),
            (_("Contacts"), "person", "conversations_contact"),
            (_("Groups"), "group", "conversations_group"),
            (_("Weekly reports"), "bar_chart", "reports_weeklyreport"),
        ],
    ),
    (
        _("Set-up"),
        False,
        [
            (_("Channels"), "smartphone", "conversations_channel"),
            (_("Departments"), "groups", "conversations_department"),
            (_("Routing rules"), "alt_route", "routing_routingrule"),
            (_("Calendars"), "calendar_month", "routing_calendar"),
            (_("Automatic replies"), "bolt", "autoreply_rule"),
            (_("Quick replies"), "short_text", "autoreply_quickreply"),
            (_("Templates"), "chat_add_on", "conversations_template"),
            (_("Tags"), "label", "conversations_tag"),
            (_("CRM connections"), "sync", "crm_sync_connection"),
            (_("People"), "badge", "auth_user"),
            (_("Report timetable"), "event_repeat", "reports_reportschedule"),
            (_("Timetable of jobs"), "schedule", "django_celery_beat_periodictask"),
        ],
    ),
    (
        _("Costs"),
        True,
        [
            (_("Ledger"), "receipt_long", "conversations_ledgerentry"),
            (_("Budgets"), "savings", "conversations_budget"),
            (_("Rate card"), "payments", "conversations_rate"),
            (_("Markets"), "public", "conversations_market"),
            (_("Monthly allowances"), "redeem", "conversations_allowance"),
            (_("Rates of exchange"), "currency_exchange", "conversations_exchange"),
        ],
    ),
    (
        _("Behind the counter"),
        True,
        [
            (_("Webhook deliveries"), "inbox", "conversations_delivery"),
            (_("Journal"), "history", "conversations_event"),
            (_("Decisions of replies"), "rule", "autoreply_firing"),
            (_("CRM jobs"), "outbox", "crm_sync_syncjob"),
            (_("Account updates"), "campaign", "conversations_accountupdate"),
            (_("Alarms"), "warning", "conversations_alarm"),
            (_("Kill switch"), "power_settings_new", "conversations_halt"),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The rail: only pages that exist and that this person may see."""
    found = []
    for title, collapsible, items in MENU:
        shown = [item for item in items if _visible(request, item[2])]
        here = max((name for _words, _icon, name in shown if _is_here(request, name)), key=len, default="")
        links = [
            {"title": words, "icon": icon, "link": _link(name), "active": name == here} for words, icon, name in shown
        ]
        if links:
            found.append({"title": title, "collapsible": collapsible, "items": links})
    return found


def _is_here(request: HttpRequest, name: str) -> bool:
    """On that list, or on a page below it; of two that fit, the one that also filters as this page does is the closer."""
    page, _mark, query = name.partition("?")
    filters = dict(parse_qsl(query)).items()
    return request.path.startswith(reverse(f"admin:{page}_changelist")) and filters <= dict(request.GET.items()).items()


def _link(name: str) -> str:
    page, mark, query = name.partition("?")
    return reverse(f"admin:{page}_changelist") + mark + query


def _visible(request: HttpRequest, name: str) -> bool:
    try:
        app, model = name.partition("?")[0].rsplit("_", 1)
        page = admin.site.get_model_admin(apps.get_model(app, model))
    except (LookupError, NotRegistered):
        return False
    return bool(page.has_view_permission(request))


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Sportello",
    "SITE_HEADER": "Sportello",
    "SITE_SUBHEADER": _("Customer desk"),
    "SITE_URL": "/admin/",
    "SITE_ICON": lambda request: static("design/mark.svg"),
    "DASHBOARD_CALLBACK": "config.admin_home.dashboard",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"base": STONE, "primary": ZUCCHERO},
    "STYLES": [lambda request: static("design/tokens.css"), lambda request: static("design/admin.css")],
    "SIDEBAR": {
        "show_search": True,
        "navigation": "config.unfold.navigation",
    },
}
